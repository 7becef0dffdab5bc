//! Expressions: every call and every reference to what may be callable.

use std::borrow::Cow;

use codira_contracts::{UseForm, UseKind, UseRecord};
use ruff_python_ast::{Arguments, Comprehension, Expr, ExprCall, ExprContext, FStringPart, InterpolatedStringElement, Pattern};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{
    scope::{Binding, ScopeId, ScopeKind},
    signature::Source,
    symbols::SymbolRef,
    walk::{BodyKind, Walk},
};

/// Names that are defined everywhere and call nothing.
const PLAIN_BUILTINS: &[&str] = &["__name__", "__file__", "__path__", "__doc__", "__debug__", "NotImplemented", "Ellipsis"];

/// What a path begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// A name, which is part of the text.
    Name,
    /// `super()`, which is not.
    Super,
    /// Another expression, which is not; the text begins with a dot.
    Expression,
}

/// A use whose form is not known before all names of its scopes are.
pub(super) struct PendingUse<'s> {
    kind: UseKind,
    owner: SymbolRef,
    scope: ScopeId,
    head: Head,
    text: Cow<'s, str>,
    at: TextSize,
}

impl<'s> Source<'s> {
    /// A base class as a path, its type arguments left out; `None` for other expressions.
    pub(super) fn base(self, base: &Expr) -> Option<String> {
        match base {
            Expr::Subscript(subscript) => self.base(&subscript.value),
            Expr::Name(_) | Expr::Attribute(_) => {
                let (head, text) = self.path(base);
                matches!(head, Expr::Name(_)).then(|| text.into_owned())
            }
            _ => None,
        }
    }

    /// What a chain of attributes begins with, and its text as a path. Without a name to begin
    /// with, the path begins with a dot.
    fn path<'a>(self, expression: &'a Expr) -> (&'a Expr, Cow<'s, str>) {
        let mut head = expression;
        while let Expr::Attribute(attribute) = head {
            head = &attribute.value;
        }
        let start = if head.is_name_expr() { head.start() } else { head.end() };
        let written = self.slice(TextRange::new(start, expression.end().max(start)));
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || !byte.is_ascii();
        if written.bytes().all(is_plain) {
            return (head, written.into());
        }
        let mut names = Vec::new();
        let mut rest = expression;
        while let Expr::Attribute(attribute) = rest {
            names.push(self.slice(attribute.attr.range));
            rest = &attribute.value;
        }
        names.push(if head.is_name_expr() { self.slice(head.range()) } else { "" });
        names.reverse();
        (head, names.join(".").into())
    }
}

impl<'s> Walk<'s> {
    pub(super) fn optional_expression(&mut self, expression: Option<&Expr>) {
        expression.into_iter().for_each(|expression| self.expression(expression));
    }

