//! Questions about vectors, stored and awaited.

use std::collections::{BTreeMap, HashMap};

use codira_contracts::{
    BackendError, Candidate, CandidateOwner, CandidateRequest, EmbeddingInventory, EmbeddingRow, EmbeddingState, FileSnapshot,
    Owners, PendingEmbedding, PendingRequest, ReusableEmbedding, ReuseRequest, StableId, SymbolKey, Vector, check_dimension,
    score::{self, Scored},
};

use super::{View, documentation::units, first, symbols::entries};
use crate::IndexState;

impl View {
    /// How many embeddings there are of each spec, by spec.
    pub(super) fn embedding_inventory(&self) -> Vec<EmbeddingInventory> {
        let mut counts = BTreeMap::new();
        for row in self.state.files().flat_map(|file| &file.embeddings) {
            let (computed, pending) = counts.entry(&row.spec).or_insert((0, 0));
            match row.state {
                EmbeddingState::Computed(_) => *computed += 1,
                EmbeddingState::Pending { .. } => *pending += 1,
            }
        }
        let entry = |(spec, (computed, pending))| EmbeddingInventory { spec: Clone::clone(spec), computed, pending };
        counts.into_iter().map(entry).collect()
    }

    /// The vectors stored for some texts, by text hash.
    pub fn reusable_embeddings(&self, request: &ReuseRequest) -> Vec<ReusableEmbedding> {
        reusable_embeddings(&[&self.state], request)
    }

    /// The rows that wait for their vector, by spec, then key.
    pub fn pending_embeddings(&self, request: &PendingRequest) -> Vec<PendingEmbedding> {
        pending_embeddings(&self.state, request)
    }

    /// The symbols or documentation units whose vectors are most similar, best first, then by key.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when the vector has not the dimension of the spec.
    pub fn candidates(&self, request: &CandidateRequest) -> Result<Vec<Candidate>, BackendError> {
        let CandidateRequest { among, spec, vector, prefix, limit } = request;
        check_dimension(&"the vector to compare with", spec, vector)?;
        let mut found = Vec::new();
        for file in self.files_in(prefix) {
            let mut owners = owners(file, *among);
            for row in file.embeddings.iter().filter(|row| row.spec == *spec) {
                let Some(stored) = computed(row) else { continue };
                // An owner has one row of a spec.
                if let Some(owner) = owners.remove(&row.owner) {
                    let score = score::cosine(vector.as_slice(), stored.as_slice());
                    found.push((Scored { score, key: key(file, row) }, owner));
                }
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(first(*limit, found.into_iter().map(|(scored, owner)| Candidate { score: scored.score, owner }).collect()))
    }
}

/// What vectors of a file may belong to, by id.
fn owners(file: &FileSnapshot, among: Owners) -> HashMap<StableId, CandidateOwner> {
    match among {
        Owners::Symbols => {
            entries(file).into_iter().map(|entry| (entry.symbol.id.clone(), CandidateOwner::Symbol(entry))).collect()
        }
        Owners::Documentation => {
            units(file).into_iter().map(|entry| (entry.unit.id.clone(), CandidateOwner::Documentation(entry))).collect()
        }
    }
}

/// The vectors stored for some texts in any of `states`, by text hash. Of several vectors of one
/// text, that of the lowest key; of one key, that of the first state.
pub(crate) fn reusable_embeddings(states: &[&IndexState], request: &ReuseRequest) -> Vec<ReusableEmbedding> {
    let mut lowest = BTreeMap::new();
    for (index, state) in states.iter().enumerate() {
        for file in state.files() {
            let wanted = |row: &&EmbeddingRow| row.spec == request.spec && request.texts.contains(&row.text_hash);
            for row in file.embeddings.iter().filter(wanted) {
                let Some(vector) = computed(row) else { continue };
                let offered = ((key(file, row), index), vector);
                let kept = lowest.entry(row.text_hash).or_insert_with(|| offered.clone());
                if offered.0 < kept.0 {
                    *kept = offered;
                }
            }
        }
    }
    let row = |(text_hash, (_, vector))| ReusableEmbedding { text_hash, vector: Vector::clone(vector) };
    lowest.into_iter().map(row).collect()
}

/// The rows that wait for their vector, by spec, then key.
pub(crate) fn pending_embeddings(state: &IndexState, request: &PendingRequest) -> Vec<PendingEmbedding> {
    let PendingRequest { spec, prefix, limit } = request;
    let mut rows = Vec::new();
    for file in state.files().filter(|file| prefix.covers(file.path())) {
        for row in file.embeddings.iter().filter(|row| spec.as_ref().is_none_or(|spec| *spec == row.spec)) {
            if let EmbeddingState::Pending { text } = &row.state {
                rows.push(PendingEmbedding { key: key(file, row), spec: row.spec.clone(), text: text.clone() });
            }
        }
    }
    rows.sort_by(|a, b| (&a.spec, &a.key).cmp(&(&b.spec, &b.key)));
    first(*limit, rows)
}

fn computed(row: &EmbeddingRow) -> Option<&Vector> {
    match &row.state {
        EmbeddingState::Computed(vector) => Some(vector),
        EmbeddingState::Pending { .. } => None,
    }
}

fn key(file: &FileSnapshot, row: &EmbeddingRow) -> SymbolKey {
    SymbolKey { path: file.path().clone(), id: row.owner.clone() }
}
