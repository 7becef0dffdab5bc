//! Many short sessions at once.

use std::thread;

use codira_contracts::{Capability, IndexBackend, IndexReader};
use tempfile::TempDir;

use crate::{
    Cx, Outcome, Violation,
    storm::{Witness, hold},
    verdict::ensure,
};

/// How many threads take turns, and how many sessions each of them holds.
const THREADS: usize = 4;
const SESSIONS: u64 = 64;

pub(crate) fn short_sessions_never_overlap(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let dir = TempDir::new().map_err(Violation::new)?;
    let witness = Witness::in_directory(dir.path());
    // Backend values of their own, where these share an index.
    let own = index.backend.descriptor().claims(Capability::Durable);
    let thread = |number: usize| {
        if own && number.is_multiple_of(2) {
            let backend = cx.block_on(cx.open(index.path()))?;
            cx.block_on(hold(&backend, &witness, SESSIONS))
        } else {
            cx.block_on(hold(&index.backend, &witness, SESSIONS))
        }
    };
    let held: Vec<Outcome<u64>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || thread(number))).collect();
        let panicked = |_| Err(Violation::new("a thread panicked"));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
    });
    let mut commits = 0;
    for held in held {
        commits += held?;
    }
    let last = cx.block_on(async { index.backend.open_reader().await?.inventory().await })?.generation;
    ensure!(last == commits, "{THREADS} threads made {commits} commits, and the last is number {last}");
    Ok(())
}
