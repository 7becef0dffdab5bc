//! Pure computation on all cores, for stores that encode or resolve many files: on threads that live as long as one call.

use std::{
    future::Future,
    panic::resume_unwind,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use tokio::sync::oneshot;

/// How many items make a thread worth its start.
const WORTH_A_THREAD: usize = 8;

/// What `work` makes of each item, in their order, on as many threads as there are cores; few items stay on the caller's.
///
/// Blocks until all is done. A panic of `work` is the caller's.
///
/// ```
/// use codira_store::parallel::map;
///
/// let squares = map((1..=100).collect(), |number: u64| number * number);
/// assert_eq!(squares[99], 10_000);
/// ```
pub fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get()).min(items.len() / WORTH_A_THREAD);
    if threads < 2 {
        return items.into_iter().map(work).collect();
    }
    let items: Vec<Mutex<Option<T>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        // Items differ widely in size: each thread takes the next one that is left.
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(slot) = items.get(place) else { return done };
            let item = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            done.extend(item.map(|item| (place, work(item))));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, made)| made).collect()
}

/// The same for answers: few items stay on the caller's thread, and many do not block it.
pub(crate) async fn run<T: Send + 'static, R: Send + 'static>(
    items: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync + 'static,
) -> Vec<R> {
    if items.len() < 2 * WORTH_A_THREAD {
        return items.into_iter().map(work).collect();
    }
    spawn(items, work).await
}

/// The same while the runtime goes on with other work. It begins now: its caller need not wait for it yet.
pub(crate) fn spawn<T: Send + 'static, R: Send + 'static>(
    items: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync + 'static,
) -> impl Future<Output = Vec<R>> + Send {
    let (sender, receiver) = oneshot::channel();
    let thread = thread::spawn(move || drop(sender.send(map(items, work))));
    async {
        match receiver.await {
            Ok(done) => done,
            Err(_) => resume_unwind(thread.join().expect_err("only a panic keeps the thread from answering")),
        }
    }
}
