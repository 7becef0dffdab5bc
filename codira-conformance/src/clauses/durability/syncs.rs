//! Durability: what is told where the system cannot make something durable.

use tempfile::TempDir;

use crate::{
    Cx, Outcome, Violation,
    power::{self, SyncCall},
    process::{Bounds, Order, Other, Reply},
    stamped,
    verdict::ensure,
};

/// The commit before the one that may fail.
const LAST: u64 = 2;
/// How many syncs fail, one in each try: more than a commit of most stores makes.
const SYNCS: usize = 24;

pub(crate) fn a_failed_sync_is_reported_correctly(cx: &Cx) -> Outcome {
    for call in made(cx)?.iter().take(SYNCS) {
        let SyncCall { path, number } = call;
        let fails = format!("sync {number} of {:?} fails in a session", path.display());
        failing(cx, call).map_err(|violation| violation.during(fails))?;
    }
    Ok(())
}

/// The syncs of a process that commits once.
fn made(cx: &Cx) -> Outcome<Vec<SyncCall>> {
    let (index, beside) = (cx.block_on(cx.index())?, TempDir::new().map_err(Violation::new)?);
    cx.block_on(stamped::commit_up_to(&index.backend, LAST))?;
    let record = beside.path().join("record");
    let mut other = Other::start_within(cx, index.path(), Bounds::Recorded(&record))?;
    other.make(&Order::Commit(LAST + 1))?;
    other.dismiss()?;
    power::syncs(&record, index.path())
}

fn failing(cx: &Cx, call: &SyncCall) -> Outcome {
    let index = cx.block_on(cx.index())?;
    cx.block_on(stamped::commit_up_to(&index.backend, LAST))?;
    let directory = index.path().canonicalize().map_err(Violation::new)?;
    let call = SyncCall { path: directory.join(&call.path), ..call.clone() };
    let mut other = Other::start_within(cx, index.path(), Bounds::FailingSync(&call))?;
    let last = match other.ask(&Order::Commit(LAST + 1))? {
        Reply::Done(generation) => {
            ensure!(generation == LAST + 1, "after commit {LAST}, the next says that it is number {generation}");
            generation
        }
        Reply::Refused(_) => LAST,
        reply => return Err(Violation::new(format_args!("the commit: {reply}"))),
    };
    let told = if last == LAST { "an error" } else { "success" };
    let shown = cx.block_on(stamped::shows(&index.backend, last));
    shown.map_err(|violation| violation.during(format_args!("the commit tells {told}")))?;
    drop(other);
    let commit = cx.block_on(stamped::commit(&index.backend, last + 1))?;
    ensure!(commit.generation == last + 1, "after commit {last}, the next is number {}", commit.generation);
    ensure!(commit.replaced.is_none(), "a failed sync left what the next session replaced: {:?}", commit.replaced);
    cx.block_on(stamped::shows(&index.backend, last + 1))
}
