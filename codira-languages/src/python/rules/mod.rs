//! Python.
//!
//! **Modules.** `src/flask/app.py` is the module `app` of the directory `src/flask`; an
//! `__init__.py` is the module that its directory is called. Of `.py` and `.pyi` in one directory,
//! a file sees the one of its own kind.
//!
//! **Absolute imports** are read from the nearest directory above the file that is no package and
//! has the first part of the name. Failing that, unless Python itself has such a module, they are
//! read from the only directory of the repository that is no package and has it. Several such
//! directories leave the import unresolved; none makes it external.
//!
//! **Relative imports** go up one package for each dot after the first.
//!
//! **Names.** A name is sought in the enclosing functions, innermost first, then in the module,
//! then among Python's builtins. A class is looked into only by code directly in its body, not by
//! the functions in it. An import in a function is seen only there. A name taken from a module is
//! what the module defines or imports under it, then what a `*` import brings there (public names
//! only), then a submodule. Imports are followed to what they name in the end.
//!
//! **Members.** `Class.method` and `self.method` are what the class defines, then, depth first and
//! from left to right, what its bases define, as far as they are in the repository.
//! `super().method` begins with the bases. A call of a class resolves to the class. Members of
//! values are never resolved.
//!
//! **Bound twice.** A name that one scope binds to different things is unresolved; the same thing
//! twice counts once. An overload is no candidate where there is its implementation, nor a setter
//! or deleter where there is its property.

mod known;
mod modules;
mod names;

use std::rc::Rc;

use codira_contracts::{
    EdgeTarget, ExternalKind, FileAnalysis, Import, ImportKind, ImportTarget, Language, RepoPath, StableId, SymbolKey, UseForm,
    UseRecord,
};
use modules::{ANYWHERE, ModuleLocation, Root, directory_scope, is_package};
use rustc_hash::FxHashMap;

use super::LANGUAGE;
use crate::engine::{
    Content, Definition, FileRules, Found, Known, LanguageNames, MAX_DEPTH, Members, Offers, Symbols, World, is_exposed,
};

/// The resolution rules of Python.
pub(crate) struct Names;

impl LanguageNames for Names {
    const LANGUAGE: Language = LANGUAGE;
    const VERSION: &'static str = "1";

    fn offers(path: &RepoPath, analysis: &FileAnalysis, symbols: &Symbols<'_>) -> Offers {
        offers(path, analysis, symbols)
    }

    fn rules<'a>(
        path: &'a RepoPath,
        _analysis: &'a FileAnalysis,
        symbols: &'a Symbols<'a>,
        world: &mut World<'a>,
    ) -> impl FileRules {
        Python::new(path, symbols, world)
    }

    fn text(record: &UseRecord) -> String {
        match record.form {
            UseForm::SelfMember => format!("self.{}", record.text),
            UseForm::SuperMember => format!("super().{}", record.text),
            UseForm::Path | UseForm::Value | UseForm::Macro => record.text.clone(),
        }
    }
}

/// The facts that a Python file offers.
fn offers(path: &RepoPath, analysis: &FileAnalysis, symbols: &Symbols<'_>) -> Offers {
    let mut offers = Offers::default();
    if let Some(location) = ModuleLocation::of(path) {
        let module = || Content::Module(symbols.module().cloned());
        offers.add(directory_scope(location.directory), location.name, module(), true);
        offers.add(ANYWHERE, location.name, module(), true);
    }
    for (scope, Members { ancestors, members }) in offers.add_names(symbols, analysis) {
        offers.add(scope, "", Content::Members(members), is_exposed(&ancestors));
    }
    offers
}

/// A symbol with its file and scope.
#[derive(Clone, Debug)]
struct SymbolRef<'a> {
    path: &'a RepoPath,
    /// The scope that defines it.
    scope: Rc<str>,
    definition: &'a Definition,
}

impl PartialEq for SymbolRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.path, &self.definition.id) == (other.path, &other.definition.id)
    }
}

