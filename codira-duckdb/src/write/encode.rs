//! From a file that was put to what is stored of it: the part that needs no database.

use codira_contracts::{
    BackendError, FileAnalysis, RepoPath, StableId, SymbolKind,
    resolve::{Offer, RuleSet},
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::digest;
use crate::{codec, engine::Rows, forms::document, read::symbols::logical_digest};

/// What a row takes in memory, roughly.
pub(super) const ROW: usize = 60;

/// A file as it is stored.
pub(crate) struct Encoded {
    source: Vec<u8>,
    records: Vec<u8>,
    /// Of each symbol.
    names: Vec<Names>,
    /// What the file offers to the resolution of others.
    pub(super) offers: Vec<Offer>,
    /// Digests of the keys of that, sorted, each once.
    pub(crate) offered: Vec<u32>,
}

/// What the row of a symbol says that follows from other symbols.
struct Names {
    /// A digest of the logical name, where that is not the name.
    logical_name: Option<u32>,
    /// The number of the parent.
    parent: Option<u32>,
}

impl Encoded {
    /// What its rows take in memory, roughly.
    pub(super) fn weight(&self) -> usize {
        self.source.len() + self.records.len() + ROW * (self.names.len() + self.offered.len())
    }
}

/// Encodes a valid analysis, whose symbols have these numbers.
pub(crate) fn encode(path: &RepoPath, analysis: &FileAnalysis, numbers: &[u32], rules: &RuleSet) -> Encoded {
    let (source, records) = document::to_blobs(analysis, numbers);
    let by_id: FxHashMap<&StableId, u32> =
        analysis.symbols.iter().map(|symbol| &symbol.id).zip(numbers.iter().copied()).collect();
    let names = analysis.symbols.iter().zip(analysis.logical_names()).map(|(symbol, logical_name)| Names {
        logical_name: (logical_name != symbol.name).then(|| logical_digest(&logical_name)),
        parent: symbol.parent.as_ref().and_then(|parent| by_id.get(parent)).copied(),
    });
    let names = names.collect();
    let offers = rules.offers(path, analysis);
    let offered = digests(offers.iter().map(|offer| digest(&offer.key)));
    Encoded { source, records, names, offers, offered }
}

/// Digests, sorted, each once.
pub(super) fn digests(digests: impl Iterator<Item = u32>) -> Vec<u32> {
    let digests: FxHashSet<u32> = digests.collect();
    let mut digests: Vec<u32> = digests.into_iter().collect();
    digests.sort_unstable();
    digests
}

/// The numbers of symbols. One that was there before keeps its own.
pub(super) fn numbers(analysis: &FileAnalysis, former: Option<&FxHashMap<StableId, u32>>) -> Vec<u32> {
    let mut next = former.and_then(|former| former.values().max()).map_or(0, |last| last + 1);
    let number = |id: &StableId| {
        former.and_then(|former| former.get(id)).copied().unwrap_or_else(|| {
            next += 1;
            next - 1
        })
    };
    analysis.symbols.iter().map(|symbol| &symbol.id).map(number).collect()
}

/// Adds the document of a file, and the rows of its symbols.
pub(crate) fn push_document(
    documents: &mut Rows<'_>,
    symbols: &mut Rows<'_>,
    file: u32,
    analysis: &FileAnalysis,
    numbers: &[u32],
    encoded: &Encoded,
) -> Result<(), BackendError> {
    documents.push(&[&file, &encoded.source, &encoded.records])?;
    for ((symbol, number), Names { logical_name, parent }) in analysis.symbols.iter().zip(numbers).zip(&encoded.names) {
        let kind = codec::code(SymbolKind::ALL, &symbol.kind);
        let (first, last) = (symbol.span.first, symbol.span.last);
        symbols.push(&[&file, number, &kind, &symbol.name, logical_name, parent, &first, &last])?;
    }
    Ok(())
}
