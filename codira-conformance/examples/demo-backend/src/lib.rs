//! The index of a repository as a handful of JSON files: a backend for codira as a stranger would
//! write it.
//!
//! What is kept is in `store.rs`. Everything else is [`codira_memory`]'s: the writer lock, what a
//! session does, and the answers, over the files that a reader has loaded. That is slow to open,
//! quick to write, and right from the first day.

mod store;

use std::path::Path;

use codira_memory::StoredBackend;

pub use store::Store;

/// The name by which the backend is chosen.
pub const NAME: &str = "demo";
/// How the names of its files begin, in the directory that it is given.
pub const FILE_NAME: &str = "demo";

/// An index in a directory.
pub type DemoBackend = StoredBackend<Store>;

/// The index in `directory`. Performs no I/O.
pub fn in_directory(directory: impl AsRef<Path>) -> DemoBackend {
    StoredBackend::new(Store::new(directory.as_ref()))
}