impl SymbolRef<'_> {
    /// The scope that it is, of a class.
    fn inside(&self) -> Scope {
        Scope { name: [&self.scope, "//", self.definition.id.as_str()].concat().into(), is_class: true }
    }
}

/// What a name can resolve to.
#[derive(Clone, Debug, PartialEq)]
enum Entity<'a> {
    Symbol(SymbolRef<'a>),
    Module(&'a RepoPath, Option<&'a StableId>),
    /// A directory without `__init__`.
    Directory(String),
    External(ExternalKind, String),
    /// The target of an import that cannot be resolved.
    Unknown,
}

/// A scope in which a name is sought.
#[derive(Clone, Debug)]
struct Scope {
    name: Rc<str>,
    /// Whether it is a class, whose names are its members.
    is_class: bool,
}

/// A class in which a member is sought.
struct Class<'a> {
    path: &'a RepoPath,
    /// The scope that it is.
    inside: Scope,
}

/// The method resolution order of a class: the class and its bases, as a member is sought in them.
type Mro<'a> = Rc<[Class<'a>]>;

/// A module as a lookup finds it: its file, and the symbol that stands for it.
type FoundModule<'a> = (&'a RepoPath, Option<&'a StableId>);

type ClassNames<'a> = FxHashMap<&'a str, Vec<&'a Content>>;

/// The rules of a Python file.
struct Python<'w, 'a> {
    path: &'a RepoPath,
    symbols: &'a Symbols<'a>,
    world: &'w mut World<'a>,
    file: Rc<str>,
    /// The scopes that other files are.
    files: FxHashMap<&'a RepoPath, Rc<str>>,
    /// The enclosing scopes by owner of records.
    enclosing_scopes: FxHashMap<StableId, Rc<[Scope]>>,
    enclosing_classes: FxHashMap<StableId, Option<SymbolRef<'a>>>,
    /// By directory, then name.
    modules: FxHashMap<String, FxHashMap<String, Option<FoundModule<'a>>>>,
    roots_of_directories: FxHashMap<String, Rc<[Rc<str>]>>,
    /// By directory, then dotted name.
    roots_of_imports: FxHashMap<String, FxHashMap<String, Root>>,
    members: FxHashMap<Rc<str>, ClassNames<'a>>,
    mros: FxHashMap<SymbolKey, Mro<'a>>,
    found: FxHashMap<Rc<str>, FxHashMap<String, Found<Entity<'a>>>>,
}

impl<'w, 'a> Python<'w, 'a> {
    /// The rules for the file at `path`.
    fn new(path: &'a RepoPath, symbols: &'a Symbols<'a>, world: &'w mut World<'a>) -> Self {
        Self {
            path,
            symbols,
            world,
            file: symbols.scope(&[]).into(),
            files: FxHashMap::default(),
            enclosing_scopes: FxHashMap::default(),
            enclosing_classes: FxHashMap::default(),
            modules: FxHashMap::default(),
            roots_of_directories: FxHashMap::default(),
            roots_of_imports: FxHashMap::default(),
            members: FxHashMap::default(),
            mros: FxHashMap::default(),
            found: FxHashMap::default(),
        }
    }

