//! How connections are opened, for each of the ways in which an index is used.

use std::path::Path;

use codira_contracts::BackendError;
use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous},
};

use crate::errors::{Failed as _, at};

/// How many rows wait between SQLite's thread and the caller. Few make the two take turns, which
/// costs ten times as much.
const ROWS_AHEAD: usize = 4096;

/// Opens a file that is not changed any more, or not while the connection lives: no locks, no log,
/// nothing written.
pub(crate) async fn immutable(path: &Path) -> Result<SqliteConnection, BackendError> {
    open(path, base(path).read_only(true).immutable(true).pragma("cache_size", "-8192")).await
}

/// Opens an index to change it in place: what is written goes to the log until it is moved into the
/// main file.
///
/// No other connection opens the file through the log, so its index is kept in memory, and there is
/// no `-shm` file.
pub(crate) async fn in_place(path: &Path) -> Result<SqliteConnection, BackendError> {
    let options = base(path)
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "0")
        .pragma("cache_size", "-32768")
        .pragma("temp_store", "MEMORY");
    open(path, options).await
}

/// Makes a new file that is not published yet: no journal and no waiting for the disk, since it is
/// thrown away unless it is finished, and synced before it is published.
pub(crate) async fn fresh(path: &Path) -> Result<SqliteConnection, BackendError> {
    let options = base(path)
        .create_if_missing(true)
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "MEMORY");
    open(path, options).await
}

fn base(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(false)
        .row_buffer_size(ROWS_AHEAD)
        .pragma("cell_size_check", "ON")
        .disable_statement_logging()
}

async fn open(path: &Path, options: SqliteConnectOptions) -> Result<SqliteConnection, BackendError> {
    options.connect().await.map_err(|error| at(path).failed("open", error))
}
