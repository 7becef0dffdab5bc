//! The reader: an open file, and the questions that it passes on to its thread.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use codira_contracts::{
    BackendError, Candidate, CandidateRequest, DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest,
    EdgeEntry, EdgeRequest, FileSnapshot, FileState, ImportEntry, ImportRequest, IndexReader, Maintenance, PathPrefix,
    PendingEmbedding, PendingRequest, RepoPath, Retention, ReusableEmbedding, ReuseRequest, RuntimeInventory, SymbolEntry,
    SymbolInventoryEntry, SymbolInventoryRequest, SymbolRequest, TextReference, TextRequest, Totals,
};

use super::{
    documentation, edges, embeddings, files, imports,
    inventory::{self, Head},
    snapshot::Snapshot,
    symbols, text,
};
use crate::{
    engine::Database,
    errors::At,
    files::{Found, inspect},
    instance::Use,
    schema::{self, Schema},
    worker::{Started, Worker},
};

/// A handle on one committed state: a file that is open, and that nobody changes.
///
/// Questions that are asked at the same time are answered one after another; open several readers to have them answered
/// together.
#[derive(Debug)]
pub struct DuckdbReader {
    worker: Worker<Snapshot>,
    location: PathBuf,
    head: Arc<Head>,
}

impl DuckdbReader {
    pub(crate) async fn open(index: PathBuf, schema: Schema) -> Result<Self, BackendError> {
        let path = index.clone();
        let started = Worker::start(move || open_index(&path, schema).map(Snapshot::new))
            .map_err(|error| At(&index).io("open", error))?;
        let Started { worker, opened, .. } = started;
        let gone = || At(&index).io("read", std::io::Error::other("the thread of the reader is gone"));
        opened.await.map_err(|_| gone())??;
        let schema = schema.number();
        let head = worker.call(move |snapshot| inventory::head(&snapshot.database, schema)).await.ok_or_else(gone)??;
        Ok(Self { worker, location: index, head: Arc::new(head) })
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Snapshot) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, BackendError> {
        let answer = self.worker.call(|snapshot| question(snapshot)).await;
        let gone = || At(&self.location).io("read", std::io::Error::other("the thread of the reader is gone"));
        answer.ok_or_else(gone)?
    }
}

/// Opens the index at `path`, if it is one of this schema.
pub(crate) fn open_index(path: &Path, schema: Schema) -> Result<Database, BackendError> {
    let at = At(path);
    match inspect(path).map_err(|error| at.io("open", error))? {
        Found::Nothing => return Err(BackendError::NotIndexed { location: at.to_string() }),
        Found::Foreign(problem) => return Err(at.corrupt(problem, None)),
        Found::Database => {}
    }
    let database = Database::open(path, path, Use::Read)?;
    let (found, expected) = (schema::number_of(&database)?, schema.number());
    if found == expected {
        return Ok(database);
    }
    Err(BackendError::SchemaMismatch { location: at.to_string(), found, expected })
}

#[async_trait]
impl IndexReader for DuckdbReader {
    async fn inventory(&self) -> Result<RuntimeInventory, BackendError> {
        let head = Arc::clone(&self.head);
        self.ask(move |snapshot| inventory::inventory(snapshot, &head)).await
    }

    async fn totals(&self) -> Result<Totals, BackendError> {
        self.ask(inventory::totals).await
    }

    async fn file_states(&self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        let prefix = prefix.clone();
        self.ask(move |snapshot| files::states(snapshot, &prefix)).await
    }

    async fn file(&self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
        let path = path.clone();
        self.ask(move |snapshot| files::file(snapshot, &path)).await
    }

    async fn maintenance(&self, retention: &Retention) -> Result<Maintenance, BackendError> {
        let retention = retention.clone();
        self.ask(move |snapshot| inventory::maintenance(snapshot, &retention)).await
    }

    async fn symbols(&self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
        let request = request.clone();
        self.ask(move |snapshot| symbols::symbols(snapshot, &request)).await
    }

    async fn symbol_inventory(&self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
        let request = request.clone();
        self.ask(move |snapshot| symbols::inventory(snapshot, &request)).await
    }

    async fn edges(&self, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
        let request = request.clone();
        self.ask(move |snapshot| edges::edges(snapshot, &request)).await
    }

    async fn imports(&self, request: &ImportRequest) -> Result<Vec<ImportEntry>, BackendError> {
        let request = request.clone();
        self.ask(move |snapshot| imports::imports(snapshot, &request)).await
    }

    async fn text_references(&self, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
        let request = request.clone();
        self.ask(move |snapshot| text::references(snapshot, &request)).await
    }

    async fn documentation(&self, request: &DocumentationRequest) -> Result<Vec<DocumentationEntry>, BackendError> {
        let request = request.clone();
        self.ask(move |snapshot| documentation::units(snapshot, &request)).await
    }

    async fn doc_issues(&self, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
        let request = request.clone();
        self.ask(move |snapshot| documentation::issues(snapshot, &request)).await
    }

    async fn reusable_embeddings(&self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        let request = request.clone();
        let found =
            self.ask(move |snapshot| embeddings::reusable(&snapshot.database, snapshot.specs()?, &request, None)).await?;
        Ok(found.into_iter().map(|(text_hash, (_, vector))| ReusableEmbedding { text_hash, vector }).collect())
    }

    async fn pending_embeddings(&self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        let request = request.clone();
        self.ask(move |snapshot| embeddings::pending(&snapshot.database, snapshot.specs()?, &request)).await
    }

    async fn candidates(&self, request: &CandidateRequest) -> Result<Vec<Candidate>, BackendError> {
        let request = request.clone();
        self.ask(move |snapshot| embeddings::candidates(snapshot, &request)).await
    }
}
