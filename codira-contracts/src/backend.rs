//! The three traits: a backend, its readers, its one session.

use async_trait::async_trait;

use crate::{
    AnalyzerInventory, AuditPolicy, BackendDescriptor, BackendError, Candidate, CandidateRequest, Commit, ComputedEmbedding,
    Derivation, DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest, EdgeEntry, EdgeRequest,
    EmbeddingInventory, EmbeddingSpec, FileSnapshot, FileState, ImportEntry, ImportRequest, Maintenance, PathPrefix,
    PendingEmbedding, PendingRequest, RepoPath, ReusableEmbedding, ReuseRequest, RunInventory, RuntimeInventory, Stored,
    SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKey, SymbolRequest, TextReference, TextRequest, Totals,
    WriteScope,
};

/// The store of one repository's index.
///
/// A backend value is opened for a [`RepoRoot`](crate::RepoRoot), in whatever way suits it. Readers and sessions own what
/// they need: neither borrows from the backend, so either may be moved to another task, and either may outlive it.
///
/// Futures may be dropped at any await: the backend stays usable, and nothing is half done.
#[async_trait]
pub trait IndexBackend: Send + Sync + 'static {
    /// A handle on one committed state.
    type Reader: IndexReader;
    /// The one mutable handle.
    type Session: IndexWriteSession;

    /// What this backend says of itself: name, version, schema and capabilities. It is always the same, and saying it performs no I/O.
    fn descriptor(&self) -> &BackendDescriptor;

    /// Opens a reader on the last commit.
    ///
    /// - The reader shows that state for ever, whatever is committed afterwards.
    /// - Opening never waits for a session, in this process or in another, and needs no permission to write.
    /// - Opening changes no byte: it creates, migrates and repairs nothing.
    ///
    /// # Errors
    ///
    /// [`NotIndexed`](crate::ErrorKind::NotIndexed) where nothing was ever committed;
    /// [`SchemaMismatch`](crate::ErrorKind::SchemaMismatch) on an index of another schema, saying which;
    /// [`Corrupt`](crate::ErrorKind::Corrupt) on a damaged or foreign file, never an empty answer.
    async fn open_reader(&self) -> Result<Self::Reader, BackendError>;

    /// Begins the session of a repository.
    ///
    /// - At most one session is open per repository, over all threads, processes and backend values. A second is refused at
    ///   once, not queued.
    /// - Schemas are created, migrated and repaired here, and only here. What is done becomes visible with the commit or changes
    ///   no answer.
    /// - A session of [full](WriteScope::Full) scope may begin on a damaged or foreign index, and its commit replaces that; an
    ///   incremental one may not. Neither may begin on a newer schema.
    /// - Dropping the future, at any point, leaves no session open.
    ///
    /// # Errors
    ///
    /// [`SessionBusy`](crate::ErrorKind::SessionBusy), naming the holder, while another session is open;
    /// [`SchemaMismatch`](crate::ErrorKind::SchemaMismatch) on a newer schema; for incremental scope,
    /// [`Corrupt`](crate::ErrorKind::Corrupt) as above. An incremental session where nothing was ever committed is no error: it starts empty.
    async fn begin_index_session(&self, scope: WriteScope) -> Result<Self::Session, BackendError>;
}

