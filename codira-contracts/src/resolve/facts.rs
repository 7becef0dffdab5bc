//! What is known of the facts of other files while one file is resolved.

use rustc_hash::FxHashMap;

use super::fact::{FactKey, Offer, Offered};
use crate::RepoPath;

/// What is known of other files: resolving a file looks facts up through this.
pub trait Facts: Sync {
    /// Everything that files offer under a key, ordered by path, then fact; `None` while that is
    /// not known.
    fn get(&self, scope: &str, name: &str) -> Option<&[Offered]>;
}

/// Facts as they were looked up, key by key.
#[derive(Debug, Default)]
pub struct KnownFacts {
    /// By scope, then name: looked up without building a key.
    known: FxHashMap<String, FxHashMap<String, Vec<Offered>>>,
    len: usize,
    /// Whether a key that was not supplied has no facts.
    is_complete: bool,
}

impl KnownFacts {
    /// All there is, of files in any order: a key without facts is known to have none.
    pub fn complete(offers: impl IntoIterator<Item = (RepoPath, Vec<Offer>)>) -> Self {
        let mut all = Self { is_complete: true, ..Self::default() };
        for (path, offers) in offers {
            for Offer { key, fact } in offers {
                all.entry(key).push(Offered { path: path.clone(), fact });
            }
        }
        all.known.values_mut().flat_map(FxHashMap::values_mut).for_each(|facts| facts.sort());
        all
    }

    /// Adds everything that is offered under `key`, in any order.
    pub fn supply(&mut self, key: FactKey, mut facts: Vec<Offered>) {
        facts.sort();
        *self.entry(key) = facts;
    }

    /// How many keys are known; a store that resolves many files may start afresh when there are
    /// too many.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no key is known.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn entry(&mut self, key: FactKey) -> &mut Vec<Offered> {
        let len = &mut self.len;
        self.known.entry(key.scope).or_default().entry(key.name).or_insert_with(|| {
            *len += 1;
            Vec::new()
        })
    }
}

impl Facts for KnownFacts {
    fn get(&self, scope: &str, name: &str) -> Option<&[Offered]> {
        let known = self.known.get(scope).and_then(|names| names.get(name)).map(Vec::as_slice);
        known.or(if self.is_complete { Some(&[]) } else { None })
    }
}
