//! Embeddings of files on their way to the store: made into values on every core, then gathered as rows of many files.

use std::{collections::HashSet, mem};

use codira_contracts::{ContentHash, EmbeddingSpec, EmbeddingState, FileSnapshot, StableId, score::Sketch};

use super::{
    embeddings::{PENDING, SpecNumbers, VECTOR},
    rows::Rows,
    sketches::{Gathered, Sketched},
};
use crate::forms::vector;

/// An embedding as it is stored.
pub(super) struct Packed {
    pub(super) spec: EmbeddingSpec,
    owner: StableId,
    documents: bool,
    state: State,
}

enum State {
    Computed { text_hash: ContentHash, numbers: Vec<u8>, sketch: Sketch },
    Pending { text: String },
}

/// Takes the embeddings out of a file.
pub(super) fn pack(file: &mut FileSnapshot) -> Vec<Packed> {
    let embeddings = mem::take(&mut file.embeddings);
    if embeddings.is_empty() {
        return Vec::new();
    }
    let units: HashSet<&StableId> = file.analysis.documentation.iter().map(|unit| &unit.id).collect();
    let packed = embeddings.into_iter().map(|row| Packed {
        documents: units.contains(&row.owner),
        spec: row.spec,
        owner: row.owner,
        state: match row.state {
            EmbeddingState::Computed(vector) => State::Computed {
                text_hash: row.text_hash,
                numbers: vector::pack(&vector),
                sketch: Sketch::of(vector.as_slice()),
            },
            EmbeddingState::Pending { text } => State::Pending { text },
        },
    });
    packed.collect()
}

/// Rows of embeddings that wait to be written.
pub(super) struct EmbeddingRows {
    pub(super) vectors: Rows,
    pub(super) pending: Rows,
}

impl EmbeddingRows {
    pub(super) fn new() -> Self {
        Self { vectors: Rows::new(&VECTOR), pending: Rows::new(&PENDING) }
    }

    /// Adds embeddings of one file and one spec, and the sketches of their vectors to those that were gathered; as many numbers of
    /// vectors as there are embeddings are free.
    pub(super) fn add(
        &mut self,
        file: i64,
        SpecNumbers { id, next }: SpecNumbers,
        embeddings: Vec<Packed>,
        gathered: &mut Gathered,
    ) {
        let count = embeddings.len();
        let mut sketches = Vec::with_capacity(count);
        for (Packed { owner, documents, state, .. }, number) in embeddings.into_iter().zip(next..) {
            match state {
                State::Computed { text_hash, numbers, sketch } => {
                    let row = self.vectors.row().with(number).with(file).with(owner.as_str()).with(i64::from(documents));
                    row.with(&text_hash.as_bytes()[..]).with(numbers);
                    let file = u32::try_from(file).expect("files are numbered in four bytes");
                    sketches.push(Sketched { vector: number, file, documents, sketch });
                }
                State::Pending { text } => {
                    self.pending.row().with(id).with(file).with(owner.as_str()).with(i64::from(documents)).with(text);
                }
            }
        }
        gathered.add(next, count, sketches);
    }
}
