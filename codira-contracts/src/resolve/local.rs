//! Languages that this crate knows nothing about: names are sought in the file alone.
//!
//! - A name is sought in the symbols that hold the record, innermost first, then in the file.
//! - A member of the enclosing type is sought among what that type holds; each further part of a path in what was found.
//! - Imports lead nowhere: nobody can tell.

use super::{
    Known, Rules,
    fact::Content,
    offers::{Members, Offers, Symbols, is_exposed},
    world::{Found, MAX_DEPTH, World},
};
use crate::{EdgeTarget, FileAnalysis, Import, ImportTarget, RepoPath, StableId, SymbolKey, UseForm, UseRecord};

/// What such a file says. Nobody else hears it.
pub(super) fn offers(analysis: &FileAnalysis, symbols: &Symbols<'_>) -> Offers {
    let mut offers = Offers::default();
    for (scope, Members { holders, members }) in offers.add_names(symbols, analysis) {
        for member in members {
            if let Content::Definition(definition) = &member {
                let name = definition.name.clone();
                offers.add(scope.clone(), name, member, is_exposed(&holders));
            }
        }
    }
    offers.hide();
    offers
}

/// The rules of such a file.
pub(super) struct Local<'w, 'a> {
    path: &'a RepoPath,
    symbols: &'a Symbols<'a>,
    world: &'w mut World<'a>,
}

impl<'w, 'a> Local<'w, 'a> {
    /// The rules for the file at `path`.
    pub(super) fn new(path: &'a RepoPath, symbols: &'a Symbols<'a>, world: &'w mut World<'a>) -> Self {
        Self { path, symbols, world }
    }

    /// The symbols of this name directly in a scope.
    fn names(&mut self, scope: &str, name: &str) -> Known<Found<&'a StableId>> {
        let mut found = Found::Nothing;
        for offered in self.world.ask(scope, name)? {
            if let Content::Definition(definition) = &offered.fact.0 {
                found.add(&definition.id);
            }
        }
        Ok(found)
    }
}

impl Rules for Local<'_, '_> {
    fn target(&mut self, record: &UseRecord) -> Known<Option<EdgeTarget>> {
        let parts: Vec<&str> = record.text.split(['.', ':']).filter(|part| !part.is_empty()).take(MAX_DEPTH + 1).collect();
        let Some((first, rest)) = parts.split_first().filter(|_| parts.len() <= MAX_DEPTH) else { return Ok(None) };
        let holders = self.symbols.holders(Some(&record.owner)).unwrap_or_default();
        let scopes = (0..=holders.len()).map(|depth| (holders.get(depth), &holders[depth..]));
        let in_type = |holder: Option<&&crate::Symbol>| holder.is_some_and(|holder| holder.kind.is_type());
        let scopes: Vec<String> = match record.form {
            UseForm::Path | UseForm::Macro => scopes.map(|(_, holders)| self.symbols.scope(holders)).collect(),
            UseForm::SelfMember => {
                let mut types = scopes.filter(|(holder, _)| in_type(*holder));
                types.next().map(|(_, holders)| self.symbols.scope(holders)).into_iter().collect()
            }
            UseForm::SuperMember | UseForm::Value => return Ok(None),
        };
        let mut found = Found::Nothing;
        for scope in scopes {
            found = self.names(&scope, first)?;
            if !found.is_nothing() {
                break;
            }
        }
        for part in rest {
            let Found::One(id) = found else { break };
            let scope = self.symbols.scope(&self.symbols.holders(Some(id)).unwrap_or_default());
            found = self.names(&scope, part)?;
        }
        Ok(match found {
            Found::One(id) => Some(EdgeTarget::Resolved(SymbolKey { path: self.path.clone(), id: id.clone() })),
            _ => None,
        })
    }

    fn import(&mut self, _import: &Import) -> Known<ImportTarget> {
        Ok(ImportTarget::Unresolved)
    }

    fn text(&self, record: &UseRecord) -> String {
        record.text.clone()
    }
}
