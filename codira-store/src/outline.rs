//! One file's symbols and documentation units, as answers are made of them.

use std::sync::OnceLock;

use codira_contracts::{
    Documentation, DocumentationEntry, FileAnalysis, Language, RepoPath, StableId, Symbol, SymbolEntry, SymbolKey,
    SymbolSummary,
};
use rustc_hash::FxHashMap;

/// What a file says of its symbols and its documentation.
#[derive(Debug)]
pub struct FileOutline {
    /// Its path.
    pub path: RepoPath,
    /// Its module name.
    pub module: String,
    /// In the order of the analysis; an index of a symbol is an index into this.
    pub symbols: Vec<Symbol>,
    /// Of each symbol.
    pub logical_names: Vec<String>,
    /// In the order of the analysis.
    pub documentation: Vec<Documentation>,
    indexes: OnceLock<FxHashMap<StableId, usize>>,
}

impl FileOutline {
    /// The outline of the file at a path.
    pub fn new(path: RepoPath, module: String, symbols: Vec<Symbol>, documentation: Vec<Documentation>) -> Self {
        // Logical names follow from the symbols alone.
        let analysis = FileAnalysis { symbols, ..FileAnalysis::new(Language::new(""), String::new()) };
        let logical_names = analysis.logical_names();
        Self { path, module, symbols: analysis.symbols, logical_names, documentation, indexes: OnceLock::new() }
    }

    /// The index of the symbol of this id.
    pub fn index_of(&self, id: &StableId) -> Option<usize> {
        let indexes = self.indexes.get_or_init(|| self.symbols.iter().map(|symbol| symbol.id.clone()).zip(0..).collect());
        indexes.get(id).copied()
    }

    /// The indexes of the symbols that are wanted, in the order of answers.
    pub fn indexes(&self, wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut indexes: Vec<usize> = (0..self.symbols.len()).filter(|index| wanted(*index)).collect();
        let order = |index: &usize| (self.symbols[*index].span, &self.symbols[*index].id);
        indexes.sort_by(|a, b| order(a).cmp(&order(b)));
        indexes
    }

    /// A symbol as answers tell it.
    pub fn entry(&self, index: usize) -> SymbolEntry {
        SymbolEntry {
            path: self.path.clone(),
            module: self.module.clone(),
            logical_name: self.logical_names[index].clone(),
            symbol: self.symbols[index].clone(),
        }
    }

    /// A symbol in short.
    pub fn summary(&self, index: usize) -> SymbolSummary {
        let symbol = &self.symbols[index];
        SymbolSummary {
            key: SymbolKey { path: self.path.clone(), id: symbol.id.clone() },
            kind: symbol.kind,
            name: symbol.name.clone(),
            logical_name: self.logical_names[index].clone(),
            span: symbol.span,
        }
    }

    /// The documentation units that are wanted, in the order of answers.
    pub fn units(&self, wanted: impl Fn(&Documentation) -> bool) -> impl Iterator<Item = DocumentationEntry> {
        let mut units: Vec<&Documentation> = self.documentation.iter().filter(|unit| wanted(unit)).collect();
        units.sort_by(|a, b| (a.span, &a.id).cmp(&(b.span, &b.id)));
        units.into_iter().map(|unit| DocumentationEntry { path: self.path.clone(), unit: unit.clone() })
    }
}
