//! Symbols: what each item defines.

use codira_contracts::{
    BodyFacts, Documentation, DocumentationFormat, DocumentationKind, StableId, Symbol, SymbolKind, Visibility,
};

use super::{
    attributes::Head,
    folding::canonical,
    heads::{aliased, bases, extended, parameters, signature},
    paths::Path,
    tree::{Node, SyntaxKind as K, Token, Tree},
    walk::{Context, Inside, Leave, Next, Walk},
};

/// What an item defines, before it is written down.
struct Definition {
    kind: SymbolKind,
    name: String,
    /// What its id ends with.
    id: String,
    /// What the ids of its parts begin with, after the prefix of its own id.
    id_of_parts: String,
    /// What its qualified name ends with.
    qualified: String,
    /// What the qualified names of its parts begin with.
    qualified_of_parts: String,
    inside: Inside,
}

impl Definition {
    fn new(kind: SymbolKind, name: &str, inside: Inside) -> Self {
        let [id, id_of_parts, qualified, qualified_of_parts] = std::array::from_fn(|_| name.to_owned());
        Self { kind, name: name.to_owned(), id, id_of_parts, qualified, qualified_of_parts, inside }
    }

    fn with_id(self, id: String) -> Self {
        Self { id, ..self }
    }
}

impl<'a> Walk<'_, 'a> {
    /// The whole file, whose symbol is there already.
    pub(super) fn file(&mut self, tree: &Tree<'_, 'a>) {
        let head = Head::of(tree, Tree::ROOT);
        let module = &mut self.analysis.symbols[0];
        module.documentation = head.documentation.clone();
        module.decorators = head.attributes.clone();
        let (id, name) = (module.id.clone(), module.name.clone());
        self.context.is_conditional = head.is_conditional;
        self.document(tree, &head, &id, SymbolKind::Module, &name);
        self.run(tree);
    }

    /// An item: a symbol, or a block of foreign items.
    pub(super) fn item(&mut self, tree: &Tree<'_, 'a>, node: Node) -> Next {
        let head = Head::of(tree, node);
        let name = name_token(tree, node);
        match (tree.kind(node), name) {
            (K::MODULE, Some(name)) if tree.child(node, K::ITEM_LIST).is_none() => {
                self.submodule(tree, node, &head, name);
                return Next::Skip;
            }
            (K::EXTERN_BLOCK, _) => {
                let inside = Inside::ExternBlock;
                self.open(tree, node, |context| Context {
                    inside,
                    is_conditional: context.is_conditional || head.is_conditional,
                    ..context
                });
                return Next::Descend;
            }
            _ => {}
        }
        // An item without name, as `const _`, defines no symbol; its parts belong to its parent.
        let Some(definition) = self.definition(tree, node, name) else { return Next::Descend };
        let index = self.define(tree, node, &head, &definition);
        self.enter_symbol(tree, node, index, &head, definition);
        self.derived(tree, &head);
        match tree.kind(node) {
            K::MACRO_RULES | K::MACRO_DEF => {
                self.macro_definition(tree, node);
                Next::Skip
            }
            _ => Next::Descend,
        }
    }

    fn definition(&self, tree: &Tree<'_, 'a>, node: Node, name: Option<Token>) -> Option<Definition> {
        use SymbolKind as S;
        let inside = self.context.inside;
        let is_member = matches!(inside, Inside::Implementation | Inside::TraitImplementation | Inside::Trait);
        if tree.kind(node) == K::IMPL {
            return implementation(tree, node);
        }
        let name = tree.tokens.name(name?);
        let define = |kind, inside| Definition::new(kind, name, inside);
        Some(match tree.kind(node) {
            K::FN if inside == Inside::ExternBlock => define(S::Prototype, Inside::Function),
            K::FN if is_member => define(S::Method, Inside::Function),
            K::FN => define(S::Function, Inside::Function),
            K::STRUCT => define(S::Struct, Inside::Item),
            K::UNION => define(S::Union, Inside::Item),
            K::ENUM => define(S::Enum, Inside::Enum),
            K::VARIANT => define(S::EnumMember, Inside::Enum),
            K::RECORD_FIELD => define(S::Field, if inside == Inside::Enum { Inside::Enum } else { Inside::Item }),
            K::TRAIT => define(S::Trait, Inside::Trait),
            K::STATIC if tree.own_token(node, K::MUT_KW).is_some() => define(S::Variable, Inside::Item),
            K::CONST | K::STATIC => define(S::Constant, Inside::Item),
            K::TYPE_ALIAS => define(S::TypeAlias, Inside::Item),
            // A module may have the name of a function in the same scope, and a macro that of
            // either.
            K::MODULE => define(S::Module, Inside::Module).with_id(format!("mod {name}")),
            K::MACRO_RULES | K::MACRO_DEF => define(S::Macro, Inside::Item).with_id(format!("{name}!")),
            _ => return None,
        })
    }

    /// Writes a symbol down, and the documentation unit that it owns.
    fn define(&mut self, tree: &Tree<'_, 'a>, node: Node, head: &Head<'a>, definition: &Definition) -> usize {
        let tokens = tree.tokens;
        let id = self.unique(format!("{}{}", self.context.id_prefix, definition.id));
        let owner = &self.analysis.symbols[self.context.owner];
        let visibility = match self.context.inside {
            Inside::TraitImplementation => Visibility::Public,
            Inside::Trait | Inside::Enum => owner.visibility,
            _ if definition.kind == SymbolKind::Implementation || head.is_exported => Visibility::Public,
            _ => visibility(tree, node),
        };
        let range = tree.range(node);
        let last = range.end.saturating_sub(1).max(range.start);
        let span = self.lines.span(tokens.start(range.start), tokens.start(last) + tokens.text(last).len().saturating_sub(1));
        let symbol = Symbol {
            parent: Some(owner.id.clone()),
            qualified_name: format!("{}{}", self.context.name_prefix, definition.qualified),
            span,
            signature: Some(signature(tree, node)),
            documentation: head.documentation.clone(),
            visibility,
            parameters: parameters(tree, node),
            decorators: head.attributes.clone(),
            bases: bases(tree, node),
            extends: match definition.kind {
                SymbolKind::Implementation => extended(tree, node),
                SymbolKind::TypeAlias => aliased(tree, node),
                _ => None,
            },
            body: BodyFacts { returns_value: returns_value(tree, node), ..BodyFacts::default() },
            ..Symbol::new(id.as_str(), definition.kind, &definition.name)
        };
        self.analysis.symbols.push(symbol);
        self.document(tree, head, &id, definition.kind, &definition.name);
        self.analysis.symbols.len() - 1
    }

    /// Adds the documentation unit of a symbol, if it is documented.
    fn document(&mut self, tree: &Tree<'_, 'a>, head: &Head<'a>, owner: &StableId, kind: SymbolKind, title: &str) {
        let Some(text) = &head.documentation else { return };
        let tokens = tree.tokens;
        let last = head.documented.end.saturating_sub(1);
        let end = tokens.start(last) + tokens.text(last).len().saturating_sub(1);
        let id = self.unique(format!("doc:{owner}"));
        self.analysis.documentation.push(Documentation {
            id,
            format: DocumentationFormat::Markdown,
            kind: match kind {
                SymbolKind::Module => DocumentationKind::Module,
                SymbolKind::Function | SymbolKind::Method | SymbolKind::Prototype => DocumentationKind::Function,
                kind if kind.is_type() => DocumentationKind::Type,
                _ => DocumentationKind::Symbol,
            },
            title: title.to_owned(),
            heading_path: Vec::new(),
            span: self.lines.span(tokens.start(head.documented.start), end),
            text: text.clone(),
            owner: Some(owner.clone()),
        });
    }

    /// From here to the end of the node, what is defined and used belongs to the symbol.
    fn enter_symbol(&mut self, tree: &Tree<'_, 'a>, node: Node, index: usize, head: &Head<'a>, definition: Definition) {
        let Definition { inside, id_of_parts, qualified_of_parts, .. } = definition;
        let is_function = inside == Inside::Function;
        let symbol = &self.analysis.symbols[index];
        let self_type = match symbol.kind {
            SymbolKind::Implementation => symbol.extends.clone(),
            SymbolKind::Struct | SymbolKind::Union | SymbolKind::Enum => Some(symbol.name.clone()),
            _ => None,
        };
        // An item in a function sees none of its variables, and a module no name of its parent.
        let is_hidden = self.context.function.is_some() || inside == Inside::Module;
        self.open(tree, node, |context| Context {
            owner: index,
            importer: if is_function || inside == Inside::Module { index } else { context.importer },
            inside,
            id_prefix: format!("{}{id_of_parts}::", context.id_prefix),
            name_prefix: format!("{}{qualified_of_parts}::", context.name_prefix),
            self_type: self_type.or(if inside == Inside::Trait { None } else { context.self_type }),
            function: is_function.then_some(index),
            is_conditional: context.is_conditional || head.is_conditional,
        });
        if is_hidden {
            self.scope.hide();
        }
        self.scope.add_generics(tree, node);
        if is_function {
            self.scope.add_parameters(tree, node);
        }
    }

    /// Puts a context in force until the end of the node.
    fn open(&mut self, tree: &Tree<'_, 'a>, node: Node, inner: impl FnOnce(Context) -> Context) {
        let inner = inner(self.context.clone());
        let outer = std::mem::replace(&mut self.context, inner);
        self.open.push((tree.end(node), Leave::Context(Box::new(outer), self.scope.mark())));
    }
}

