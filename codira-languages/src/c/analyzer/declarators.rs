//! Reads declarations: the declared names, their kinds and their parameters.

use std::ops::Range;

use codira_contracts::{Parameter, ParameterKind};
use tree_sitter::Node;

use super::grammar::{Grammar, Kind};

/// One declarator, taken apart.
pub(super) struct Declarator<'tree> {
    pub(super) name: Option<Node<'tree>>,
    /// The parameter list, where the name is that of a function (and not of a pointer to one).
    pub(super) function: Option<Node<'tree>>,
    /// The name stands alone: neither pointer, array nor function.
    pub(super) plain: bool,
    /// Whether the pointer nearest to the name is constant; `None` without pointer.
    pub(super) constant_pointer: Option<bool>,
}

/// The specifiers before the declarators.
#[derive(Default)]
pub(super) struct Specifiers {
    pub(super) is_static: bool,
    pub(super) is_extern: bool,
    pub(super) is_const: bool,
}

impl Grammar {
    /// Takes a declarator apart.
    pub(super) fn declarator<'tree>(&self, mut node: Node<'tree>) -> Declarator<'tree> {
        let mut read = Declarator { name: None, function: None, plain: true, constant_pointer: None };
        loop {
            let kind = self.kind(node);
            match kind {
                Kind::Identifier | Kind::FieldIdentifier | Kind::TypeIdentifier | Kind::PrimitiveType => {
                    read.name = Some(node);
                    return read;
                }
                Kind::FunctionDeclarator => {
                    read.function = node.child_by_field_id(self.parameters.get());
                    read.plain = false;
                }
                Kind::PointerDeclarator => {
                    let constant = node.children(&mut node.walk()).any(|child| self.is_const(child));
                    read = Declarator { function: None, plain: false, constant_pointer: Some(constant), ..read };
                }
                Kind::ArrayDeclarator => read = Declarator { function: None, plain: false, ..read },
                Kind::InitDeclarator | Kind::ParenthesizedDeclarator | Kind::AttributedDeclarator => {}
                _ => return read,
            }
            let inner = node.child_by_field_id(self.declarator.get()).or_else(|| {
                let mut cursor = node.walk();
                node.named_children(&mut cursor).find(|child| self.is_declarator(*child))
            });
            match inner {
                Some(inner) => node = inner,
                None => return read,
            }
        }
    }

    /// Whether a node can be a declarator.
    fn is_declarator(&self, node: Node<'_>) -> bool {
        use Kind as K;
        matches!(
            self.kind(node),
            K::Identifier
                | K::FieldIdentifier
                | K::TypeIdentifier
                | K::PrimitiveType
                | K::FunctionDeclarator
                | K::PointerDeclarator
                | K::ArrayDeclarator
                | K::ParenthesizedDeclarator
                | K::AttributedDeclarator
        )
    }

    /// The nodes before the first declarator of a declaration or function definition.
    pub(super) fn specifiers(&self, node: Node<'_>, text: &str) -> Specifiers {
        let mut specifiers = Specifiers::default();
        let mut cursor = node.walk();
        if !cursor.goto_first_child() {
            return specifiers;
        }
        while cursor.field_id() != Some(self.declarator) {
            self.specify(&mut specifiers, cursor.node(), text);
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        specifiers
    }

    /// Adds the specifiers of a node before the first declarator.
    pub(super) fn specify(&self, specifiers: &mut Specifiers, node: Node<'_>, text: &str) {
        match self.kind(node) {
            Kind::StorageClass => {
                specifiers.is_static |= &text[node.byte_range()] == "static";
                specifiers.is_extern |= &text[node.byte_range()] == "extern";
            }
            Kind::TypeQualifier => specifiers.is_const |= self.is_const(node),
            _ => {}
        }
    }

    fn is_const(&self, node: Node<'_>) -> bool {
        self.kind(node) == Kind::TypeQualifier && node.child(0).is_some_and(|word| matches!(word.kind(), "const" | "constexpr"))
    }

    /// The parameters of a function; `node` is its definition or declaration.
    pub(super) fn parameters(&self, list: Node<'_>, node: Node<'_>, text: &str) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        let mut untyped = false;
        for child in list.named_children(&mut list.walk()) {
            let (name, kind, annotation) = match self.kind(child) {
                Kind::ParameterDeclaration => {
                    let name = child.child_by_field_id(self.declarator.get()).and_then(|inner| self.declarator(inner).name);
                    (name, ParameterKind::Positional, Some(without(text, child.byte_range(), name)))
                }
                Kind::VariadicParameter => (None, ParameterKind::Variadic, None),
                Kind::Identifier => {
                    untyped = true;
                    (Some(child), ParameterKind::Positional, None)
                }
                _ => continue,
            };
            let name = name.map_or_else(String::new, |name| text[name.byte_range()].to_owned());
            parameters.push(Parameter { name, kind, annotation, default: None });
        }
        if let [Parameter { name, annotation: Some(annotation), .. }] = parameters.as_slice()
            && name.is_empty()
            && annotation == "void"
        {
            return Vec::new();
        }
        if untyped {
            self.type_parameters(&mut parameters, node, text);
        }
        parameters
    }

    /// Adds the types that declarations between head and body give to parameters, as before ANSI
    /// C.
    fn type_parameters(&self, parameters: &mut [Parameter], definition: Node<'_>, text: &str) {
        for declaration in definition.named_children(&mut definition.walk()) {
            if self.kind(declaration) != Kind::Declaration {
                continue;
            }
            let Some(first) = declaration.child_by_field_id(self.declarator.get()) else { continue };
            let specifiers = fold(&text[declaration.start_byte()..first.start_byte()]);
            for declarator in declaration.children_by_field_id(self.declarator, &mut declaration.walk()) {
                let Some(name) = self.declarator(declarator).name else { continue };
                let shape = without(text, declarator.byte_range(), Some(name));
                let name = &text[name.byte_range()];
                if let Some(parameter) = parameters.iter_mut().find(|parameter| parameter.name == name) {
                    parameter.annotation = Some(format!("{specifiers} {shape}").trim_end().to_owned());
                }
            }
        }
    }
}

/// A range of text on one line, without the name in it.
fn without(text: &str, range: Range<usize>, name: Option<Node<'_>>) -> String {
    match name {
        Some(name) => {
            let (before, after) = (fold(&text[range.start..name.start_byte()]), fold(&text[name.end_byte()..range.end]));
            let space = if before.ends_with(['*', '(']) || after.is_empty() || after.starts_with(')') { "" } else { " " };
            format!("{before}{space}{after}")
        }
        None => fold(&text[range]),
    }
}

/// Text on one line, whitespace folded.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len().min(256));
    for word in text.split_whitespace().filter(|word| *word != "\\") {
        // The blanks that a comment leaves before a closing mark or a comma are dropped.
        if !folded.is_empty() && !word.starts_with([',', ';']) {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}
