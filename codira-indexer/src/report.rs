//! What a run did, and why. Equal runs have equal reports; timings are apart.

use std::{collections::BTreeMap, fmt, time::Duration};

use codira_contracts::{Coverage, EmbeddingSpec, Maintenance, RepoPath, Totals};
use serde::Serialize;

use crate::{EmbeddingMode, Ineligible, plan::Reason};

/// What a run did to the index, file by file.
///
/// Serializes deterministically: every list is sorted, and timings are left out.
#[derive(Clone, Debug, Serialize)]
pub struct IndexReport {
    /// How the run ended.
    pub outcome: Outcome,
    /// Why everything was analyzed again, if it was.
    pub rebuild: Option<Rebuild>,
    /// The numbers of files.
    pub counts: Counts,
    /// What was decided about every file that was or is in the index, by path.
    pub files: Vec<FileDecision>,
    /// Files that are left out of the index though they look like source, by path.
    pub skipped: Vec<SkippedFile>,
    /// Files that could not be analyzed, by path.
    pub failures: Vec<FailedFile>,
    /// Files that were analyzed now and understood in part, by path.
    pub partial: Vec<PartialFile>,
    /// Whether every source file is in the index.
    pub coverage: Coverage,
    /// Languages of which there are files and no analyzer, by language.
    pub uncovered: Vec<UncoveredLanguage>,
    /// What was embedded; nothing where embeddings are off, or the backend keeps none.
    pub embeddings: Option<EmbeddingReport>,
    /// What had to be removed although no file changed.
    pub maintenance: Maintenance,
    /// How long the phases took.
    #[serde(skip)]
    pub timings: Timings,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Outcome {
    /// There was nothing to do, and nothing was written.
    UpToDate {
        /// The commit that is up to date.
        generation: u64,
    },
    /// The changes were committed.
    Committed {
        /// The number of the commit.
        generation: u64,
        /// What was replaced, when it was no readable index: a sentence for people.
        replaced: Option<String>,
        /// How many files had their uses and imports resolved again.
        resolved_files: u64,
        /// What the index holds now.
        totals: Totals,
    },
}

/// Why a run could not build on what was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Rebuild {
    /// Nothing was indexed.
    First,
    /// It was asked for.
    Requested,
    /// The index was written by another backend, version or schema.
    BackendChanged,
    /// The index could not be read.
    Unreadable {
        /// What was wrong with it.
        problem: String,
    },
}

impl Rebuild {
    /// Why every file is analyzed.
    pub fn reason(&self) -> Reason {
        match self {
            Self::First => Reason::New,
            Self::Requested => Reason::Requested,
            Self::BackendChanged => Reason::BackendChanged,
            Self::Unreadable { .. } => Reason::IndexUnreadable,
        }
    }
}

/// Numbers of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// In the index after the run.
    pub indexed: u64,
    /// Analyzed and put.
    pub analyzed: u64,
    /// Kept as they were.
    pub kept: u64,
    /// Removed from the index.
    pub removed: u64,
    /// Left out, for a reason that is in [`IndexReport::skipped`].
    pub skipped: u64,
    /// Failed, with a message that is in [`IndexReport::failures`].
    pub failed: u64,
    /// Analyzed and understood in part.
    pub partial: u64,
}

/// What was decided about one file, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FileDecision {
    /// The file.
    pub path: RepoPath,
    /// Why it was kept, analyzed or removed.
    pub reason: Reason,
}

/// A file that is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SkippedFile {
    /// The file, relative to the root; with replacement characters where its name is no text.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
}

/// Why a file is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SkipReason {
    /// It is a symbolic link: what it leads to is indexed where it is, or is not of this
    /// repository.
    Symlink,
    /// It is larger than the configured limit.
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// It holds NUL bytes near its beginning.
    Binary,
    /// Its content is not UTF-8.
    NotUtf8,
    /// Its path is not UTF-8.
    NameNotUtf8,
    /// It is neither a file nor a directory.
    Special,
}

