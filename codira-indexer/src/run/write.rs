//! The one session of a run: begun when there is something to write, and not before.

use std::time::{Duration, Instant};

use codira_contracts::{
    BackendError, Derivation, IndexBackend, IndexReader, IndexWriteSession, RepoPath, Retention, RunInventory, SessionRequest,
    WriteScope,
};
use tokio_util::sync::CancellationToken;

use super::{
    analyze::{FileOutcome, Finished},
    conclude::Ledger,
    embed::{Embedder, EmbeddingBatch},
    plan::Task,
    previous::{PreviousIndex, Stored},
};
use crate::{IndexEvent, IndexerError, Outcome};

/// How many texts are embedded in one batch: enough to keep every thread busy.
pub(super) const BATCH_TEXTS: usize = 1024;

/// How many files a batch has at most, and their share of memory, in thousandths of the budget.
const BATCH_FILES: usize = 128;
const BATCH_SHARE: u64 = 16;

/// Writes the outcomes of a run.
pub(super) struct Writer<'a, B: IndexBackend> {
    pub(super) backend: &'a B,
    request: SessionRequest,
    pub(super) stored: Option<&'a Stored>,
    pub(super) cancel: &'a CancellationToken,
    pub(super) session: Option<B::Session>,
    derivation: Derivation,
    pub(super) embedder: Option<Embedder>,
    /// Files whose texts are embedded next.
    pending: Vec<Finished>,
    /// Files whose vectors are being computed.
    in_flight: Option<(Vec<Finished>, EmbeddingBatch)>,
    /// The time spent waiting for vectors.
    pub(super) embed_time: Duration,
    /// The time spent waiting for the store.
    pub(super) time: Duration,
}

