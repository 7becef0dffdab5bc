//! What files offer to the resolution of others: looked up by key for many files at once, or read
//! as a whole.

use std::collections::BTreeSet;

use codira_contracts::{
    BackendError, PathPrefix, RepoPath,
    resolve::{FactKey, Offer, Offered},
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{derive::files, writer::Writer};
use crate::{
    AllOffers, Draft, RunFacts, parallel,
    postings::{Key, Pair},
    tables::{Document, FileRow, Having, Parts, Tables as _, WhichFiles},
};

/// How many keys' facts, and how many files' offers, are kept when they are looked up.
const CACHED_KEYS: usize = 50_000;
/// How many files must be resolved before it is asked whether to read offers as a whole, and which
/// part of all must be.
const MIN_FILES_FOR_FULL_SCAN: usize = 64;
const FULL_SCAN_SHARE: usize = 8;
/// How many files are read together.
const BATCH_FILES: usize = 512;

/// What is known of the offers of files.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    pub(super) facts: RunFacts,
    /// What files offer, by number.
    files: FxHashMap<u32, (RepoPath, Vec<Offer>)>,
}

impl Lookup {
    /// Gives memory back, and starts afresh where too much was looked up.
    pub(super) fn trim(&mut self) {
        self.facts.trim();
        if let RunFacts::LookedUp(known) = &self.facts
            && (self.files.len() > CACHED_KEYS / 10 || known.len() > CACHED_KEYS)
        {
            *self = Self::default();
        }
    }
}

impl<D: Draft> Writer<D> {
    /// What to begin with, when so many files are to be resolved, or all: all facts, where that
    /// saves looking them up.
    pub(super) async fn facts_for(&mut self, dirty: usize, all: bool) -> Result<Lookup, BackendError> {
        let whole = |offers: AllOffers| Lookup { facts: RunFacts::All(offers.into()), files: FxHashMap::default() };
        if let Some(offers) = self.offers.take() {
            return Ok(whole(offers));
        }
        if dirty < MIN_FILES_FOR_FULL_SCAN && !all {
            return Ok(Lookup::default());
        }
        let files = self.all_files().await?;
        // A symbol is offered about once.
        let symbols: usize = files.iter().map(|file| file.symbols as usize).sum();
        if dirty * FULL_SCAN_SHARE < files.len() || symbols > self.limits.offers {
            return Ok(Lookup::default());
        }
        let numbers: Vec<u32> = files.into_iter().map(|file| file.number).collect();
        let mut all = AllOffers::default();
        for some in numbers.chunks(BATCH_FILES) {
            for (_, path, offers) in self.offers_of(some).await? {
                all.add(&path, &offers);
            }
        }
        Ok(whole(all))
    }

    /// Looks up what is offered under `keys`.
    pub(super) async fn supply(&mut self, keys: BTreeSet<FactKey>, lookup: &mut Lookup) -> Result<(), BackendError> {
        let RunFacts::LookedUp(known) = &mut lookup.facts else { return Ok(()) };
        if keys.is_empty() {
            return Ok(());
        }
        let digests: Vec<u32> = keys.iter().map(|key| Key::Offer(key).digest()).collect();
        let pairs = self.pairs_of(&digests).await?;
        let unknown: FxHashSet<u32> = files(&pairs);
        let unknown: Vec<u32> = unknown.into_iter().filter(|file| !lookup.files.contains_key(file)).collect();
        for (file, path, offers) in self.offers_of(&unknown).await? {
            lookup.files.insert(file, (path, offers));
        }
        for (key, digest) in keys.into_iter().zip(digests) {
            let first = pairs.partition_point(|pair| pair.key() < digest);
            let holders = pairs[first..].iter().take_while(|pair| pair.key() == digest);
            let holders = holders.filter_map(|pair: &Pair| lookup.files.get(&pair.file()));
            let offered = holders.flat_map(|(path, offers)| {
                // Offers are sorted: those of a key stand together.
                let first = offers.partition_point(|offer| offer.key < key);
                let of_key = offers[first..].iter().take_while(|offer| offer.key == key);
                of_key.map(move |offer| Offered { path: path.clone(), fact: offer.fact.clone() })
            });
            let offered = offered.collect();
            known.supply(key, offered);
        }
        Ok(())
    }

    /// What those of these files offer that are there.
    pub(super) async fn offers_of(&mut self, files: &[u32]) -> Result<Vec<(u32, RepoPath, Vec<Offer>)>, BackendError> {
        let mut found = Vec::with_capacity(files.len());
        for some in files.chunks(BATCH_FILES) {
            let documents = self.documents(some, Parts::Content).await?;
            let rules = &self.rules;
            let offers = parallel::map(documents, |document| {
                let offers = rules.offers(&document.file.path, &document.for_offers()?);
                Some((document.file.number, document.file.path, offers))
            });
            let offers: Option<Vec<_>> = offers.into_iter().collect();
            found.extend(offers.ok_or_else(|| self.draft.at().unreadable("a file"))?);
        }
        Ok(found)
    }

    /// The documents of those of these files that are there.
    pub(super) async fn documents(&mut self, files: &[u32], parts: Parts) -> Result<Vec<Document>, BackendError> {
        if files.is_empty() { Ok(Vec::new()) } else { self.draft.tables().documents(files, parts).await }
    }

    /// Every file, by path.
    pub(super) async fn all_files(&mut self) -> Result<Vec<FileRow>, BackendError> {
        self.draft.tables().files(WhichFiles::Inside(PathPrefix::root(), Having::Anything)).await
    }
}
