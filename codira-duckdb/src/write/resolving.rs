//! Resolves many files at once: pure computation, on every core.

use std::{
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread,
};

use codira_contracts::{
    FileAnalysis, RepoPath,
    resolve::{self, Facts, Progress},
};

/// How many files make another thread worth its start.
const WORTH_A_THREAD: usize = 8;

/// A file that is to be resolved.
pub(super) struct Unresolved {
    pub(super) number: u32,
    pub(super) path: RepoPath,
    pub(super) analysis: FileAnalysis,
}

/// Resolves each as far as the facts go. In no particular order.
pub(super) fn resolve_all(files: Vec<Unresolved>, facts: &Facts) -> Vec<(Unresolved, Progress)> {
    let one = |file: Unresolved| {
        let progress = resolve::resolve(&file.path, &file.analysis, facts);
        (file, progress)
    };
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get()).min(files.len() / WORTH_A_THREAD);
    if threads < 2 {
        return files.into_iter().map(one).collect();
    }
    let waiting = Mutex::new(files);
    // Files differ widely in size: each thread takes the next when it is done with one.
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || std::iter::from_fn(next).map(one).collect::<Vec<_>>();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}
