//! What a run is asked to do.

use std::{num::NonZeroUsize, path::PathBuf, thread};

use codira_contracts::MemoryBudget;

use super::embed::EmbeddingMode;
use crate::{Hidden, PathPatterns, plan::Trust};

/// Which files a run analyzes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IndexScope {
    /// Those that changed.
    #[default]
    Changed,
    /// All.
    Full,
}

/// Whether a run may leave source files out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CoverageDemand {
    /// It may, and reports them.
    #[default]
    Any,
    /// It fails where there are any, and commits nothing.
    Full,
}

/// What happens to embeddings that earlier runs left out or deferred: pending rows and, where the
/// index holds no embedding at all, those of every file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmbeddingBacklog {
    /// They are made.
    #[default]
    WorkOff,
    /// They are left: rows stay pending, and an index without embeddings stays without, whatever
    /// changed.
    Leave,
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexRequest {
    /// Which files are analyzed.
    pub scope: IndexScope,
    /// How changed files are found.
    pub trust: Trust,
    /// How many files are analyzed, and texts embedded, at once.
    pub jobs: NonZeroUsize,
    /// When vectors are computed, where the indexer has an
    /// [engine](crate::Indexer::with_embedding).
    pub embeddings: EmbeddingMode,
    /// Whether it makes the embeddings that earlier runs left out or deferred.
    pub embedding_backlog: EmbeddingBacklog,
    /// Whether source files may be left out.
    pub coverage: CoverageDemand,
}

impl Default for IndexRequest {
    /// What changed by size and modification time, on every processor.
    fn default() -> Self {
        Self {
            scope: IndexScope::default(),
            trust: Trust::default(),
            jobs: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            embeddings: EmbeddingMode::default(),
            embedding_backlog: EmbeddingBacklog::default(),
            coverage: CoverageDemand::default(),
        }
    }
}

/// What is true of every run of an indexer.
#[derive(Clone, Debug)]
pub struct IndexerOptions {
    /// Larger files are skipped, in bytes.
    pub max_file_size: u64,
    /// What happens to files and directories whose name begins with a dot.
    pub hidden: Hidden,
    /// Only files that match are indexed; all, where there are no patterns.
    pub include: PathPatterns,
    /// Files that match are not indexed.
    pub exclude: PathPatterns,
    /// Only files that match count for coverage; all, where there are no patterns.
    pub coverage_roots: PathPatterns,
    /// How much memory a run should use: for what is analyzed and not stored yet, and in the
    /// session.
    pub memory: MemoryBudget,
    /// The directory of the index, absolute or relative to the root, where it is not `.codira`: it
    /// is no part of the repository.
    pub state_directory: Option<PathBuf>,
}

impl Default for IndexerOptions {
    /// Everything but hidden files and files above 4 MiB: the largest sources that people write by
    /// hand reach 3 MiB, and what is larger is generated, or data.
    fn default() -> Self {
        Self {
            max_file_size: 4 << 20,
            hidden: Hidden::Skip,
            include: PathPatterns::default(),
            exclude: PathPatterns::default(),
            coverage_roots: PathPatterns::default(),
            memory: MemoryBudget::default(),
            state_directory: None,
        }
    }
}
