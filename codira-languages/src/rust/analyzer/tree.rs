//! The syntax tree of one file, as flat as the parser's own output: the only module that knows the
//! parser.
//!
//! The parser emits a walk over a tree. The walk is kept as it comes: nodes in the order in which
//! they begin, each with the node that follows its last descendant. So a tree costs one
//! allocation, is walked by a loop, and is dropped without recursion however deep it is.
//! Whitespace and comments are tokens of the file, but no part of any node.

use std::ops::Range;

use ra_ap_parser::{Edition, Input, LexedStr, Output, Step, TopEntryPoint};

pub(super) use ra_ap_parser::SyntaxKind;

/// Which words are keywords. Files do not tell their edition.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keywords {
    /// `async` and `try` are keywords, and `gen` is a name still: as nearly all code has it.
    Usual,
    /// Neither is a keyword, as before 2018.
    Old,
}

/// The tokens of a file, whitespace and comments included.
pub(super) struct Tokens<'a> {
    text: &'a str,
    edition: Edition,
    lexed: LexedStr<'a>,
}

/// The number of a token in its file.
pub(super) type Token = usize;

impl<'a> Tokens<'a> {
    /// Splits a text into tokens.
    pub(super) fn of(text: &'a str, keywords: Keywords) -> Self {
        let edition = match keywords {
            Keywords::Usual => Edition::Edition2021,
            Keywords::Old => Edition::Edition2015,
        };
        Self { text, edition, lexed: LexedStr::new(edition, text) }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.lexed.len()
    }

    /// What a token is. Operators of several characters are several tokens.
    pub(super) fn kind(&self, token: Token) -> SyntaxKind {
        self.lexed.kind(token)
    }

    /// Its text.
    pub(super) fn text(&self, token: Token) -> &'a str {
        &self.text[self.lexed.text_range(token)]
    }

    /// The name that a token stands for: `r#type` is `type`.
    pub(super) fn name(&self, token: Token) -> &'a str {
        let text = self.text(token);
        text.strip_prefix("r#").unwrap_or(text)
    }

    /// The byte at which it starts.
    pub(super) fn start(&self, token: Token) -> usize {
        self.lexed.text_start(token)
    }

    /// Whether a token is whitespace or a comment.
    pub(super) fn is_trivia(&self, token: Token) -> bool {
        self.kind(token).is_trivia()
    }

    /// What is wrong with single tokens: token and message.
    pub(super) fn errors(&self) -> impl Iterator<Item = (Token, &str)> {
        // The lexer takes a line break of Windows after a backslash for a wrong escape.
        self.lexed.errors().filter(|&(token, _)| !self.text(token).contains("\\\r\n"))
    }

    /// The tokens of a range that are neither whitespace nor comment.
    pub(super) fn significant(&self, range: Range<Token>) -> impl DoubleEndedIterator<Item = Token> + '_ {
        range.filter(|&token| !self.is_trivia(token))
    }
}

/// The number of a node in its tree.
pub(super) type Node = usize;

struct NodeData {
    kind: SyntaxKind,
    parent: Node,
    /// The node after the last descendant.
    end: Node,
    first_token: u32,
    end_token: u32,
}

/// A syntax tree over a range of a file's tokens.
pub(super) struct Tree<'t, 'a> {
    /// The tokens of the file.
    pub(super) tokens: &'t Tokens<'a>,
    nodes: Vec<NodeData>,
    /// What is wrong: token and message.
    pub(super) errors: Vec<(Token, String)>,
}

impl<'t, 'a> Tree<'t, 'a> {
    /// The root of every tree.
    pub(super) const ROOT: Node = 0;

    /// Parses a file.
    pub(super) fn of_file(tokens: &'t Tokens<'a>) -> Self {
        Self::parse(tokens, 0..tokens.len(), TopEntryPoint::SourceFile)
    }

    /// Parses the tokens between the brackets of a macro call as items.
    pub(super) fn of_items(tokens: &'t Tokens<'a>, range: Range<Token>) -> Self {
        Self::parse(tokens, range, TopEntryPoint::MacroItems)
    }

    fn parse(tokens: &'t Tokens<'a>, range: Range<Token>, entry: TopEntryPoint) -> Self {
        let output = entry.parse(&input(tokens, range.clone()));
        build(tokens, range, &output)
    }

    /// How many nodes there are; they are numbered from zero, parents before children, in the
    /// order of the text.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// What a node is.
    pub(super) fn kind(&self, node: Node) -> SyntaxKind {
        self.nodes[node].kind
    }

    /// The node above; the root is its own.
    pub(super) fn parent(&self, node: Node) -> Node {
        self.nodes[node].parent
    }

    /// The node after the last descendant.
    pub(super) fn end(&self, node: Node) -> Node {
        self.nodes[node].end
    }

