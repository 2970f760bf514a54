//! What a tool checks by rules of its own, beside the traffic.

use std::path::Path;

use http_recording::Recording;
use located::Source;

use crate::finding::Finding;
use crate::report::Report;
use crate::spec::Spec;

/// What a tool checks by rules of its own, in the same run. The tool `()` checks nothing.
pub trait Checks: Sync {
    /// Whether it looks into this document (a file that may be a recording or a HAR), which is then
    /// read as a whole.
    fn wants(&self, path: &Path) -> bool {
        let _ = path;
        false
    }

    /// What is found in a document that it wants, while that is judged: it is read once for both.
    /// Each exchange comes with the pointer at which it stands, `""` where the document is a
    /// recording. A document that cannot be judged does not come here.
    fn document(
        &self,
        spec: &Spec,
        source: &Source,
        exchanges: &[(&Recording, &str)],
    ) -> Vec<Finding> {
        let _ = (spec, source, exchanges);
        Vec::new()
    }

    /// What else is found, when all was judged.
    fn finish(&self, spec: &Spec, report: &mut Report) -> Vec<Finding> {
        let _ = (spec, report);
        Vec::new()
    }
}

impl Checks for () {}
