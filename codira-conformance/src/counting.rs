//! A backend that counts what is asked of the one inside: cost without a clock.

use std::{
    ops::AddAssign,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use codira_contracts::*;

type Answer<T> = Result<T, BackendError>;

/// Hands everything on to a backend, and counts it. Clones share backend and counts.
///
/// It is erased, so that the indexer above it is compiled once, and not for every backend that the kit meets.
#[derive(Clone)]
pub(crate) struct Counting {
    backend: DynBackend,
    counts: Arc<Mutex<Counts>>,
}

/// What was asked so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) readers: u64,
    pub(crate) questions: u64,
    pub(crate) sessions: u64,
    pub(crate) files_put: u64,
    pub(crate) files_removed: u64,
    /// Embedding rows put with files, queued or stored.
    pub(crate) rows: u64,
    /// All calls of sessions but those that end them.
    pub(crate) calls: u64,
}

impl Counting {
    pub(crate) fn new(backend: impl IndexBackend) -> Self {
        Self { backend: DynBackend::new(backend), counts: Arc::default() }
    }

    /// What was asked since the last time that this was called.
    pub(crate) fn take(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A reader or a session, and where its calls are counted.
pub(crate) struct Counted<T> {
    inner: T,
    counts: Arc<Mutex<Counts>>,
}

fn count(counts: &Mutex<Counts>, of: impl FnOnce(&mut Counts) -> &mut u64, by: u64) {
    of(&mut counts.lock().unwrap_or_else(PoisonError::into_inner)).add_assign(by);
}

#[async_trait]
impl IndexBackend for Counting {
    type Reader = Counted<DynReader>;
    type Session = Counted<DynSession>;

    fn descriptor(&self) -> &BackendDescriptor {
        self.backend.descriptor()
    }

    async fn open_reader(&self) -> Answer<Self::Reader> {
        count(&self.counts, |counts| &mut counts.readers, 1);
        Ok(Counted { inner: self.backend.open_reader().await?, counts: Arc::clone(&self.counts) })
    }

    async fn begin_index_session(&self, scope: WriteScope) -> Answer<Self::Session> {
        count(&self.counts, |counts| &mut counts.sessions, 1);
        Ok(Counted { inner: self.backend.begin_index_session(scope).await?, counts: Arc::clone(&self.counts) })
    }
}

/// Hands questions on, and counts each.
macro_rules! questions {
    ($($question:ident($($asked:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl IndexReader for Counted<DynReader> {
            fn generation(&self) -> u64 {
                self.inner.generation()
            }

            $(async fn $question(&self, $($asked: $type),*) -> Answer<$answer> {
                count(&self.counts, |counts| &mut counts.questions, 1);
                self.inner.$question($($asked),*).await
            })*
        }
    };
}
questions! {
    runtime_inventory() -> RuntimeInventory;
    analyzer_inventory() -> Vec<AnalyzerInventory>;
    totals() -> Totals;
    file_states(prefix: &PathPrefix) -> Vec<FileState>;
    file(path: &RepoPath) -> Option<FileSnapshot>;
    maintenance(policy: &AuditPolicy, specs: &[EmbeddingSpec]) -> Maintenance;
    symbol(key: &SymbolKey) -> Option<SymbolEntry>;
    symbols(request: &SymbolRequest) -> Vec<SymbolEntry>;
    symbol_inventory(request: &SymbolInventoryRequest) -> Vec<SymbolInventoryEntry>;
    children(parent: &SymbolKey) -> Vec<SymbolEntry>;
    overloads(symbol: &SymbolKey) -> Vec<SymbolEntry>;
    edges(request: &EdgeRequest) -> Vec<EdgeEntry>;
    imports(request: &ImportRequest) -> Vec<ImportEntry>;
    text_references(request: &TextRequest) -> Vec<TextReference>;
    documentation(request: &DocumentationRequest) -> Vec<DocumentationEntry>;
    doc_issues(request: &DocIssueRequest) -> Vec<DocIssueEntry>;
    embedding_inventory() -> Vec<EmbeddingInventory>;
    reusable_embeddings(request: &ReuseRequest) -> Vec<ReusableEmbedding>;
    pending_embeddings(request: &PendingRequest) -> Vec<PendingEmbedding>;
    symbol_candidates(request: &CandidateRequest) -> Vec<Candidate<SymbolEntry>>;
    documentation_candidates(request: &CandidateRequest) -> Vec<Candidate<DocumentationEntry>>;
}

/// Hands calls of a session on, and counts each; some have a count of their own.
macro_rules! calls {
    ($($call:ident($($given:ident: $type:ty),*) -> $answer:ty $(, $counted:ident by $by:expr)?;)*) => {
        #[async_trait]
        impl IndexWriteSession for Counted<DynSession> {
            $(async fn $call(&mut self, $($given: $type),*) -> Answer<$answer> {
                count(&self.counts, |counts| &mut counts.calls, 1);
                $(count(&self.counts, |counts| &mut counts.$counted, $by);)?
                self.inner.$call($($given),*).await
            })*

            async fn put_file(&mut self, file: FileSnapshot) -> Answer<()> {
                count(&self.counts, |counts| &mut counts.calls, 1);
                count(&self.counts, |counts| &mut counts.files_put, 1);
                count(&self.counts, |counts| &mut counts.rows, file.embeddings.len() as u64);
                self.inner.put_file(file).await
            }

            async fn commit(self) -> Answer<Commit> {
                self.inner.commit().await
            }

            async fn abort(self) -> Answer<()> {
                self.inner.abort().await
            }
        }
    };
}
calls! {
    remove_file(path: &RepoPath) -> (), files_removed by 1;
    file_state(path: &RepoPath) -> Option<FileState>;
    purge_doc_issues(policy: &AuditPolicy) -> u64;
    prune_embeddings(keep: &[EmbeddingSpec]) -> u64;
    reusable_embeddings(request: &ReuseRequest) -> Vec<ReusableEmbedding>;
    pending_embeddings(request: &PendingRequest) -> Vec<PendingEmbedding>;
    queue_embeddings(rows: Vec<PendingEmbedding>) -> (), rows by rows.len() as u64;
    store_embeddings(rows: Vec<ComputedEmbedding>) -> Stored, rows by rows.len() as u64;
    rebuild_derived() -> Derivation;
    write_inventory(inventory: RunInventory) -> ();
}
