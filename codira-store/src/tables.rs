//! What the engine asks of a database: a few tables of rows, to read and to write.
//!
//! A store is these primitives, and how a session begins and is published. Rows hold what a
//! database finds files by (paths, numbers) in columns; everything else is bytes that the engine
//! makes and reads. What reads may be asked of a committed state as of a draft: a draft answers
//! with what it has written so far.
//!
//! Every primitive takes many rows at a time, and none is called for each row of another's answer:
//! on a server, each is one statement and one round trip.

use std::{fmt::Debug, future::Future};

use codira_contracts::{
    BackendError, EmbeddingSpec, FileState, Language, MemoryBudget, PathPrefix, RepoPath, Tool, Totals, WriteScope,
};

use crate::{At, Cancel, WriterLock};

/// The future of an answer.
pub trait Answer<T>: Future<Output = Result<T, BackendError>> + Send {}

impl<T, F: Future<Output = Result<T, BackendError>> + Send> Answer<T> for F {}

/// One state of an index.
pub trait Tables: Send + 'static {
    /// How many documents are read together at most.
    const BATCH_DOCUMENTS: usize;

    /// What errors name.
    fn at(&self) -> At<'_>;

    /// What is true of the state as a whole.
    fn state(&mut self) -> impl Answer<State>;

    /// How much there is, but for embeddings.
    fn totals(&mut self) -> impl Answer<Totals>;

    /// How many documentation issues there are in each language that has some, in any order.
    fn doc_issue_counts(&mut self) -> impl Answer<Vec<(Language, u64)>>;

    /// Those of these files that are there: [inside](WhichFiles::Inside) a prefix by path, others
    /// in any order.
    fn files(&mut self, which: WhichFiles) -> impl Answer<Vec<FileRow>>;

    /// The state of every file inside a prefix, by path.
    fn file_states(&mut self, prefix: &PathPrefix) -> impl Answer<Vec<FileState>>;

    /// So many files from a path on, by path.
    fn files_from(&mut self, path: &RepoPath, count: usize) -> impl Answer<Vec<(FileRow, FileState)>>;

    /// The documents of those of these files that are there, in any order.
    fn documents(&mut self, files: &[u32], parts: Parts) -> impl Answer<Vec<Document>>;

    /// The documentation issues of those of these files that have some, with their numbers, in any
    /// order.
    fn doc_issues(&mut self, files: &[u32]) -> impl Answer<Vec<(u32, Vec<u8>)>>;

    /// The blocks that may hold these keys, which are sorted: of each segment the last one that
    /// begins at or before a key. Each block once, in any order.
    fn blocks(&mut self, keys: &[u32]) -> impl Answer<Vec<Block>>;

    /// Every spec, with how many embeddings it has, in any order.
    fn specs(&mut self) -> impl Answer<Vec<SpecRow>>;

    /// The embeddings of these files, of one spec or of all, in any order.
    fn embeddings(&mut self, files: &[u32], spec: Option<u32>) -> impl Answer<Vec<EmbeddingRow>>;

    /// The files that have embeddings of this spec that wait for their vector, in any order.
    fn pending_files(&mut self, spec: u32) -> impl Answer<Vec<u32>>;

    /// The quantized vectors of the next files after this number that have embeddings of a spec: as
    /// many as are read well together. None are left when there are none.
    fn quantized_after(&mut self, spec: u32, file: u32) -> impl Answer<QuantizedBatch>;
}

