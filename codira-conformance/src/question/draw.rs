//! Drawing questions, with what narrows them.

use std::collections::BTreeSet;

use codira_contracts::{
    AuditPolicy, CandidateRequest, ContentHash, DocIssueRequest, DocumentationRequest, EdgeEnd, EdgeRequest, ImportEnd,
    ImportRequest, Owners, PathPrefix, PendingRequest, Retention, ReuseRequest, Severity, SymbolInventoryRequest, SymbolKey,
    SymbolKind, SymbolMatch, SymbolRequest, TextRequest, UseKind, Vector,
};
use proptest::{collection::vec, option, prelude::*, sample::select, strategy::Union};

use super::Question;
use crate::{
    histories::{
        Focus,
        draw_model::{id, numbers, path, spec, word},
    },
    vocabulary::{self, MODULES, NAMES, SOUGHT, TEXTS, USES},
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

fn prefix() -> impl Strategy<Value = PathPrefix> {
    prop_oneof![3 => Just(PathPrefix::root()), 2 => select(vocabulary::prefixes())]
}

fn limit() -> impl Strategy<Value = Option<usize>> {
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

fn candidates() -> impl Strategy<Value = CandidateRequest> {
    let among = select(vec![Owners::Symbols, Owners::Documentation]);
    let drawn = (among, spec(), query(), prefix(), limit());
    drawn.prop_map(|(among, spec, vector, prefix, limit)| CandidateRequest { among, spec, vector, prefix, limit })
}

fn edge_end(focus: Focus) -> impl Strategy<Value = EdgeEnd> {
    prop_oneof![
        key(focus).prop_map(EdgeEnd::From),
        key(focus).prop_map(EdgeEnd::To),
        word(NAMES).prop_map(EdgeEnd::FromNamed),
        word(NAMES).prop_map(EdgeEnd::ToNamed),
        word(USES).prop_map(EdgeEnd::ToExternal),
    ]
}

fn import_end(focus: Focus) -> impl Strategy<Value = ImportEnd> {
    prop_oneof![
        path(focus).prop_map(ImportEnd::FromFile),
        word(MODULES).prop_map(ImportEnd::FromModule),
        path(focus).prop_map(ImportEnd::ToFile),
        word(MODULES).prop_map(ImportEnd::ToModule),
    ]
}

fn matching(focus: Focus) -> impl Strategy<Value = SymbolMatch> {
    prop_oneof![
        word(NAMES).prop_map(SymbolMatch::Name),
        prop_oneof![word(NAMES), word(USES)].prop_map(SymbolMatch::LogicalName),
        word(MODULES).prop_map(SymbolMatch::Module),
        key(focus).prop_map(SymbolMatch::Key),
        key(focus).prop_map(SymbolMatch::ChildrenOf),
        key(focus).prop_map(SymbolMatch::OverloadsOf),
    ]
}

fn kind() -> impl Strategy<Value = Option<SymbolKind>> {
    option::weighted(0.3, select(vec![SymbolKind::Function, SymbolKind::Class, SymbolKind::Method]))
}

/// Any question of the contract.
pub(crate) fn question(focus: Focus) -> impl Strategy<Value = Question> {
    let symbols = (matching(focus), kind(), prefix(), limit()).prop_map(|(matching, kind, prefix, limit)| SymbolRequest {
        matching,
        kind,
        prefix,
        limit,
    });
    let inventory =
        (kind(), prefix(), limit()).prop_map(|(kind, prefix, limit)| SymbolInventoryRequest { kind, prefix, limit });
    let edges = (select(UseKind::ALL), edge_end(focus), prefix(), limit()).prop_map(|(kind, end, prefix, limit)| EdgeRequest {
        kind,
        end,
        prefix,
        limit,
    });
    let imports = (import_end(focus), prefix(), limit()).prop_map(|(end, prefix, limit)| ImportRequest { end, prefix, limit });
    let texts = (word(SOUGHT), prefix(), limit()).prop_map(|(text, prefix, limit)| TextRequest { text, prefix, limit });
    let documentation = (option::of(key(focus)), prefix(), limit()).prop_map(|(owner, prefix, limit)| DocumentationRequest {
        owner,
        prefix,
        limit,
    });
    let narrowing = (option::of(word(NAMES)), option::of(select(Severity::ALL)), option::of(select(vocabulary::languages())));
    let issues = (narrowing, prefix(), limit()).prop_map(|((rule, at_least, language), prefix, limit)| DocIssueRequest {
        rule,
        at_least,
        language,
        prefix,
        limit,
    });
    Union::new_weighted(vec![
        (1, prefix().prop_map(Question::FileStates).boxed()),
        (1, retention().prop_map(Question::Maintenance).boxed()),
        (6, symbols.prop_map(Question::Symbols).boxed()),
        (1, inventory.prop_map(Question::SymbolInventory).boxed()),
        (3, edges.prop_map(Question::Edges).boxed()),
        (1, imports.prop_map(Question::Imports).boxed()),
        (1, texts.prop_map(Question::TextReferences).boxed()),
        (1, documentation.prop_map(Question::Documentation).boxed()),
        (1, issues.prop_map(Question::DocIssues).boxed()),
        (1, reuse().prop_map(Question::Reusable).boxed()),
        (1, pending().prop_map(Question::Pending).boxed()),
        (2, candidates().prop_map(Question::Candidates).boxed()),
    ])
}
