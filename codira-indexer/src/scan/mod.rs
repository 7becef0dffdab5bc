//! Finding the files of a repository: which are source, whose they are, and which are left out.
//!
//! Nothing is read here but directories and, of a few extensionless scripts, the first line.

mod languages;
mod owner;
mod patterns;
mod walk;

use codira_contracts::RepoPath;
use serde::Serialize;

use crate::{FailedFile, SkippedFile, UncoveredExtension};
pub(crate) use owner::{AnalyzerIndex, Owners};
pub use patterns::PathPatterns;
pub(crate) use walk::{modified, scan};

/// What happens to files and directories whose name begins with a dot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hidden {
    /// They are no part of the index.
    #[default]
    Skip,
    /// They are files like any others; `.git` and `.codira` are not.
    Index,
}

/// What a walk found. Every list is sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The files that some analyzer owns, or may own.
    pub(crate) files: Vec<ScannedFile>,
    /// Files that look like source and are left out.
    pub(crate) skipped: Vec<SkippedFile>,
    /// What could not be looked at.
    pub(crate) failures: Vec<FailedFile>,
    /// Files that no analyzer owns, by extension, as far as they count for coverage.
    pub(crate) uncovered: Vec<UncoveredExtension>,
}

/// A file as the walk saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScannedFile {
    pub(crate) path: RepoPath,
    /// In bytes.
    pub(crate) size: u64,
    /// Modification time, in nanoseconds since the Unix epoch.
    pub(crate) modified: i64,
    pub(crate) owner: Owner,
}

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A glob of this analyzer finds it.
    Analyzer(AnalyzerIndex),
    /// No glob finds it, and its first line may tell.
    FirstLine,
}
