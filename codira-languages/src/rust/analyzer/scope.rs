//! The names that are local at a position: variables, parameters, and parameters of types.

use super::tree::{Node, SyntaxKind as K, Tree};

/// A local name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Local {
    Variable,
    /// A type or constant that a caller chooses.
    Generic,
}

/// The local names that can be seen, innermost last.
#[derive(Default)]
pub(super) struct Scope<'a> {
    locals: Vec<(&'a str, Local)>,
    /// The first one that can be seen: items do not see the variables of the function that holds
    /// them.
    visible: usize,
}

/// A state to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    len: usize,
    visible: usize,
}

impl<'a> Scope<'a> {
    /// The state now.
    pub(super) fn mark(&self) -> Mark {
        Mark { len: self.locals.len(), visible: self.visible }
    }

    /// Drops the names that were added later.
    pub(super) fn reset(&mut self, mark: Mark) {
        self.locals.truncate(mark.len);
        self.visible = mark.visible;
    }

    /// Hides everything there is.
    pub(super) fn hide(&mut self) {
        self.visible = self.locals.len();
    }

    fn find(&self, name: &str) -> Option<Local> {
        self.locals[self.visible..].iter().rev().find(|(local, _)| *local == name).map(|&(_, kind)| kind)
    }

    /// Whether a name is local.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Whether a name is that of a type parameter or constant parameter.
    pub(super) fn has_generic(&self, name: &str) -> bool {
        self.find(name) == Some(Local::Generic)
    }

    /// Adds the type and constant parameters of an item.
    pub(super) fn add_generics(&mut self, tree: &Tree<'_, 'a>, item: Node) {
        let Some(list) = tree.child(item, K::GENERIC_PARAM_LIST) else { return };
        for parameter in tree.children(list) {
            if let Some(name) = tree.child(parameter, K::NAME).and_then(|name| tree.first_token(name)) {
                self.locals.push((tree.tokens.name(name), Local::Generic));
            }
        }
    }

    /// Adds the parameters of a function or closure.
    pub(super) fn add_parameters(&mut self, tree: &Tree<'_, 'a>, function: Node) {
        let Some(list) = tree.child(function, K::PARAM_LIST) else { return };
        for parameter in tree.children_of(list, K::PARAM) {
            if let Some(pattern) = tree.parts(parameter).next() {
                self.add_pattern(tree, pattern);
            }
        }
    }

    /// Adds the variables of a pattern.
    pub(super) fn add_pattern(&mut self, tree: &Tree<'_, 'a>, pattern: Node) {
        for node in pattern..tree.end(pattern) {
            if tree.kind(node) == K::IDENT_PAT
                && let Some(name) = bound_name(tree, node)
            {
                self.locals.push((name, Local::Variable));
            }
        }
    }
}

/// The variable that an `IDENT_PAT` binds; none where it rather names a constant or a variant, as
/// upper case tells.
pub(super) fn bound_name<'a>(tree: &Tree<'_, 'a>, node: Node) -> Option<&'a str> {
    let name = tree.child(node, K::NAME)?;
    let token = tree.first_token(name)?;
    let text = tree.tokens.name(token);
    let stands_alone = tree.range(node).len() == 1;
    (!stands_alone || !text.starts_with(char::is_uppercase)).then_some(text)
}
