//! Choosing a backend at run time.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    AnalyzerInventory, AuditPolicy, BackendDescriptor, BackendError, Candidate, CandidateRequest, Commit, ComputedEmbedding,
    Derivation, DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest, EdgeEntry, EdgeRequest,
    EmbeddingInventory, EmbeddingSpec, FileSnapshot, FileState, ImportEntry, ImportRequest, IndexBackend, IndexReader,
    IndexWriteSession, Maintenance, PathPrefix, PendingEmbedding, PendingRequest, RepoPath, ReusableEmbedding, ReuseRequest,
    RunInventory, RuntimeInventory, Stored, SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKey,
    SymbolRequest, TextReference, TextRequest, Totals, WriteScope,
};

/// Any backend, chosen at run time.
///
/// It is itself an [`IndexBackend`], so that code written against the trait runs unchanged over a backend that a
/// configuration file names; and it is cheap to clone.
///
/// ```
/// use codira_contracts::{BackendError, DynBackend, IndexBackend, IndexReader};
///
/// async fn generation(backend: &impl IndexBackend) -> Result<u64, BackendError> {
///     Ok(backend.open_reader().await?.generation())
/// }
///
/// async fn of_whichever(backend: impl IndexBackend) -> Result<u64, BackendError> {
///     generation(&DynBackend::new(backend)).await
/// }
/// ```
#[derive(Clone)]
pub struct DynBackend(Arc<dyn ErasedBackend>);

impl DynBackend {
    /// Erases the type of `backend`.
    pub fn new(backend: impl IndexBackend) -> Self {
        Self(Arc::new(backend))
    }
}

/// Any reader.
pub type DynReader = Box<dyn IndexReader>;

/// Any session.
pub struct DynSession(Box<dyn ErasedSession>);

#[async_trait]
impl IndexBackend for DynBackend {
    type Reader = DynReader;
    type Session = DynSession;

    fn descriptor(&self) -> &BackendDescriptor {
        self.0.descriptor()
    }

    async fn open_reader(&self) -> Result<DynReader, BackendError> {
        self.0.open_reader().await
    }

    async fn begin_index_session(&self, scope: WriteScope) -> Result<DynSession, BackendError> {
        self.0.begin_index_session(scope).await
    }
}

#[async_trait]
impl<R: IndexReader + ?Sized> IndexReader for Box<R> {
    fn generation(&self) -> u64 {
        (**self).generation()
    }

    async fn runtime_inventory(&self) -> Result<RuntimeInventory, BackendError> {
        (**self).runtime_inventory().await
    }

    async fn analyzer_inventory(&self) -> Result<Vec<AnalyzerInventory>, BackendError> {
        (**self).analyzer_inventory().await
    }

    async fn totals(&self) -> Result<Totals, BackendError> {
        (**self).totals().await
    }

    async fn file_states(&self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        (**self).file_states(prefix).await
    }

    async fn file(&self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
        (**self).file(path).await
    }

    async fn maintenance(&self, policy: &AuditPolicy, specs: &[EmbeddingSpec]) -> Result<Maintenance, BackendError> {
        (**self).maintenance(policy, specs).await
    }

    async fn symbol(&self, key: &SymbolKey) -> Result<Option<SymbolEntry>, BackendError> {
        (**self).symbol(key).await
    }

    async fn symbols(&self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
        (**self).symbols(request).await
    }

    async fn symbol_inventory(&self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
        (**self).symbol_inventory(request).await
    }

    async fn children(&self, parent: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
        (**self).children(parent).await
    }

    async fn overloads(&self, symbol: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
        (**self).overloads(symbol).await
    }

    async fn edges(&self, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
        (**self).edges(request).await
    }

    async fn imports(&self, request: &ImportRequest) -> Result<Vec<ImportEntry>, BackendError> {
        (**self).imports(request).await
    }

    async fn text_references(&self, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
        (**self).text_references(request).await
    }

    async fn documentation(&self, request: &DocumentationRequest) -> Result<Vec<DocumentationEntry>, BackendError> {
        (**self).documentation(request).await
    }

    async fn doc_issues(&self, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
        (**self).doc_issues(request).await
    }

    async fn embedding_inventory(&self) -> Result<Vec<EmbeddingInventory>, BackendError> {
        (**self).embedding_inventory().await
    }

    async fn reusable_embeddings(&self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        (**self).reusable_embeddings(request).await
    }

    async fn pending_embeddings(&self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        (**self).pending_embeddings(request).await
    }

    async fn symbol_candidates(&self, request: &CandidateRequest) -> Result<Vec<Candidate<SymbolEntry>>, BackendError> {
        (**self).symbol_candidates(request).await
    }

