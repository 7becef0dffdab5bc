//! What files tell each other: facts under keys, and everything that is known of them so far.

use rustc_hash::FxHashMap;

use serde::{Deserialize, Serialize};

use crate::{Import, ImportKind, RepoPath, StableId, Symbol, SymbolKind, Visibility};

/// Under what a fact is found: a name in a scope. Scopes are texts that only this module reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FactKey {
    /// The scope.
    pub scope: String,
    /// The name in it.
    pub name: String,
}

impl FactKey {
    /// The key of `name` in `scope`.
    pub(super) fn new(scope: impl Into<String>, name: impl Into<String>) -> Self {
        Self { scope: scope.into(), name: name.into() }
    }
}

/// What a file offers to the resolution of others. Stores keep it by serde and look at nothing in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fact(pub(super) Content);

/// What a fact says. No line, span or body is in it, so that most edits change no fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Content {
    /// The file is a module, and this symbol stands for it.
    Module(Option<StableId>),
    /// The name is defined.
    Definition(Definition),
    /// The name is brought in; or, under `*`, every name of a module is.
    Binding(Binding),
    /// The members of a type, all at once: whoever asks for one member mostly asks for others.
    Members(Vec<Content>),
    /// A block gives members to a type.
    Implementation(Implementation),
    /// The file can be included, and includes these.
    Includes(Vec<Binding>),
    /// The file is the manifest of a crate.
    Manifest,
}

/// A symbol, as far as others can see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) id: StableId,
    pub(super) kind: SymbolKind,
    pub(super) visibility: Visibility,
    pub(super) bases: Vec<String>,
    pub(super) extends: Option<String>,
}

impl From<&Symbol> for Definition {
    fn from(symbol: &Symbol) -> Self {
        Self {
            name: symbol.name.clone(),
            id: symbol.id.clone(),
            kind: symbol.kind,
            visibility: symbol.visibility,
            bases: symbol.bases.clone(),
            extends: symbol.extends.clone(),
        }
    }
}

/// An import, as far as others can see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Binding {
    pub(super) kind: ImportKind,
    pub(super) module: String,
    pub(super) name: Option<String>,
    pub(super) alias: Option<String>,
    pub(super) visibility: Visibility,
}

impl From<&Import> for Binding {
    fn from(import: &Import) -> Self {
        Self {
            kind: import.kind,
            module: import.module.clone(),
            name: import.name.clone(),
            alias: import.alias.clone(),
            visibility: import.visibility,
        }
    }
}

/// An implementation block with its members. Its paths are read in `scope`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Implementation {
    pub(super) scope: String,
    pub(super) id: StableId,
    pub(super) extends: String,
    pub(super) bases: Vec<String>,
    pub(super) members: Vec<Definition>,
}

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

/// What is known of other files so far.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// By scope, then name: looked up without making a key.
    known: FxHashMap<String, FxHashMap<String, Vec<Offered>>>,
    len: usize,
    complete: bool,
}

impl Facts {
    /// All there is, of files in any order: a key without facts is known to have none.
    pub fn complete(offers: impl IntoIterator<Item = (RepoPath, Offer)>) -> Self {
        let mut facts = Self::default();
        facts.extend(offers);
        facts.completed()
    }

    /// The same facts, which are all there is: what ends a collection that was [extended](Extend) file by file.
    ///
    /// ```
    /// use codira_contracts::{FileAnalysis, Language, RepoPath, resolve::{self, Facts}};
    ///
    /// let mut facts = Facts::default();
    /// for path in ["a.py", "b.py"] {
    ///     let path = RepoPath::new(path).unwrap();
    ///     let analysis = FileAnalysis::new(Language::new("python"), "a");
    ///     facts.extend(resolve::offers(&path, &analysis).into_iter().map(|offer| (path.clone(), offer)));
    /// }
    /// let facts = facts.completed();
    /// ```
    #[must_use]
    pub fn completed(mut self) -> Self {
        self.known.values_mut().flat_map(FxHashMap::values_mut).for_each(|facts| facts.sort());
        self.complete = true;
        self
    }

    /// Adds everything that is offered under `key`, in any order.
    pub fn supply(&mut self, key: FactKey, mut facts: Vec<Offered>) {
        facts.sort();
        *self.entry(key) = facts;
    }

    /// How many keys are known; a store that resolves many files may start afresh when there are too many.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no key is known.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn entry(&mut self, key: FactKey) -> &mut Vec<Offered> {
        let names = self.known.entry(key.scope).or_default();
        self.len += usize::from(!names.contains_key(&key.name));
        names.entry(key.name).or_default()
    }

    /// What is offered under a key; `None` while that is not known.
    pub(super) fn get(&self, scope: &str, name: &str) -> Option<&[Offered]> {
        match self.known.get(scope).and_then(|names| names.get(name)) {
            Some(facts) => Some(facts),
            None if self.complete => Some(&[]),
            None => None,
        }
    }

    /// Whether anything is known in a scope.
    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.known.contains_key(scope)
    }
}

impl Extend<(RepoPath, Offer)> for Facts {
    fn extend<I: IntoIterator<Item = (RepoPath, Offer)>>(&mut self, offers: I) {
        for (path, Offer { key, fact }) in offers {
            let facts = self.entry(key);
            if facts.is_empty() {
                // Most keys have one fact, and there are hundreds of thousands.
                facts.reserve_exact(1);
            }
            facts.push(Offered { path, fact });
        }
    }
}
