//! Reading a YAML file of ours into types, and placing what is wrong with it.

use serde::de::DeserializeOwned;

use crate::finding::Place;
use crate::source::Source;

/// The file as a value of a type; the error names the file, the line and the path in the document.
pub fn read<T: DeserializeOwned>(source: &Source) -> anyhow::Result<T> {
    serde_path_to_error::deserialize(source.value()?).map_err(|error| {
        let path = error.path().to_string();
        let place = nearest(source, &pointer(error.path()));
        let line = place.map_or_else(String::new, |place| {
            format!(":{}:{}", place.line, place.column)
        });
        anyhow::anyhow!("{}{line}: at `{path}`: {}", source.file(), error.inner())
    })
}

/// The place of a pointer, or of the closest thing around it that exists.
pub fn nearest(source: &Source, pointer: &str) -> Option<Place> {
    let ends = pointer.rmatch_indices('/').map(|(at, _)| at);
    std::iter::once(pointer.len())
        .chain(ends)
        .find_map(|end| source.place(&pointer[..end]))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(part).collect()
}
