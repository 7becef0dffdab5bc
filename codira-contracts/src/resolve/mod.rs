//! From records to edges: which symbol a use resolves to, and which file an import leads to.
//!
//! What records mean is decided by the [rules](LanguageRules) of their language, which the caller
//! brings with the session. Resolution is pure and knows no store. It sees one file at a time,
//! plus *facts* about other files that it looks up by *key*. A store that keeps three things for
//! each file can derive edges incrementally and never be wrong:
//!
//! 1. what the file [offers](RuleSet::offers): facts under keys;
//! 2. which keys its resolution [asked](Resolution::asked) for, found or not;
//! 3. what came out: [edges](Resolution::edges) and [import targets](Resolution::imports).
//!
//! When files are put or removed, the keys whose facts [changed](changed_keys) are known, and
//! exactly the files that asked for one of them, or were put themselves, are resolved again. A
//! session with other rules than those of the last commit resolves everything again.
//!
//! To resolve a file, call [`RuleSet::resolve`]. While it answers [`Progress::Needs`], look the
//! keys up, [supply](KnownFacts::supply) them, empty or not, and call again.
//!
//! ```
//! use codira_contracts::{FileAnalysis, Language, RepoPath, resolve::{KnownFacts, Progress, RuleSet}};
//!
//! let path = RepoPath::new("app.ini")?;
//! let analysis = FileAnalysis::new(Language::new("ini"), "app");
//! let (rules, mut facts) = (RuleSet::default(), KnownFacts::default());
//! let resolution = loop {
//!     match rules.resolve(&path, &analysis, &facts) {
//!         Progress::Done(resolution) => break resolution,
//!         Progress::Needs(keys) => keys.into_iter().for_each(|key| facts.supply(key, Vec::new())),
//!     }
//! };
//! assert!(resolution.edges.is_empty());
//! # Ok::<(), codira_contracts::BackendError>(())
//! ```

mod fact;
mod facts;
mod local;
mod rules;

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

pub use fact::{Fact, FactKey, Offer, Offered};
pub use facts::{Facts, KnownFacts};
pub use rules::{LanguageRules, RuleSet};

use crate::{Edge, EdgeTarget, ImportTarget, RepoPath, Site, StableId, SymbolKey, UseForm, UseKind, UseRecord};

/// The keys under which a file offers other facts than before; both lists as [`RuleSet::offers`]
/// gives them.
pub fn changed_keys(before: &[Offer], after: &[Offer]) -> BTreeSet<FactKey> {
    let before: BTreeSet<&Offer> = before.iter().collect();
    let after: BTreeSet<&Offer> = after.iter().collect();
    before.symmetric_difference(&after).map(|offer| offer.key.clone()).collect()
}

/// How far a resolution came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All is known.
    Done(Resolution),
    /// These keys must be supplied first.
    Needs(BTreeSet<FactKey>),
}

/// What the records of one file amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The edges that the file's symbols own, sorted.
    pub edges: Vec<Edge>,
    /// What each [group](groups) of uses resolves to, in their order. Edges follow from uses and
    /// targets: a store may keep these instead.
    pub targets: Vec<EdgeTarget>,
    /// Where each import leads, in the order of the file's imports.
    pub imports: Vec<ImportTarget>,
    /// Every key that was looked up.
    pub asked: BTreeSet<FactKey>,
}

impl Resolution {
    /// The resolution of the file at `path` whose groups of uses have these targets.
    pub fn new(
        path: &RepoPath,
        groups: Vec<UseGroup<'_>>,
        targets: Vec<EdgeTarget>,
        imports: Vec<ImportTarget>,
        asked: BTreeSet<FactKey>,
    ) -> Self {
        let edge = |(UseGroup { record, sites }, target): (UseGroup<'_>, &EdgeTarget)| {
            let owner = SymbolKey { path: path.clone(), id: record.owner.clone() };
            Edge { owner, kind: record.kind, target: target.clone(), sites }
        };
        let edges = merged(groups.into_iter().zip(&targets).map(edge).collect());
        Self { edges, targets, imports, asked }
    }
}

/// Uses that mean the same, because they have owner, kind, form and text in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseGroup<'a> {
    /// The first of them.
    pub record: &'a UseRecord,
    /// Where all of them are, in the order of the file's list.
    pub sites: Vec<Site>,
}

/// The groups of a file's uses, in the order in which the list first has them.
pub fn groups(uses: &[UseRecord]) -> Vec<UseGroup<'_>> {
    let mut known: FxHashMap<(&StableId, UseKind, UseForm, &str), usize> = FxHashMap::default();
    let mut groups: Vec<UseGroup<'_>> = Vec::new();
    for record in uses {
        let index = *known.entry((&record.owner, record.kind, record.form, &record.text)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.sites.push(record.site),
            None => groups.push(UseGroup { record, sites: vec![record.site] }),
        }
    }
    groups
}

/// One edge for each owner, kind and target, with all sites. All owners are of one file.
fn merged(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort_unstable_by(|a, b| (&a.owner.id, a.kind, &a.target).cmp(&(&b.owner.id, b.kind, &b.target)));
    edges.dedup_by(|next, kept| {
        let same = (&next.owner.id, next.kind, &next.target) == (&kept.owner.id, kept.kind, &kept.target);
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
