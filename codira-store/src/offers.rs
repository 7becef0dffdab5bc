//! Everything that files offer, packed; what is asked for is unpacked.

use std::{
    hash::BuildHasher,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use codira_contracts::{
    RepoPath,
    resolve::{Fact, FactKey, Facts, KnownFacts, Offer, Offered},
};
use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use rustc_hash::FxBuildHasher;
use serde::{Serialize, de::DeserializeOwned};

/// How many keys may stay unpacked between one batch of files and the next: some hundred bytes of
/// memory each. Few under test.
const UNPACKED: usize = if cfg!(test) { 2 } else { 50_000 };

/// How many bytes are unpacked for one key, about: headers of C offer thousands of keys, and most
/// are asked for.
const BLOCK: usize = if cfg!(test) { 30 } else { 4 << 10 };

/// How many offers are looked through for one, about.
const BLOCK_OFFERS: usize = 4;

/// What all files offer, gathered file by file: the [facts](codira_contracts::resolve::Facts) by
/// which many files are resolved at once.
///
/// Takes about a fifth of the memory of the offers themselves.
///
/// ```
/// use codira_contracts::{RepoPath, resolve::{Fact, FactKey, Facts, Offer}};
/// use codira_store::{AllOffers, PackedOffers};
///
/// let mut all = AllOffers::default();
/// for path in ["a.toy", "b.toy"] {
///     let offer = Offer { key: FactKey::new("toy:lib", "run"), fact: Fact::new(*b"a function") };
///     all.add(&RepoPath::new(path)?, &[offer]);
/// }
/// let facts = PackedOffers::from(all);
/// assert_eq!(facts.get("toy:lib", "run").map(<[_]>::len), Some(2));
/// // All are known, and so is that nothing is offered.
/// assert_eq!(facts.get("toy:lib", "stop").map(<[_]>::len), Some(0));
/// # Ok::<(), codira_contracts::BackendError>(())
/// ```
#[derive(Debug, Default)]
pub struct AllOffers {
    blocks: Vec<Block>,
    positions: Vec<Position>,
    /// Where a block is packed before it is compressed.
    packing: Vec<u8>,
}

/// Offers of one file.
#[derive(Debug)]
struct Block {
    path: RepoPath,
    /// Each offer is where its scope is written, name and fact; a scope stands before the first
    /// offer in it. Compressed: names are in keys, facts and identities.
    offers: Box<[u8]>,
}

/// Where an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    /// Of scope and name.
    hash: u32,
    block: u32,
    /// The byte of the block.
    start: u32,
}

impl AllOffers {
    /// Adds what the file at `path` offers. Each file is added once, in any order.
    pub fn add(&mut self, path: &RepoPath, offers: &[Offer]) {
        let mut packing = std::mem::take(&mut self.packing);
        let mut scope: Option<(&str, u32)> = None;
        for Offer { key, fact } in offers {
            let block = u32::try_from(self.blocks.len()).expect("four billion blocks fit into no memory");
            let scope_start = match scope {
                Some((scope, start)) if scope == key.scope => start,
                _ => {
                    let start = length(&packing);
                    packing = pack(packing, &key.scope);
                    scope = Some((&key.scope, start));
                    start
                }
            };
            self.positions.push(Position { hash: hash(&key.scope, &key.name), block, start: length(&packing) });
            packing = pack(packing, &(scope_start, &key.name, length(fact.as_bytes())));
            packing.extend_from_slice(fact.as_bytes());
            if packing.len() >= BLOCK {
                self.close_block(path, &mut packing);
                scope = None;
            }
        }
        self.close_block(path, &mut packing);
        self.packing = packing;
    }

    fn close_block(&mut self, path: &RepoPath, packing: &mut Vec<u8>) {
        if !packing.is_empty() {
            self.blocks.push(Block { path: path.clone(), offers: compress_prepend_size(packing).into() });
            packing.clear();
        }
    }

    /// How many offers there are.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether nothing is offered.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    fn unpacked<'a>(&self, positions: impl Iterator<Item = &'a Position>) -> Unpacked {
        let mut keys: Vec<(FactKey, Vec<Offered>)> = Vec::with_capacity(1);
        for (key, offered) in positions.map(|position| self.offer(position)) {
            match keys.iter_mut().find(|(known, _)| *known == key) {
                Some((_, facts)) => facts.push(offered),
                None => keys.push((key, vec![offered])),
            }
        }
        keys.iter_mut().for_each(|(_, facts)| facts.sort());
        Unpacked(keys)
    }

    /// The key and the fact at a position.
    fn offer(&self, position: &Position) -> (FactKey, Offered) {
        let Block { path, offers } = &self.blocks[position.block as usize];
        let offers = decompress_size_prepended(offers).expect("this process compressed these bytes");
        let ((scope_start, name, length), fact) = unpack::<(u32, String, u32)>(&offers, position.start);
        let (scope, _) = unpack(&offers, scope_start);
        (FactKey { scope, name }, Offered { path: path.clone(), fact: Fact::new(&fact[..length as usize]) })
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("what a file offers is not much longer than the file")
}

fn pack(packing: Vec<u8>, record: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(record, packing).expect("texts and numbers have no type that postcard refuses")
}

/// What was packed from this byte on, and the bytes after it.
fn unpack<T: DeserializeOwned>(bytes: &[u8], start: u32) -> (T, &[u8]) {
    postcard::take_from_bytes(&bytes[start as usize..]).expect("this process packed these bytes")
}

