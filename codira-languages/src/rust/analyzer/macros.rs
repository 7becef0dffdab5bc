//! Macros: their arguments, as far as they can be understood without expanding them.
//!
//! Where an item is allowed, the arguments of a macro are parsed as items; if that succeeds
//! (`cfg_rt! { mod task; }`, `pin_project! { struct S { .. } }`), they count as if they stood
//! there by themselves, under a condition. Everything else is read token by token:
//!
//! - a path before `(` is called, and one before `!` and a bracket is a macro that is called;
//! - a name after `.` and before `(` is a method that is called;
//! - a path of several names that is not called is a reference, and so is one before `(..) =>` or
//!   `(..) =`, which is a pattern;
//! - what a macro itself puts in (`$f`, `#f`), what is being defined (`fn f`), attributes and
//!   `Fn(..)` types are passed over.

use std::ops::Range;

use codira_contracts::{UseForm, UseKind};

use super::{
    attributes::Head,
    paths::{Path, Start},
    tree::{Node, SyntaxKind as K, Token, Tokens, Tree},
    walk::Walk,
};

/// How many macros that hold items may be inside each other: each is parsed anew.
const MAX_ITEM_MACROS: usize = 8;

impl<'a> Walk<'_, 'a> {
    /// A macro that is called.
    pub(super) fn macro_call(&mut self, tree: &Tree<'_, 'a>, node: Node) {
        if let Some(path) = Path::in_node(tree, node) {
            self.note_panics(path.names.last().copied().unwrap_or_default());
            self.record(tree, UseKind::Call, UseForm::Macro, path.text(), path.last);
        }
        let Some(given) = tree.child(node, K::TOKEN_TREE) else { return };
        let inside = inside(tree.tokens, tree.range(given));
        let parent = tree.kind(tree.parent(node));
        let holds_items =
            matches!(parent, K::SOURCE_FILE | K::ITEM_LIST | K::ASSOC_ITEM_LIST | K::EXTERN_ITEM_LIST | K::MACRO_ITEMS);
        if !(holds_items && self.items_in_macro(tree, inside.clone())) {
            self.scan(tree, inside);
        }
    }

    /// Walks the arguments of a macro as items, if they are items.
    fn items_in_macro(&mut self, tree: &Tree<'_, 'a>, inside: Range<Token>) -> bool {
        if self.macros == MAX_ITEM_MACROS || inside.is_empty() {
            return false;
        }
        let items = Tree::of_items(tree.tokens, inside);
        let are_items = items.errors.is_empty() && items.children(Tree::ROOT).next().is_some();
        if are_items {
            let was_conditional = std::mem::replace(&mut self.context.is_conditional, true);
            self.macros += 1;
            self.run(&items);
            self.macros -= 1;
            self.context.is_conditional = was_conditional;
        }
        are_items
    }

    /// The definition of a macro: what its right-hand sides call, it calls.
    pub(super) fn macro_definition(&mut self, tree: &Tree<'_, 'a>, node: Node) {
        let tokens = tree.tokens;
        let mut bodies = tree.children_of(node, K::TOKEN_TREE);
        let (Some(first), second) = (bodies.next(), bodies.next()) else { return };
        if let Some(body) = second {
            // `macro name(pattern) { body }`
            return self.scan(tree, inside(tokens, tree.range(body)));
        }
        let mut rest = inside(tokens, tree.range(first));
        while !rest.is_empty() {
            let end = group_end(tokens, rest.start, rest.end);
            let is_pattern = tokens.significant(end..rest.end).next().is_some_and(|next| is_binding(tokens, next));
            if !is_pattern {
                self.scan(tree, rest.start..end);
            }
            rest.start = end;
        }
    }

    /// What `#[derive]` and attributes from crates name.
    pub(super) fn derived(&mut self, tree: &Tree<'_, 'a>, head: &Head<'a>) {
        for derive in &head.derives {
            let significant: Vec<Token> = tree.tokens.significant(derive.clone()).collect();
            let mut at = 0;
            while at < significant.len() {
                let Some((path, after)) = path_at(tree.tokens, &significant, at) else {
                    at += 1;
                    continue;
                };
                self.record(tree, UseKind::Reference, UseForm::Path, path.text(), path.last);
                at = after;
            }
        }
    }

    /// Reads tokens for what they call.
    fn scan(&mut self, tree: &Tree<'_, 'a>, range: Range<Token>) {
        let tokens = tree.tokens;
        let significant: Vec<Token> = tokens.significant(range).collect();
        let kind = |index: usize| significant.get(index).map_or(K::EOF, |&token| tokens.kind(token));
        let mut at = 0;
        while at < significant.len() {
            if kind(at) == K::POUND {
                let bracket = if kind(at + 1) == K::BANG { at + 2 } else { at + 1 };
                if kind(bracket) == K::L_BRACK {
                    at = closing(tokens, &significant, bracket) + 1;
                    continue;
                }
            }
            let Some((path, after)) = path_at(tokens, &significant, at) else {
                at += 1;
                continue;
            };
            let before = if at == 0 { K::EOF } else { kind(at - 1) };
            // `$crate` is a path that is kept; any other name after `$` is a parameter of the
            // macro.
            let is_crate = before == K::DOLLAR && path.names[0] == "crate";
            let is_member = before == K::DOT && (at < 2 || kind(at - 2) != K::DOT);
            let is_defined =
                matches!(before, K::FN_KW | K::STRUCT_KW | K::ENUM_KW | K::TRAIT_KW | K::MOD_KW | K::TYPE_KW | K::MACRO_KW);
            let is_put_in = matches!(before, K::DOLLAR | K::POUND) && !is_crate;
            if is_member && kind(after) == K::L_PAREN && path.names.len() == 1 {
                let receiver = receiver(tokens, &significant[..at - 1]);
                self.member_call(tree, receiver, path.last);
            } else if !(is_member || is_defined || is_put_in) {
                let opens = |index: usize| matches!(kind(index), K::L_PAREN | K::L_BRACK | K::L_CURLY);
                let is_pattern = || {
                    let close = closing(tokens, &significant, after);
                    significant.get(close + 1).is_some_and(|&next| is_binding(tokens, next))
                };
                match kind(after) {
                    K::BANG if opens(after + 1) && path.names[0] != "macro_rules" => {
                        self.note_panics(path.names.last().copied().unwrap_or_default());
                        self.record(tree, UseKind::Call, UseForm::Macro, path.text(), path.last);
                    }
                    K::L_PAREN if path.single().is_some_and(is_function_trait) => {}
                    K::L_PAREN if !is_pattern() => self.scanned(tree, &path, UseKind::Call),
                    K::L_PAREN => self.scanned(tree, &path, UseKind::Reference),
                    _ if path.names.len() > 1 => self.scanned(tree, &path, UseKind::Reference),
                    _ => {}
                }
            }
            at = after;
        }
    }

    fn scanned(&mut self, tree: &Tree<'_, 'a>, path: &Path<'a>, kind: UseKind) {
        if let Some((form, text)) = self.classify(path) {
            self.record(tree, kind, form, text, path.last);
        }
    }

    /// Notes in the enclosing function that it panics or asserts.
    fn note_panics(&mut self, name: &str) {
        let Some(function) = self.context.function else { return };
        let facts = &mut self.analysis.symbols[function].body;
        match name {
            "panic" | "todo" | "unimplemented" | "unreachable" => facts.raises = true,
            "assert" | "assert_eq" | "assert_ne" | "debug_assert" | "debug_assert_eq" | "debug_assert_ne" => {
                facts.asserts = true
            }
            _ => {}
        }
    }
}

