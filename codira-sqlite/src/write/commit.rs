//! How a session ends: published whole, or given up.

use std::fs::File;

use codira_contracts::{BackendError, Commit, Coverage, RunInventory};
use sqlx::Connection;

use super::writer::{Target, Writer};
use crate::{
    codec,
    errors::{Failed as _, at},
    files, forms,
    publish::MainFile,
};

const COMMIT: &str = "COMMIT";
/// Later sessions write in place, through a log; the header must say so before anybody reads a new file.
const USE_LOG: &str = "PRAGMA journal_mode = WAL";
/// Says what is true from now on.
const SET_STATE: &str = "INSERT INTO state (id, generation, backend, version, coverage, analyzers, rules)
    VALUES (1, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET generation = excluded.generation, backend = excluded.backend, version = excluded.version,
        coverage = excluded.coverage, analyzers = excluded.analyzers, rules = excluded.rules";

impl Writer {
    /// Publishes the session.
    pub(super) async fn commit(mut self) -> Result<Commit, BackendError> {
        match self.finish().await {
            Ok(commit) => self.publish(commit).await,
            Err(error) => {
                let _ = self.abandon().await;
                Err(error)
            }
        }
    }

    /// Writes what is still missing.
    async fn finish(&mut self) -> Result<Commit, BackendError> {
        if let Some(error) = self.broken() {
            return Err(error);
        }
        self.derive().await?;
        self.write_postings().await?;
        self.count_embeddings().await?;
        self.write_sketches().await?;
        let generation = self.generation + 1;
        let Writer { inventory: RunInventory { coverage, analyzers }, rules, tool, location, connection, .. } = self;
        let coverage = forms::code(Coverage::ALL, coverage);
        let set = sqlx::query(SET_STATE)
            .bind(generation as i64)
            .bind(&tool.name)
            .bind(&tool.version)
            .bind(coverage)
            .bind(codec::pack(analyzers))
            .bind(codec::pack(&rules.inventory()));
        set.execute(connection).await.map_err(|error| at(location).failed("commit", error))?;
        let replaced = match &self.target {
            Target::InPlace => None,
            Target::Fresh { replaced } => replaced.clone(),
        };
        Ok(Commit { generation, replaced })
    }

    /// Makes what was written the index.
    async fn publish(mut self, commit: Commit) -> Result<Commit, BackendError> {
        if let Some(base) = self.base_connection.take() {
            let _ = base.close().await;
        }
        let failed = |error| at(&self.location).failed("commit", error);
        match self.target {
            Target::InPlace => {
                // First the right to the main file: without it the commit could not be moved there, and nothing happens.
                let main = match MainFile::claim(&self.files) {
                    Ok(main) => main,
                    Err(error) => {
                        let _ = self.abandon().await;
                        return Err(error);
                    }
                };
                if let Err(error) = sqlx::query(COMMIT).execute(&mut self.connection).await {
                    let error = failed(error);
                    let _ = self.abandon().await;
                    return Err(error);
                }
                // The commit is durable in the log. Should moving it fail, readers find it there, and the next session moves it.
                let _ = main.move_log(&self.files, self.connection).await;
                let _ = self.files.remove_debris();
            }
            Target::Fresh { .. } => {
                let path = self.files.fresh();
                let finished = async {
                    sqlx::query(COMMIT).execute(&mut self.connection).await?;
                    sqlx::query(USE_LOG).execute(&mut self.connection).await?;
                    Ok(())
                };
                let finished = finished.await.map_err(failed);
                let closed = self.connection.close().await.map_err(failed);
                let published = finished.and(closed).and_then(|()| {
                    let io = |error| at(&self.location).io("commit", error);
                    File::open(&path).and_then(|file| file.sync_all()).map_err(io)?;
                    // A log that is still there belongs to what nobody could read; it must not be applied to the new file.
                    files::remove(&self.files.wal()).map_err(io)?;
                    self.files.publish(&path).map_err(io)
                });
                // Best effort: what stays is removed when the next session begins.
                let _ = self.files.remove_debris();
                published?;
            }
        }
        Ok(commit)
    }

    /// Leaves everything as it was.
    pub(super) async fn abandon(self) -> Result<(), BackendError> {
        let at = at(&self.location);
        if let Some(base) = self.base_connection {
            let _ = base.close().await;
        }
        // Closing takes back what is not committed.
        let closed = self.connection.close().await;
        let mut cleaned = self.files.remove_debris();
        if matches!(self.target, Target::InPlace) {
            // The log was the session's alone. A commit in it that failed on its way to the disk must not come back.
            cleaned = cleaned.and(files::remove(&self.files.wal()));
        }
        cleaned.map_err(|error| at.io("clean up", error))?;
        closed.map_err(|error| at.failed("abort", error))
    }
}
