//! Reads the directives and comments of a file, and leaves the C between them.
//!
//! Directives go by lines and C by tokens, so that they are read apart. The parser gets a text of
//! the same length in which directives, comments and what [`conditionals`](super::conditionals)
//! hides are blank.

use std::{borrow::Cow, ops::Range};

use super::{
    comments::Comment,
    conditionals::{Conditionals, Truth},
    lexer::{Lexer, Token, TokenKind},
};

/// An `#include`.
pub(super) struct Include {
    /// The file, without its quotes or brackets.
    pub(super) file: Range<usize>,
    /// In angle brackets.
    pub(super) system: bool,
    pub(super) conditional: bool,
}

/// A `#define`.
pub(super) struct Define {
    pub(super) name: Range<usize>,
    /// `None` for an object-like macro. A variadic one ends with its dots.
    pub(super) parameters: Option<Vec<Range<usize>>>,
    pub(super) body: Range<usize>,
    /// The directive, from its `#`.
    pub(super) directive: Range<usize>,
}

/// What the preprocessor would read of a file, and what it would leave.
pub(super) struct Preprocessed {
    /// The C of the file: as long as the file, everything else blank.
    pub(super) code: String,
    pub(super) includes: Vec<Include>,
    pub(super) defines: Vec<Define>,
    /// The conditions of `#if`, `#ifdef` and their kin.
    pub(super) conditions: Vec<Range<usize>>,
    pub(super) comments: Vec<Comment>,
    /// Where alternatives begin that could not be read together with others.
    pub(super) unread: Vec<usize>,
}

/// Reads the directives and comments of `text`.
pub(super) fn preprocess(text: &str) -> Preprocessed {
    let mut reader = Reader {
        text,
        conditionals: Conditionals::new(),
        guard: Guard::Possible,
        hidden: Vec::new(),
        includes: Vec::new(),
        defines: Vec::new(),
        conditions: Vec::new(),
        comments: Vec::new(),
    };
    Lexer::new(text).for_each(|token| reader.token(&token));
    let Reader { mut conditionals, mut hidden, includes, defines, conditions, comments, .. } = reader;
    conditionals.finish(text.len());
    hidden.append(&mut conditionals.hidden);
    let code = blank(text, &hidden).into_owned();
    Preprocessed { code, includes, defines, conditions, comments, unread: conditionals.unread }
}

/// `text` with spaces instead of `ranges`, byte for byte; line ends stay.
pub(super) fn blank<'t>(text: &'t str, ranges: &[Range<usize>]) -> Cow<'t, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        bytes[range.clone()].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    // Ranges begin and end between characters, so that what remains is as whole as it was.
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Whether the file's first group may be the include guard of a header.
enum Guard {
    /// Nothing but comments so far.
    Possible,
    /// The group began with `#ifndef` of this name.
    Named(Range<usize>),
    Settled,
}

struct Reader<'t> {
    text: &'t str,
    conditionals: Conditionals,
    guard: Guard,
    hidden: Vec<Range<usize>>,
    includes: Vec<Include>,
    defines: Vec<Define>,
    conditions: Vec<Range<usize>>,
    comments: Vec<Comment>,
}

