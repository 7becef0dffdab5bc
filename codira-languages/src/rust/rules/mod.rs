//! Rust.
//!
//! **Modules** are where Cargo and `mod` put them. `src/lib.rs`, `src/main.rs`, files of
//! `src/bin`, `tests`, `examples` and `benches`, and `build.rs` are roots of crates. `mod a;` is
//! the file `a.rs` or `a/mod.rs` in the directory of submodules, or what `#[path]` says;
//! `mod a {}` is a module inside its file. A manifest names its crate to the whole repository.
//!
//! **Paths.** `crate`, `self`, `super` and `Self` begin where they say. Any other first part is
//! what the enclosing functions or the module define or import under it, then what a `*` import
//! brings, then a crate of the repository. Otherwise the path is external: to the prelude, or to a
//! package. `use` is followed to what it names in the end. A `*` import takes everything inside
//! its package, and only public names of another.
//!
//! **Members.** `Type::name` is a variant; else what inherent `impl` blocks of the type define,
//! wherever in its package they are; else what its trait impls define; else what the traits that
//! it implements define, supertraits included. `Self::name` and `self.name` are members of the
//! type of the enclosing block, or of the enclosing trait. A type alias stands for its type.
//! Methods of other values are never resolved.
//!
//! **Macros** are sought in the file, then by `use`, then among the macros of the crate's sources,
//! where only one may have the name, and last in the language. A path to a macro leads to a crate
//! or module and on by the same rules.
//!
//! A name with several definitions in one scope, such as under two `#[cfg]`s, is unresolved.

mod files;
mod known;
mod names;
mod types;

use std::rc::Rc;

use codira_contracts::{
    EdgeTarget, ExternalKind, FileAnalysis, Import, ImportKind, ImportTarget, Language, ParameterKind, RepoPath, StableId,
    Symbol, SymbolKey, SymbolKind, UseForm, UseKind, UseRecord, last_name,
};
use files::FileLocation;
use rustc_hash::FxHashMap;

use super::LANGUAGE;
use crate::engine::{
    Content, Definition, FileRules, Found, Implementation, Known, LanguageNames, MAX_DEPTH, Members, Offers, Symbols, World,
    file_scope, is_exposed, join,
};

/// The resolution rules of Rust.
pub(crate) struct Names;

impl LanguageNames for Names {
    const LANGUAGE: Language = LANGUAGE;
    const VERSION: &'static str = "1";

    fn offers(path: &RepoPath, analysis: &FileAnalysis, symbols: &Symbols<'_>) -> Offers {
        offers(path, analysis, symbols)
    }

    fn rules<'a>(
        path: &'a RepoPath,
        analysis: &'a FileAnalysis,
        symbols: &'a Symbols<'a>,
        world: &mut World<'a>,
    ) -> impl FileRules {
        Rust::new(path, analysis, symbols, world)
    }

    fn text(record: &UseRecord) -> String {
        match record.form {
            UseForm::SelfMember => format!("Self::{}", record.text),
            UseForm::SuperMember => format!("super::{}", record.text),
            UseForm::Path | UseForm::Value | UseForm::Macro => record.text.clone(),
        }
    }
}

/// The scope of crate names.
const CRATES: &str = "rust://crate";

/// The scope of the modules in a directory; under the empty name, of the files whose submodules
/// are there.
fn directory_scope(directory: &str) -> String {
    format!("rust:{directory}/")
}

/// The scope of the implementations in a package, by the last name of the type.
fn implementation_scope(package: &str) -> String {
    format!("rust://impl/{package}")
}

/// The scope of the macros in the sources of a crate.
fn macro_scope(sources: &str) -> String {
    format!("rust://macro/{sources}")
}

