//! How deep a text may nest, found before it is parsed.
//!
//! The parser, the walk over its tree and the freeing of that tree recurse, and a stack that
//! overflows cannot be caught. So the depth is bounded first, from the tokens alone. Cutting a
//! text into tokens is 7 % of the instructions of a first index.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// The depth up to which any thread's stack will do.
pub(super) const SHALLOW: usize = 150;

/// The depth up to which files are read. Python itself gives up at 200 brackets and a few thousand
/// operators.
pub(super) const DEEPEST: usize = 20_000;

/// The bytes of stack that one level takes at most, without optimisation.
pub(super) const STACK_PER_LEVEL: usize = 16 * 1024;

/// An open bracket, indentation or interpolated string, with the tokens inside that may nest
/// without one.
#[derive(Default)]
struct Level {
    /// The token that closes it.
    closer: Option<TokenKind>,
    /// Operators, attributes and closed brackets since the last comma: each may hold those before
    /// it.
    chained: usize,
    /// Keywords since the level began: each may hold all that follows, commas included.
    keywords: usize,
}

/// An upper bound of the depth of the syntax tree of `text`.
///
/// In text without syntax errors it is near the depth of the deepest statement; errors may make it
/// greater.
pub(super) fn bound(text: &str) -> usize {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut outer = Vec::new();
    let mut inner = Level::default();
    // The tokens counted in `outer` and `inner`.
    let mut depth = 0_usize;
    let mut deepest = 0;
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return deepest,
            TokenKind::Newline if inner.closer.is_none_or(|closer| closer == TokenKind::Dedent) => {
                depth -= std::mem::take(&mut inner.chained) + std::mem::take(&mut inner.keywords);
            }
            TokenKind::Comma => depth -= std::mem::take(&mut inner.chained),
            _ if inner.closer == Some(kind) => {
                depth -= inner.chained + inner.keywords;
                // What was closed may be held by what follows: `f()()()`.
                inner = outer.pop().unwrap_or_default();
                match kind {
                    TokenKind::Dedent => depth -= 1,
                    _ => inner.chained += 1,
                }
            }
            _ => match closer(kind) {
                Some(closer) => {
                    outer.push(std::mem::replace(&mut inner, Level { closer: Some(closer), ..Level::default() }));
                    depth += 1;
                }
                None if nests_alone(kind) => {
                    match kind.is_keyword() {
                        true => inner.keywords += 1,
                        false => inner.chained += 1,
                    }
                    depth += 1;
                }
                None => {}
            },
        }
        deepest = deepest.max(depth);
    }
}

fn closer(opener: TokenKind) -> Option<TokenKind> {
    Some(match opener {
        TokenKind::Lpar => TokenKind::Rpar,
        TokenKind::Lsqb => TokenKind::Rsqb,
        TokenKind::Lbrace => TokenKind::Rbrace,
        TokenKind::FStringStart => TokenKind::FStringEnd,
        TokenKind::TStringStart => TokenKind::TStringEnd,
        TokenKind::Indent => TokenKind::Dedent,
        _ => return None,
    })
}

/// Whether a token other than a bracket may add a level to the tree.
fn nests_alone(kind: TokenKind) -> bool {
    !kind.is_trivia()
        && !kind.is_any_newline()
        && !matches!(
            kind,
            TokenKind::Name
                | TokenKind::Int
                | TokenKind::Float
                | TokenKind::Complex
                | TokenKind::String
                | TokenKind::FStringMiddle
                | TokenKind::TStringMiddle
                | TokenKind::None
                | TokenKind::True
                | TokenKind::False
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_side_by_side_does_not_nest() {
        let table = format!("x = [{}]\n", "(1, a.b), ".repeat(1_000));
        assert!(bound(&table) < 10);
        assert!(bound(&"f(x)\nif a: b.c = -1\n".repeat(1_000)) < 10);
        assert!(bound(&"def f():\n    if a:\n        b\n".repeat(1_000)) < 10);
    }

    #[test]
    fn whatever_nests_counts() {
        let nested = [
            ("[", "]"),
            ("f(", ")"),
            ("{1:", "}"),
            ("-", ""),
            ("not ", ""),
            ("lambda a, b=", ""),
            ("yield a, ", ""),
            ("a.", ""),
            ("1 + ", ""),
            ("1 if 1 else ", ""),
        ];
        for (before, after) in nested {
            let text = format!("x = {}y{}\n", before.repeat(300), after.repeat(300));
            assert!(bound(&text) >= 300, "{before}");
        }
        assert!(bound(&format!("x{}", "()".repeat(300))) >= 300);
        assert!(bound(&format!("{}x", "f'{".repeat(300))) >= 300);
        let blocks: String = (0..300).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect();
        assert!(bound(&blocks) >= 290);
    }

    #[test]
    fn a_bracket_is_closed_by_its_own_kind_only() {
        assert!(bound(&"f(]".repeat(300)) >= 300);
        assert!(bound(&"(\n".repeat(300)) >= 300);
    }
}
