//! Where a repository is.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use codira_contracts::{BackendError, RepoPath};

/// The canonical absolute root of one repository.
///
/// A root is never persisted: only [`RepoPath`]s are, so that an index moves with its repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RepoRoot(PathBuf);

impl RepoRoot {
    /// Wraps `path`, which the caller has made canonical (no links, no `..`).
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](codira_contracts::ErrorKind::InvalidInput) when `path` is not absolute.
    pub fn new(path: impl Into<PathBuf>) -> Result<Self, BackendError> {
        let path = path.into();
        if path.is_absolute() {
            return Ok(Self(path));
        }
        Err(BackendError::invalid(path.display(), "a repository root is an absolute path"))
    }

    /// The root as a path of the file system.
    pub fn as_path(&self) -> &Path {
        &self.0
    }

    /// Where the file at `path` is on this machine.
    pub fn join(&self, path: &RepoPath) -> PathBuf {
        self.0.join(path.as_str())
    }
}

impl fmt::Display for RepoRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}