/// The tokens between the brackets of a token tree.
fn inside(tokens: &Tokens<'_>, range: Range<Token>) -> Range<Token> {
    let is_closed = range.len() > 1 && matches!(tokens.kind(range.end - 1), K::R_PAREN | K::R_BRACK | K::R_CURLY);
    (range.start + 1).min(range.end)..if is_closed { range.end - 1 } else { range.end }
}

/// The token after a token, or after the bracket that closes it.
fn group_end(tokens: &Tokens<'_>, start: Token, end: Token) -> Token {
    let mut depth = 0_usize;
    for token in start..end {
        match tokens.kind(token) {
            K::L_PAREN | K::L_BRACK | K::L_CURLY => depth += 1,
            K::R_PAREN | K::R_BRACK | K::R_CURLY => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return token + 1;
        }
    }
    end
}

/// The index of the bracket that closes the one at an index; without one, the last index; for what
/// is no bracket, the index.
fn closing(tokens: &Tokens<'_>, significant: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, &token) in significant.iter().enumerate().skip(at) {
        match tokens.kind(token) {
            K::L_PAREN | K::L_BRACK | K::L_CURLY => depth += 1,
            K::R_PAREN | K::R_BRACK | K::R_CURLY => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    significant.len().saturating_sub(1).max(at)
}

/// Whether this is the `=` of `=>` or of an assignment: then a pattern is before it.
fn is_binding(tokens: &Tokens<'_>, token: Token) -> bool {
    let is_compared = token + 1 < tokens.len() && tokens.kind(token + 1) == K::EQ;
    tokens.kind(token) == K::EQ && !is_compared
}

/// The path that starts at an index, type arguments left out, and the index after it.
fn path_at<'a>(tokens: &Tokens<'a>, significant: &[Token], at: usize) -> Option<(Path<'a>, usize)> {
    let kind = |index: usize| significant.get(index).map_or(K::EOF, |&token| tokens.kind(token));
    let is_name = |index: usize| matches!(kind(index), K::IDENT | K::SELF_KW | K::SELF_TYPE_KW | K::CRATE_KW | K::SUPER_KW);
    let goes_on = |index: usize| kind(index) == K::COLON && kind(index + 1) == K::COLON;
    let (start, mut next) = if goes_on(at) { (Start::Crates, at + 2) } else { (Start::Scope, at) };
    // What a path goes on with after something else, as in `<T>::f` or `$t::f`, is no path of its
    // own.
    let hangs = start == Start::Crates && at > 0 && matches!(kind(at - 1), K::R_ANGLE | K::IDENT | K::R_PAREN | K::R_BRACK);
    if hangs || !is_name(next) {
        return None;
    }
    let mut names = Vec::new();
    let mut last = significant[next];
    while is_name(next) {
        last = significant[next];
        names.push(tokens.name(last));
        next += 1;
        if goes_on(next) && kind(next + 2) == K::L_ANGLE {
            next = angles_end(tokens, significant, next + 2);
        }
        if !(goes_on(next) && is_name(next + 2)) {
            break;
        }
        next += 2;
    }
    Some((Path { start, names, last }, next))
}

