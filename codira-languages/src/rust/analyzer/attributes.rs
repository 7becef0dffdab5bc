//! The text before an item: attributes and documentation comments.

use std::ops::Range;

use super::{
    folding::fold,
    tree::{Node, SyntaxKind as K, Token, Tokens, Tree},
};

/// The contents of an item's attributes and comments.
#[derive(Default)]
pub(super) struct Head<'a> {
    /// The attributes as written, without `#[]`; documentation is not among them.
    pub(super) attributes: Vec<String>,
    /// The documentation text.
    pub(super) documentation: Option<String>,
    /// The tokens that the documentation takes.
    pub(super) documented: Range<Token>,
    /// Under `#[cfg]`.
    pub(super) is_conditional: bool,
    /// `#[macro_export]`.
    pub(super) is_exported: bool,
    /// `#[path = "..."]`.
    pub(super) path: Option<&'a str>,
    /// What `#[derive]` names: the tokens between its parentheses.
    pub(super) derives: Vec<Range<Token>>,
}

impl<'a> Head<'a> {
    /// Reads what belongs to an item: comments and attributes before it, and those that are the
    /// first thing inside its braces.
    pub(super) fn of(tree: &Tree<'_, 'a>, item: Node) -> Self {
        let mut reader = Reader { tokens: tree.tokens, head: Head::default(), pieces: Vec::new(), first: None, last: 0 };
        if tree.kind(item) == K::SOURCE_FILE {
            reader.read(0..attributes_end(tree, item), DocPosition::Inner);
            return reader.finish();
        }
        let start = tree.range(item).start;
        // Comments before the item are no part of it.
        let before = (0..start).rev().take_while(|&token| tree.tokens.is_trivia(token)).last();
        reader.read(before.unwrap_or(start)..attributes_end(tree, item), DocPosition::Outer);
        if let Some(body) = body(tree, item) {
            let opening = tree.range(body).start + 1;
            reader.read(opening..attributes_end(tree, body).max(opening), DocPosition::Inner);
        }
        reader.finish()
    }
}

/// Whether documentation is about what follows it or about what it stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DocPosition {
    Outer,
    Inner,
}

/// The node whose braces hold what an item consists of.
fn body(tree: &Tree<'_, '_>, item: Node) -> Option<Node> {
    let is_body = |kind| matches!(kind, K::BLOCK_EXPR | K::ITEM_LIST | K::ASSOC_ITEM_LIST | K::EXTERN_ITEM_LIST);
    let body = tree.children(item).find(|&child| is_body(tree.kind(child)))?;
    Some(tree.child(body, K::STMT_LIST).unwrap_or(body))
}

/// The first token after the attributes of a node.
fn attributes_end(tree: &Tree<'_, '_>, node: Node) -> Token {
    let range = tree.range(node);
    let after = tree.children(node).take_while(|&child| tree.kind(child) == K::ATTR).last().map(|last| tree.range(last).end);
    // The comments after the last attribute, or after an opening brace, are read as well.
    let from = match after {
        Some(after) => after,
        None if matches!(tree.kind(node), K::STMT_LIST | K::ITEM_LIST | K::ASSOC_ITEM_LIST | K::EXTERN_ITEM_LIST) => {
            range.start + 1
        }
        None => range.start,
    };
    let stands_before = |token| tree.tokens.is_trivia(token) || matches!(tree.tokens.kind(token), K::SHEBANG | K::FRONTMATTER);
    (from..tree.tokens.len()).find(|&token| !stands_before(token)).unwrap_or(tree.tokens.len())
}

struct Reader<'t, 'a> {
    tokens: &'t Tokens<'a>,
    head: Head<'a>,
    /// Documentation, piece by piece, each with the mark taken off.
    pieces: Vec<String>,
    first: Option<Token>,
    last: Token,
}

