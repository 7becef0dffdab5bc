//! Conditional groups (`#if` to `#endif`): what of them the parser gets to read.
//!
//! The parser reads the text with every directive blanked. That keeps all alternatives of a group
//! in view, and does no harm as long as each of them stands on its own: whole declarations,
//! statements or list items. Where they do not (they split a function head, an expression, an `if`
//! from its `else`), only the first alternative that holds anything is left. What no C compiler
//! ever reads (`#if 0`, `#ifdef __cplusplus`) is never left.

use std::ops::Range;

use super::lexer::{Token, TokenKind};

/// What the file alone tells of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Always,
    Never,
    Open,
}

/// The last token, as far as it tells whether something may end here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// Nothing yet, or `;`, `}`, `:` or the end of a parenthesis: a statement may end here.
    End,
    OpenBrace,
    CloseBrace,
    Comma,
    Equals,
    /// `enum`, or its tag.
    Enum,
    /// `if`, `for`, `while`, `switch`.
    Control,
    Other,
}

/// The position in the nesting of braces and parentheses.
#[derive(Clone, Copy, Debug)]
struct State {
    /// The innermost open brace; 0 for none.
    brace: usize,
    /// Open parentheses inside that brace.
    parens: usize,
    /// The outermost of them belongs to a control statement, which goes on after it.
    control: bool,
    last: Last,
}

/// An open brace, with the state outside it. Braces are kept, so that a state can be restored.
struct Brace {
    outside: State,
    /// Holds items that commas separate: an initializer or enumeration.
    list: bool,
}

struct Group {
    guard: bool,
    entry: State,
    /// Once the first alternative that holds anything is over: which one it is, and the state at
    /// its end.
    kept: Option<(usize, State)>,
    done: Vec<Alternative>,
    current: Alternative,
    /// The current alternative closed a brace that was opened before the group.
    dipped: bool,
    splits: bool,
    decided: bool,
}

struct Alternative {
    text: Range<usize>,
    dead: bool,
    empty: bool,
}

/// Follows a file's tokens and conditional directives, and decides what to blank.
pub(super) struct Conditionals {
    state: State,
    braces: Vec<Brace>,
    groups: Vec<Group>,
    dead: usize,
    /// What the parser must not read.
    pub(super) hidden: Vec<Range<usize>>,
    /// Where alternatives begin that were left out although a compiler may read them.
    pub(super) unread: Vec<usize>,
}

impl Conditionals {
    pub(super) fn new() -> Self {
        let state = State { brace: 0, parens: 0, control: false, last: Last::End };
        let file = Brace { outside: state, list: false };
        Self { state, braces: vec![file], groups: Vec::new(), dead: 0, hidden: Vec::new(), unread: Vec::new() }
    }

    /// Whether no compiler reads the next tokens.
    pub(super) fn is_dead(&self) -> bool {
        self.dead > 0
    }

    /// Whether the next tokens depend on a condition.
    pub(super) fn is_conditional(&self) -> bool {
        self.groups.iter().any(|group| !group.guard)
    }

    /// Marks the innermost group as the include guard of a header.
    pub(super) fn mark_guard(&mut self) {
        if let Some(group) = self.groups.last_mut() {
            group.guard = true;
        }
    }

    /// Follows a token that is neither comment nor directive.
    pub(super) fn token(&mut self, token: &Token, text: &str) {
        if self.is_dead() {
            return;
        }
        let word = &text[token.start..token.end];
        if let Some(group) = self.groups.last_mut() {
            group.splits |= group.current.empty && word == "else" && !group.done.is_empty();
            group.current.empty = false;
        }
        let State { brace, parens, last, .. } = self.state;
        self.state.last = match token.kind {
            TokenKind::Punctuation(b'{') => return self.open_brace(),
            TokenKind::Punctuation(b'}') => return self.close_brace(),
            TokenKind::Punctuation(b'(') => {
                if parens == 0 {
                    self.state.control = last == Last::Control;
                }
                self.state.parens += 1;
                Last::Other
            }
            TokenKind::Punctuation(b')') => {
                self.state.parens = parens.saturating_sub(1);
                if parens <= 1 && !self.state.control { Last::End } else { Last::Other }
            }
            TokenKind::Punctuation(b';' | b':') => Last::End,
            TokenKind::Punctuation(b',') if self.braces[brace].list => Last::Comma,
            TokenKind::Punctuation(b'=') => Last::Equals,
            TokenKind::Word => match word {
                "if" | "for" | "while" | "switch" => Last::Control,
                "enum" => Last::Enum,
                _ if last == Last::Enum => Last::Enum,
                _ => Last::Other,
            },
            _ => Last::Other,
        };
    }

