//! Computes the vectors of pending rows, in sessions of its own.

use std::time::{Duration, Instant};

use codira_contracts::{BackendError, IndexBackend, IndexReader, IndexWriteSession, SessionRequest};
use tokio_util::sync::CancellationToken;

use super::{
    Indexer,
    embed::{Embedder, EmbeddingMode},
    populate::work_off_batch,
};
use crate::{EmbeddingReport, IndexEvent, IndexRequest, IndexerError};

/// How many rows the first batch takes.
const FIRST_BATCH: usize = 64;

/// How many rows a batch takes at most: they are in memory.
const LARGEST_BATCH: usize = 8192;

/// How long a batch should take: a kill loses as much, and the writer lock is held as long.
const BATCH_TIME: Duration = Duration::from_secs(1);

impl<B: IndexBackend> Indexer<B> {
    /// Computes the vectors of [deferred](EmbeddingMode::Deferred) rows, batch by batch, each in a
    /// small session that is committed at its end. Committed vectors are not computed again,
    /// however this ends. No file is read.
    ///
    /// Does nothing, and begins no session, where no row of the [spec](crate::Embedding::spec) is
    /// pending.
    ///
    /// # Errors
    ///
    /// [`NoEngine`](IndexerError::NoEngine) without an engine;
    /// [`Cancelled`](IndexerError::Cancelled), with the batches before it committed; what the
    /// engine and the backend say, [`Unsupported`](codira_contracts::ErrorKind::Unsupported) among
    /// it.
    pub async fn embed_pending(
        &self,
        request: IndexRequest,
        events: &(dyn Fn(IndexEvent) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<EmbeddingReport, IndexerError> {
        let Some(embedding) = self.embedding.as_ref() else { return Err(IndexerError::NoEngine) };
        let inventory = self.backend.open_reader().await?.inventory().await?.embeddings;
        let stored = inventory.into_iter().find(|inventory| inventory.spec == *embedding.spec());
        let total = stored.map_or(0, |inventory| inventory.pending);
        let mut embedder = Embedder::new(embedding.clone(), EmbeddingMode::Now, request.jobs, true);
        let (mut done, mut batch) = (0, FIRST_BATCH);
        while done < total {
            let started = Instant::now();
            let rows = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(IndexerError::Cancelled),
                rows = self.embed_batch(&mut embedder, batch) => rows?,
            };
            if rows == 0 {
                break;
            }
            done += rows;
            events(IndexEvent::Embedded { done, total: total.max(done) });
            batch = next_batch(batch, started.elapsed());
        }
        Ok(embedder.report())
    }

    /// One batch, in its own session.
    async fn embed_batch(&self, embedder: &mut Embedder, limit: usize) -> Result<u64, IndexerError> {
        let request = SessionRequest { memory: self.options.memory, ..SessionRequest::incremental(self.rules.clone()) };
        let mut session = self.backend.begin_index_session(request).await?;
        match work_off_batch(&mut session, embedder, limit).await {
            Ok(0) => {
                session.abort().await?;
                Ok(0)
            }
            Ok(rows) => {
                session.commit().await?;
                Ok(rows)
            }
            Err(error) => {
                // The first error is returned; the session is gone either way.
                let _: Result<(), BackendError> = session.abort().await;
                Err(error)
            }
        }
    }
}

/// How many rows to take after a batch of `batch` took `spent`.
fn next_batch(batch: usize, spent: Duration) -> usize {
    if spent > BATCH_TIME {
        (batch / 2).max(1)
    } else if spent < BATCH_TIME / 4 {
        (batch * 2).min(LARGEST_BATCH)
    } else {
        batch
    }
}
