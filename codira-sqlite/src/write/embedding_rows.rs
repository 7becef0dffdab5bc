//! Embeddings of files on their way to the store: gathered as rows of many files.

use codira_store::compact::{Embedding, EmbeddingForm};

use super::{
    embeddings::{PENDING, SpecNumbers, VECTOR},
    rows::Rows,
    sketches::{Gathered, Sketched},
};

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
        embeddings: Vec<Embedding>,
        gathered: &mut Gathered,
    ) {
        let count = embeddings.len();
        let mut sketches = Vec::with_capacity(count);
        for (Embedding { owner, documents, form, .. }, number) in embeddings.into_iter().zip(next..) {
            match form {
                EmbeddingForm::Computed { text_hash, numbers, sketch } => {
                    let row = self.vectors.row().with(number).with(file).with(owner.as_str()).with(i64::from(documents));
                    row.with(&text_hash.as_bytes()[..]).with(numbers);
                    let file = u32::try_from(file).expect("files are numbered in four bytes");
                    sketches.push(Sketched { vector: number, file, documents, sketch });
                }
                EmbeddingForm::Pending { text } => {
                    self.pending.row().with(id).with(file).with(owner.as_str()).with(i64::from(documents)).with(text);
                }
            }
        }
        gathered.add(next, count, sketches);
    }
}
