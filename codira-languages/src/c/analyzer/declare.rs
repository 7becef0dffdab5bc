//! Symbols from declarations and definitions.

use codira_contracts::{Symbol, SymbolKind, UseForm, UseKind, Visibility};
use tree_sitter::Node;

use super::{
    declarators::{Declarator, Specifiers, fold},
    draft::{Index, LONGEST_NAME, MODULE},
    grammar::Kind,
    walk::{Opened, Walk},
};

/// Words that begin statements: in broken text they may look like functions.
const STATEMENTS: [&str; 9] = ["if", "else", "for", "while", "do", "switch", "return", "sizeof", "case"];

impl<'t> Walk<'t> {
    /// A function definition.
    pub(super) fn function(&mut self, node: Node<'_>) -> Opened {
        let grammar = self.grammar;
        let Some(outer) = node.child_by_field_id(grammar.declarator.get()) else { return Opened::Nothing };
        let declarator = grammar.declarator(outer);
        let named = declarator.name.filter(|name| !STATEMENTS.contains(&&self.code[name.byte_range()]));
        let Some(name) = named else { return Opened::Nothing };
        let made_by = if declarator.function.is_none() { self.macro_before(node, outer) } else { None };
        if let (Some(made_by), true) = (made_by, self.in_block()) {
            // `foreach(item) { }` is a statement.
            self.record(UseKind::Call, UseForm::Path, &self.code[made_by.byte_range()], made_by);
            self.reference(name);
            return Opened::Nothing;
        }
        if declarator.function.is_none() && made_by.is_none() {
            return Opened::Nothing;
        }
        self.reset_loose();
        let body = node.child_by_field_id(grammar.body.get());
        let head = body.map_or(node.end_byte(), |body| body.start_byte());
        let is_static = grammar.specifiers(node, self.code).is_static;
        let index = self.function_symbol(node, &declarator, name, head, is_static);
        self.own(index);
        if let Some(made_by) = made_by {
            self.drafts[index].symbol.decorators.push(self.code[made_by.byte_range()].to_owned());
            self.record(UseKind::Call, UseForm::Path, &self.code[made_by.byte_range()], made_by);
        }
        self.scopes.open();
        self.declare_parameters(node, &declarator);
        Opened::Function
    }

    /// The macro in `TEST(name) { }`, which the parser takes for a type.
    fn macro_before<'tree>(&self, node: Node<'tree>, declarator: Node<'_>) -> Option<Node<'tree>> {
        let grammar = self.grammar;
        let made_by = node.child_by_field_id(grammar.type_.get())?;
        let shape = (grammar.kind(made_by), grammar.kind(declarator));
        (shape == (Kind::TypeIdentifier, Kind::ParenthesizedDeclarator)).then_some(made_by)
    }

    /// The head of a function whose body the parser could not close.
    pub(super) fn recovered_function(&mut self, node: Node<'_>) -> Option<Index> {
        let declarator = self.grammar.declarator(node);
        let name = declarator.name.filter(|name| !STATEMENTS.contains(&&self.code[name.byte_range()]))?;
        self.reset_loose();
        if self.in_block() {
            return None;
        }
        let index = self.function_symbol(node, &declarator, name, node.end_byte(), false);
        // Its specifiers are loose words on the same line.
        let before = &self.code[..node.start_byte()];
        let line = before.rfind(['\n', ';', '{', '}']).map_or(0, |end| end + 1);
        let start = line + (before.len() - line) - before[line..].trim_start().len();
        let draft = &mut self.drafts[index];
        (draft.start, draft.symbol.signature) = (start, Some(fold(&self.code[start..node.end_byte()])));
        draft.symbol.visibility = visibility(before[start..].split_whitespace().any(|word| word == "static"));
        self.declare_parameters(node, &declarator);
        Some(index)
    }

    fn function_symbol(
        &mut self,
        node: Node<'_>,
        declarator: &Declarator<'_>,
        name: Node<'_>,
        head: usize,
        is_static: bool,
    ) -> Index {
        let start = self.macros.begin(node.start_byte(), self.code);
        let parameters = declarator.function.map(|list| self.grammar.parameters(list, node, self.code));
        let symbol = Symbol {
            visibility: visibility(is_static),
            signature: Some(fold(&self.code[start..head])),
            parameters: parameters.unwrap_or_default(),
            decorators: self.decorators(node, start, head),
            ..Symbol::new("", SymbolKind::Function, &self.code[name.byte_range()])
        };
        self.draft(symbol, self.owner(), start, node.end_byte())
    }

