//! The members of Rust's types: variants, `impl` blocks wherever they are, and the traits that a
//! type implements.

use codira_contracts::{RepoPath, SymbolKind};
use rustc_hash::FxHashSet;

use super::{EnclosingScope, Entity, Module, Rust, Space, SymbolRef, implementation_scope};
use crate::engine::{Content, Definition, Found, Implementation, Known, MAX_DEPTH, join};

/// How many traits are looked at for a member.
const MAX_TRAITS: usize = 256;

impl<'a> Rust<'_, 'a> {
    /// The type that `Self` stands for.
    pub(super) fn self_type(&mut self, at: &EnclosingScope<'a>) -> Known<Found<Entity<'a>>> {
        let Some(depth) = at.ancestors.iter().position(|ancestor| ancestor.kind.is_type()) else { return Ok(Found::Nothing) };
        let type_ = at.ancestors[depth];
        let outer = self.enclosing_scope(type_.parent.as_ref());
        match &type_.extends {
            Some(extends) if type_.kind == SymbolKind::Implementation => {
                self.path_in(&outer.module, &outer.functions, extends, Space::Prefix)
            }
            _ => self.path_in(&outer.module, &outer.functions, &type_.name, Space::Prefix),
        }
    }

    /// What a member of the enclosing type or trait resolves to.
    pub(super) fn self_member(&mut self, at: &EnclosingScope<'a>, name: &str) -> Known<Found<Entity<'a>>> {
        if let Found::One(Entity::Symbol(symbol)) = self.self_type(at)? {
            let found = self.type_member(&symbol, name, Space::Value)?;
            if !found.is_nothing() {
                return Ok(found);
            }
        }
        // The block is for a type outside the repository, or for any type: its own members are
        // still known.
        let Some(depth) = at.ancestors.iter().position(|ancestor| ancestor.kind == SymbolKind::Implementation) else {
            return Ok(Found::Nothing);
        };
        let scope = self.symbols.scope(&at.ancestors[depth..]);
        let found = self.members(&at.module, &scope, name, Space::Value)?;
        if !found.is_nothing() {
            return Ok(found);
        }
        let mut traits = Vec::new();
        for base in &at.ancestors[depth].bases {
            if let Found::One(Entity::Symbol(symbol)) = self.path_in(&at.module, &at.functions, base, Space::Prefix)? {
                traits.push(symbol);
            }
        }
        self.trait_member(traits, name, Space::Value)
    }

    /// What a name resolves to inside a type.
    pub(super) fn type_member(&mut self, symbol: &SymbolRef<'a>, name: &str, space: Space) -> Known<Found<Entity<'a>>> {
        let scope = inside(symbol);
        if let Err(found) = self.world.follow(&scope, name, space as u8) {
            return Ok(found);
        }
        let found = self.type_member_followed(symbol, &scope, name, space);
        self.world.leave();
        found
    }

    fn type_member_followed(
        &mut self,
        symbol: &SymbolRef<'a>,
        scope: &str,
        name: &str,
        space: Space,
    ) -> Known<Found<Entity<'a>>> {
        let definition = symbol.definition;
        if definition.kind == SymbolKind::TypeAlias {
            let Some(aliased) = definition.extends.as_ref().or(definition.bases.first()) else { return Ok(Found::Nothing) };
            let aliased = self.path_in(&symbol.module, &[], aliased, Space::Prefix)?;
            return self.step(&aliased, name, space);
        }
        if matches!(definition.kind, SymbolKind::Enum | SymbolKind::Trait) {
            let found = self.members(&symbol.module, scope, name, space)?;
            if !found.is_nothing() {
                return Ok(found);
            }
        }
        self.implemented_member(symbol, name, space)
    }

    /// The members of a name in the `impl` blocks of a type: inherent ones first, then those of
    /// traits, then the traits.
    fn implemented_member(&mut self, symbol: &SymbolRef<'a>, name: &str, space: Space) -> Known<Found<Entity<'a>>> {
        let blocks = self.world.ask(&implementation_scope(symbol.module.package), &symbol.definition.name)?;
        let blocks = blocks.iter().filter_map(|offered| match offered.content {
            Content::Implementation(block) => Some((offered.path, block)),
            _ => None,
        });
        let (mut inherent, mut of_traits) = (Found::Nothing, Found::Nothing);
        let mut known = Ok(());
        for (path, block) in blocks.clone() {
            let mut members = block.members.iter().filter(|member| member.name == name && space.holds(member.kind)).peekable();
            if members.peek().is_none() {
                continue;
            }
            match self.is_for(path, block, symbol) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(unknown) => {
                    known = Err(unknown);
                    continue;
                }
            }
            let module = self.module_of(path, block);
            let found = if block.bases.is_empty() { &mut inherent } else { &mut of_traits };
            members.for_each(|definition| {
                found.add(Entity::Symbol(SymbolRef { scope: module.scope.clone(), module: module.clone(), definition }));
            });
        }
        known?;
        if !inherent.is_nothing() {
            return Ok(inherent);
        }
        if !of_traits.is_nothing() {
            return Ok(of_traits);
        }
        let mut traits = Vec::new();
        if symbol.definition.kind == SymbolKind::Trait {
            traits.push(symbol.clone());
        }
        for (path, block) in blocks.filter(|(_, block)| !block.bases.is_empty()).take(MAX_TRAITS) {
            if self.is_for(path, block, symbol)? {
                let module = self.module_of(path, block);
                for base in block.bases.iter().take(MAX_DEPTH) {
                    if let Found::One(Entity::Symbol(symbol)) = self.path_in(&module, &[], base, Space::Prefix)? {
                        traits.push(symbol);
                    }
                }
            }
        }
        self.trait_member(traits, name, space)
    }

    /// The members of a name in these traits and their supertraits.
    fn trait_member(&mut self, mut next: Vec<SymbolRef<'a>>, name: &str, space: Space) -> Known<Found<Entity<'a>>> {
        let mut seen: FxHashSet<(&RepoPath, &Definition)> = FxHashSet::default();
        let mut found = Found::Nothing;
        while !next.is_empty() {
            let mut above = Vec::new();
            for symbol in next {
                if seen.len() == MAX_TRAITS || !seen.insert((symbol.module.path, symbol.definition)) {
                    continue;
                }
                found.merge(self.members(&symbol.module, &inside(&symbol), name, space)?);
                for base in symbol.definition.bases.iter().take(MAX_DEPTH) {
                    if let Found::One(Entity::Symbol(base)) = self.path_in(&symbol.module, &[], base, Space::Prefix)? {
                        above.push(base);
                    }
                }
            }
            // A trait goes before its supertraits.
            if !found.is_nothing() {
                return Ok(found);
            }
            next = above;
        }
        Ok(found)
    }

    /// Whether a block is for this very type, not for another one of its name.
    fn is_for(&mut self, path: &'a RepoPath, block: &'a Implementation, symbol: &SymbolRef<'a>) -> Known<bool> {
        let module = self.module_of(path, block);
        let found = self.path_in(&module, &[], &block.extends, Space::Prefix)?;
        Ok(found == Found::One(Entity::Symbol(symbol.clone())))
    }

    /// The module that encloses a block.
    fn module_of(&mut self, path: &'a RepoPath, block: &Implementation) -> Module<'a> {
        let mut module = self.file(path, None);
        for part in block.scope.split("//").skip(1) {
            // Ids of modules are not their names, but one level down is one level down.
            module.children = join(&module.children, part).into();
        }
        Module { scope: block.scope.as_str().into(), ..module }
    }

    /// The members of a type, trait or block under a name.
    fn members(&mut self, module: &Module<'a>, scope: &str, name: &str, space: Space) -> Known<Found<Entity<'a>>> {
        let mut found = Found::Nothing;
        for offered in self.world.ask(scope, "")?.iter() {
            let Content::Members(members) = offered.content else { continue };
            for member in members {
                match member {
                    Content::Definition(definition) if definition.name == name && space.holds(definition.kind) => {
                        let module = module.clone();
                        found.add(Entity::Symbol(SymbolRef { scope: scope.into(), module, definition }));
                    }
                    _ => {}
                }
            }
        }
        Ok(found)
    }
}

/// The scope that a type is.
fn inside(symbol: &SymbolRef<'_>) -> String {
    format!("{}//{}", symbol.scope, symbol.definition.id)
}
