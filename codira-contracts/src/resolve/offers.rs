//! What one file says: its symbols by id and scope, and the facts that follow from them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::{
    Fact, FactKey, Offer,
    fact::{Content, Definition},
    facts::Table,
    world::MAX_DEPTH,
};
use crate::{FileAnalysis, ImportKind, RepoPath, StableId, Symbol, SymbolKind};

/// The symbols of one file by id, and who holds whom.
pub(super) struct Symbols<'a> {
    by_id: FxHashMap<&'a StableId, &'a Symbol>,
    module: Option<&'a StableId>,
    file_scope: String,
}

impl<'a> Symbols<'a> {
    /// The symbols of `analysis`; the file as a scope is called `file_scope`.
    pub(super) fn new(analysis: &'a FileAnalysis, file_scope: String) -> Self {
        let mut by_id = FxHashMap::with_capacity_and_hasher(analysis.symbols.len(), rustc_hash::FxBuildHasher);
        for symbol in &analysis.symbols {
            by_id.entry(&symbol.id).or_insert(symbol);
        }
        let is_file = |symbol: &&Symbol| symbol.kind == SymbolKind::Module && symbol.parent.is_none();
        Self { by_id, module: analysis.symbols.iter().find(is_file).map(|symbol| &symbol.id), file_scope }
    }

    /// The symbol that stands for the file.
    pub(super) fn module(&self) -> Option<&'a StableId> {
        self.module
    }

    /// The symbol of this id, unless it stands for the file.
    pub(super) fn get(&self, id: &StableId) -> Option<&'a Symbol> {
        self.by_id.get(id).copied().filter(|symbol| Some(&symbol.id) != self.module)
    }

    /// The symbol of this id and those that hold it, innermost first; the file's module is left out. `None` when there is no end.
    pub(super) fn holders(&self, id: Option<&StableId>) -> Option<Vec<&'a Symbol>> {
        let mut holders = Vec::new();
        let mut next = id.and_then(|id| self.get(id));
        while let Some(symbol) = next {
            if holders.len() == MAX_DEPTH {
                return None;
            }
            holders.push(symbol);
            next = symbol.parent.as_ref().and_then(|id| self.get(id));
        }
        Some(holders)
    }

    /// The name of the scope that the innermost of these holders is; the file's where there is none.
    pub(super) fn scope(&self, holders: &[&Symbol]) -> String {
        let length = holders.iter().map(|holder| 2 + holder.id.as_str().len()).sum::<usize>();
        let mut scope = String::with_capacity(self.file_scope.len() + length);
        scope.push_str(&self.file_scope);
        for holder in holders.iter().rev() {
            scope.push_str("//");
            scope.push_str(holder.id.as_str());
        }
        scope
    }
}

/// What holds something, innermost first, and the scope that it is held in.
struct Around<'a> {
    holders: Vec<&'a Symbol>,
    scope: String,
}

impl<'a> Around<'a> {
    /// What is around whatever has this holder. `None` when there is no end.
    fn of(symbols: &Symbols<'a>, holder: Option<&StableId>) -> Option<Self> {
        let holders = symbols.holders(holder)?;
        let scope = symbols.scope(&holders);
        Some(Self { holders, scope })
    }
}

/// What a file says, for itself and for others.
#[derive(Default)]
pub(super) struct Offers {
    all: Vec<(Offer, bool)>,
}

/// A type with its members.
pub(super) struct Members<'a> {
    /// The type and what holds it, innermost first.
    pub(super) holders: Vec<&'a Symbol>,
    /// Symbols and bindings, sorted.
    pub(super) members: Vec<Content>,
}

impl Offers {
    /// Adds a fact; only what is `exposed` can be seen from other files.
    pub(super) fn add(&mut self, scope: impl Into<String>, name: impl Into<String>, content: Content, exposed: bool) {
        self.all.push((Offer { key: FactKey::new(scope, name), fact: Fact(content) }, exposed));
    }

    /// Adds what every language has: each symbol and import under its name in the scope that holds it, globs under `*`. What
    /// types hold is returned, by scope.
    ///
    /// Only what nothing but types and modules holds can be seen from other files.
    pub(super) fn add_names<'a>(&mut self, symbols: &Symbols<'a>, analysis: &'a FileAnalysis) -> BTreeMap<String, Members<'a>> {
        let mut types: BTreeMap<String, Members<'a>> = BTreeMap::new();
        let definitions = analysis.symbols.iter().filter(|symbol| symbol.kind != SymbolKind::Implementation);
        let definitions = definitions.filter_map(|symbol| {
            let symbol = symbols.get(&symbol.id)?;
            Some((symbol.parent.as_ref(), &*symbol.name, Content::Definition(Definition::from(symbol))))
        });
        let bindings = analysis.imports.iter().filter_map(|import| {
            let name = if import.kind == ImportKind::Glob { "*" } else { import.binds()? };
            Some((import.owner.as_ref(), name, Content::Binding(import.into())))
        });
        // What follows each other is mostly held by the same.
        let mut around: Option<(Option<&StableId>, Option<Around<'a>>)> = None;
        for (holder, name, content) in definitions.chain(bindings) {
            if around.as_ref().is_none_or(|(known, _)| *known != holder) {
                around = Some((holder, Around::of(symbols, holder)));
            }
            let Some((_, Some(Around { holders, scope }))) = &around else { continue };
            if !holders.first().is_some_and(|holder| holder.kind.is_type()) {
                self.add(&**scope, name, content, is_exposed(holders));
            } else if let Some(known) = types.get_mut(scope) {
                known.members.push(content);
            } else {
                types.insert(scope.clone(), Members { holders: holders.clone(), members: vec![content] });
            }
        }
        types.values_mut().for_each(|members| members.members.sort());
        types
    }

    /// Keeps everything from the eyes of others.
    pub(super) fn hide(&mut self) {
        self.all.iter_mut().for_each(|(_, exposed)| *exposed = false);
    }

    /// What others can see, sorted, each once.
    pub(super) fn exposed(self) -> Vec<Offer> {
        let mut offers: Vec<Offer> = self.all.into_iter().filter_map(|(offer, exposed)| exposed.then_some(offer)).collect();
        offers.sort();
        offers.dedup();
        offers
    }

    /// Everything, as facts about the file alone.
    pub(super) fn into_table(self, path: &RepoPath) -> Table {
        Table::of(path, self.all.into_iter().map(|(offer, _)| offer))
    }
}

/// Whether other files can reach what these hold.
pub(super) fn is_exposed(holders: &[&Symbol]) -> bool {
    holders.iter().all(|holder| holder.kind.is_type() || holder.kind == SymbolKind::Module)
}
