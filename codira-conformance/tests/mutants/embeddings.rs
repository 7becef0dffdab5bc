//! Embeddings: vectors that are rounded, lost, kept too long, or compared with what they must not meet.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::{EVERY, REBUILT, mutants},
};

mutants! {
    a_zero_loses_its_sign: LosesSignOfZero, "a negative zero becomes a positive one", [
        "storing::a_file_reads_back_as_it_was_put",
        "embeddings::vectors_are_kept_bit_for_bit",
        EVERY,
        REBUILT,
    ];
    stale_vectors_are_kept: KeepsStaleVectors, "a vector is kept although its text has changed", [
        "embeddings::a_stale_vector_is_not_kept",
    ];
}

#[derive(Default)]
struct LosesSignOfZero;

#[async_trait]
impl Fault for LosesSignOfZero {
    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        for row in &mut file.embeddings {
            if let EmbeddingState::Computed(vector) = &mut row.state {
                *vector = Vector::new(vector.as_slice().iter().map(|number| number + 0.0).collect())?;
            }
        }
        session.put_file(file).await
    }
}

#[derive(Default)]
struct KeepsStaleVectors;

#[async_trait]
impl Fault for KeepsStaleVectors {
    async fn store_embeddings(&self, session: &mut DynSession, mut rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        for waiting in session.pending_embeddings(&PendingRequest::default()).await? {
            let of_row = |row: &&mut ComputedEmbedding| row.key == waiting.key && row.spec == waiting.spec;
            let text_hash = ContentHash::of(waiting.text.as_bytes());
            rows.iter_mut().filter(of_row).for_each(|row| row.text_hash = text_hash);
        }
        session.store_embeddings(rows).await
    }
}
