//! The progress bar of a run: on standard error, and only where that is a terminal.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use crate::IndexEvent;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run goes on before it shows progress: shorter ones would only flicker.
const PROGRESS_DELAY: Duration = Duration::from_millis(200);

/// A bar that follows the events of one run. It is gone once the run is over.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    shown: OnceLock<()>,
}

impl Progress {
    /// A bar that will show itself, or never.
    pub(crate) fn new(wanted: bool) -> Self {
        let progress = Self { bar: ProgressBar::hidden(), started: Instant::now(), shown: OnceLock::new() };
        if !wanted {
            // As if it were shown already.
            progress.shown.get_or_init(|| ());
        }
        progress
    }

    /// Shows what happened.
    pub(crate) fn follow(&self, event: IndexEvent) {
        let bar = &self.bar;
        match event {
            IndexEvent::Planned { read, .. } if read > 0 => {
                bar.set_length(read as u64);
                let template = "{msg:>9} {bar:30} {pos}/{len} files, {eta} left";
                bar.set_style(ProgressStyle::with_template(template).expect("the template is correct"));
                bar.set_message("analyzing");
            }
            IndexEvent::Analyzed { done, .. } => bar.set_position(done as u64),
            IndexEvent::Embedded { done, total } => {
                if bar.length() != Some(total) || done == 0 {
                    bar.set_length(total);
                    let template = "{msg:>9} {bar:30} {pos}/{len}, {eta} left";
                    bar.set_style(ProgressStyle::with_template(template).expect("the template is correct"));
                    bar.set_message("embedding");
                }
                bar.set_position(done);
            }
            IndexEvent::Deriving => self.spin("resolving names"),
            IndexEvent::Committing => self.spin("committing"),
            _ => {}
        }
        if self.started.elapsed() > PROGRESS_DELAY {
            self.shown.get_or_init(|| {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(Duration::from_millis(120));
            });
        }
    }

    fn spin(&self, message: &'static str) {
        self.bar.set_style(ProgressStyle::default_spinner());
        self.bar.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
