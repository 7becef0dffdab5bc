//! The session of every backend that keeps whole states: a draft, and what its commit does with
//! the state that it has become.

use async_trait::async_trait;
use codira_contracts::{
    BackendError, Commit, ComputedEmbedding, Derivation, FileSnapshot, IndexWriteSession, Maintenance, PendingEmbedding,
    PendingRequest, RepoPath, Retention, ReusableEmbedding, ReuseRequest, RunInventory, Stored,
};

use crate::{Draft, IndexState};

/// Where a commit goes. It holds the writer lock, and releases it when it is dropped.
pub trait Publish: Send + 'static {
    /// Makes `state` the last commit, in one step, or leaves the one before.
    fn publish(self, state: IndexState) -> Result<Commit, BackendError>;
}

/// A [`Draft`] of the next state. Nothing is written before its commit, so that dropping it has
/// nothing to undo.
#[derive(Debug)]
pub struct DraftSession<P> {
    draft: Draft,
    publisher: P,
}

impl<P> DraftSession<P> {
    pub(crate) fn new(draft: Draft, publisher: P) -> Self {
        Self { draft, publisher }
    }
}

#[async_trait]
impl<P: Publish> IndexWriteSession for DraftSession<P> {
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError> {
        self.draft.put_file(file)
    }

    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError> {
        self.draft.remove_file(path);
        Ok(())
    }

    async fn maintain(&mut self, retention: &Retention) -> Result<Maintenance, BackendError> {
        Ok(self.draft.maintain(retention))
    }

    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        Ok(self.draft.reusable_embeddings(request))
    }

    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        Ok(self.draft.pending_embeddings(request))
    }

    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        self.draft.queue_embeddings(rows)
    }

    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        self.draft.store_embeddings(rows)
    }

    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError> {
        // The graph is derived of whole states alone: when one is published, or asked.
        Ok(Derivation::default())
    }

    async fn write_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError> {
        self.draft.write_inventory(inventory)
    }

    async fn commit(self) -> Result<Commit, BackendError> {
        self.publisher.publish(self.draft.seal())
    }

    async fn abort(self) -> Result<(), BackendError> {
        Ok(())
    }
}
