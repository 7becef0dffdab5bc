//! Where a backend keeps an index.

use crate::{Config, IndexerError, RepoRoot, StateDirectory, config::BackendUrl};

/// Where a backend keeps an index: a state directory, and for a server a URL and the repository's
/// name in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The directory of the repository's state. A backend that keeps files keeps them here;
    /// whatever it keeps elsewhere, the indexer records here which backend has the index.
    pub state: StateDirectory,
    /// The server, where one is configured as `backend.url`. It may hold a password: an error of
    /// the backend must not.
    pub url: Option<BackendUrl>,
    /// The name of the repository on that server, where one is configured as `backend.repository`.
    pub repository: Option<String>,
}

impl Location {
    /// `.codira` of the repository at `root`, and no server.
    pub fn of(root: &RepoRoot) -> Self {
        Self { state: StateDirectory::of(root), url: None, repository: None }
    }

    /// The URL, which `backend` cannot do without.
    ///
    /// # Errors
    ///
    /// [`MissingSetting`](IndexerError::MissingSetting), where none is configured.
    pub fn require_url(&self, backend: &str) -> Result<&BackendUrl, IndexerError> {
        let missing = || IndexerError::MissingSetting { backend: backend.to_owned(), key: Config::default().url_key() };
        self.url.as_ref().ok_or_else(missing)
    }

    /// The name of the repository, which `backend` cannot do without.
    ///
    /// # Errors
    ///
    /// [`MissingSetting`](IndexerError::MissingSetting), where none is configured.
    pub fn require_repository(&self, backend: &str) -> Result<&str, IndexerError> {
        let missing = || IndexerError::MissingSetting { backend: backend.to_owned(), key: Config::default().repository_key() };
        self.repository.as_deref().ok_or_else(missing)
    }
}
