//! Computation on every core beside the session's own work.

use std::{
    panic::resume_unwind,
    thread::{self, JoinHandle},
};

use codira_store::parallel;

/// What is being made beside other work.
pub(crate) struct Making<R>(JoinHandle<Vec<R>>);

impl<R> Making<R> {
    /// Waits for it.
    pub(crate) fn finish(self) -> Vec<R> {
        self.0.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// What `work` makes of each item, in their order. It is under way from now on: its caller need not wait for it yet.
pub(crate) fn beside<T: Send + 'static, R: Send + 'static>(
    items: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync + 'static,
) -> Making<R> {
    Making(thread::spawn(move || parallel::map(items, work)))
}
