//! Keeps a code index in one SQLite file.
//!
//! [`SqliteBackend`] is the store of the index in one directory. The file is `index.db`; beside it
//! lies `index.db.lock`, which names who holds, or last held, the writer lock, and while a session
//! is open whatever the session needs.
//!
//! - `schema`: the tables, as numbered migrations. `tables` and `draft`: how the engine of
//!   `codira-store` reads and writes them; `states`, `prefix`, `rows`: parts of that. The decision
//!   is recorded in `docs/decisions/0005-sqlite-documents.md`.
//! - `store`, `files`, `wal`, `connection`, `snapshot`, `publish`: how one writer and any number of
//!   readers share the directory. The decision is recorded in
//!   `docs/decisions/0002-sqlite-readers.md`.

mod connection;
mod draft;
mod errors;
mod files;
#[cfg(test)]
mod plans;
mod prefix;
mod publish;
mod rows;
mod schema;
mod snapshot;
mod states;
mod store;
mod tables;
#[cfg(test)]
mod tests;
mod wal;

pub use draft::SqliteDraft;
pub use store::{SqliteBackend, SqliteReader, SqliteSession, SqliteStore};
pub use tables::SqliteTables;

/// The name of the backend, as configurations choose it.
pub const NAME: &str = "sqlite";

/// The name of the file that holds the index, in the directory of the backend.
pub const FILE_NAME: &str = "index.db";
