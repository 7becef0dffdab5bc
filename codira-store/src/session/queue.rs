//! Files that were put and are not written yet: encoded in the pool meanwhile, and written many at
//! a time.

use codira_contracts::{
    ContentHash, EmbeddingSpec, EmbeddingState, FileSnapshot, RepoPath, ReuseRequest, SymbolKey, Vector, resolve::RuleSet,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    encode::{Encoded, encode},
    room::Reserved,
};
use crate::parallel::Job;

/// What is to become of each path.
pub(super) struct Queue {
    queued: FxHashMap<RepoPath, Queued>,
    /// How much room they take.
    units: usize,
    /// How many files are written together at most.
    batch_files: usize,
    /// With how much of its room taken it is full.
    batch_units: usize,
}

/// What is to become of one path.
pub(super) struct Queued {
    /// The file, or none where it is removed.
    pub(super) file: Option<QueuedFile>,
    /// Free once it is written.
    pub(super) room: Reserved,
}

/// A file that is put.
pub(super) struct QueuedFile {
    pub(super) encoding: Job<Encoded>,
    vectors: Vec<QueuedVector>,
}

/// A vector that a file brings.
#[derive(Debug)]
struct QueuedVector {
    spec: EmbeddingSpec,
    text: ContentHash,
    owner: SymbolKey,
    vector: Vector,
}

impl Queued {
    /// Begins to encode a file.
    pub(super) fn put(file: FileSnapshot, rules: RuleSet, room: Reserved) -> Self {
        let vector = |row: &codira_contracts::EmbeddingRow| match &row.state {
            EmbeddingState::Computed(vector) => Some(QueuedVector {
                spec: row.spec.clone(),
                text: row.text_hash,
                owner: SymbolKey { path: file.state.path.clone(), id: row.owner.clone() },
                vector: vector.clone(),
            }),
            EmbeddingState::Pending { .. } => None,
        };
        let vectors = file.embeddings.iter().filter_map(vector).collect();
        Self { file: Some(QueuedFile { encoding: Job::spawn(move || encode(file, &rules)), vectors }), room }
    }

    /// A removal.
    pub(super) fn remove(room: Reserved) -> Self {
        Self { file: None, room }
    }
}

impl Queue {
    /// An empty queue, full with so many files or so much of its room taken.
    pub(super) fn new(batch_files: usize, batch_units: usize) -> Self {
        Self { queued: FxHashMap::default(), units: 0, batch_files, batch_units }
    }

    /// The last call about a path wins.
    pub(super) fn push(&mut self, path: RepoPath, queued: Queued) {
        self.units += queued.room.units();
        if let Some(replaced) = self.queued.insert(path, queued) {
            self.units -= replaced.room.units();
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.queued.len() >= self.batch_files || self.units >= self.batch_units
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queued.is_empty()
    }

    /// Whether a path is queued.
    pub(super) fn holds(&self, path: &RepoPath) -> bool {
        self.queued.contains_key(path)
    }

    /// The queued vectors of texts, with the owner of each.
    pub(super) fn vectors(&self, request: &ReuseRequest) -> impl Iterator<Item = (ContentHash, SymbolKey, &Vector)> {
        let texts: FxHashSet<ContentHash> = request.texts.iter().copied().collect();
        let vectors = self.queued.values().filter_map(|queued| queued.file.as_ref()).flat_map(|file| &file.vectors);
        let wanted = vectors.filter(move |vector| texts.contains(&vector.text) && vector.spec == request.spec);
        wanted.map(|QueuedVector { text, owner, vector, .. }| (*text, owner.clone(), vector))
    }

    /// Everything that is queued, by path.
    pub(super) fn take(&mut self) -> Vec<(RepoPath, Queued)> {
        self.units = 0;
        let mut queued: Vec<_> = std::mem::take(&mut self.queued).into_iter().collect();
        queued.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        queued
    }
}
