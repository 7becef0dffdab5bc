//! Questions about symbols.

use codira_contracts::{SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKind, SymbolMatch, SymbolRequest};

use super::{
    Answer,
    documents::{Documents, FilesToRead, first, is_full},
};
use crate::FileOutline;

/// Symbols, and how they are referred to.
pub trait SymbolQuestions: Documents {
    /// The files that have symbols of the name, logical name or module that a request names, and perhaps others, by path. Those
    /// that come after what its limit allows may be left out.
    fn files_with_symbols(&mut self, request: &SymbolRequest) -> impl Answer<FilesToRead>;

    /// Every symbol with its edge counts.
    fn symbol_inventory(&mut self, request: &SymbolInventoryRequest) -> impl Answer<Vec<SymbolInventoryEntry>>;

    /// The symbols that match.
    fn symbols(&mut self, request: &SymbolRequest) -> impl Answer<Vec<SymbolEntry>> {
        async {
            let SymbolRequest { matching, kind, prefix, limit } = request;
            let mut entries = Vec::new();
            if is_full(&entries, *limit) {
                return Ok(entries);
            }
            let files = match matching {
                SymbolMatch::Name(_) | SymbolMatch::LogicalName(_) | SymbolMatch::Module(_) => {
                    self.files_with_symbols(request).await?
                }
                SymbolMatch::Key(key) | SymbolMatch::ChildrenOf(key) | SymbolMatch::OverloadsOf(key) => {
                    self.file_inside(&key.path, prefix).await?
                }
            };
            for files in files.batches() {
                for outline in self.outlines(files).await? {
                    let of_kind = |index: usize| kind.is_none_or(|kind| outline.symbols[index].kind == kind);
                    let indexes = outline.indexes(|index| of_kind(index) && matches(&outline, index, matching));
                    entries.extend(indexes.into_iter().map(|index| outline.entry(index)));
                }
                if is_full(&entries, *limit) {
                    break;
                }
            }
            Ok(first(entries, *limit))
        }
    }
}

/// Whether a symbol of a file matches.
fn matches(outline: &FileOutline, index: usize, matching: &SymbolMatch) -> bool {
    let symbol = &outline.symbols[index];
    match matching {
        SymbolMatch::Name(name) => symbol.name == *name,
        SymbolMatch::LogicalName(name) => outline.logical_names[index] == *name,
        SymbolMatch::Module(module) => outline.module == *module,
        SymbolMatch::Key(key) => symbol.id == key.id,
        SymbolMatch::ChildrenOf(key) => symbol.parent.as_ref() == Some(&key.id),
        SymbolMatch::OverloadsOf(key) => {
            let of = outline.index_of(&key.id).map(|index| &outline.symbols[index]);
            symbol.kind == SymbolKind::Overload
                && symbol.id != key.id
                && of.is_some_and(|of| (&of.parent, &of.name) == (&symbol.parent, &symbol.name))
        }
    }
}
