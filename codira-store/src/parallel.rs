//! Pure computation on all cores: one pool of threads for all stores of a process.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::LazyLock,
    thread,
};

use rayon::{
    ThreadPool, ThreadPoolBuilder,
    iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator},
};
use tokio::sync::oneshot;

/// How many items are worth another thread.
const MIN_ITEMS: usize = 16;

/// Apart from rayon's global pool, so that callers who wait for a store on its threads leave the
/// store its own. None where the system starts no thread: then callers compute for themselves.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let builder = ThreadPoolBuilder::new().thread_name(|index| format!("codira-store-{index}"));
    builder.build().ok()
});

/// What `work` makes of each item, in their order. Blocks until all is done; a panic of `work` is
/// the caller's.
///
/// ```
/// use codira_store::parallel::map;
///
/// let squares = map((1..=100).collect(), |number: u64| number * number);
/// assert_eq!(squares[99], 10_000);
/// ```
pub fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Send + Sync) -> Vec<R> {
    match &*POOL {
        // Items differ widely in size, so that each is a job.
        Some(pool) if items.len() >= MIN_ITEMS => pool.install(|| items.into_par_iter().with_max_len(1).map(work).collect()),
        _ => items.into_iter().map(work).collect(),
    }
}

/// The same for answers: few items stay on the caller's thread, and many do not block it.
pub(crate) async fn run<T: Send + 'static, R: Send + 'static>(
    items: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync + 'static,
) -> Vec<R> {
    if items.len() < MIN_ITEMS {
        return items.into_iter().map(work).collect();
    }
    Job::spawn(move || map(items, work)).done().await
}

/// A computation in the pool, which begins before its result is awaited.
pub(crate) struct Job<R>(oneshot::Receiver<thread::Result<R>>);

impl<R: Send + 'static> Job<R> {
    /// Begins a computation.
    pub(crate) fn spawn(work: impl FnOnce() -> R + Send + 'static) -> Self {
        let (sender, receiver) = oneshot::channel();
        // The receiver is gone where the result is not needed any more.
        let job = move || drop(sender.send(catch_unwind(AssertUnwindSafe(work))));
        match &*POOL {
            Some(pool) => pool.spawn(job),
            None => job(),
        }
        Self(receiver)
    }

    /// Waits for its result; its panic is the caller's.
    pub(crate) async fn done(self) -> R {
        let result = self.0.await.expect("a job sends its result, or its panic");
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }
}
