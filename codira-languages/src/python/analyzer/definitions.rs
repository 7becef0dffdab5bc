//! Functions and classes.

use codira_contracts::{Documentation, DocumentationFormat, DocumentationKind, ImportCondition, StableId, SymbolKind};
use ruff_python_ast::{Decorator, Expr, Parameters, Stmt, StmtClassDef, StmtFunctionDef, TypeParam, TypeParams};
use ruff_text_size::Ranged;

use super::{
    docstring,
    scope::{Binding, ScopeKind},
    symbols::{Role, SymbolRef},
    walk::{BodyKind, Position, Walk},
};
use crate::documents::markup::is_restructuredtext;

/// What the decorators of a function make of it.
struct Decorated {
    kind: SymbolKind,
    role: Role,
    is_static: bool,
}

impl<'s> Walk<'s> {
    /// A function, with everything in it.
    pub(super) fn function(&mut self, function: &StmtFunctionDef) {
        let name = self.source.slice(function.name.range);
        self.bind(name, Binding::Definition);
        let in_class = matches!(self.at.body_kind, BodyKind::Class { .. });
        let Decorated { kind, role, is_static } = self.decorated(&function.decorator_list, in_class);
        let receiver = match in_class && !is_static {
            true => first_parameter(&function.parameters).map(|name| self.source.slice(name)),
            false => None,
        };
        // A missing name is a syntax error, and the body belongs to the enclosing symbol.
        let symbol = (!name.is_empty()).then(|| self.symbols.define(kind, name, role, self.at.owner));
        if let Some(symbol) = symbol {
            let type_params = function.type_params.as_deref();
            let parameters = self.source.parameters(type_params, Some(&function.parameters), receiver.is_some());
            let signature = self.source.function(function);
            let decorators = self.decorators(&function.decorator_list);
            let span = self.lines.span(function.range);
            let symbol = self.symbols.get_mut(symbol);
            symbol.span = span;
            symbol.signature = Some(signature);
            symbol.parameters = parameters;
            symbol.decorators = decorators;
        }
        let head = Position { owner: symbol.unwrap_or(self.at.owner), in_annotation: false, ..self.at };
        self.moved(head, |walk| {
            function.decorator_list.iter().for_each(|decorator| walk.expression(&decorator.expression));
            walk.type_params(function.type_params.as_deref());
            walk.parameter_heads(&function.parameters);
            function.returns.iter().for_each(|returns| walk.annotation(returns));
            walk.at.scope = walk.scopes.open(ScopeKind::Function, walk.at.scope);
            walk.bind_parameters(&function.parameters);
            if let Some(receiver) = receiver {
                walk.bind(receiver, Binding::Receiver);
            }
            walk.at.body_kind = BodyKind::Function { receiver };
            walk.at.condition = ImportCondition::Always;
            if let Some(symbol) = symbol {
                walk.docstring(&function.body, symbol);
            }
            let outer = std::mem::take(&mut walk.body);
            walk.statements(&function.body);
            let body = std::mem::replace(&mut walk.body, outer);
            if let Some(symbol) = symbol {
                walk.symbols.get_mut(symbol).body = body;
            }
        });
    }

    fn decorated(&self, decorators: &[Decorator], in_class: bool) -> Decorated {
        let kind = if in_class { SymbolKind::Method } else { SymbolKind::Function };
        let mut decorated = Decorated { kind, role: Role::Main, is_static: false };
        for decorator in decorators {
            match self.original_name(&decorator.expression) {
                Some("overload") => (decorated.kind, decorated.role) = (SymbolKind::Overload, Role::Overload),
                Some("staticmethod") => decorated.is_static = true,
                Some("property" | "cached_property" | "abstractproperty") if in_class => decorated.kind = SymbolKind::Property,
                Some("getter") if in_class && decorator.expression.is_attribute_expr() => decorated.kind = SymbolKind::Property,
                Some("setter") if in_class && decorator.expression.is_attribute_expr() => {
                    (decorated.kind, decorated.role) = (SymbolKind::Property, Role::Setter);
                }
                Some("deleter") if in_class && decorator.expression.is_attribute_expr() => {
                    (decorated.kind, decorated.role) = (SymbolKind::Property, Role::Deleter);
                }
                _ => {}
            }
        }
        decorated
    }

    fn decorators(&self, decorators: &[Decorator]) -> Vec<String> {
        decorators.iter().map(|decorator| self.source.one_line(&decorator.expression)).collect()
    }