impl<'a, B: IndexBackend> Writer<'a, B> {
    pub(super) fn new(
        backend: &'a B,
        request: SessionRequest,
        previous: &'a PreviousIndex,
        embedder: Option<Embedder>,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            backend,
            request,
            stored: previous.stored(),
            cancel,
            session: None,
            derivation: Derivation::default(),
            embedder,
            pending: Vec::new(),
            in_flight: None,
            embed_time: Duration::ZERO,
            time: Duration::ZERO,
        }
    }

    /// Waits for `future`, or until the run is cancelled.
    pub(super) async fn unless_cancelled<T>(&self, future: impl Future<Output = T>) -> Result<T, IndexerError> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(IndexerError::Cancelled),
            value = future => Ok(value),
        }
    }

    /// Begins the session, unless it has begun.
    pub(super) async fn begin(&mut self) -> Result<&mut B::Session, IndexerError> {
        if self.session.is_none() {
            let session = self.unless_cancelled(self.backend.begin_index_session(self.request.clone())).await??;
            self.session = Some(session);
        }
        Ok(self.session.as_mut().expect("the session has begun"))
    }

    /// Removes a file that is stored; a full session begins without it.
    pub(super) async fn remove(&mut self, path: &RepoPath) -> Result<(), IndexerError> {
        let is_stored = self.stored.is_some_and(|stored| stored.has(path));
        if self.request.scope == WriteScope::Incremental && is_stored {
            let started = Instant::now();
            self.begin().await?.remove_file(path).await?;
            self.time += started.elapsed();
        }
        Ok(())
    }

    /// Takes the outcome of one of `tasks`. It is put now, or with its batch where texts are
    /// embedded.
    pub(super) async fn take(&mut self, tasks: &[Task], finished: Finished, ledger: &mut Ledger) -> Result<(), IndexerError> {
        if self.embedder.is_none() {
            return self.put(&tasks[finished.task], finished.outcome, ledger).await;
        }
        self.pending.push(finished);
        let texts: usize = self.pending.iter().map(|finished| finished.outcome.embeddings().len()).sum();
        let memory: usize = self.pending.iter().map(|finished| finished.outcome.memory()).sum();
        let has_room = memory < self.request.memory.per_mille(BATCH_SHARE) && self.pending.len() < BATCH_FILES;
        if texts < BATCH_TEXTS && has_room {
            return Ok(());
        }
        self.rotate_batches(tasks, ledger).await
    }

    /// Puts every file that was taken.
    pub(super) async fn put_pending(&mut self, tasks: &[Task], ledger: &mut Ledger) -> Result<(), IndexerError> {
        self.rotate_batches(tasks, ledger).await?;
        self.rotate_batches(tasks, ledger).await
    }

    /// Begins to compute the vectors of the pending batch, and puts the batch in flight. Vectors
    /// are computed while workers analyze and the store writes.
    async fn rotate_batches(&mut self, tasks: &[Task], ledger: &mut Ledger) -> Result<(), IndexerError> {
        let before = self.in_flight.take();
        let pending = std::mem::take(&mut self.pending);
        if pending.iter().any(|finished| !finished.outcome.embeddings().is_empty()) {
            let started = Instant::now();
            self.begin().await?;
            let cancelled = self.cancel.cancelled();
            if let (Some(session), Some(embedder)) = (&mut self.session, &mut self.embedder) {
                let rows = pending.iter().flat_map(|finished| finished.outcome.embeddings());
                let batch = tokio::select! {
                    biased;
                    () = cancelled => return Err(IndexerError::Cancelled),
                    begun = embedder.begin(session, rows) => begun?,
                };
                self.in_flight = Some((pending, batch));
            }
            self.embed_time += started.elapsed();
        } else {
            for Finished { task, outcome } in pending {
                self.put(&tasks[task], outcome, ledger).await?;
            }
        }
        let Some((mut finished, batch)) = before else { return Ok(()) };
        let started = Instant::now();
        let cancelled = self.cancel.cancelled();
        if let (Some(session), Some(embedder)) = (&mut self.session, &mut self.embedder) {
            let rows = finished.iter_mut().flat_map(|finished| finished.outcome.embeddings_mut());
            tokio::select! {
                biased;
                () = cancelled => return Err(IndexerError::Cancelled),
                embedded = embedder.finish(session, batch, rows) => embedded?,
            }
        }
        self.embed_time += started.elapsed();
        for Finished { task, outcome } in finished {
            self.put(&tasks[task], outcome, ledger).await?;
        }
        Ok(())
    }

    /// Puts the outcome of a task, and records it.
    async fn put(&mut self, task: &Task, outcome: FileOutcome, ledger: &mut Ledger) -> Result<(), IndexerError> {
        let diagnostics = outcome.diagnostics();
        match outcome {
            FileOutcome::Same => ledger.same(task),
            FileOutcome::Analyzed { reason, snapshot, skipped } => {
                if let Some(embedder) = &mut self.embedder {
                    embedder.skip(skipped);
                }
                let started = Instant::now();
                let put = self.begin().await?.put_file(*snapshot).await;
                self.time += started.elapsed();
                match put {
                    Ok(()) => ledger.analyzed(task, reason, diagnostics),
                    // The analyzer broke a rule of the contract: that is the file's failure, not
                    // the run's.
                    Err(error @ BackendError::InvalidInput { .. }) => {
                        self.remove(&task.path).await?;
                        ledger.failed(task, error.to_string());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            FileOutcome::Skipped(reason) => {
                self.remove(&task.path).await?;
                ledger.skipped(task, reason);
            }
            FileOutcome::Failed(message) => {
                self.remove(&task.path).await?;
                ledger.failed(task, message);
            }
        }
        Ok(())
    }

    /// Removes what is stale although no file changed. A full session begins without any of it.
    pub(super) async fn maintain(&mut self, retention: &Retention) -> Result<(), IndexerError> {
        let Some(maintenance) = self.stored.map(|stored| stored.maintenance) else { return Ok(()) };
        if self.request.scope == WriteScope::Full || !maintenance.is_needed() {
            return Ok(());
        }
        self.begin().await?.maintain(retention).await?;
        Ok(())
    }

    /// Writes the inventory where it differs from what is stored, or where something else is
    /// written.
    pub(super) async fn write_inventory(&mut self, mut inventory: RunInventory) -> Result<(), IndexerError> {
        inventory.analyzers.sort_unstable();
        let rules = self.request.rules.inventory();
        let same = |stored: &Stored| {
            (stored.coverage, &stored.analyzers, &stored.rules) == (inventory.coverage, &inventory.analyzers, &rules)
        };
        if self.session.is_some() || !self.stored.is_some_and(same) {
            self.begin().await?.write_inventory(inventory).await?;
        }
        Ok(())
    }

    /// Derives edges, where something is written.
    pub(super) async fn derive(&mut self, events: &(dyn Fn(IndexEvent) + Send + Sync)) -> Result<(), IndexerError> {
        let Some(session) = &mut self.session else { return Ok(()) };
        events(IndexEvent::Deriving);
        let derived = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(IndexerError::Cancelled),
            derived = session.rebuild_derived() => derived,
        };
        self.derivation = derived?;
        Ok(())
    }

    /// Publishes what was written, if anything was.
    pub(super) async fn commit(self, events: &(dyn Fn(IndexEvent) + Send + Sync)) -> Result<Outcome, IndexerError> {
        let Some(session) = self.session else {
            let generation = self.stored.map_or(0, |stored| stored.generation);
            return Ok(Outcome::UpToDate { generation });
        };
        events(IndexEvent::Committing);
        let commit = session.commit().await?;
        let totals = self.backend.open_reader().await?.totals().await?;
        Ok(Outcome::Committed {
            generation: commit.generation,
            replaced: commit.replaced,
            resolved_files: self.derivation.resolved_files,
            totals,
        })
    }

    /// Aborts the session because of `error`, and hands that back.
    pub(super) async fn abort(self, error: IndexerError) -> IndexerError {
        if let Some(session) = self.session {
            // The first error is returned; the session is gone either way.
            let _ = session.abort().await;
        }
        error
    }
}
