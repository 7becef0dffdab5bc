//! Questions about files.

use codira_contracts::{FileSnapshot, FileState, PathPrefix, RepoPath};

use super::Answer;

/// Files: their states, and whole ones.
pub trait FileQuestions: Send {
    /// The state of every file inside a prefix, by path.
    fn file_states(&mut self, prefix: &PathPrefix) -> impl Answer<Vec<FileState>>;

    /// One file as it was put, with the embeddings that it has now.
    fn file(&mut self, path: &RepoPath) -> impl Answer<Option<FileSnapshot>>;
}
