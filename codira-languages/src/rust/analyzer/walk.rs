//! One walk over the tree, from the first node to the last: what is entered and left, and the
//! context in between.

use codira_contracts::{FileAnalysis, StableId, UseForm, UseKind, UseRecord};
use rustc_hash::FxHashMap;

use super::{
    lines::Lines,
    scope::{Mark, Scope},
    tree::{Node, SyntaxKind as K, Token, Tree},
};

/// What kind of thing the nodes being walked are a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// A module.
    Module,
    /// A function's head or body.
    Function,
    /// An implementation of a type's own members.
    Implementation,
    /// An implementation of a trait.
    TraitImplementation,
    /// A trait.
    Trait,
    /// An enum, or a member of one.
    Enum,
    /// Anything else that has a symbol: a structure, a constant.
    Item,
    /// A block of foreign declarations.
    ExternBlock,
}

/// The context of the nodes being walked.
#[derive(Clone)]
pub(super) struct Context {
    /// The index of the innermost symbol, which owns the uses here.
    pub(super) owner: usize,
    /// The innermost symbol that `use` binds names in: a module or a function.
    pub(super) importer: usize,
    /// What the nodes are a part of.
    pub(super) inside: Inside,
    /// What the ids of symbols here begin with.
    pub(super) id_prefix: String,
    /// What their qualified names begin with.
    pub(super) name_prefix: String,
    /// The path of the type that `Self` is.
    pub(super) self_type: Option<String>,
    /// The function whose body this is.
    pub(super) function: Option<usize>,
    /// Whether the build decides if all this is there.
    pub(super) is_conditional: bool,
}

/// What to do when a node has been walked.
pub(super) enum Leave {
    /// Restore the former context.
    Context(Box<Context>, Mark),
    /// Forget the names that were bound.
    Scope(Mark),
    /// Bind the names of a pattern.
    Bind(Node),
}

/// Where to go from a node.
pub(super) enum Next {
    /// Into it.
    Descend,
    /// Past it.
    Skip,
}

/// The walk.
pub(super) struct Walk<'l, 'a> {
    pub(super) lines: &'l Lines,
    pub(super) analysis: &'l mut FileAnalysis,
    pub(super) context: Context,
    pub(super) scope: Scope<'a>,
    /// Nodes that have been entered and want something when they are left: the node after them,
    /// and what.
    pub(super) open: Vec<(Node, Leave)>,
    /// How many item macros deep this is.
    pub(super) macros: usize,
    /// How often an id was wanted.
    ids: FxHashMap<String, usize>,
}

impl<'l, 'a> Walk<'l, 'a> {
    /// A walk that adds to `analysis`, whose first symbol is the file's module.
    pub(super) fn new(lines: &'l Lines, analysis: &'l mut FileAnalysis) -> Self {
        let context = Context {
            owner: 0,
            importer: 0,
            inside: Inside::Module,
            id_prefix: String::new(),
            name_prefix: format!("{}::", analysis.module),
            self_type: None,
            function: None,
            is_conditional: false,
        };
        let ids = analysis.symbols.iter().map(|symbol| (symbol.id.as_str().to_owned(), 1)).collect();
        Self { lines, analysis, context, scope: Scope::default(), open: Vec::new(), macros: 0, ids }
    }

    /// Walks a whole tree.
    pub(super) fn run(&mut self, tree: &Tree<'_, 'a>) {
        // What an outer tree has open is left when its own nodes go on.
        let outer = std::mem::take(&mut self.open);
        let mut node = Tree::ROOT;
        while node < tree.len() {
            self.leave_before(tree, node);
            node = match self.enter(tree, node) {
                Next::Descend => node + 1,
                Next::Skip => tree.end(node),
            };
        }
        self.leave_before(tree, tree.len());
        self.open = outer;
    }

