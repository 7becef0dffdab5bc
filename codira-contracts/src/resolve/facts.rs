//! What a resolution may know of other files: facts that were looked up, or all there are.

use rustc_hash::FxHashMap;

use super::{
    fact::{FactKey, Offer, Offered},
    packed::{AllOffers, Packed},
};
use crate::RepoPath;

/// What is known of other files so far.
#[derive(Debug, Default)]
pub struct Facts {
    known: Table,
    len: usize,
    /// Everything that is offered, where all of it is at hand.
    all: Option<Packed>,
}

impl Facts {
    /// All there is, of files in any order: a key without facts is known to have none. [`AllOffers`] gathers the same file by
    /// file.
    pub fn complete(offers: impl IntoIterator<Item = (RepoPath, Vec<Offer>)>) -> Self {
        let mut all = AllOffers::default();
        for (path, offers) in offers {
            all.add(&path, &offers);
        }
        all.into()
    }

    /// Adds everything that is offered under `key`, in any order.
    pub fn supply(&mut self, key: FactKey, mut facts: Vec<Offered>) {
        facts.sort();
        self.len += usize::from(self.known.get(&key.scope, &key.name).is_none());
        *self.known.entry(key) = facts;
    }

    /// How many keys were supplied; a store that resolves many files may start afresh when there are too many.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no key was supplied.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Lets go of memory that can be had again: call it between one batch of files and the next.
    pub fn relieve(&mut self) {
        if let Some(all) = &mut self.all {
            all.relieve();
        }
    }

    /// What is offered under a key; `None` while that is not known.
    pub(super) fn get(&self, scope: &str, name: &str) -> Option<&[Offered]> {
        self.known.get(scope, name).or_else(|| self.all.as_ref().map(|all| all.get(scope, name)))
    }
}

/// Facts as they are, by scope, then name: looked up without making a key.
#[derive(Debug, Default)]
pub(super) struct Table(FxHashMap<String, FxHashMap<String, Vec<Offered>>>);

impl Table {
    /// What the file at `path` says.
    pub(super) fn of(path: &RepoPath, offers: impl Iterator<Item = Offer>) -> Self {
        let mut table = Self::default();
        for Offer { key, fact } in offers {
            table.entry(key).push(Offered { path: path.clone(), fact });
        }
        table.0.values_mut().flat_map(FxHashMap::values_mut).for_each(|facts| facts.sort());
        table
    }

    /// What stands under a key, if anything does.
    pub(super) fn get(&self, scope: &str, name: &str) -> Option<&[Offered]> {
        self.0.get(scope)?.get(name).map(Vec::as_slice)
    }

    /// Whether anything stands in a scope.
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.0.contains_key(scope)
    }

    fn entry(&mut self, key: FactKey) -> &mut Vec<Offered> {
        self.0.entry(key.scope).or_default().entry(key.name).or_default()
    }
}

impl From<AllOffers> for Facts {
    fn from(offers: AllOffers) -> Self {
        Self { all: Some(offers.into()), ..Self::default() }
    }
}
