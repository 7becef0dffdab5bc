//! Macros in declarations, where C's grammar allows none: `EXPORT int f(void) NORETURN;`.
//!
//! A declaration has one type: words of the language, or one name. Where there are more names
//! before the declared one, they are macros. So are the names after a parameter list. The parser
//! does not get to see them.

use super::{
    hidden::{HiddenMacro, Macros},
    lexer::{Token, TokenKind},
    statements::{BODY, Form},
};

/// What a word can be in a declaration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Type,
    /// `struct`, `union` or `enum`: a tag follows.
    Tag,
    /// Has arguments that say nothing of names.
    Attribute,
    /// A type by its argument.
    TypeOf,
    Qualifier,
    Name,
    /// A word that no declaration has.
    Statement,
}

fn classify(word: &str) -> Class {
    match word {
        "void" | "char" | "short" | "int" | "long" | "float" | "double" | "signed" | "unsigned" | "bool" | "_Bool"
        | "_Complex" | "size_t" | "ssize_t" | "ptrdiff_t" | "intptr_t" | "uintptr_t" | "int8_t" | "int16_t" | "int32_t"
        | "int64_t" | "uint8_t" | "uint16_t" | "uint32_t" | "uint64_t" => Class::Type,
        "struct" | "union" | "enum" => Class::Tag,
        "typeof" | "__typeof__" | "__typeof" | "_Atomic" => Class::TypeOf,
        "__attribute__" | "__attribute" | "__declspec" | "_Alignas" | "alignas" | "asm" | "__asm__" | "__asm" => {
            Class::Attribute
        }
        "const" | "constexpr" | "volatile" | "restrict" | "static" | "extern" | "inline" | "__inline" | "__inline__"
        | "__forceinline" | "register" | "auto" | "typedef" | "thread_local" | "__thread" | "_Thread_local" | "_Noreturn"
        | "noreturn" | "__extension__" | "__restrict__" | "__restrict" => Class::Qualifier,
        "if" | "else" | "for" | "while" | "do" | "switch" | "case" | "default" | "return" | "goto" | "break" | "continue"
        | "sizeof" => Class::Statement,
        _ => Class::Name,
    }
}

/// Whether a word of the language belongs to a type.
pub(super) fn is_type_word(word: &str) -> bool {
    matches!(classify(word), Class::Type | Class::Tag | Class::Qualifier)
}

/// The words in a row that stand before a declared name, that name included.
#[derive(Default)]
struct Run {
    /// The names among them that may be types, macros or the declared name.
    names: Vec<usize>,
    /// Macros with arguments: name and closing parenthesis.
    calls: Vec<(usize, usize)>,
    typed: bool,
}

/// One declaration as its tokens.
pub(super) struct Declaration<'t> {
    code: &'t str,
    tokens: &'t [Token],
    form: Form,
    /// For each opening parenthesis or bracket the index of its closing one.
    closing: Vec<usize>,
    macros: &'t mut Macros,
}