    async fn documentation_candidates(
        &self,
        request: &CandidateRequest,
    ) -> Result<Vec<Candidate<DocumentationEntry>>, BackendError> {
        (**self).documentation_candidates(request).await
    }
}

#[async_trait]
impl IndexWriteSession for DynSession {
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError> {
        self.0.put_file(file).await
    }

    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError> {
        self.0.remove_file(path).await
    }

    async fn file_state(&mut self, path: &RepoPath) -> Result<Option<FileState>, BackendError> {
        self.0.file_state(path).await
    }

    async fn purge_doc_issues(&mut self, policy: &AuditPolicy) -> Result<u64, BackendError> {
        self.0.purge_doc_issues(policy).await
    }

    async fn prune_embeddings(&mut self, keep: &[EmbeddingSpec]) -> Result<u64, BackendError> {
        self.0.prune_embeddings(keep).await
    }

    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        self.0.reusable_embeddings(request).await
    }

    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        self.0.pending_embeddings(request).await
    }

    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        self.0.queue_embeddings(rows).await
    }

    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        self.0.store_embeddings(rows).await
    }

    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError> {
        self.0.rebuild_derived().await
    }

    async fn write_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError> {
        self.0.write_inventory(inventory).await
    }

    async fn commit(self) -> Result<Commit, BackendError> {
        self.0.commit().await
    }

    async fn abort(self) -> Result<(), BackendError> {
        self.0.abort().await
    }
}

// The twins that can be made into objects. Private, so that nobody implements them by hand.

#[async_trait]
trait ErasedBackend: Send + Sync {
    fn descriptor(&self) -> &BackendDescriptor;
    async fn open_reader(&self) -> Result<DynReader, BackendError>;
    async fn begin_index_session(&self, scope: WriteScope) -> Result<DynSession, BackendError>;
}

#[async_trait]
impl<B: IndexBackend> ErasedBackend for B {
    fn descriptor(&self) -> &BackendDescriptor {
        IndexBackend::descriptor(self)
    }

    async fn open_reader(&self) -> Result<DynReader, BackendError> {
        Ok(Box::new(IndexBackend::open_reader(self).await?))
    }

    async fn begin_index_session(&self, scope: WriteScope) -> Result<DynSession, BackendError> {
        Ok(DynSession(Box::new(IndexBackend::begin_index_session(self, scope).await?)))
    }
}

#[async_trait]
trait ErasedSession: Send {
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError>;
    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError>;
    async fn file_state(&mut self, path: &RepoPath) -> Result<Option<FileState>, BackendError>;
    async fn purge_doc_issues(&mut self, policy: &AuditPolicy) -> Result<u64, BackendError>;
    async fn prune_embeddings(&mut self, keep: &[EmbeddingSpec]) -> Result<u64, BackendError>;
    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError>;
    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError>;
    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError>;
    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError>;
    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError>;
    async fn write_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError>;
    async fn commit(self: Box<Self>) -> Result<Commit, BackendError>;
    async fn abort(self: Box<Self>) -> Result<(), BackendError>;
}

#[async_trait]
impl<S: IndexWriteSession> ErasedSession for S {
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError> {
        IndexWriteSession::put_file(self, file).await
    }

    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError> {
        IndexWriteSession::remove_file(self, path).await
    }

    async fn file_state(&mut self, path: &RepoPath) -> Result<Option<FileState>, BackendError> {
        IndexWriteSession::file_state(self, path).await
    }

    async fn purge_doc_issues(&mut self, policy: &AuditPolicy) -> Result<u64, BackendError> {
        IndexWriteSession::purge_doc_issues(self, policy).await
    }

    async fn prune_embeddings(&mut self, keep: &[EmbeddingSpec]) -> Result<u64, BackendError> {
        IndexWriteSession::prune_embeddings(self, keep).await
    }

    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        IndexWriteSession::reusable_embeddings(self, request).await
    }

    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        IndexWriteSession::pending_embeddings(self, request).await
    }

    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        IndexWriteSession::queue_embeddings(self, rows).await
    }

    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        IndexWriteSession::store_embeddings(self, rows).await
    }

    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError> {
        IndexWriteSession::rebuild_derived(self).await
    }

    async fn write_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError> {
        IndexWriteSession::write_inventory(self, inventory).await
    }

    async fn commit(self: Box<Self>) -> Result<Commit, BackendError> {
        IndexWriteSession::commit(*self).await
    }

    async fn abort(self: Box<Self>) -> Result<(), BackendError> {
        IndexWriteSession::abort(*self).await
    }
}