/// The facts that a Rust file or the manifest of a crate offers.
fn offers(path: &RepoPath, analysis: &FileAnalysis, symbols: &Symbols<'_>) -> Offers {
    let mut offers = Offers::default();
    let Some(location) = FileLocation::of(path) else {
        let crates = analysis.symbols.first().filter(|symbol| symbol.kind == SymbolKind::Namespace);
        crates.into_iter().for_each(|named| offers.add(CRATES, &*named.name, Content::Manifest, true));
        return offers;
    };
    let module = || Content::Module(symbols.module().cloned());
    offers.add(symbols.scope(&[]), "", module(), true);
    offers.add(directory_scope(location.children), "", module(), true);
    if let Some((directory, name)) = location.own {
        offers.add(directory_scope(directory), name, module(), true);
    }
    let (package, sources) = files::package(path);
    for symbol in analysis.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Macro) {
        offers.add(macro_scope(sources), &*symbol.name, Content::Definition(symbol.into()), true);
    }
    let mut types = offers.add_names(symbols, analysis);
    for block in analysis.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Implementation) {
        let (Some(extends), Some(ancestors)) = (&block.extends, symbols.ancestors(Some(&block.id))) else { continue };
        let members = types.get(&symbols.scope(&ancestors)).map(|of_type| &*of_type.members).unwrap_or_default();
        let members = members.iter().filter_map(|content| match content {
            Content::Definition(definition) => Some(definition.clone()),
            _ => None,
        });
        let depth = ancestors.iter().position(|ancestor| ancestor.kind == SymbolKind::Module).unwrap_or(ancestors.len());
        let implementation = Implementation {
            scope: symbols.scope(&ancestors[depth..]),
            id: block.id.clone(),
            extends: extends.clone(),
            bases: block.bases.clone(),
            members: members.collect(),
        };
        let content = Content::Implementation(implementation);
        offers.add(implementation_scope(package), last_name(extends), content, is_exposed(&ancestors));
    }
    for (scope, Members { ancestors, members }) in std::mem::take(&mut types) {
        let is_block = ancestors.first().is_some_and(|ancestor| ancestor.kind == SymbolKind::Implementation);
        offers.add(scope, "", Content::Members(members), !is_block && is_exposed(&ancestors));
    }
    offers
}

/// A symbol with its module and scope.
#[derive(Clone, Debug)]
struct SymbolRef<'a> {
    module: Module<'a>,
    /// The scope that defines it.
    scope: Rc<str>,
    definition: &'a Definition,
}

impl PartialEq for SymbolRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.module.path, &self.definition.id) == (other.module.path, &other.definition.id)
    }
}

/// A module: a file, or a block in one.
#[derive(Clone, Debug)]
struct Module<'a> {
    path: &'a RepoPath,
    scope: Rc<str>,
    id: Option<&'a StableId>,
    /// The directory of its submodules.
    children: Rc<str>,
    /// The package that it is in.
    package: &'a str,
}

impl PartialEq for Module<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.scope == other.scope
    }
}

/// What a name can resolve to.
#[derive(Clone, Debug, PartialEq)]
enum Entity<'a> {
    Symbol(SymbolRef<'a>),
    Module(Module<'a>),
    External(ExternalKind, String),
    /// The target of an import that cannot be resolved.
    Unknown,
}

/// Rust has three spaces of names: the same name may mean something else in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Space {
    /// Modules and types: what a path can go on from.
    Prefix,
    /// Functions, constants and constructors; types too, since a path that is not called may end
    /// at one.
    Value,
    /// Functions and other values that share their name with a type, which then has no
    /// constructor.
    Function,
    /// Macros.
    Macro,
}

impl Space {
    /// Whether symbols of this kind have their name in this space.
    fn holds(self, kind: SymbolKind) -> bool {
        let is_module = matches!(kind, SymbolKind::Module | SymbolKind::Namespace);
        match self {
            Self::Prefix => is_module || kind.is_type(),
            Self::Value => !is_module && kind != SymbolKind::Macro,
            Self::Function => !is_module && kind != SymbolKind::Macro && !kind.is_type(),
            Self::Macro => kind == SymbolKind::Macro,
        }
    }
}

/// The rules of a Rust file.
struct Rust<'w, 'a> {
    path: &'a RepoPath,
    /// The package that the file is in.
    package: &'a str,
    symbols: &'a Symbols<'a>,
    world: &'w mut World<'a>,
    macros: FxHashMap<&'a str, Found<&'a StableId>>,
    /// Files as modules, without their ids.
    files: FxHashMap<&'a RepoPath, Module<'a>>,
    enclosing_scopes: FxHashMap<StableId, Rc<EnclosingScope<'a>>>,
    found: FxHashMap<(Rc<str>, Space), FxHashMap<String, Found<Entity<'a>>>>,
}