impl Reader<'_> {
    fn token(&mut self, token: &Token) {
        match token.kind {
            TokenKind::Comment => {
                self.hidden.push(token.start..token.end);
                if !self.conditionals.is_dead() {
                    self.comments.push(Comment::new(self.text, token.start..token.end));
                }
            }
            TokenKind::Directive => {
                self.hidden.push(token.start..token.end);
                self.directive(token.start..token.end);
            }
            _ => {
                self.guard = Guard::Settled;
                self.conditionals.token(token, self.text);
            }
        }
    }

    fn directive(&mut self, directive: Range<usize>) {
        let mut tokens = Vec::new();
        for token in Lexer::within(self.text, directive.start + 1, directive.end) {
            match token.kind {
                TokenKind::Comment if self.conditionals.is_dead() => {}
                TokenKind::Comment => self.comments.push(Comment::new(self.text, token.start..token.end)),
                _ => tokens.push(token),
            }
        }
        let guard = std::mem::replace(&mut self.guard, Guard::Settled);
        let Some((name, arguments)) = tokens.split_first() else { return };
        let condition = arguments.first().map_or(name.end..name.end, |first| first.start..end_of(arguments, name.end));
        match &self.text[name.start..name.end] {
            "if" | "ifdef" | "ifndef" => {
                let truth = self.truth(name, arguments);
                if let (Guard::Possible, Some(name)) = (guard, self.guard_name(name, arguments)) {
                    self.guard = Guard::Named(name);
                }
                if truth == Truth::Open {
                    self.condition(condition);
                }
                self.conditionals.open(&directive, truth);
            }
            "elif" | "elifdef" | "elifndef" => {
                let truth = self.truth(name, arguments);
                self.conditionals.alternative(&directive, truth);
                if truth == Truth::Open {
                    self.condition(condition);
                }
            }
            "else" => self.conditionals.alternative(&directive, Truth::Open),
            "endif" => self.conditionals.close(&directive),
            _ if self.conditionals.is_dead() => {}
            "include" | "include_next" | "import" => self.include(name.end..directive.end, condition),
            "define" => self.define(directive, arguments, guard),
            _ => {}
        }
    }

    fn condition(&mut self, condition: Range<usize>) {
        if !self.conditionals.is_dead() && !condition.is_empty() {
            self.conditions.push(condition);
        }
    }

    fn truth(&self, name: &Token, arguments: &[Token]) -> Truth {
        let words: Vec<&str> = arguments.iter().map(|token| &self.text[token.start..token.end]).collect();
        match (&self.text[name.start..name.end], words.as_slice()) {
            ("if" | "elif", ["0"]) | ("ifdef" | "elifdef", ["__cplusplus"]) => Truth::Never,
            ("if" | "elif", ["defined", "__cplusplus"] | ["defined", "(", "__cplusplus", ")"]) => Truth::Never,
            ("if" | "elif", ["1"]) | ("ifndef" | "elifndef", ["__cplusplus"]) => Truth::Always,
            _ => Truth::Open,
        }
    }

    /// The name that `#ifndef NAME` or `#if !defined(NAME)` asks for.
    fn guard_name(&self, name: &Token, arguments: &[Token]) -> Option<Range<usize>> {
        let word = |token: &Token| &self.text[token.start..token.end];
        let name = match (word(name), arguments) {
            ("ifndef", [name]) => name,
            ("if", [not, defined, name]) if not.is(b'!') && word(defined) == "defined" => name,
            ("if", [not, defined, open, name, _]) if not.is(b'!') && word(defined) == "defined" && open.is(b'(') => name,
            _ => return None,
        };
        Some(name.start..name.end)
    }

    fn include(&mut self, rest: Range<usize>, words: Range<usize>) {
        let target = &self.text[rest.clone()];
        let start = rest.start + (target.len() - target.trim_start().len());
        let (system, close) = match self.text.as_bytes().get(start) {
            Some(b'<') => (true, '>'),
            Some(b'"') => (false, '"'),
            // A macro names the file; only the use of the macro is recorded.
            _ => return self.condition(words),
        };
        let inside = &self.text[start + 1..rest.end];
        let length = inside.find(close).unwrap_or(inside.trim_end().len());
        let conditional = self.conditionals.is_conditional();
        self.includes.push(Include { file: start + 1..start + 1 + length, system, conditional });
    }

    fn define(&mut self, directive: Range<usize>, arguments: &[Token], guard: Guard) {
        let Some((name, rest)) = arguments.split_first() else { return };
        let name = name.start..name.end;
        if matches!(guard, Guard::Named(asked) if self.text[asked.clone()] == self.text[name.clone()]) {
            self.conditionals.mark_guard();
            // The macro of an include guard is no use.
            self.conditions.pop();
        }
        let (parameters, body) = match rest.split_first() {
            Some((open, rest)) if open.is(b'(') && open.start == name.end => {
                let close = rest.iter().position(|token| token.is(b')')).unwrap_or(rest.len());
                (Some(macro_parameters(&rest[..close])), rest.get(close + 1..).unwrap_or_default())
            }
            _ => (None, rest),
        };
        let end = end_of(arguments, name.end);
        let body = body.first().map_or(end..end, |first| first.start..end);
        self.defines.push(Define { name, parameters, body, directive });
    }
}

fn end_of(tokens: &[Token], otherwise: usize) -> usize {
    tokens.last().map_or(otherwise, |token| token.end)
}

fn macro_parameters(tokens: &[Token]) -> Vec<Range<usize>> {
    let parameters = tokens.split(|token| token.is(b','));
    parameters.filter_map(|parameter| Some(parameter.first()?.start..parameter.last()?.end)).collect()
}
