//! How the kit gets hold of the backend under test.

use std::path::Path;

use async_trait::async_trait;
use codira_contracts::{BackendError, IndexBackend};

use crate::KnownFailure;

/// How the kit gets hold of the backend under test.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// The backend under test.
    type Backend: IndexBackend;

    /// Opens the backend whose index lives in `dir`, as a program would that uses it.
    ///
    /// The kit owns `dir`: it is there, empty at first, and deleted afterwards. Opening the same `dir` again means opening the same
    /// index again, where the backend is durable. A backend on a server takes the name of `dir` as its namespace.
    async fn open(&self, dir: &Path) -> Result<Self::Backend, BackendError>;

    /// The clauses that the backend is known to break: none, unless an author says so.
    ///
    /// A clause of the list that is broken is a [known failure](crate::Verdict::KnownFailure), and no error. One that holds, or
    /// that says nothing of the backend, is an error: take it off the list. So is an id that names no clause.
    fn known_failures(&self) -> &[KnownFailure] {
        &[]
    }
}
