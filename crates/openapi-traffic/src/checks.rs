//! The extension point for tools that add checks of their own to a run.

use std::path::Path;

use http_recording::Recording;
use located::Source;

use crate::finding::Finding;
use crate::relations::Relations;
use crate::report::Report;
use crate::spec::Spec;

/// Additional checks of a tool, made in the same run. `()` has none.
pub trait Checks: Sync {
    /// Whether [`document`](Checks::document) wants this file (a recording or a HAR). Such a file
    /// is read into memory as a whole.
    fn wants(&self, path: &Path) -> bool {
        let _ = path;
        false
    }

    /// Findings in one file, called while the file is validated, so that it is read only once. Each
    /// exchange comes with its JSON pointer in the file, `""` if the file is a recording. Not
    /// called for a file that cannot be validated.
    fn document(
        &self,
        spec: &Spec,
        source: &Source,
        exchanges: &[(&Recording, &str)],
    ) -> Vec<Finding> {
        let _ = (spec, source, exchanges);
        Vec::new()
    }

    /// Findings after everything was validated.
    fn finish(
        &self,
        spec: &Spec,
        relations: Option<&Relations>,
        report: &mut Report,
    ) -> Vec<Finding> {
        let _ = (spec, relations, report);
        Vec::new()
    }
}

impl Checks for () {}
