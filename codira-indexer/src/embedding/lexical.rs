//! The default engine: the words of a text, hashed. Deterministic, embedded, without a model to fetch.
//!
//! Texts are near when they share words, parts of identifiers, or pieces of those. Each feature adds to a few numbers
//! of the vector, at places and with signs that its hash tells, so that unrelated features cancel out. Everything up to the last
//! division is computed in integers, and that division and its square root are exactly rounded: the same text has the same vector
//! on every machine.

use codira_contracts::{BoxError, EmbeddingEngine, EmbeddingSpec, Precision, Vector, text};

use super::common_words;
use crate::words::{parts, stem};

/// The length of the vectors.
const DIMENSION: usize = 384;

/// To how many numbers a feature adds.
const PLACES: u32 = 2;

/// How much the pieces of a word weigh together, of 16 that the word itself does.
const PIECES: u32 = 8;

/// The engine `lexical`.
#[derive(Clone, Debug)]
pub struct LexicalEngine {
    spec: EmbeddingSpec,
}

impl LexicalEngine {
    /// The name of the engine.
    pub const NAME: &str = "lexical";

    /// The engine; there is one.
    pub fn new() -> Self {
        let spec = EmbeddingSpec {
            engine: Self::NAME.to_owned(),
            // Rises whenever a text gets another vector.
            engine_version: "1".to_owned(),
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
        let mut features = Features::default();
        let vector = |text: &&str| Ok(Vector::new(features.vector(text))?);
        texts.iter().map(vector).collect()
    }
}

/// What a feature is, so that a word and a piece spelt the same are two.
#[derive(Clone, Copy)]
enum Kind {
    Word = 1,
    Piece = 2,
}

/// The features of one text: the hash of each occurrence, and its weight.
#[derive(Default)]
struct Features {
    found: Vec<(u64, u32)>,
    lower: String,
}

impl Features {
    /// The vector of a text; zero where it has no words.
    fn vector(&mut self, text: &str) -> Vec<f32> {
        self.found.clear();
        for part in text::words(text).flat_map(parts) {
            self.add_part(part);
        }
        self.found.sort_unstable();
        let mut sums = [0_i64; DIMENSION];
        for occurrences in self.found.chunk_by(|a, b| a.0 == b.0) {
            let (hash, weight) = occurrences[0];
            // The square root of the count: what is said twice is not twice as true.
            let amount = match occurrences.len().min(256) as u64 {
                1 => i64::from(weight),
                count => (u64::from(weight) * u64::from(weight) * count).isqrt() as i64,
            };
            let mut bits = hash;
            for _ in 0..PLACES {
                bits = mixed(bits);
                let place = (bits >> 1) as usize % DIMENSION;
                sums[place] += if bits & 1 == 0 { amount } else { -amount };
            }
        }
        // Exact below 2^53: a text would need millions of different words to get there.
        let length = (sums.iter().map(|&sum| sum * sum).sum::<i64>() as f64).sqrt();
        let scaled = |sum: i64| if length == 0.0 { 0.0 } else { (sum as f64 / length) as f32 };
        sums.into_iter().map(scaled).collect()
    }

    fn add_part(&mut self, part: &str) {
        self.lower.clear();
        if part.is_ascii() {
            self.lower.push_str(part);
            self.lower.make_ascii_lowercase();
        } else {
            self.lower.extend(part.chars().flat_map(char::to_lowercase));
        }
        let weight = common_words::weight(&self.lower) * 64;
        let root = stem(&self.lower);
        self.found.push((hash(Kind::Word, root.as_bytes()), weight));
        // Words of three letters have no pieces that would be less than themselves.
        let bytes = root.as_bytes();
        if bytes.len() < 4 || weight < 16 * 64 {
            return;
        }
        let pieces = bytes.len() as u32 - 1;
        // Together as long as one feature of the weight for pieces.
        let each = (u64::from(weight * PIECES / 16).pow(2) / u64::from(pieces)).isqrt() as u32;
        let first = [b'^', bytes[0], bytes[1]];
        self.found.push((hash(Kind::Piece, &first), each));
        self.found.extend(bytes.windows(3).map(|piece| (hash(Kind::Piece, piece), each)));
    }
}

/// FNV-1a.
fn hash(kind: Kind, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(step(0xcbf2_9ce4_8422_2325, &(kind as u8)), step)
}

/// The next number of SplitMix64: every bit depends on every bit.
fn mixed(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
