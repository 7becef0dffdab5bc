//! The three traits: a backend, its readers, its one session.

use async_trait::async_trait;

use crate::{
    BackendDescriptor, BackendError, Candidate, CandidateRequest, Commit, ComputedEmbedding, Derivation, DocIssueEntry,
    DocIssueRequest, DocumentationEntry, DocumentationRequest, EdgeEntry, EdgeRequest, FileSnapshot, FileState, ImportEntry,
    ImportRequest, Maintenance, PathPrefix, PendingEmbedding, PendingRequest, RepoPath, Retention, ReusableEmbedding,
    ReuseRequest, RunInventory, RuntimeInventory, SessionRequest, Stored, SymbolEntry, SymbolInventoryEntry,
    SymbolInventoryRequest, SymbolRequest, TextReference, TextRequest, Totals,
};

/// The store of one repository's index.
///
/// A backend value is opened for one repository, in whatever way suits it. Readers and sessions
/// own what they need: neither borrows from the backend, so either may be moved to another task,
/// thread or runtime, and either may outlive it. All three may be dropped where no runtime is.
///
/// Futures may be dropped at any await: the backend stays usable, and nothing is half done.
///
/// Backends, readers and sessions may be used and dropped on any thread and any Tokio runtime,
/// also on another than they were made on. What they hold of the system (threads, file
/// descriptors, connections) they give back when they are dropped: it does not grow with the
/// number of sessions and readers that there have been. Files are made with the permissions that
/// the process gives to new files.
///
/// The directory of an index stays where it is while a backend value of it is open. Where it is
/// moved all the same, answers and commits of that value may fail, but are never wrong, and
/// nothing is written elsewhere.
#[async_trait]
pub trait IndexBackend: Send + Sync + 'static {
    /// A handle on one committed state.
    type Reader: IndexReader;
    /// The one mutable handle.
    type Session: IndexWriteSession;

    /// What this backend says of itself: name, version, schema and capabilities. It is always the
    /// same, and saying it performs no I/O.
    fn descriptor(&self) -> &BackendDescriptor;

    /// Opens a reader on the last commit.
    ///
    /// - The reader shows that state for ever, whatever is committed afterwards.
    /// - Opening never waits for a session or its commit, in this process or in another, and needs
    ///   no permission to write.
    /// - Any number of readers may be open at once.
    /// - Opening changes no byte: it creates, migrates and repairs nothing.
    ///
    /// # Errors
    ///
    /// [`NotIndexed`](crate::ErrorKind::NotIndexed) where nothing was ever committed;
    /// [`SchemaMismatch`](crate::ErrorKind::SchemaMismatch) on an index of another schema, saying
    /// which; [`Corrupt`](crate::ErrorKind::Corrupt) on an index that cannot be read, never an
    /// empty answer. That a file is missing, belongs to another index or was cut short must be
    /// noticed, here or when the reader is asked. Bytes that were overwritten inside of a file may
    /// go unnoticed, as in most databases: then answers may be wrong, but nothing crashes or
    /// hangs.
    async fn open_reader(&self) -> Result<Self::Reader, BackendError>;

    /// Begins the session of a repository.
    ///
    /// - At most one session is open per repository, over all threads, processes and backend
    ///   values. A second is refused at once, not queued.
    /// - The session resolves by the rules of the request. Where they are not those of the last
    ///   commit, its own commit derives all edges anew, without a file being put.
    /// - Schemas are created, migrated and repaired here, and only here. What is done becomes
    ///   visible with the commit or changes no answer.
    /// - A session of [full](crate::WriteScope::Full) scope may begin on a damaged or foreign
    ///   index, and its commit replaces that; an incremental one may not. Neither may begin on a
    ///   newer schema.
    /// - Dropping the future, at any point, leaves no session open but the one that was.
    /// - A session may be held for as long as its owner likes; nothing but its end releases the
    ///   writer lock.
    ///
    /// # Errors
    ///
    /// [`SessionBusy`](crate::ErrorKind::SessionBusy), naming the holder, while another session is
    /// open; [`SchemaMismatch`](crate::ErrorKind::SchemaMismatch) on a newer schema; for
    /// incremental scope, [`Corrupt`](crate::ErrorKind::Corrupt) as above. An incremental session
    /// where nothing was ever committed is no error: it starts empty.
    async fn begin_index_session(&self, request: SessionRequest) -> Result<Self::Session, BackendError>;
}

