//! `use`, `extern crate` and `mod name;`.

use codira_contracts::{Import, ImportCondition, ImportKind, Visibility};

use super::{
    attributes::Head,
    items::visibility,
    paths::Path,
    tree::{Node, SyntaxKind as K, Token, Tree},
    walk::Walk,
};

/// What all imports of one declaration share.
struct Declaration {
    visibility: Visibility,
    is_conditional: bool,
}

impl<'a> Walk<'_, 'a> {
    /// `use` and `extern crate`.
    pub(super) fn import(&mut self, tree: &Tree<'_, 'a>, node: Node) {
        let is_conditional = Head::of(tree, node).is_conditional;
        let declaration = Declaration { visibility: visibility(tree, node), is_conditional };
        if tree.kind(node) == K::EXTERN_CRATE {
            let Some(name) = tree.child(node, K::NAME_REF).and_then(|name| tree.first_token(name)) else { return };
            let module = tree.tokens.name(name).to_owned();
            self.add(&declaration, ImportKind::Module, module, None, (rename(tree, node), name), tree);
        } else if let Some(used) = tree.child(node, K::USE_TREE) {
            self.use_tree(tree, used, &declaration, "");
        }
    }

    /// `mod name;`
    pub(super) fn submodule(&mut self, tree: &Tree<'_, 'a>, node: Node, head: &Head<'a>, name: Token) {
        let declaration = Declaration { visibility: visibility(tree, node), is_conditional: head.is_conditional };
        let module = tree.tokens.name(name).to_owned();
        let (module, alias) = match head.path {
            Some(path) => (path.to_owned(), Some(module)),
            None => (module, None),
        };
        self.add(&declaration, ImportKind::Submodule, module, None, (alias, name), tree);
    }

    /// One tree of a `use`, below the path of its enclosing groups.
    fn use_tree(&mut self, tree: &Tree<'_, 'a>, node: Node, declaration: &Declaration, above: &str) {
        let path = tree.child(node, K::PATH).and_then(|path| Path::of(tree, path));
        let below = path.as_ref().map_or(above.to_owned(), |path| join(above, &path.text()));
        if let Some(list) = tree.child(node, K::USE_TREE_LIST) {
            for used in tree.children_of(list, K::USE_TREE) {
                self.use_tree(tree, used, declaration, &below);
            }
            return;
        }
        if let Some(star) = tree.own_token(node, K::STAR) {
            self.add(declaration, ImportKind::Glob, below, None, (None, star), tree);
            return;
        }
        let Some(path) = path else { return };
        let alias = rename(tree, node);
        // `a::{self}` brings in `a`.
        let whole = match path.single() {
            Some("self") if !above.is_empty() => above,
            _ => &below,
        };
        match whole.rsplit_once("::").filter(|(module, _)| !module.is_empty()) {
            Some((module, name)) => {
                let name = Some(name.to_owned());
                self.add(declaration, ImportKind::Name, module.to_owned(), name, (alias, path.last), tree);
            }
            None => self.add(declaration, ImportKind::Module, whole.to_owned(), None, (alias, path.last), tree),
        }
    }

    fn add(
        &mut self,
        declaration: &Declaration,
        kind: ImportKind,
        module: String,
        name: Option<String>,
        (alias, token): (Option<String>, Token),
        tree: &Tree<'_, 'a>,
    ) {
        let is_conditional = declaration.is_conditional || self.context.is_conditional;
        self.analysis.imports.push(Import {
            kind,
            module,
            name,
            alias,
            owner: Some(self.analysis.symbols[self.context.importer].id.clone()),
            visibility: declaration.visibility,
            condition: if is_conditional { ImportCondition::Conditional } else { ImportCondition::Always },
            line: self.lines.site(tree.tokens.start(token)).line,
        });
    }
}

/// The name after `as`.
fn rename(tree: &Tree<'_, '_>, node: Node) -> Option<String> {
    let rename = tree.child(node, K::RENAME)?;
    let name = match tree.child(rename, K::NAME) {
        Some(name) => tree.first_token(name)?,
        None => tree.own_token(rename, K::UNDERSCORE)?,
    };
    Some(tree.tokens.name(name).to_owned())
}

/// A path below another one.
fn join(above: &str, path: &str) -> String {
    if above.is_empty() { path.to_owned() } else { format!("{above}::{}", path.trim_start_matches("::")) }
}