/// Under test, one of a few, so that keys meet.
fn hash(scope: &str, name: &str) -> u32 {
    let hash = FxBuildHasher.hash_one((scope, name));
    let hash = (hash ^ (hash >> 32)) as u32;
    if cfg!(test) { hash & 0xe000_0000 } else { hash }
}

/// All offers, to look facts up in: a key without facts is known to have none.
#[derive(Debug)]
pub struct PackedOffers {
    /// With sorted positions.
    offers: AllOffers,
    /// Where the positions begin whose hashes have the same first bits, and where the last of them
    /// end.
    begins: Vec<usize>,
    /// How many bits of a hash come after those.
    shift: u32,
    /// What was asked for, at the first position of its hash.
    unpacked: Vec<OnceLock<Box<Unpacked>>>,
    /// How many keys are unpacked.
    count: AtomicUsize,
}

/// The keys of one hash, nearly always one, with their facts, ordered by path. In a box, as most
/// positions never have any.
#[derive(Debug)]
struct Unpacked(Vec<(FactKey, Vec<Offered>)>);

impl From<AllOffers> for PackedOffers {
    fn from(mut offers: AllOffers) -> Self {
        let positions = &mut offers.positions;
        positions.sort_unstable();
        let bits = (positions.len() / BLOCK_OFFERS).next_power_of_two().ilog2();
        let shift = u32::BITS - bits;
        let begin = |bits: u64| positions.partition_point(|position| u64::from(position.hash) >> shift < bits);
        let begins = (0..=1 << bits).map(begin).collect();
        let unpacked = positions.iter().map(|_| OnceLock::new()).collect();
        Self { offers, begins, shift, unpacked, count: AtomicUsize::new(0) }
    }
}

impl PackedOffers {
    /// Packs again what was unpacked, if that is much: call it between one batch of files and the
    /// next.
    pub fn trim(&mut self) {
        if *self.count.get_mut() > UNPACKED {
            *self.count.get_mut() = 0;
            self.unpacked.fill_with(OnceLock::new);
        }
    }
}

impl Facts for PackedOffers {
    fn get(&self, scope: &str, name: &str) -> Option<&[Offered]> {
        let hash = hash(scope, name);
        let bits = (u64::from(hash) >> self.shift) as usize;
        let near = self.begins[bits]..self.begins[bits + 1];
        let mut of_hash =
            near.clone().zip(&self.offers.positions[near]).filter(|(_, position)| position.hash == hash).peekable();
        let Some(&(first, _)) = of_hash.peek() else { return Some(&[]) };
        let Unpacked(keys) = &**self.unpacked[first].get_or_init(|| {
            self.count.fetch_add(1, Ordering::Relaxed);
            Box::new(self.offers.unpacked(of_hash.map(|(_, position)| position)))
        });
        Some(keys.iter().find(|(key, _)| key.name == name && key.scope == scope).map_or(&[], |(_, facts)| facts))
    }
}

/// What is known of the offers of files while many are resolved.
#[derive(Debug)]
pub enum RunFacts {
    /// All there is.
    All(PackedOffers),
    /// What was looked up so far.
    LookedUp(KnownFacts),
}

impl RunFacts {
    /// Gives memory back that can be had again: call it between one batch of files and the next.
    pub fn trim(&mut self) {
        if let Self::All(offers) = self {
            offers.trim();
        }
    }
}

impl Default for RunFacts {
    fn default() -> Self {
        Self::LookedUp(KnownFacts::default())
    }
}

impl Facts for RunFacts {
    fn get(&self, scope: &str, name: &str) -> Option<&[Offered]> {
        match self {
            Self::All(offers) => offers.get(scope, name),
            Self::LookedUp(known) => known.get(scope, name),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn offers() -> impl Strategy<Value = Vec<(String, String, String)>> {
        prop::collection::vec(("[a-c]{0,2}", "[a-e]{0,2}", "[a-z]{0,3}"), 0..30)
    }

    proptest! {
        #[test]
        fn what_is_packed_is_found_by_its_key_alone(files in prop::collection::vec(offers(), 0..6)) {
            let mut all = AllOffers::default();
            let mut expected: BTreeMap<(String, String), Vec<Offered>> = BTreeMap::new();
            for (number, offers) in files.iter().enumerate() {
                let path = RepoPath::new(format!("f{number}.py")).unwrap();
                let fact = |id: &str| Fact::new(id.as_bytes());
                let offer = |(scope, name, id): &(String, String, String)| Offer { key: FactKey::new(scope, name), fact: fact(id) };
                all.add(&path, &offers.iter().map(offer).collect::<Vec<_>>());
                for (scope, name, id) in offers {
                    let offered = Offered { path: path.clone(), fact: fact(id) };
                    expected.entry((scope.clone(), name.clone())).or_default().push(offered);
                }
            }
            prop_assert_eq!(all.len(), files.iter().map(Vec::len).sum::<usize>());
            expected.values_mut().for_each(|offered| offered.sort());
            let mut packed = PackedOffers::from(all);
            for _ in 0..2 {
                for ((scope, name), offered) in &expected {
                    prop_assert_eq!(packed.get(scope, name), Some(&offered[..]));
                }
                prop_assert_eq!(packed.get("a", "missing"), Some(&[][..]));
                packed.trim();
            }
        }
    }
}
