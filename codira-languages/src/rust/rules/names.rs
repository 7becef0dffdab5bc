//! What Rust's paths resolve to: modules, what they define, and `use` followed to its end.

use std::rc::Rc;

use codira_contracts::{ExternalKind, ImportKind, SymbolKind, Visibility};

use super::{CRATES, Entity, LANGUAGE, Module, Rust, Space, SymbolRef, directory_scope, files, files::FileLocation, known};
use crate::engine::{Answers, Binding, Content, Found, Known, MAX_DEPTH, file_scope, join, relative};

/// How many crates a file without a root of its own is sought in.
const MAX_ROOTS: usize = 4;

impl<'a> Rust<'_, 'a> {
    /// What a path resolves to in a module, seen from inside these functions.
    pub(super) fn path_in(
        &mut self,
        module: &Module<'a>,
        functions: &[Rc<str>],
        text: &str,
        space: Space,
    ) -> Known<Found<Entity<'a>>> {
        let parts: Vec<&str> = text.split("::").take(MAX_DEPTH + 1).collect();
        if parts.len() > MAX_DEPTH {
            return Ok(Found::Several);
        }
        let space_of = |depth: usize| if depth + 1 < parts.len() { Space::Prefix } else { space };
        let (mut found, mut depth) = match *parts {
            ["", first, ..] => (self.crate_named(first)?, 2),
            ["crate" | "$crate", ..] => (self.crate_of(module)?, 1),
            ["self", ..] => (Found::One(Entity::Module(module.clone())), 1),
            ["super", ..] => (Found::One(Entity::Module(module.clone())), 0),
            [first, ..] => (self.first(module, functions, first, space_of(0))?, 1),
            [] => (Found::Nothing, 0),
        };
        while let (Found::One(Entity::Module(from)), Some(&"super")) = (&found, parts.get(depth)) {
            found = self.parent(from)?;
            depth += 1;
        }
        for (depth, part) in parts.iter().enumerate().skip(depth) {
            found = self.step(&found, part, space_of(depth))?;
        }
        Ok(found)
    }

    /// What the path of a `use` resolves to. Unlike in other paths, a single first part may be a
    /// crate.
    pub(super) fn import_path(
        &mut self,
        module: &Module<'a>,
        functions: &[Rc<str>],
        text: &str,
        space: Space,
    ) -> Known<Found<Entity<'a>>> {
        let found = self.path_in(module, functions, text, space)?;
        if matches!(found, Found::Nothing | Found::Circle) && !text.contains("::") {
            return self.crate_named(text);
        }
        Ok(found)
    }

    /// What the first part of a path resolves to.
    fn first(&mut self, module: &Module<'a>, functions: &[Rc<str>], name: &str, space: Space) -> Known<Found<Entity<'a>>> {
        for scope in functions.iter().chain([&module.scope]) {
            let found = self.names(module, scope, name, space, false)?;
            if !matches!(found, Found::Nothing | Found::Circle) {
                return Ok(found);
            }
        }
        Ok(match space {
            Space::Macro => Found::Nothing,
            _ if known::is_prelude(name) => Found::One(Entity::External(ExternalKind::Builtin, name.to_owned())),
            Space::Value | Space::Function => Found::Nothing,
            // No crate has such a name; it comes from a macro or from outside.
            Space::Prefix if name.starts_with(|first: char| first.is_uppercase()) => Found::Nothing,
            Space::Prefix => return self.crate_named(name),
        })
    }

    /// What a name resolves to inside what was found.
    pub(super) fn step(&mut self, found: &Found<Entity<'a>>, name: &str, space: Space) -> Known<Found<Entity<'a>>> {
        let Found::One(entity) = found else { return Ok(found.clone()) };
        match entity {
            Entity::Module(module) => {
                let only_public = module.package != self.package;
                let found = self.names(module, &module.scope, name, space, only_public)?;
                if space == Space::Macro && found.is_nothing() {
                    return self.macro_of_sources(module.path, name);
                }
                Ok(found)
            }
            Entity::Symbol(symbol) if symbol.definition.kind.is_type() => self.type_member(symbol, name, space),
            Entity::Symbol(_) | Entity::Unknown => Ok(Found::One(Entity::Unknown)),
            Entity::External(kind, path) => Ok(Found::One(Entity::External(*kind, format!("{path}::{name}")))),
        }
    }

    /// What a name resolves to directly in a scope of a module.
    fn names(
        &mut self,
        module: &Module<'a>,
        scope: &Rc<str>,
        name: &str,
        space: Space,
        only_public: bool,
    ) -> Known<Found<Entity<'a>>> {
        let keep = self.world.is_at_start() && !only_public;
        let key = (scope.clone(), space);
        if keep && let Some(found) = self.found.get(&key).and_then(|names| names.get(name)) {
            return Ok(found.clone());
        }
        if let Err(found) = self.world.follow(scope, name, space as u8) {
            return Ok(found);
        }
        let found = self.names_followed(module, scope, name, space, only_public);
        self.world.leave();
        let found = found?;
        if keep {
            self.found.entry(key).or_default().insert(name.to_owned(), found.clone());
        }
        Ok(found)
    }

    fn names_followed(
        &mut self,
        module: &Module<'a>,
        scope: &Rc<str>,
        name: &str,
        space: Space,
        only_public: bool,
    ) -> Known<Found<Entity<'a>>> {
        let mut found = Found::Nothing;
        let offered = self.world.ask(scope, name)?;
        let is_use = |content: &Content| matches!(content, Content::Binding(b) if b.kind != ImportKind::Submodule);
        // What is defined comes first: `mod a; use a::a;` begins at the module.
        let defined = offered.iter().filter(|offered| !is_use(offered.content));
        for offered in defined.chain(offered.iter().filter(|offered| is_use(offered.content))) {
            match offered.content {
                Content::Definition(definition) if space.holds(definition.kind) => {
                    if only_public && definition.visibility != Visibility::Public {
                        continue;
                    }
                    if definition.kind == SymbolKind::Module {
                        found.add(Entity::Module(Module {
                            scope: format!("{scope}//{}", definition.id).into(),
                            id: Some(&definition.id),
                            children: join(&module.children, name).into(),
                            ..*module
                        }));
                    } else {
                        found.add(Entity::Symbol(SymbolRef { module: module.clone(), scope: scope.clone(), definition }));
                    }
                }
                Content::Binding(binding) if !only_public || binding.visibility == Visibility::Public => {
                    let begins_here = binding.kind == ImportKind::Name && binding.module.split("::").next() == Some(name);
                    if space == Space::Prefix && begins_here && !found.is_nothing() {
                        continue;
                    }
                    found.merge(self.bound(module, scope, binding, space)?);
                }
                _ => {}
            }
            if found == Found::Several {
                return Ok(found);
            }
        }
        if !found.is_nothing() {
            return Ok(found);
        }
        let mut known = Ok(());
        for offered in self.world.ask(scope, "*")?.iter() {
            let Content::Binding(binding) = offered.content else { continue };
            if only_public && binding.visibility != Visibility::Public {
                continue;
            }
            match self.globbed(module, scope, binding, name, space) {
                // Two modules may take everything from each other: that binds nothing.
                Ok(Found::Circle) => {}
                Ok(more) => found.merge(more),
                // The other modules are asked for in the same round.
                Err(unknown) => known = Err(unknown),
            }
        }
        known.map(|()| found)
    }

    /// What a `*` import brings under a name. What it brings from outside the repository is not
    /// known.
    fn globbed(
        &mut self,
        module: &Module<'a>,
        scope: &Rc<str>,
        binding: &Binding,
        name: &str,
        space: Space,
    ) -> Known<Found<Entity<'a>>> {
        let from = self.import_path(module, &functions(module, scope), &binding.module, Space::Prefix)?;
        match &from {
            Found::One(Entity::Module(from)) => {
                let only_public = module.package != from.package;
                self.names(from, &from.scope, name, space, only_public)
            }
            Found::One(Entity::Symbol(symbol)) if symbol.definition.kind == SymbolKind::Enum => {
                self.type_member(symbol, name, space)
            }
            _ => Ok(Found::Nothing),
        }
    }

    /// What an import binds its name to in one space of names.
    fn bound(&mut self, module: &Module<'a>, scope: &Rc<str>, binding: &Binding, space: Space) -> Known<Found<Entity<'a>>> {
        let text = match (binding.kind, binding.name.as_deref()) {
            (ImportKind::Submodule, _) if space == Space::Prefix => return self.submodule(module, binding),
            (ImportKind::Name, Some(name)) if binding.module.is_empty() => name.to_owned(),
            (ImportKind::Name, None | Some("self")) | (ImportKind::Module, _) => binding.module.clone(),
            (ImportKind::Name, Some(name)) => format!("{}::{name}", binding.module),
            _ => return Ok(Found::Nothing),
        };
        let functions = functions(module, scope);
        let found = self.import_path(module, &functions, &text, space)?;
        if !found.is_nothing() || space == Space::Macro {
            return Ok(found);
        }
        // A name without definition in any space comes from a macro: it is bound, and its target
        // is unknown.
        let is_elsewhere = space != Space::Prefix && !self.import_path(module, &functions, &text, Space::Prefix)?.is_nothing();
        Ok(if is_elsewhere { found } else { Found::One(Entity::Unknown) })
    }

    /// The file that `mod name;` brings in.
    pub(super) fn submodule(&mut self, module: &Module<'a>, binding: &Binding) -> Known<Found<Entity<'a>>> {
        let offered = match binding.alias {
            Some(_) => {
                let directory = match module.scope.contains("//") {
                    true => &*module.children,
                    false => module.path.parent().unwrap_or_default(),
                };
                let Some(path) = relative(directory, &binding.module) else { return Ok(Found::One(Entity::Unknown)) };
                self.world.ask(&file_scope(&path, &LANGUAGE), "")?
            }
            None if binding.module.is_empty() => Answers::Others(&[]),
            None => self.world.ask(&directory_scope(&module.children), &binding.module)?,
        };
        let mut found = Found::Nothing;
        for offered in offered.iter() {
            if let Content::Module(id) = offered.content {
                found.add(Entity::Module(self.file(offered.path, id.as_ref())));
            }
        }
        Ok(if found.is_nothing() { Found::One(Entity::Unknown) } else { found })
    }

    /// The parent of a module.
    fn parent(&mut self, module: &Module<'a>) -> Known<Found<Entity<'a>>> {
        if let Some((scope, _)) = module.scope.rsplit_once("//") {
            let children = module.children.rsplit_once('/').map_or("", |(parent, _)| parent).into();
            return Ok(Found::One(Entity::Module(Module { scope: scope.into(), id: None, children, ..*module })));
        }
        match FileLocation::of(module.path).and_then(|location| location.own) {
            Some((directory, name)) => self.declaring_module(directory, name),
            None => Ok(Found::Nothing),
        }
    }

    /// The root of the crate that a module belongs to.
    fn crate_of(&mut self, module: &Module<'a>) -> Known<Found<Entity<'a>>> {
        let (_, sources) = files::package(module.path);
        let below = module.path.as_str().strip_prefix(sources).unwrap_or_default().trim_start_matches('/');
        let mut root = self.file(module.path, None);
        for _ in 0..MAX_DEPTH {
            let Some((directory, name)) = FileLocation::of(root.path).and_then(|location| location.own) else {
                return Ok(Found::One(Entity::Module(root)));
            };
            // In `src` the root is known at once; elsewhere it is where the chain of parents ends.
            let found = if sources.ends_with("src") && !below.starts_with("bin/") {
                let first = below.split('/').next().unwrap_or_default();
                self.declaring_module(sources, first.strip_suffix(".rs").unwrap_or(first))?
            } else {
                self.declaring_module(directory, name)?
            };
            match found {
                Found::One(Entity::Module(parent)) => root = parent,
                found => return Ok(found),
            }
        }
        Ok(Found::Several)
    }

    /// The parent of the module `name` in a directory. Of several candidates, the ones that
    /// declare it.
    fn declaring_module(&mut self, directory: &str, name: &str) -> Known<Found<Entity<'a>>> {
        let offered = self.world.ask(&directory_scope(directory), "")?;
        let mut found = Found::Nothing;
        if offered.len() > MAX_ROOTS {
            return Ok(Found::Several);
        }
        let mut known = Ok(());
        for candidate in offered.iter() {
            let Content::Module(id) = candidate.content else { continue };
            let module = self.file(candidate.path, id.as_ref());
            if offered.len() > 1 {
                let declares = self.world.ask(&module.scope, name).map(|facts| {
                    let is_submodule =
                        |content: &Content| matches!(content, Content::Binding(b) if b.kind == ImportKind::Submodule);
                    facts.iter().any(|offered| is_submodule(offered.content))
                });
                match declares {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(unknown) => {
                        known = Err(unknown);
                        continue;
                    }
                }
            }
            found.add(Entity::Module(module));
        }
        known.map(|()| found)
    }

    /// The library of this name: in the repository, or outside.
    fn crate_named(&mut self, name: &str) -> Known<Found<Entity<'a>>> {
        let external = || Found::One(Entity::External(ExternalKind::Package, name.to_owned()));
        if known::is_standard(name) {
            return Ok(external());
        }
        let mut manifests = self.world.ask(CRATES, name)?.iter();
        let manifest = match (manifests.next(), manifests.next()) {
            (None, _) => return Ok(external()),
            (Some(manifest), None) => manifest,
            _ => return Ok(Found::Several),
        };
        let sources = join(manifest.path.parent().unwrap_or_default(), "src");
        let mut found = Found::Nothing;
        for offered in self.world.ask(&directory_scope(&sources), "")?.iter() {
            if let (Content::Module(id), "lib.rs") = (offered.content, offered.path.file_name()) {
                found.add(Entity::Module(self.file(offered.path, id.as_ref())));
            }
        }
        Ok(if found.is_nothing() { Found::One(Entity::Unknown) } else { found })
    }
}

/// The scope of a function, when names are read inside one.
fn functions(module: &Module<'_>, scope: &Rc<str>) -> Vec<Rc<str>> {
    if *scope == module.scope { Vec::new() } else { vec![scope.clone()] }
}
