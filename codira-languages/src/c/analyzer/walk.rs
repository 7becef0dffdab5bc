//! One walk over the syntax tree. It keeps track of its position, and hands each node to its
//! reader.
//!
//! The walk goes by a cursor and its own stack, never by recursion: files nest as deep as they
//! like.

use codira_contracts::{Diagnostic, Site, Symbol, SymbolKind, UseForm, UseKind};
use tree_sitter::{Node, Tree};

use super::{
    draft::{Draft, DraftUse, Index, MODULE},
    grammar::{FieldId, Grammar, Kind},
    hidden::Macros,
    scope::Scopes,
    specifiers::is_type_word,
};

/// What was read of a file's code so far, and the position of the walk.
pub(super) struct Walk<'t> {
    pub(super) grammar: &'static Grammar,
    /// The code as written, comments and directives blank.
    pub(super) code: &'t str,
    /// The macros that the parser did not get to see.
    pub(super) macros: &'t Macros,
    pub(super) drafts: Vec<Draft>,
    pub(super) uses: Vec<DraftUse>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) scopes: Scopes<'t>,
    /// What the open declarations declare outside of functions, innermost last; of each declarator
    /// the first byte and its index.
    pub(super) declared: Vec<Vec<(usize, Index)>>,
    /// The identifier that is called, and so not to be taken for a value.
    pub(super) callee: Option<usize>,
    owners: Vec<Index>,
    /// The open blocks.
    blocks: usize,
    /// Braces that are open in broken text outside of functions.
    loose: usize,
    /// The function whose body is in those braces.
    recovered: Option<Index>,
    frames: Vec<Frame>,
}

/// An open node.
struct Frame {
    kind: Kind,
    opened: Opened,
    /// Only its first child that is more than a token can hold anything of interest.
    has_one_child: bool,
}

/// What ends with a node.
pub(super) enum Opened {
    Nothing,
    /// A symbol that owns what is inside.
    Owner,
    /// A scope of local names.
    Scope,
    /// A block, which is a scope.
    Block,
    /// A function: owner and scope.
    Function,
    /// A declaration, with what it declares.
    Declaration,
}

impl<'t> Walk<'t> {
    pub(super) fn new(code: &'t str, macros: &'t Macros, module: Draft) -> Self {
        Self {
            grammar: Grammar::get(),
            code,
            macros,
            drafts: vec![module],
            uses: Vec::new(),
            diagnostics: Vec::new(),
            scopes: Scopes::default(),
            declared: Vec::new(),
            callee: None,
            owners: vec![MODULE],
            blocks: 0,
            loose: 0,
            recovered: None,
            frames: Vec::new(),
        }
    }

