//! The outline of a file, as answers need it.

use codira_contracts::{
    Documentation, FileAnalysis, Language, RepoPath, StableId, Symbol, SymbolEntry, SymbolKey, SymbolSummary,
};
use rustc_hash::FxHashMap;

use crate::forms::outline::{self, Outline};

/// The symbols and documentation units of a file.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) path: RepoPath,
    pub(super) module: String,
    /// In the order of the analysis.
    pub(super) symbols: Vec<Symbol>,
    /// Of each symbol.
    pub(super) logical_names: Vec<String>,
    /// In the order of answers.
    pub(super) documentation: Vec<Documentation>,
    /// The places of symbols, in the order of answers.
    pub(super) order: Vec<usize>,
    places: FxHashMap<StableId, usize>,
}

impl Sheet {
    /// Reads the bytes of an outline.
    pub(super) fn read(path: RepoPath, module: String, bytes: &[u8]) -> Option<Self> {
        let Outline { symbols, documentation } = outline::read(bytes)?;
        let mut documentation = documentation.into_owned();
        documentation.sort_by(|a, b| (a.span, &a.id).cmp(&(b.span, &b.id)));
        // Logical names follow from the symbols alone.
        let analysis = FileAnalysis { symbols: symbols.into_owned(), ..FileAnalysis::new(Language::new(""), "") };
        let logical_names = analysis.logical_names();
        let symbols = analysis.symbols;
        let mut order: Vec<usize> = (0..symbols.len()).collect();
        order.sort_by(|a, b| (symbols[*a].span, &symbols[*a].id).cmp(&(symbols[*b].span, &symbols[*b].id)));
        let places = symbols.iter().enumerate().map(|(place, symbol)| (symbol.id.clone(), place)).collect();
        Some(Self { path, module, symbols, logical_names, documentation, order, places })
    }

    /// The place of the symbol of this id.
    pub(super) fn place(&self, id: &StableId) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The symbol at a place.
    pub(super) fn entry(&self, place: usize) -> SymbolEntry {
        SymbolEntry {
            path: self.path.clone(),
            module: self.module.clone(),
            logical_name: self.logical_names[place].clone(),
            symbol: self.symbols[place].clone(),
        }
    }

    /// The symbol at a place, in short.
    pub(super) fn summary(&self, place: usize) -> SymbolSummary {
        let symbol = &self.symbols[place];
        SymbolSummary {
            key: SymbolKey { path: self.path.clone(), id: symbol.id.clone() },
            kind: symbol.kind,
            name: symbol.name.clone(),
            logical_name: self.logical_names[place].clone(),
            span: symbol.span,
        }
    }
}
