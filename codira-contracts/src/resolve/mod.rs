//! From records to edges: which symbol a use means, and which file an import lands in.
//!
//! Resolution is pure and knows no store. It sees one file at a time, plus *facts* about other files that it looks up by *key*.
//! A store that keeps three things for each file can derive edges incrementally and never be wrong:
//!
//! 1. what the file [`offers`]: facts under keys;
//! 2. which keys its resolution [asked](Resolution::asked) for, found or not;
//! 3. what came out: [edges](Resolution::edges) and [import targets](Resolution::imports).
//!
//! When files are put or removed, the keys whose facts [changed](changed_keys) are known, and exactly the files that asked for
//! one of them, or were put themselves, are resolved again. Facts hold no line numbers, so that an edit inside a
//! body changes none.
//!
//! To resolve a file, call [`resolve`]. While it answers [`Progress::Needs`], look the keys up, [supply](Facts::supply)
//! them, empty or not, and call again.
//!
//! ```
//! use codira_contracts::{FileAnalysis, Language, RepoPath, resolve::{self, Facts, Progress}};
//!
//! let path = RepoPath::new("app.py")?;
//! let analysis = FileAnalysis::new(Language::PYTHON, "app");
//! let mut facts = Facts::default();
//! let resolution = loop {
//!     match resolve::resolve(&path, &analysis, &facts) {
//!         Progress::Done(resolution) => break resolution,
//!         Progress::Needs(keys) => keys.into_iter().for_each(|key| facts.supply(key, Vec::new())),
//!     }
//! };
//! assert!(resolution.edges.is_empty());
//! # Ok::<(), codira_contracts::BackendError>(())
//! ```

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::{Edge, EdgeTarget, FileAnalysis, ImportTarget, RepoPath, StableId, SymbolKey, UseRecord};

/// Under what a fact is found: a name in a scope. Scopes are texts that only this module reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FactKey {
    /// The scope.
    pub scope: String,
    /// The name in it.
    pub name: String,
}

/// What a file offers to the resolution of others. Stores keep it by serde and look at nothing in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fact(pub(crate) StableId);

/// A fact under its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Offer {
    /// Where it is found.
    pub key: FactKey,
    /// What is found.
    pub fact: Fact,
}

/// A fact with the file that offers it. Orders by path, then fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Offered {
    /// The file.
    pub path: RepoPath,
    /// The fact.
    pub fact: Fact,
}

/// What a file offers, sorted, each once. Of the analysis, only language, module, symbols and imports are looked at.
pub fn offers(path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
    let _ = (path, analysis);
    Vec::new()
}

/// The keys under which a file offers other facts than before; both lists as [`offers`] gives them.
pub fn changed_keys(before: &[Offer], after: &[Offer]) -> BTreeSet<FactKey> {
    let before: BTreeSet<&Offer> = before.iter().collect();
    let after: BTreeSet<&Offer> = after.iter().collect();
    before.symmetric_difference(&after).map(|offer| offer.key.clone()).collect()
}

/// What is known of other files so far.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    known: HashMap<FactKey, Vec<Offered>>,
    complete: bool,
}

impl Facts {
    /// All there is: a key without facts is known to have none.
    pub fn complete(offers: impl IntoIterator<Item = (RepoPath, Offer)>) -> Self {
        let mut known: HashMap<FactKey, Vec<Offered>> = HashMap::new();
        for (path, Offer { key, fact }) in offers {
            known.entry(key).or_default().push(Offered { path, fact });
        }
        known.values_mut().for_each(|facts| facts.sort());
        Self { known, complete: true }
    }

    /// Adds everything that is offered under `key`, in any order.
    pub fn supply(&mut self, key: FactKey, mut facts: Vec<Offered>) {
        facts.sort();
        self.known.insert(key, facts);
    }

    /// How many keys are known; a store that resolves many files may start afresh when there are too many.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether no key is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What is offered under `key`; `None` while that is not known.
    #[allow(dead_code)]
    pub(crate) fn get(&self, key: &FactKey) -> Option<&[Offered]> {
        match self.known.get(key) {
            Some(facts) => Some(facts),
            None if self.complete => Some(&[]),
            None => None,
        }
    }
}

/// What the records of one file amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The edges that the file's symbols own, sorted.
    pub edges: Vec<Edge>,
    /// Where each import lands, in the order of the file's imports.
    pub imports: Vec<ImportTarget>,
    /// Every key that was looked up.
    pub asked: BTreeSet<FactKey>,
}

/// How far a resolution came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All is known.
    Done(Resolution),
    /// These keys must be supplied first.
    Needs(BTreeSet<FactKey>),
}

/// Resolves one file, as far as `facts` go. Of the analysis, only language, module, symbols, imports and uses are looked at.
///
/// A target is resolved only when one candidate remains. Otherwise it is external, where an import or the language says so,
/// or unresolved: never guessed, never dropped.
pub fn resolve(path: &RepoPath, analysis: &FileAnalysis, facts: &Facts) -> Progress {
    let _ = facts;
    let target = |record: &UseRecord| EdgeTarget::Unresolved { text: record.text.clone() };
    let owner = |id: &StableId| SymbolKey { path: path.clone(), id: id.clone() };
    let edges = analysis.uses.iter().map(|record| Edge {
        owner: owner(&record.owner),
        kind: record.kind,
        target: target(record),
        sites: vec![record.site],
    });
    let edges = merge(edges.collect());
    let imports = analysis.imports.iter().map(|_| ImportTarget::Unresolved).collect();
    Progress::Done(Resolution { edges, imports, asked: BTreeSet::new() })
}

/// One edge for each owner, kind and target, with all sites.
fn merge(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort();
    edges.dedup_by(|next, kept| {
        let same = (&next.owner, next.kind, &next.target) == (&kept.owner, kept.kind, &kept.target);
        if same {
            kept.sites.append(&mut next.sites);
        }
        same
    });
    for edge in &mut edges {
        edge.sites.sort_unstable();
        edge.sites.dedup();
    }
    edges
}
