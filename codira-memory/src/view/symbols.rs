//! Questions about symbols.

use codira_contracts::{FileSnapshot, PathPrefix, SymbolEntry, SymbolKey, SymbolKind, SymbolMatch, SymbolRequest};

use super::{View, first};

impl View {
    /// The symbols that match, by path, span and id.
    pub fn symbols(&self, request: &SymbolRequest) -> Vec<SymbolEntry> {
        let SymbolRequest { matching, kind, prefix, limit } = request;
        let overloaded = match matching {
            SymbolMatch::OverloadsOf(key) => self.symbol(key),
            _ => None,
        };
        let matches = |entry: &SymbolEntry| match matching {
            SymbolMatch::Name(name) => entry.symbol.name == *name,
            SymbolMatch::LogicalName(name) => entry.logical_name == *name,
            SymbolMatch::Module(module) => entry.module == *module,
            SymbolMatch::Key(key) => entry.path == key.path && entry.symbol.id == key.id,
            SymbolMatch::ChildrenOf(key) => entry.path == key.path && entry.symbol.parent.as_ref() == Some(&key.id),
            SymbolMatch::OverloadsOf(key) => overloaded.as_ref().is_some_and(|SymbolEntry { symbol: of, .. }| {
                let same_parent_and_name =
                    entry.path == key.path && entry.symbol.parent == of.parent && entry.symbol.name == of.name;
                entry.symbol.kind == SymbolKind::Overload && same_parent_and_name && entry.symbol.id != of.id
            }),
        };
        let of_kind = |entry: &SymbolEntry| kind.is_none_or(|kind| entry.symbol.kind == kind);
        first(*limit, self.symbols_where(prefix, |entry| matches(entry) && of_kind(entry)))
    }

    fn symbol(&self, key: &SymbolKey) -> Option<SymbolEntry> {
        entries(self.state.files.get(&key.path)?).into_iter().find(|entry| entry.symbol.id == key.id)
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
