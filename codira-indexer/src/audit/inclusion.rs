//! Which symbols are audited: private, nested and test code may be left out.

use std::collections::HashMap;

use codira_contracts::{FileAnalysis, StableId, Symbol, SymbolKind, Visibility, last_name};

use super::{AuditOptions, Inclusion};
use crate::test_code::is_test_mark;

/// The symbols of a file, with the parent of each.
pub(super) struct SymbolTree<'a> {
    symbols: &'a [Symbol],
    by_id: HashMap<&'a StableId, &'a Symbol>,
}

impl<'a> SymbolTree<'a> {
    pub(super) fn of(analysis: &'a FileAnalysis) -> Self {
        let symbols = &analysis.symbols;
        Self { symbols, by_id: symbols.iter().map(|symbol| (&symbol.id, symbol)).collect() }
    }

    /// Whether the options let issues of a symbol through.
    pub(super) fn includes(&self, id: &StableId, options: &AuditOptions) -> bool {
        let mut symbol = self.by_id.get(id).copied();
        // No chain of parents is longer than the list: a cycle ends here.
        for _ in 0..=self.symbols.len() {
            let Some(one) = symbol else { return true };
            let parent = one.parent.as_ref().and_then(|parent| self.by_id.get(parent)).copied();
            if options.private == Inclusion::Skip && self.is_private(one, parent)
                || options.nested == Inclusion::Skip && is_nested(one, parent)
                || options.tests == Inclusion::Skip && one.decorators.iter().any(|decorator| is_test_mark(decorator))
            {
                return false;
            }
            symbol = parent;
        }
        true
    }

    /// Whether a symbol is private by itself. Inside of a function, only its name can tell.
    fn is_private(&self, symbol: &Symbol, parent: Option<&Symbol>) -> bool {
        if parent.is_some_and(|parent| is_function(parent.kind)) {
            return symbol.name.starts_with('_');
        }
        match (&symbol.extends, symbol.kind) {
            (Some(extended), SymbolKind::Implementation) => {
                let is_it = |other: &&Symbol| other.kind != SymbolKind::Implementation && other.name == last_name(extended);
                self.symbols.iter().find(is_it).is_some_and(|extended| extended.visibility != Visibility::Public)
            }
            _ => symbol.visibility != Visibility::Public,
        }
    }
}

fn is_function(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Property | SymbolKind::Overload)
}

fn is_nested(symbol: &Symbol, parent: Option<&Symbol>) -> bool {
    parent.is_some_and(|parent| is_function(parent.kind) || parent.kind == SymbolKind::Class && symbol.kind.is_type())
}
