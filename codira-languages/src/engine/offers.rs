//! What one file says: its symbols by id and scope, and the facts that follow from them.

use std::collections::BTreeMap;

use codira_contracts::{
    FileAnalysis, ImportKind, RepoPath, StableId, Symbol, SymbolKind,
    resolve::{FactKey, Offer},
};
use rustc_hash::FxHashMap;

use super::{
    content::{Answers, Content, Definition},
    world::MAX_DEPTH,
};

/// The symbols of one file by id, and who holds whom.
pub(crate) struct Symbols<'a> {
    by_id: FxHashMap<&'a StableId, &'a Symbol>,
    module: Option<&'a StableId>,
    file_scope: String,
}

impl<'a> Symbols<'a> {
    /// The symbols of `analysis`; the file as a scope is called `file_scope`.
    pub(crate) fn new(analysis: &'a FileAnalysis, file_scope: String) -> Self {
        let mut by_id = FxHashMap::with_capacity_and_hasher(analysis.symbols.len(), rustc_hash::FxBuildHasher);
        for symbol in &analysis.symbols {
            by_id.entry(&symbol.id).or_insert(symbol);
        }
        let is_file = |symbol: &&Symbol| symbol.kind == SymbolKind::Module && symbol.parent.is_none();
        Self { by_id, module: analysis.symbols.iter().find(is_file).map(|symbol| &symbol.id), file_scope }
    }

    /// The symbol that stands for the file.
    pub(crate) fn module(&self) -> Option<&'a StableId> {
        self.module
    }

    /// The symbol of this id, unless it stands for the file.
    pub(crate) fn get(&self, id: &StableId) -> Option<&'a Symbol> {
        self.by_id.get(id).copied().filter(|symbol| Some(&symbol.id) != self.module)
    }

    /// The symbol of this id and those that hold it, innermost first; the file's module is left out. `None` when there is no end.
    pub(crate) fn holders(&self, id: Option<&StableId>) -> Option<Vec<&'a Symbol>> {
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
    pub(crate) fn scope(&self, holders: &[&Symbol]) -> String {
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
pub(crate) struct Offers {
    all: Vec<Saying>,
}

/// A fact under its key.
struct Saying {
    key: FactKey,
    content: Content,
    /// Whether other files can see it.
    exposed: bool,
}

/// A type with its members.
pub(crate) struct Members<'a> {
    /// The type and what holds it, innermost first.
    pub(crate) holders: Vec<&'a Symbol>,
    /// Symbols and bindings, sorted.
    pub(crate) members: Vec<Content>,
}

impl Offers {
    /// Adds a fact; only what is `exposed` can be seen from other files.
    pub(crate) fn add(&mut self, scope: impl Into<String>, name: impl Into<String>, content: Content, exposed: bool) {
        self.all.push(Saying { key: FactKey::new(scope, name), content, exposed });
    }

    /// Adds what every language has: each symbol and import under its name in the scope that holds it, globs under `*`. What
    /// types hold is returned, by scope.
    ///
    /// Only what nothing but types and modules holds can be seen from other files.
    pub(crate) fn add_names<'a>(&mut self, symbols: &Symbols<'a>, analysis: &'a FileAnalysis) -> BTreeMap<String, Members<'a>> {
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

    /// What others can see, sorted, each once.
    pub(crate) fn exposed(self) -> Vec<Offer> {
        let exposed = self.all.into_iter().filter(|saying| saying.exposed);
        let mut offers: Vec<Offer> = exposed.map(|saying| Offer { fact: saying.content.to_fact(), key: saying.key }).collect();
        offers.sort();
        offers.dedup();
        offers
    }

    /// Everything, as facts about the file alone.
    pub(crate) fn into_own(self, path: RepoPath) -> OwnFacts {
        let mut scopes: FxHashMap<String, FxHashMap<String, Vec<Content>>> = FxHashMap::default();
        for Saying { key, content, .. } in self.all {
            scopes.entry(key.scope).or_default().entry(key.name).or_default().push(content);
        }
        scopes.values_mut().flat_map(FxHashMap::values_mut).for_each(|contents| contents.sort());
        OwnFacts { path, scopes }
    }
}

/// What a file says about itself, by scope, then name: looked up without making a key.
#[derive(Debug)]
pub(crate) struct OwnFacts {
    path: RepoPath,
    scopes: FxHashMap<String, FxHashMap<String, Vec<Content>>>,
}

impl OwnFacts {
    /// What stands under a key.
    pub(crate) fn get(&self, scope: &str, name: &str) -> Answers<'_> {
        let contents = self.scopes.get(scope).and_then(|names| names.get(name));
        Answers::Own { path: &self.path, contents: contents.map_or(&[], Vec::as_slice) }
    }

    /// Whether anything stands in a scope.
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains_key(scope)
    }
}

/// Whether other files can reach what these hold.
pub(crate) fn is_exposed(holders: &[&Symbol]) -> bool {
    holders.iter().all(|holder| holder.kind.is_type() || holder.kind == SymbolKind::Module)
}
