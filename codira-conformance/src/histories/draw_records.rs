//! Drawing symbols, imports and uses: mostly as the [world](super::worlds) of the file has them,
//! and now and then anything.

use codira_contracts::{
    BodyFacts, Import, ImportCondition, ImportKind, Parameter, ParameterKind, Site, StableId, Symbol, SymbolKind, UseForm,
    UseKind, UseRecord, Visibility,
};
use proptest::{
    bool::weighted,
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};

use super::{
    draw_model::{few, first_of_each, id, seldom, span, word},
    worlds::{Seed, World},
};
use crate::vocabulary::{IMPORTS, LINES, NAMES, TEXTS, USES};

/// How many symbols, imports or uses of a world there are at most.
const MAX_RECORDS: usize = 10;

/// The symbols, imports and uses of a file whose world is still to be found.
#[derive(Clone, Debug)]
pub(super) struct Records {
    /// Those of the world's symbols that the file has, by their indices.
    usual_symbols: Vec<Option<Symbol>>,
    /// Others, with a parent that is still to be found.
    strange_symbols: Vec<(Symbol, Option<Index>)>,
    /// Those of the world's imports that the file has, by their indices.
    usual_imports: Vec<Option<Import>>,
    /// Others, with an owner that is still to be found.
    strange_imports: Vec<(Import, Option<Index>)>,
    /// Those of the world's uses that the file has, by their indices, with an owner that is still
    /// to be found.
    usual_uses: Vec<Option<(UseRecord, Index)>>,
    /// Others.
    strange_uses: Vec<(UseRecord, Index)>,
}

pub(super) fn records() -> impl Strategy<Value = Records> {
    let symbols =
        (vec(option::weighted(0.75, symbol()), MAX_RECORDS), vec((strange_symbol(), option::of(any::<Index>())), 0..3));
    let imports =
        (vec(option::weighted(0.6, import()), MAX_RECORDS), vec((strange_import(), option::of(any::<Index>())), 0..3));
    let usual_uses = vec(option::weighted(0.5, (use_record(Just(UseForm::Path)), any::<Index>())), MAX_RECORDS);
    let uses = (usual_uses, vec((use_record(select(UseForm::ALL)), any::<Index>()), 0..3));
    (symbols, imports, uses).prop_map(|(symbols, imports, uses)| {
        let ((usual_symbols, strange_symbols), (usual_imports, strange_imports)) = (symbols, imports);
        let (usual_uses, strange_uses) = uses;
        Records { usual_symbols, strange_symbols, usual_imports, strange_imports, usual_uses, strange_uses }
    })
}

impl Records {
    /// What a file of this world says.
    pub(super) fn of(self, world: &World) -> (Vec<Symbol>, Vec<Import>, Vec<UseRecord>) {
        let usual = world.symbols.iter().zip(self.usual_symbols).filter_map(|(seed, rest)| Some((seed, rest?)));
        let usual: Vec<(&Seed, Symbol)> = usual.collect();
        let known =
            |id: Option<&str>| usual.iter().find(|(seed, _)| Some(seed.id) == id).map(|(seed, _)| StableId::new(seed.id));
        let mut symbols: Vec<(Symbol, Option<Index>)> = Vec::new();
        for (Seed { id, kind, name, parent, extends }, rest) in &usual {
            let (name, extends) = ((*name).to_owned(), extends.map(str::to_owned).or(rest.extends.clone()));
            let qualified_name = format!("{name}{}", rest.qualified_name);
            let id = StableId::new(*id);
            symbols.push((
                Symbol { id, kind: *kind, name, qualified_name, parent: known(*parent), extends, ..rest.clone() },
                None,
            ));
        }
        symbols.extend(self.strange_symbols);
        let symbols = first_of_each(symbols, |(symbol, _)| symbol.id.clone());
        let ids: Vec<StableId> = symbols.iter().map(|(symbol, _)| symbol.id.clone()).collect();
        let any = |index: Index| (!ids.is_empty()).then(|| index.get(&ids).clone());

        let mut imports: Vec<Import> = Vec::new();
        for ((kind, module, name, alias), rest) in world.imports.iter().zip(self.usual_imports) {
            let (module, owner) = ((*module).to_owned(), known(Some("m")));
            let (name, alias) = (name.map(str::to_owned), alias.map(str::to_owned));
            imports.extend(rest.map(|rest| Import { kind: *kind, module, name, alias, owner, ..rest }));
        }
        let strange = self.strange_imports.into_iter();
        imports.extend(strange.map(|(import, owner)| Import { owner: owner.and_then(any), ..import }));
        let usual = world.uses.iter().zip(self.usual_uses).filter_map(|(text, drawn)| {
            let (rest, owner) = drawn?;
            Some((UseRecord { text: (*text).to_owned(), ..rest }, owner))
        });
        let uses = usual.chain(self.strange_uses);
        let uses = uses.filter_map(|(record, owner)| Some(UseRecord { owner: any(owner)?, ..record }));
        let symbols = symbols.into_iter().map(|(symbol, parent)| match parent.and_then(any) {
            None => symbol,
            parent => Symbol { parent, ..symbol },
        });
        (symbols.collect(), imports, uses.collect())
    }
}

