//! Paths as the contract writes them: names joined by `::`, without type arguments.

use super::tree::{Node, SyntaxKind as K, Token, Tree};

/// A path, taken apart.
pub(super) struct Path<'a> {
    /// What its names start from.
    pub(super) start: Start,
    /// The names, `crate`, `self`, `super` and `Self` among them.
    pub(super) names: Vec<&'a str>,
    /// The token of the last name.
    pub(super) last: Token,
}

/// What the names of a path start from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// The enclosing scope: `a::b`.
    Scope,
    /// The names of all crates: `::a::b`.
    Crates,
    /// A type that has no path: `<[T]>::len`.
    Type,
}

impl<'a> Path<'a> {
    /// Reads a node of kind `PATH`. None when a name is missing, as in code that is being typed.
    ///
    /// `<T as Trait>::f` is `Trait::f`, and `<T>::f` is `T::f`.
    pub(super) fn of(tree: &Tree<'_, 'a>, node: Node) -> Option<Self> {
        let tokens = tree.tokens;
        let mut start = Start::Scope;
        let mut reversed: Vec<Token> = Vec::new();
        let mut next = Some(node);
        while let Some(path) = next {
            next = tree.child(path, K::PATH);
            let segment = tree.child(path, K::PATH_SEGMENT)?;
            if let Some(name) = tree.child(segment, K::NAME_REF) {
                reversed.push(tree.first_token(name)?);
                if next.is_none() && tree.own_token(segment, K::COLON).is_some() {
                    start = Start::Crates;
                }
            } else {
                // An anchor, after which the path goes on as that of its trait, or else of its
                // type.
                let anchor = tree.child(segment, K::TYPE_ANCHOR)?;
                let anchored = tree.children_of(anchor, K::PATH_TYPE).last().filter(|_| tree.children(anchor).count() <= 2);
                next = anchored.and_then(|path| tree.child(path, K::PATH));
                if next.is_none() {
                    start = Start::Type;
                }
            }
        }
        let last = *reversed.first()?;
        let names = reversed.iter().rev().map(|&token| tokens.name(token)).collect();
        Some(Self { start, names, last })
    }

    /// The path of the first child that is one.
    pub(super) fn in_node(tree: &Tree<'_, 'a>, node: Node) -> Option<Self> {
        Self::of(tree, tree.child(node, K::PATH)?)
    }

    /// The path as text.
    pub(super) fn text(&self) -> String {
        let names = self.names.join("::");
        if self.start == Start::Scope { names } else { format!("::{names}") }
    }

    /// The only name.
    pub(super) fn single(&self) -> Option<&'a str> {
        match self.names[..] {
            [name] if self.start == Start::Scope => Some(name),
            _ => None,
        }
    }
}

/// Types that the language itself knows by a name.
pub(super) fn is_primitive(name: &str) -> bool {
    const PRIMITIVES: &[&str] = &[
        "bool", "char", "f16", "f32", "f64", "f128", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32",
        "u64", "u128", "usize",
    ];
    PRIMITIVES.contains(&name)
}
