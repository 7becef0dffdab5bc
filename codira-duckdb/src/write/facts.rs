//! What files offer to the resolution of others: gathered or read as a whole where much is resolved, looked up by key elsewhere.

use std::collections::{BTreeSet, HashMap, HashSet};

use codira_contracts::{
    BackendError, RepoPath,
    resolve::{FactKey, Offer, Offered},
};
use codira_store::{AllOffers, RunFacts, parallel};

use super::writer::Writer;
use crate::{codec, engine::list, read::documents::documents};

/// How many files must be resolved before all offers are worth reading, and which part of all files must be.
const MIN_FILES_FOR_FULL_SCAN: usize = 64;
const FULL_SCAN_SHARE: usize = 8;
/// How many offers are kept or read as a whole, some seventy bytes of memory each, and of how many files at once.
pub(super) const WHOLE: usize = 3_000_000;
const BATCH_FILES: usize = 512;
/// How many keys, and the offers of how many files, are remembered when they are looked up.
const CACHED_KEYS: usize = 50_000;
const CACHED_FILES: usize = 5_000;
/// The part of a digest that is kept.
const BITS: u32 = 0xff_ffff;

/// How many keys are offered?
const COUNT: &str = "SELECT count(*)::UBIGINT FROM offer";

/// What a file offers, sorted.
type Offers = (RepoPath, Vec<Offer>);

/// What is known of the offers of files.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    pub(super) facts: RunFacts,
    files: HashMap<u32, Offers>,
}

impl Lookup {
    fn whole(offers: AllOffers) -> Self {
        Self { facts: RunFacts::All(offers.into()), files: HashMap::new() }
    }

    /// Gives memory back, and starts afresh where too much was looked up.
    pub(super) fn trim(&mut self) {
        self.facts.trim();
        if let RunFacts::LookedUp(known) = &self.facts
            && (known.len() > CACHED_KEYS || self.files.len() > CACHED_FILES)
        {
            *self = Self::default();
        }
    }
}

impl Writer {
    /// What to begin with when so many files are to be resolved.
    pub(super) fn lookup_for(&mut self, dirty: usize) -> Result<Lookup, BackendError> {
        if let Some(offers) = self.offers.take() {
            return Ok(Lookup::whole(offers));
        }
        let many =
            dirty == self.paths.len() || (dirty >= MIN_FILES_FOR_FULL_SCAN && dirty * FULL_SCAN_SHARE >= self.paths.len());
        let count = |writer: &Self| Ok(writer.database.rows(COUNT, [], |row| row.get::<u64>(0))?.pop());
        if !many || count(self)?.is_none_or(|count| count > WHOLE as u64) {
            return Ok(Lookup::default());
        }
        let mut files: Vec<u32> = self.paths.values().copied().collect();
        files.sort_unstable();
        let mut all = AllOffers::default();
        for files in files.chunks(BATCH_FILES) {
            for (_, (path, offers)) in self.offers_of(files)? {
                all.add(&path, &offers);
            }
        }
        Ok(Lookup::whole(all))
    }

    /// Looks up what is offered under `keys`.
    pub(super) fn supply(&self, keys: BTreeSet<FactKey>, lookup: &mut Lookup) -> Result<(), BackendError> {
        let RunFacts::LookedUp(known) = &mut lookup.facts else { return Ok(()) };
        if keys.is_empty() {
            return Ok(());
        }
        // Which files offer something under these keys?
        let sql = format!("SELECT key, file FROM offer WHERE key IN ({})", list(keys.iter().map(digest)));
        let mut holders: HashMap<u32, Vec<u32>> = HashMap::new();
        for (key, file) in self.database.rows_once(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))? {
            holders.entry(key).or_default().push(file);
        }
        let unknown: HashSet<u32> =
            holders.values().flatten().copied().filter(|file| !lookup.files.contains_key(file)).collect();
        let unknown: Vec<u32> = unknown.into_iter().collect();
        for files in unknown.chunks(BATCH_FILES) {
            lookup.files.extend(self.offers_of(files)?);
        }
        for key in keys {
            let holders = holders.get(&digest(&key)).into_iter().flatten().filter_map(|file| lookup.files.get(file));
            let offered = holders.flat_map(|(path, offers)| {
                let from = offers.partition_point(|offer| offer.key < key);
                let of_key = offers[from..].iter().take_while(|offer| offer.key == key);
                of_key.map(|offer| Offered { path: path.clone(), fact: offer.fact.clone() })
            });
            let offered = offered.collect();
            known.supply(key, offered);
        }
        Ok(())
    }

    /// What files offer, with their numbers.
    pub(super) fn offers_of(&self, files: &[u32]) -> Result<Vec<(u32, Offers)>, BackendError> {
        let rules = &self.rules;
        let offers = parallel::map(documents(&self.database, files)?, |document| {
            let outline = document.records()?.outline()?;
            let offers = rules.offers(&document.path, &document.for_offers(outline));
            Some((document.file, (document.path, offers)))
        });
        let offers: Option<Vec<_>> = offers.into_iter().collect();
        offers.ok_or_else(|| self.database.at().unreadable("a file"))
    }
}

/// The number under which it is found who offers something under a key, or asked for it.
pub(super) fn digest(key: &FactKey) -> u32 {
    // The byte between the two is in no text.
    codec::digest(&[key.scope.as_bytes(), &[0xff], key.name.as_bytes()]) & BITS
}