/// Questions about one committed state.
///
/// Answers are owned, and every list has the total order that its item type documents, so that two backends holding the same
/// files give the same answers. Text matches to the byte. A question about something that is not there has an empty
/// answer, not an error. Asking changes no byte of the store.
///
/// Conveniences for callers live in [`IndexReaderExt`](crate::IndexReaderExt).
#[async_trait]
pub trait IndexReader: Send + Sync + 'static {
    /// The number of the commit that this reader shows; the first is one.
    fn generation(&self) -> u64;

    /// Who wrote the state, and what is true of it as a whole.
    async fn runtime_inventory(&self) -> Result<RuntimeInventory, BackendError>;

    /// The analyzers of the last run, by tool.
    async fn analyzer_inventory(&self) -> Result<Vec<AnalyzerInventory>, BackendError>;

    /// How much is stored: each file, symbol, import, use, edge, documentation unit, issue and embedding counts once.
    async fn totals(&self) -> Result<Totals, BackendError>;

    /// The state of every file inside `prefix`, by path. One question, however many files there are.
    async fn file_states(&self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError>;

    /// One file as it was put, or `None`; pending embeddings may have been computed since.
    async fn file(&self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError>;

    /// What a run would have to do although no file changed: issues that `policy` does not keep, and embeddings of specs not in
    /// `specs`. Without [`Capability::Embeddings`](crate::Capability::Embeddings) the latter are none.
    async fn maintenance(&self, policy: &AuditPolicy, specs: &[EmbeddingSpec]) -> Result<Maintenance, BackendError>;

    /// The symbol of this key, or `None`.
    async fn symbol(&self, key: &SymbolKey) -> Result<Option<SymbolEntry>, BackendError>;

    /// The symbols that match.
    async fn symbols(&self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError>;

    /// Every symbol with its edge counts.
    async fn symbol_inventory(&self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError>;

    /// The symbols whose parent is `parent`: members, enum members, nested functions.
    async fn children(&self, parent: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError>;

    /// The symbols of kind [`Overload`](crate::SymbolKind::Overload) that have the file, parent and name of `symbol`, itself
    /// left out.
    async fn overloads(&self, symbol: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError>;

    /// The edges of one kind at one end.
    ///
    /// - They are those of [`resolve`](crate::resolve) applied to the stored files.
    /// - Each is found from both of its ends, once, with all its sites.
    async fn edges(&self, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError>;

    /// The imports and includes at one end.
    async fn imports(&self, request: &ImportRequest) -> Result<Vec<ImportEntry>, BackendError>;

    /// The lines in which a text occurs as whole words.
    async fn text_references(&self, request: &TextRequest) -> Result<Vec<TextReference>, BackendError>;

    /// The documentation units.
    async fn documentation(&self, request: &DocumentationRequest) -> Result<Vec<DocumentationEntry>, BackendError>;

    /// The documentation issues.
    async fn doc_issues(&self, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError>;

    /// How many embeddings there are of each spec, by spec.
    ///
    /// Needs [`Capability::Embeddings`](crate::Capability::Embeddings), like the four questions below.
    async fn embedding_inventory(&self) -> Result<Vec<EmbeddingInventory>, BackendError>;

    /// The vectors stored for these texts under this spec, each text once, by text hash. Where owners of one text have
    /// different vectors, that of the least key.
    async fn reusable_embeddings(&self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError>;

    /// The embedding rows that wait for their vector, by spec, then key.
    async fn pending_embeddings(&self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError>;

    /// The symbols whose vectors are most similar: the exact top of the [contract's own scoring](crate::score).
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when the vector has not the dimension of the spec.
    async fn symbol_candidates(&self, request: &CandidateRequest) -> Result<Vec<Candidate<SymbolEntry>>, BackendError>;

    /// The documentation units whose vectors are most similar, in the same way, with the same errors.
    async fn documentation_candidates(
        &self,
        request: &CandidateRequest,
    ) -> Result<Vec<Candidate<DocumentationEntry>>, BackendError>;
}

/// Changes that become visible together, or not at all.
///
/// A session is a set of replacements: the order of calls does not matter, except that the last call about a path wins. It sees
/// its own writes. An `Err` from any call but `commit` and `abort` leaves the session as it was before the call, and usable.
/// A call whose future is dropped, at any await, has happened whole or has not, and leaves the session usable, too.
///
/// Ending a session consumes it, so nothing can follow a commit:
///
/// ```compile_fail,E0382
/// # use codira_contracts::*;
/// # async fn twice<S: IndexWriteSession>(session: S) -> Result<(), BackendError> {
/// session.commit().await?;
/// session.commit().await?; // use of moved value
/// # Ok(())
/// # }
/// ```
///
/// Dropping a session is aborting it: nothing is changed, and the place is free before `drop` returns.
#[async_trait]
pub trait IndexWriteSession: Send + 'static {
    /// Replaces everything about the file, embeddings included.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming path and id, when [`FileSnapshot::validate`] says so: the file leaves nothing behind, and what was
    /// there of the path before stays. [`Unsupported`](crate::ErrorKind::Unsupported) for embeddings without the capability.
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError>;

    /// Removes every trace of a file. Removing an unknown path succeeds.
    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError>;

    /// The state of a file as the session has it now, or `None`.
    async fn file_state(&mut self, path: &RepoPath) -> Result<Option<FileState>, BackendError>;

    /// Removes the documentation issues of files whose language `policy` does not keep; says how many.
    async fn purge_doc_issues(&mut self, policy: &AuditPolicy) -> Result<u64, BackendError>;

    /// Removes the embeddings of every spec not in `keep`, pending ones included; says how many.
    ///
    /// Needs [`Capability::Embeddings`](crate::Capability::Embeddings), like the four calls below.
    async fn prune_embeddings(&mut self, keep: &[EmbeddingSpec]) -> Result<u64, BackendError>;

    /// As [`IndexReader::reusable_embeddings`], of the state the session began from and the state that it has now, together: also
    /// of files that it replaced, removed, or dropped by its full scope, so that a text keeps its vector when it moves.
    /// Where both states have a vector of one key, that of the present one counts.
    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError>;

    /// As [`IndexReader::pending_embeddings`], of the state that the session has now.
    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError>;

    /// Adds rows that wait for their vector, or replaces the row of the same key and spec; of several in one call, the last
    /// stays. Touches no file row.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the key, when no symbol or documentation unit has it; then no row is added.
    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError>;

    /// Gives pending rows their vectors. Touches no file row.
    ///
    /// A vector is kept where a pending row of its key and spec has its text; elsewhere it is stale, and counted as such.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the key, when a vector has not the dimension of its spec; then none is kept.
    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError>;

    /// Brings derived state up to date with the files put and removed so far.
    ///
    /// A commit does this too: calling it before, however often, lets a caller show progress, and changes no answer.
    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError>;

    /// Says what is true of the run as a whole. The last call wins.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when a tool is listed twice.
    async fn write_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError>;

    /// Publishes the session.
    ///
    /// - After it returns, neither a kill nor a power cut loses the commit, where the backend is
    ///   [durable](crate::Capability::Durable).
    /// - Derived state is never stale after it, whatever the caller left out. A commit without changes is a commit.
    /// - The place is free when this returns.
    /// - On `Err`, nothing was published. When the future is dropped, either everything or nothing is, and the place
    ///   is free when it is decided.
    async fn commit(self) -> Result<Commit, BackendError>;

    /// Gives the session up and says whether that worked; the place is free when this returns.
    async fn abort(self) -> Result<(), BackendError>;
}
