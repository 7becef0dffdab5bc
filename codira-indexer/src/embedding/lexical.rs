//! The default engine: the words of a text, hashed. Deterministic, embedded, without a model to
//! fetch.
//!
//! Texts are near when they share words, parts of identifiers, or pieces of those. Each
//! [feature](super::vocabulary) adds to a few numbers of the vector. Its hash determines their
//! positions and signs, so that unrelated features cancel out. Everything up to the last division
//! is computed in integers, and that division and its square root are exactly rounded: the same
//! text has the same vector on every machine.

use crate::EmbeddingEngine;
use codira_contracts::{BoxError, EmbeddingSpec, Precision, Vector, text};

use super::vocabulary::{Occurrence, Vocabulary};

/// The length of the vectors.
const DIMENSION: usize = 384;

/// The engine `lexical`.
#[derive(Clone, Debug)]
pub struct LexicalEngine {
    spec: EmbeddingSpec,
}

impl LexicalEngine {
    /// The name of the engine.
    pub const NAME: &str = "lexical";

    /// The version of the engine. It changes whenever the same text may get another vector.
    pub const VERSION: &str = "1";

    /// The engine; there is one.
    pub fn new() -> Self {
        let spec = EmbeddingSpec {
            engine: Self::NAME.to_owned(),
            // Rises whenever a text gets another vector.
            engine_version: Self::VERSION.to_owned(),
            model: "hashed-words".to_owned(),
            model_version: "1".to_owned(),
            dimension: DIMENSION as u32,
            precision: Precision::F32,
        };
        Self { spec }
    }
}

impl Default for LexicalEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl EmbeddingEngine for LexicalEngine {
    fn spec(&self) -> &EmbeddingSpec {
        &self.spec
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, BoxError> {
        let (mut vocabulary, mut tally) = (Vocabulary::default(), Tally::default());
        let mut vectors = Vec::with_capacity(texts.len());
        for &text in texts {
            vectors.push(Vector::new(vector(text, &mut vocabulary, &mut tally))?);
        }
        Ok(vectors)
    }
}

/// The vector of a text; zero where it has no words.
fn vector<'a>(text: &'a str, vocabulary: &mut Vocabulary<'a>, tally: &mut Tally) -> Vec<f32> {
    for word in text::words(text) {
        vocabulary.features(word).iter().for_each(|occurrence| tally.add(*occurrence));
    }
    let mut sums = [0_i64; DIMENSION];
    tally.take(|feature, amount| {
        for bits in vocabulary.positions(feature) {
            let position = (bits >> 1) as usize % DIMENSION;
            sums[position] += if bits & 1 == 0 { amount } else { -amount };
        }
    });
    // Exact below 2^53: a text would need millions of different words to get there.
    let length = (sums.iter().map(|&sum| sum * sum).sum::<i64>() as f64).sqrt();
    let scaled = |sum: i64| if length == 0.0 { 0.0 } else { (sum as f64 / length) as f32 };
    sums.into_iter().map(scaled).collect()
}

/// How often each feature occurs in one text.
#[derive(Default)]
struct Tally {
    /// By the number of the feature.
    counts: Vec<Count>,
    /// The features that occur.
    found: Vec<u32>,
}

/// How often a feature occurs, and the least that it weighs.
#[derive(Clone, Copy, Default)]
struct Count {
    times: u32,
    weight: u32,
}

impl Tally {
    fn add(&mut self, Occurrence { feature, weight }: Occurrence) {
        let index = feature as usize;
        if index >= self.counts.len() {
            self.counts.resize(index + 1, Count::default());
        }
        let count = &mut self.counts[index];
        if count.times == 0 {
            self.found.push(feature);
            count.weight = weight;
        }
        count.times += 1;
        count.weight = count.weight.min(weight);
    }

    /// Passes each feature with its weight in the text to `tell`, and clears the tally.
    fn take(&mut self, mut tell: impl FnMut(u32, i64)) {
        for feature in self.found.drain(..) {
            let Count { times, weight } = std::mem::take(&mut self.counts[feature as usize]);
            // The square root of the count: a repeated word counts less than two words.
            tell(
                feature,
                match times.min(256) {
                    1 => i64::from(weight),
                    times => (u64::from(weight) * u64::from(weight) * u64::from(times)).isqrt() as i64,
                },
            );
        }
    }
}