/// `impl Trait for Type`: identified by both as written, so that no other implementation changes
/// its id.
fn implementation(tree: &Tree<'_, '_>, node: Node) -> Option<Definition> {
    let (of_trait, to_type) = implemented(tree, node);
    let name = extended(tree, node)?;
    let name = codira_contracts::last_name(&name).to_owned();
    let canonical = |part: Node| canonical(tree.tokens, tree.range(part));
    let id = match of_trait {
        Some(of_trait) => {
            let negation = if tree.own_token(node, K::BANG).is_some() { "!" } else { "" };
            format!("impl {negation}{} for {}", canonical(of_trait), canonical(to_type?))
        }
        None => format!("impl {}", canonical(to_type?)),
    };
    let inside = if of_trait.is_some() { Inside::TraitImplementation } else { Inside::Implementation };
    let qualified = format!("<{id}>");
    let kind = SymbolKind::Implementation;
    Some(Definition { kind, id_of_parts: id.clone(), id, qualified, qualified_of_parts: name.clone(), name, inside })
}

/// The trait and the type of an `impl`.
pub(super) fn implemented(tree: &Tree<'_, '_>, node: Node) -> (Option<Node>, Option<Node>) {
    let is_head = |kind| {
        !matches!(
            kind,
            K::ATTR
                | K::VISIBILITY
                | K::GENERIC_PARAM_LIST
                | K::WHERE_CLAUSE
                | K::ASSOC_ITEM_LIST
                | K::ERROR
                | K::IMPL_RESTRICTION
        )
    };
    let mut types = tree.children(node).filter(|&child| is_head(tree.kind(child)));
    match (types.next(), types.next()) {
        (Some(of_trait), Some(to_type)) => (Some(of_trait), Some(to_type)),
        (to_type, _) => (None, to_type),
    }
}

