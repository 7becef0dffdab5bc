//! How many files are read at a time.

use crate::tables::{FileRow, Tables};

/// Files to look into, by path, and how many of them at a time.
#[derive(Clone, Debug)]
pub(super) struct FilesToRead {
    files: Vec<u32>,
    batches: Batches,
}

/// How many files are read at a time.
#[derive(Clone, Copy, Debug)]
struct Batches {
    /// At first, where a limit may end the answer early.
    first: usize,
    /// How many times as many each time.
    growth: usize,
    /// At most.
    most: usize,
}

/// How many files' embeddings are read together.
pub(super) const BATCH_FILES: usize = 256;

impl FilesToRead {
    /// The files of these rows: few at first where there is a limit.
    pub(super) fn new<T: Tables>(files: &[FileRow], limit: Option<usize>) -> Self {
        let batches = Batches { first: 8, growth: 2, most: T::BATCH_DOCUMENTS };
        Self::in_batches(files.iter().map(|file| file.number).collect(), limit, batches)
    }

    fn in_batches(files: Vec<u32>, limit: Option<usize>, batches: Batches) -> Self {
        let first = if limit.is_some() { batches.first } else { batches.most };
        Self { files, batches: Batches { first, ..batches } }
    }

    /// The batches.
    pub(super) fn batches(&self) -> impl Iterator<Item = &[u32]> {
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
pub(super) fn is_full<T>(answers: &[T], limit: Option<usize>) -> bool {
    limit.is_some_and(|limit| answers.len() >= limit)
}

/// As much as a limit allows.
pub(super) fn first<T>(mut answers: Vec<T>, limit: Option<usize>) -> Vec<T> {
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
    }
}
