//! Files that wait to be written, so that many are written together.

use codira_contracts::{ContentHash, FileSnapshot, RepoPath, ReuseRequest, SymbolKey, Vector};
use rustc_hash::FxHashMap;

/// How much files may weigh that are written together, roughly in bytes of memory.
const BATCH_BYTES: usize = 16 << 20;

/// What is to become of each path: another snapshot, or none.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: FxHashMap<RepoPath, Option<FileSnapshot>>,
    weight: usize,
    /// How many files are written together at most.
    batch_files: usize,
}

impl Queue {
    pub(super) fn new(batch_files: usize) -> Self {
        Self { waiting: FxHashMap::default(), weight: 0, batch_files }
    }

    /// The last word on a path wins.
    pub(super) fn push(&mut self, path: RepoPath, file: Option<FileSnapshot>) {
        self.weight += file.as_ref().map_or(0, weight);
        self.waiting.insert(path, file);
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= self.batch_files || self.weight >= BATCH_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether anything waits to become of a path.
    pub(super) fn holds(&self, path: &RepoPath) -> bool {
        self.waiting.contains_key(path)
    }

    /// The vectors of texts that wait, with where each belongs.
    pub(super) fn vectors<'a>(
        &'a self,
        request: &'a ReuseRequest,
    ) -> impl Iterator<Item = (ContentHash, SymbolKey, &'a Vector)> {
        crate::reusable_of(self.waiting.values().flatten(), request)
    }

    /// Everything that waits, by path.
    pub(super) fn take(&mut self) -> Vec<(RepoPath, Option<FileSnapshot>)> {
        self.weight = 0;
        let mut files: Vec<_> = std::mem::take(&mut self.waiting).into_iter().collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        files
    }
}

/// What a file takes in memory, roughly.
fn weight(file: &FileSnapshot) -> usize {
    let analysis = &file.analysis;
    let vectors: usize = file.embeddings.iter().map(|row| 256 + 4 * row.spec.dimension as usize).sum();
    let texts: usize = analysis.documentation.iter().map(|unit| 200 + unit.text.len()).sum();
    let records =
        500 * analysis.symbols.len() + 150 * (analysis.uses.len() + analysis.imports.len() + analysis.doc_issues.len());
    analysis.source.len() + texts + vectors + records
}