    fn leave_before(&mut self, tree: &Tree<'_, 'a>, node: Node) {
        while let Some((_, leave)) = self.open.pop_if(|(end, _)| *end <= node) {
            match leave {
                Leave::Context(context, mark) => {
                    self.context = *context;
                    self.scope.reset(mark);
                }
                Leave::Scope(mark) => self.scope.reset(mark),
                Leave::Bind(pattern) => self.scope.add_pattern(tree, pattern),
            }
        }
    }

    fn enter(&mut self, tree: &Tree<'_, 'a>, node: Node) -> Next {
        match tree.kind(node) {
            K::FN
            | K::STRUCT
            | K::UNION
            | K::ENUM
            | K::VARIANT
            | K::RECORD_FIELD
            | K::TRAIT
            | K::IMPL
            | K::CONST
            | K::STATIC
            | K::TYPE_ALIAS
            | K::MODULE
            | K::MACRO_RULES
            | K::MACRO_DEF
            | K::EXTERN_BLOCK => self.item(tree, node),
            K::USE | K::EXTERN_CRATE => {
                self.import(tree, node);
                Next::Skip
            }
            K::MACRO_CALL => {
                self.macro_call(tree, node);
                Next::Skip
            }
            K::ATTR | K::VISIBILITY => Next::Skip,
            kind => {
                self.bind(tree, node, kind);
                self.usage(tree, node, kind);
                Next::Descend
            }
        }
    }

    /// Opens scopes, and sees to it that names are bound where they can first be used.
    fn bind(&mut self, tree: &Tree<'_, 'a>, node: Node, kind: K) {
        let mark = self.scope.mark();
        match kind {
            K::BLOCK_EXPR | K::WHILE_EXPR => self.open.push((tree.end(node), Leave::Scope(mark))),
            K::IF_EXPR => {
                // What the condition binds can be used in the first branch only.
                let branch = tree.parts(node).nth(1).unwrap_or(node);
                self.open.push((tree.end(branch), Leave::Scope(mark)));
            }
            K::CLOSURE_EXPR => {
                self.open.push((tree.end(node), Leave::Scope(mark)));
                self.scope.add_parameters(tree, node);
            }
            K::MATCH_ARM => {
                self.open.push((tree.end(node), Leave::Scope(mark)));
                if let Some(pattern) = tree.parts(node).next() {
                    self.scope.add_pattern(tree, pattern);
                }
            }
            K::FOR_EXPR => {
                self.open.push((tree.end(node), Leave::Scope(mark)));
                let mut parts = tree.parts(node).filter(|&part| tree.kind(part) != K::LABEL);
                if let (Some(pattern), Some(iterated)) = (parts.next(), parts.next()) {
                    self.open.push((tree.end(iterated), Leave::Bind(pattern)));
                }
            }
            K::LET_STMT | K::LET_EXPR => {
                if let Some(pattern) = tree.parts(node).next() {
                    self.open.push((tree.end(node), Leave::Bind(pattern)));
                }
            }
            _ => {}
        }
    }

    /// An id that no other symbol of the file has: the one that is wanted, and from the second
    /// time on with a number.
    pub(super) fn unique(&mut self, wanted: String) -> StableId {
        let mut count = *self.ids.entry(wanted.clone()).and_modify(|count| *count += 1).or_insert(1);
        if count == 1 {
            return StableId::new(wanted);
        }
        loop {
            let numbered = format!("{wanted}#{count}");
            if !self.ids.contains_key(&numbered) {
                self.ids.insert(numbered.clone(), 1);
                return StableId::new(numbered);
            }
            count += 1;
        }
    }

    /// Adds a use by the innermost symbol; `last` is the token of the last name.
    pub(super) fn record(&mut self, tree: &Tree<'_, 'a>, kind: UseKind, form: UseForm, text: String, last: Token) {
        let owner = self.analysis.symbols[self.context.owner].id.clone();
        let site = self.lines.site(tree.tokens.start(last));
        self.analysis.uses.push(UseRecord { kind, owner, form, text, site });
    }
}
