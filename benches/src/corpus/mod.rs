//! Repositories made to measure: the same files every time, of any number, in the proportions of
//! real code.
//!
//! Sizes, symbols, calls and imports of a file follow the quantiles of Django 5.2. Few modules are
//! imported by many and most by few; few names are defined again and again. Some names are
//! planted, which a question finds exactly [`HITS`] times.

mod draw;
mod names;
mod python;

use std::{
    fs, io,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use codira_contracts::{BackendError, ContentHash, FileSnapshot, FileState, RepoPath};
use codira_languages::{LanguageAnalyzer, SourceFile, python::PythonAnalyzer};
pub use python::{PLANTED_CALLEES, callee, planted};

/// How often planted names are found.
pub const HITS: [usize; 3] = [1, 10, 1000];

/// How many files a directory holds.
const DIRECTORY_FILES: usize = 100;

/// A made repository of Python files.
#[derive(Clone, Copy, Debug)]
pub struct Corpus {
    files: usize,
}

impl Corpus {
    /// The repository of so many files. Only from 1000 files on are all planted names found as
    /// often as they should.
    pub fn new(files: usize) -> Self {
        Self { files }
    }

    /// How many files there are.
    pub fn len(self) -> usize {
        self.files
    }

    /// Whether there is no file.
    pub fn is_empty(self) -> bool {
        self.files == 0
    }

    /// Where file `number` is.
    pub fn path(self, number: usize) -> String {
        let directory = format!("src/package_{:04}", number / DIRECTORY_FILES);
        match number % DIRECTORY_FILES {
            0 => format!("{directory}/__init__.py"),
            _ => format!("{directory}/module_{number:06}.py"),
        }
    }

    /// What file `number` holds after `edits` edits. An edit changes the body of a function and
    /// adds another one.
    pub fn text(self, number: usize, edits: usize) -> String {
        let mut text = python::text(self, number);
        for edit in 1..=edits {
            text.push_str(&format!("\n\ndef edited_{edit}(value):\n    return value + {edits}\n"));
        }
        text
    }

    /// Writes every file below `root`.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn write_to(self, root: &Path) -> io::Result<()> {
        for directory in 0..self.files.div_ceil(DIRECTORY_FILES) {
            fs::create_dir_all(root.join(format!("src/package_{directory:04}")))?;
        }
        (0..self.files).try_for_each(|number| self.write_file(root, number, 0))
    }

    /// Writes one file below `root`, after so many edits.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn write_file(self, root: &Path, number: usize, edits: usize) -> io::Result<()> {
        fs::write(root.join(self.path(number)), self.text(number, edits))
    }

    /// Every file, analyzed, by number.
    ///
    /// # Errors
    ///
    /// None: the paths are well formed.
    pub fn snapshots(self) -> Result<Vec<FileSnapshot>, BackendError> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let next = AtomicUsize::new(0);
        let work = || {
            let numbers =
                std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < self.files));
            numbers.map(|number| Ok((number, self.snapshot(number, 0)?))).collect::<Result<Vec<_>, BackendError>>()
        };
        let mut snapshots = thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let mut all = Vec::with_capacity(self.files);
            for thread in threads {
                all.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok::<_, BackendError>(all)
        })?;
        snapshots.sort_unstable_by_key(|(number, _)| *number);
        Ok(snapshots.into_iter().map(|(_, snapshot)| snapshot).collect())
    }

    /// File `number` after so many edits, analyzed.
    ///
    /// # Errors
    ///
    /// None: the path is well formed.
    pub fn snapshot(self, number: usize, edits: usize) -> Result<FileSnapshot, BackendError> {
        let (path, text) = (RepoPath::new(self.path(number))?, self.text(number, edits));
        let analyzer = PythonAnalyzer::new();
        let analysis = analyzer.analyze(SourceFile { path: &path, text: &text });
        let state = FileState {
            path,
            hash: ContentHash::of(text.as_bytes()),
            size: text.len() as u64,
            modified: 1,
            analyzer: analyzer.tool().clone(),
        };
        Ok(FileSnapshot { state, analysis, embeddings: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use codira_contracts::AnalysisStatus;

    use super::*;

    #[test]
    fn files_may_be_put_and_are_the_same_every_time() {
        let corpus = Corpus::new(250);
        let made = corpus.snapshots().unwrap();
        assert!(made.iter().all(|file| file.validate().is_ok() && file.analysis.status == AnalysisStatus::Complete));
        assert_eq!(made, corpus.snapshots().unwrap());
        // Changing what is drawn makes old figures worthless: a digest tells.
        let all: String = (0..corpus.len()).map(|number| corpus.text(number, 0)).collect();
        assert_eq!(&ContentHash::of(all.as_bytes()).to_string()[..16], "2ce528a0c40b3028");
    }

    #[test]
    fn planted_names_are_found_as_often_as_they_say() {
        let made = Corpus::new(1000).snapshots().unwrap();
        for hits in HITS {
            let found = made.iter().flat_map(|file| &file.analysis.symbols).filter(|symbol| symbol.name == planted(hits));
            assert_eq!(found.count(), hits);
            let calls = made.iter().flat_map(|file| &file.analysis.uses).filter(|used| used.text == callee(hits));
            assert_eq!(calls.count(), hits);
        }
    }
}