/// What one session writes. Nothing of it is seen by others before it is committed.
pub trait Draft: Send + 'static {
    /// How a state is read.
    type Tables: Tables;

    /// How many files are written together: as many as the database takes in one go.
    const BATCH_FILES: usize;

    /// What errors name.
    fn at(&self) -> At<'_>;

    /// What is written so far.
    fn tables(&mut self) -> &mut Self::Tables;

    /// The state from which the session began; nothing when there is none. What cannot be read is
    /// [`Corrupt`](codira_contracts::ErrorKind::Corrupt).
    fn base(&mut self) -> impl Answer<Option<Self::Tables>>;

    /// The greatest number of a file, 0 where there is none.
    fn last_file(&mut self) -> impl Answer<u32>;

    /// Adds files, of whose numbers nothing is there.
    fn put_files(&mut self, files: Vec<StoredFile>) -> impl Answer<()>;

    /// Adds what came of resolving files, of which nothing is there.
    fn put_resolutions(&mut self, rows: Vec<StoredResolution>) -> impl Answer<()>;

    /// Puts embeddings in the place of those of the same file and spec.
    fn put_embeddings(&mut self, rows: Vec<EmbeddingRow>) -> impl Answer<()>;

    /// Adds a spec under a number.
    fn put_spec(&mut self, number: u32, spec: &EmbeddingSpec) -> impl Answer<()>;

    /// Removes something of these files.
    fn remove(&mut self, files: &[u32], what: Removed) -> impl Answer<()>;

    /// Removes specs with all of their embeddings.
    fn remove_specs(&mut self, specs: &[u32]) -> impl Answer<()>;

    /// Every segment of the posting lists, by number.
    fn segments(&mut self) -> impl Answer<Vec<Segment>>;

    /// The blocks of a segment, by their first keys.
    fn segment(&mut self, number: u32) -> impl Answer<Vec<Block>>;

    /// Puts a segment in the place of others.
    fn put_segment(&mut self, segment: Segment, blocks: Vec<Block>, merged: &[u32]) -> impl Answer<()>;

    /// Makes this the index, with this as its state, in one step that outlives a power cut. On an
    /// error nothing is changed.
    fn commit(self, state: State) -> impl Answer<()>;

    /// Leaves the index as it was.
    fn abort(self) -> impl Answer<()>;
}

/// Where an index is, and how sessions on it begin.
pub trait Store: Clone + Debug + Send + Sync + 'static {
    /// What its sessions write.
    type Draft: Draft;

    /// What errors name.
    fn at(&self) -> At<'_>;

    /// The number of the schema that its tables have.
    fn schema(&self) -> u32;

    /// The tables of the last commit, which nothing changes any more.
    fn open(&self) -> impl Answer<<Self::Draft as Draft>::Tables>;

    /// Takes the writer lock, or says at once who holds it.
    fn lock(&self) -> Result<WriterLock, BackendError>;

    /// Begins a draft, for the holder of the lock. A quarter of the memory is the database's. Once
    /// the session is cancelled, whatever statement runs ends at once.
    fn begin(&self, scope: WriteScope, memory: MemoryBudget, cancel: &Cancel) -> impl Answer<Begun<Self::Draft>>;
}

/// A draft that was begun.
#[derive(Debug)]
pub struct Begun<D> {
    /// The draft.
    pub draft: D,
    /// Whether it holds nothing, or what was there.
    pub is_empty: bool,
    /// What is replaced, if it is no readable index.
    pub replaced: Option<String>,
}

/// What is true of a state as a whole.
#[derive(Clone, Debug)]
pub struct State {
    /// How many sessions were committed, since the index began.
    pub generation: u64,
    /// The backend that wrote it.
    pub backend: Tool,
    /// What the session said of its run, and by which rules it resolved.
    pub run: Vec<u8>,
}

/// Files that are asked for.
#[derive(Clone, Debug)]
pub enum WhichFiles {
    /// Those at these paths.
    At(Vec<RepoPath>),
    /// Those of these numbers.
    Numbered(Vec<u32>),
    /// Those inside a prefix that have something.
    Inside(PathPrefix, Having),
}

/// What files must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Having {
    /// Nothing.
    Anything,
    /// Documentation units.
    Documentation,
    /// Documentation issues.
    DocIssues,
}

/// What questions narrow by, of a file.
#[derive(Clone, Debug)]
pub struct FileRow {
    /// Its number, which it keeps when it is put again.
    pub number: u32,
    /// Its path.
    pub path: RepoPath,
    /// Its language.
    pub language: String,
    /// Its module name.
    pub module: String,
    /// How many symbols it has.
    pub symbols: u32,
    /// How many documentation issues.
    pub doc_issues: u32,
}

