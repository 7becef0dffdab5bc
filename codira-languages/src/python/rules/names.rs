//! What Python's names resolve to: scopes, members of modules and classes, and imports followed to
//! their end.

use codira_contracts::{ExternalKind, ImportKind, RepoPath, Symbol, SymbolKey, SymbolKind, Visibility};
use rustc_hash::FxHashSet;

use super::{Class, ClassNames, Entity, LANGUAGE, Mro, Python, Root, Scope, SymbolRef, known};
use crate::engine::{Binding, Content, Definition, Found, Known, MAX_DEPTH, file_scope};

/// How many classes are looked at for an inherited member.
const MAX_CLASSES: usize = 256;

impl<'a> Python<'_, 'a> {
    /// The scopes in which a name is sought from inside these symbols of this file, in turn.
    pub(super) fn scopes(&self, ancestors: &[&Symbol]) -> Vec<Scope> {
        let is_scope = |symbol: &Symbol| symbol.kind.is_type() || is_function(symbol.kind);
        let Some(start) = ancestors.iter().position(|ancestor| is_scope(ancestor)) else {
            return vec![Scope { name: self.file.clone(), is_class: false }];
        };
        let mut scopes = Vec::new();
        for depth in start..ancestors.len() {
            let is_class = ancestors[depth].kind.is_type();
            // Only code directly in a class body sees the names of the class.
            if is_class && depth > start || !is_scope(ancestors[depth]) {
                continue;
            }
            let name = self.symbols.scope(&ancestors[depth..]);
            if self.world.has_own(&name) {
                scopes.push(Scope { name: name.into(), is_class });
            }
        }
        scopes.push(Scope { name: self.file.clone(), is_class: false });
        scopes
    }

    /// What a dotted path resolves to in these scopes of the file at `path`. Only with `inherit`
    /// are members sought in bases.
    pub(super) fn path_in(
        &mut self,
        path: &'a RepoPath,
        scopes: &[Scope],
        text: &str,
        inherit: bool,
    ) -> Known<Found<Entity<'a>>> {
        let mut parts = text.split('.');
        let first = parts.next().unwrap_or_default();
        let mut found = Found::Nothing;
        for scope in scopes {
            found = self.names(path, scope, first, false)?;
            if !found.is_nothing() {
                break;
            }
        }
        if found.is_nothing() && known::is_builtin(first) {
            found = Found::One(Entity::External(ExternalKind::Builtin, first.to_owned()));
        }
        for (depth, part) in parts.enumerate() {
            let Found::One(entity) = &found else { break };
            if depth == MAX_DEPTH {
                return Ok(Found::Several);
            }
            found = match entity {
                Entity::Symbol(symbol) if inherit && symbol.definition.kind.is_type() => {
                    let mro = self.mro(symbol)?;
                    self.inherited(&mro, part)?
                }
                entity => self.member(entity, part)?,
            };
        }
        Ok(found)
    }

    /// What a name resolves to in a scope of the file at `path`; to a `*` import, only public
    /// names are there.
    pub(super) fn names(
        &mut self,
        path: &'a RepoPath,
        scope: &Scope,
        name: &str,
        only_public: bool,
    ) -> Known<Found<Entity<'a>>> {
        let keep = self.world.is_at_start() && !only_public;
        if keep && let Some(found) = self.found.get(&*scope.name).and_then(|names| names.get(name)) {
            return Ok(found.clone());
        }
        if let Err(found) = self.world.follow(&scope.name, name, 0) {
            return Ok(found);
        }
        let found = self.names_followed(path, scope, name, only_public);
        self.world.leave();
        let found = found?;
        if keep {
            self.found.entry(scope.name.clone()).or_default().insert(name.to_owned(), found.clone());
        }
        Ok(found)
    }

    fn names_followed(&mut self, path: &'a RepoPath, scope: &Scope, name: &str, only_public: bool) -> Known<Found<Entity<'a>>> {
        let contents = self.contents(scope, name)?;
        let has_implementation =
            contents.iter().any(|content| !matches!(content, Content::Definition(d) if d.kind == SymbolKind::Overload));
        // Getter, setter and deleter are one property; it stands for all of them by the least id,
        // which is the getter's.
        let properties = contents.iter().filter_map(|content| match content {
            Content::Definition(definition) if definition.kind == SymbolKind::Property => Some(&definition.id),
            _ => None,
        });
        let property = properties.min();
        let mut found = Found::Nothing;
        for content in contents {
            match content {
                Content::Definition(definition) => {
                    let is_beside = match definition.kind {
                        SymbolKind::Overload => has_implementation,
                        SymbolKind::Property => Some(&definition.id) != property,
                        _ => false,
                    };
                    if (!only_public || definition.visibility == Visibility::Public) && !is_beside {
                        found.add(Entity::Symbol(SymbolRef { path, scope: scope.name.clone(), definition }));
                    }
                }
                Content::Binding(binding) if !only_public || binding.visibility == Visibility::Public => {
                    found.merge(self.bound(path, binding)?);
                }
                _ => {}
            }
            if found == Found::Several {
                return Ok(found);
            }
        }
        if !found.is_nothing() || scope.is_class {
            return Ok(found);
        }
        let mut known = Ok(());
        for offered in self.world.ask(&scope.name, "*")?.iter() {
            let Content::Binding(binding) = offered.content else { continue };
            match self.globbed(path, binding, name) {
                Ok(more) => found.merge(more),
                // The other modules are asked for in the same round.
                Err(unknown) => known = Err(unknown),
            }
        }
        known.map(|()| found)
    }

    /// What a `*` import of the file at `path` brings under a name.
    fn globbed(&mut self, path: &'a RepoPath, binding: &Binding, name: &str) -> Known<Found<Entity<'a>>> {
        match self.module(path, &binding.module, None)? {
            Entity::Module(module, _) => {
                let scope = self.file_scope(module);
                match self.names(module, &scope, name, true)? {
                    // Two modules may take everything from each other: that binds nothing.
                    Found::Circle => Ok(Found::Nothing),
                    found => Ok(found),
                }
            }
            _ => Ok(Found::Nothing),
        }
    }

    /// What an import of the file at `path` binds its name to: never `Nothing`.
    fn bound(&mut self, path: &'a RepoPath, binding: &'a Binding) -> Known<Found<Entity<'a>>> {
        match (binding.kind, &binding.name, &binding.alias) {
            (ImportKind::Name, Some(name), _) => {
                let module = self.module(path, &binding.module, Some(name))?;
                let found = self.member(&module, name)?;
                Ok(if found.is_nothing() { Found::One(Entity::Unknown) } else { found })
            }
            (ImportKind::Module, _, None) if !binding.module.starts_with('.') => {
                // `import a.b` binds `a`, read from where `a.b` is.
                let parts: Vec<&str> = binding.module.split('.').take(MAX_DEPTH).collect();
                let first = parts.first().copied().unwrap_or_default();
                Ok(Found::One(match self.root(path, &parts, None)? {
                    Root::In(directory) => self.walk(&directory, &[first])?,
                    Root::Outside => Entity::External(ExternalKind::Package, first.to_owned()),
                    Root::Ambiguous => Entity::Unknown,
                }))
            }
            (ImportKind::Module, ..) => self.module(path, &binding.module, None).map(Found::One),
            _ => Ok(Found::One(Entity::Unknown)),
        }
    }

    /// What a name resolves to inside what was found, bases left out.
    pub(super) fn member(&mut self, entity: &Entity<'a>, name: &str) -> Known<Found<Entity<'a>>> {
        match entity {
            Entity::Module(path, _) => {
                let scope = self.file_scope(path);
                let found = self.names(path, &scope, name, false)?;
                // In an `__init__`, `from . import x` binds `x` to what it finds: the submodule.
                if !matches!(found, Found::Nothing | Found::Circle) {
                    return Ok(found);
                }
                Ok(self.submodule(entity, name)?.map_or(found, Found::One))
            }
            Entity::Directory(_) => Ok(self.submodule(entity, name)?.map_or(Found::Nothing, Found::One)),
            Entity::External(kind, module) => Ok(Found::One(Entity::External(*kind, format!("{module}.{name}")))),
            Entity::Symbol(symbol) if symbol.definition.kind.is_type() => {
                self.names(symbol.path, &symbol.inside(), name, false)
            }
            Entity::Symbol(_) | Entity::Unknown => Ok(Found::One(Entity::Unknown)),
        }
    }

    /// What a name resolves to in the first of these classes that defines it.
    pub(super) fn inherited(&mut self, classes: &[Class<'a>], name: &str) -> Known<Found<Entity<'a>>> {
        for Class { path, inside } in classes {
            let found = self.names(path, inside, name, false)?;
            if !found.is_nothing() {
                return Ok(found);
            }
        }
        Ok(Found::Nothing)
    }

    /// A class and its bases, depth first and from left to right, each once, as far as they are in
    /// the repository.
    pub(super) fn mro(&mut self, class: &SymbolRef<'a>) -> Known<Mro<'a>> {
        let key = SymbolKey { path: class.path.clone(), id: class.definition.id.clone() };
        if let Some(mro) = self.mros.get(&key) {
            return Ok(mro.clone());
        }
        let mut mro = Vec::new();
        let mut seen = FxHashSet::default();
        let mut next = vec![class.clone()];
        let mut known = Ok(());
        while let Some(class) = next.pop() {
            if mro.len() == MAX_CLASSES || !seen.insert((class.path, &class.definition.id)) {
                continue;
            }
            let scopes = self.base_scopes(&class)?;
            for base in class.definition.bases.iter().take(MAX_DEPTH).rev() {
                match self.path_in(class.path, &scopes, base, false) {
                    Ok(Found::One(Entity::Symbol(base))) if base.definition.kind.is_type() => next.push(base),
                    Ok(_) => {}
                    Err(unknown) => known = Err(unknown),
                }
            }
            mro.push(Class { path: class.path, inside: class.inside() });
        }
        known?;
        let mro: Mro<'a> = mro.into();
        self.mros.insert(key, mro.clone());
        Ok(mro)
    }

    /// The scopes in which a class reads its bases.
    fn base_scopes(&mut self, class: &SymbolRef<'a>) -> Known<Vec<Scope>> {
        if class.path == self.path {
            let ancestors = self.symbols.ancestors(Some(&class.definition.id)).unwrap_or_default();
            return Ok(self.scopes(ancestors.get(1..).unwrap_or_default()));
        }
        let file = self.file_scope(class.path);
        let class_scope = Scope { name: class.scope.clone(), is_class: class.scope != file.name };
        Ok(if class_scope.is_class { vec![class_scope, file] } else { vec![file] })
    }

    /// The contents of a scope under a name, not followed.
    pub(super) fn contents(&mut self, scope: &Scope, name: &str) -> Known<Vec<&'a Content>> {
        if !scope.is_class {
            return Ok(self.world.ask(&scope.name, name)?.iter().map(|offered| offered.content).collect());
        }
        if let Some(members) = self.members.get(&*scope.name) {
            return Ok(members.get(name).cloned().unwrap_or_default());
        }
        let mut names = ClassNames::default();
        let offered = self.world.ask(&scope.name, "")?.iter();
        let members = offered.filter_map(|offered| match offered.content {
            Content::Members(members) => Some(members),
            _ => None,
        });
        for content in members.flatten() {
            match content {
                Content::Definition(Definition { name, .. }) => names.entry(name).or_default().push(content),
                Content::Binding(binding) => names.entry(bound_name(binding)).or_default().push(content),
                _ => {}
            }
        }
        let found = names.get(name).cloned().unwrap_or_default();
        self.members.insert(scope.name.clone(), names);
        Ok(found)
    }

    /// The scope that a file is.
    fn file_scope(&mut self, path: &'a RepoPath) -> Scope {
        let name = self.files.entry(path).or_insert_with(|| file_scope(path, &LANGUAGE).into());
        Scope { name: name.clone(), is_class: false }
    }
}

/// The name that an import binds.
fn bound_name(binding: &Binding) -> &str {
    let first = || binding.module.split('.').find(|part| !part.is_empty()).unwrap_or_default();
    binding.alias.as_deref().or(binding.name.as_deref()).unwrap_or_else(first)
}

/// Whether a symbol of this kind is a scope of its own that is no type.
fn is_function(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Overload | SymbolKind::Property)
}