    fn declare_parameters(&mut self, node: Node<'_>, declarator: &Declarator<'_>) {
        let grammar = self.grammar;
        let Some(list) = declarator.function else { return };
        for child in list.named_children(&mut list.walk()) {
            let name = match grammar.kind(child) {
                Kind::ParameterDeclaration => {
                    child.child_by_field_id(grammar.declarator.get()).and_then(|inner| grammar.declarator(inner).name)
                }
                Kind::Identifier => Some(child),
                _ => None,
            };
            if let Some(name) = name {
                self.scopes.declare(&self.code[name.byte_range()]);
            }
        }
        // Their types may name more of them than a list that is broken.
        for declaration in node.named_children(&mut node.walk()).filter(|child| grammar.kind(*child) == Kind::Declaration) {
            for inner in declaration.children_by_field_id(grammar.declarator, &mut declaration.walk()) {
                if let Some(name) = grammar.declarator(inner).name {
                    self.scopes.declare(&self.code[name.byte_range()]);
                }
            }
        }
    }

    /// A declaration of variables, fields, functions or types.
    pub(super) fn declaration(&mut self, node: Node<'_>, kind: Kind) -> Opened {
        let grammar = self.grammar;
        let mut specifiers = Specifiers::default();
        let mut specified = false;
        let mut declared = Vec::new();
        let mut prefix = None;
        let mut cursor = node.walk();
        let mut more = cursor.goto_first_child();
        while more {
            let child = cursor.node();
            if grammar.kind(child) == Kind::BitfieldClause
                && let Some((_, field)) = declared.last()
                && let Some(signature) = &mut self.drafts[*field as Index].symbol.signature
            {
                signature.push_str(&fold(&self.code[child.byte_range()]));
            }
            let declares = cursor.field_id() == Some(grammar.declarator);
            specified |= declares;
            if !specified {
                grammar.specify(&mut specifiers, child, self.code);
            }
            if declares {
                let declarator = grammar.declarator(child);
                if self.is_local(kind, &declarator, &specifiers) {
                    if let Some(name) = declarator.name {
                        self.scopes.declare(&self.code[name.byte_range()]);
                    }
                } else {
                    let prefix = prefix.get_or_insert_with(|| self.prefix(node, child));
                    if let Some(index) = self.declared_symbol(node, kind, child, &declarator, &specifiers, prefix) {
                        declared.push((child.start_byte(), index));
                    }
                }
            }
            more = cursor.goto_next_sibling();
        }
        self.declared.push(declared);
        Opened::Declaration
    }

    /// Whether a declarator declares a local variable.
    fn is_local(&self, kind: Kind, declarator: &Declarator<'_>, specifiers: &Specifiers) -> bool {
        kind == Kind::Declaration && self.in_block() && !specifiers.is_extern && declarator.function.is_none()
    }

    /// What is written before the first declarator, without the body of a type.
    fn prefix(&self, node: Node<'_>, declarator: Node<'_>) -> String {
        let start = self.macros.begin(node.start_byte(), self.code);
        let specifier = node.child_by_field_id(self.grammar.type_.get());
        match specifier.and_then(|specifier| specifier.child_by_field_id(self.grammar.body.get())) {
            Some(body) if body.end_byte() <= declarator.start_byte() => {
                let (before, after) =
                    (&self.code[start..body.start_byte()], &self.code[body.end_byte()..declarator.start_byte()]);
                fold(&format!("{before} {after}"))
            }
            _ => fold(&self.code[start..declarator.start_byte()]),
        }
    }

