//! What files tell each other: facts under keys.

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
