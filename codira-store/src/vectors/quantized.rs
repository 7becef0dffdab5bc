//! Vectors at a byte a number, and between which bounds their scores lie.
//!
//! An exact search compares every vector, and mostly waits for their bytes. A store that keeps a
//! [`QuantizedVector`] beside each vector reads a quarter of them: the [`Estimator`] tells from a
//! quantized vector between which [`Bounds`] the score lies, [`CandidateSet`] keeps those that may
//! still be among the best, and only these are read and scored. The answer is that of comparing
//! all. After the vector approximation file (Weber, Schek and Blott, "A Quantitative Analysis and
//! Performance Study for Similarity-Search Methods in High-Dimensional Spaces", VLDB 1998).

use codira_contracts::score::dot;

use super::{Bounds, zeros::without_zeros};

/// The greatest code of a number of a quantized vector.
const CODES: f64 = 127.0;
/// The greatest code of a number of what is looked for: so fine that it adds next to nothing to the
/// bounds.
const QUERY_CODES: f64 = 2047.0;
/// As many products of two codes add up to less than 32 bits.
const BLOCK_PRODUCTS: usize = 4096;
/// How many numbers are quantized together.
const GROUP: usize = 8;
/// More than any rounding of a score and its bounds comes to.
const MARGIN: f64 = 1e-6;
/// Added to a small number, this leaves the nearest integer in the lowest bits of the sum: without
/// vector instructions for it, rounding takes longer than all the rest.
const ROUNDING: f64 = (3_u64 << 51) as f64;
/// The bytes before the codes: the step between two codes, and how far the codes are off.
const HEAD: usize = 8;

/// A vector of length one, roughly: the nearest multiples of a step, and how far all of them
/// together are off.
///
/// A zero takes a bit where most numbers are zero.
///
/// ```
/// use codira_contracts::score::Query;
/// use codira_store::vectors::{Estimator, QuantizedVector};
///
/// let (query, stored) = ([1.0, 2.0, -0.5], [0.9, 2.5, 0.25]);
/// let bounds = Estimator::new(&query).bounds(QuantizedVector::of(&stored).as_bytes()).expect("these are the bytes of a quantized vector");
/// let score = Query::new(&query).score(&stored);
/// assert!(bounds.low <= score && score <= bounds.high);
/// assert!(bounds.high - bounds.low < 0.02);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantizedVector(Vec<u8>);

impl QuantizedVector {
    /// Quantizes a vector. Its length does not matter: scores do not depend on it.
    pub fn of(vector: &[f32]) -> Self {
        let Codes { step, error, codes } = Codes::of(vector, CODES);
        let mut bytes = Vec::with_capacity(HEAD + codes.len());
        bytes.extend(step.to_le_bytes());
        bytes.extend(error.to_le_bytes());
        // Codes have eight bits: no more than the greatest one.
        let codes: Vec<[u8; 1]> = codes.iter().map(|code| [*code as u8]).collect();
        bytes.extend(without_zeros(&codes).unwrap_or_else(|| codes.into_flattened()));
        Self(bytes)
    }

    /// It as bytes: how stores keep it. The dimension is not among them: the spec has it.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// One side of many estimates.
#[derive(Clone, Debug)]
pub struct Estimator(Codes);

impl Estimator {
    /// Prepares to estimate the scores of `vector` with others.
    pub fn new(vector: &[f32]) -> Self {
        Self(Codes::of(vector, QUERY_CODES))
    }

