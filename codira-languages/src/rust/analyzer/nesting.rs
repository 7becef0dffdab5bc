//! How deep the parser will call itself on a text, known before it starts.
//!
//! The parser is recursive and knows no limit: ten thousand open parentheses end the process. So
//! the tokens are read once for what makes it call itself: brackets, and, between them, prefix
//! operators, keywords, assignments, closures and type arguments, as long as they pile up. The
//! answer is an upper bound, near the truth for code that people write.

use super::tree::{SyntaxKind, Tokens};
use SyntaxKind as K;

/// What piles up between one bracket and its closing one.
#[derive(Default)]
struct Level {
    bracket: Option<SyntaxKind>,
    /// It is the bracket of an attribute.
    is_attribute: bool,
    /// What has piled up since something ended it all.
    pile: usize,
    /// Open `<`: commas between them end nothing.
    angles: usize,
    /// Between the bars of a closure: neither do commas there.
    in_closure_head: bool,
}

/// An upper bound for how many times the parser is inside itself at any moment.
pub(super) fn bound(tokens: &Tokens<'_>) -> usize {
    let mut levels = vec![Level::default()];
    let (mut depth, mut deepest) = (0, 0);
    let mut before: Option<Before> = None;
    for token in tokens.significant(0..tokens.len()) {
        let kind = tokens.kind(token);
        let touches = before.as_ref().is_some_and(|before| before.token + 1 == token);
        let last = before.as_ref().map_or(K::EOF, |before| before.kind);
        let after_attribute = before.as_ref().is_some_and(|before| before.ends_attribute);
        let (mut half, mut is_infix, mut ends_attribute) = (false, false, false);
        match kind {
            K::L_PAREN | K::L_BRACK | K::L_CURLY => {
                depth += 1;
                let is_attribute = kind == K::L_BRACK && matches!(last, K::POUND | K::BANG);
                levels.push(Level { bracket: Some(kind), is_attribute, ..Level::default() });
            }
            // An attribute with nothing behind it has the parser pass over the brace.
            K::R_CURLY if after_attribute => {}
            K::R_PAREN | K::R_BRACK | K::R_CURLY => {
                ends_attribute = kind == K::R_BRACK && levels.last().is_some_and(|level| level.is_attribute);
                depth -= close(&mut levels, kind);
            }
            _ => {
                let Some(level) = levels.last_mut() else { break };
                let is_block = matches!(level.bracket, None | Some(K::L_CURLY));
                let ends_all = match kind {
                    K::SEMICOLON => is_complete(last),
                    K::COMMA => level.angles == 0 && !level.in_closure_head && is_complete(last),
                    // After a block a new statement, arm or item starts, unless the word goes on
                    // with the old one.
                    _ => last == K::R_CURLY && is_block && starts_afresh(kind),
                };
                if ends_all {
                    depth -= level.pile;
                    *level = Level { bracket: level.bracket, is_attribute: level.is_attribute, ..Level::default() };
                }
                // The second half of `&&` and `||` between operands is no prefix.
                half = touches && last == kind && before.as_ref().is_some_and(|before| before.is_infix && !before.half);
                is_infix = half || ends_operand(last) && !after_attribute;
                let piles = match kind {
                    K::L_ANGLE => {
                        level.angles += 1;
                        true
                    }
                    K::R_ANGLE if touches && matches!(last, K::MINUS) => true,
                    K::R_ANGLE if touches && matches!(last, K::EQ) => false,
                    K::R_ANGLE => {
                        level.angles = level.angles.saturating_sub(1);
                        false
                    }
                    K::PIPE if level.in_closure_head => {
                        level.in_closure_head = false;
                        is_infix = false;
                        false
                    }
                    K::PIPE => {
                        level.in_closure_head = !is_infix;
                        !is_infix
                    }
                    K::EQ => !(touches && matches!(last, K::EQ | K::BANG)),
                    K::MINUS | K::STAR | K::BANG | K::AMP | K::DOT => !is_infix,
                    K::AT => true,
                    kind => is_piling_keyword(kind),
                };
                depth += usize::from(piles);
                level.pile += usize::from(piles);
            }
        }
        deepest = deepest.max(depth);
        before = Some(Before { token, kind, is_infix, half, ends_attribute });
    }
    deepest
}

/// What is remembered of the token before.
struct Before {
    token: usize,
    kind: SyntaxKind,
    is_infix: bool,
    half: bool,
    ends_attribute: bool,
}

/// Closes a level. Returns by how much that lowers the depth. A brace closes unclosed brackets
/// inside it; other brackets without an opening one are skipped, as the parser does.
fn close(levels: &mut Vec<Level>, kind: SyntaxKind) -> usize {
    let opening = match kind {
        K::R_PAREN => K::L_PAREN,
        K::R_BRACK => K::L_BRACK,
        _ => K::L_CURLY,
    };
    let is_open = |level: &Level| level.bracket == Some(opening);
    let keep = match kind {
        K::R_CURLY => levels.iter().rposition(is_open),
        _ => levels.last().is_some_and(is_open).then(|| levels.len() - 1),
    };
    keep.map_or(0, |keep| levels.drain(keep..).map(|level| level.pile + 1).sum())
}

/// Whether an operator after this token stands between two operands.
fn ends_operand(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        K::IDENT
            | K::SELF_KW
            | K::SELF_TYPE_KW
            | K::SUPER_KW
            | K::CRATE_KW
            | K::TRUE_KW
            | K::FALSE_KW
            | K::UNDERSCORE
            | K::INT_NUMBER
            | K::FLOAT_NUMBER
            | K::STRING
            | K::BYTE_STRING
            | K::C_STRING
            | K::CHAR
            | K::BYTE
            | K::R_PAREN
            | K::R_BRACK
            | K::QUESTION
    )
}

/// Whether what a token ends can be complete. If not, the parser passes over the separator that
/// follows, in search of the rest.
fn is_complete(kind: SyntaxKind) -> bool {
    let is_end =
        matches!(kind, K::R_CURLY | K::R_ANGLE | K::LIFETIME_IDENT | K::STAR | K::BANG | K::DOT | K::COMMA | K::SEMICOLON);
    is_end || ends_operand(kind) || matches!(kind, K::RETURN_KW | K::BREAK_KW | K::CONTINUE_KW | K::YIELD_KW)
}

/// Whether a token after a block has nothing to do with it.
fn starts_afresh(kind: SyntaxKind) -> bool {
    let goes_on = matches!(kind, K::ELSE_KW | K::AS_KW | K::IN_KW);
    (kind == K::POUND || kind.is_any_identifier()) && !goes_on
}

/// Whether a keyword can have the parser call itself.
fn is_piling_keyword(kind: SyntaxKind) -> bool {
    kind != K::IDENT && kind.is_any_identifier() && !ends_operand(kind)
}