/// The scopes that enclose a record.
struct EnclosingScope<'a> {
    ancestors: Vec<&'a Symbol>,
    /// The enclosing functions that define or import names, innermost first.
    functions: Vec<Rc<str>>,
    module: Module<'a>,
}

impl<'w, 'a> Rust<'w, 'a> {
    /// The rules for the file at `path`.
    fn new(path: &'a RepoPath, analysis: &'a FileAnalysis, symbols: &'a Symbols<'a>, world: &'w mut World<'a>) -> Self {
        let mut macros: FxHashMap<&str, Found<&StableId>> = FxHashMap::default();
        for symbol in analysis.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Macro) {
            macros.entry(&symbol.name).or_insert(Found::Nothing).add(&symbol.id);
        }
        let (files, enclosing_scopes, found) = Default::default();
        let (package, _) = files::package(path);
        Self { path, package, symbols, world, macros, files, enclosing_scopes, found }
    }

    /// A file as a module.
    fn file(&mut self, path: &'a RepoPath, id: Option<&'a StableId>) -> Module<'a> {
        let module = self.files.entry(path).or_insert_with(|| {
            let children = FileLocation::of(path).map_or("", |location| location.children).into();
            let (package, _) = files::package(path);
            Module { path, scope: file_scope(path, &LANGUAGE).into(), id: None, children, package }
        });
        Module { id, ..module.clone() }
    }

    /// The cached [`enclosing_scope`](Self::enclosing_scope) of an owner of records: most own
    /// many.
    fn enclosing_scope_of(&mut self, owner: &StableId) -> Rc<EnclosingScope<'a>> {
        if let Some(known) = self.enclosing_scopes.get(owner) {
            return known.clone();
        }
        let at = Rc::new(self.enclosing_scope(Some(owner)));
        self.enclosing_scopes.insert(owner.clone(), at.clone());
        at
    }

    /// The scope inside a symbol of this file; the file's where there is no such symbol.
    fn enclosing_scope(&mut self, owner: Option<&StableId>) -> EnclosingScope<'a> {
        let ancestors = self.symbols.ancestors(owner).unwrap_or_default();
        let depth = ancestors.iter().position(|ancestor| ancestor.kind == SymbolKind::Module).unwrap_or(ancestors.len());
        let mut module = self.file(self.path, self.symbols.module());
        for inner in (depth..ancestors.len()).rev() {
            let symbol = ancestors[inner];
            if symbol.kind == SymbolKind::Module {
                let children = join(&module.children, &symbol.name).into();
                let scope = self.symbols.scope(&ancestors[inner..]).into();
                module = Module { scope, id: Some(&symbol.id), children, ..module };
            }
        }
        let scopes = (0..depth).filter(|depth| !ancestors[*depth].kind.is_type());
        let scopes = scopes.map(|depth| self.symbols.scope(&ancestors[depth..]));
        let functions = scopes.filter(|scope| self.world.has_own(scope)).map(Rc::from).collect();
        EnclosingScope { ancestors, functions, module }
    }

    /// What a path resolves to in a scope.
    fn path(&mut self, at: &EnclosingScope<'a>, text: &str, space: Space) -> Known<Found<Entity<'a>>> {
        let first = text.split("::").next().unwrap_or_default();
        let is_generic = |symbol: &&Symbol| {
            symbol.parameters.iter().any(|parameter| parameter.kind == ParameterKind::Generic && parameter.name == first)
        };
        if at.ancestors.iter().any(is_generic) {
            return Ok(Found::Nothing);
        }
        if first != "Self" {
            return self.path_in(&at.module, &at.functions, text, space);
        }
        let mut found = self.self_type(at)?;
        let parts: Vec<&str> = text.split("::").skip(1).take(MAX_DEPTH).collect();
        for (depth, part) in parts.iter().enumerate() {
            let space = if depth + 1 < parts.len() { Space::Prefix } else { space };
            found = self.step(&found, part, space)?;
        }
        Ok(found)
    }

    /// What a macro resolves to in a scope.
    fn macro_named(&mut self, at: &EnclosingScope<'a>, text: &str) -> Known<Option<EdgeTarget>> {
        if text.contains("::") {
            return Ok(target(self.path(at, text, Space::Macro)?));
        }
        match self.macros.get(text) {
            Some(Found::One(id)) => return Ok(Some(resolved(self.path, id))),
            Some(_) => return Ok(None),
            None => {}
        }
        let found = self.path_in(&at.module, &at.functions, text, Space::Macro)?;
        if !matches!(found, Found::Nothing | Found::Circle) {
            return Ok(target(found));
        }
        if known::is_macro(text) {
            return Ok(Some(EdgeTarget::External { kind: ExternalKind::Builtin, name: text.to_owned() }));
        }
        Ok(target(self.macro_of_sources(self.path, text)?))
    }

    /// The one macro of this name in the sources of the crate that a file belongs to.
    fn macro_of_sources(&mut self, path: &RepoPath, name: &str) -> Known<Found<Entity<'a>>> {
        let mut found = Found::Nothing;
        for offered in self.world.ask(&macro_scope(files::package(path).1), name)?.iter() {
            if let Content::Definition(definition) = offered.content {
                let module = self.file(offered.path, None);
                found.add(Entity::Symbol(SymbolRef { scope: module.scope.clone(), module, definition }));
            }
        }
        Ok(found)
    }
}

