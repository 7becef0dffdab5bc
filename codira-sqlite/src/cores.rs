//! Computation on every core, while the runtime goes on with other work.

use std::{panic::resume_unwind, thread};

use codira_store::parallel;
use tokio::sync::oneshot;

/// What `work` makes of each item, in their order. It is under way from now on: its caller need not wait for it yet.
pub(crate) fn beside<T: Send + 'static, R: Send + 'static>(
    items: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync + 'static,
) -> impl Future<Output = Vec<R>> + Send {
    let (sender, receiver) = oneshot::channel();
    let thread = thread::spawn(move || drop(sender.send(parallel::map(items, work))));
    async {
        match receiver.await {
            Ok(done) => done,
            Err(_) => resume_unwind(thread.join().expect_err("only a panic keeps the thread from answering")),
        }
    }
}
