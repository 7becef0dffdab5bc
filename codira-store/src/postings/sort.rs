//! Sorts pairs: a million of them wait for one thread when a first index is committed.

use super::Pair;

/// Fewer pairs are sorted by comparing.
const MIN_PAIRS_FOR_RADIX: usize = 20_000;

/// Sorts pairs, and leaves each once.
pub(crate) fn sort(pairs: &mut Vec<Pair>) {
    if pairs.len() < MIN_PAIRS_FOR_RADIX || pairs.is_sorted() {
        // Makes use of parts that are sorted already.
        pairs.sort();
    } else {
        by_bytes(pairs);
    }
    pairs.dedup();
}

/// Sorts by one byte after the other, the last one first.
fn by_bytes(pairs: &mut Vec<Pair>) {
    let mut counts = [[0_usize; 256]; 8];
    for pair in pairs.iter() {
        for (count, byte) in counts.iter_mut().zip(pair.0.to_le_bytes()) {
            count[usize::from(byte)] += 1;
        }
    }
    let mut sorted = vec![Pair(0); pairs.len()];
    for (byte, counts) in counts.into_iter().enumerate() {
        // The high bytes of most numbers are the same.
        if counts.contains(&pairs.len()) {
            continue;
        }
        let mut next = 0;
        let mut starts = counts.map(|count| {
            next += count;
            next - count
        });
        for pair in pairs.iter() {
            let next = &mut starts[usize::from(pair.0.to_le_bytes()[byte])];
            sorted[*next] = *pair;
            *next += 1;
        }
        std::mem::swap(pairs, &mut sorted);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn by_bytes_is_by_number(numbers in prop::collection::vec(prop_oneof![any::<u64>(), 0_u64..1000], 0..300)) {
            let mut pairs: Vec<Pair> = numbers.into_iter().map(Pair).collect();
            let mut expected = pairs.clone();
            expected.sort();
            by_bytes(&mut pairs);
            prop_assert_eq!(pairs, expected);
        }
    }
}
