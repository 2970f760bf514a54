//! The trait by which a program adds its own checks to a run of the validator.

use std::path::Path;

use http_recording::Recording;
use located::Source;

use crate::finding::Finding;
use crate::relations::Relations;
use crate::report::Report;
use crate::spec::Spec;

/// Checks that a program adds to [`run()`](crate::run()). `()` adds none.
pub trait Checks: Sync {
    /// Whether [`document`](Checks::document) is called for this file (a recording or a HAR). Such
    /// a file is read into memory as a whole.
    fn wants(&self, path: &Path) -> bool {
        let _ = path;
        false
    }

    /// Checks one file and returns findings. It is called while the file is validated, so that the
    /// file is read only once, and not for a file that cannot be validated. Each exchange comes
    /// with its JSON pointer in the file, `""` if the file is a recording.
    fn document(
        &self,
        spec: &Spec,
        source: &Source,
        exchanges: &[(&Recording, &str)],
    ) -> Vec<Finding> {
        let _ = (spec, source, exchanges);
        Vec::new()
    }

    /// Returns more findings after everything was validated.
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