    /// Reads a whole tree.
    pub(super) fn run(&mut self, tree: &Tree) {
        let broken = tree.root_node().has_error();
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let kind = self.grammar.kind(node);
            if broken && (kind == Kind::Error || node.is_missing()) && !self.is_macro_use(node, kind) {
                self.diagnose(node);
            }
            if kind == Kind::FunctionDeclarator && self.parent() == Kind::Error {
                let mut next = cursor.clone();
                if next.goto_next_sibling() && self.grammar.kind(next.node()) == Kind::OpenBrace {
                    self.recovered = self.recovered_function(node);
                }
            }
            // Asking for it costs, and only identifiers differ by it.
            let field = if kind == Kind::Identifier { cursor.field_id() } else { None };
            if let Some(opened) = self.enter(node, kind, field)
                && cursor.goto_first_child()
            {
                let has_one_child = has_one_child(kind) && !(broken && node.has_error());
                self.frames.push(Frame { kind, opened, has_one_child });
                continue;
            }
            // Nothing after the one child is of interest, and a step of the cursor is not free.
            let mut is_over = self.in_single_child() && node.is_named();
            while is_over || !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                self.leave();
                is_over = self.in_single_child();
            }
        }
    }

    /// Reads one node; `None` when what is inside is of no interest.
    fn enter(&mut self, node: Node<'_>, kind: Kind, field: Option<FieldId>) -> Option<Opened> {
        let opened = match kind {
            Kind::Attribute | Kind::AttributeDeclaration | Kind::Declspec => return None,
            kind if is_empty(node, kind) && !node.has_error() => return None,
            Kind::FunctionDefinition => self.function(node),
            // Types of old-style parameters, which the function has read.
            Kind::Declaration if self.parent() == Kind::FunctionDefinition => return None,
            Kind::Declaration | Kind::FieldDeclaration | Kind::TypeDefinition => self.declaration(node, kind),
            Kind::InitDeclarator => self.initializer(node),
            Kind::StructSpecifier | Kind::UnionSpecifier | Kind::EnumSpecifier => self.tagged(node, kind),
            Kind::Enumerator => self.enumerator(node),
            Kind::CompoundStatement => {
                self.blocks += 1;
                self.scopes.open();
                Opened::Block
            }
            Kind::ForStatement => {
                self.scopes.open();
                Opened::Scope
            }
            Kind::OpenBrace | Kind::CloseBrace if self.parent() == Kind::Error => {
                self.loose_brace(kind);
                Opened::Nothing
            }
            Kind::CallExpression => {
                self.call(node);
                Opened::Nothing
            }
            Kind::MacroType => {
                self.macro_type(node);
                Opened::Nothing
            }
            Kind::Identifier => {
                self.identifier(node, field);
                Opened::Nothing
            }
            Kind::ReturnStatement => {
                let returns_value = node.named_child(0).is_some();
                self.owning_body(|body| body.returns_value |= returns_value);
                Opened::Nothing
            }
            _ => Opened::Nothing,
        };
        // A node without children is never left.
        if node.child_count() == 0 {
            self.close(&opened);
            return None;
        }
        Some(opened)
    }

    fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.close(&frame.opened);
        }
    }

    fn close(&mut self, opened: &Opened) {
        match opened {
            Opened::Nothing => {}
            Opened::Owner => drop(self.owners.pop()),
            Opened::Scope => self.scopes.close(),
            Opened::Block => {
                self.blocks -= 1;
                self.scopes.close();
            }
            Opened::Function => {
                self.owners.pop();
                self.scopes.close();
            }
            Opened::Declaration => drop(self.declared.pop()),
        }
    }

    fn in_single_child(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.has_one_child)
    }

    /// The parent of the current node.
    pub(super) fn parent(&self) -> Kind {
        self.frames.last().map_or(Kind::Other, |frame| frame.kind)
    }

    /// The innermost symbol that encloses the current node.
    pub(super) fn owner(&self) -> Index {
        match self.owners.last() {
            Some(owner) if *owner != MODULE => *owner,
            _ => self.recovered.unwrap_or(MODULE),
        }
    }

    /// Makes a symbol own what is inside the current node.
    pub(super) fn own(&mut self, owner: Index) {
        self.owners.push(owner);
    }

    /// Whether names that are declared here are local.
    pub(super) fn in_block(&self) -> bool {
        self.blocks > 0 || self.loose > 0
    }

    /// Forgets broken text before a function that is whole: functions do not nest.
    pub(super) fn reset_loose(&mut self) {
        if self.blocks == 0 && std::mem::take(&mut self.loose) > 0 {
            self.scopes = Scopes::default();
            self.recovered = None;
        }
    }

    /// Follows the braces of a function that the parser lost.
    fn loose_brace(&mut self, kind: Kind) {
        if self.blocks > 0 {
            return;
        }
        if kind == Kind::OpenBrace {
            self.loose += 1;
            self.scopes.open();
        } else if self.loose > 0 {
            self.loose -= 1;
            self.scopes.close();
            if self.loose == 0 {
                self.recovered = None;
            }
        }
    }

    /// Notes what the body of the enclosing function does.
    pub(super) fn owning_body(&mut self, note: impl FnOnce(&mut codira_contracts::BodyFacts)) {
        let owner = self.owner();
        if self.drafts[owner].symbol.kind == SymbolKind::Function {
            note(&mut self.drafts[owner].symbol.body);
        }
    }

    /// Adds a symbol.
    pub(super) fn draft(&mut self, symbol: Symbol, parent: Index, start: usize, end: usize) -> Index {
        self.drafts.push(Draft { symbol, parent: Some(parent), start, end, stem: None });
        self.drafts.len() - 1
    }

    /// Adds a use by the enclosing symbol.
    pub(super) fn record(&mut self, kind: UseKind, form: UseForm, text: impl Into<String>, name: Node<'_>) {
        let owner = self.owner();
        self.uses.push(DraftUse { kind, form, text: text.into(), owner, site: site(name) });
    }

    /// Whether an error of the grammar is only the way in which a macro is used:
    /// `va_arg(list, char *)` takes a type for an argument, `WITH_LOCK(lock) { }` is a statement
    /// without semicolon.
    fn is_macro_use(&self, node: Node<'_>, kind: Kind) -> bool {
        if kind != Kind::Error {
            return self.parent() == Kind::ExpressionStatement && node.kind() == ";";
        }
        let text = &self.code[node.byte_range()];
        self.parent() == Kind::ArgumentList
            && text.split(['*', ' ', '\n', '\t']).all(|word| word.is_empty() || is_type_word(word))
    }

    fn diagnose(&mut self, node: Node<'_>) {
        let message = if node.is_missing() {
            format!("expected `{}`", node.kind())
        } else {
            let text = self.code[node.byte_range()].trim().lines().next().unwrap_or_default();
            let shown: String = text.chars().take(40).collect();
            let more = if shown.len() < text.len() { "..." } else { "" };
            format!("not understood: `{shown}{more}`")
        };
        self.diagnostics.push(Diagnostic { line: site(node).line, message });
    }
}

/// Whether nodes of this kind, if nothing in them is broken, have but one child in which anything
/// of interest can be.
fn has_one_child(kind: Kind) -> bool {
    use Kind as K;
    matches!(kind, K::ExpressionStatement | K::FieldExpression | K::ParenthesizedExpression | K::ReturnStatement)
}

/// Whether nothing inside a node can be of interest, by its kind and size.
fn is_empty(node: Node<'_>, kind: Kind) -> bool {
    match kind {
        Kind::CharLiteral | Kind::SizedType | Kind::StorageClass | Kind::StringLiteral => true,
        // One word; but `alignas` has a value, and a type may have a body.
        Kind::TypeDescriptor | Kind::TypeQualifier => node.descendant_count() == 2,
        // Two parentheses.
        Kind::ArgumentList => node.descendant_count() == 3,
        _ => false,
    }
}

/// Where a node begins.
pub(super) fn site(node: Node<'_>) -> Site {
    let at = node.start_position();
    // Numbers beyond `u32` would need a file of four gigabytes, and files are far smaller.
    let count = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
    Site::new(count(at.row), count(at.column))
}
