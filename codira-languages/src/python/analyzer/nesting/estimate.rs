//! An estimate of how deep a text nests: no less than [`exact`](super::exact), and mostly little
//! more.
//!
//! The bytes are read as far as brackets, strings, lines and their indentation go. Where that is
//! not enough to stay in step with the lexer, there is no estimate, and the lexer is asked.

/// An open bracket or block, as in [`exact`](super::exact).
#[derive(Default)]
struct Level {
    /// The byte that closes it; 0 for a block.
    closer: u8,
    /// The column of a block.
    column: usize,
    chained: usize,
    keywords: usize,
}

/// The look at one text.
struct Look<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    outer: Vec<Level>,
    inner: Level,
    depth: usize,
    deepest: usize,
}

/// An upper bound of [`exact`](super::exact), if the estimate has one.
pub(super) fn estimate(text: &str) -> Option<usize> {
    if text.contains('\r') {
        return None;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut look =
        Look { text, bytes: text.as_bytes(), at: 0, outer: Vec::new(), inner: Level::default(), depth: 0, deepest: 0 };
    look.indentation()?;
    while let Some(byte) = look.bytes.get(look.at) {
        look.token(*byte)?;
    }
    // Only the lexer knows how to read a bracket that is never closed.
    (look.inner.closer == 0).then_some(look.deepest)
}

impl Look<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// The length of the text from here to the first byte that is other than these.
    fn run(&self, is_inside: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.iter().position(|byte| !is_inside(*byte)).unwrap_or(rest.len())
    }

    /// Where a byte comes next.
    fn find(&self, byte: char) -> Option<usize> {
        self.text[self.at..].find(byte).map(|ahead| self.at + ahead)
    }

    fn token(&mut self, byte: u8) -> Option<()> {
        match byte {
            b' ' | b'\t' | 0x0c => self.at += 1,
            byte if is_word(byte) => return self.word(),
            b'"' | b'\'' => return self.string(byte),
            b'#' => self.at = self.find('\n').unwrap_or(self.bytes.len()),
            b'\n' => {
                self.at += 1;
                if self.inner.closer == 0 {
                    self.depth -= std::mem::take(&mut self.inner.chained) + std::mem::take(&mut self.inner.keywords);
                    return self.indentation();
                }
            }
            b'(' => self.open(b')', 0),
            b'[' => self.open(b']', 0),
            b'{' => self.open(b'}', 0),
            b')' | b']' | b'}' if self.inner.closer == byte => {
                self.close();
                self.chain();
            }
            b')' | b']' | b'}' => return None,
            b',' => {
                self.at += 1;
                self.depth -= std::mem::take(&mut self.inner.chained);
            }
            b'\\' if self.peek(1) == b'\n' && self.at + 2 < self.bytes.len() => self.at += 2,
            b'\\' | 0x80.. => return None,
            _ => {
                self.at += 1;
                self.depth += 1;
                self.chain();
            }
        }
        self.deepest = self.deepest.max(self.depth);
        Some(())
    }

    /// Notes that the following text may hold one level more, which the depth counts already.
    fn chain(&mut self) {
        self.inner.chained += 1;
    }

    fn open(&mut self, closer: u8, column: usize) {
        self.at += usize::from(closer != 0);
        self.depth += 1;
        self.outer.push(std::mem::replace(&mut self.inner, Level { closer, column, ..Level::default() }));
    }

    fn close(&mut self) {
        self.at += usize::from(self.inner.closer != 0);
        self.depth -= self.inner.chained + self.inner.keywords;
        self.inner = self.outer.pop().unwrap_or_default();
    }

    /// Begins and ends blocks at the start of a line outside of brackets.
    fn indentation(&mut self) -> Option<()> {
        let column = self.run(|byte| byte == b' ');
        self.at += column;
        match self.peek(0) {
            // Nothing but a comment, or nothing.
            b'\n' | b'#' | 0 => return Some(()),
            b'\t' | 0x0c | b'\\' => return None,
            _ => {}
        }
        if column > self.inner.column {
            self.open(0, column);
        }
        while column < self.inner.column {
            self.close();
            self.depth -= 1;
        }
        self.deepest = self.deepest.max(self.depth);
        (column == self.inner.column).then_some(())
    }

    /// A name, keyword, number or string with a prefix.
    fn word(&mut self) -> Option<()> {
        let length = self.run(is_word);
        let word = &self.bytes[self.at..self.at + length];
        self.at += length;
        let quote = self.peek(0);
        let is_string = matches!(quote, b'"' | b'\'');
        // A prefix may touch digits before it.
        let prefix = &word[length.saturating_sub(2)..];
        let is_interpolated = is_string && prefix.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'));
        let keywords = if word[0].is_ascii_digit() { odd_digits(word) } else { usize::from(is_keyword(word)) };
        self.inner.keywords += keywords;
        self.depth += keywords;
        self.deepest = self.deepest.max(self.depth);
        if is_interpolated { self.interpolated_string(quote) } else { Some(()) }
    }

    /// Steps over the opening quotes. Returns how many they are.
    fn quotes(&mut self, quote: u8) -> usize {
        let count = if self.peek(1) == quote && self.peek(2) == quote { 3 } else { 1 };
        self.at += count;
        count
    }

    fn ends_string(&self, quote: u8, quotes: usize) -> bool {
        (0..quotes).all(|ahead| self.peek(ahead) == quote)
    }

    fn string(&mut self, quote: u8) -> Option<()> {
        if self.quotes(quote) == 3 {
            return self.long_string(quote);
        }
        loop {
            self.at += self.run(|byte| byte != quote && byte != b'\\' && byte != b'\n');
            match *self.bytes.get(self.at)? {
                b'\\' => self.at += 2,
                b'\n' => return None,
                _ => break,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Steps to behind three quotes, the first of which is not escaped.
    fn long_string(&mut self, quote: u8) -> Option<()> {
        loop {
            let next = self.find(char::from(quote))?;
            let escapes = self.bytes[self.at..next].iter().rev().take_while(|byte| **byte == b'\\').count();
            self.at = next;
            let is_escaped = escapes % 2 == 1;
            if !is_escaped && self.ends_string(quote, 3) {
                self.at += 3;
                return Some(());
            }
            self.at += 1;
        }
    }

    /// A string with fields in braces. They may be simple expressions; each of their bytes is
    /// taken for a level.
    fn interpolated_string(&mut self, quote: u8) -> Option<()> {
        let quotes = self.quotes(quote);
        let mut levels = 1;
        loop {
            match (*self.bytes.get(self.at)?, self.peek(1)) {
                (b'\\', _) => return None,
                (b'\n', _) if quotes == 1 => return None,
                (b'{', b'{') | (b'}', b'}') => self.at += 2,
                (b'{', _) => levels += self.field()?,
                (b'}', _) => return None,
                (byte, _) if byte == quote && self.ends_string(quote, quotes) => break,
                _ => self.at += 1,
            }
        }
        self.at += quotes;
        self.deepest = self.deepest.max(self.depth + levels);
        self.depth += 1;
        self.chain();
        Some(())
    }

    /// The length of a field with its braces.
    fn field(&mut self) -> Option<usize> {
        let start = self.at;
        self.at += 1;
        let mut brackets = 0_usize;
        loop {
            match *self.bytes.get(self.at)? {
                b'}' if brackets == 0 => break,
                b'(' | b'[' => brackets += 1,
                b')' | b']' => brackets = brackets.checked_sub(1)?,
                b'"' | b'\'' | b'{' | b'}' | b'\\' | b'#' | b'\n' | 0x80.. => return None,
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        Some(self.at - start)
    }
}

/// Whether a byte can be part of a name or number.
fn is_word(byte: u8) -> bool {
    // Looked up, as this is asked of most bytes.
    const WORD: [bool; 256] = {
        let mut word = [false; 256];
        let mut byte = 0;
        while byte < 128 {
            word[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize;
            byte += 1;
        }
        word
    };
    WORD[usize::from(byte)]
}

/// How many tokens that nest may be in what begins with a digit: none in a plain number. Elsewhere
/// digits may touch a keyword.
fn odd_digits(word: &[u8]) -> usize {
    let is_plain = match word {
        [b'0', b'x' | b'X', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit),
        [b'0', _, ..] => false,
        digits => digits.iter().all(u8::is_ascii_digit),
    };
    if is_plain { 0 } else { word.len() }
}

/// Whether a word is a keyword, if only in some contexts.
#[rustfmt::skip]
fn is_keyword(word: &[u8]) -> bool {
    matches!(
        word,
        b"and" | b"as" | b"assert" | b"async" | b"await" | b"break" | b"case" | b"class" | b"continue" | b"def" | b"del"
            | b"elif" | b"else" | b"except" | b"finally" | b"for" | b"from" | b"global" | b"if" | b"import" | b"in" | b"is"
            | b"lambda" | b"lazy" | b"match" | b"nonlocal" | b"not" | b"or" | b"pass" | b"raise" | b"return" | b"try"
            | b"type" | b"while" | b"with" | b"yield"
    )
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::{super::exact, *};

    /// What texts are made of: all that the lexer treats in a way of its own.
    #[rustfmt::skip]
    const PIECES: &[&str] = &[
        "a", "ab", "é", "1", "1.5", "0x1f", "1if", "0xif", "007", "12f'", "0b12", "(", ")", "[", "]", "{", "}", ",", ":", ";",
        ".", "=", "==", "-", "**", "->", ":=", "@", "!", "$", "?", "`", "\\", "\\\n", "\n", "\n    ", "\n  ", "\n\t",
        "\n        ", " ", "\t", "\u{c}", "\r", "\r\n", "#", "# x\n", "'", "\"", "'''", "\"\"\"", "''", "'a'", "\"b\"",
        "'\\''", "'''\\'''", "f'", "f\"", "rb'", "t'", "F'''", "f'{", "f'{a}'", "f'{a[b]:>{c}}'", "f\"{a!r:10}\"", "f'{{}}'",
        "f'{(}'", "f'{a", "}'", "{{", "}}", "not ", "lambda ", "if ", "else ", "in ", "yield ", "await ", "match ", "type ",
        "None", "\u{feff}", "\0", "def f():\n", "if a:\n    ", "return ", "x = ", "f(a, b)",
    ];

    /// The pieces of texts that mostly have an estimate.
    #[rustfmt::skip]
    const TAME: &[&str] = &[
        "a", "f", "1", "0x1f", "1e5", "007", "1if", "(", ")", "[", "]", ",", ",", ":", ".", " = ", "**", ":=", "$", " ", " not ",
        " if ", " else ", " lambda ", " yield ", "\\\n", "\n", "\n", "\n    ", "\n        ", " # (\n", "'('", "rb\"[\"",
        "'''\n(\\''''''", "f'{a}'", "f\"{a.b[c](d, e)!r:>10} {{ {}\"", "12f'{a}'", "t'''\n{a}\n'''", "f(a, b)", "[1, -2]", "{a: b}",
    ];

    fn holds(text: &str) -> bool {
        estimate(text).is_none_or(|depth| depth >= exact(text))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn it_is_never_less_than_the_tokens_say(pieces in vec(select(PIECES), 0..40)) {
            let text = pieces.concat();
            prop_assert!(holds(&text), "{:?} against {}", estimate(&text), exact(&text));
        }

        #[test]
        fn nor_where_little_is_wrong(pieces in vec(select(TAME), 0..40)) {
            let text = pieces.concat();
            prop_assert!(holds(&text), "{:?} against {}", estimate(&text), exact(&text));
        }

        #[test]
        fn nor_for_any_text(text in "\\PC*") {
            prop_assert!(holds(&text));
        }
    }

    #[test]
    fn code_that_people_write_gets_an_answer() {
        let code = "class A(B):\n    \"\"\"It's one.\"\"\"\n\n    def f(self, *, x=-1):  # (\n        return f\"{x!r:>10} {self.y[0]}\" % {\n            'a': [1, 2],\n        }\n";
        let depth = estimate(code).unwrap_or(usize::MAX);
        assert!((exact(code)..60).contains(&depth), "{depth}");
    }
}