/// The token that names an item.
fn name_token(tree: &Tree<'_, '_>, node: Node) -> Option<Token> {
    tree.child(node, K::NAME).and_then(|name| tree.first_token(name))
}

/// The visibility that is written before an item.
pub(super) fn visibility(tree: &Tree<'_, '_>, node: Node) -> Visibility {
    let Some(written) = tree.child(node, K::VISIBILITY) else { return Visibility::Private };
    let Some(inner) = tree.child(written, K::VISIBILITY_INNER) else { return Visibility::Public };
    let path = Path::in_node(tree, inner);
    match path.as_ref().and_then(Path::single) {
        Some("self") => Visibility::Private,
        _ => Visibility::Internal,
    }
}

/// Whether a function with a body gives a value back.
fn returns_value(tree: &Tree<'_, '_>, node: Node) -> bool {
    let returned = tree.child(node, K::RET_TYPE).and_then(|returned| tree.parts(returned).next());
    let is_value = |returned: Node| match tree.kind(returned) {
        K::NEVER_TYPE => false,
        K::TUPLE_TYPE => tree.children(returned).next().is_some(),
        _ => true,
    };
    tree.kind(node) == K::FN && tree.child(node, K::BLOCK_EXPR).is_some() && returned.is_some_and(is_value)
}
