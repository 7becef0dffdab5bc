//! The channel of names: symbols by the words of their names, of their ancestors, and of their
//! paths.

use codira_contracts::{BackendError, IndexReader, PathPrefix, SymbolInventoryRequest, SymbolKind, SymbolSummary};

use super::{
    bm25::{Collection, FieldWeight},
    terms::{Occurrences, Terms},
};

/// The fields of a symbol: its own name, the names of its ancestors, and its path.
const FIELDS: [FieldWeight; 3] = [
    FieldWeight { weight: 2.0, length: 0.5 },
    FieldWeight { weight: 0.8, length: 0.3 },
    FieldWeight { weight: 0.5, length: 0.3 },
];

/// How many symbols the channel gives.
const MAX_SYMBOLS: usize = 100;

/// A symbol that has words of the question in its names.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// The symbol.
    pub(super) symbol: SymbolSummary,
    /// How much its names are about the question; comparable within one answer alone.
    pub(super) score: f64,
    /// The words of the question that its names have.
    pub(super) words: Vec<String>,
}

/// The symbols whose names are most about the terms, best first; equal ones by path, span and id.
pub(super) async fn names(reader: &dyn IndexReader, terms: &Terms, prefix: &PathPrefix) -> Result<Vec<Named>, BackendError> {
    let request = SymbolInventoryRequest::default().within(prefix.clone());
    let symbols = reader.symbol_inventory(&request).await?.into_iter().map(|entry| entry.symbol);
    // A field or variable is found with what it belongs to.
    let symbols: Vec<SymbolSummary> = symbols.filter(|symbol| is_answer(symbol.kind)).collect();
    let found: Vec<_> = symbols.iter().map(|symbol| occurrences(symbol, terms)).collect();
    let collection = Collection::of(FIELDS, &found, terms.len());
    let mut ranked: Vec<_> = symbols.into_iter().zip(found).filter(|(_, found)| found.iter().any(Occurrences::any)).collect();
    let mut scored: Vec<_> = ranked.drain(..).map(|(symbol, found)| (collection.score(&found), symbol, found)).collect();
    // The sort is stable, and symbols come in their order.
    scored.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    scored.truncate(MAX_SYMBOLS);
    let named = |(score, symbol, found): (f64, SymbolSummary, [Occurrences; 3])| {
        let mut words = found.iter().flat_map(|found| terms.words_in(found)).collect::<Vec<_>>();
        words.sort();
        words.dedup();
        Named { symbol, score, words }
    };
    Ok(scored.into_iter().map(named).collect())
}

/// Whether symbols of this kind answer a question by themselves.
fn is_answer(kind: SymbolKind) -> bool {
    use SymbolKind as K;
    !matches!(kind, K::Field | K::Variable | K::EnumMember | K::Overload | K::Implementation | K::Namespace)
}

fn occurrences(symbol: &SymbolSummary, terms: &Terms) -> [Occurrences; 3] {
    let ancestors = symbol.logical_name.strip_suffix(&symbol.name).unwrap_or_default();
    [terms.count([symbol.name.as_str()]), terms.count([ancestors]), terms.count([symbol.key.path.as_str()])]
}
