//! Code on one line.

use std::ops::Range;

use super::tree::{SyntaxKind as K, Token, Tokens};

/// A range of tokens as written, but on one line. Each run of whitespace and comments is one
/// space. Breaks in a list and its last comma, which a formatter adds, are left out.
pub(super) fn fold(tokens: &Tokens<'_>, range: Range<Token>) -> String {
    let mut folded = String::new();
    let mut last: Option<Token> = None;
    for token in tokens.significant(range) {
        if let Some(last) = last.filter(|last| last + 1 < token) {
            let breaks = (last + 1..token).any(|trivia| tokens.text(trivia).contains('\n'));
            let closes = matches!(tokens.kind(token), K::R_PAREN | K::R_BRACK | K::R_ANGLE);
            if breaks && closes && folded.ends_with(',') {
                folded.pop();
            }
            let opened = matches!(tokens.kind(last), K::L_PAREN | K::L_BRACK | K::L_ANGLE);
            if !(breaks && (opened || closes)) {
                folded.push(' ');
            }
        }
        folded.push_str(tokens.text(token));
        last = Some(token);
    }
    folded
}

/// A range of tokens in a spelling that does not depend on how it is laid out: what ids are made
/// of.
pub(super) fn canonical(tokens: &Tokens<'_>, range: Range<Token>) -> String {
    let mut text = String::new();
    let mut last = K::EOF;
    for token in tokens.significant(range) {
        let kind = tokens.kind(token);
        let closes = matches!(kind, K::R_PAREN | K::R_BRACK | K::R_ANGLE);
        let stand_apart = is_word(last) && (is_word(kind) || last == K::LIFETIME_IDENT && kind == K::L_BRACK);
        if stand_apart || last == K::COMMA && !closes || kind == K::PLUS || last == K::PLUS {
            text.push(' ');
        }
        text.push_str(tokens.name(token));
        last = kind;
    }
    text
}

/// Whether two of these must stand apart.
fn is_word(kind: K) -> bool {
    kind.is_any_identifier() || matches!(kind, K::LIFETIME_IDENT | K::INT_NUMBER | K::FLOAT_NUMBER | K::STRING | K::UNDERSCORE)
}
