//! Instances of DuckDB, each with one database.
//!
//! Starting an instance takes ten times as long as opening a small database in one, most of it to
//! register functions. So those that are done with their database wait here for the next one. No
//! two share an instance: its limits are those of its database.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread::available_parallelism,
};

use codira_contracts::MemoryBudget;
use duckdb::{Config, Connection};

use crate::files;

/// How many instances wait at most; each takes a few megabytes.
const MAX_IDLE: usize = 4;
/// How much of a session's memory DuckDB takes before it spills to its directory, in thousandths:
/// more makes no session faster, as it hardly reads what it wrote. And how much it needs at least,
/// in MiB.
const SHARE: u64 = 320;
const MIN_MEMORY: usize = 96;
/// How many MiB each thread beyond the first needs.
const THREAD_MEMORY: usize = 32;
/// How often a value may be in memory while it is written or read, and from how many megabytes on
/// that matters.
const COPIES: usize = 4;
const LARGE_VALUE: usize = 8;
/// The size of a block. The default of 256 KiB makes small indexes large; blocks of half the size
/// are too small for DuckDB to leave out the zeros of numbers.
const BLOCK: &str = "32768";
/// How many rows DuckDB keeps together. When a session settles, it writes the last ones of each
/// table once more, with those that came since: with the default of 122 880 rows that was most of
/// what was written.
const ROW_GROUP: usize = 16_384;
/// From which size on an index is worth a thread on every core. For a smaller one they cost more
/// than they give, in a session, too: who waits for another thread of DuckDB does so busily.
const MIN_BYTES_FOR_THREADS: u64 = 64 << 20;

/// What the questions of a reader, each of one table, need no help with. Every step of the
/// optimizer that is left out saves a tenth of what it takes to plan one.
const NO_OPTIMIZERS: &str = "filter_pullup,empty_result_pullup,cte_filter_pusher,regex_range,deliminator,unnest_rewriter,\
    common_subexpressions,common_aggregate,column_lifetime,top_n_window_elimination,compressed_materialization,duplicate_groups,\
    reorder_filter,sampling_pushdown,extension,materialized_cte,sum_rewriter,cte_inlining,common_subplan,join_elimination,\
    window_self_join,limit_pushdown,late_materialization,row_group_pruner";

/// Instances that wait.
static IDLE: Mutex<Vec<Connection>> = Mutex::new(Vec::new());

/// How a database is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Nothing is changed, and nothing made beside it.
    Read,
    /// It is a session's own, which has so much memory; it is made if it is not there.
    Write(MemoryBudget),
}

/// An instance that has a database. Dropping it closes the database; connections to it are to be
/// dropped before.
#[derive(Debug)]
pub(crate) struct Instance {
    control: Option<Connection>,
    /// Where it may spill.
    spill: Option<PathBuf>,
}

impl Instance {
    /// Opens a database in an instance that waits, or a new one; gives a connection to it.
    pub(crate) fn open(path: &Path, how: Use) -> duckdb::Result<(Connection, Self)> {
        let size = path.metadata().map_or(0, |metadata| metadata.len());
        let mut threads =
            if size >= MIN_BYTES_FOR_THREADS { available_parallelism().map_or(1, |cores| cores.get()) } else { 1 };
        let (spill, settings, access) = match how {
            // It has nowhere to spill, and may take what an instance may.
            Use::Read => (None, format!("RESET memory_limit; SET disabled_optimizers = '{NO_OPTIMIZERS}'"), "READ_ONLY"),
            Use::Write(memory) => {
                threads = threads.min(1 + (share(memory) - MIN_MEMORY) / THREAD_MEMORY);
                let settings = format!("{}; SET disabled_optimizers = ''", within(memory, 0));
                (Some(files::spill(path)), settings, "READ_WRITE")
            }
        };
        let directory = spill.as_deref().map_or(Ok(String::new()), quoted)?;
        let settings = format!("SET threads = {threads}; {settings}; SET temp_directory = '{directory}'");
        let waiting = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        // Whatever the last database left behind must not fail this one.
        let control = match waiting.filter(|control| control.execute_batch(&settings).is_ok()) {
            Some(control) => control,
            None => {
                let control = start()?;
                control.execute_batch(&settings)?;
                control
            }
        };
        control.execute_batch(&format!(
            "ATTACH '{}' AS codira (TYPE duckdb, ROW_GROUP_SIZE {ROW_GROUP}, {access})",
            quoted(path)?
        ))?;
        let connection = control.try_clone()?;
        connection.execute_batch("USE codira")?;
        Ok((connection, Self { control: Some(control), spill }))
    }

    /// Closes the database.
    pub(crate) fn close(mut self) -> duckdb::Result<()> {
        self.detach()
    }

    fn detach(&mut self) -> duckdb::Result<()> {
        let Some(control) = self.control.take() else { return Ok(()) };
        control.execute_batch("DETACH codira")?;
        // Where an instance has put what did not fit into memory, it goes on putting it.
        let spilled = self.spill.as_ref().is_some_and(|spill| spill.exists());
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        if !spilled && idle.len() < MAX_IDLE {
            idle.push(control);
        }
        Ok(())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // An instance that cannot let go of its database is given up, and the database with it.
        let _ = self.detach();
    }
}

/// Keeps a session within its memory, but for a value of so many bytes: that it must hold. No file
/// of gigabytes is indexed.
pub(crate) fn within(memory: MemoryBudget, largest: u64) -> String {
    let megabytes = |bytes: u64| usize::try_from(bytes >> 20).map_or(4096, |megabytes| megabytes.min(4096));
    let largest = megabytes(largest);
    let room = if largest >= LARGE_VALUE { COPIES * largest } else { 0 };
    let memory = share(memory);
    format!("SET memory_limit = '{}MiB'", memory + room)
}

/// DuckDB's share of a session's memory, in MiB.
fn share(memory: MemoryBudget) -> usize {
    (memory.per_mille(SHARE) >> 20).max(MIN_MEMORY)
}

/// A new instance, without a database.
fn start() -> duckdb::Result<Connection> {
    let config = Config::default()
        .with("default_collation", "binary")?
        .with("preserve_insertion_order", "true")?
        .with("storage_compatibility_version", "latest")?
        .with("default_block_size", BLOCK)?
        // A commit goes into the file, not into a log beside it.
        .with("checkpoint_threshold", "0B")?
        .with("temp_directory", "")?
        // No code from elsewhere. An index itself is kept from reading other files by
        // `schema::number_of`.
        .enable_autoload_extension(false)?;
    Connection::open_in_memory_with_flags(config)
}

/// A path inside a text of SQL, which is UTF-8.
fn quoted(path: &Path) -> duckdb::Result<String> {
    let text = path.to_str().ok_or_else(|| duckdb::Error::InvalidPath(path.to_owned()))?;
    Ok(text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_session_has_room_for_its_largest_file() {
        let megabytes = |bytes: u64| -> usize {
            let setting = within(MemoryBudget::default(), bytes);
            setting.trim_start_matches("SET memory_limit = '").trim_end_matches("MiB'").parse().unwrap()
        };
        assert_eq!(megabytes(4 << 20), megabytes(0), "which is as large as files are by default");
        assert!(megabytes(200 << 20) >= 800 + megabytes(0));
        assert!(megabytes(u64::MAX) < 1 << 20, "a size that no file has is no reason to fill the memory");
    }
}
