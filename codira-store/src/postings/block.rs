//! Blocks: some keys, sorted, with the list of each.
//!
//! A digest of four bytes to notice damage; then for each key the difference to the one before it,
//! how many files, and the number of each as the difference to the one before it.

use super::Pair;
use crate::{
    codec::{checksum, push_number, take_number},
    tables::Block,
};

/// How long a block gets before the next key begins another one: what a look for one key reads.
const LENGTH: usize = 2_000;

/// A run of sorted pairs, divided into blocks as they come.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    finished: Vec<Block>,
    body: Vec<u8>,
    /// The first and the last key of the block that is not.
    keys: Option<(u32, u32)>,
}

impl Blocks {
    /// The blocks of sorted pairs.
    pub(crate) fn of(pairs: &[Pair]) -> Vec<Block> {
        let mut blocks = Self::default();
        for list in pairs.chunk_by(|a, b| a.key() == b.key()) {
            blocks.push(list);
        }
        blocks.finish();
        blocks.finished
    }

    /// Adds the pairs of a key.
    fn push(&mut self, list: &[Pair]) {
        let key = list[0].key();
        if self.body.len() >= LENGTH {
            self.finish();
        }
        let (first, last) = self.keys.unwrap_or((key, key));
        push_number(&mut self.body, key - last);
        self.keys = Some((first, key));
        push_number(&mut self.body, list.len() as u32);
        let mut before = 0;
        for pair in list {
            push_number(&mut self.body, pair.file() - before);
            before = pair.file();
        }
    }

    fn finish(&mut self) {
        if let Some((first, _)) = self.keys.take() {
            let body = std::mem::take(&mut self.body);
            self.finished.push(Block { first, body: [&checksum(&body)[..], &body].concat() });
        }
    }
}

/// Reads the lists of a block, and passes on those that `wanted` says yes to.
pub(crate) fn read(block: &Block, mut wanted: impl FnMut(u32) -> bool, pairs: &mut Vec<Pair>) -> Option<()> {
    let (told, body) = block.body.split_first_chunk()?;
    if checksum(body) != *told {
        return None;
    }
    let (mut key, mut block) = (block.first, body);
    while !block.is_empty() {
        key = key.checked_add(take_number(&mut block)?)?;
        let count = take_number(&mut block)?;
        let wanted = wanted(key);
        let mut file = 0_u32;
        for _ in 0..count {
            file = file.checked_add(take_number(&mut block)?)?;
            if wanted {
                pairs.push(Pair::new(key, file));
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_read_back(keys in prop::collection::btree_map(any::<u32>(), prop::collection::btree_set(any::<u32>(), 1..900), 0..20)) {
            let pairs: Vec<Pair> =
                keys.iter().flat_map(|(key, files)| files.iter().map(|file| Pair::new(*key, *file))).collect();
            let blocks = Blocks::of(&pairs);
            prop_assert!(blocks.is_sorted_by(|a, b| a.first < b.first));
            let mut read_back = Vec::new();
            for block in &blocks {
                prop_assert!(keys.contains_key(&block.first));
                read(block, |_| true, &mut read_back).unwrap();
            }
            prop_assert_eq!(&read_back, &pairs);
            if let Some(wanted) = keys.keys().last() {
                let mut found = Vec::new();
                for block in &blocks {
                    read(block, |key| key == *wanted, &mut found).unwrap();
                }
                prop_assert_eq!(found.len(), keys[wanted].len());
            }
        }

        #[test]
        fn damage_is_noticed_or_harmless(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = read(&Block { first: u32::MAX - 1000, body: bytes }, |_| true, &mut Vec::new());
        }
    }
}
