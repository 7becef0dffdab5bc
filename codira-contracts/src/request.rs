//! What a reader can be asked: one struct a question, with everything that narrows it.
//!
//! Every request is built from what it asks for, takes the whole repository and sets no limit;
//! narrow it with struct update syntax or the `within` and `limit` methods. Requests are values
//! that can be written down.
//!
//! A limit of `n` gives the first `n` answers of the unlimited list; zero gives none. All that a
//! request names narrows together: first what it names and its prefix, then the limit. Empty text
//! is a text like any other.

use serde::{Deserialize, Serialize};

use crate::{ContentHash, EmbeddingSpec, Language, PathPrefix, RepoPath, Severity, SymbolKey, SymbolKind, UseKind, Vector};

/// Gives a request the two things that every listing can be narrowed by.
macro_rules! narrowed {
    ($($request:ident),+) => {$(
        impl $request {
            /// Only answers inside `prefix`.
            #[must_use]
            pub fn within(mut self, prefix: PathPrefix) -> Self {
                self.prefix = prefix;
                self
            }

            /// Only the first `limit` answers.
            #[must_use]
            pub fn limit(mut self, limit: usize) -> Self {
                self.limit = Some(limit);
                self
            }
        }
    )+};
}
narrowed!(
    SymbolRequest,
    SymbolInventoryRequest,
    EdgeRequest,
    ImportRequest,
    TextRequest,
    DocumentationRequest,
    DocIssueRequest,
    PendingRequest,
    CandidateRequest
);

/// How a symbol is looked for. Text matches to the byte: case, Unicode form and every special
/// character count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SymbolMatch {
    /// By its name: `run`.
    Name(String),
    /// By its logical name, joined by dots: `Flask.run`. See
    /// [`FileAnalysis::logical_names`](crate::FileAnalysis::logical_names).
    LogicalName(String),
    /// By the module name of its file: every symbol of `flask.app`.
    Module(String),
    /// By its key: at most one.
    Key(SymbolKey),
    /// By its parent: members, enum members, nested functions.
    ChildrenOf(SymbolKey),
    /// The symbols of kind [`Overload`](SymbolKind::Overload) that have the file, parent and name
    /// of this symbol, itself left out.
    OverloadsOf(SymbolKey),
}

/// Asks for symbols.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolRequest {
    /// How they are looked for.
    pub matching: SymbolMatch,
    /// Only symbols of this kind.
    pub kind: Option<SymbolKind>,
    /// Only symbols of files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

impl SymbolRequest {
    /// Every symbol that matches.
    pub fn new(matching: SymbolMatch) -> Self {
        Self { matching, kind: None, prefix: PathPrefix::root(), limit: None }
    }

    /// Every symbol of this name.
    pub fn named(name: impl Into<String>) -> Self {
        Self::new(SymbolMatch::Name(name.into()))
    }

    /// The symbol of this key, if there is one.
    pub fn of(key: SymbolKey) -> Self {
        Self::new(SymbolMatch::Key(key))
    }

    /// The symbols whose parent is this one.
    pub fn children_of(parent: SymbolKey) -> Self {
        Self::new(SymbolMatch::ChildrenOf(parent))
    }

    /// The overloads of this symbol.
    pub fn overloads_of(symbol: SymbolKey) -> Self {
        Self::new(SymbolMatch::OverloadsOf(symbol))
    }
}

/// Asks for the inventory of symbols with their edge counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolInventoryRequest {
    /// Only symbols of this kind.
    pub kind: Option<SymbolKind>,
    /// Only symbols of files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

/// The end of an edge that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeEnd {
    /// Edges whose owner is this symbol.
    From(SymbolKey),
    /// Edges that are resolved to this symbol.
    To(SymbolKey),
    /// Edges whose owner has this name.
    FromNamed(String),
    /// Edges whose target has this name, resolved or not. See
    /// [`EdgeTarget::name`](crate::EdgeTarget).
    ToNamed(String),
    /// Edges whose target is the external thing of this full name: `json.dumps`.
    ToExternal(String),
}

/// Asks for edges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeRequest {
    /// Calls or references.
    pub kind: UseKind,
    /// The end that is known.
    pub end: EdgeEnd,
    /// Only edges whose owner is in a file here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

impl EdgeRequest {
    /// Every edge of this kind at this end.
    pub fn new(kind: UseKind, end: EdgeEnd) -> Self {
        Self { kind, end, prefix: PathPrefix::root(), limit: None }
    }
}

/// The end of an import that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportEnd {
    /// What this file imports.
    FromFile(RepoPath),
    /// What the files of this module import.
    FromModule(String),
    /// Imports that lead to this file.
    ToFile(RepoPath),
    /// Imports that lead to a file of this module; and those that lead to no file of the
    /// repository and name exactly this module.
    ToModule(String),
}

/// Asks for imports and includes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRequest {
    /// The end that is known.
    pub end: ImportEnd,
    /// Only imports made by files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

impl ImportRequest {
    /// Every import at this end.
    pub fn new(end: ImportEnd) -> Self {
        Self { end, prefix: PathPrefix::root(), limit: None }
    }
}

/// Asks for the lines in which a text occurs as whole words. See
/// [`occurrences`](crate::text::occurrences).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRequest {
    /// The text; empty text occurs nowhere.
    pub text: String,
    /// Only lines of files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

impl TextRequest {
    /// Every line in which `text` occurs.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), prefix: PathPrefix::root(), limit: None }
    }
}

/// Asks for documentation units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentationRequest {
    /// Only units that belong to this symbol.
    pub owner: Option<SymbolKey>,
    /// Only units of files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

/// Asks for documentation issues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocIssueRequest {
    /// Only issues of this rule.
    pub rule: Option<String>,
    /// Only issues at least so severe.
    pub at_least: Option<Severity>,
    /// Only issues of files in this language.
    pub language: Option<Language>,
    /// Only issues of files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

/// Asks for embedding rows that wait for their vector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRequest {
    /// Only rows of this spec.
    pub spec: Option<EmbeddingSpec>,
    /// Only rows of files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

/// Asks which vectors are stored already for texts that are about to be embedded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReuseRequest {
    /// The spec that the vectors must have.
    pub spec: EmbeddingSpec,
    /// The hashes of the texts, in any order, repeated or not.
    pub texts: Vec<ContentHash>,
}

/// What vectors belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owners {
    /// Symbols.
    Symbols,
    /// Documentation units.
    Documentation,
}

/// Asks for what is most similar to a vector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateRequest {
    /// What the vectors belong to.
    pub among: Owners,
    /// The spec of the vector: only vectors of this spec are compared.
    pub spec: EmbeddingSpec,
    /// The vector, of the dimension of the spec.
    pub vector: Vector,
    /// Only what is in files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

impl CandidateRequest {
    /// The `limit` most similar of the whole repository.
    pub fn new(among: Owners, spec: EmbeddingSpec, vector: Vector, limit: usize) -> Self {
        Self { among, spec, vector, prefix: PathPrefix::root(), limit: Some(limit) }
    }
}