/// The index after the `>` that closes the `<` at an index.
fn angles_end(tokens: &Tokens<'_>, significant: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, &token) in significant.iter().enumerate().skip(at) {
        match tokens.kind(token) {
            K::L_ANGLE => depth += 1,
            K::R_ANGLE if index > 0 && tokens.kind(significant[index - 1]) == K::MINUS => {}
            K::R_ANGLE => depth = depth.saturating_sub(1),
            K::SEMICOLON | K::L_CURLY | K::R_CURLY => return index,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    significant.len()
}

/// The path of the value before a `.`, if it is a name or fields of one.
fn receiver(tokens: &Tokens<'_>, before: &[Token]) -> Option<String> {
    let is_name = |token: Token| matches!(tokens.kind(token), K::IDENT | K::SELF_KW | K::INT_NUMBER);
    let mut start = before.len();
    loop {
        start = start.checked_sub(1).filter(|&index| is_name(before[index]))?;
        match start.checked_sub(1).map(|index| tokens.kind(before[index])) {
            Some(K::DOT) if start < 2 || tokens.kind(before[start - 2]) != K::DOT => start -= 1,
            // The end of another path, or what the macro puts in.
            Some(K::COLON | K::DOLLAR | K::POUND) => return None,
            _ => break,
        }
    }
    let parts: Vec<&str> = before[start..].iter().map(|&token| tokens.name(token)).collect();
    (tokens.kind(before[start]) != K::INT_NUMBER).then(|| parts.concat())
}

/// The traits of functions, which are written like calls.
fn is_function_trait(name: &str) -> bool {
    matches!(name, "Fn" | "FnMut" | "FnOnce" | "AsyncFn" | "AsyncFnMut" | "AsyncFnOnce")
}
