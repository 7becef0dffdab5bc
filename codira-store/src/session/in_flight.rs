//! Files that are being encoded, on all cores, while others are written and more come.

use std::{fmt, pin::Pin};

use codira_contracts::{ContentHash, EmbeddingSpec, EmbeddingState, ReuseRequest, SymbolKey, Vector, resolve::RuleSet};
use rustc_hash::{FxHashMap, FxHashSet};

use super::encode::{Encoded, Put, encode};
use crate::parallel;

/// Files in flight.
pub(super) struct InFlight {
    numbers: FxHashSet<u32>,
    /// The vectors that they bring.
    vectors: FxHashMap<EmbeddingSpec, Vec<OfText>>,
    encoded: Pin<Box<dyn Future<Output = Vec<Encoded>> + Send>>,
}

/// The vector of a text, and where it belongs.
type OfText = (ContentHash, SymbolKey, Vector);

impl InFlight {
    /// Begins to encode files.
    pub(super) fn begin(puts: Vec<Put>, rules: RuleSet, specs: FxHashMap<EmbeddingSpec, u32>) -> Self {
        let mut vectors: FxHashMap<EmbeddingSpec, Vec<OfText>> = FxHashMap::default();
        for Put { file, .. } in &puts {
            for row in &file.embeddings {
                let EmbeddingState::Computed(vector) = &row.state else { continue };
                let key = SymbolKey { path: file.state.path.clone(), id: row.owner.clone() };
                let of_text = (row.text_hash, key, vector.clone());
                match vectors.get_mut(&row.spec) {
                    Some(of_spec) => of_spec.push(of_text),
                    None => drop(vectors.insert(row.spec.clone(), vec![of_text])),
                }
            }
        }
        let numbers = puts.iter().map(|put| put.number).collect();
        Self { numbers, vectors, encoded: Box::pin(parallel::spawn(puts, move |put| encode(put, &rules, &specs))) }
    }

    /// Waits until they are encoded.
    pub(super) async fn encoded(self) -> Vec<Encoded> {
        self.encoded.await
    }

    /// Whether any of these files is among them.
    pub(super) fn has_any(&self, files: &[u32]) -> bool {
        files.iter().any(|file| self.numbers.contains(file))
    }

    /// The vectors that they bring of some texts, with where each belongs.
    pub(super) fn vectors(&self, request: &ReuseRequest) -> impl Iterator<Item = (ContentHash, SymbolKey, &Vector)> {
        let texts: FxHashSet<ContentHash> = request.texts.iter().copied().collect();
        let vectors = self.vectors.get(&request.spec).into_iter().flatten();
        vectors.filter(move |(hash, ..)| texts.contains(hash)).map(|(hash, key, vector)| (*hash, key.clone(), vector))
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").field("numbers", &self.numbers).finish_non_exhaustive()
    }
}
