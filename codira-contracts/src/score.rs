//! Scoring by similarity, so that every backend gives the same list with the same scores.
//!
//! Sums are formed in one fixed order that leaves room for vector instructions: number `i` of a
//! product goes to lane `i mod 8`, each lane in `f64` from the front, and the lanes are added from
//! first to last. Products of two `f32` are exact in `f64`, and no sum of finite `f32` overflows
//! it.

use std::collections::BinaryHeap;

const LANES: usize = 8;

/// The dot product of two vectors of one dimension; numbers beyond the shorter one are left out.
pub fn dot(a: &[f32], b: &[f32]) -> f64 {
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0_f64; LANES];
    for (a, b) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        sums[lane] += f64::from(*a) * f64::from(*b);
    }
    sums.iter().sum()
}

/// The cosine of the angle between two vectors of one dimension: from -1 to 1; 0 where either has
/// no length.
///
/// ```
/// use codira_contracts::score::cosine;
///
/// assert_eq!(cosine(&[3.0, 4.0], &[6.0, 8.0]), 1.0);
/// assert_eq!(cosine(&[1.0, 0.0], &[0.0, 1.0]), 0.0);
/// assert_eq!(cosine(&[1.0, 0.0], &[0.0, 0.0]), 0.0);
/// ```
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    Query::new(a).score(b)
}

/// One side of many [`cosine`]s: keeps its own length.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    vector: &'a [f32],
    length: f64,
}

impl<'a> Query<'a> {
    /// Prepares to compare `vector` with others.
    pub fn new(vector: &'a [f32]) -> Self {
        Self { vector, length: dot(vector, vector).sqrt() }
    }

    /// The [`cosine`] with `other`.
    pub fn score(&self, other: &[f32]) -> f32 {
        let lengths = self.length * dot(other, other).sqrt();
        if lengths == 0.0 {
            return 0.0;
        }
        // Adding zero turns a negative zero into a positive one: there is one way to score nothing.
        (dot(self.vector, other) / lengths).clamp(-1.0, 1.0) as f32 + 0.0
    }
}

/// Something with its score. Orders by score, greatest *first*, then by key.
#[derive(Clone, Copy, Debug)]
pub struct Scored<K> {
    /// The score.
    pub score: f32,
    /// What it is the score of.
    pub key: K,
}

impl<K: Ord> Ord for Scored<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.score.total_cmp(&self.score).then_with(|| self.key.cmp(&other.key))
    }
}

impl<K: Ord> PartialOrd for Scored<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord> PartialEq for Scored<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<K: Ord> Eq for Scored<K> {}

/// Keeps the best of many scored keys, and no more of them than asked for.
///
/// ```
/// use codira_contracts::score::TopK;
///
/// let mut top = TopK::new(Some(2));
/// for (score, key) in [(0.5, "b"), (0.9, "c"), (0.5, "a")] {
///     top.push(score, key);
/// }
/// let keys: Vec<_> = top.into_sorted().into_iter().map(|scored| scored.key).collect();
/// assert_eq!(keys, ["c", "a"]);
/// ```
#[derive(Clone, Debug)]
pub struct TopK<K> {
    limit: usize,
    heap: BinaryHeap<Scored<K>>,
}

impl<K: Ord> TopK<K> {
    /// Keeps at most `limit`; all, without a limit.
    pub fn new(limit: Option<usize>) -> Self {
        Self { limit: limit.unwrap_or(usize::MAX), heap: BinaryHeap::new() }
    }

    /// Offers a key.
    pub fn push(&mut self, score: f32, key: K) {
        let scored = Scored { score, key };
        if self.heap.len() < self.limit {
            self.heap.push(scored);
        } else if self.heap.peek().is_some_and(|worst| scored < *worst) {
            self.heap.pop();
            self.heap.push(scored);
        }
    }

    /// Whether a key of this score may still get in; a caller need not build the key otherwise.
    pub fn admits(&self, score: f32) -> bool {
        self.heap.len() < self.limit || self.heap.peek().is_some_and(|worst| score >= worst.score)
    }

    /// What was kept, best first.
    pub fn into_sorted(self) -> Vec<Scored<K>> {
        self.heap.into_sorted_vec()
    }
}
