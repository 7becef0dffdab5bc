//! The progress of a run.

use codira_contracts::{RepoPath, WriteScope};

/// A step of a run. Events come in the order below, from one task, and are meant for progress, not
/// for results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexEvent {
    /// The repository was walked.
    ScanFinished {
        /// How many files have an analyzer.
        files: usize,
    },
    /// The plan is made.
    Planned {
        /// Whether everything is replaced.
        scope: WriteScope,
        /// How many files will be read, to be analyzed or at least hashed.
        read: usize,
        /// How many files are kept without being read.
        kept: usize,
        /// How many files are removed.
        removed: usize,
    },
    /// A file was read, and analyzed where it had changed.
    Analyzed {
        /// The file.
        path: RepoPath,
        /// How many files are done, this one included.
        done: usize,
        /// How many there are to do.
        total: usize,
    },
    /// Pending rows, of the index or of another engine, got their vectors.
    Embedded {
        /// How many have it, these included.
        done: u64,
        /// How many were pending, as far as is known.
        total: u64,
    },
    /// Edges are derived.
    Deriving,
    /// The changes are committed.
    Committing,
}