impl SkipReason {
    /// Whether this is a gap in the coverage of the repository.
    pub(crate) fn is_gap(self) -> bool {
        !matches!(self, Self::Symlink | Self::Special)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Symlink => f.write_str("symbolic link"),
            Self::TooLarge { size } => write!(f, "{size} bytes are more than `index.max_file_size`"),
            Self::Binary => f.write_str("binary"),
            Self::NotUtf8 => f.write_str("content is not UTF-8"),
            Self::NameNotUtf8 => f.write_str("name is not UTF-8"),
            Self::Special => f.write_str("neither file nor directory"),
        }
    }
}

/// A file that could not be analyzed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FailedFile {
    /// The file, relative to the root; a directory where that could not be read.
    pub path: String,
    /// What happened.
    pub message: String,
}

/// A file that was understood in part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PartialFile {
    /// The file.
    pub path: RepoPath,
    /// How many diagnostics it has.
    pub diagnostics: usize,
}

/// A language without analyzer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UncoveredLanguage {
    /// The language.
    pub language: &'static str,
    /// How many of its files there are.
    pub files: u64,
}

/// What a run embedded, and what the index holds after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmbeddingReport {
    /// What the vectors are made by.
    pub spec: EmbeddingSpec,
    /// When they are computed.
    pub mode: EmbeddingMode,
    /// The numbers of rows: of every row of the index after a [run](crate::Indexer::run),
    /// unchanged files included; of [`embed_pending`](crate::Indexer::embed_pending), of those
    /// that it gave their vectors.
    #[serde(flatten)]
    pub counts: EmbeddingCounts,
    /// How many symbols and documentation units of the files that were analyzed have none, and
    /// why.
    pub skipped: BTreeMap<Ineligible, u64>,
}

/// Numbers of embedding rows. Each is one of computed, reused and deferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EmbeddingCounts {
    /// All of them.
    pub rows: u64,
    /// Vectors that the engine computed: one for each different text.
    pub computed: u64,
    /// Rows with a vector that was known: of an unchanged file, or of the same text elsewhere.
    pub reused: u64,
    /// Pending rows, without a vector yet.
    pub deferred: u64,
}

/// The files of one extension that no analyzer owns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UncoveredExtension {
    /// The extension, without its dot.
    pub extension: String,
    /// The programming language whose sources have it; `None` where it has none: such files are no
    /// gap.
    pub language: Option<&'static str>,
    /// How many files there are.
    pub files: u64,
    /// The first of them by path, relative to the root.
    pub example: String,
}

/// A file that has an analyzer, and is not in the index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LeftOutFile {
    /// The file, relative to the root.
    pub path: String,
    /// Why, where the scan can tell; `None` for one that could not be read as text or analyzed, or
    /// that came after the last run.
    pub reason: Option<SkipReason>,
}

/// Source files that are not in the index. Every list is sorted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverageReport {
    /// Whether there is any gap.
    pub coverage: Coverage,
    /// The coverage that the index stores, as of its last commit.
    pub stored: Coverage,
    /// How many files are in the index.
    pub covered: u64,
    /// Files without analyzer, those that are gaps first, then by extension.
    pub uncovered: Vec<UncoveredExtension>,
    /// Files with an analyzer that are not in the index, by path.
    pub left_out: Vec<LeftOutFile>,
}

/// How long the phases of a run took. Analyzing and storing overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Opening the index and asking for what is stored.
    pub open: Duration,
    /// Walking the repository.
    pub scan: Duration,
    /// Reading, hashing, analyzing and storing files.
    pub analyze: Duration,
    /// Of that, waiting for the store.
    pub store: Duration,
    /// Computing vectors, or finding them.
    pub embed: Duration,
    /// Deriving edges.
    pub derive: Duration,
    /// Committing.
    pub commit: Duration,
    /// The whole run.
    pub total: Duration,
}
