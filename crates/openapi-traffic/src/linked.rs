//! Orders recordings that name a preceding one (`meta.after`), so that each follows its
//! predecessor.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use http_recording::Recording;
use located::{Source, display, normal};

/// A recording with a predecessor.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) path: PathBuf,
    /// Its `meta.after`.
    pub(crate) after: String,
    pub(crate) number: u64,
    pub(crate) negative: bool,
}

/// A recording in order. Its predecessors are the last turns of each lower depth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) depth: usize,
    pub(crate) path: PathBuf,
    /// The number of the recording, and whether it is a negative example; `None` if it is only a
    /// predecessor of others.
    pub(crate) judged: Option<(u64, bool)>,
}

#[derive(Debug)]
struct Node {
    turn: Turn,
    after: Option<usize>,
    next: Vec<usize>,
    is_reached: bool,
}

/// The recordings and their predecessors in order, and the files that cannot be ordered, with the
/// reason. Each file is read once, however many follow it.
pub(crate) fn order(linked: Vec<Linked>) -> (Vec<Turn>, Vec<(PathBuf, anyhow::Error)>) {
    let mut files = Files::default();
    let mut problems = Vec::new();
    for it in linked {
        let number = files.node(&it.path);
        files.nodes[number].turn.judged = Some((it.number, it.negative));
        let mut next = Some((number, it.after));
        while let Some((number, after)) = next {
            next = files.link(number, &after).unwrap_or_else(|error| {
                problems.push((files.nodes[number].turn.path.clone(), error));
                None
            });
        }
    }
    let mut turns = Vec::with_capacity(files.nodes.len());
    let roots = (0..files.nodes.len()).rev();
    let roots = roots.filter(|number| files.nodes[*number].after.is_none());
    let mut waiting: Vec<_> = roots.map(|number| (number, 0)).collect();
    while let Some((number, depth)) = waiting.pop() {
        let node = &mut files.nodes[number];
        node.is_reached = true;
        turns.push(Turn {
            depth,
            path: node.turn.path.clone(),
            judged: node.turn.judged,
        });
        waiting.extend(node.next.iter().rev().map(|next| (*next, depth + 1)));
    }
    let lost = files.nodes.iter().filter(|node| !node.is_reached);
    problems.extend(lost.map(|Node { turn, .. }| {
        let error = at(&turn.path, "circular: it leads back to itself");
        (turn.path.clone(), error)
    }));
    (turns, problems)
}

#[derive(Debug, Default)]
struct Files {
    nodes: Vec<Node>,
    numbers: HashMap<PathBuf, usize>,
}

impl Files {
    fn node(&mut self, path: &Path) -> usize {
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        *self.numbers.entry(whole).or_insert_with(|| {
            self.nodes.push(Node {
                turn: Turn {
                    depth: 0,
                    path: path.to_owned(),
                    judged: None,
                },
                after: None,
                next: Vec::new(),
                is_reached: false,
            });
            self.nodes.len() - 1
        })
    }

    /// Links a recording to its predecessor. Returns the predecessor and its own `meta.after`, if
    /// the predecessor was not known yet.
    fn link(&mut self, number: usize, after: &str) -> anyhow::Result<Option<(usize, String)>> {
        if self.nodes[number].after.is_some() {
            return Ok(None);
        }
        let path = self.nodes[number].turn.path.clone();
        if Path::new(after).is_absolute() {
            return Err(at(
                &path,
                "expected a path relative to the folder of this file",
            ));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let before = normal(&folder.join(after));
        // A pipe or a device might never end.
        if !before.metadata().is_ok_and(|file| file.is_file()) {
            return Err(at(&path, &format!("there is no file {}", display(&before))));
        }
        let known = self.nodes.len();
        let other = self.node(&before);
        let its_own = match other == known {
            true => {
                Source::read(&before)
                    .and_then(|source| Recording::read(&source))
                    .map_err(|error| {
                        at(
                            &path,
                            &format!("the file that it names is no recording: {error}"),
                        )
                    })?
                    .meta
                    .after
            }
            false => None,
        };
        self.nodes[number].after = Some(other);
        self.nodes[other].next.push(number);
        Ok(its_own.map(|after| (other, after)))
    }
}

/// An error about the `meta.after` of a file.
fn at(path: &Path, reason: &str) -> anyhow::Error {
    match Source::read(path) {
        Ok(source) => source.error_at("/meta/after", reason).into(),
        Err(error) => anyhow!("{error}: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn folder(files: &[(&str, Option<&str>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, after) in files {
            let after = after.map_or_else(String::new, |it| format!(r#", "after": "{it}""#));
            let text = format!(
                r#"{{"format": 1, "meta": {{"origin": "synthetic"{after}}},
                    "request": {{"method": "GET", "path": "/"}}, "response": {{"status": 200}}}}"#
            );
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        folder
    }

    /// The turns as `depth name`, with `*` for those that are validated.
    fn turns(files: &[(&str, Option<&str>)], given: &[&str]) -> (Vec<String>, Vec<String>) {
        let folder = folder(files);
        let after: BTreeMap<_, _> = files.iter().copied().collect();
        let linked = given.iter().zip(0..).map(|(name, number)| Linked {
            path: folder.path().join(name),
            after: after[name].expect("linked").to_owned(),
            number,
            negative: false,
        });
        let (turns, problems) = order(linked.collect());
        let name = |turn: &Turn| {
            let name = turn.path.file_name().unwrap_or_default().to_string_lossy();
            let star = if turn.judged.is_some() { "*" } else { "" };
            format!("{} {name}{star}", turn.depth)
        };
        (
            turns.iter().map(name).collect(),
            problems.iter().map(|(_, it)| it.to_string()).collect(),
        )
    }

    #[test]
    fn each_recording_follows_the_one_that_it_names() {
        let files = [
            ("a", None),
            ("b", Some("a")),
            ("c", Some("b")),
            ("d", Some("a")),
        ];
        let (turns, problems) = turns(&files, &["d", "c"]);
        assert_eq!(turns, ["0 a", "1 d*", "1 b", "2 c*"]);
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn each_recording_in_a_cycle_is_a_problem() {
        let files = [("a", Some("b")), ("b", Some("a")), ("c", Some("c"))];
        let (turns, problems) = turns(&files, &["a", "b", "c"]);
        assert!(turns.is_empty());
        assert_eq!(problems.len(), 3);
        assert!(
            problems
                .iter()
                .all(|it| it.contains("leads back to itself"))
        );
    }

    #[test]
    fn a_recording_that_names_no_file_is_a_problem_and_is_validated_alone() {
        for after in ["gone", "/dev/null", ".", "../../../../dev/zero"] {
            let (turns, problems) = turns(&[("a", Some(after))], &["a"]);
            assert_eq!(turns, ["0 a*"], "{after}");
            assert_eq!(problems.len(), 1, "{after}");
        }
    }

    #[test]
    fn a_long_chain_does_not_overflow_the_stack() {
        let names: Vec<String> = (0..2_000).map(|number| format!("r{number}")).collect();
        let files: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let before = at.checked_sub(1).map(|at| names[at].as_str());
                (name.as_str(), before)
            })
            .collect();
        let (turns, problems) = turns(&files, &[names[1_999].as_str()]);
        assert_eq!((turns.len(), problems.len()), (2_000, 0));
    }
}
