//! Embeddings of files that are in the index already: no file is read or analyzed for them.

use codira_contracts::{
    ComputedEmbedding, EmbeddingRow, EmbeddingState, IndexBackend, IndexReader, IndexWriteSession, PendingEmbedding,
    PendingRequest, RepoPath, SymbolKey,
};

use super::{
    conclude::Ledger,
    embed::{Embedder, EmbeddingMode, FileRows},
    request::EmbeddingBacklog,
    write::Writer,
};
use crate::{IndexEvent, IndexerError};

/// How many files get rows in one batch.
const BATCH_FILES: usize = 64;

impl<B: IndexBackend> Writer<'_, B> {
    /// Adds the rows of a spec that the index does not know to unchanged files. Where the spec is
    /// known, vectors are computed now and the backlog is worked off, it sets the vectors of all
    /// pending rows.
    pub(super) async fn populate(
        &mut self,
        ledger: &Ledger,
        backlog: EmbeddingBacklog,
        events: &(dyn Fn(IndexEvent) + Send + Sync),
    ) -> Result<(), IndexerError> {
        let Some(embedder) = &self.embedder else { return Ok(()) };
        match self.stored.and_then(|stored| stored.embeddings(embedder.spec())) {
            None => self.add_rows(ledger, events).await,
            Some(stored)
                if stored.pending > 0 && embedder.mode == EmbeddingMode::Now && backlog == EmbeddingBacklog::WorkOff =>
            {
                self.work_off(stored.pending, events).await
            }
            Some(_) => Ok(()),
        }
    }

    async fn add_rows(&mut self, ledger: &Ledger, events: &(dyn Fn(IndexEvent) + Send + Sync)) -> Result<(), IndexerError> {
        let kept: Vec<&RepoPath> = ledger.kept().collect();
        if kept.is_empty() {
            return Ok(());
        }
        let reader = self.backend.open_reader().await?;
        for (paths, done) in kept.chunks(BATCH_FILES).zip(1..) {
            let mut rows: Vec<(SymbolKey, EmbeddingRow)> = Vec::new();
            for &path in paths {
                let file = self.unless_cancelled(reader.file(path)).await??;
                if let (Some(file), Some(embedder)) = (file, &mut self.embedder) {
                    let FileRows { rows: found, skipped } = FileRows::of(&embedder.embedding, path, &file.analysis);
                    embedder.skip(skipped);
                    let key = |row: &EmbeddingRow| SymbolKey { path: path.clone(), id: row.owner.clone() };
                    rows.extend(found.into_iter().map(|row| (key(&row), row)));
                }
            }
            if rows.is_empty() {
                continue;
            }
            let pending = rows.iter().filter_map(|(key, row)| pending(key, row)).collect();
            self.begin().await?.queue_embeddings(pending).await?;
            if let (Some(session), Some(embedder)) = (&mut self.session, &mut self.embedder) {
                embedder.embed(session, rows.iter_mut().map(|(_, row)| row)).await?;
                session.store_embeddings(rows.into_iter().filter_map(|(key, row)| computed(key, row)).collect()).await?;
            }
            let (done, total) = ((done * BATCH_FILES).min(kept.len()) as u64, kept.len() as u64);
            events(IndexEvent::Embedded { done, total });
        }
        Ok(())
    }

    async fn work_off(&mut self, total: u64, events: &(dyn Fn(IndexEvent) + Send + Sync)) -> Result<(), IndexerError> {
        let mut done = 0;
        loop {
            self.begin().await?;
            let (Some(session), Some(embedder)) = (&mut self.session, &mut self.embedder) else { return Ok(()) };
            if self.cancel.is_cancelled() {
                return Err(IndexerError::Cancelled);
            }
            let rows = work_off_batch(session, embedder, super::write::BATCH_TEXTS).await?;
            if rows == 0 {
                return Ok(());
            }
            done += rows;
            events(IndexEvent::Embedded { done, total: total.max(done) });
        }
    }
}

/// Sets the vectors of at most `limit` pending rows. Returns how many it set.
pub(super) async fn work_off_batch<S: IndexWriteSession>(
    session: &mut S,
    embedder: &mut Embedder,
    limit: usize,
) -> Result<u64, IndexerError> {
    let request = PendingRequest { spec: Some(embedder.spec().clone()), ..PendingRequest::default() }.limit(limit);
    let pending = session.pending_embeddings(&request).await?;
    let mut rows: Vec<_> = pending.into_iter().map(row).collect();
    embedder.embed(session, rows.iter_mut().map(|(_, row)| row)).await?;
    let computed: Vec<_> = rows.into_iter().filter_map(|(key, row)| computed(key, row)).collect();
    let number = computed.len() as u64;
    if number > 0 {
        session.store_embeddings(computed).await?;
    }
    Ok(number)
}

fn row(pending: PendingEmbedding) -> (SymbolKey, EmbeddingRow) {
    let PendingEmbedding { key, spec, text } = pending;
    let row = EmbeddingRow::pending(key.id.clone(), spec, text);
    (key, row)
}

fn pending(key: &SymbolKey, row: &EmbeddingRow) -> Option<PendingEmbedding> {
    let EmbeddingState::Pending { text } = &row.state else { return None };
    Some(PendingEmbedding { key: key.clone(), spec: row.spec.clone(), text: text.clone() })
}

fn computed(key: SymbolKey, row: EmbeddingRow) -> Option<ComputedEmbedding> {
    let EmbeddingState::Computed(vector) = row.state else { return None };
    Some(ComputedEmbedding { key, spec: row.spec, text_hash: row.text_hash, vector })
}
