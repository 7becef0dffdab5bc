//! What a reader answers. Answers are owned, and each list has one order: the one that its type
//! documents.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    BackendError, DocIssue, Documentation, Import, LineSpan, RepoPath, Site, Symbol, SymbolKey, SymbolKind, UseKind, last_name,
    symbol::words,
};

/// A symbol with its location in the repository. Orders by path, then span, then id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolEntry {
    /// The file that defines it.
    pub path: RepoPath,
    /// The module name of the file.
    pub module: String,
    /// Its logical name.
    pub logical_name: String,
    /// The symbol.
    pub symbol: Symbol,
}

impl SymbolEntry {
    /// The identity of the symbol.
    pub fn key(&self) -> SymbolKey {
        SymbolKey { path: self.path.clone(), id: self.symbol.id.clone() }
    }

    /// What the order of entries compares.
    pub fn order(&self) -> impl Ord + '_ {
        (&self.path, self.symbol.span, &self.symbol.id)
    }
}

/// As much of a symbol as it takes to name it and go there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolSummary {
    /// Its identity.
    pub key: SymbolKey,
    /// What it is.
    pub kind: SymbolKind,
    /// Its name.
    pub name: String,
    /// Its logical name.
    pub logical_name: String,
    /// Its lines.
    pub span: LineSpan,
}

/// How many edges of one kind a symbol has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeCounts {
    /// Edges that are resolved to it.
    pub incoming: u64,
    /// Edges that it owns and whose target is resolved.
    pub outgoing_resolved: u64,
    /// Edges that it owns and whose target is external or unresolved.
    pub outgoing_other: u64,
}

/// A symbol with its edge counts. Orders by path, then span, then id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolInventoryEntry {
    /// The symbol.
    pub symbol: SymbolSummary,
    /// Its call edges.
    pub calls: EdgeCounts,
    /// Its reference edges.
    pub references: EdgeCounts,
}

words! {
    /// Where an external target lives, as far as the repository tells.
    ExternalKind, "external kind" {
        /// In the language itself: `len`, `println`.
        Builtin = "builtin",
        /// In a package, crate or module that an import names and the repository does not hold:
        /// `json.dumps`.
        Package = "package",
        /// Behind a header that the repository does not hold: `printf`.
        System = "system",
    }
}

/// What an edge leads to. Orders as listed: resolved targets by symbol, then external by kind and
/// name, then unresolved by text.
///
/// `S` is the identity of a symbol where edges are derived and stored, and its
/// [summary](SymbolSummary) in answers.
///
/// The *name* of a target, by which [`EdgeEnd::ToNamed`](crate::EdgeEnd::ToNamed) finds it, is the
/// name of the resolved symbol, or the last name of an external or unresolved path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeTarget<S = SymbolKey> {
    /// A symbol of the repository: the one candidate that remains.
    Resolved(S),
    /// Something outside the repository.
    External {
        /// Where it lives.
        kind: ExternalKind,
        /// Its full name, as far as the imports tell: `json.dumps`.
        name: String,
    },
    /// No candidate, or more than one.
    Unresolved {
        /// What the code says: the text of the record, with what its [form](crate::UseForm) stands
        /// for put back as `self.`, `super().`, `Self::` or `super::`.
        text: String,
    },
}

impl<S> EdgeTarget<S> {
    /// Whether the target is a symbol of the repository.
    pub fn is_resolved(&self) -> bool {
        matches!(self, Self::Resolved(_))
    }
}

/// What the uses of one symbol amount to: one edge for each owner, kind and target, with all its
/// sites.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edge {
    /// The symbol that calls or refers.
    pub owner: SymbolKey,
    /// Whether it calls or refers.
    pub kind: UseKind,
    /// What it calls or refers to.
    pub target: EdgeTarget,
    /// Where it does so: sorted, each once.
    pub sites: Vec<Site>,
}

/// An edge with what it takes to name both ends. Orders by the keys of owner and target; the kind
/// is that of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeEntry {
    /// The symbol that calls or refers.
    pub owner: SymbolSummary,
    /// What it calls or refers to.
    pub target: EdgeTarget<SymbolSummary>,
    /// Where it does so: sorted, each once.
    pub sites: Vec<Site>,
}

/// Where an import leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportTarget {
    /// The file of the repository in which the module, or the module of the imported name, is.
    Resolved(RepoPath),
    /// Outside the repository.
    External,
    /// Not resolved: several files would do, or a relative path leads nowhere.
    Unresolved,
}

/// An import with both its ends. Orders by path, then the position of the import in its file's
/// list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportEntry {
    /// The file that imports.
    pub path: RepoPath,
    /// The module name of that file.
    pub module: String,
    /// The import.
    pub import: Import,
    /// Where it leads.
    pub target: ImportTarget,
}

/// A line in which a text occurs. Orders by path, then site; one entry a line, for the first
/// occurrence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextReference {
    /// The file.
    pub path: RepoPath,
    /// The first occurrence in the line.
    pub site: Site,
    /// The line, without its end.
    pub line: String,
}

/// A documentation unit with its location. Orders by path, then span, then id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentationEntry {
    /// The file.
    pub path: RepoPath,
    /// The unit.
    pub unit: Documentation,
}

/// A documentation issue with its location. Orders by path, then the position of the issue in its
/// file's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocIssueEntry {
    /// The file.
    pub path: RepoPath,
    /// The issue.
    pub issue: DocIssue,
}

/// An answer by similarity. Orders by score, greatest first, then by path and id of the owner of
/// the vector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The cosine of query and stored vector. See [`cosine`](crate::score::cosine).
    pub score: f32,
    /// What the stored vector belongs to.
    pub owner: CandidateOwner,
}

/// What a stored vector belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CandidateOwner {
    /// A symbol.
    Symbol(SymbolEntry),
    /// A documentation unit.
    Documentation(DocumentationEntry),
}

impl CandidateOwner {
    /// Its identity.
    pub fn key(&self) -> SymbolKey {
        match self {
            Self::Symbol(entry) => entry.key(),
            Self::Documentation(DocumentationEntry { path, unit }) => SymbolKey { path: path.clone(), id: unit.id.clone() },
        }
    }
}

impl EdgeTarget<SymbolSummary> {
    /// The name of the target: see [`EdgeTarget`].
    pub fn name(&self) -> &str {
        match self {
            Self::Resolved(symbol) => &symbol.name,
            Self::External { name, .. } => last_name(name),
            Self::Unresolved { text } => last_name(text),
        }
    }

    /// The target with its symbol's identity alone.
    pub fn key(&self) -> EdgeTarget {
        match self {
            Self::Resolved(symbol) => EdgeTarget::Resolved(symbol.key.clone()),
            Self::External { kind, name } => EdgeTarget::External { kind: *kind, name: name.clone() },
            Self::Unresolved { text } => EdgeTarget::Unresolved { text: text.clone() },
        }
    }
}
