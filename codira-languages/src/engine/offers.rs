//! The facts of one file: its symbols by id and scope, and what it offers to other files.

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

/// The symbols of one file by id, and the ancestors of each.
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

    /// The symbol of this id and its ancestors, innermost first, without the file's module. `None`
    /// for a cycle and for more than `MAX_DEPTH` of them.
    pub(crate) fn ancestors(&self, id: Option<&StableId>) -> Option<Vec<&'a Symbol>> {
        let mut ancestors = Vec::new();
        let mut next = id.and_then(|id| self.get(id));
        while let Some(symbol) = next {
            if ancestors.len() == MAX_DEPTH {
                return None;
            }
            ancestors.push(symbol);
            next = symbol.parent.as_ref().and_then(|id| self.get(id));
        }
        Some(ancestors)
    }

    /// The name of the scope that the first of these ancestors is; that of the file where there
    /// are none.
    pub(crate) fn scope(&self, ancestors: &[&Symbol]) -> String {
        let length = ancestors.iter().map(|ancestor| 2 + ancestor.id.as_str().len()).sum::<usize>();
        let mut scope = String::with_capacity(self.file_scope.len() + length);
        scope.push_str(&self.file_scope);
        for ancestor in ancestors.iter().rev() {
            scope.push_str("//");
            scope.push_str(ancestor.id.as_str());
        }
        scope
    }
}

/// The enclosing scope of a symbol or import: its ancestors, innermost first, and its name.
struct Enclosing<'a> {
    ancestors: Vec<&'a Symbol>,
    scope: String,
}

impl<'a> Enclosing<'a> {
    /// The scope of everything with this parent. `None` where its ancestors have no end.
    fn of(symbols: &Symbols<'a>, parent: Option<&StableId>) -> Option<Self> {
        let ancestors = symbols.ancestors(parent)?;
        let scope = symbols.scope(&ancestors);
        Some(Self { ancestors, scope })
    }
}

/// The facts of a file, for itself and for others.
#[derive(Default)]
pub(crate) struct Offers {
    all: Vec<KeyedContent>,
}

/// The content of a fact under its key.
struct KeyedContent {
    key: FactKey,
    content: Content,
    /// Whether other files can see it.
    exposed: bool,
}

/// A type with its members.
pub(crate) struct Members<'a> {
    /// The type and its ancestors, innermost first.
    pub(crate) ancestors: Vec<&'a Symbol>,
    /// Symbols and bindings, sorted.
    pub(crate) members: Vec<Content>,
}

impl Offers {
    /// Adds a fact; only what is `exposed` can be seen from other files.
    pub(crate) fn add(&mut self, scope: impl Into<String>, name: impl Into<String>, content: Content, exposed: bool) {
        self.all.push(KeyedContent { key: FactKey::new(scope, name), content, exposed });
    }

    /// Adds what every language has: each symbol and import under its name in its scope, globs
    /// under `*`. Returns the members of types, by scope.
    ///
    /// Other files see only what has no ancestors but types and modules.
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
        // Consecutive records mostly have the same parent.
        let mut enclosing: Option<(Option<&StableId>, Option<Enclosing<'a>>)> = None;
        for (parent, name, content) in definitions.chain(bindings) {
            if enclosing.as_ref().is_none_or(|(known, _)| *known != parent) {
                enclosing = Some((parent, Enclosing::of(symbols, parent)));
            }
            let Some((_, Some(Enclosing { ancestors, scope }))) = &enclosing else { continue };
            if !ancestors.first().is_some_and(|ancestor| ancestor.kind.is_type()) {
                self.add(&**scope, name, content, is_exposed(ancestors));
            } else if let Some(known) = types.get_mut(scope) {
                known.members.push(content);
            } else {
                types.insert(scope.clone(), Members { ancestors: ancestors.clone(), members: vec![content] });
            }
        }
        types.values_mut().for_each(|members| members.members.sort());
        types
    }

    /// The facts that others can see, sorted, each once.
    pub(crate) fn exposed(self) -> Vec<Offer> {
        let exposed = self.all.into_iter().filter(|keyed| keyed.exposed);
        let mut offers: Vec<Offer> = exposed.map(|keyed| Offer { fact: keyed.content.to_fact(), key: keyed.key }).collect();
        offers.sort();
        offers.dedup();
        offers
    }

    /// Everything, as facts about the file alone.
    pub(crate) fn into_own(self, path: RepoPath) -> OwnFacts {
        let mut scopes: FxHashMap<String, FxHashMap<String, Vec<Content>>> = FxHashMap::default();
        for KeyedContent { key, content, .. } in self.all {
            scopes.entry(key.scope).or_default().entry(key.name).or_default().push(content);
        }
        scopes.values_mut().flat_map(FxHashMap::values_mut).for_each(|contents| contents.sort());
        OwnFacts { path, scopes }
    }
}

/// The facts of a file about itself, by scope, then name: looked up without making a key.
#[derive(Debug)]
pub(crate) struct OwnFacts {
    path: RepoPath,
    scopes: FxHashMap<String, FxHashMap<String, Vec<Content>>>,
}

impl OwnFacts {
    /// The contents under a key.
    pub(crate) fn get(&self, scope: &str, name: &str) -> Answers<'_> {
        let contents = self.scopes.get(scope).and_then(|names| names.get(name));
        Answers::Own { path: &self.path, contents: contents.map_or(&[], Vec::as_slice) }
    }

    /// Whether a scope has any facts.
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains_key(scope)
    }
}

/// Whether other files can reach what has these ancestors.
pub(crate) fn is_exposed(ancestors: &[&Symbol]) -> bool {
    ancestors.iter().all(|ancestor| ancestor.kind.is_type() || ancestor.kind == SymbolKind::Module)
}
