//! Says on a terminal that there is progress; nothing when the run is over before it is drawn,
//! nothing in a file or a pipe.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line that moves until it is cleared, in the words of a template of `indicatif`.
pub fn spinner(template: &str) -> ProgressBar {
    let progress = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template(template) {
        progress.set_style(style);
    }
    progress.enable_steady_tick(Duration::from_millis(200));
    progress
}
