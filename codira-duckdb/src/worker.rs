//! A thread that owns a connection: the engine's calls block, and so never run where futures do.

use std::{io, thread};

use tokio::sync::{mpsc, oneshot};

/// How many jobs may wait: enough to keep the thread busy, and few files in memory.
const CHANNEL_CAPACITY: usize = 16;

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// A thread with a state, which does one job after another. A job that was sent is done whole, even
/// if its caller does not wait.
///
/// Dropping this ends the thread once its jobs are done; the state is dropped there.
#[derive(Debug)]
pub(crate) struct Worker<S> {
    jobs: mpsc::Sender<Job<S>>,
}

/// A worker whose thread was started.
pub(crate) struct Started<S, E> {
    pub(crate) worker: Worker<S>,
    /// How opening the state went.
    pub(crate) opened: oneshot::Receiver<Result<(), E>>,
}

impl<S: 'static> Worker<S> {
    /// Starts a thread, whose state `open` makes there.
    pub(crate) fn start<E: Send + 'static>(open: impl FnOnce() -> Result<S, E> + Send + 'static) -> io::Result<Started<S, E>> {
        let (jobs, mut waiting) = mpsc::channel::<Job<S>>(CHANNEL_CAPACITY);
        let (ready, opened) = oneshot::channel();
        let live = move || {
            let mut state = match open() {
                Ok(state) => state,
                Err(error) => return drop(ready.send(Err(error))),
            };
            if ready.send(Ok(())).is_ok() {
                while let Some(job) = waiting.blocking_recv() {
                    job(&mut state);
                }
            }
        };
        thread::Builder::new().name("codira-duckdb".to_owned()).spawn(live)?;
        Ok(Started { worker: Self { jobs }, opened })
    }

    /// Sends a job, once there is room; `None` when the thread is gone.
    pub(crate) async fn send(&self, job: impl FnOnce(&mut S) + Send + 'static) -> Option<()> {
        self.jobs.send(Box::new(job)).await.ok()
    }

    /// Sends a job and waits for its answer; `None` when the thread is gone.
    pub(crate) async fn call<T: Send + 'static>(&self, job: impl FnOnce(&mut S) -> T + Send + 'static) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.send(move |state| drop(answer.send(job(state)))).await?;
        answered.await.ok()
    }
}