impl<'t> Declaration<'t> {
    pub(super) fn new(code: &'t str, tokens: &'t [Token], form: Form, macros: &'t mut Macros) -> Self {
        let mut closing = vec![tokens.len(); tokens.len()];
        let mut open = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::Punctuation(b'(' | b'[') => open.push(at),
                TokenKind::Punctuation(b')' | b']') => drop(open.pop().map(|opening: usize| closing[opening] = at)),
                _ => {}
            }
        }
        Self { code, tokens, form, closing, macros }
    }

    fn word(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| &self.code[token.start..token.end])
    }

    fn class(&self, at: usize) -> Option<Class> {
        let token = self.tokens.get(at)?;
        match token.kind {
            TokenKind::Word => Some(classify(self.word(at))),
            BODY => Some(Class::Type),
            _ => None,
        }
    }

    fn is(&self, at: usize, byte: u8) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(byte))
    }

    /// The index after arguments that begin at `at`, or `at`.
    fn behind_arguments(&self, at: usize) -> usize {
        if self.is(at, b'(') { self.tokens.len().min(self.closing[at] + 1) } else { at }
    }

    fn hide(&mut self, first: usize, last: usize, outermost: bool) {
        if let (Some(first), Some(last)) = (self.tokens.get(first), self.tokens.get(last)) {
            self.macros.hidden.push(HiddenMacro { range: first.start..last.end, outermost });
        }
    }

    fn hide_call(&mut self, name: usize, last: usize, outermost: bool) {
        let token = self.tokens[name];
        self.macros.calls.push(token.start..token.end);
        self.hide(name, last, outermost);
    }

    /// Finds the macros in it.
    pub(super) fn read(&mut self) {
        match self.form {
            Form::Words => drop(self.run(0, false)),
            Form::Argument => self.type_argument(),
            Form::Declaration | Form::Head => self.declaration(),
        }
    }

    fn declaration(&mut self) {
        let mut at = self.lone_macros();
        self.definition(at);
        let mut depth = 0_usize;
        let mut function = false;
        while at < self.tokens.len() {
            match self.class(at) {
                Some(Class::Statement) => return,
                Some(_) => {
                    let (next, declares_function) = self.run(at, depth == 0);
                    function |= declares_function && depth == 0;
                    at = next;
                    continue;
                }
                None => {}
            }
            match self.tokens[at].kind {
                TokenKind::Punctuation(b'[') => at = self.closing[at],
                TokenKind::Punctuation(b'(') => {
                    depth += 1;
                    if self.is_convention(at) {
                        self.hide(at + 1, at + 1, false);
                        at += 1;
                    }
                }
                TokenKind::Punctuation(b')') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 && function && !self.is(at + 1, b'(') {
                        return self.trailing(at + 1);
                    }
                }
                TokenKind::Punctuation(b'=') if depth == 0 => return,
                _ => {}
            }
            at += 1;
        }
    }

    /// Hides macros on their own before the declaration: only a blank line ends them. Returns
    /// where they end.
    fn lone_macros(&mut self) -> usize {
        let mut at = 0;
        while let [token, next, ..] = &self.tokens[at..]
            && self.is_loud(at)
            && self.code[token.end..next.start].matches('\n').count() > 1
        {
            self.hide(at, at, false);
            at += 1;
        }
        at
    }

    /// Leaves but one name of the arguments of a macro that defines a function:
    /// `TEST(suite, name) {` is then read as `TEST(suite) {`.
    fn definition(&mut self, start: usize) {
        let start =
            start + self.tokens[start..].iter().take_while(|token| &self.code[token.start..token.end] == "static").count();
        let whole = self.is(start + 1, b'(') && self.closing[start + 1] + 1 == self.tokens.len();
        if self.form != Form::Head || !self.is_loud(start) || !whole {
            return;
        }
        let (open, close) = (start + 1, self.closing[start + 1]);
        let ends = |at: usize| self.is(at, b',') || at == close;
        let begins = |at: usize| self.is(at - 1, b',') || at - 1 == open;
        let name = (open + 1..close).find(|at| self.class(*at) == Some(Class::Name) && begins(*at) && ends(*at + 1));
        if let Some(name) = name {
            if open + 1 < name {
                self.hide(open + 1, name - 1, false);
            }
            if name + 1 < close {
                self.hide(name + 1, close - 1, false);
            }
        }
    }

    /// Leaves but one word of a type that is an argument, as in `va_arg(list, const char *)`.
    fn type_argument(&mut self) {
        let words = self.tokens.iter().rposition(|token| token.kind == TokenKind::Word).unwrap_or(0);
        for at in (0..self.tokens.len()).filter(|at| *at != words) {
            self.hide(at, at, false);
        }
    }

    /// Whether a word is written as macros are.
    fn is_loud(&self, at: usize) -> bool {
        self.class(at) == Some(Class::Name) && !self.word(at).contains(char::is_lowercase)
    }

    /// Whether a calling convention is the first of what these parentheses hold:
    /// `(WINAPI *handler)(int)`.
    fn is_convention(&self, at: usize) -> bool {
        let convention = self.class(at + 1) == Some(Class::Name) && self.is(at + 2, b'*');
        convention && self.closing[at] < self.tokens.len() && self.is(self.closing[at] + 1, b'(')
    }

    /// Reads a row of words. Returns where it ends, and whether its last word is the name of a
    /// function.
    fn run(&mut self, start: usize, outermost: bool) -> (usize, bool) {
        let mut run = Run { typed: start > 0 && self.is(start - 1, b'*'), ..Run::default() };
        let mut at = start;
        while let Some(class) = self.class(at) {
            match class {
                Class::Statement => break,
                Class::Type => run.typed = true,
                Class::Qualifier => {}
                Class::Attribute => at = self.behind_arguments(at + 1) - 1,
                Class::TypeOf => {
                    run.typed |= self.is(at + 1, b'(');
                    at = self.behind_arguments(at + 1) - 1;
                }
                Class::Tag => {
                    run.typed = true;
                    at = self.tag(at + 1, outermost) - 1;
                }
                Class::Name => match self.attribute_call(at, &run) {
                    Some(last) => {
                        run.calls.push((at, last));
                        at = last;
                    }
                    None => run.names.push(at),
                },
            }
            at += 1;
        }
        let named = run.names.last().is_some_and(|name| name + 1 == at) && !self.is(at, b'*') && !self.is_wrapped_name(at);
        if named && self.is_wrapped_list(at) && run.names.len() > 1 + usize::from(!run.typed) {
            // `int f OF((int a))`: the macro and the parentheses that are its own.
            run.names.pop();
            self.hide(at - 1, at, false);
            self.hide(self.closing[at], self.closing[at], false);
        }
        if let (true, Some(last)) = (named && !self.is(at, b'('), run.names.last().copied()) {
            // `int x ALIGNED`: a loud name behind a quiet one is not what is declared.
            let least = usize::from(!run.typed) + 1;
            if self.is_loud(last) && run.names.len() > least && run.names[least - 1..].iter().any(|name| !self.is_loud(*name)) {
                run.names.pop();
                self.hide(last, last, outermost);
            }
        }
        if self.is_parenthesized_name(at) && (run.typed || !run.names.is_empty()) {
            // `number (to_number) (state *s)` would be read as two calls.
            self.hide(at, at, false);
            self.hide(at + 2, at + 2, false);
        }
        let declared = usize::from(named);
        if run.typed || run.names.len() > declared {
            run.calls.iter().for_each(|(name, last)| self.hide_call(*name, *last, outermost));
        }
        let types = usize::from(!run.typed);
        let extra = run.names.len().saturating_sub(declared + types);
        run.names[..extra].iter().for_each(|name| self.hide(*name, *name, outermost));
        if named && outermost && self.is_old_style_function(at) {
            // The grammar has no such functions that return pointers.
            let stars: Vec<usize> = (0..at).filter(|star| self.is(*star, b'*')).collect();
            stars.into_iter().for_each(|star| self.hide(star, star, false));
        }
        let declares_function = self.is(at, b'(') && (named || self.is_wrapped_name(at));
        (at, declares_function)
    }

    /// Reads what follows `struct`, `union` or `enum`. Returns where it ends.
    fn tag(&mut self, start: usize, outermost: bool) -> usize {
        let mut names = Vec::new();
        let mut at = start;
        loop {
            match self.class(at) {
                Some(Class::Attribute) => at = self.behind_arguments(at + 1),
                Some(Class::Name) => {
                    names.push(at);
                    at += 1;
                }
                _ => break,
            }
        }
        if self.tokens.get(at).is_some_and(|token| token.kind == BODY) {
            // Only the last name before the body is the tag.
            let extra = names.len().saturating_sub(1);
            names[..extra].iter().for_each(|name| self.hide(*name, *name, outermost));
            return at + 1;
        }
        names.first().map_or(at, |tag| tag + 1)
    }

    /// The end of a macro call that stands where a type or attribute can.
    fn attribute_call(&self, at: usize, run: &Run) -> Option<usize> {
        let close = *self.closing.get(at + 1).filter(|_| self.is(at + 1, b'('))?;
        let follows = matches!(self.class(close + 1), Some(class) if class != Class::Statement);
        if run.typed {
            return self.is_attribute_before_name(at).then_some(close);
        }
        let first = run.names.is_empty() || run.names.iter().all(|name| self.is_loud(*name)) && self.is_loud(at);
        (follows && first && !self.is_old_style(at + 1, close)).then_some(close)
    }

    /// Whether `NOTHROW(1) ALIGNED(8) name(` begins here.
    fn is_attribute_before_name(&self, mut at: usize) -> bool {
        let start = at;
        while self.is_loud(at) && self.is(at + 1, b'(') {
            at = self.behind_arguments(at + 1);
        }
        at > start && self.class(at) == Some(Class::Name) && self.is(at + 1, b'(')
    }

    /// Whether a list in parentheses names parameters that are declared behind it, as before ANSI
    /// C.
    fn is_old_style(&self, open: usize, close: usize) -> bool {
        // Real lists are no longer, and every word behind is compared with every parameter.
        const LONGEST: usize = 64;
        let names = open + 1..close.min(open + LONGEST);
        let plain = |at: usize| self.class(at) == Some(Class::Name) || self.is(at, b',');
        let behind = (close + 1..self.tokens.len().min(close + LONGEST)).take_while(|at| !self.is(*at, b'('));
        names.end == close
            && names.clone().all(plain)
            && behind.into_iter().any(|at| names.clone().any(|name| self.is_name(name, self.word(at))))
    }

    /// Whether a list of parameters begins here that are declared behind it.
    fn is_old_style_function(&self, at: usize) -> bool {
        self.is(at, b'(') && self.class(self.closing[at] + 1).is_some() && self.is_old_style(at, self.closing[at])
    }

    fn is_name(&self, at: usize, name: &str) -> bool {
        self.tokens[at].kind == TokenKind::Word && self.word(at) == name
    }

    /// Whether `(*name)`, `(WINAPI *name)(` or `(name)(` begins here: then what stands before it
    /// is a type.
    fn is_wrapped_name(&self, at: usize) -> bool {
        self.is(at, b'(') && (self.is(at + 1, b'*') || self.is_convention(at)) || self.is_parenthesized_name(at)
    }

    /// Whether `(name)(` begins here.
    fn is_parenthesized_name(&self, at: usize) -> bool {
        let name = self.is(at, b'(') && self.class(at + 1) == Some(Class::Name);
        name && self.is(at + 2, b')') && self.is(at + 3, b'(')
    }

    /// Whether `((...))` begins here.
    fn is_wrapped_list(&self, at: usize) -> bool {
        self.is(at, b'(') && self.is(at + 1, b'(') && self.closing[at + 1] + 1 == self.closing[at]
    }

    /// Hides the macros behind a parameter list.
    fn trailing(&mut self, start: usize) {
        let mut found = Vec::new();
        let mut at = start;
        loop {
            match self.class(at) {
                Some(Class::Name) => {
                    let behind = self.behind_arguments(at + 1);
                    found.push((at, behind - 1));
                    at = behind;
                }
                Some(Class::Attribute) => at = self.behind_arguments(at + 1),
                _ => break,
            }
        }
        // `f(a) size a;` declares a parameter as before ANSI C.
        let quiet = |(name, last): &(usize, usize)| name == last && self.word(*name).chars().any(char::is_lowercase);
        let declares = found.len() == 2 && self.form == Form::Declaration && found.iter().any(quiet);
        if at < self.tokens.len() || declares {
            return;
        }
        for (name, last) in found {
            if name == last {
                self.hide(name, last, true);
            } else {
                self.hide_call(name, last, true);
            }
        }
    }
}
