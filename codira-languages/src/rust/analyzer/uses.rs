//! Calls and references in code that the parser understood.

use codira_contracts::{UseForm, UseKind};

use super::{
    paths::{Path, Start, is_primitive},
    scope::bound_name,
    tree::{Node, SyntaxKind as K, Token, Tree},
    walk::Walk,
};

impl<'a> Walk<'_, 'a> {
    /// Records what a node uses, its children apart.
    pub(super) fn usage(&mut self, tree: &Tree<'_, 'a>, node: Node, kind: K) {
        match kind {
            K::PATH_EXPR => {
                let called = tree.parent(node);
                let is_callee = tree.kind(called) == K::CALL_EXPR && tree.parts(called).next() == Some(node);
                self.path_use(tree, node, if is_callee { UseKind::Call } else { UseKind::Reference });
            }
            K::PATH_TYPE => self.type_use(tree, node),
            K::PATH_PAT | K::TUPLE_STRUCT_PAT | K::RECORD_PAT | K::RECORD_EXPR => self.path_use(tree, node, UseKind::Reference),
            K::IDENT_PAT if bound_name(tree, node).is_none() => {
                if let Some(name) = tree.child(node, K::NAME).and_then(|name| tree.first_token(name)) {
                    let text = tree.tokens.name(name).to_owned();
                    self.record(tree, UseKind::Reference, UseForm::Path, text, name);
                }
            }
            K::METHOD_CALL_EXPR => self.method_call(tree, node),
            K::CALL_EXPR => self.field_call(tree, node),
            K::YIELD_EXPR => {
                if let Some(function) = self.context.function {
                    self.analysis.symbols[function].body.yields = true;
                }
            }
            _ => {}
        }
    }

    /// A path in an expression or a pattern. Plain reads of local variables are no uses.
    fn path_use(&mut self, tree: &Tree<'_, 'a>, node: Node, kind: UseKind) {
        let Some(path) = Path::in_node(tree, node) else { return };
        let is_read = kind == UseKind::Reference;
        if is_read && path.single().is_some_and(|name| name == "self" || self.scope.has(name)) {
            return;
        }
        if let Some((form, text)) = self.classify(&path) {
            self.record(tree, kind, form, text, path.last);
        }
    }

    /// A path in a type. Primitive types and type parameters are no uses, nor are members of a
    /// type parameter.
    fn type_use(&mut self, tree: &Tree<'_, 'a>, node: Node) {
        let Some(path) = Path::in_node(tree, node) else { return };
        if path.single().is_some_and(|name| is_primitive(name) || name == "Self") {
            return;
        }
        match self.classify(&path) {
            None | Some((UseForm::Value, _)) => {}
            Some((form, text)) => self.record(tree, UseKind::Reference, form, text, path.last),
        }
    }

    /// How a path reaches what it names, and its text. `Self` alone is the type that it stands
    /// for; none where there is none.
    pub(super) fn classify(&self, path: &Path<'a>) -> Option<(UseForm, String)> {
        if path.start == Start::Type {
            return Some((UseForm::Value, path.text()));
        }
        match path.names[..] {
            ["Self"] => Some((UseForm::Path, self.context.self_type.clone()?)),
            ["Self", name] => Some((UseForm::SelfMember, name.to_owned())),
            ["Self", ..] => Some((UseForm::Value, path.text())),
            [name] if path.start == Start::Scope && self.scope.has(name) => Some((UseForm::Value, name.to_owned())),
            [name, _, ..] if path.start == Start::Scope && self.scope.has_generic(name) => Some((UseForm::Value, path.text())),
            _ => Some((UseForm::Path, path.text())),
        }
    }

    /// `receiver.name(...)`.
    fn method_call(&mut self, tree: &Tree<'_, 'a>, node: Node) {
        let Some(name) = tree.child(node, K::NAME_REF).and_then(|name| tree.first_token(name)) else { return };
        let receiver = tree.parts(node).next().and_then(|receiver| value_path(tree, receiver));
        self.member_call(tree, receiver, name);
    }

    /// `(self.callback)(...)`.
    fn field_call(&mut self, tree: &Tree<'_, 'a>, node: Node) {
        let callee = tree.parts(node).next().filter(|&callee| tree.kind(callee) == K::PAREN_EXPR);
        let field = callee.and_then(|callee| tree.parts(callee).next()).filter(|&field| tree.kind(field) == K::FIELD_EXPR);
        let Some(field) = field else { return };
        let Some(name) = tree.child(field, K::NAME_REF).and_then(|name| tree.first_token(name)) else { return };
        let text = value_path(tree, field).unwrap_or_else(|| format!(".{}", tree.tokens.name(name)));
        self.record(tree, UseKind::Call, UseForm::Value, text, name);
    }

    /// A call of a member of a value, whose path is given where it has one.
    pub(super) fn member_call(&mut self, tree: &Tree<'_, 'a>, receiver: Option<String>, name: Token) {
        let member = tree.tokens.name(name);
        let (form, text) = match receiver.as_deref() {
            Some("self") => (UseForm::SelfMember, member.to_owned()),
            Some(receiver) => (UseForm::Value, format!("{receiver}.{member}")),
            None => (UseForm::Value, format!(".{member}")),
        };
        self.record(tree, UseKind::Call, form, text, name);
    }
}

/// The path of a value, if it is a variable, a static or a field of one: `self.queue`, `CONFIG`.
fn value_path(tree: &Tree<'_, '_>, node: Node) -> Option<String> {
    let mut fields = Vec::new();
    let mut value = node;
    while tree.kind(value) == K::FIELD_EXPR {
        fields.push(tree.tokens.name(tree.child(value, K::NAME_REF).and_then(|name| tree.first_token(name))?));
        value = tree.parts(value).next()?;
    }
    if tree.kind(value) != K::PATH_EXPR {
        return None;
    }
    let path = Path::in_node(tree, value)?;
    Some(fields.into_iter().rev().fold(path.text(), |text, field| format!("{text}.{field}")))
}