fn visibility() -> impl Strategy<Value = Visibility> {
    prop_oneof![4 => Just(Visibility::Public), 1 => select(Visibility::ALL)]
}

fn parameter() -> impl Strategy<Value = Parameter> {
    let drawn = (word(NAMES), select(ParameterKind::ALL), seldom(TEXTS), seldom(TEXTS));
    drawn.prop_map(|(name, kind, annotation, default)| Parameter { name, kind, annotation, default })
}

fn body() -> impl Strategy<Value = BodyFacts> {
    (weighted(0.2), weighted(0.2), weighted(0.2), weighted(0.2))
        .prop_map(|(returns_value, yields, raises, asserts)| BodyFacts { returns_value, yields, raises, asserts })
}

/// A symbol without identity.
fn symbol() -> impl Strategy<Value = Symbol> {
    let head = (seldom(TEXTS), seldom(TEXTS), visibility(), few(parameter()), few(word(USES)), few(word(USES)));
    let drawn = (seldom(NAMES), span(), head, option::weighted(0.1, word(USES)), body());
    drawn.prop_map(|(qualifier, span, head, extends, body)| {
        let (signature, documentation, visibility, parameters, decorators, bases) = head;
        let qualified_name = qualifier.unwrap_or_default();
        let rest = Symbol::new("", SymbolKind::Module, "");
        let rest = Symbol { qualified_name, span, signature, documentation, visibility, extends, body, ..rest };
        Symbol { parameters, decorators, bases, ..rest }
    })
}

fn strange_symbol() -> impl Strategy<Value = Symbol> {
    let drawn = (id(), select(SymbolKind::ALL), word(NAMES), symbol());
    drawn.prop_map(|(id, kind, name, rest)| Symbol { id, kind, name, ..rest })
}

/// An import of nothing.
fn import() -> impl Strategy<Value = Import> {
    (visibility(), select(ImportCondition::ALL), select(LINES)).prop_map(|(visibility, condition, line)| {
        let (kind, module) = (ImportKind::Module, String::new());
        Import { kind, module, name: None, alias: None, owner: None, visibility, condition, line }
    })
}

fn strange_import() -> impl Strategy<Value = Import> {
    (select(IMPORTS), import()).prop_map(|((kind, module, name, alias), rest)| {
        let (module, name, alias) = (module.to_owned(), name.map(str::to_owned), alias.map(str::to_owned));
        Import { kind, module, name, alias, ..rest }
    })
}

/// A use without an owner.
fn use_record(form: impl Strategy<Value = UseForm>) -> impl Strategy<Value = UseRecord> {
    let drawn = (select(UseKind::ALL), form, word(USES), select(LINES), select(LINES));
    drawn.prop_map(|(kind, form, text, line, column)| UseRecord {
        kind,
        owner: StableId::from(""),
        form,
        text,
        site: Site::new(line, column),
    })
}
