//! The contents of this engine's facts, and their encoding as bytes.

use codira_contracts::{
    Import, ImportKind, RepoPath, StableId, Symbol, SymbolKind, Visibility,
    resolve::{Fact, Offered},
};
use serde::{Deserialize, Serialize};

/// The content of a fact. No line, span or body is in it, so that most edits change no fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Content {
    /// The file is a module, and this symbol stands for it.
    Module(Option<StableId>),
    /// The name is defined.
    Definition(Definition),
    /// The name is brought in; or, under `*`, every name of a module is.
    Binding(Binding),
    /// The members of a type, all at once: a file that asks for one member mostly asks for others.
    Members(Vec<Content>),
    /// A block gives members to a type.
    Implementation(Implementation),
    /// The file can be included, and includes these.
    Includes(Vec<Binding>),
    /// The file is the manifest of a crate.
    Manifest,
}

impl Content {
    /// The fact with this content.
    pub(crate) fn to_fact(&self) -> Fact {
        Fact::new(postcard::to_stdvec(self).expect("facts have no type that postcard refuses"))
    }
}

/// A symbol, as far as others can see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) id: StableId,
    pub(crate) kind: SymbolKind,
    pub(crate) visibility: Visibility,
    pub(crate) bases: Vec<String>,
    pub(crate) extends: Option<String>,
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
pub(crate) struct Binding {
    pub(crate) kind: ImportKind,
    pub(crate) module: String,
    pub(crate) name: Option<String>,
    pub(crate) alias: Option<String>,
    pub(crate) visibility: Visibility,
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
pub(crate) struct Implementation {
    pub(crate) scope: String,
    pub(crate) id: StableId,
    pub(crate) extends: String,
    pub(crate) bases: Vec<String>,
    pub(crate) members: Vec<Definition>,
}

/// What is offered under one key, by the file itself or by others.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answers<'a> {
    /// Facts of the file about itself.
    Own { path: &'a RepoPath, contents: &'a [Content] },
    /// Facts that files offer. Those of other engines are skipped.
    Others(&'a [Offered]),
}

/// A fact with the file that offers it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) path: &'a RepoPath,
    pub(crate) content: &'a Content,
}

impl<'a> Answers<'a> {
    /// How many facts there are.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Own { contents, .. } => contents.len(),
            Self::Others(offered) => offered.len(),
        }
    }

    /// The facts, ordered by path.
    pub(crate) fn iter(self) -> impl Iterator<Item = Answer<'a>> + Clone {
        (0..self.len()).filter_map(move |index| match self {
            Self::Own { path, contents } => Some(Answer { path, content: &contents[index] }),
            Self::Others(offered) => {
                let Offered { path, fact } = &offered[index];
                let content = fact.decoded(|bytes| postcard::from_bytes(bytes).ok())?;
                Some(Answer { path, content })
            }
        })
    }
}