    /// Between which bounds the [`score`](codira_contracts::score::Query::score) lies with the
    /// vector that was quantized to this; `None` where no vector of this dimension is.
    pub fn bounds(&self, quantized: &[u8]) -> Option<Bounds> {
        let Codes { step, error, codes } = &self.0;
        let (step_of_other, rest) = quantized.split_first_chunk()?;
        let (error_of_other, rest) = rest.split_first_chunk()?;
        let (step_of_other, error_of_other) = (f32::from_le_bytes(*step_of_other), f32::from_le_bytes(*error_of_other));
        if ![step_of_other, error_of_other].iter().all(|number| (0.0..=1.0).contains(number)) {
            return None;
        }
        let product = if rest.len() == codes.len() { product(codes, rest) } else { sparse_product(codes, rest)? };
        let score = f64::from(*step) * f64::from(step_of_other) * product as f64;
        // What quantizing left out meets a vector of length one, and what the estimator leaves out
        // meets the quantized vector.
        let (error, error_of_other) = (f64::from(*error), f64::from(error_of_other));
        let radius = error_of_other + error * (1.0 + error_of_other) + MARGIN;
        Some(Bounds { low: (score - radius) as f32, high: (score + radius) as f32 })
    }
}

/// A vector of length one in multiples of a step.
#[derive(Clone, Debug)]
struct Codes {
    step: f32,
    /// The distance between the vector and what the codes say.
    error: f32,
    codes: Vec<i16>,
}

impl Codes {
    /// The codes of `vector`, none beyond `greatest`; all zero where it has no length.
    fn of(vector: &[f32], greatest: f64) -> Self {
        let length = dot(vector, vector).sqrt();
        if length == 0.0 {
            return Self { step: 0.0, error: 0.0, codes: vec![0; vector.len()] };
        }
        // Without their signs, the bits of floats are in the order of the floats.
        let most = vector.iter().fold(0, |most, number| most.max(number.abs().to_bits()));
        let step = (f64::from(f32::from_bits(most)) / length / greatest) as f32;
        let (of_length_one, in_steps) = (1.0 / length, 1.0 / f64::from(step));
        let mut codes = vec![0_i16; vector.len()];
        let mut squares = [0.0_f64; GROUP];
        for (codes, numbers) in codes.chunks_mut(GROUP).zip(vector.chunks(GROUP)) {
            for ((code, number), square) in codes.iter_mut().zip(numbers).zip(&mut squares) {
                let number = f64::from(*number) * of_length_one;
                let rounded = (number * in_steps).clamp(-greatest, greatest) + ROUNDING;
                *code = rounded.to_bits() as i16;
                let off = number - (rounded - ROUNDING) * f64::from(step);
                *square += off * off;
            }
        }
        let square: f64 = squares.iter().sum();
        Self { step, error: (square.sqrt() as f32).next_up(), codes }
    }
}

/// The product of codes and those of a quantized vector.
fn product(codes: &[i16], quantized: &[u8]) -> i64 {
    let some = |(codes, quantized): (&[i16], &[u8])| {
        let products = codes.iter().zip(quantized).map(|(code, other)| i32::from(*code) * i32::from(*other as i8));
        i64::from(products.sum::<i32>())
    };
    codes.chunks(BLOCK_PRODUCTS).zip(quantized.chunks(BLOCK_PRODUCTS)).map(some).sum()
}

/// The same where a bit for each number says whether a code follows; `None` where bits and codes do
/// not fit.
fn sparse_product(codes: &[i16], quantized: &[u8]) -> Option<i64> {
    let (bits, others) = quantized.split_at_checked(codes.len().div_ceil(8))?;
    let mut others = others.iter();
    let mut sum = 0;
    for (codes, bits) in codes.chunks(8).zip(bits) {
        let mut bits = *bits;
        while bits != 0 {
            let code = codes.get(bits.trailing_zeros() as usize)?;
            sum += i64::from(i32::from(*code) * i32::from(*others.next()? as i8));
            bits &= bits - 1;
        }
    }
    others.as_slice().is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use codira_contracts::score::cosine;

    /// Numbers of every size, often zero.
    fn numbers(dimension: usize) -> impl Strategy<Value = Vec<f32>> {
        let extreme = prop::sample::select(vec![0.0, -0.0, f32::MAX, f32::MIN, f32::from_bits(1), 1.0, -1.0]);
        let plain = prop_oneof![3 => Just(0.0_f32), 5 => -1.0_f32..1.0, 1 => -1e-20_f32..1e20];
        let number = prop_oneof![9 => plain.clone(), 1 => extreme];
        prop_oneof![prop::collection::vec(number, dimension), prop::collection::vec(plain, dimension)]
    }

    proptest! {
        #[test]
        fn scores_lie_within_their_bounds((a, b) in (0_usize..70).prop_flat_map(|dimension| (numbers(dimension), numbers(dimension)))) {
            let quantized = QuantizedVector::of(&b);
            let Bounds { low, high } = Estimator::new(&a).bounds(quantized.as_bytes()).unwrap();
            let score = cosine(&a, &b);
            prop_assert!(low <= score && score <= high, "{low} {score} {high}");
            prop_assert!(quantized.as_bytes().len() <= HEAD + b.len());
        }

        #[test]
        fn what_is_no_sketch_is_noticed_or_harmless(bytes in prop::collection::vec(any::<u8>(), 0..60), dimension in 0_usize..60) {
            let _ = Estimator::new(&vec![1.0; dimension]).bounds(&bytes);
        }
    }

    #[test]
    fn bounds_are_close() {
        let of =
            |seed: u32| -> Vec<f32> { (0..384_u32).map(|index| f64::from(index * 37 + seed * 101).sin() as f32).collect() };
        let Bounds { low, high } = Estimator::new(&of(1)).bounds(QuantizedVector::of(&of(2)).as_bytes()).unwrap();
        assert!(high - low < 0.02, "{low} {high}");
    }

    #[test]
    fn zeros_take_a_bit() {
        let mut numbers = vec![0.0; 384];
        numbers[7] = 1.0;
        assert_eq!(QuantizedVector::of(&numbers).as_bytes().len(), HEAD + 384 / 8 + 1);
    }

    #[test]
    fn long_vectors_do_not_overflow() {
        let ones = vec![1.0; 100_000];
        let Bounds { low, high } = Estimator::new(&ones).bounds(QuantizedVector::of(&ones).as_bytes()).unwrap();
        assert!(low <= 1.0 && high >= 1.0 && high - low < 0.01, "{low} {high}");
    }
}
