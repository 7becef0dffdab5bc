//! Drawing what questions are about, and what narrows them.

use std::collections::BTreeSet;

use codira_contracts::{
    AuditPolicy, CandidateRequest, ContentHash, EdgeEnd, ImportEnd, Owners, PathPrefix, PendingRequest, Retention,
    ReuseRequest, SymbolKey, SymbolKind, SymbolMatch, Vector,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{
    histories::{
        Focus,
        draw_model::{id, numbers, path, spec, word},
    },
    vocabulary::{self, MODULES, NAMES, TEXTS, USES},
};

pub(crate) fn text_hash() -> impl Strategy<Value = ContentHash> {
    select(TEXTS).prop_map(|text| ContentHash::of(text.as_bytes()))
}

pub(crate) fn key(focus: Focus) -> impl Strategy<Value = SymbolKey> {
    (path(focus), id()).prop_map(|(path, id)| SymbolKey { path, id })
}

fn policy() -> impl Strategy<Value = AuditPolicy> {
    let audited = vec(select(vocabulary::languages()), 0..4);
    audited.prop_map(|audited| AuditPolicy { audited: BTreeSet::from_iter(audited) })
}

pub(crate) fn retention() -> impl Strategy<Value = Retention> {
    (policy(), vec(spec(), 0..4)).prop_map(|(policy, specs)| Retention { policy, specs })
}

pub(crate) fn prefix() -> impl Strategy<Value = PathPrefix> {
    prop_oneof![3 => Just(PathPrefix::root()), 2 => select(vocabulary::prefixes())]
}

pub(crate) fn limit() -> impl Strategy<Value = Option<usize>> {
    option::of(prop_oneof![0..4usize, Just(usize::MAX)])
}

pub(crate) fn reuse() -> impl Strategy<Value = ReuseRequest> {
    (spec(), vec(text_hash(), 0..6)).prop_map(|(spec, texts)| ReuseRequest { spec, texts })
}

pub(crate) fn pending() -> impl Strategy<Value = PendingRequest> {
    (option::of(spec()), prefix(), limit()).prop_map(|(spec, prefix, limit)| PendingRequest { spec, prefix, limit })
}

/// A vector to compare with, mostly of the dimension that most specs have.
pub(crate) fn query() -> impl Strategy<Value = Vector> {
    let numbers = prop_oneof![6 => numbers(), 1 => vec(select(vocabulary::NUMBERS), 0..4)];
    numbers.prop_map(|numbers| Vector::new(numbers).expect("the numbers of the vocabulary are finite"))
}

pub(crate) fn candidates() -> impl Strategy<Value = CandidateRequest> {
    let among = select(vec![Owners::Symbols, Owners::Documentation]);
    let drawn = (among, spec(), query(), prefix(), limit());
    drawn.prop_map(|(among, spec, vector, prefix, limit)| CandidateRequest { among, spec, vector, prefix, limit })
}

pub(crate) fn edge_end(focus: Focus) -> impl Strategy<Value = EdgeEnd> {
    prop_oneof![
        key(focus).prop_map(EdgeEnd::From),
        key(focus).prop_map(EdgeEnd::To),
        word(NAMES).prop_map(EdgeEnd::FromNamed),
        word(NAMES).prop_map(EdgeEnd::ToNamed),
        word(USES).prop_map(EdgeEnd::ToExternal),
    ]
}

pub(crate) fn import_end(focus: Focus) -> impl Strategy<Value = ImportEnd> {
    prop_oneof![
        path(focus).prop_map(ImportEnd::FromFile),
        word(MODULES).prop_map(ImportEnd::FromModule),
        path(focus).prop_map(ImportEnd::ToFile),
        word(MODULES).prop_map(ImportEnd::ToModule),
    ]
}

pub(crate) fn matching(focus: Focus) -> impl Strategy<Value = SymbolMatch> {
    prop_oneof![
        word(NAMES).prop_map(SymbolMatch::Name),
        prop_oneof![word(NAMES), word(USES)].prop_map(SymbolMatch::LogicalName),
        word(MODULES).prop_map(SymbolMatch::Module),
        key(focus).prop_map(SymbolMatch::Key),
        key(focus).prop_map(SymbolMatch::ChildrenOf),
        key(focus).prop_map(SymbolMatch::OverloadsOf),
    ]
}

pub(crate) fn kind() -> impl Strategy<Value = Option<SymbolKind>> {
    option::weighted(0.3, select(vec![SymbolKind::Function, SymbolKind::Class, SymbolKind::Method]))
}
