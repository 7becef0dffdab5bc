//! Questions about symbols.

use codira_contracts::{FileSnapshot, PathPrefix, SymbolEntry, SymbolKey, SymbolKind, SymbolMatch, SymbolRequest};

use super::{View, first};

impl View {
    /// The symbol of this key.
    pub fn symbol(&self, key: &SymbolKey) -> Option<SymbolEntry> {
        let file = self.state.files.get(&key.path)?;
        entries(file).into_iter().find(|entry| entry.symbol.id == key.id)
    }

    /// The symbols that match, by path, span and id.
    pub fn symbols(&self, request: &SymbolRequest) -> Vec<SymbolEntry> {
        let SymbolRequest { matching, kind, prefix, limit } = request;
        let matches = |entry: &SymbolEntry| match matching {
            SymbolMatch::Name(name) => entry.symbol.name == *name,
            SymbolMatch::LogicalName(name) => entry.logical_name == *name,
            SymbolMatch::Module(module) => entry.module == *module,
        };
        let of_kind = |entry: &SymbolEntry| kind.is_none_or(|kind| entry.symbol.kind == kind);
        first(*limit, self.symbols_where(prefix, |entry| matches(entry) && of_kind(entry)))
    }

    /// The symbols whose parent is `parent`, by path, span and id.
    pub fn children(&self, parent: &SymbolKey) -> Vec<SymbolEntry> {
        self.symbols_where(&PathPrefix::root(), |entry| {
            entry.path == parent.path && entry.symbol.parent.as_ref() == Some(&parent.id)
        })
    }

    /// The overloads with the file, parent and name of `symbol`, itself left out.
    pub fn overloads(&self, symbol: &SymbolKey) -> Vec<SymbolEntry> {
        let Some(of) = self.symbol(symbol) else { return Vec::new() };
        self.symbols_where(&PathPrefix::root(), |entry| {
            entry.symbol.kind == SymbolKind::Overload
                && (&entry.path, &entry.symbol.parent, &entry.symbol.name) == (&of.path, &of.symbol.parent, &of.symbol.name)
                && entry.symbol.id != of.symbol.id
        })
    }

    pub(super) fn symbols_where(&self, prefix: &PathPrefix, wanted: impl Fn(&SymbolEntry) -> bool) -> Vec<SymbolEntry> {
        self.files_in(prefix).flat_map(entries).filter(wanted).collect()
    }
}

/// The symbols of a file, in the order of answers.
pub(super) fn entries(file: &FileSnapshot) -> Vec<SymbolEntry> {
    let symbols = file.analysis.symbols.iter().zip(file.analysis.logical_names());
    let entry = |(symbol, logical_name)| SymbolEntry {
        path: file.path().clone(),
        module: file.analysis.module.clone(),
        logical_name,
        symbol: Clone::clone(symbol),
    };
    let mut entries: Vec<SymbolEntry> = symbols.map(entry).collect();
    entries.sort_by(|a, b| a.order().cmp(&b.order()));
    entries
}