/// What is to be read of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// The outlines alone.
    Outline,
    /// Outlines and contents.
    Content,
    /// Those, and what came of resolving; files that were not resolved are left out.
    Resolved,
}

/// What was said of a file; parts that were not asked for are empty.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub file: FileRow,
    /// Symbols and documentation units.
    pub outline: Vec<u8>,
    /// Everything else, but for documentation issues and embeddings.
    pub content: Vec<u8>,
    /// What came of resolving it.
    pub resolved_uses: Vec<u8>,
}

/// Some keys of a segment, sorted, with the files of each.
#[derive(Clone, Debug)]
pub struct Block {
    /// The first of the keys.
    pub first: u32,
    /// All of them, and the files.
    pub body: Vec<u8>,
}

/// A run of sorted keys, which is never changed.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// Later ones have greater numbers.
    pub number: u32,
    /// How many pairs of key and file it holds.
    pub pairs: u64,
}

/// A spec of embeddings.
#[derive(Clone, Debug)]
pub struct SpecRow {
    /// Its number.
    pub number: u32,
    /// The spec.
    pub spec: EmbeddingSpec,
    /// How many vectors it has.
    pub computed: u64,
    /// How many texts wait for theirs.
    pub pending: u64,
}

/// The embeddings of one file and one spec.
#[derive(Clone, Debug)]
pub struct EmbeddingRow {
    /// The number of the file.
    pub file: u32,
    /// The number of the spec.
    pub spec: u32,
    /// How many have their vector.
    pub computed: u32,
    /// How many wait for it. Where there are none of either, there is no row.
    pub pending: u32,
    /// The vectors at a byte a number; empty in what [`Tables::embeddings`] reads.
    pub quantized: Vec<u8>,
    /// The vectors.
    pub vectors: Vec<u8>,
    /// What each embedding belongs to, and its text.
    pub owners: Vec<u8>,
}

/// The quantized vectors of some files, in one piece: there may be many small ones.
#[derive(Clone, Debug, Default)]
pub struct QuantizedBatch {
    /// The files, in any order.
    pub files: Vec<QuantizedFile>,
    /// [`EmbeddingRow::quantized`] of each, one after another.
    pub bytes: Vec<u8>,
}

/// One file of a [`QuantizedBatch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuantizedFile {
    /// Its number.
    pub number: u32,
    /// How many of the bytes are its own.
    pub bytes: usize,
}

impl QuantizedBatch {
    /// Adds a file.
    pub fn push(&mut self, number: u32, bytes: &[u8]) {
        self.files.push(QuantizedFile { number, bytes: bytes.len() });
        self.bytes.extend_from_slice(bytes);
    }
}

/// A file, as it is added.
#[derive(Clone, Debug)]
pub struct StoredFile {
    /// What questions narrow by.
    pub file: FileRow,
    /// Its state.
    pub state: FileState,
    /// How many imports it has.
    pub imports: u32,
    /// How many calls.
    pub calls: u32,
    /// How many references.
    pub references: u32,
    /// How many documentation units.
    pub documentation: u32,
    /// Symbols and documentation units, as in a [`Document`].
    pub outline: Vec<u8>,
    /// Everything else, as there.
    pub content: Vec<u8>,
    /// The documentation issues, where there are some.
    pub doc_issues: Option<Vec<u8>>,
    /// Its embeddings, by spec.
    pub embeddings: Vec<EmbeddingRow>,
}

/// What came of resolving a file.
#[derive(Clone, Debug)]
pub struct StoredResolution {
    /// The number of the file.
    pub file: u32,
    /// How many edges it has.
    pub edges: u32,
    /// How many of them lead to a symbol.
    pub resolved: u32,
    /// What came of resolving it, as in a [`Document`].
    pub resolved_uses: Vec<u8>,
}

/// What is removed of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// All of it, the files themselves included.
    Everything,
    /// What came of resolving them.
    Resolution,
    /// Their documentation issues, and that they have any.
    DocIssues,
}
