//! The progress bar of a run: on standard error, and only where that is a terminal.

use std::time::Duration;

use codira_indexer::IndexEvent;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar that follows the events of one run. It is gone once the run is over.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar, or nothing.
    pub(crate) fn new(shown: bool) -> Self {
        let bar = if shown { ProgressBar::new_spinner().with_message("scanning") } else { ProgressBar::hidden() };
        // A run that ends sooner leaves no flicker: the first tick draws.
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// Shows what happened.
    pub(crate) fn follow(&self, event: IndexEvent) {
        let Self(bar) = self;
        match event {
            IndexEvent::Planned { read, .. } if read > 0 => {
                bar.set_length(read as u64);
                bar.set_style(
                    ProgressStyle::with_template("{msg:>9} {bar:30} {pos}/{len} files, {eta} left")
                        .expect("the template is correct"),
                );
                bar.set_message("analyzing");
            }
            IndexEvent::Analyzed { done, .. } => bar.set_position(done as u64),
            IndexEvent::Deriving => self.spin("resolving names"),
            IndexEvent::Committing => self.spin("committing"),
            _ => {}
        }
    }

    fn spin(&self, message: &'static str) {
        self.0.set_style(ProgressStyle::default_spinner());
        self.0.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
