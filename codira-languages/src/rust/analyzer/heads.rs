//! The heads of items: signature, parameters, bases.

use std::ops::Range;

use codira_contracts::{Parameter, ParameterKind};

use super::{
    folding::{canonical, fold},
    items::implemented,
    paths::Path,
    tree::{Node, SyntaxKind as K, Token, Tree},
};

/// The head of an item on one line: all of it before the body or the value.
pub(super) fn signature(tree: &Tree<'_, '_>, node: Node) -> String {
    let range = tree.range(node);
    let attributes = tree.children_of(node, K::ATTR).last().map_or(range.start, |last| tree.range(last).end);
    let is_body = |child: &Node| match tree.kind(*child) {
        K::BLOCK_EXPR | K::VARIANT_LIST | K::ASSOC_ITEM_LIST | K::ITEM_LIST | K::TOKEN_TREE => true,
        K::RECORD_FIELD_LIST => tree.kind(node) != K::VARIANT,
        _ => false,
    };
    let body = tree.children(node).find(is_body).map(|body| tree.range(body).start);
    let value = match tree.kind(node) {
        K::CONST | K::STATIC => tree.own_token(node, K::EQ),
        _ => None,
    };
    let end = value.or(body).unwrap_or(range.end).max(attributes);
    let folded = fold(tree.tokens, attributes..end);
    folded.trim_end_matches([';', ',', ' ']).to_owned()
}

/// The parameters of an item, those of types, constants and lifetimes first.
pub(super) fn parameters(tree: &Tree<'_, '_>, node: Node) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    if let Some(list) = tree.child(node, K::GENERIC_PARAM_LIST) {
        parameters.extend(tree.children(list).filter_map(|parameter| generic(tree, parameter)));
    }
    if let Some(list) = tree.child(node, K::PARAM_LIST) {
        parameters.extend(tree.children(list).filter_map(|parameter| {
            match tree.kind(parameter) {
                K::SELF_PARAM => Some(ParameterKind::Receiver),
                K::PARAM if tree.own_token(parameter, K::DOT).is_some() => Some(ParameterKind::Variadic),
                K::PARAM => Some(ParameterKind::Positional),
                _ => None,
            }
            .map(|kind| value(tree, parameter, kind))
        }));
    }
    parameters
}

/// A parameter of a type, constant or lifetime: its bounds or its type are its annotation.
fn generic(tree: &Tree<'_, '_>, node: Node) -> Option<Parameter> {
    let name = tree.parts(node).find(|&part| matches!(tree.kind(part), K::NAME | K::LIFETIME))?;
    let end = tree.range(node).end;
    let equals = tree.own_token(node, K::EQ);
    let bounds = tree.own_token(node, K::COLON).or_else(|| {
        // The colon of bounds may be theirs.
        let bounds = tree.child(node, K::TYPE_BOUND_LIST)?;
        (tree.tokens.kind(tree.first_token(bounds)?) == K::COLON).then_some(tree.range(bounds).start)
    });
    Some(Parameter {
        name: fold(tree.tokens, tree.range(name)),
        kind: ParameterKind::Generic,
        annotation: bounds.and_then(|colon| written(tree, colon + 1..equals.unwrap_or(end))),
        default: equals.and_then(|equals| written(tree, equals + 1..end)),
    })
}

/// A parameter of a function: the pattern is its name.
fn value(tree: &Tree<'_, '_>, node: Node, kind: ParameterKind) -> Parameter {
    let range = tree.range(node);
    let start = tree.children_of(node, K::ATTR).last().map_or(range.start, |last| tree.range(last).end);
    let colon = tree.own_token(node, K::COLON);
    let (name, annotation) = match colon {
        Some(colon) => (written(tree, start..colon), written(tree, colon + 1..range.end)),
        // A function without body may leave the name out.
        None if is_type(tree, node) => (None, written(tree, start..range.end)),
        None => (written(tree, start..range.end), None),
    };
    Parameter { name: name.unwrap_or_default(), kind, annotation, default: None }
}

/// Whether a parameter consists of a type alone.
fn is_type(tree: &Tree<'_, '_>, parameter: Node) -> bool {
    let only = tree.parts(parameter).next().map(|part| tree.kind(part));
    only.is_some_and(|kind| {
        matches!(
            kind,
            K::PATH_TYPE
                | K::REF_TYPE
                | K::PTR_TYPE
                | K::TUPLE_TYPE
                | K::SLICE_TYPE
                | K::ARRAY_TYPE
                | K::FN_PTR_TYPE
                | K::DYN_TRAIT_TYPE
                | K::IMPL_TRAIT_TYPE
                | K::NEVER_TYPE
                | K::PAREN_TYPE
                | K::FOR_TYPE
                | K::INFER_TYPE
                | K::MACRO_TYPE
        )
    })
}

fn written(tree: &Tree<'_, '_>, range: Range<Token>) -> Option<String> {
    Some(fold(tree.tokens, range)).filter(|text| !text.is_empty())
}

/// The supertraits of a trait, or the trait of an implementation.
pub(super) fn bases(tree: &Tree<'_, '_>, node: Node) -> Vec<String> {
    let path = |of: Node| Path::in_node(tree, of).map(|path| path.text());
    match tree.kind(node) {
        K::IMPL => implemented(tree, node).0.and_then(path).into_iter().collect(),
        K::TRAIT => {
            let Some(list) = tree.child(node, K::TYPE_BOUND_LIST) else { return Vec::new() };
            let bounds = tree.children(list).filter(|&bound| tree.own_token(bound, K::QUESTION).is_none());
            bounds.filter_map(|bound| path(tree.child(bound, K::PATH_TYPE)?)).collect()
        }
        _ => Vec::new(),
    }
}

/// The path of the type that an alias stands for, if that has one.
pub(super) fn aliased(tree: &Tree<'_, '_>, node: Node) -> Option<String> {
    Path::in_node(tree, tree.child(node, K::PATH_TYPE)?).map(|path| path.text())
}

/// The type that an implementation gives members to: its path, behind references that of what they
/// point to; for a type without one, such as `[T]`, the type as written.
pub(super) fn extended(tree: &Tree<'_, '_>, node: Node) -> Option<String> {
    let mut of = implemented(tree, node).1?;
    while matches!(
        tree.kind(of),
        K::REF_TYPE | K::PTR_TYPE | K::PAREN_TYPE | K::DYN_TRAIT_TYPE | K::TYPE_BOUND_LIST | K::TYPE_BOUND
    ) {
        let is_named = |&child: &Node| tree.kind(child) != K::LIFETIME;
        let Some(inner) = tree.parts(of).find(is_named) else { break };
        of = inner;
    }
    Some(Path::in_node(tree, of).map_or_else(|| canonical(tree.tokens, tree.range(of)), |path| path.text()))
}
