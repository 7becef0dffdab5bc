//! Sketches of vectors whose numbers lie together, in one blob: a search reads hundreds at a time.

use crate::{
    codec::{push_number, push_section, take_number, take_section},
    digest::digest,
};

/// By how many bits the number of a vector is shifted to be that of its row of sketches.
pub(crate) const BITS: u32 = 7;

/// The sketch of a vector, and what a search must know before it looks at the vector itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The number of the vector.
    pub(crate) vector: i64,
    /// The number of its file.
    pub(crate) file: u32,
    /// Whether it belongs to a documentation unit.
    pub(crate) documents: bool,
    pub(crate) sketch: &'a [u8],
}

/// The blob of some entries: a digest, and each entry.
pub(crate) fn pack<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Vec<u8> {
    let mut body = Vec::new();
    for Entry { vector, file, documents, sketch } in entries {
        // Place and kind share a number.
        push_number(&mut body, (vector & ((1 << BITS) - 1)) as u32 * 2 + u32::from(documents));
        push_number(&mut body, file);
        push_section(&mut body, sketch);
    }
    [&digest(0, &body).to_le_bytes()[..], &body].concat()
}

/// Reads what [`pack`] wrote into the row of this number.
pub(crate) fn unpack(row: i64, blob: &[u8]) -> Option<Vec<Entry<'_>>> {
    let (sum, mut rest) = blob.split_first_chunk()?;
    (digest(0, rest).to_le_bytes() == *sum).then_some(())?;
    let mut entries = Vec::with_capacity(1 << BITS);
    while !rest.is_empty() {
        let place = take_number(&mut rest)?;
        let vector = (row << BITS) + i64::from(place / 2);
        let (file, sketch) = (take_number(&mut rest)?, take_section(&mut rest)?);
        entries.push(Entry { vector, file, documents: place % 2 == 1, sketch });
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    /// What is said of some vectors of row 9, and their sketches.
    fn said() -> impl Strategy<Value = Vec<(i64, u32, bool, Vec<u8>)>> {
        let sketch = prop::collection::vec(any::<u8>(), 0..300);
        prop::collection::vec((9_i64 << BITS..10 << BITS, any::<u32>(), any::<bool>(), sketch), 0..1 << BITS)
    }

    fn entries(said: &[(i64, u32, bool, Vec<u8>)]) -> impl Iterator<Item = Entry<'_>> {
        said.iter().map(|(vector, file, documents, sketch)| Entry {
            vector: *vector,
            file: *file,
            documents: *documents,
            sketch,
        })
    }

    proptest! {
        #[test]
        fn sketches_read_back(said in said()) {
            let blob = pack(entries(&said));
            prop_assert_eq!(unpack(9, &blob).unwrap(), entries(&said).collect::<Vec<_>>());
        }

        #[test]
        fn damage_is_noticed(said in said(), place in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let mut blob = pack(entries(&said));
            let place = place.index(blob.len());
            blob[place] ^= 1 << bit;
            prop_assert!(unpack(9, &blob).is_none());
        }
    }
}
