//! Reads whole files before they are asked for, while they are asked for in the order of their
//! paths: several with one statement for each table. Planning a statement, or a round trip, takes
//! longer than reading a file with it.

use std::collections::VecDeque;

use codira_contracts::{FileSnapshot, RepoPath};

/// How many files are read at once in a long run.
const BATCH_FILES: usize = 64;
/// Of how many bytes of source, after the first file.
const BATCH_BYTES: u64 = 4 << 20;

/// Files that were read and not asked for yet, and how many to read next.
#[derive(Debug, Default)]
pub(super) struct Prefetch {
    read: VecDeque<FileSnapshot>,
    last: Option<RepoPath>,
    count: usize,
}

impl Prefetch {
    /// The file, if it was read already.
    pub(super) fn take(&mut self, path: &RepoPath) -> Option<FileSnapshot> {
        let index = self.read.iter().position(|file| file.state.path == *path)?;
        self.last = Some(path.clone());
        if index > 0 {
            // Some were read in vain.
            self.count = 1;
        }
        self.read.drain(..=index).next_back()
    }

    /// How many files to read at once, from this one on, which was not read yet: twice as many as
    /// before as long as they are asked for one after another.
    pub(super) fn count(&mut self, path: &RepoPath) -> usize {
        let goes_on = self.read.is_empty() && self.last.as_ref().is_some_and(|last| last < path);
        self.count = if goes_on { (2 * self.count).min(BATCH_FILES) } else { 1 };
        self.last = Some(path.clone());
        self.count
    }

    /// How many of these files, of so many bytes each, are read at once.
    pub(super) fn fitting(sizes: impl Iterator<Item = u64>) -> usize {
        let mut bytes = 0_u64;
        let fits = |(index, size): &(usize, u64)| {
            bytes = bytes.saturating_add(*size);
            *index == 0 || bytes <= BATCH_BYTES
        };
        sizes.enumerate().take_while(fits).count()
    }

    /// Keeps files, which are in their order.
    pub(super) fn keep(&mut self, files: impl IntoIterator<Item = FileSnapshot>) {
        self.read = files.into_iter().collect();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use codira_contracts::{ContentHash, FileAnalysis, FileState, Language, Tool};

    use super::*;

    fn file(path: &str) -> FileSnapshot {
        let (path, hash) = (RepoPath::new(path).unwrap(), ContentHash::of(b""));
        let state = FileState { path, hash, size: 0, modified: 0, analyzer: Tool::new("a", "1") };
        FileSnapshot { state, analysis: FileAnalysis::new(Language::new("a"), "m"), embeddings: Vec::new() }
    }

    #[test]
    fn more_is_read_as_long_as_all_of_it_is_wanted() {
        let mut prefetch = Prefetch::default();
        let names: Vec<String> = (0..200).map(|number| format!("{number:03}.py")).collect();
        let mut counts = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let path = RepoPath::new(name.as_str()).unwrap();
            if prefetch.take(&path).is_none() {
                counts.push(prefetch.count(&path));
                let end = names.len().min(index + counts[counts.len() - 1]);
                prefetch.keep(names[index + 1..end].iter().map(|name| file(name)));
            }
        }
        assert_eq!(counts, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
    }

    #[test]
    fn one_is_read_where_the_order_is_another() {
        let mut prefetch = Prefetch::default();
        let paths = ["a", "b", "e", "c"].map(|name| RepoPath::new(name).unwrap());
        assert_eq!(paths.each_ref().map(|path| prefetch.count(path)), [1, 2, 4, 1]);
        // `d` was read in vain.
        prefetch.keep([file("d"), file("f")]);
        assert!(prefetch.take(&RepoPath::new("f").unwrap()).is_some());
        assert_eq!(prefetch.count(&RepoPath::new("g").unwrap()), 2);
        prefetch.keep([file("h")]);
        assert!(prefetch.take(&RepoPath::new("a").unwrap()).is_none());
        assert_eq!(prefetch.count(&RepoPath::new("a").unwrap()), 1);
    }
}
