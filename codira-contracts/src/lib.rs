//! The contract between a code index and the store that keeps it.
//!
//! A *code index* holds what analyzers say of a repository's files and answers questions about it.
//! This crate says what such an index is, so that stores and their callers can be written apart
//! from each other: the model, three traits, one error type, and the logic that is true of every
//! store. It has no runtime, no I/O, no database and no parser.
//!
//! - An [`IndexBackend`] is the store of one repository. It hands out readers and the one session.
//! - An [`IndexReader`] answers questions about one committed state, for ever.
//! - An [`IndexWriteSession`] replaces files, and commits whole or leaves nothing.
//! - [`DynBackend`] is any backend, chosen at run time.
//! - A [`FileAnalysis`] is everything that is kept of a file. A store does not see what makes it,
//!   or the vectors.
//!
//! What the traits ask of a backend is checked, sentence by sentence, by the crate
//! `codira-conformance`; `docs/contract.md` lists the sentences.
//!
//! Pure logic that every backend shares: [`resolve`] is how records turn into edges, [`score`]
//! orders by similarity, [`text`] finds words in lines, [`PathPrefix`] narrows by path.

mod analysis;
mod answer;
mod backend;
mod descriptor;
mod documentation;
mod embedding;
mod erased;
mod error;
mod identity;
mod inventory;
mod path;
mod position;
mod request;
pub mod resolve;
pub mod score;
mod snapshot;
mod symbol;
pub mod text;

pub use analysis::{
    AnalysisStatus, Diagnostic, FileAnalysis, Import, ImportCondition, ImportKind, UseForm, UseKind, UseRecord, last_name,
};
pub use answer::*;
pub use backend::{IndexBackend, IndexReader, IndexWriteSession};
pub use descriptor::{
    BackendDescriptor, Capability, Commit, Derivation, Holder, MemoryBudget, SessionRequest, Stored, WriteScope,
};
pub use documentation::{AuditPolicy, DocIssue, Documentation, DocumentationFormat, DocumentationKind, Severity};
pub use embedding::{
    ComputedEmbedding, EmbeddingRow, EmbeddingSpec, EmbeddingState, PendingEmbedding, Precision, ReusableEmbedding, Vector,
};
pub use erased::{DynBackend, DynReader, DynSession};
pub use error::{BackendError, BoxError, ErrorKind};
pub use identity::{ContentHash, Language, StableId, SymbolKey, Tool};
pub use inventory::{
    AnalyzerInventory, Coverage, EmbeddingInventory, Maintenance, Retention, RulesInventory, RunInventory, RuntimeInventory,
    Totals,
};
pub use path::{PathPrefix, RepoPath};
pub use position::{LineSpan, Site};
pub use request::*;
pub use snapshot::{FileSnapshot, FileState, check_dimension};
pub use symbol::{BodyFacts, Parameter, ParameterKind, Symbol, SymbolKind, Visibility};