    fn open_brace(&mut self) {
        let list = matches!(self.state.last, Last::Equals | Last::Enum) || self.braces[self.state.brace].list;
        self.braces.push(Brace { outside: self.state, list });
        self.state = State { brace: self.braces.len() - 1, parens: 0, control: false, last: Last::OpenBrace };
    }

    fn close_brace(&mut self) {
        let closed = self.state.brace;
        // A group that has dipped has already marked the groups that enclose it.
        let groups = self.groups.iter_mut().rev();
        groups.take_while(|group| group.entry.brace == closed && !group.dipped).for_each(|group| group.dipped = true);
        self.state = State { last: Last::CloseBrace, ..self.braces[closed].outside };
    }

    /// Whether text may be cut here without splitting anything.
    fn is_boundary(&self) -> bool {
        let State { brace, parens, last, .. } = self.state;
        let end = if self.braces[brace].list {
            matches!(last, Last::Comma | Last::OpenBrace)
        } else {
            matches!(last, Last::End | Last::OpenBrace | Last::CloseBrace)
        };
        end && parens == 0
    }

    /// `#if` and its kin, which take `directive`.
    pub(super) fn open(&mut self, directive: &Range<usize>, truth: Truth) {
        let dead = truth == Truth::Never;
        self.dead += usize::from(dead);
        self.groups.push(Group {
            guard: false,
            entry: self.state,
            kept: None,
            done: Vec::new(),
            current: Alternative { text: directive.end..directive.end, dead, empty: true },
            dipped: false,
            splits: !self.is_boundary(),
            decided: truth == Truth::Always,
        });
    }

    /// `#else` and its kin.
    pub(super) fn alternative(&mut self, directive: &Range<usize>, truth: Truth) {
        self.finish_alternative(directive.start, false);
        let Some(group) = self.groups.last_mut() else { return };
        let dead = group.decided || truth == Truth::Never;
        group.decided |= truth == Truth::Always;
        group.current = Alternative { text: directive.end..directive.end, dead, empty: true };
        group.dipped = false;
        self.state = group.entry;
        self.dead += usize::from(dead);
    }

    /// `#endif`, or the end of the file.
    pub(super) fn close(&mut self, directive: &Range<usize>) {
        let only = self.groups.last().is_some_and(|group| group.done.iter().all(|alternative| alternative.dead));
        self.finish_alternative(directive.start, only);
        let Some(group) = self.groups.pop() else { return };
        let kept = group.kept.map(|(index, _)| index);
        for (index, alternative) in group.done.into_iter().enumerate() {
            let unread = group.splits && kept.is_some_and(|kept| kept != index) && !alternative.empty && !alternative.dead;
            if unread {
                self.unread.push(alternative.text.start);
            }
            if unread || alternative.dead {
                self.hidden.push(alternative.text);
            }
        }
        self.state = group.kept.map_or(group.entry, |(_, state)| state);
    }

    /// Closes what is still open at the end of the file.
    pub(super) fn finish(&mut self, end: usize) {
        while !self.groups.is_empty() {
            self.close(&(end..end));
        }
    }

    /// Ends the current alternative at `end`; the only one of its group splits nothing by its end.
    fn finish_alternative(&mut self, end: usize, only: bool) {
        let boundary = only || self.is_boundary();
        let state = self.state;
        let Some(group) = self.groups.last_mut() else { return };
        let mut alternative = std::mem::replace(&mut group.current, Alternative { text: end..end, dead: false, empty: true });
        alternative.text.end = end.max(alternative.text.start);
        if alternative.dead {
            self.dead -= 1;
        } else {
            let balanced = (state.brace, state.parens) == (group.entry.brace, group.entry.parens) && !group.dipped;
            group.splits |= !balanced || !boundary;
            if !alternative.empty && group.kept.is_none() {
                group.kept = Some((group.done.len(), state));
            }
        }
        group.done.push(alternative);
        // An outer alternative holds what its inner groups hold; that they hold nothing at all is
        // rare and harmless.
        if let [.., outer, _] = self.groups.as_mut_slice() {
            outer.current.empty = false;
        }
    }
}
