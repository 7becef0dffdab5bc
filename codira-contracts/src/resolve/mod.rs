//! From records to edges: which symbol a use means, and which file an import lands in.
//!
//! The rules are those of the language: see [`python`], [`rust`] and [`c`]. In any other language, names are sought in the file
//! alone. Whatever a rule leaves open stays [unresolved](crate::EdgeTarget::Unresolved), with its text.
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

pub mod c;
mod fact;
mod facts;
mod local;
mod offers;
mod packed;
pub mod python;
pub mod rust;
mod world;

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

pub use fact::{Fact, FactKey, Offer, Offered};
pub use facts::Facts;
use offers::{Offers, Symbols};
pub use packed::AllOffers;
use world::{Known, World};

use crate::{
    Edge, EdgeTarget, FileAnalysis, Import, ImportTarget, Language, RepoPath, Site, StableId, SymbolKey, UseForm, UseKind,
    UseRecord,
};

/// What a file offers, sorted, each once. Of the analysis, only language, module, symbols and imports are looked at.
pub fn offers(path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
    all_offers(path, analysis).1.exposed()
}

/// The keys under which a file offers other facts than before; both lists as [`offers`] gives them.
pub fn changed_keys(before: &[Offer], after: &[Offer]) -> BTreeSet<FactKey> {
    let before: BTreeSet<&Offer> = before.iter().collect();
    let after: BTreeSet<&Offer> = after.iter().collect();
    before.symmetric_difference(&after).map(|offer| offer.key.clone()).collect()
}

/// What the records of one file amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The edges that the file's symbols own, sorted.
    pub edges: Vec<Edge>,
    /// What each use means, alike ones once, in the order in which the file's list first has them. Uses are alike that have
    /// owner, kind, form and text in common. Edges follow from uses and meanings: a store may keep these instead.
    pub meanings: Vec<EdgeTarget>,
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

/// The rules of one language, applied to one file.
trait Rules {
    /// What a record means, unless it is unresolved.
    fn target(&mut self, record: &UseRecord) -> Known<Option<EdgeTarget>>;

    /// Where an import lands.
    fn import(&mut self, import: &Import) -> Known<ImportTarget>;

    /// The text of an unresolved record, as it reads in source.
    fn text(&self, record: &UseRecord) -> String;
}

/// Resolves one file, as far as `facts` go. Of the analysis, only language, module, symbols, imports and uses are looked at.
///
/// A target is resolved only when one candidate remains. Otherwise it is external, where an import or the language says so,
/// or unresolved: never guessed, never dropped.
pub fn resolve(path: &RepoPath, analysis: &FileAnalysis, facts: &Facts) -> Progress {
    let scope = file_scope(path, &analysis.language);
    let (symbols, own) = all_offers(path, analysis);
    let own = own.into_table(path);
    let mut world = World::new(facts, &own, scope);
    let (edges, meanings, imports) = match &analysis.language {
        language if *language == Language::PYTHON => apply(path, analysis, python::Python::new(path, &symbols, &mut world)),
        language if *language == Language::RUST => apply(path, analysis, rust::Rust::new(path, analysis, &symbols, &mut world)),
        language if *language == Language::C => apply(path, analysis, c::C::new(path, analysis, &mut world)),
        _ => apply(path, analysis, local::Local::new(path, &symbols, &mut world)),
    };
    let (asked, missing) = world.finish();
    if missing.is_empty() { Progress::Done(Resolution { edges, meanings, imports, asked }) } else { Progress::Needs(missing) }
}

/// The analysis without texts that [`resolve`] does not look at: what a store keeps of many files until they are resolved.
pub fn stripped(mut analysis: FileAnalysis) -> FileAnalysis {
    analysis.source = String::new();
    analysis.documentation = Vec::new();
    analysis.doc_issues = Vec::new();
    for symbol in &mut analysis.symbols {
        symbol.documentation = None;
        symbol.signature = None;
    }
    analysis
}

/// The name of a file as a scope; languages never share one.
fn file_scope(path: &RepoPath, language: &Language) -> String {
    [language.as_str(), ":", path.as_str()].concat()
}

/// Everything that a file says, with its symbols at hand.
fn all_offers<'a>(path: &RepoPath, analysis: &'a FileAnalysis) -> (Symbols<'a>, Offers) {
    let symbols = Symbols::new(analysis, file_scope(path, &analysis.language));
    let offers = match &analysis.language {
        language if *language == Language::PYTHON => python::offers(path, analysis, &symbols),
        language if *language == Language::RUST => rust::offers(path, analysis, &symbols),
        language if *language == Language::C => c::offers(path, analysis, &symbols),
        _ => local::offers(analysis, &symbols),
    };
    (symbols, offers)
}

/// Applies the rules to every record and import. What hangs on unknown facts is left out: the world remembers the question.
fn apply(path: &RepoPath, analysis: &FileAnalysis, mut rules: impl Rules) -> (Vec<Edge>, Vec<EdgeTarget>, Vec<ImportTarget>) {
    // Equal text of one owner means the same.
    let mut alike: FxHashMap<(&StableId, UseKind, UseForm, &str), usize> = FxHashMap::default();
    let mut uses: Vec<(&UseRecord, Vec<Site>)> = Vec::new();
    for record in &analysis.uses {
        let place = *alike.entry((&record.owner, record.kind, record.form, &record.text)).or_insert(uses.len());
        match uses.get_mut(place) {
            Some((_, sites)) => sites.push(record.site),
            None => uses.push((record, vec![record.site])),
        }
    }
    let edges = uses.into_iter().filter_map(|(record, sites)| {
        let found = rules.target(record).ok()?;
        let target = found.unwrap_or_else(|| EdgeTarget::Unresolved { text: rules.text(record) });
        let owner = SymbolKey { path: path.clone(), id: record.owner.clone() };
        Some(Edge { owner, kind: record.kind, target, sites })
    });
    let edges: Vec<Edge> = edges.collect();
    let meanings = edges.iter().map(|edge| edge.target.clone()).collect();
    let edges = merge(edges);
    let imports = analysis.imports.iter().filter_map(|import| rules.import(import).ok()).collect();
    (edges, meanings, imports)
}

/// One edge for each owner, kind and target, with all sites. All owners are of one file.
fn merge(mut edges: Vec<Edge>) -> Vec<Edge> {
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
