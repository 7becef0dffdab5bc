//! What the session's thread owns: the connection, and everything it remembers between calls.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

use codira_contracts::{BackendError, RepoPath, RunInventory, Tool, resolve::RuleSet};
use codira_store::{AllOffers, again};
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::{embeddings::Specs, encode::Unresolved, in_flight::InFlight, postings::Postings, queue::Queue, sketches::Gathered};
use crate::{
    connection,
    errors::{Failed as _, at},
    files::Files,
};

/// Where the session writes.
#[derive(Debug)]
pub(super) enum Target {
    /// Through the log, into the index that is there.
    InPlace,
    /// Into a new file, which replaces what is there: a sentence about that, if it was no readable index.
    Fresh { replaced: Option<String> },
}

/// The session as its thread sees it.
pub(crate) struct Writer {
    pub(super) files: Files,
    /// The index, for errors.
    pub(super) location: PathBuf,
    pub(super) connection: SqliteConnection,
    pub(super) target: Target,
    pub(super) tool: Tool,
    pub(super) stop: Arc<AtomicBool>,
    /// The file that holds the state from which the session began, if there is one that can be read.
    pub(super) base: Option<PathBuf>,
    pub(super) base_connection: Option<SqliteConnection>,
    pub(super) generation: u64,
    pub(super) inventory: RunInventory,
    /// What the session resolves by.
    pub(super) rules: RuleSet,
    /// Whether the stored edges are those of other rules.
    pub(super) rules_changed: bool,
    pub(super) next_file: i64,
    /// Numbers of files by path; of all files, or of those that were looked for.
    pub(super) numbers: FxHashMap<RepoPath, i64>,
    pub(super) all_numbers: bool,
    pub(super) queue: Queue,
    /// Files that are being encoded.
    pub(super) in_flight: Option<InFlight>,
    pub(super) postings: Postings,
    pub(super) specs: Option<Specs>,
    /// Sketches of vectors that were written, whose rows are not whole yet.
    pub(super) sketches: Gathered,
    /// Whether embeddings may have changed.
    pub(super) embeddings_touched: bool,
    /// Files to resolve.
    pub(super) dirty: FxHashSet<i64>,
    /// Digests of asked keys whose facts changed.
    pub(super) changed: FxHashSet<u32>,
    /// Whether files were resolved before, so that some may have asked for what changes.
    pub(super) anyone_asked: bool,
    /// What all files offer, while nothing was resolved yet and there is not too much.
    pub(super) offers: Option<AllOffers>,
    /// Analyses of dirty files, without texts, as long as there are not too many.
    pub(super) analyses: FxHashMap<i64, Unresolved>,
    pub(super) analyses_weight: usize,
    pub(super) failure: Option<BackendError>,
}

impl Writer {
    /// Goes on without the state from which the session began: it cannot be read.
    pub(super) async fn forget_base(&mut self) {
        self.base = None;
        if let Some(base) = self.base_connection.take() {
            let _ = base.close().await;
        }
    }

    /// Whether the session replaces everything that is there.
    pub(super) fn is_fresh(&self) -> bool {
        matches!(self.target, Target::Fresh { .. })
    }

    /// A connection to the state from which the session began.
    pub(super) async fn base(&mut self) -> Result<Option<&mut SqliteConnection>, BackendError> {
        if self.base_connection.is_none()
            && let Some(path) = &self.base
        {
            // Nobody writes to the main file but this session, and only when it commits.
            self.base_connection = Some(connection::immutable(path).await?);
        }
        Ok(self.base_connection.as_mut())
    }

    /// Why the session can do nothing any more, if that is so.
    pub(super) fn broken(&self) -> Option<BackendError> {
        self.failure.as_ref().map(again)
    }

    /// Remembers a failure that nobody waited for.
    pub(super) fn note(&mut self, result: Result<(), BackendError>) {
        if let Err(error) = result {
            self.failure.get_or_insert(error);
        }
    }

    pub(super) async fn set_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError> {
        self.inventory = inventory;
        Ok(())
    }

    /// Runs a statement that holds nothing but numbers and names of ours.
    pub(super) async fn run(&mut self, sql: String) -> Result<u64, BackendError> {
        let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        let done = query.execute(&mut self.connection).await.map_err(|error| at(&self.location).failed("write", error))?;
        Ok(done.rows_affected())
    }

    /// Runs a statement with one parameter.
    pub(super) async fn run_of(&mut self, sql: &'static str, number: i64) -> Result<(), BackendError> {
        let done = sqlx::query(sql).bind(number).execute(&mut self.connection).await;
        done.map(drop).map_err(|error| at(&self.location).failed("write", error))
    }

    /// The rows of a statement that holds nothing but numbers and names of ours.
    pub(super) async fn rows<T>(&mut self, sql: String) -> Result<Vec<T>, BackendError>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        let query = sqlx::query_as(AssertSqlSafe(sql)).persistent(false);
        query.fetch_all(&mut self.connection).await.map_err(|error| at(&self.location).failed("read", error))
    }
}