    fn declared_symbol(
        &mut self,
        node: Node<'_>,
        kind: Kind,
        outer: Node<'_>,
        declarator: &Declarator<'_>,
        specifiers: &Specifiers,
        prefix: &str,
    ) -> Option<Index> {
        let grammar = self.grammar;
        let name = &self.code[declarator.name?.byte_range()];
        if kind == Kind::TypeDefinition && declarator.plain && self.names_its_type(node, outer) {
            return None;
        }
        let is_constant = declarator.constant_pointer.unwrap_or(specifiers.is_const);
        let symbol_kind = match kind {
            Kind::FieldDeclaration => SymbolKind::Field,
            Kind::TypeDefinition => SymbolKind::TypeAlias,
            _ if declarator.function.is_some() => SymbolKind::Prototype,
            _ if is_constant => SymbolKind::Constant,
            _ => SymbolKind::Variable,
        };
        let inner = match grammar.kind(outer) {
            Kind::InitDeclarator => outer.child_by_field_id(grammar.declarator.get()).unwrap_or(outer),
            _ => outer,
        };
        let file_wide = kind == Kind::Declaration;
        let parent = if file_wide { MODULE } else { self.owner() };
        let start = self.macros.begin(node.start_byte(), self.code);
        let prefix_name = &self.drafts[parent].symbol.qualified_name;
        let qualified_name = match symbol_kind {
            SymbolKind::Field if parent != MODULE && prefix_name.len() <= LONGEST_NAME => format!("{prefix_name}.{name}"),
            _ => name.to_owned(),
        };
        // The text behind the only declarator belongs to it.
        let behind = self.code[outer.end_byte()..node.end_byte()].trim_end_matches(';');
        let declared_text = match symbol_kind {
            SymbolKind::Prototype if !behind.contains(',') => &self.code[inner.start_byte()..outer.end_byte() + behind.len()],
            _ => &self.code[inner.byte_range()],
        };
        let space = if prefix.ends_with('(') { "" } else { " " };
        let signature = format!("{prefix}{space}{}", fold(declared_text));
        let symbol = Symbol {
            qualified_name,
            visibility: visibility(file_wide && specifiers.is_static),
            signature: Some(signature),
            parameters: declarator.function.map(|list| grammar.parameters(list, node, self.code)).unwrap_or_default(),
            decorators: self.decorators(node, start, node.end_byte()),
            ..Symbol::new("", symbol_kind, name)
        };
        let index = self.draft(symbol, parent, start, node.end_byte());
        if file_wide && specifiers.is_extern && symbol_kind != SymbolKind::Prototype {
            self.drafts[index].stem = Some(format!("extern {name}"));
        }
        Some(index)
    }

