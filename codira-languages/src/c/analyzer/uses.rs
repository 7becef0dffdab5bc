//! Calls and references in code.

use codira_contracts::{UseForm, UseKind};
use tree_sitter::Node;

use super::{
    grammar::{FieldId, Kind},
    macros::is_keyword,
    walk::Walk,
};

impl Walk<'_> {
    /// Records what a call calls, as far as it has a name.
    pub(super) fn call(&mut self, node: Node<'_>) {
        let grammar = self.grammar;
        let Some(mut function) = node.child_by_field_id(grammar.function.get()) else { return };
        let mut through_element = false;
        let mut parenthesized = false;
        // What is called by `(*f)(x)`, `(f)(x)` and `a[i](x)` is named by `f` and `a`.
        loop {
            let inner = match grammar.kind(function) {
                Kind::ParenthesizedExpression => {
                    parenthesized = true;
                    function.named_child(0)
                }
                Kind::PointerExpression => {
                    parenthesized = false;
                    function.child_by_field_id(grammar.argument.get())
                }
                Kind::Subscript => {
                    through_element = true;
                    function.child_by_field_id(grammar.argument.get())
                }
                _ => break,
            };
            match inner {
                Some(inner) => function = inner,
                None => return,
            }
        }
        match grammar.kind(function) {
            Kind::Identifier => {
                let name = &self.code[function.byte_range()];
                if through_element {
                    return self.record(UseKind::Call, UseForm::Value, name, function);
                }
                self.callee = Some(function.start_byte());
                let arguments = node.child_by_field_id(grammar.arguments.get()).map_or(0, |list| list.named_child_count());
                // `(name)(x)` is a cast far more often than a call.
                if parenthesized && arguments == 1 {
                    return;
                }
                if name.to_ascii_lowercase().ends_with("assert") {
                    self.owning_body(|body| body.asserts = true);
                }
                let form = if self.scopes.is_local(name) { UseForm::Value } else { UseForm::Path };
                self.record(UseKind::Call, form, name, function);
            }
            Kind::FieldExpression => {
                if let Some(name) = function.child_by_field_id(grammar.field.get()) {
                    let text = self.member_path(function);
                    self.record(UseKind::Call, UseForm::Value, text, name);
                }
            }
            _ => {}
        }
    }

    /// The path of a member, joined by dots however it is reached: `server.el.fn`, or `.fn` for a
    /// member of an expression.
    fn member_path(&self, mut node: Node<'_>) -> String {
        let grammar = self.grammar;
        let mut names = Vec::new();
        loop {
            match grammar.kind(node) {
                Kind::FieldExpression => {
                    names.extend(node.child_by_field_id(grammar.field.get()).map(|name| &self.code[name.byte_range()]));
                    match node.child_by_field_id(grammar.argument.get()) {
                        Some(argument) => node = argument,
                        None => break,
                    }
                }
                Kind::ParenthesizedExpression => match node.named_child(0) {
                    Some(inner) => node = inner,
                    None => break,
                },
                Kind::PointerExpression => match node.child_by_field_id(grammar.argument.get()) {
                    Some(inner) => node = inner,
                    None => break,
                },
                Kind::Identifier => {
                    names.push(&self.code[node.byte_range()]);
                    break;
                }
                _ => {
                    names.push("");
                    break;
                }
            }
        }
        names.reverse();
        names.join(".")
    }

    /// Records a macro that stands for a type: `STACK_OF(X509)`.
    pub(super) fn macro_type(&mut self, node: Node<'_>) {
        if let Some(name) = node.child_by_field_id(self.grammar.name.get()) {
            self.record(UseKind::Call, UseForm::Path, &self.code[name.byte_range()], name);
        }
    }

    /// Records an identifier that is a value, unless it is local.
    pub(super) fn identifier(&mut self, node: Node<'_>, field: Option<FieldId>) {
        if self.callee == Some(node.start_byte()) || !self.is_value(field) {
            return;
        }
        self.reference(node);
    }

    /// Records a name that is a value, unless it is local.
    pub(super) fn reference(&mut self, node: Node<'_>) {
        let name = &self.code[node.byte_range()];
        // In broken text even words of the language are taken for names.
        if !name.is_empty() && !self.scopes.is_local(name) && !is_keyword(name) {
            self.record(UseKind::Reference, UseForm::Path, name, node);
        }
    }

    /// Whether an identifier is a value by its position, and not a name that is declared.
    fn is_value(&self, field: Option<FieldId>) -> bool {
        use Kind as K;
        let grammar = self.grammar;
        match self.parent() {
            K::Declaration
            | K::FieldDeclaration
            | K::FunctionDeclarator
            | K::FunctionDefinition
            | K::ParameterDeclaration
            | K::ParameterList
            | K::ParenthesizedDeclarator
            | K::PointerDeclarator
            | K::AttributedDeclarator
            | K::MacroType
            // Loose words in broken text may be anything.
            | K::Error => false,
            K::ArrayDeclarator | K::InitDeclarator => field != Some(grammar.declarator),
            K::Enumerator => field != Some(grammar.name),
            // Operand names and labels of inline assembly.
            _ => field != Some(grammar.symbol) && field != Some(grammar.label),
        }
    }
}
