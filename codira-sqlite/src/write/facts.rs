//! What files offer to the resolution of others: looked up by key for many files at once, or read as a whole.

use std::collections::{BTreeSet, HashMap, HashSet};

use codira_contracts::{
    BackendError, ContentHash, RepoPath,
    resolve::{FactKey, Facts, Offer, Offered},
};

use super::{rows::list, writer::Writer};
use crate::{codec, errors::At};

/// How many keys' facts, and how many files' offers, are kept when they are looked up.
const KEPT: usize = 50_000;
/// How many offers are read as a whole: some hundred bytes of memory each.
const WHOLE: i64 = 150_000;
/// How many files must be resolved before it is asked whether to read offers as a whole, and which part of all must be.
const MANY: usize = 64;
const PART: i64 = 8;
/// How many keys, and how many files, one statement looks for.
const LOOK_UP: usize = 4_000;

/// How many files are there, and how many offers? Asked only when many files are resolved.
pub(crate) const COUNT: &str = "SELECT (SELECT count(*) FROM offered), (SELECT count(*) FROM offer)";
/// What do all files offer?
pub(crate) const ALL: &str = "SELECT f.id, f.path, o.offers FROM offered o CROSS JOIN file f ON f.id = o.file";
/// Which files offer something under these keys? A list of digests and a parenthesis follow.
pub(crate) const FILES: &str = "SELECT key, file FROM offer WHERE key IN (";
/// What do these files offer? A list of numbers and a parenthesis follow.
pub(crate) const OFFERS: &str =
    "SELECT f.id, f.path, o.offers FROM offered o CROSS JOIN file f ON f.id = o.file WHERE o.file IN (";

/// What is known of the offers of files.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    pub(super) facts: Facts,
    /// Whether the facts are all there are.
    whole: bool,
    /// What files offer, by number.
    files: HashMap<i64, (RepoPath, Vec<Offer>)>,
}

impl Lookup {
    /// Starts afresh where too much was looked up.
    pub(super) fn relieve(&mut self) {
        if !self.whole && (self.files.len() > KEPT / 10 || self.facts.len() > KEPT) {
            *self = Self::default();
        }
    }
}

impl Writer {
    /// What to begin with, when so many files are to be resolved, or all: all facts, where that saves looking them up.
    pub(super) async fn facts_for(&mut self, dirty: usize, all: bool) -> Result<Lookup, BackendError> {
        if dirty < MANY && !all {
            return Ok(Lookup::default());
        }
        let counts: Vec<(i64, i64)> = self.rows(COUNT.to_owned()).await?;
        if !counts.iter().any(|(files, offers)| dirty as i64 * PART >= *files && *offers <= WHOLE) {
            return Ok(Lookup::default());
        }
        let offers = self.offers(ALL.to_owned()).await?;
        let offers =
            offers.into_iter().flat_map(|(_, path, offers)| offers.into_iter().map(move |offer| (path.clone(), offer)));
        Ok(Lookup { facts: Facts::complete(offers), whole: true, files: HashMap::new() })
    }

    /// Looks up what is offered under `keys`.
    pub(super) async fn supply(&mut self, keys: BTreeSet<FactKey>, lookup: &mut Lookup) -> Result<(), BackendError> {
        let digests: Vec<i64> = keys.iter().map(digest).collect();
        let mut holders: HashMap<i64, Vec<i64>> = HashMap::new();
        for some in digests.chunks(LOOK_UP) {
            for (key, file) in self.rows::<(i64, i64)>(format!("{FILES}{})", list(some.iter().copied()))).await? {
                holders.entry(key).or_default().push(file);
            }
        }
        let unknown: HashSet<i64> =
            holders.values().flatten().filter(|file| !lookup.files.contains_key(file)).copied().collect();
        let unknown: Vec<i64> = unknown.into_iter().collect();
        for some in unknown.chunks(LOOK_UP) {
            let read = self.offers(format!("{OFFERS}{})", list(some.iter().copied()))).await?;
            lookup.files.extend(read.into_iter().map(|(file, path, offers)| (file, (path, offers))));
        }
        for (key, digest) in keys.into_iter().zip(digests) {
            let holders = holders.get(&digest).into_iter().flatten().filter_map(|file| lookup.files.get(file));
            let offered = holders.flat_map(|(path, offers)| {
                // Offers are sorted: those of a key stand together.
                let first = offers.partition_point(|offer| offer.key < key);
                let of_key = offers[first..].iter().take_while(|offer| offer.key == key);
                of_key.map(move |offer| Offered { path: path.clone(), fact: offer.fact.clone() })
            });
            let offered = offered.collect();
            lookup.facts.supply(key, offered);
        }
        Ok(())
    }

    async fn offers(&mut self, sql: String) -> Result<Vec<(i64, RepoPath, Vec<Offer>)>, BackendError> {
        let rows: Vec<(i64, String, Vec<u8>)> = self.rows(sql).await?;
        let offers = |(file, path, offers): (i64, String, Vec<u8>)| {
            Some((file, RepoPath::new(path).ok()?, codec::unpack_squeezed(&offers)?))
        };
        let offers = rows.into_iter().map(offers).collect::<Option<_>>();
        offers.ok_or_else(|| At(&self.location).corrupt("what a file offers cannot be read", None))
    }
}

/// The number by which files are found that offer something under a key, or asked for it. Keys that share one cost time, no more.
pub(super) fn digest(key: &FactKey) -> i64 {
    // No text holds the byte between the two.
    let bytes = [key.scope.as_bytes(), &[0xff], key.name.as_bytes()].concat();
    let digest = *ContentHash::of(&bytes).as_bytes();
    i64::from(i32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]))
}
