//! Keeps a code index in one SQLite file.
//!
//! [`SqliteBackend`] is the store of the index in one directory. The file is `index.db`; beside it lies `index.db.lock`, which
//! names who holds, or last held, the writer lock, and while a session is open whatever the session needs.
//!
//! - `schema`: the tables, as numbered migrations; `forms`: what lies in their blobs; `postings`: what leads from keys to files. The
//!   decision is recorded in `docs/decisions/0005-sqlite-documents.md`.
//! - `files`, `wal`, `connection`, `snapshot`, `publish`: how one writer and any number of readers share the
//!   directory. The decision is recorded in `docs/decisions/0002-sqlite-readers.md`.
//! - `read`: the questions. Each statement stands beside the code that runs it.
//! - `write`: the session: a thread with a connection, fed by a handle.

mod backend;
mod codec;
mod connection;
mod cores;
mod digest;
mod errors;
mod files;
mod forms;
#[cfg(test)]
mod plans;
mod postings;
mod publish;
mod read;
mod schema;
mod snapshot;
#[cfg(test)]
mod tests;
mod wal;
mod write;

pub use backend::SqliteBackend;
pub use read::SqliteReader;
pub use write::SqliteSession;

/// The name of the backend, as configurations choose it.
pub const NAME: &str = "sqlite";

/// The name of the file that holds the index, in the directory of the backend.
pub const FILE_NAME: &str = "index.db";