    pub(super) fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load => self.path(UseKind::Reference, expression),
                ExprContext::Store | ExprContext::Del => self.bind(self.source.slice(name.range), Binding::Value),
                ExprContext::Invalid => {}
            },
            Expr::Attribute(attribute) => match attribute.ctx {
                ExprContext::Load => self.path(UseKind::Reference, expression),
                _ => self.expression(&attribute.value),
            },
            Expr::Call(call) => self.call(call),
            Expr::Subscript(subscript) => self.subscript(subscript),
            Expr::StringLiteral(literal) if self.at.in_annotation => self.string_annotation(literal),
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.parameter_heads(parameters);
                }
                let inside = self.scopes.open(ScopeKind::Function, self.at.scope);
                let outer = (std::mem::replace(&mut self.at.scope, inside), self.body);
                if let Some(parameters) = &lambda.parameters {
                    self.bind_parameters(parameters);
                }
                self.expression(&lambda.body);
                // What a lambda yields, its enclosing function does not yield.
                (self.at.scope, self.body) = outer;
            }
            Expr::ListComp(list) => self.comprehension(&[Some(&list.elt)], &list.generators),
            Expr::SetComp(set) => self.comprehension(&[Some(&set.elt)], &set.generators),
            Expr::DictComp(dict) => self.comprehension(&[dict.key.as_deref(), Some(&dict.value)], &dict.generators),
            Expr::Generator(generator) => self.comprehension(&[Some(&generator.elt)], &generator.generators),
            Expr::Named(named) => {
                self.expression(&named.value);
                let scope = self.scopes.outside_comprehensions(self.at.scope);
                let outer = std::mem::replace(&mut self.at.scope, scope);
                self.expression(&named.target);
                self.at.scope = outer;
            }
            Expr::Yield(statement) => {
                self.body.yields = true;
                self.optional_expression(statement.value.as_deref());
            }
            Expr::YieldFrom(statement) => {
                self.body.yields = true;
                self.expression(&statement.value);
            }
            Expr::BoolOp(operation) => operation.values.iter().for_each(|value| self.expression(value)),
            Expr::BinOp(operation) => {
                self.expression(&operation.left);
                self.expression(&operation.right);
            }
            Expr::UnaryOp(operation) => self.expression(&operation.operand),
            Expr::Compare(comparison) => {
                self.expression(&comparison.left);
                comparison.comparators.iter().for_each(|value| self.expression(value));
            }
            Expr::If(choice) => {
                self.expression(&choice.test);
                self.expression(&choice.body);
                self.expression(&choice.orelse);
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    self.optional_expression(item.key.as_ref());
                    self.expression(&item.value);
                }
            }
            Expr::Set(set) => set.elts.iter().for_each(|element| self.expression(element)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.expression(element)),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.expression(element)),
            Expr::Starred(starred) => self.expression(&starred.value),
            Expr::Await(statement) => self.expression(&statement.value),
            Expr::Slice(slice) => {
                self.optional_expression(slice.lower.as_deref());
                self.optional_expression(slice.upper.as_deref());
                self.optional_expression(slice.step.as_deref());
            }
            Expr::FString(string) => {
                for part in &string.value {
                    if let FStringPart::FString(string) = part {
                        string.elements.iter().for_each(|element| self.interpolated(element));
                    }
                }
            }
            Expr::TString(string) => {
                for part in &string.value {
                    part.elements.iter().for_each(|element| self.interpolated(element));
                }
            }
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::IpyEscapeCommand(_) => {}
        }
    }

    fn call(&mut self, call: &ExprCall) {
        if self.at.body_kind == BodyKind::Module {
            self.exports.call(call, self.source.0);
        }
        match &*call.func {
            function @ (Expr::Name(_) | Expr::Attribute(_)) => self.path(UseKind::Call, function),
            // Nothing here has a name: `handlers[key]()`.
            function => self.expression(function),
        }
        self.arguments(&call.arguments);
    }

    pub(super) fn arguments(&mut self, arguments: &Arguments) {
        for argument in arguments.iter_source_order() {
            self.plain_expression(argument.value());
        }
    }

    /// A name or a chain of attributes that is read.
    fn path(&mut self, kind: UseKind, path: &Expr) {
        let (first, text) = self.source.path(path);
        let (head, text) = match first {
            Expr::Name(_) => (Head::Name, text),
            Expr::Call(call) if matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "super") => {
                self.arguments(&call.arguments);
                (Head::Super, text.trim_start_matches('.').to_owned().into())
            }
            first => {
                self.expression(first);
                (Head::Expression, text)
            }
        };
        let at = match path {
            Expr::Attribute(attribute) => attribute.attr.start(),
            path => path.start(),
        };
        self.add_use(kind, head, text, at);
    }

    pub(super) fn add_use(&mut self, kind: UseKind, head: Head, text: Cow<'s, str>, at: TextSize) {
        // Where a name is missing there is a syntax error.
        if !text.is_empty() && !text.ends_with('.') {
            self.uses.push(PendingUse { kind, owner: self.at.owner, scope: self.at.scope, head, text, at });
        }
    }

    fn comprehension(&mut self, elements: &[Option<&Expr>], generators: &[Comprehension]) {
        let mut generators = generators.iter();
        let first = generators.next();
        // The first iterable is evaluated outside.
        self.optional_expression(first.map(|generator| &generator.iter));
        let inside = self.scopes.open(ScopeKind::Comprehension, self.at.scope);
        let outer = std::mem::replace(&mut self.at.scope, inside);
        if let Some(first) = first {
            self.generator(first);
        }
        for generator in generators {
            self.expression(&generator.iter);
            self.generator(generator);
        }
        elements.iter().for_each(|element| self.optional_expression(*element));
        self.at.scope = outer;
    }

    fn generator(&mut self, generator: &Comprehension) {
        self.expression(&generator.target);
        generator.ifs.iter().for_each(|test| self.expression(test));
    }

    fn interpolated(&mut self, element: &InterpolatedStringElement) {
        if let InterpolatedStringElement::Interpolation(interpolation) = element {
            self.expression(&interpolation.expression);
            if let Some(format) = &interpolation.format_spec {
                format.elements.iter().for_each(|element| self.interpolated(element));
            }
        }
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) {
        let mut bind = |name: &Option<ruff_python_ast::Identifier>| {
            name.iter().for_each(|name| self.bind(self.source.slice(name.range), Binding::Value));
        };
        match pattern {
            Pattern::MatchValue(value) => self.expression(&value.value),
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(sequence) => sequence.patterns.iter().for_each(|pattern| self.pattern(pattern)),
            Pattern::MatchMapping(mapping) => {
                bind(&mapping.rest);
                mapping.keys.iter().for_each(|key| self.expression(key));
                mapping.patterns.iter().for_each(|pattern| self.pattern(pattern));
            }
            Pattern::MatchClass(class) => {
                self.expression(&class.cls);
                class.arguments.patterns.iter().for_each(|pattern| self.pattern(pattern));
                class.arguments.keywords.iter().for_each(|keyword| self.pattern(&keyword.pattern));
            }
            Pattern::MatchStar(star) => bind(&star.name),
            Pattern::MatchAs(capture) => {
                bind(&capture.name);
                capture.pattern.iter().for_each(|pattern| self.pattern(pattern));
            }
            Pattern::MatchOr(either) => either.patterns.iter().for_each(|pattern| self.pattern(pattern)),
        }
    }

    /// The uses of the file, now that all names are known.
    ///
    /// A reference to a plain value, its attributes included, is no record: it says nothing about
    /// callables.
    pub(super) fn judge_uses(&mut self) -> Vec<UseRecord> {
        let uses = std::mem::take(&mut self.uses);
        uses.into_iter().filter_map(|pending| self.judge(pending)).collect()
    }

    fn judge(&self, PendingUse { kind, owner, scope, head, mut text, at }: PendingUse<'s>) -> Option<UseRecord> {
        let first = text.split('.').next().unwrap_or(&text);
        let mut form = match head {
            Head::Name => self.scopes.form(scope, first),
            Head::Super => UseForm::SuperMember,
            Head::Expression => UseForm::Value,
        };
        if form == UseForm::SelfMember {
            match text.split_once('.') {
                Some((_, member)) => text = member.strip_prefix("__class__.").unwrap_or(member).to_owned().into(),
                None => form = UseForm::Value,
            }
        }
        let says_nothing = match form {
            _ if kind == UseKind::Call => false,
            UseForm::Value => true,
            _ => PLAIN_BUILTINS.contains(&&*text),
        };
        (!says_nothing).then(|| UseRecord {
            kind,
            owner: self.symbols.id(owner).clone(),
            form,
            text: text.into_owned(),
            site: self.lines.site(at),
        })
    }
}