impl<'a> Reader<'_, 'a> {
    fn read(&mut self, range: Range<Token>, position: DocPosition) {
        let mut next = range.start;
        while next < range.end {
            let token = next;
            next += 1;
            match self.tokens.kind(token) {
                K::COMMENT => {
                    if let Some(text) = comment(self.tokens.text(token), position) {
                        self.document(text, token);
                    }
                }
                K::POUND => {
                    let significant: Vec<Token> = self.tokens.significant(token..range.end).take(2).collect();
                    let is_inner = significant.get(1).is_some_and(|&mark| self.tokens.kind(mark) == K::BANG);
                    let inside = between(self.tokens, token..range.end);
                    next = inside.end + 1;
                    if is_inner == (position == DocPosition::Inner) {
                        self.attribute(inside);
                    }
                }
                _ => {}
            }
        }
    }

    fn document(&mut self, text: String, token: Token) {
        self.pieces.push(text);
        self.first.get_or_insert(token);
        self.last = token;
    }

    fn attribute(&mut self, inside: Range<Token>) {
        let words: Vec<Token> = self.tokens.significant(inside.clone()).take(3).collect();
        let text = |index: usize| words.get(index).map_or("", |&token| self.tokens.text(token));
        let value = words.get(2).filter(|&&token| text(1) == "=" && self.tokens.kind(token) == K::STRING);
        match (text(0), value) {
            ("doc", Some(&value)) => {
                self.document(unescape(self.tokens.text(value)), value);
                return;
            }
            ("path", Some(&value)) => self.head.path = Some(self.tokens.text(value).trim_matches('"')),
            ("cfg", _) => self.head.is_conditional = true,
            ("macro_export", _) => self.head.is_exported = true,
            ("derive", _) if words.len() > 1 => self.head.derives.push(between(self.tokens, words[1]..inside.end)),
            _ => {}
        }
        self.head.attributes.push(fold(self.tokens, inside));
    }

    fn finish(mut self) -> Head<'a> {
        self.head.documentation = unindent(&self.pieces);
        if let Some(first) = self.first {
            self.head.documented = first..self.last + 1;
        }
        self.head
    }
}

/// The text between the first opening bracket of a range and its closing one.
fn between(tokens: &Tokens<'_>, range: Range<Token>) -> Range<Token> {
    let mut depth = 0_usize;
    let mut start = None;
    for token in range.clone() {
        match tokens.kind(token) {
            K::L_BRACK | K::L_PAREN | K::L_CURLY => {
                start.get_or_insert(token + 1);
                depth += 1;
            }
            K::R_BRACK | K::R_PAREN | K::R_CURLY if depth == 1 => return start.unwrap_or(token)..token,
            K::R_BRACK | K::R_PAREN | K::R_CURLY => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    start.unwrap_or(range.end)..range.end
}

/// The text of a documentation comment of one position, without its marks; `None` for other
/// comments.
fn comment(text: &str, position: DocPosition) -> Option<String> {
    let (line, block) = match position {
        DocPosition::Outer => ("///", "/**"),
        DocPosition::Inner => ("//!", "/*!"),
    };
    if let Some(text) = text.strip_prefix(line) {
        return (!text.starts_with('/')).then(|| text.trim_end().to_owned());
    }
    let text = text.strip_prefix(block)?;
    // `/***` and `/**/` are no documentation.
    if position == DocPosition::Outer && (text.starts_with('*') || text == "/") {
        return None;
    }
    let text = text.strip_suffix("*/").unwrap_or(text);
    // Where every further line begins with a star, the stars are marks.
    let starred = text.lines().skip(1).all(|line| line.trim().is_empty() || line.trim_start().starts_with('*'));
    let unmarked = text.lines().enumerate().map(|(index, line)| match line.trim_start().strip_prefix('*') {
        Some(rest) if starred && index > 0 => rest.trim_end(),
        _ => line.trim_end(),
    });
    Some(unmarked.collect::<Vec<_>>().join("\n"))
}

/// The value of a string literal; escapes of characters that documentation uses are undone.
fn unescape(literal: &str) -> String {
    if let Some(raw) = literal.strip_prefix('r') {
        return raw.trim_matches('#').trim_matches('"').to_owned();
    }
    let mut value = String::new();
    let mut chars = literal.trim_matches('"').chars();
    while let Some(char) = chars.next() {
        match (char, char == '\\') {
            (_, true) => match chars.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some(escaped) => value.push(escaped),
                None => {}
            },
            (char, false) => value.push(char),
        }
    }
    value
}

/// Joins pieces of documentation, without the indentation that all lines share and blank lines at
/// both ends.
fn unindent(pieces: &[String]) -> Option<String> {
    let lines: Vec<&str> = pieces.iter().flat_map(|piece| piece.split('\n')).collect();
    let is_blank = |line: &&str| line.trim().is_empty();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let shared = lines.iter().filter(|line| !is_blank(line)).map(|line| indent(line)).min()?;
    let text: Vec<&str> = lines.iter().map(|line| line.get(shared..).unwrap_or("").trim_end()).collect();
    let first = text.iter().position(|line| !is_blank(line))?;
    let last = text.iter().rposition(|line| !is_blank(line))?;
    Some(text[first..=last].join("\n"))
}