    /// Whether a declarator gives its name to the nameless type of its `typedef`.
    fn names_its_type(&self, node: Node<'_>, declarator: Node<'_>) -> bool {
        let grammar = self.grammar;
        let nameless = |specifier: Node<'_>| {
            specifier.child_by_field_id(grammar.name.get()).is_none()
                && specifier.child_by_field_id(grammar.body.get()).is_some()
        };
        node.child_by_field_id(grammar.type_.get()).is_some_and(nameless)
            && node.child_by_field_id(grammar.declarator.get()) == Some(declarator)
    }

    /// A declarator with a value: what the value uses, the variable uses.
    pub(super) fn initializer(&mut self, node: Node<'_>) -> Opened {
        let declared = self.declared.last().map_or(&[][..], |declared| declared);
        let index = declared.binary_search_by_key(&node.start_byte(), |(start, _)| *start);
        match index.ok().map(|index| declared[index].1) {
            Some(index) => {
                self.own(index);
                Opened::Owner
            }
            None => Opened::Nothing,
        }
    }

    /// A structure, union or enumeration; only with a body it is defined.
    pub(super) fn tagged(&mut self, node: Node<'_>, kind: Kind) -> Opened {
        let grammar = self.grammar;
        let Some(body) = node.child_by_field_id(grammar.body.get()) else { return Opened::Nothing };
        let symbol_kind = match kind {
            Kind::StructSpecifier => SymbolKind::Struct,
            Kind::UnionSpecifier => SymbolKind::Union,
            _ => SymbolKind::Enum,
        };
        let tag = node.child_by_field_id(grammar.name.get());
        let head = fold(&self.code[node.start_byte()..body.start_byte()]);
        let mut stem = None;
        // A type that a `typedef` defines takes the lines of the `typedef`.
        let outer = if self.parent() == Kind::TypeDefinition { node.parent().unwrap_or(node) } else { node };
        let (name, signature) = match (tag, self.name_by_typedef(outer)) {
            (Some(tag), _) => (self.code[tag.byte_range()].to_owned(), head),
            (None, Some(name)) => (name.to_owned(), format!("typedef {head} {name}")),
            (None, None) if symbol_kind == SymbolKind::Enum => {
                let first =
                    body.named_children(&mut body.walk()).find_map(|member| member.child_by_field_id(grammar.name.get()));
                let first = first.map_or("", |name| &self.code[name.byte_range()]);
                stem = Some(format!("enum {{{first}}}"));
                ("(anonymous)".to_owned(), head)
            }
            // The members belong to the symbol that is declared with this type, or to the
            // enclosing one.
            (None, None) => {
                let declared = self.declared.last().and_then(|declared| declared.first()).map(|(_, index)| *index);
                return declared.map_or(Opened::Nothing, |declared| {
                    self.own(declared);
                    Opened::Owner
                });
            }
        };
        let start = self.macros.begin(outer.start_byte(), self.code);
        let symbol = Symbol {
            signature: Some(signature),
            decorators: self.decorators(node, start, body.start_byte()),
            ..Symbol::new("", symbol_kind, name)
        };
        // A type that a function head defines belongs to the symbol that encloses the function.
        let parent = if self.parent() == Kind::FunctionDefinition { MODULE } else { self.owner() };
        let index = self.draft(symbol, parent, start, outer.end_byte());
        self.drafts[index].stem = stem;
        self.own(index);
        Opened::Owner
    }

    /// The name that a `typedef` gives to a type without tag.
    fn name_by_typedef(&self, typedef: Node<'_>) -> Option<&'t str> {
        if self.parent() != Kind::TypeDefinition {
            return None;
        }
        let declarator = self.grammar.declarator(typedef.child_by_field_id(self.grammar.declarator.get())?);
        Some(&self.code[declarator.name?.byte_range()])
    }

    /// A member of an enumeration.
    pub(super) fn enumerator(&mut self, node: Node<'_>) -> Opened {
        if let Some(name) = node.child_by_field_id(self.grammar.name.get()) {
            let symbol = Symbol {
                signature: Some(fold(&self.code[node.byte_range()])),
                ..Symbol::new("", SymbolKind::EnumMember, &self.code[name.byte_range()])
            };
            self.draft(symbol, self.owner(), node.start_byte(), node.end_byte());
        }
        Opened::Nothing
    }

    /// The attributes of a declaration, and the macros among its specifiers.
    fn decorators(&self, node: Node<'_>, start: usize, end: usize) -> Vec<String> {
        let grammar = self.grammar;
        let mut found: Vec<(usize, String)> = Vec::new();
        // Few declarations have any, and looking for them takes long.
        let may_have = ["__", "[["].iter().any(|mark| self.code[node.start_byte()..end.max(node.start_byte())].contains(mark));
        let mut next = may_have.then_some(node);
        while let Some(node) = next {
            let mut cursor = node.walk();
            let attributes = node.children(&mut cursor).filter_map(|child| {
                let text = &self.code[child.byte_range()];
                let inside = match grammar.kind(child) {
                    Kind::Attribute => text.trim_start_matches("__attribute").trim_start_matches("__").trim(),
                    Kind::AttributeDeclaration => text,
                    Kind::Declspec => text.trim_start_matches("__declspec").trim(),
                    _ => return None,
                };
                let inside = inside.trim_start_matches(['(', '[']);
                Some((child.start_byte(), fold(without_closing(inside))))
            });
            found.extend(attributes.filter(|(start, _)| *start < end));
            next = node.child_by_field_id(grammar.declarator.get());
        }
        let hidden = self.macros.within(start..end);
        found.extend(hidden.map(|range| (range.start, fold(&self.code[range.clone()]))));
        found.sort();
        found.into_iter().map(|(_, text)| text).collect()
    }
}

/// Text up to the mark that closes more than was opened in it.
fn without_closing(text: &str) -> &str {
    let mut open = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' => open += 1,
            b')' | b']' if open == 0 => return &text[..at],
            b')' | b']' => open -= 1,
            _ => {}
        }
    }
    text
}

fn visibility(is_static: bool) -> Visibility {
    if is_static { Visibility::Private } else { Visibility::Public }
}
