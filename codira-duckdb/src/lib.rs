//! Keeps a code index in one DuckDB file.
//!
//! [`DuckdbBackend`] is the store of the index in one directory. The file is `index.duckdb`; beside it lies
//! `index.duckdb.lock`, which names who holds, or last held, the writer lock, and while a session is open its draft.
//!
//! The file is never changed: a session works on a draft, and its commit renames that over the file. So readers need no lock,
//! wait for nobody, and keep what they opened. The decision is recorded in `docs/decisions/0004-duckdb-drafts.md`, and
//! why files are documents beside columns in `docs/decisions/0007-duckdb-documents.md`.
//!
//! - `schema`: what is stored, as numbered migrations.
//! - `files`: how one writer and any number of readers share the directory.
//! - `instance`: how DuckDB is started, and kept. `engine`: how it is asked. `worker`: the thread on which that happens.
//! - `forms`: what lies in blobs. `cores`: computation beside the session's thread.
//! - `read`: the questions. Each statement stands beside the code that runs it.
//! - `write`: the session.

mod backend;
mod codec;
mod cores;
mod engine;
mod errors;
mod files;
mod forms;
mod instance;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod worker;
mod write;

pub use backend::DuckdbBackend;
pub use read::DuckdbReader;
pub use write::DuckdbSession;

/// The name of the backend, as configurations choose it.
pub const NAME: &str = "duckdb";

/// The name of the file that holds the index, in the directory of the backend.
pub const FILE_NAME: &str = "index.duckdb";
