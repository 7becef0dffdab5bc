//! The features of words: near words share features.
//!
//! A few thousand words make up most of what is said about code, so that features are found once
//! for each word and not for each time that it occurs.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::common_words;
use crate::words::{parts, stem};

/// How many positions of a vector a feature adds to.
pub(super) const POSITIONS: usize = 2;

/// How much the pieces of a word weigh together, of 16 that the word itself does.
const PIECES_WEIGHT: u32 = 8;

/// A feature, and how much it weighs where it occurs once.
#[derive(Clone, Copy)]
pub(super) struct Occurrence {
    /// The number of the feature in the vocabulary.
    pub(super) feature: u32,
    pub(super) weight: u32,
}

/// The words that occurred so far, and their features.
#[derive(Default)]
pub(super) struct Vocabulary<'a> {
    /// The range of a word's features in `occurrences`.
    words: FxHashMap<&'a str, Range<usize>>,
    occurrences: Vec<Occurrence>,
    features: Features,
}

impl<'a> Vocabulary<'a> {
    /// The features of a word, as often as it has them.
    pub(super) fn features(&mut self, word: &'a str) -> &[Occurrence] {
        let Self { words, occurrences, features } = self;
        let range = words.entry(word).or_insert_with(|| {
            let first = occurrences.len();
            parts(word).for_each(|part| features.of_part(part, occurrences));
            first..occurrences.len()
        });
        &occurrences[range.clone()]
    }

    /// The positions of a vector that a feature adds to, each above a bit for the sign.
    pub(super) fn positions(&self, feature: u32) -> [u64; POSITIONS] {
        self.features.positions[feature as usize]
    }
}

/// What a feature is, so that a word and a piece spelt the same are two.
#[derive(Clone, Copy)]
enum Kind {
    Word = 1,
    Piece = 2,
}

/// Features, numbered as they are met.
#[derive(Default)]
struct Features {
    numbers: FxHashMap<u64, u32>,
    positions: Vec<[u64; POSITIONS]>,
    lower: String,
}

impl Features {
    /// Adds the features of a part of a word.
    fn of_part(&mut self, part: &str, occurrences: &mut Vec<Occurrence>) {
        let mut lower = std::mem::take(&mut self.lower);
        lower.clear();
        if part.is_ascii() {
            lower.push_str(part);
            lower.make_ascii_lowercase();
        } else {
            lower.extend(part.chars().flat_map(char::to_lowercase));
        }
        let weight = common_words::weight(&lower) * 64;
        let root = stem(&lower);
        occurrences.push(self.occurrence(Kind::Word, root.as_bytes(), weight));
        // Words of three letters have no pieces that would be less than themselves.
        let bytes = root.as_bytes();
        if bytes.len() >= 4 && weight >= 16 * 64 {
            let pieces = bytes.len() as u32 - 1;
            // The pieces of a word have the length of one feature with the weight for pieces.
            let each = (u64::from(weight * PIECES_WEIGHT / 16).pow(2) / u64::from(pieces)).isqrt() as u32;
            let first = [b'^', bytes[0], bytes[1]];
            occurrences.push(self.occurrence(Kind::Piece, &first, each));
            occurrences.extend(bytes.windows(3).map(|piece| self.occurrence(Kind::Piece, piece, each)));
        }
        self.lower = lower;
    }

    fn occurrence(&mut self, kind: Kind, bytes: &[u8], weight: u32) -> Occurrence {
        let hash = hash(kind, bytes);
        let feature = *self.numbers.entry(hash).or_insert_with(|| {
            let mut bits = hash;
            let positions = std::array::from_fn(|_| {
                bits = mixed(bits);
                bits
            });
            self.positions.push(positions);
            self.positions.len() as u32 - 1
        });
        Occurrence { feature, weight }
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
