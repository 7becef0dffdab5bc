//! One committed state, opened so that nothing can change it and opening changes nothing.
//!
//! A snapshot holds a shared lock on the main file; a session moves its log into that file only
//! under the exclusive one, and gives the index a new main file when it cannot get it. So the file
//! is immutable while a snapshot of it lives, and SQLite is told so: it looks at no log and takes
//! no lock of its own. The log matters only when it holds a commit that is not in the main file:
//! its writer was killed, or is about to move it. Such a state is read from a private copy, in
//! which SQLite applies the log.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
    time::Duration,
};

use codira_contracts::BackendError;
use codira_store::{
    IndexFiles,
    files::{if_there, with_suffix},
};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

use crate::{
    FILE_NAME, connection,
    errors::{At, Failed as _, at},
    files::{self, Found},
    tables::SqliteTables,
    wal,
};

/// How often the lock is tried, or a copy made again, before giving up: each failure is a commit
/// that came in between.
const ATTEMPTS: u32 = 100;
/// How many attempts wait for a log to be moved, which takes milliseconds, before a copy is made
/// instead.
const PATIENCE: u32 = 20;
const PAUSE: Duration = Duration::from_millis(1);

/// What keeps a state as it is.
#[derive(Debug)]
#[expect(dead_code, reason = "held, not read")]
pub(crate) enum Keeper {
    Lock(File),
    Copy(TempDir),
}

/// What one attempt came to.
enum Attempt {
    Opened(SqliteConnection, Keeper),
    /// A session is moving its log, or has just given the index a new file.
    Again,
    /// The log holds a commit.
    Copy,
}

/// Opens the last commit.
pub(crate) async fn open(files: &IndexFiles, schema: u32) -> Result<SqliteTables, BackendError> {
    for attempt in 0..ATTEMPTS {
        let attempted = match direct(files, schema).await? {
            Attempt::Again if attempt < PATIENCE => Attempt::Again,
            Attempt::Again | Attempt::Copy => from_copy(files, schema).await?,
            opened => opened,
        };
        if let Attempt::Opened(connection, keeper) = attempted {
            return Ok(SqliteTables { connection, location: files.index().to_owned(), _keeper: Some(keeper) });
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(files.at().io("open", io::Error::new(io::ErrorKind::TimedOut, "commits keep coming in between")))
}

/// Opens the main file itself.
async fn direct(files: &IndexFiles, schema: u32) -> Result<Attempt, BackendError> {
    let (path, at) = (files.index(), files.at());
    let failed = |error| at.io("open", error);
    let file = open_main(path)?;
    match file.try_lock_shared() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Attempt::Again),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    if wal::may_hold_commit(&files.beside(files::LOG)).map_err(failed)? {
        return Ok(Attempt::Copy);
    }
    check(&file, schema, at)?;
    let opened = connection::immutable(path).await;
    // The lock must be on the file that SQLite opened, and that file still the one that the log
    // belonged to.
    if !files::leads_to(path, &file).map_err(failed)? {
        return Ok(Attempt::Again);
    }
    Ok(Attempt::Opened(opened?, Keeper::Lock(file)))
}

/// Opens a private copy of the main file and its log, without the lock.
///
/// The log is copied first. If it is the same log afterwards, then nothing was written to the main
/// file in between, but for moving pages there that the copied log holds as well: together they are
/// the state after the last commit in that log.
async fn from_copy(files: &IndexFiles, schema: u32) -> Result<Attempt, BackendError> {
    let at = files.at();
    let failed = |error| at.io("copy", error);
    let directory = tempfile::tempdir().map_err(failed)?;
    let copy = directory.path().join(FILE_NAME);
    let (source, target) = (files.clone(), copy.clone());
    let copied = tokio::task::spawn_blocking(move || copy_both(&source, &target)).await;
    match copied.map_err(|error| failed(io::Error::other(error)))? {
        Ok(true) => {}
        Ok(false) => return Ok(Attempt::Again),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(BackendError::NotIndexed { location: at.to_string() });
        }
        Err(error) => return Err(failed(error)),
    }
    // SQLite recovers the log and, when the connection closes, moves it into the copy.
    let recovering = connection::in_place(&copy).await?;
    recovering.close().await.map_err(|error| at.failed("recover", error))?;
    check(&open_main(&copy)?, schema, at)?;
    Ok(Attempt::Opened(connection::immutable(&copy).await?, Keeper::Copy(directory)))
}

/// Copies log and main file; says whether the two belong together.
fn copy_both(files: &IndexFiles, target: &Path) -> io::Result<bool> {
    let (main, log) = (files.index(), files.beside(files::LOG));
    let main_before = File::open(main)?;
    // Without a log nothing tells whether pages were moved meanwhile. There is none only for a
    // moment.
    let Some(before) = wal::head(&log)? else { return Ok(false) };
    let target_log = with_suffix(target, files::LOG);
    if if_there(fs::copy(&log, &target_log))?.is_none() {
        return Ok(false);
    }
    let committed = wal::may_hold_commit(&target_log)?;
    fs::copy(main, target)?;
    // A log without a commit says nothing of pages that are being moved: then a commit must not
    // have come since.
    let settled = committed || !wal::may_hold_commit(&log)?;
    Ok(settled && wal::head(&log)? == Some(before) && files::leads_to(main, &main_before)?)
}

fn open_main(path: &Path) -> Result<File, BackendError> {
    let opened = if_there(File::open(path)).map_err(|error| at(path).io("open", error))?;
    opened.ok_or_else(|| BackendError::NotIndexed { location: at(path).to_string() })
}

/// Makes sure that `file` is an index of the schema.
fn check(file: &File, schema: u32, at: At<'_>) -> Result<(), BackendError> {
    match files::inspect(file).map_err(|error| at.io("read", error))? {
        Found::Index { whole: false, .. } => Err(at.corrupt("the file is shorter than it says", None)),
        Found::Index { schema: found, .. } if found == schema => Ok(()),
        Found::Index { schema: found, .. } => {
            Err(BackendError::SchemaMismatch { location: at.to_string(), found, expected: schema })
        }
        Found::Foreign { problem } => Err(at.corrupt(problem, None)),
    }
}
