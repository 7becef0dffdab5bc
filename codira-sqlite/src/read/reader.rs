//! The reader: a connection to one committed state, and the questions that it passes on.

use std::path::PathBuf;

use async_trait::async_trait;
use codira_contracts::{
    BackendError, Candidate, CandidateRequest, DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest,
    EdgeEntry, EdgeRequest, FileSnapshot, FileState, ImportEntry, ImportRequest, IndexReader, Maintenance, PathPrefix,
    PendingEmbedding, PendingRequest, RepoPath, Retention, ReusableEmbedding, ReuseRequest, RuntimeInventory, SymbolEntry,
    SymbolInventoryEntry, SymbolInventoryRequest, SymbolRequest, TextReference, TextRequest, Totals,
};
use tokio::sync::Mutex;

use super::{
    documentation, edges, embeddings, files, imports,
    index::{Cache, Index},
    inventory, states, symbols, text,
};
use crate::{errors::At, snapshot::Snapshot};

/// A handle on one committed state.
///
/// It has one connection, so questions that are asked at the same time are answered one after another; open several readers
/// to have them answered together.
#[derive(Debug)]
pub struct SqliteReader {
    state: Mutex<(Snapshot, Cache)>,
    location: PathBuf,
    head: RuntimeInventory,
}

impl SqliteReader {
    pub(crate) async fn new(mut snapshot: Snapshot, schema: u32) -> Result<Self, BackendError> {
        let location = snapshot.location.clone();
        let head = inventory::head(&mut snapshot.connection, schema, At(&location)).await?;
        Ok(Self { state: Mutex::new((snapshot, Cache::default())), location, head })
    }
}

/// Asks `$question` on the reader's connection.
macro_rules! ask {
    ($reader:ident, $question:path $(, $argument:expr)*) => {{
        let mut state = $reader.state.lock().await;
        let (snapshot, cache) = &mut *state;
        let mut index = Index { connection: &mut snapshot.connection, cache, at: At(&$reader.location) };
        $question(&mut index $(, $argument)*).await
    }};
}

#[async_trait]
impl IndexReader for SqliteReader {
    async fn inventory(&self) -> Result<RuntimeInventory, BackendError> {
        ask!(self, inventory::inventory, &self.head)
    }

    async fn totals(&self) -> Result<Totals, BackendError> {
        ask!(self, inventory::totals)
    }

    async fn file_states(&self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        ask!(self, states::states, prefix)
    }

    async fn file(&self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
        ask!(self, files::file, path)
    }

    async fn maintenance(&self, retention: &Retention) -> Result<Maintenance, BackendError> {
        ask!(self, inventory::maintenance, retention)
    }

    async fn symbols(&self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
        ask!(self, symbols::symbols, request)
    }

    async fn symbol_inventory(&self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
        ask!(self, symbols::inventory, request)
    }

    async fn edges(&self, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
        ask!(self, edges::edges, request)
    }

    async fn imports(&self, request: &ImportRequest) -> Result<Vec<ImportEntry>, BackendError> {
        ask!(self, imports::imports, request)
    }

    async fn text_references(&self, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
        ask!(self, text::references, request)
    }

    async fn documentation(&self, request: &DocumentationRequest) -> Result<Vec<DocumentationEntry>, BackendError> {
        ask!(self, documentation::units, request)
    }

    async fn doc_issues(&self, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
        ask!(self, documentation::issues, request)
    }

    async fn reusable_embeddings(&self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        let mut state = self.state.lock().await;
        let found = embeddings::reusable(&mut state.0.connection, request, At(&self.location)).await?;
        Ok(found.into_iter().map(|(text_hash, (_, vector))| ReusableEmbedding { text_hash, vector }).collect())
    }

    async fn pending_embeddings(&self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        let mut state = self.state.lock().await;
        embeddings::pending(&mut state.0.connection, request, At(&self.location)).await
    }

    async fn candidates(&self, request: &CandidateRequest) -> Result<Vec<Candidate>, BackendError> {
        ask!(self, embeddings::candidates, request)
    }
}
