//! Files that wait to be written: DuckDB is fast with many rows and slow with few.

use std::collections::BTreeMap;

use codira_contracts::{ContentHash, FileAnalysis, FileSnapshot, RepoPath, ReuseRequest, SymbolKey, Vector};

/// How many files are written together at most.
const BATCH_FILES: usize = 512;
/// How much they may weigh together, roughly in bytes of memory.
const BATCH_BYTES: usize = 32 << 20;

/// What is to become of each path: another snapshot, or none.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: BTreeMap<RepoPath, Option<FileSnapshot>>,
    weight: usize,
}

impl Queue {
    /// The last word on a path wins.
    pub(super) fn push(&mut self, path: RepoPath, file: Option<FileSnapshot>) {
        self.weight += file.as_ref().map_or(0, |file| {
            let vectors: usize = file.embeddings.iter().map(|row| 300 + 4 * row.spec.dimension as usize).sum();
            let texts: usize = file.analysis.documentation.iter().map(|unit| unit.text.len()).sum();
            vectors + texts + file.analysis.source.len() + weight(&file.analysis)
        });
        self.waiting.insert(path, file);
    }

    /// Whether enough waits to be worth writing.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= BATCH_FILES || self.weight >= BATCH_BYTES
    }

    /// What waits for a path, if it is among what waits.
    pub(super) fn get(&self, path: &RepoPath) -> Option<Option<&FileSnapshot>> {
        self.waiting.get(path).map(Option::as_ref)
    }

    /// The vectors of texts that wait, with where each belongs.
    pub(super) fn vectors<'a>(
        &'a self,
        request: &'a ReuseRequest,
    ) -> impl Iterator<Item = (ContentHash, SymbolKey, &'a Vector)> {
        codira_store::reusable_of(self.waiting.values().flatten(), request)
    }

    /// Everything that waits, by path.
    pub(super) fn take(&mut self) -> BTreeMap<RepoPath, Option<FileSnapshot>> {
        self.weight = 0;
        std::mem::take(&mut self.waiting)
    }
}

/// What the records of an analysis take in memory, roughly.
pub(super) fn weight(analysis: &FileAnalysis) -> usize {
    let documents = analysis.documentation.len() + analysis.doc_issues.len();
    500 * (1 + analysis.symbols.len()) + 200 * (analysis.imports.len() + documents) + 130 * analysis.uses.len()
}
