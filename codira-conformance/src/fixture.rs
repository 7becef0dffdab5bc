//! How the kit gets hold of the backend under test.

use std::path::Path;

use async_trait::async_trait;
use codira_contracts::{BackendError, DynBackend, IndexBackend};

use crate::KnownFailure;

/// How the kit gets hold of the backend under test.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// The backend under test.
    type Backend: IndexBackend;

    /// Opens the backend whose index lives in `dir`, as a program would that uses it.
    ///
    /// The kit owns `dir`: it is there, empty at first, and deleted afterwards. Opening the same
    /// `dir` again means opening the same index again, where the backend is durable. A backend on
    /// a server takes the name of `dir` as its namespace.
    async fn open(&self, dir: &Path) -> Result<Self::Backend, BackendError>;

    /// The clauses that the backend is known to break: none, unless an author says so.
    ///
    /// A clause of the list that is broken is a [known failure](crate::Verdict::KnownFailure), and
    /// no error. One that holds, or that says nothing of the backend, is an error: take it off the
    /// list. So is an id that names no clause.
    fn known_failures(&self) -> &[KnownFailure] {
        &[]
    }
}

/// Any fixture, its type erased: the clauses are compiled once, with this crate, and not for every
/// backend anew.
///
/// Nothing is lost: what stands between the clauses and the backend is [`DynBackend`], which
/// passes everything on.
pub(crate) struct Erased(Box<dyn Opens>);

/// A [`Fixture`] without its type.
#[async_trait]
trait Opens: Send + Sync {
    async fn open(&self, dir: &Path) -> Result<DynBackend, BackendError>;
    fn known_failures(&self) -> &[KnownFailure];
}

#[async_trait]
impl<F: Fixture> Opens for F {
    async fn open(&self, dir: &Path) -> Result<DynBackend, BackendError> {
        Ok(DynBackend::new(Fixture::open(self, dir).await?))
    }

    fn known_failures(&self) -> &[KnownFailure] {
        Fixture::known_failures(self)
    }
}

impl Erased {
    pub(crate) fn new(fixture: impl Fixture) -> Self {
        Self(Box::new(fixture))
    }

    pub(crate) async fn open(&self, dir: &Path) -> Result<DynBackend, BackendError> {
        self.0.open(dir).await
    }

    pub(crate) fn known_failures(&self) -> &[KnownFailure] {
        self.0.known_failures()
    }
}
