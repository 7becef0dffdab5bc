//! Pure computation on every core.

use std::{
    panic::resume_unwind,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

/// How many items make a thread worth its start.
const WORTH_A_THREAD: usize = 8;

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
    Making(thread::spawn(move || on_every_core(items, work)))
}

/// What `work` makes of each item, in their order.
pub(crate) fn on_every_core<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get()).min(items.len() / WORTH_A_THREAD);
    if threads < 2 {
        return items.into_iter().map(work).collect();
    }
    let items: Vec<Mutex<Option<T>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        // Items differ widely in size: each thread takes the next one that nobody has.
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
