//! Keeps a code index in one DuckDB file.
//!
//! [`DuckdbBackend`] is the store of the index in one directory. The file is `index.duckdb`; beside
//! it lies `index.duckdb.lock`, which names who holds, or last held, the writer lock, and while a
//! session is open its draft.
//!
//! The file is never changed: a session works on a draft, and its commit renames that over the
//! file. So readers need no lock, wait for nothing, and keep what they opened. The decision is
//! recorded in `docs/decisions/0004-duckdb-drafts.md`, and why files are documents in
//! `docs/decisions/0010-store-engine.md`.
//!
//! - `schema`: what is stored, as numbered migrations. `tables` and `draft`: how the engine of
//!   `codira-store` reads and writes it; `condition`: which rows.
//! - `store`, `files`: how one writer and any number of readers share the directory.
//! - `instance`: how DuckDB is started, and kept. `engine`: how it is asked. `worker`: the thread
//!   on which that happens.

mod condition;
mod draft;
mod engine;
mod errors;
mod files;
mod instance;
mod schema;
mod store;
mod tables;
#[cfg(test)]
mod tests;
mod worker;

pub use draft::DuckdbDraft;
pub use store::{DuckdbBackend, DuckdbReader, DuckdbSession, DuckdbStore};
pub use tables::DuckdbTables;

/// The name of the backend, as configurations choose it.
pub const NAME: &str = "duckdb";

/// The name of the file that holds the index, in the directory of the backend.
pub const FILE_NAME: &str = "index.duckdb";
