//! Backends that are odd, and break nothing.

use std::sync::Arc;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::judge,
};

#[derive(Default)]
struct YieldsOften;

#[async_trait]
impl Fault for YieldsOften {
    async fn answering(&self, opened: &Arc<dyn IndexReader>) -> Answer<Arc<dyn IndexReader>> {
        tokio::task::yield_now().await;
        Ok(Arc::clone(opened))
    }

    async fn called(&self) {
        tokio::task::yield_now().await;
    }

    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        tokio::task::yield_now().await;
        let reader = base.open_reader().await;
        tokio::task::yield_now().await;
        reader
    }

    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        tokio::task::yield_now().await;
        let session = base.begin_index_session(request.clone()).await;
        tokio::task::yield_now().await;
        session
    }

    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        tokio::task::yield_now().await;
        let commit = session.commit().await;
        tokio::task::yield_now().await;
        commit
    }
}

#[derive(Default)]
pub struct KeepsNoEmbeddings;

/// The answer to a call about embeddings by a backend that does not claim them.
fn refused<T>() -> Answer<T> {
    Err(BackendError::Unsupported { backend: "memory".to_owned(), capability: Capability::Embeddings })
}

#[async_trait]
impl Fault for KeepsNoEmbeddings {
    fn describe(&self, descriptor: &mut BackendDescriptor) {
        descriptor.capabilities.retain(|claimed| *claimed != Capability::Embeddings);
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        if file.embeddings.is_empty() { session.put_file(file).await } else { refused() }
    }

    async fn reusable_in_session(&self, _session: &mut DynSession, _request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        refused()
    }

    async fn pending_in_session(&self, _session: &mut DynSession, _request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
        refused()
    }

    async fn queue_embeddings(&self, _session: &mut DynSession, _rows: Vec<PendingEmbedding>) -> Answer<()> {
        refused()
    }

    async fn store_embeddings(&self, _session: &mut DynSession, _rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        refused()
    }

    async fn reusable_embeddings(&self, _reader: &dyn IndexReader, _request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        refused()
    }

    async fn pending_embeddings(&self, _reader: &dyn IndexReader, _request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
        refused()
    }

    async fn candidates(&self, _reader: &dyn IndexReader, _request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        refused()
    }
}

#[test]
fn a_backend_that_yields_at_every_call_breaks_nothing() {
    judge::<YieldsOften>(module_path!(), "nothing", &[]);
}

#[test]
fn a_backend_without_embeddings_breaks_nothing() {
    judge::<KeepsNoEmbeddings>(module_path!(), "nothing", &[]);
}

/// Commits on a thread of its own, which ends what it began although its caller has gone.
#[derive(Default)]
struct CommitsElsewhere;

#[async_trait]
impl Fault for CommitsElsewhere {
    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        let lost = |error| BackendError::io("memory", "commit", "memory", std::io::Error::other(error));
        tokio::spawn(session.commit()).await.map_err(lost)?
    }
}

#[test]
fn a_backend_that_commits_elsewhere_breaks_nothing() {
    judge::<CommitsElsewhere>(module_path!(), "nothing", &[]);
}
