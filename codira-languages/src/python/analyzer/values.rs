//! What assignments define: constants, variables, fields, enum members and type aliases.

use codira_contracts::{LineSpan, SymbolKind};
use ruff_python_ast::{Expr, StmtAnnAssign, StmtAssign, StmtTypeAlias};
use ruff_text_size::{Ranged, TextRange};

use super::{
    exports::Exports,
    scope::Binding,
    symbols::Role,
    walk::{BodyKind, Walk},
};

/// A field that a method gives to its receiver.
pub(super) struct Member<'s> {
    name: &'s str,
    span: LineSpan,
    signature: String,
    pub(super) documentation: Option<String>,
}

/// An assignment as far as its targets need to know it.
#[derive(Clone, Copy)]
struct Assigned<'a> {
    annotation: Option<&'a Expr>,
    value: Option<&'a Expr>,
    statement: TextRange,
}

impl<'s> Walk<'s> {
    /// `a = b, c = value`
    pub(super) fn assign(&mut self, statement: &StmtAssign) {
        if self.at.body_kind == BodyKind::Module && statement.targets.iter().any(Exports::is_target) {
            self.exports.assign(&statement.value, self.source.0);
        }
        let assigned = Assigned { annotation: None, value: Some(&statement.value), statement: statement.range };
        for target in &statement.targets {
            self.target(target, assigned);
        }
        self.expression(&statement.value);
        statement.targets.iter().for_each(|target| self.expression(target));
    }

    /// `a: annotation = value`
    pub(super) fn annotated_assign(&mut self, statement: &StmtAnnAssign) {
        let StmtAnnAssign { annotation, value, target, range, .. } = statement;
        let value = value.as_deref();
        if self.at.body_kind == BodyKind::Module && Exports::is_target(target) {
            value.into_iter().for_each(|value| self.exports.assign(value, self.source.0));
        }
        self.target(target, Assigned { annotation: Some(annotation), value, statement: *range });
        self.annotation(annotation);
        match (self.original_name(annotation), value) {
            (Some("TypeAlias"), Some(value)) => self.annotation(value),
            (_, value) => self.optional_expression(value),
        }
        self.expression(target);
    }

    /// `type A[T] = value`
    pub(super) fn type_alias(&mut self, statement: &StmtTypeAlias) {
        let name = self.source.slice(statement.name.range());
        if matches!(self.at.body_kind, BodyKind::Module | BodyKind::Class { .. }) && !name.is_empty() {
            let symbol = self.symbols.define(SymbolKind::TypeAlias, name, Role::Main, self.at.owner);
            let parameters = self.source.parameters(statement.type_params.as_deref(), None, false);
            let symbol = self.symbols.get_mut(symbol);
            symbol.span = self.lines.span(statement.range);
            symbol.signature = Some(self.source.one_line(statement));
            symbol.parameters = parameters;
        }
        self.expression(&statement.name);
        self.moved(self.at, |walk| {
            walk.type_params(statement.type_params.as_deref());
            walk.annotation(&statement.value);
        });
    }

    fn target(&mut self, target: &Expr, assigned: Assigned<'_>) {
        let apart = Assigned { value: None, ..assigned };
        match (target, self.at.body_kind) {
            (Expr::Name(name), BodyKind::Module | BodyKind::Class { .. }) => {
                self.value(self.source.slice(name.range), assigned)
            }
            (Expr::Attribute(field), BodyKind::Function { receiver: Some(receiver) }) => {
                let on_receiver = matches!(&*field.value, Expr::Name(name) if self.source.slice(name.range) == receiver);
                if on_receiver {
                    self.member(self.source.slice(field.attr.range), assigned);
                }
            }
            (Expr::Starred(starred), _) => self.target(&starred.value, apart),
            (Expr::Tuple(tuple), _) => tuple.elts.iter().for_each(|target| self.target(target, apart)),
            (Expr::List(list), _) => list.elts.iter().for_each(|target| self.target(target, apart)),
            _ => {}
        }
    }

    /// A value of a module or class: a symbol, unless the name is taken already, by a definition,
    /// an import or an assignment.
    fn value(&mut self, name: &'s str, assigned: Assigned<'_>) {
        if name.is_empty() || !self.scopes.bind(self.at.scope, name, Binding::Value) {
            return;
        }
        let kind = self.value_kind(name, assigned);
        let signature = self.source.value(name, assigned.annotation, assigned.value);
        let symbol = self.symbols.define(kind, name, Role::Main, self.at.owner);
        let symbol = self.symbols.get_mut(symbol);
        symbol.span = self.lines.span(assigned.statement);
        symbol.signature = Some(signature);
    }

    fn value_kind(&self, name: &str, assigned: Assigned<'_>) -> SymbolKind {
        let annotation = assigned.annotation.map(|annotation| match annotation {
            Expr::Subscript(subscript) => &*subscript.value,
            annotation => annotation,
        });
        let makes_type = |value: &Expr| matches!(value, Expr::Call(call) if self.original_name(&call.func) == Some("NewType"));
        match annotation.and_then(|annotation| self.original_name(annotation)) {
            Some("TypeAlias") => return SymbolKind::TypeAlias,
            Some("Final") => return SymbolKind::Constant,
            _ if assigned.value.is_some_and(makes_type) => return SymbolKind::TypeAlias,
            _ => {}
        }
        match self.at.body_kind {
            BodyKind::Class { is_enum: true } if assigned.value.is_some() && is_member_name(name) => SymbolKind::EnumMember,
            _ if is_constant_name(name) => SymbolKind::Constant,
            BodyKind::Module => SymbolKind::Variable,
            BodyKind::Class { .. } | BodyKind::Function { .. } => SymbolKind::Field,
        }
    }

    fn member(&mut self, name: &'s str, assigned: Assigned<'_>) {
        if name.is_empty() || self.members.iter().any(|member| member.name == name) {
            return;
        }
        self.members.push(Member {
            name,
            span: self.lines.span(assigned.statement),
            signature: self.source.value(name, assigned.annotation, assigned.value),
            documentation: None,
        });
    }

    /// Adds the fields that methods of the enclosing class gave, but for those that its body
    /// defines.
    pub(super) fn define_members(&mut self) {
        for Member { name, span, signature, documentation } in std::mem::take(&mut self.members) {
            if self.scopes.bind(self.at.scope, name, Binding::Value) {
                let symbol = self.symbols.define(SymbolKind::Field, name, Role::Main, self.at.owner);
                let symbol = self.symbols.get_mut(symbol);
                symbol.span = span;
                symbol.signature = Some(signature);
                symbol.documentation = documentation;
            }
        }
    }
}

/// `MAX_SIZE`
fn is_constant_name(name: &str) -> bool {
    name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}

/// Whether an enumeration makes a member of the name: not of `_order_`, `__doc__` and `__private`.
fn is_member_name(name: &str) -> bool {
    let is_sunder = name.len() > 2 && name.starts_with('_') && name.ends_with('_');
    !name.starts_with("__") && !is_sunder
}
