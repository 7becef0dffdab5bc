//! Durability: what a power cut leaves.

use codira_contracts::IndexBackend;
use tempfile::TempDir;

use super::goes_on;
use crate::{
    Cx, Outcome, Violation,
    power::{Cut, Recording},
    process::{Bounds, MARK, Order, Other, Reply, crash_points},
    verdict::ensure,
};

/// For every moment at which a process is killed, so many states of the disk: they cost no process.
const STATES: u32 = 2;

/// Commits of the process that is recorded: from nothing, over one, of full scope, and beside a
/// reader of another process.
const COMMITS: u64 = 4;

pub(crate) fn a_power_cut_leaves_old_or_new(cx: &Cx) -> Outcome {
    let (dir, beside) = (TempDir::new().map_err(Violation::new)?, TempDir::new().map_err(Violation::new)?);
    let record = beside.path().join("record");
    let mut other = Other::start_within(cx, dir.path(), Bounds::Recorded(&record))?;
    for stamp in 1..COMMITS {
        other.make(&Order::Commit(stamp))?;
    }
    // A store may publish in another way while a reader is open.
    let backend = cx.block_on(cx.open(dir.path()))?;
    let reader = cx.block_on(backend.open_reader())?;
    other.make(&Order::Commit(COMMITS))?;
    drop(reader);
    other.dismiss()?;
    let recording = Recording::read(&record, dir.path())?;
    let cuts = recording.cuts((crash_points() * STATES) as usize);
    ensure!(!cuts.is_empty(), "the commits left no trace on the disk");
    for cut in cuts {
        let returned = recording.said(cut.after, MARK).into_iter().filter_map(|line| match serde_json::from_str(line) {
            Ok(Reply::Done(generation)) => Some(generation),
            _ => None,
        });
        let last = returned.max().unwrap_or(0);
        after_cut(cx, &cut, last).map_err(|violation| {
            let Cut { after, kept, left, .. } = &cut;
            let files: Vec<_> =
                left.files.iter().map(|(path, bytes)| format!("{} ({} bytes)", path.display(), bytes.len())).collect();
            let last_op = recording.last(*after);
            violation.during(format_args!(
                "the power is cut after commit {last} had returned and operation {after} was done ({last_op}); of what was not \
                 durable, the disk kept: {kept:?}; so there is {files:?}"
            ))
        })?;
    }
    Ok(())
}

/// What a cut left is the last commit that had returned or the one after it, and the next session
/// is right.
fn after_cut(cx: &Cx, cut: &Cut, returned: u64) -> Outcome {
    let dir = TempDir::new().map_err(Violation::new)?;
    cut.left.write_into(dir.path()).map_err(Violation::new)?;
    cx.block_on(async {
        let backend = cx.open(dir.path()).await?;
        let left = super::left(&backend, returned..=(returned + 1).min(COMMITS)).await?;
        drop(backend);
        // As the machine is when it is on again: nothing of the one before is in memory.
        goes_on(&cx.open(dir.path()).await?, left).await
    })
}
