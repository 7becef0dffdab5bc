//! Keys that may still be among the best, when scores are known to lie between bounds.

use std::collections::BinaryHeap;

/// What a score lies between, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// No score is less.
    pub low: f32,
    /// No score is greater.
    pub high: f32,
}

/// Keeps those that may be among the best, as long as others do not surely come before them.
///
/// ```
/// use codira_store::vectors::{Bounds, CandidateSet};
///
/// let mut candidates = CandidateSet::new(Some(1));
/// for (low, high, key) in [(0.1, 0.2, "a"), (0.4, 0.6, "b"), (0.5, 0.7, "c"), (0.3, 0.45, "d")] {
///     candidates.push(Bounds { low, high }, key);
/// }
/// // One scores 0.5 or more: "a" and "d" cannot.
/// assert_eq!(candidates.into_keys(), ["b", "c"]);
/// ```
#[derive(Clone, Debug)]
pub struct CandidateSet<K> {
    limit: usize,
    /// The greatest lower bounds, the lowest of them first, and as many as the limit: a key below
    /// all of them is out.
    lower_bounds: BinaryHeap<LowerBound>,
    kept: Vec<(f32, K)>,
    /// With how many it is pruned next.
    full: usize,
}

/// How many are kept at least before they are pruned.
const MIN_CANDIDATES: usize = 1_000;

impl<K> CandidateSet<K> {
    /// Keeps those that may be among the first `limit`; all, without a limit.
    pub fn new(limit: Option<usize>) -> Self {
        Self { limit: limit.unwrap_or(usize::MAX), lower_bounds: BinaryHeap::new(), kept: Vec::new(), full: MIN_CANDIDATES }
    }

    /// Offers a key.
    pub fn push(&mut self, bounds: Bounds, key: K) {
        if self.lower_bounds.len() < self.limit {
            self.lower_bounds.push(LowerBound(bounds.low));
        } else if self.lower_bounds.peek().is_some_and(|LowerBound(lowest)| bounds.low > *lowest) {
            self.lower_bounds.pop();
            self.lower_bounds.push(LowerBound(bounds.low));
        }
        if bounds.high >= self.threshold() {
            self.kept.push((bounds.high, key));
        }
        if self.kept.len() >= self.full {
            self.prune();
            self.full = MIN_CANDIDATES.max(2 * self.kept.len());
        }
    }

    /// Those that may be among the best, in the order in which they came: at least as many as the
    /// limit, where so many were offered.
    pub fn into_keys(mut self) -> Vec<K> {
        self.prune();
        self.kept.into_iter().map(|(_, key)| key).collect()
    }

    /// What a score must reach: so many surely do that there is no room for less.
    fn threshold(&self) -> f32 {
        let lowest = self.lower_bounds.peek().filter(|_| self.lower_bounds.len() >= self.limit);
        lowest.map_or(if self.limit == 0 { f32::INFINITY } else { f32::NEG_INFINITY }, |LowerBound(lowest)| *lowest)
    }

    fn prune(&mut self) {
        let threshold = self.threshold();
        self.kept.retain(|(high, _)| *high >= threshold);
    }
}

/// The lowest is the greatest: the first of the heap.
#[derive(Clone, Copy, Debug)]
struct LowerBound(f32);

impl Ord for LowerBound {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.0.total_cmp(&self.0)
    }
}

impl PartialOrd for LowerBound {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for LowerBound {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for LowerBound {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use codira_contracts::score::TopK;

    proptest! {
        /// Whatever the scores are between their bounds, the best are among those that are kept.
        #[test]
        fn the_best_are_kept(
            offered in prop::collection::vec((-1.0_f32..1.0, 0.0_f32..0.3, 0.0_f32..=1.0), 0..200),
            limit in prop::option::of(0_usize..20),
            times in 1_usize..20,
        ) {
            let offered: Vec<_> = offered.repeat(times).into_iter().zip(0_usize..).collect();
            let mut candidates = CandidateSet::new(limit);
            let mut top = TopK::new(limit);
            for ((low, wide, share), key) in &offered {
                let bounds = Bounds { low: *low, high: low + wide };
                candidates.push(bounds, *key);
                top.push((low + wide * share).clamp(bounds.low, bounds.high), *key);
            }
            let kept = candidates.into_keys();
            prop_assert!(kept.is_sorted());
            for best in top.into_sorted() {
                prop_assert!(kept.binary_search(&best.key).is_ok(), "{best:?} is not among {kept:?}");
            }
        }
    }

    #[test]
    fn those_below_the_threshold_are_pruned() {
        let mut candidates = CandidateSet::new(Some(3));
        for number in 0..100_000_u32 {
            let low = number as f32 / 100_000.0;
            candidates.push(Bounds { low, high: low + 0.001 }, number);
        }
        assert!(candidates.kept.len() <= 2 * MIN_CANDIDATES);
        assert!(candidates.into_keys().len() < 200);
    }
}
