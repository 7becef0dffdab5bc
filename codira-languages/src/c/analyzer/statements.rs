//! Cuts code into declarations.

use super::lexer::{Lexer, Token, TokenKind};

/// Stands for the body of a type in the tokens of a declaration.
pub(super) const BODY: TokenKind = TokenKind::Punctuation(b'}');

/// What tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A declaration outside of function bodies, or a member of a structure.
    Declaration,
    /// The head of a definition outside of function bodies.
    Head,
    /// The words that begin a statement in a function body or stand in parentheses there, and the
    /// token after them.
    Words,
    /// Words and stars that are one of several arguments in a function body.
    Argument,
}

/// Calls `read` with the tokens of each declaration, and with what begins each statement.
pub(super) fn for_each_declaration(code: &str, mut read: impl FnMut(&[Token], Form)) {
    let mut lexer = Lexer::new(code);
    let mut declaration: Vec<Token> = Vec::new();
    // The unfinished declaration outside each open brace; none outside `extern "C" {`.
    let mut enclosing: Vec<Option<Vec<Token>>> = Vec::new();
    let mut parens = 0_usize;
    while let Some(token) = lexer.next() {
        match token.kind {
            TokenKind::Punctuation(b';') => {
                // In text with an open parenthesis there is no declaration.
                if std::mem::take(&mut parens) == 0 {
                    read(&declaration, Form::Declaration);
                }
                declaration.clear();
            }
            TokenKind::Punctuation(b'{') if parens > 0 => skip_block(&mut lexer),
            TokenKind::Punctuation(b'{') => match body(&declaration, code) {
                Body::Members => enclosing.push(Some(std::mem::take(&mut declaration))),
                Body::Linkage => {
                    declaration.clear();
                    enclosing.push(None);
                }
                Body::Values => {
                    skip_block(&mut lexer);
                    declaration.push(Token { kind: BODY, ..token });
                }
                Body::Function => {
                    read(&declaration, Form::Head);
                    declaration.clear();
                    read_block(&mut lexer, &mut read);
                }
            },
            TokenKind::Punctuation(b'}') => {
                parens = 0;
                declaration.clear();
                if let Some(Some(outer)) = enclosing.pop() {
                    declaration = outer;
                    declaration.push(token);
                }
            }
            kind => {
                match kind {
                    TokenKind::Punctuation(b'(' | b'[') => parens += 1,
                    TokenKind::Punctuation(b')' | b']') => parens = parens.saturating_sub(1),
                    _ => {}
                }
                declaration.push(token);
            }
        }
    }
}

/// What a brace begins.
enum Body {
    /// Members of a structure or union.
    Members,
    /// Declarations with another linkage.
    Linkage,
    /// Values: of an enumeration or an initializer.
    Values,
    /// Statements.
    Function,
}

fn body(declaration: &[Token], code: &str) -> Body {
    let word = |token: &Token| &code[token.start..token.end];
    match declaration {
        [extern_, linkage] if word(extern_) == "extern" && linkage.kind == TokenKind::Literal => return Body::Linkage,
        [.., last] if last.is(b'=') || last.is(b']') => return Body::Values,
        _ => {}
    }
    // Back over a tag and attributes.
    let mut rest = declaration;
    while let Some((last, before)) = rest.split_last() {
        rest = before;
        match last.kind {
            TokenKind::Word => match word(last) {
                "struct" | "union" => return Body::Members,
                "enum" => return Body::Values,
                _ => {}
            },
            TokenKind::Punctuation(b')') => {
                let mut open = 1_usize;
                while let (Some((token, before)), true) = (rest.split_last(), open > 0) {
                    open = open + usize::from(token.is(b')')) - usize::from(token.is(b'('));
                    rest = before;
                }
                if !rest.last().is_some_and(|token| word(token).starts_with("__")) {
                    return Body::Function;
                }
            }
            _ => return Body::Function,
        }
    }
    Body::Function
}

/// Skips to behind the brace that closes the one just read.
fn skip_block(lexer: &mut Lexer<'_>) {
    let mut open = 1_usize;
    for token in lexer {
        open = open + usize::from(token.is(b'{')) - usize::from(token.is(b'}'));
        if open == 0 {
            return;
        }
    }
}

/// As [`skip_block`], with a look at the words that begin each statement, and at arguments that
/// are more than one word.
fn read_block(lexer: &mut Lexer<'_>, read: &mut impl FnMut(&[Token], Form)) {
    // Two words are a type and a name.
    const MAX_WORDS: usize = 3;
    let mut words: Vec<Token> = Vec::new();
    let mut begins = true;
    // Words and stars since an opening parenthesis or comma, and which of the two it was.
    let (mut before, mut argument) = (None, Vec::new());
    let mut open = 1_usize;
    for token in lexer {
        open = open + usize::from(token.is(b'{')) - usize::from(token.is(b'}'));
        if open == 0 {
            return;
        }
        if begins {
            words.push(token);
            begins = token.kind == TokenKind::Word;
            if !begins && words.len() >= MAX_WORDS {
                read(&words, Form::Words);
            }
        }
        match token.kind {
            TokenKind::Punctuation(b';' | b'{' | b'}' | b':') => {
                words.clear();
                begins = true;
                before = None;
            }
            TokenKind::Word => argument.push(token),
            TokenKind::Punctuation(b'*') if !argument.is_empty() => argument.push(token),
            TokenKind::Punctuation(mark @ (b'(' | b',' | b')')) => {
                match (before, mark) {
                    (Some(b'('), b')') if argument.len() >= MAX_WORDS => read(&argument, Form::Words),
                    (Some(_), b',') | (Some(b','), b')') if argument.len() > 1 => read(&argument, Form::Argument),
                    _ => {}
                }
                argument.clear();
                before = (mark != b')').then_some(mark);
            }
            _ => before = None,
        }
    }
}