/// The symbol of this id in a file.
fn resolved(path: &RepoPath, id: &StableId) -> EdgeTarget {
    EdgeTarget::Resolved(SymbolKey { path: path.clone(), id: id.clone() })
}

/// The one candidate, if there is one.
fn target(found: Found<Entity<'_>>) -> Option<EdgeTarget> {
    match found {
        Found::One(Entity::Symbol(symbol)) => Some(resolved(symbol.module.path, &symbol.definition.id)),
        Found::One(Entity::Module(module)) => module.id.map(|id| resolved(module.path, id)),
        Found::One(Entity::External(kind, name)) => Some(EdgeTarget::External { kind, name }),
        _ => None,
    }
}

impl FileRules for Rust<'_, '_> {
    fn target(&mut self, record: &UseRecord) -> Known<Option<EdgeTarget>> {
        self.world.start();
        let at = match record.form {
            UseForm::SuperMember | UseForm::Value => return Ok(None),
            UseForm::Path | UseForm::Macro | UseForm::SelfMember => self.enclosing_scope_of(&record.owner),
        };
        match record.form {
            UseForm::Path => {
                let mut found = self.path(&at, &record.text, Space::Value)?;
                if found == Found::Several && record.kind == UseKind::Call {
                    found = self.path(&at, &record.text, Space::Function)?;
                }
                Ok(target(found))
            }
            UseForm::Macro => self.macro_named(&at, &record.text),
            UseForm::SelfMember if !record.text.contains(['.', ':']) => Ok(target(self.self_member(&at, &record.text)?)),
            UseForm::SelfMember | UseForm::SuperMember | UseForm::Value => Ok(None),
        }
    }

    fn import(&mut self, import: &Import) -> Known<ImportTarget> {
        self.world.start();
        let at = self.enclosing_scope(import.owner.as_ref());
        let (module, name) = match import.kind {
            ImportKind::Submodule => {
                return Ok(match self.submodule(&at.module, &import.into())? {
                    Found::One(Entity::Module(module)) => ImportTarget::Resolved(module.path.clone()),
                    _ => ImportTarget::Unresolved,
                });
            }
            ImportKind::Name if import.module.is_empty() => (import.name.as_deref().unwrap_or_default(), None),
            ImportKind::Name => (&*import.module, import.name.as_deref().filter(|name| *name != "self")),
            ImportKind::Module | ImportKind::Glob => (&*import.module, None),
            ImportKind::LocalInclude | ImportKind::SystemInclude => return Ok(ImportTarget::Unresolved),
        };
        let found = self.import_path(&at.module, &at.functions, module, Space::Prefix)?;
        if let (Some(name), Found::One(Entity::Module(_))) = (name, &found)
            && let Found::One(Entity::Module(module)) = self.step(&found, name, Space::Prefix)?
        {
            return Ok(ImportTarget::Resolved(module.path.clone()));
        }
        Ok(match found {
            Found::One(Entity::Module(module)) => ImportTarget::Resolved(module.path.clone()),
            Found::One(Entity::Symbol(symbol)) => ImportTarget::Resolved(symbol.module.path.clone()),
            Found::One(Entity::External(..)) => ImportTarget::External,
            _ => ImportTarget::Unresolved,
        })
    }
}
