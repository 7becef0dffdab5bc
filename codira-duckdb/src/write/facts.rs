//! What files offer to the resolution of others: read as a whole where much is resolved, looked up by key elsewhere.

use std::collections::{BTreeSet, HashMap, HashSet};

use codira_contracts::{
    BackendError, ContentHash, RepoPath,
    resolve::{AllOffers, FactKey, Facts, Offer, Offered},
};

use super::writer::Writer;
use crate::{
    codec,
    engine::{Cells, list},
};

/// How many files must be resolved before all offers are worth reading, and which part of all files must be.
const MANY: usize = 64;
const PART: usize = 8;
/// How many keys of offers are read as a whole, some seventy bytes of memory each, and how many files at once.
const WHOLE: u64 = 3_000_000;
const TOGETHER: usize = 4_000;
/// How many keys, and the offers of how many files, are remembered when they are looked up.
const KEYS: usize = 50_000;
const FILES: usize = 5_000;

/// How many keys are offered?
const COUNT: &str = "SELECT count(*)::UBIGINT FROM offer";

/// What a file offers, sorted.
type Offers = (RepoPath, Vec<Offer>);

/// What is known of the offers of files.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    pub(super) facts: Facts,
    whole: bool,
    files: HashMap<u32, Offers>,
}

impl Lookup {
    /// Starts afresh where too much was looked up.
    pub(super) fn relieve(&mut self) {
        self.facts.relieve();
        if !self.whole && (self.facts.len() > KEYS || self.files.len() > FILES) {
            *self = Self::default();
        }
    }
}

impl Writer {
    /// What to begin with when so many files are to be resolved.
    pub(super) fn lookup_for(&self, dirty: usize) -> Result<Lookup, BackendError> {
        let many = dirty == self.paths.len() || (dirty >= MANY && dirty * PART >= self.paths.len());
        if !many || self.database.rows(COUNT, [], |row| row.get::<u64>(0))?.pop().is_none_or(|count| count > WHOLE) {
            return Ok(Lookup::default());
        }
        let mut files: Vec<u32> = self.paths.values().copied().collect();
        files.sort_unstable();
        let mut all = AllOffers::default();
        for files in files.chunks(TOGETHER) {
            let (Some(first), Some(last)) = (files.first(), files.last()) else { continue };
            for (path, offers) in self.offers(&format!("WHERE c.file BETWEEN {first} AND {last}"))?.values() {
                all.add(path, offers);
            }
        }
        let facts = all.into();
        Ok(Lookup { facts, whole: true, files: HashMap::new() })
    }

    /// Looks up what is offered under `keys`.
    pub(super) fn supply(&self, keys: BTreeSet<FactKey>, lookup: &mut Lookup) -> Result<(), BackendError> {
        if keys.is_empty() {
            return Ok(());
        }
        // Which files offer something under these keys?
        let sql = format!("SELECT key, file FROM offer WHERE key IN ({})", list(keys.iter().map(digest)));
        let mut holders: HashMap<i32, Vec<u32>> = HashMap::new();
        for (key, file) in self.database.rows_once(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))? {
            holders.entry(key).or_default().push(file);
        }
        let unknown: HashSet<u32> =
            holders.values().flatten().copied().filter(|file| !lookup.files.contains_key(file)).collect();
        if !unknown.is_empty() {
            lookup.files.extend(self.offers(&format!("WHERE c.file IN ({})", list(unknown)))?);
        }
        for key in keys {
            let holders = holders.get(&digest(&key)).into_iter().flatten().filter_map(|file| lookup.files.get(file));
            let offered = holders.flat_map(|(path, offers)| {
                let from = offers.partition_point(|offer| offer.key < key);
                let of_key = offers[from..].iter().take_while(|offer| offer.key == key);
                of_key.map(|offer| Offered { path: path.clone(), fact: offer.fact.clone() })
            });
            let offered = offered.collect();
            lookup.facts.supply(key, offered);
        }
        Ok(())
    }

    /// What files offer, by number.
    fn offers(&self, which: &str) -> Result<HashMap<u32, Offers>, BackendError> {
        let sql = format!("SELECT f.id, f.path, c.offers FROM content c JOIN file f ON f.id = c.file {which}");
        let read = |row: &Cells<'_>| Ok((row.get(0)?, (row.path(1)?, row.blob(2, "what a file offers", codec::unpack)?)));
        Ok(self.database.rows_once(&sql, [], read)?.into_iter().collect())
    }
}

/// The number under which it is found who offers something under a key, or asked for it.
pub(super) fn digest(key: &FactKey) -> i32 {
    // The byte between the two is in no text.
    let bytes = [key.scope.as_bytes(), &[0xff], key.name.as_bytes()].concat();
    let [a, b, c, d, ..] = *ContentHash::of(&bytes).as_bytes();
    i32::from_le_bytes([a, b, c, d])
}
