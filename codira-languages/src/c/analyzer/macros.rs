//! What macros and conditions use, which the parser does not read.

use std::ops::Range;

use codira_contracts::{Parameter, ParameterKind, Symbol, SymbolKind, UseForm, UseKind};

use super::{
    declarators::fold,
    draft::{Draft, DraftUse, Index, MODULE},
    lexer::{Lexer, Token, TokenKind},
    lines::Lines,
    preprocess::Define,
};

/// The longest value of a macro that its signature shows, in bytes.
const LONGEST_VALUE: usize = 80;

/// Whether a word is one of the language.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "_Alignof"
            | "__alignof__"
            | "__asm__"
            | "__attribute__"
            | "__extension__"
            | "__typeof__"
            | "__volatile__"
            | "_Generic"
            | "asm"
            | "auto"
            | "break"
            | "case"
            | "char"
            | "const"
            | "continue"
            | "default"
            | "defined"
            | "do"
            | "double"
            | "else"
            | "enum"
            | "extern"
            | "float"
            | "for"
            | "goto"
            | "if"
            | "inline"
            | "int"
            | "long"
            | "register"
            | "return"
            | "short"
            | "signed"
            | "sizeof"
            | "static"
            | "struct"
            | "switch"
            | "typedef"
            | "typeof"
            | "union"
            | "unsigned"
            | "void"
            | "volatile"
            | "while"
    )
}

/// A macro as a symbol.
pub(super) fn symbol(define: &Define, text: &str) -> Draft {
    let name = &text[define.name.clone()];
    let head_end = define.parameters.as_ref().map_or(define.name.end, |parameters| {
        let last = parameters.last().map_or(define.name.end, |last| last.end);
        last + text[last..define.directive.end].find(')').map_or(0, |close| close + 1)
    });
    let mut signature = format!("#define {}", fold(&text[define.name.start..head_end]));
    let value = &text[define.body.clone()];
    if define.parameters.is_none() && value.len() <= LONGEST_VALUE && !value.is_empty() {
        signature = format!("{signature} {}", fold(value));
    }
    let parameter = |range: &Range<usize>| {
        let name = &text[range.clone()];
        let (name, kind) = match name.strip_suffix("...") {
            Some(name) => (name.trim_end(), ParameterKind::Variadic),
            None => (name, ParameterKind::Positional),
        };
        Parameter { name: name.to_owned(), kind, annotation: None, default: None }
    };
    let parameters = define.parameters.iter().flatten().map(parameter).collect();
    let symbol = Symbol { signature: Some(signature), parameters, ..Symbol::new("", SymbolKind::Macro, name) };
    Draft { symbol, parent: Some(MODULE), start: define.directive.start, end: define.body.end, stem: None }
}

/// What the body of a macro uses.
pub(super) fn body_uses(define: &Define, owner: Index, text: &str, lines: &Lines) -> Vec<DraftUse> {
    let parameters: Vec<&str> =
        define.parameters.iter().flatten().map(|range| text[range.clone()].trim_end_matches(['.', ' '])).collect();
    let own = |name: &str| parameters.contains(&name) || name.starts_with("__VA_");
    token_uses(define.body.clone(), owner, text, lines, Inside::Macro, own)
}

/// What a condition asks for.
pub(super) fn condition_uses(condition: Range<usize>, owner: Index, text: &str, lines: &Lines) -> Vec<DraftUse> {
    token_uses(condition, owner, text, lines, Inside::Condition, |name| name.starts_with("__has_"))
}

/// Where tokens are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Macro,
    Condition,
}

/// The calls in a range of tokens and, where it is but an expression, the other names in it.
fn token_uses(
    range: Range<usize>,
    owner: Index,
    text: &str,
    lines: &Lines,
    inside: Inside,
    own: impl Fn(&str) -> bool,
) -> Vec<DraftUse> {
    let tokens: Vec<Token> =
        Lexer::within(text, range.start, range.end).filter(|token| token.kind != TokenKind::Comment).collect();
    let statements = tokens.iter().any(|token| token.is(b'{') || token.is(b'}') || token.is(b';'));
    let word = |token: &Token| &text[token.start..token.end];
    let mut uses = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let name = word(token);
        if token.kind != TokenKind::Word || is_keyword(name) || own(name) {
            continue;
        }
        let before = index.checked_sub(1).map(|before| &tokens[before]);
        let after = tokens.get(index + 1);
        let calls = after.is_some_and(|after| after.is(b'('));
        let pasted = [before, after].into_iter().flatten().any(|token| token.is(b'#'));
        let member = before.is_some_and(|before| before.is(b'.') || before.is(b'>') && arrow(text, before));
        let tag =
            before.is_some_and(|before| before.kind == TokenKind::Word && matches!(word(before), "struct" | "union" | "enum"));
        // `(type)` before an operand is a cast.
        let cast = inside == Inside::Macro
            && before.is_some_and(|before| before.is(b'('))
            && after.is_some_and(|after| after.is(b')'));
        let declares = after.is_some_and(|after| after.kind == TokenKind::Word);
        let record = |kind, form, text: String| DraftUse { kind, form, text, owner, site: lines.site(token.start) };
        if pasted || tag {
            continue;
        }
        match (member, calls) {
            (true, true) => uses.push(record(UseKind::Call, UseForm::Value, format!(".{name}"))),
            (true, false) => {}
            (false, true) => uses.push(record(UseKind::Call, UseForm::Path, name.to_owned())),
            (false, false) if statements || cast || declares => {}
            (false, false) => uses.push(record(UseKind::Reference, UseForm::Path, name.to_owned())),
        }
    }
    uses
}

/// Whether a `>` ends an arrow.
fn arrow(text: &str, token: &Token) -> bool {
    text[..token.start].ends_with('-')
}
