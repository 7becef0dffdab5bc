//! Where a repository begins.

use std::{io, path::Path};

use super::NAME;
use crate::{IndexerError, RepoRoot};

/// The root of the repository that holds the directory `start`: the nearest directory upwards that
/// has a `.codira` or a `.git`, else `start` itself. So a repository inside an indexed directory
/// is its own. Changes nothing.
///
/// # Errors
///
/// [`NoSuchDirectory`](IndexerError::NoSuchDirectory),
/// [`NotADirectory`](IndexerError::NotADirectory), or [`Io`](IndexerError::Io) when the path
/// cannot be followed.
pub fn discover_root(start: &Path) -> Result<RepoRoot, IndexerError> {
    let path = start.canonicalize().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => IndexerError::NoSuchDirectory { path: start.to_owned() },
        io::ErrorKind::NotADirectory => IndexerError::NotADirectory { path: start.to_owned() },
        _ => IndexerError::Io { operation: "open", path: start.to_owned(), source },
    })?;
    if !path.is_dir() {
        return Err(IndexerError::NotADirectory { path: start.to_owned() });
    }
    let is_root = |directory: &&Path| directory.join(NAME).is_dir() || directory.join(".git").exists();
    Ok(RepoRoot::new(path.ancestors().find(is_root).unwrap_or(&path))?)
}
