//! What files say, as most answers are made of it.

use std::sync::Arc;

use codira_contracts::{BackendError, PathPrefix, RepoPath};

use super::Answer;
use crate::FileOutline;

/// The documents of files.
pub trait Documents: Send {
    /// How many outlines are read together at most.
    const OUTLINES: usize;

    /// The number of the file at a path, if it is there.
    fn file_number(&mut self, path: &RepoPath) -> impl Answer<Option<u32>>;

    /// The outlines of files that are there, each of which is named once, in their order.
    fn outlines(&mut self, files: &[u32]) -> impl Answer<Vec<Arc<FileOutline>>>;

    /// What is to be said where something is not as the store writes it.
    fn unreadable(&self, what: &str) -> BackendError;

    /// The file at a path, if it is there and inside the prefix.
    fn file_inside(&mut self, path: &RepoPath, prefix: &PathPrefix) -> impl Answer<FilesToRead> {
        async {
            let number = if prefix.covers(path) { self.file_number(path).await? } else { None };
            Ok(FilesToRead::together(number.into_iter().collect()))
        }
    }
}

/// Files to look into, by path, and how many of them at a time.
#[derive(Clone, Debug)]
pub struct FilesToRead {
    files: Vec<u32>,
    batches: Batches,
}

/// How many files are read at a time.
#[derive(Clone, Copy, Debug)]
pub struct Batches {
    /// At first, where a limit may end the answer early.
    pub first: usize,
    /// How many times as many each time.
    pub growth: usize,
    /// At most.
    pub most: usize,
}

impl FilesToRead {
    /// All of them at a time.
    pub fn together(files: Vec<u32>) -> Self {
        let batches = Batches { first: usize::MAX, growth: 1, most: usize::MAX };
        Self { files, batches }
    }

    /// Some at a time: few at first where there is a limit.
    pub fn in_batches(files: Vec<u32>, limit: Option<usize>, batches: Batches) -> Self {
        let first = if limit.is_some() { batches.first } else { batches.most };
        Self { files, batches: Batches { first, ..batches } }
    }

    /// The batches.
    pub fn batches(&self) -> impl Iterator<Item = &[u32]> {
        let Batches { mut first, growth, most } = self.batches;
        let mut rest = &self.files[..];
        std::iter::from_fn(move || {
            let (now, later) = rest.split_at(first.min(rest.len()));
            rest = later;
            first = first.saturating_mul(growth).min(most);
            (!now.is_empty()).then_some(now)
        })
    }
}

/// Whether there is as much as a limit allows.
pub fn is_full<T>(answers: &[T], limit: Option<usize>) -> bool {
    limit.is_some_and(|limit| answers.len() >= limit)
}

/// As much as a limit allows.
pub fn first<T>(mut answers: Vec<T>, limit: Option<usize>) -> Vec<T> {
    answers.truncate(limit.unwrap_or(usize::MAX));
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(count: u32, limit: Option<usize>) -> Vec<usize> {
        let batches = Batches { first: 2, growth: 3, most: 10 };
        FilesToRead::in_batches((0..count).collect(), limit, batches).batches().map(<[u32]>::len).collect()
    }

    #[test]
    fn few_files_are_read_at_first_where_a_limit_may_end_the_answer() {
        assert_eq!(sizes(30, Some(1)), [2, 6, 10, 10, 2]);
        assert_eq!(sizes(30, None), [10, 10, 10]);
        assert_eq!(sizes(0, None), []);
        assert_eq!(FilesToRead::together((0..30).collect()).batches().count(), 1);
    }
}
