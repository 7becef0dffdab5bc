//! Candidates for a context, as channels find them.

use codira_contracts::{DocumentationEntry, LineSpan, SymbolEntry, SymbolKey, SymbolKind, SymbolSummary};

use crate::retrieval::bodies::Body;

/// A symbol or a documentation unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) key: SymbolKey,
    pub(super) span: LineSpan,
    /// The kind of a symbol.
    pub(super) kind: Option<SymbolKind>,
    /// The logical name, or the headings.
    pub(super) name: String,
}

/// A candidate with its score in one channel.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) candidate: Candidate,
    /// How well it answers; comparable within the channel alone. In a `ChannelResult`, a share of
    /// the best: from zero to one.
    pub(super) score: f64,
    pub(super) detail: String,
}

impl From<SymbolSummary> for Candidate {
    fn from(SymbolSummary { key, kind, logical_name, span, .. }: SymbolSummary) -> Self {
        Self { key, span, kind: Some(kind), name: logical_name }
    }
}

impl From<SymbolEntry> for Candidate {
    fn from(entry: SymbolEntry) -> Self {
        let key = entry.key();
        Self { key, span: entry.symbol.span, kind: Some(entry.symbol.kind), name: entry.logical_name }
    }
}

impl From<Body> for Found {
    fn from(Body { key, span, kind, name, score, words }: Body) -> Self {
        Self { candidate: Candidate { key, span, kind: Some(kind), name }, score, detail: words.join(", ") }
    }
}

impl From<DocumentationEntry> for Candidate {
    fn from(DocumentationEntry { path, unit }: DocumentationEntry) -> Self {
        let name = unit.heading_path.iter().map(String::as_str).chain([&*unit.title]).collect::<Vec<_>>().join(" > ");
        Self { key: SymbolKey { path, id: unit.id }, span: unit.span, kind: None, name }
    }
}
