//! Files that are being encoded, on every core, while others are written and more come.

use std::{fmt, pin::Pin};

use codira_contracts::{
    ContentHash, EmbeddingSpec, EmbeddingState, FileSnapshot, FileState, ReuseRequest, SymbolKey, Vector,
    resolve::{self, Offer, RuleSet},
};
use codira_store::{compact::Embedding, for_resolution};
use rustc_hash::FxHashSet;

use super::encode::{Encoded, Unresolved, encode};
use crate::{cores::beside, forms::vector, postings::Key};

/// A file that is to be written.
pub(super) struct Put {
    pub(super) number: i64,
    pub(super) file: FileSnapshot,
    /// What it offered before, unless nobody asked yet.
    pub(super) before: Option<Vec<Offer>>,
}

/// A file that was encoded.
pub(super) struct Written {
    pub(super) state: FileState,
    pub(super) language: String,
    pub(super) module: String,
    pub(super) encoded: Encoded,
    /// Digests of keys whose facts changed.
    pub(super) changed: Vec<u32>,
    pub(super) embeddings: Vec<Embedding>,
    pub(super) unresolved: Unresolved,
}

/// Files on their way.
pub(super) struct InFlight {
    numbers: FxHashSet<i64>,
    /// The vectors that they bring.
    vectors: Vec<OfSpec>,
    encoded: Pin<Box<dyn Future<Output = Vec<Written>>>>,
}

/// Vectors of one spec, by text, with where each belongs.
struct OfSpec {
    spec: EmbeddingSpec,
    vectors: Vec<(ContentHash, SymbolKey, Vector)>,
}

impl InFlight {
    /// Begins to encode files.
    pub(super) fn begin(puts: Vec<Put>, rules: RuleSet) -> Self {
        let mut vectors: Vec<OfSpec> = Vec::new();
        for Put { file, .. } in &puts {
            for row in &file.embeddings {
                let EmbeddingState::Computed(vector) = &row.state else { continue };
                let place = vectors.iter().position(|of| of.spec == row.spec).unwrap_or_else(|| {
                    vectors.push(OfSpec { spec: row.spec.clone(), vectors: Vec::new() });
                    vectors.len() - 1
                });
                let key = SymbolKey { path: file.state.path.clone(), id: row.owner.clone() };
                vectors[place].vectors.push((row.text_hash, key, vector.clone()));
            }
        }
        let numbers = puts.iter().map(|put| put.number).collect();
        Self { numbers, vectors, encoded: Box::pin(beside(puts, move |put| written(put, &rules))) }
    }

    /// Waits until they are encoded.
    pub(super) async fn encoded(self) -> Vec<Written> {
        self.encoded.await
    }

    /// Whether any of these files is among them.
    pub(super) fn has_any(&self, files: &[i64]) -> bool {
        files.iter().any(|file| self.numbers.contains(file))
    }

    /// The vectors that they bring of some texts, with where each belongs.
    pub(super) fn vectors(&self, request: &ReuseRequest) -> impl Iterator<Item = (ContentHash, SymbolKey, &Vector)> {
        let texts: FxHashSet<ContentHash> = request.texts.iter().copied().collect();
        let vectors = self.vectors.iter().filter(|of| of.spec == request.spec).flat_map(|of| &of.vectors);
        vectors.filter(move |(hash, ..)| texts.contains(hash)).map(|(hash, key, vector)| (*hash, key.clone(), vector))
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").field("numbers", &self.numbers).finish_non_exhaustive()
    }
}

/// Encodes a file.
fn written(Put { number, mut file, before }: Put, rules: &RuleSet) -> Written {
    let encoded = encode(&file, rules);
    let embeddings = Embedding::take(&mut file, vector::pack);
    let changed = before.map(|before| resolve::changed_keys(&before, &encoded.offers)).unwrap_or_default();
    Written {
        state: file.state.clone(),
        language: file.analysis.language.as_str().to_owned(),
        module: file.analysis.module.clone(),
        encoded,
        changed: changed.iter().map(|key| Key::Asked(key).digest()).collect(),
        embeddings,
        unresolved: Unresolved { number, path: file.state.path, analysis: for_resolution(file.analysis) },
    }
}