    /// The tokens of a node, from its first to its last that is neither whitespace nor comment.
    pub(super) fn range(&self, node: Node) -> Range<Token> {
        let data = &self.nodes[node];
        data.first_token as usize..data.end_token as usize
    }

    /// The children of a node, in order.
    pub(super) fn children(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let end = self.end(node);
        let mut next = node + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.end(child);
                child
            })
        })
    }

    /// The first child of a kind.
    pub(super) fn child(&self, node: Node, kind: SyntaxKind) -> Option<Node> {
        self.children(node).find(|&child| self.kind(child) == kind)
    }

    /// The first token of a node; none for a node without text.
    pub(super) fn first_token(&self, node: Node) -> Option<Token> {
        let range = self.range(node);
        (!range.is_empty()).then_some(range.start)
    }

    /// The children of a node that are no attributes.
    pub(super) fn parts(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.children(node).filter(|&child| self.kind(child) != SyntaxKind::ATTR)
    }

    /// All children of a kind.
    pub(super) fn children_of(&self, node: Node, kind: SyntaxKind) -> impl Iterator<Item = Node> + '_ {
        self.children(node).filter(move |&child| self.kind(child) == kind)
    }

    /// The first token of a kind that belongs to the node itself, not to a child.
    pub(super) fn own_token(&self, node: Node, kind: SyntaxKind) -> Option<Token> {
        let range = self.range(node);
        let mut children = self.children(node).map(|child| self.range(child)).peekable();
        let mut token = range.start;
        while token < range.end {
            match children.next_if(|child| child.start <= token) {
                Some(child) => token = token.max(child.end),
                None if self.tokens.kind(token) == kind => return Some(token),
                None => token += 1,
            }
        }
        None
    }
}

/// The tokens as the parser reads them: without whitespace and comments, with a mark on those that
/// the next one touches.
fn input(tokens: &Tokens<'_>, range: Range<Token>) -> Input {
    let mut input = Input::with_capacity(range.len());
    let mut touches_last = false;
    for token in range {
        let kind = tokens.kind(token);
        if kind.is_trivia() {
            touches_last = false;
        } else if kind == SyntaxKind::IDENT {
            let keyword = SyntaxKind::from_contextual_keyword(tokens.text(token), tokens.edition);
            input.push_ident(keyword.unwrap_or(SyntaxKind::IDENT), tokens.edition);
        } else {
            if touches_last {
                input.was_joint();
            }
            input.push(kind, tokens.edition);
            touches_last = kind != SyntaxKind::FLOAT_NUMBER;
            // On a number the mark says instead that digits follow its point: `1.0` in `x.1.0`.
            if kind == SyntaxKind::FLOAT_NUMBER && !tokens.text(token).ends_with('.') {
                input.was_joint();
            }
        }
    }
    input
}

/// Keeps the parser's walk, with the tokens of the file for those of the input.
fn build<'t, 'a>(tokens: &'t Tokens<'a>, range: Range<Token>, output: &Output) -> Tree<'t, 'a> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    // Room at once for about as many nodes as there mostly are: growing copies them.
    let mut tree = Tree { tokens, nodes: Vec::with_capacity(range.len() / 2), errors: Vec::new() };
    let mut open: Vec<Node> = Vec::new();
    // The next token to be consumed, and the end of the last one that was.
    let mut consumed = range.start;
    let skip_trivia = |mut token: Token| {
        while token < range.end && tokens.is_trivia(token) {
            token += 1;
        }
        token
    };
    let mut next = skip_trivia(range.start);
    for step in output.iter() {
        let (consume, leave) = match step {
            Step::Enter { kind } => {
                let node = tree.nodes.len();
                let parent = open.last().copied().unwrap_or(Tree::ROOT);
                tree.nodes.push(NodeData { kind, parent, end: node + 1, first_token: number(next), end_token: number(next) });
                open.push(node);
                (0, 0)
            }
            Step::Token { n_input_tokens, .. } => (n_input_tokens, 0),
            Step::Exit => (0, 1),
            // `x.1.0` is read with `1.0` as one number; the walk leaves out what the number's
            // parts would close.
            Step::FloatSplit { ends_in_dot } => (1, if ends_in_dot { 1 } else { 2 }),
            Step::Error { msg } => {
                // At the end of what was understood, not at the start of what was not.
                tree.errors.push((consumed, msg.to_owned()));
                (0, 0)
            }
        };
        for _ in 0..consume {
            consumed = (next + 1).min(range.end);
            next = skip_trivia(consumed);
        }
        for _ in 0..leave {
            let Some(node) = open.pop() else { break };
            let end = tree.nodes.len();
            let data = &mut tree.nodes[node];
            data.end = end;
            data.end_token = number(consumed).max(data.first_token);
        }
    }
    tree
}
