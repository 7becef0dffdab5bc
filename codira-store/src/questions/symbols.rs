//! Questions about symbols.

use codira_contracts::{SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest, SymbolRequest};

use super::Answer;

/// Symbols, and how they are referred to.
pub trait SymbolQuestions: Send {
    /// The symbols that match.
    fn symbols(&mut self, request: &SymbolRequest) -> impl Answer<Vec<SymbolEntry>>;

    /// Every symbol with its edge counts.
    fn symbol_inventory(&mut self, request: &SymbolInventoryRequest) -> impl Answer<Vec<SymbolInventoryEntry>>;
}
