//! A session: a draft of the next state, which its commit writes down.
//!
//! Nothing is written before the commit, so that dropping a session has nothing to undo. Nothing awaits, so that no call can be
//! dropped half-way; a store whose commits take long would move this work to a thread, together with the place.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use codira_contracts::{
    BackendError, Commit, ComputedEmbedding, Derivation, ErrorKind, FileSnapshot, IndexWriteSession, Maintenance,
    PendingEmbedding, PendingRequest, RepoPath, Retention, ReusableEmbedding, ReuseRequest, RunInventory, SessionRequest,
    Stored, WriteScope,
};
use codira_memory::{Draft, IndexState};

use super::{place::Place, store::Store};

/// The one mutable handle.
#[derive(Debug)]
pub struct DemoSession {
    draft: Draft,
    store: Store,
    /// What is wrong with what the commit will replace, when it is no readable index.
    replaces: Option<String>,
    place: Place,
}

impl DemoSession {
    pub(crate) fn begin(directory: &Path, store: Store, request: SessionRequest) -> Result<Self, BackendError> {
        let place = Place::take(directory)?;
        let (base, replaces) = match store.load() {
            Ok(state) => (state, None),
            Err(error) => match (error.kind(), request.scope) {
                (ErrorKind::NotIndexed, _) => (IndexState::default(), None),
                (ErrorKind::Corrupt, WriteScope::Full) => (IndexState::default(), Some(error.to_string())),
                _ => return Err(error),
            },
        };
        Ok(Self { draft: Arc::new(base).begin(request), store, replaces, place })
    }
}

#[async_trait]
impl IndexWriteSession for DemoSession {
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
        // The commit derives: it keeps the graph beside the files.
        Ok(Derivation::default())
    }

    async fn write_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError> {
        self.draft.write_inventory(inventory)
    }

    async fn commit(self) -> Result<Commit, BackendError> {
        let Self { draft, store, replaces, place } = self;
        let state = draft.seal();
        if replaces.is_some() {
            store.clear()?;
        }
        store.save(&state)?;
        drop(place);
        Ok(Commit { generation: state.generation(), replaced: replaces })
    }

    async fn abort(self) -> Result<(), BackendError> {
        Ok(())
    }
}
