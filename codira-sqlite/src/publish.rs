//! How what a session wrote to the log gets into the main file, although snapshots may be reading
//! that.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
};

use codira_contracts::BackendError;
use codira_store::{IndexFiles, files::if_there};
use sqlx::{Connection, SqliteConnection};

use crate::{connection, errors::Failed as _, files};

/// The right to write to the main file: there is no snapshot of it, and none can be opened
/// meanwhile.
#[derive(Debug)]
pub(crate) struct MainFile {
    lock: File,
    /// Whether the index was given a new main file to get it.
    renewed: bool,
}

impl MainFile {
    /// Gets the right, without waiting: where snapshots hold the main file, a copy takes its place,
    /// and they keep the old one.
    ///
    /// Only for the holder of the writer lock. The log belongs to the copy as it belonged to the
    /// original.
    pub(crate) fn claim(files: &IndexFiles) -> Result<Self, BackendError> {
        let (main, at) = (files.index(), files.at());
        let file = File::open(main).map_err(|error| at.io("open", error))?;
        match file.try_lock() {
            Ok(()) => return Ok(Self { lock: file, renewed: false }),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(at.io("lock", error)),
        }
        let copy = files.beside(files::COPY);
        let renew = || {
            fs::copy(main, &copy)?;
            let file = OpenOptions::new().read(true).write(true).open(&copy)?;
            file.sync_all()?;
            file.lock()?;
            files.publish(&copy)?;
            Ok(file)
        };
        match renew() {
            Ok(lock) => Ok(Self { lock, renewed: true }),
            Err(error) => {
                // Best effort: what stays is removed when the next session begins.
                let _ = if_there(fs::remove_file(&copy));
                Err(at.io("copy", error))
            }
        }
    }

    /// Moves the commit in the log into the main file, and closes the connection that wrote it.
    ///
    /// When this fails, the log keeps the commit: readers see it there, and the next session tries
    /// again.
    pub(crate) async fn move_log(self, files: &IndexFiles, mut connection: SqliteConnection) -> Result<(), BackendError> {
        let (main, at) = (files.index(), files.at());
        let failed = |error| at.failed("move the log into", error);
        if self.renewed {
            // SQLite sees that its file was replaced, and leaves the log alone.
            connection.close().await.map_err(failed)?;
            connection = connection::in_place(main).await?;
        }
        let moved: Result<(i64, i64, i64), _> = sqlx::query_as(MOVE_LOG).fetch_one(&mut connection).await;
        connection.close().await.map_err(failed)?;
        let (busy, ..) = moved.map_err(failed)?;
        drop(self.lock);
        if busy == 0 { Ok(()) } else { Err(at.io("move the log into", io::Error::other("a reader holds the log"))) }
    }
}

/// Moves every frame of the log into the main file, syncs that, and empties the log.
const MOVE_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Finishes what a killed session left: moves a commit in the log into the main file, and empties
/// the log.
pub(crate) async fn recover(files: &IndexFiles) -> Result<(), BackendError> {
    let lock = MainFile::claim(files)?;
    lock.move_log(files, connection::in_place(files.index()).await?).await
}
