//! Durability: what is told where the system cannot make something durable.

use std::fs;

use tempfile::TempDir;

use crate::{
    Cx, Outcome, Violation, power,
    process::{Bounds, Order, Other, Reply},
    stamped,
    verdict::ensure,
};

/// The commit before the one that may fail.
const LAST: u64 = 2;
/// How many syncs fail, one in each try: more than a commit of most stores makes.
const SYNCS: u32 = 12;

pub(crate) fn a_failed_sync_is_told_rightly(cx: &Cx) -> Outcome {
    for number in 1..=counted(cx)?.min(SYNCS) {
        failing(cx, number).map_err(|violation| violation.during(format_args!("sync {number} of a session fails")))?;
    }
    Ok(())
}

/// How many there are in a process that commits once.
fn counted(cx: &Cx) -> Outcome<u32> {
    let (index, beside) = (cx.block_on(cx.index())?, TempDir::new().map_err(Violation::new)?);
    cx.block_on(stamped::commit_up_to(&index.backend, LAST))?;
    let record = beside.path().join("record");
    let mut other = Other::start_within(cx, index.path(), Bounds::Recorded(&record))?;
    other.make(&Order::Commit(LAST + 1))?;
    other.dismiss()?;
    let record = fs::read(record).map_err(Violation::new)?;
    Ok(power::syncs(&String::from_utf8_lossy(&record)))
}

fn failing(cx: &Cx, number: u32) -> Outcome {
    let index = cx.block_on(cx.index())?;
    cx.block_on(stamped::commit_up_to(&index.backend, LAST))?;
    let mut other = Other::start_within(cx, index.path(), Bounds::FailingSync(number))?;
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
