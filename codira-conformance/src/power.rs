//! Power cuts: what another process does to its files is recorded, and the states are made that a
//! disk may keep of it.

mod disk;
mod trace;
mod tracer;

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
};

use disk::Disk;
pub(crate) use disk::{Contents, Kept};
use trace::{Op, Unreadable};
pub(crate) use tracer::{SyncCall, failing_sync, slow_locks, tracer};

use crate::{Outcome, Violation, directory};

/// Why nothing can be recorded here; `None` where it can.
pub(crate) fn missing() -> Option<String> {
    static MISSING: OnceLock<Option<String>> = OnceLock::new();
    MISSING.get_or_init(probe).clone()
}

fn probe() -> Option<String> {
    let record = tempfile::NamedTempFile::new().ok()?;
    let mut probe = tracer(record.path());
    match probe.arg("true").stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Some(format!(
                "`strace` cannot watch another process here: {}",
                said.lines().next().unwrap_or("it does not say why")
            ))
        }
        Err(error) => Some(format!("what a process does to its files is recorded by `strace`: {error}")),
    }
}

/// What a process did to the files below a directory that was empty.
pub(crate) struct Recording {
    ops: Vec<Op>,
}

/// A state that a power cut may leave.
pub(crate) struct Cut {
    /// The operations that were done before.
    pub(crate) after: usize,
    /// What was kept of those that were not durable.
    pub(crate) kept: Kept,
    /// What is left.
    pub(crate) left: Contents,
}

/// The syncs that `record` tells of below `dir`, in order.
pub(crate) fn syncs(record: &Path, dir: &Path) -> Outcome<Vec<SyncCall>> {
    Ok(tracer::syncs(&operations(record, dir)?))
}

fn operations(record: &Path, dir: &Path) -> Outcome<Vec<Op>> {
    let text = fs::read(record).map_err(Violation::new)?;
    let dir = dir.canonicalize().map_err(Violation::new)?;
    trace::read(&String::from_utf8_lossy(&text), &dir)
        .map_err(|Unreadable(why)| Violation::not_run(format_args!("what was recorded cannot be replayed: {why}")))
}

impl Recording {
    /// Reads what `record` tells of the files below `dir`, and sees that it tells all: that it
    /// leads to what is there.
    pub(crate) fn read(record: &Path, dir: &Path) -> Outcome<Self> {
        let ops = operations(record, dir)?;
        let mut disk = Disk::default();
        ops.iter().enumerate().for_each(|(number, op)| disk.apply(number, op));
        let mapped: HashSet<&PathBuf> =
            ops.iter().filter_map(|op| if let Op::Map { path } = op { Some(path) } else { None }).collect();
        let Contents { files, .. } = disk.current();
        for path in directory::files(dir)?.iter().filter(|path| !mapped.contains(path)) {
            let same = files.get(path).is_some_and(|bytes| fs::read(dir.join(path)).is_ok_and(|there| there == *bytes));
            if !same {
                return Err(Violation::not_run(format_args!(
                    "the record does not tell what was written to {}",
                    path.display()
                )));
            }
        }
        Ok(Self { ops })
    }

    /// The lines with `mark` that were said before so many operations.
    pub(crate) fn said(&self, before: usize, mark: &str) -> Vec<&str> {
        let texts = self.ops[..before].iter().filter_map(|op| if let Op::Say { text } = op { Some(text) } else { None });
        texts.flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix(mark)).collect()
    }

    /// So many states that a cut may leave, each once: first what is left when something was said
    /// and nothing more is kept, then those around what makes changes durable, then any.
    pub(crate) fn cuts(&self, most: usize) -> Vec<Cut> {
        let (mut returned, mut telling, mut others) = (Vec::new(), Vec::new(), Vec::new());
        let mut disk = Disk::default();
        let mut said = 0;
        for (number, op) in self.ops.iter().enumerate() {
            let says = matches!(op, Op::Say { .. });
            let orders = says || matches!(op, Op::Sync { .. } | Op::SyncAll { .. } | Op::Rename { .. } | Op::Remove { .. });
            if orders && !says && !disk.is_settled() {
                telling.extend(choices(&disk, number).map(|kept| (number, kept, said)));
            }
            disk.apply(number, op);
            said += usize::from(says);
            if says {
                returned.push((number + 1, Kept::Nothing, said));
            } else if orders {
                if matches!(op, Op::Rename { .. }) {
                    // What is published before it is synced shows here.
                    returned.push((number + 1, Kept::Names, said));
                }
                telling.extend([Kept::Nothing, Kept::Names].map(|kept| (number + 1, kept, said)));
            } else if !disk.is_settled() {
                others.extend(choices(&disk, number + 1).map(|kept| (number + 1, kept, said)));
            }
        }
        let mut seed = 0xC0D1;
        let mut seen = HashSet::new();
        let mut cuts = Vec::new();
        // Neither kind crowds out the other.
        for (mut candidates, most) in [(returned, most), (telling, most.div_ceil(2)), (others, most)] {
            // Many choices at one moment leave the same.
            let mut tries = 8 * most;
            while cuts.len() < most && tries > 0 && !candidates.is_empty() {
                tries -= 1;
                let index = crate::process::next(&mut seed) as usize % candidates.len();
                let (after, kept, said) = candidates.swap_remove(index);
                let left = self.left(after, kept);
                if seen.insert((said, left.clone())) {
                    cuts.push(Cut { after, kept, left });
                }
            }
        }
        cuts
    }

    fn left(&self, after: usize, kept: Kept) -> Contents {
        let mut disk = Disk::default();
        self.ops[..after].iter().enumerate().for_each(|(number, op)| disk.apply(number, op));
        disk.after_cut(kept)
    }

    /// What was done last before a cut, for people.
    pub(crate) fn last(&self, after: usize) -> String {
        let op = after.checked_sub(1).and_then(|last| self.ops.get(last));
        match op {
            None => "nothing".to_owned(),
            Some(Op::Write { path, offset, bytes }) => format!("write {} bytes to {path:?} at {offset}", bytes.len()),
            Some(op) => format!("{op:?}"),
        }
    }
}

/// What cuts at one moment may keep.
fn choices(disk: &Disk, number: usize) -> impl Iterator<Item = Kept> + use<> {
    let single = (0..disk.pending_changes().min(4)).flat_map(|index| [Kept::AllBut(index), Kept::Only(index)]);
    [
        Kept::Nothing,
        Kept::Everything,
        Kept::Names,
        Kept::Bytes,
        Kept::Torn,
        Kept::Some(number as u64),
        Kept::Some(!number as u64),
    ]
    .into_iter()
    .chain(single)
}