    /// The class that encloses a symbol of this file, or the symbol itself if it is one.
    fn enclosing_class(&mut self, owner: &StableId) -> Known<Option<SymbolRef<'a>>> {
        if let Some(class) = self.enclosing_classes.get(owner) {
            return Ok(class.clone());
        }
        let ancestors = self.symbols.ancestors(Some(owner)).unwrap_or_default();
        let class = match ancestors.iter().position(|ancestor| ancestor.kind.is_type()) {
            Some(depth) => self.own_symbol(&ancestors[depth..])?,
            None => None,
        };
        self.enclosing_classes.insert(owner.clone(), class.clone());
        Ok(class)
    }

    /// The first of these symbols of this file; the others are its ancestors.
    fn own_symbol(&mut self, ancestors: &[&'a codira_contracts::Symbol]) -> Known<Option<SymbolRef<'a>>> {
        let Some((symbol, outer)) = ancestors.split_first() else { return Ok(None) };
        let scope = Scope {
            name: self.symbols.scope(outer).into(),
            is_class: outer.first().is_some_and(|ancestor| ancestor.kind.is_type()),
        };
        let contents = self.contents(&scope, &symbol.name)?;
        let definition = contents.into_iter().find_map(|content| match content {
            Content::Definition(definition) if definition.id == symbol.id => Some(definition),
            _ => None,
        });
        Ok(definition.map(|definition| SymbolRef { path: self.path, scope: scope.name, definition }))
    }

    /// What a path resolves to inside a symbol of this file.
    fn path(&mut self, owner: &StableId, text: &str) -> Known<Found<Entity<'a>>> {
        let scopes = match self.enclosing_scopes.get(owner) {
            Some(scopes) => scopes.clone(),
            None => {
                let ancestors = self.symbols.ancestors(Some(owner)).unwrap_or_default();
                let scopes: Rc<[Scope]> = self.scopes(&ancestors).into();
                self.enclosing_scopes.insert(owner.clone(), scopes.clone());
                scopes
            }
        };
        self.path_in(self.path, &scopes, text, true)
    }

    /// What a member resolves to in these classes, in their order.
    fn member_of(&mut self, classes: &[Class<'a>], text: &str) -> Known<Found<Entity<'a>>> {
        let mut parts = text.split('.');
        let first = parts.next().unwrap_or_default();
        let mut found = self.inherited(classes, first)?;
        for part in parts.take(MAX_DEPTH) {
            let Found::One(Entity::Symbol(class)) = &found else { return Ok(Found::Nothing) };
            if !class.definition.kind.is_type() {
                return Ok(Found::Nothing);
            }
            let mro = self.mro(class)?;
            found = self.inherited(&mro, part)?;
        }
        Ok(found)
    }
}

impl FileRules for Python<'_, '_> {
    fn target(&mut self, record: &UseRecord) -> Known<Option<EdgeTarget>> {
        self.world.start();
        let found = match record.form {
            UseForm::Path => self.path(&record.owner, &record.text)?,
            UseForm::SelfMember | UseForm::SuperMember => match self.enclosing_class(&record.owner)? {
                Some(class) => {
                    let mro = self.mro(&class)?;
                    let from = usize::from(record.form == UseForm::SuperMember);
                    self.member_of(mro.get(from..).unwrap_or_default(), &record.text)?
                }
                None => Found::Nothing,
            },
            UseForm::Value | UseForm::Macro => Found::Nothing,
        };
        let resolved = |path: &RepoPath, id: &StableId| EdgeTarget::Resolved(SymbolKey { path: path.clone(), id: id.clone() });
        Ok(match found {
            Found::One(Entity::Symbol(symbol)) => Some(resolved(symbol.path, &symbol.definition.id)),
            Found::One(Entity::Module(path, Some(id))) => Some(resolved(path, id)),
            Found::One(Entity::External(kind, name)) => Some(EdgeTarget::External { kind, name }),
            _ => None,
        })
    }

    fn import(&mut self, import: &Import) -> Known<ImportTarget> {
        self.world.start();
        let wanted = import.name.as_deref().filter(|_| import.kind == ImportKind::Name);
        let module = self.module(self.path, &import.module, wanted)?;
        let named = match wanted {
            Some(name) if matches!(&module, Entity::Module(path, _) if is_package(path)) => self.member(&module, name)?,
            Some(name) if matches!(&module, Entity::Directory(_)) => self.member(&module, name)?,
            _ => Found::Nothing,
        };
        Ok(match (named, module) {
            (Found::One(Entity::Module(path, _)), _) | (_, Entity::Module(path, _)) => ImportTarget::Resolved(path.clone()),
            (_, Entity::External(..)) => ImportTarget::External,
            _ => ImportTarget::Unresolved,
        })
    }
}
