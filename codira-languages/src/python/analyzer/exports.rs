//! `__all__`: which names a module gives to others.

use codira_contracts::Visibility;
use ruff_python_ast::{Expr, ExprCall, Operator, StmtAugAssign};
use rustc_hash::FxHashSet;

/// The names in the file's assignments to `__all__`.
#[derive(Default)]
pub(super) struct Exports<'s> {
    names: FxHashSet<&'s str>,
    /// Whether there is an `__all__`.
    exists: bool,
    /// Whether it may hold names that are not written here.
    open: bool,
}

impl<'s> Exports<'s> {
    /// Whether `target` is `__all__`.
    pub(super) fn is_target(target: &Expr) -> bool {
        matches!(target, Expr::Name(name) if name.id.as_str() == "__all__")
    }

    /// Reads `__all__ = value`.
    pub(super) fn assign(&mut self, value: &Expr, text: &'s str) {
        self.exists = true;
        self.add(value, text);
    }

    /// Reads `__all__ += value`.
    pub(super) fn augment(&mut self, statement: &StmtAugAssign, text: &'s str) {
        if Self::is_target(&statement.target) && statement.op == Operator::Add {
            self.assign(&statement.value, text);
        }
    }

    /// Reads `__all__.append(value)` and `__all__.extend(values)`.
    pub(super) fn call(&mut self, call: &ExprCall, text: &'s str) {
        let Expr::Attribute(function) = &*call.func else { return };
        if !Self::is_target(&function.value) {
            return;
        }
        self.exists = true;
        match (function.attr.as_str(), &*call.arguments.args) {
            ("append", [name]) => self.add_name(name, text),
            ("extend", [names]) => self.add(names, text),
            ("remove" | "sort", _) => {}
            _ => self.open = true,
        }
    }

    fn add(&mut self, value: &Expr, text: &'s str) {
        match value {
            Expr::List(list) => list.elts.iter().for_each(|name| self.add_name(name, text)),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|name| self.add_name(name, text)),
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                self.add(&sum.left, text);
                self.add(&sum.right, text);
            }
            _ => self.open = true,
        }
    }

    fn add_name(&mut self, name: &Expr, text: &'s str) {
        let literal = match name {
            Expr::StringLiteral(literal) => literal.as_single_part_string(),
            _ => None,
        };
        match literal.and_then(|literal| text.get(literal.content_range().to_std_range())) {
            Some(name) => drop(self.names.insert(name)),
            None => self.open = true,
        }
    }

    /// Whether `__all__` lists the name.
    pub(super) fn lists(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The visibility of a name at top level; `by_name` is that of the name alone.
    pub(super) fn visibility(&self, name: &str, by_name: Visibility) -> Visibility {
        match by_name {
            _ if self.lists(name) => Visibility::Public,
            Visibility::Public if self.exists && !self.open => Visibility::Internal,
            by_name => by_name,
        }
    }
}