/// Questions about one committed state.
///
/// Answers are owned, and every list has the total order that its item type documents, so that two
/// backends holding the same files give the same answers. Text matches to the byte, however long
/// it is, and an answer has all its entries, however many they are. A question about something
/// that is not there has an empty answer, not an error. Asking changes no byte of the store.
///
/// Any number of tasks may ask one reader at once, each as if it were alone, and none of them
/// waits for a commit that is written meanwhile. A question whose future is dropped, at any await,
/// leaves the reader usable.
///
/// Reading needs no rules: edges are those that the last commit derived.
/// [`for_each_question`](crate::for_each_question) lists the questions for macros.
#[async_trait]
pub trait IndexReader: Send + Sync + 'static {
    /// What is true of the state as a whole: which backend wrote it, and by which rules and
    /// analyzers.
    async fn inventory(&self) -> Result<RuntimeInventory, BackendError>;

    /// How much is stored: each file, symbol, import, use, edge, documentation unit, issue and
    /// embedding counts once.
    async fn totals(&self) -> Result<Totals, BackendError>;

    /// The state of every file inside `prefix`, by path. One question, however many files there
    /// are.
    async fn file_states(&self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError>;

    /// One file as it was put, or `None`; pending embeddings may have been computed since.
    async fn file(&self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError>;

    /// What a run would have to remove although no file changed: issues and embeddings that
    /// `retention` does not keep.
    async fn maintenance(&self, retention: &Retention) -> Result<Maintenance, BackendError>;

    /// The symbols that match.
    async fn symbols(&self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError>;

    /// Every symbol with its edge counts.
    async fn symbol_inventory(&self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError>;

    /// The edges of one kind at one end.
    ///
    /// - They are those of [resolving](crate::resolve) the stored files by the rules of the last
    ///   session that committed.
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

    /// The vectors stored for these texts under this spec, each text once, by text hash. Where
    /// owners of one text have different vectors, that of the lowest key.
    ///
    /// Needs [`Capability::Embeddings`](crate::Capability::Embeddings), like the two questions
    /// below.
    async fn reusable_embeddings(&self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError>;

    /// The embedding rows that wait for their vector, by spec, then key.
    async fn pending_embeddings(&self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError>;

    /// The symbols or documentation units whose vectors are most similar: the exact top of the
    /// [contract's own scoring](crate::score).
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when the vector has not the dimension of
    /// the spec.
    async fn candidates(&self, request: &CandidateRequest) -> Result<Vec<Candidate>, BackendError>;
}

/// Changes that become visible together, or not at all.
///
/// A session is a set of replacements: the order of calls does not matter, except that the last
/// call about a path wins. It sees its own writes. An `Err` from any call but `commit` and `abort`
/// leaves the session as it was before the call, and usable. A call whose future is dropped, at
/// any await, happens whole or not at all, and leaves the session usable, too.
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
/// Dropping a session is aborting it: nothing is changed, and the writer lock is free before
/// `drop` returns.
#[async_trait]
pub trait IndexWriteSession: Send + 'static {
    /// Replaces everything about the file, embeddings included.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming path and id, when
    /// [`FileSnapshot::validate`] says so: the file leaves nothing behind, and what was there of
    /// the path before stays. [`Unsupported`](crate::ErrorKind::Unsupported) for embeddings
    /// without the capability.
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError>;

    /// Removes every trace of a file. Removing an unknown path succeeds.
    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError>;

    /// Removes the documentation issues and embeddings, pending ones included, that `retention`
    /// does not keep; says how many.
    ///
    /// Issues are kept by the language that their file has now, compared to the byte. What is put
    /// later stays.
    async fn maintain(&mut self, retention: &Retention) -> Result<Maintenance, BackendError>;

    /// As [`IndexReader::reusable_embeddings`], of the state the session began from and the state
    /// that it has now, together: also of files that it replaced, removed, or dropped by its full
    /// scope, so that a text keeps its vector when it moves. Where both states have a vector of
    /// one key, that of the present one counts.
    ///
    /// Needs [`Capability::Embeddings`](crate::Capability::Embeddings), like the three calls below.
    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError>;

    /// As [`IndexReader::pending_embeddings`], of the state that the session has now.
    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError>;

    /// Adds rows that wait for their vector, or replaces the row of the same key and spec; of
    /// several in one call, the last stays. Touches no file row.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the key, when no symbol or
    /// documentation unit has it; then no row is added.
    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError>;

    /// Gives pending rows their vectors. Touches no file row.
    ///
    /// A vector is kept where a pending row of its key and spec has its text; elsewhere it is
    /// stale, and counted as such. Of two vectors for one row in one call, the first is kept: the
    /// row is no longer pending, and the second is stale.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the key, when a vector has not the
    /// dimension of its spec; then none is kept.
    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError>;

    /// Brings derived state up to date with the files put and removed so far.
    ///
    /// A commit does this too: calling it before, however often, lets a caller show progress, and
    /// changes no answer.
    ///
    /// Here and in the commit, work grows with what changed and what refers to it, not with the
    /// repository: rules are asked about no other files. A backend whose commits derive everything
    /// anew derives nothing here, and says so.
    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError>;

    /// Says what is true of the run as a whole, and replaces all that was said before. The last
    /// call wins, of those that succeed.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when a tool is listed twice.
    async fn write_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError>;

    /// Publishes the session.
    ///
    /// - After it returns, neither a kill nor a power cut loses the commit, where the backend is
    ///   [durable](crate::Capability::Durable).
    /// - Derived state is never stale after it, whatever the caller left out. A commit without
    ///   changes is a commit.
    /// - The writer lock is free when this returns.
    /// - On `Err`, nothing was published: what readers can see already is never an error.
    /// - When the future is dropped, either everything or
    ///   nothing is, and the writer lock is free once that is decided.
    async fn commit(self) -> Result<Commit, BackendError>;

    /// Ends the session without a commit, and says whether that worked; the writer lock is free
    /// when this returns. When the future is dropped, the session ends all the same.
    async fn abort(self) -> Result<(), BackendError>;
}

/// Hands the list of all questions of an [`IndexReader`] to another macro, so that whatever passes
/// them on is generated.
///
/// The macro gets, after whatever else is given here in brackets, one line a question: its name,
/// its arguments, and the type of its answer.
///
/// ```
/// use codira_contracts::{BackendError, IndexReader, for_each_question};
///
/// /// Says each question aloud, and passes it on.
/// struct Loud<R>(R);
///
/// macro_rules! pass_on {
///     ([$inner:tt] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
///         #[async_trait::async_trait]
///         impl<R: IndexReader> IndexReader for Loud<R> {
///             $(async fn $question(&self, $($given: $given_type),*) -> Result<$answer, BackendError> {
///                 println!(stringify!($question));
///                 self.$inner.$question($($given),*).await
///             })*
///         }
///     };
/// }
/// for_each_question!(pass_on, 0);
/// ```
#[macro_export]
macro_rules! for_each_question {
    ($then:ident $(, $($context:tt)*)?) => {
        $then! {
            [$($($context)*)?]
            fn inventory() -> $crate::RuntimeInventory;
            fn totals() -> $crate::Totals;
            fn file_states(prefix: &$crate::PathPrefix) -> Vec<$crate::FileState>;
            fn file(path: &$crate::RepoPath) -> Option<$crate::FileSnapshot>;
            fn maintenance(retention: &$crate::Retention) -> $crate::Maintenance;
            fn symbols(request: &$crate::SymbolRequest) -> Vec<$crate::SymbolEntry>;
            fn symbol_inventory(request: &$crate::SymbolInventoryRequest) -> Vec<$crate::SymbolInventoryEntry>;
            fn edges(request: &$crate::EdgeRequest) -> Vec<$crate::EdgeEntry>;
            fn imports(request: &$crate::ImportRequest) -> Vec<$crate::ImportEntry>;
            fn text_references(request: &$crate::TextRequest) -> Vec<$crate::TextReference>;
            fn documentation(request: &$crate::DocumentationRequest) -> Vec<$crate::DocumentationEntry>;
            fn doc_issues(request: &$crate::DocIssueRequest) -> Vec<$crate::DocIssueEntry>;
            fn reusable_embeddings(request: &$crate::ReuseRequest) -> Vec<$crate::ReusableEmbedding>;
            fn pending_embeddings(request: &$crate::PendingRequest) -> Vec<$crate::PendingEmbedding>;
            fn candidates(request: &$crate::CandidateRequest) -> Vec<$crate::Candidate>;
        }
    };
}

/// Hands the list of all calls of an [`IndexWriteSession`] to another macro, but for `commit` and
/// `abort`, which consume it.
///
/// As [`for_each_question`](crate::for_each_question).
#[macro_export]
macro_rules! for_each_call {
    ($then:ident $(, $($context:tt)*)?) => {
        $then! {
            [$($($context)*)?]
            fn put_file(file: $crate::FileSnapshot) -> ();
            fn remove_file(path: &$crate::RepoPath) -> ();
            fn maintain(retention: &$crate::Retention) -> $crate::Maintenance;
            fn reusable_embeddings(request: &$crate::ReuseRequest) -> Vec<$crate::ReusableEmbedding>;
            fn pending_embeddings(request: &$crate::PendingRequest) -> Vec<$crate::PendingEmbedding>;
            fn queue_embeddings(rows: Vec<$crate::PendingEmbedding>) -> ();
            fn store_embeddings(rows: Vec<$crate::ComputedEmbedding>) -> $crate::Stored;
            fn rebuild_derived() -> $crate::Derivation;
            fn write_inventory(inventory: $crate::RunInventory) -> ();
        }
    };
}