    /// A class, with everything in it.
    pub(super) fn class(&mut self, class: &StmtClassDef) {
        let name = self.source.slice(class.name.range);
        self.bind(name, Binding::Definition);
        let arguments = class.arguments.as_deref();
        let bases: &[Expr] = arguments.map_or(&[], |arguments| &arguments.args);
        let kind = self.class_kind(bases);
        if kind == SymbolKind::Enum {
            self.enums.push(name);
        }
        let symbol = (!name.is_empty()).then(|| self.symbols.define(kind, name, Role::Main, self.at.owner));
        if let Some(symbol) = symbol {
            let signature = self.source.class(class);
            let parameters = self.source.parameters(class.type_params.as_deref(), None, false);
            let bases = bases.iter().filter_map(|base| self.source.base(base)).collect();
            let decorators = self.decorators(&class.decorator_list);
            let span = self.lines.span(class.range);
            let symbol = self.symbols.get_mut(symbol);
            symbol.span = span;
            symbol.signature = Some(signature);
            symbol.parameters = parameters;
            symbol.decorators = decorators;
            symbol.bases = bases;
        }
        let head = Position { owner: symbol.unwrap_or(self.at.owner), in_annotation: false, ..self.at };
        self.moved(head, |walk| {
            class.decorator_list.iter().for_each(|decorator| walk.expression(&decorator.expression));
            walk.type_params(class.type_params.as_deref());
            arguments.into_iter().for_each(|arguments| walk.arguments(arguments));
            walk.at.scope = walk.scopes.open(ScopeKind::Class, walk.at.scope);
            walk.at.body_kind = BodyKind::Class { is_enum: kind == SymbolKind::Enum };
            if let Some(symbol) = symbol {
                walk.docstring(&class.body, symbol);
            }
            let outer = (std::mem::take(&mut walk.members), walk.body);
            walk.statements(&class.body);
            walk.define_members();
            (walk.members, walk.body) = outer;
        });
    }

    fn class_kind(&self, bases: &[Expr]) -> SymbolKind {
        for base in bases {
            let base = match base {
                Expr::Subscript(subscript) => &subscript.value,
                base => base,
            };
            match self.original_name(base) {
                Some("Protocol") => return SymbolKind::Interface,
                Some("Flag" | "IntFlag" | "Choices" | "TextChoices" | "IntegerChoices") => return SymbolKind::Enum,
                Some(name) if name.ends_with("Enum") || self.enums.contains(&name) => return SymbolKind::Enum,
                _ => {}
            }
        }
        SymbolKind::Class
    }

    /// Opens a scope for type parameters, if there are any, and walks their bounds and defaults in
    /// it.
    pub(super) fn type_params(&mut self, type_params: Option<&TypeParams>) {
        let Some(type_params) = type_params else { return };
        self.at.scope = self.scopes.open(ScopeKind::Function, self.at.scope);
        for type_param in type_params.iter() {
            self.bind(self.source.slice(type_param.name().range), Binding::Value);
        }
        for type_param in type_params.iter() {
            if let TypeParam::TypeVar(variable) = type_param {
                variable.bound.iter().for_each(|bound| self.annotation(bound));
            }
            type_param.default().into_iter().for_each(|default| self.annotation(default));
        }
    }

    /// Walks the defaults and annotations of parameters, which are evaluated in the enclosing
    /// scope.
    pub(super) fn parameter_heads(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_source_order() {
            parameter.annotation().into_iter().for_each(|annotation| self.annotation(annotation));
            self.optional_expression(parameter.default());
        }
    }

    /// Binds parameters in the innermost scope.
    pub(super) fn bind_parameters(&mut self, parameters: &Parameters) {
        for parameter in parameters {
            self.bind(self.source.slice(parameter.name().range), Binding::Value);
        }
    }

    /// Keeps the docstring that a body begins with.
    pub(super) fn docstring(&mut self, body: &[Stmt], owner: SymbolRef) {
        let Some(literal) = body.first().and_then(docstring::string_statement) else { return };
        let Some(text) = docstring::clean(literal.value.to_str()) else { return };
        let symbol = self.symbols.get_mut(owner);
        self.documentation.push(Documentation {
            id: StableId::new(format!("doc:{}", symbol.id)),
            // Docstrings are reStructuredText where they are marked up at all (PEP 287).
            format: match is_restructuredtext(&text) {
                true => DocumentationFormat::ReStructuredText,
                false => DocumentationFormat::PlainText,
            },
            kind: match symbol.kind {
                SymbolKind::Module => DocumentationKind::Module,
                kind if kind.is_type() => DocumentationKind::Type,
                _ => DocumentationKind::Function,
            },
            title: symbol.name.clone(),
            heading_path: Vec::new(),
            span: self.lines.span(literal.range),
            text: text.clone(),
            owner: Some(symbol.id.clone()),
        });
        symbol.documentation = Some(text);
    }
}

fn first_parameter(parameters: &Parameters) -> Option<ruff_text_size::TextRange> {
    let first = parameters.posonlyargs.first().or(parameters.args.first())?;
    Some(first.parameter.name.range())
}
