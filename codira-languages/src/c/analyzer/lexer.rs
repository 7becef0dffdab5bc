//! Cuts C text into tokens, well enough for everything that is decided before the parser reads it.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// An identifier or keyword.
    Word,
    /// A number.
    Number,
    /// A string or character literal.
    Literal,
    /// One byte of punctuation.
    Punctuation(u8),
    /// A comment, its marks included.
    Comment,
    /// A preprocessor directive from its `#` to the end of its last line, comments included.
    Directive,
}

/// One token: a range of bytes that begins and ends between characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    /// Whether this is the punctuation `byte`.
    pub(super) fn is(&self, byte: u8) -> bool {
        self.kind == TokenKind::Punctuation(byte)
    }
}

/// The tokens of a range of a text.
pub(super) struct Lexer<'t> {
    /// The text up to where it ends for this reader.
    bytes: &'t [u8],
    at: usize,
    /// Nothing but blanks and comments so far on this line; `None` where `#` begins no directive.
    fresh_line: Option<bool>,
}

impl<'t> Lexer<'t> {
    /// Reads a whole file.
    pub(super) fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, fresh_line: Some(true) }
    }

    /// Reads a range in which `#` is but punctuation, such as the inside of a directive.
    pub(super) fn within(text: &'t str, start: usize, end: usize) -> Self {
        Self { bytes: &text.as_bytes()[..end], at: start, fresh_line: None }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// The length of a line splice (`\` before a line end) here, or 0.
    fn splice(&self) -> usize {
        match (self.peek(0), self.peek(1), self.peek(2)) {
            (b'\\', b'\n', _) => 2,
            (b'\\', b'\r', b'\n') => 3,
            _ => 0,
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' => self.at += 1,
                b'\n' => {
                    self.fresh_line = self.fresh_line.map(|_| true);
                    self.at += 1;
                }
                byte if byte.is_ascii_whitespace() || *byte == 0x0b => self.at += 1,
                b'\\' if self.splice() > 0 => self.at += self.splice(),
                _ => break,
            }
        }
    }

    fn skip_line_comment(&mut self) {
        while let Some(byte) = self.bytes.get(self.at).filter(|byte| **byte != b'\n') {
            self.at += if *byte == b'\\' { self.splice().max(1) } else { 1 };
        }
    }

    fn skip_block_comment(&mut self) {
        self.at += 2;
        let inside = self.bytes.get(self.at..).unwrap_or_default();
        self.at += inside.windows(2).position(|two| two == b"*/").map_or(inside.len(), |end| end + 2);
    }

    /// Skips a literal with its end mark; one that is not closed ends with its line.
    fn skip_literal(&mut self, mark: u8) {
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => return,
                b'\\' => {
                    let step = self.splice().max(2);
                    self.at = self.bytes.len().min(self.at + step);
                    // The escaped byte may have begun a longer character.
                    while self.bytes.get(self.at).is_some_and(|byte| byte & 0xc0 == 0x80) {
                        self.at += 1;
                    }
                }
                byte => {
                    self.at += 1;
                    if *byte == mark {
                        return;
                    }
                }
            }
        }
    }

    fn skip_number(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            let separated = byte == b'\'' && self.peek(1).is_ascii_alphanumeric();
            let signed = matches!(byte, b'e' | b'E' | b'p' | b'P') && matches!(self.peek(1), b'+' | b'-');
            match byte {
                _ if separated || signed => self.at += 2,
                _ if is_word_byte(byte) || byte == b'.' => self.at += 1,
                _ => break,
            }
        }
    }

    fn skip_directive(&mut self) {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => return,
                b'/' if self.peek(1) == b'/' => self.skip_line_comment(),
                b'/' if self.peek(1) == b'*' => self.skip_block_comment(),
                mark @ (b'"' | b'\'') => self.skip_literal(mark),
                b'\\' => self.at += self.splice().max(1),
                _ => self.at += 1,
            }
        }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let kind = match *self.bytes.get(start)? {
            b'/' if self.peek(1) == b'/' => {
                self.skip_line_comment();
                TokenKind::Comment
            }
            b'/' if self.peek(1) == b'*' => {
                self.skip_block_comment();
                TokenKind::Comment
            }
            b'#' if self.fresh_line == Some(true) => {
                self.skip_directive();
                TokenKind::Directive
            }
            mark @ (b'"' | b'\'') => {
                self.skip_literal(mark);
                TokenKind::Literal
            }
            byte if byte.is_ascii_digit() => {
                self.skip_number();
                TokenKind::Number
            }
            byte if is_word_byte(byte) => {
                let rest = &self.bytes[start..];
                self.at += rest.iter().position(|byte| !is_word_byte(*byte)).unwrap_or(rest.len());
                TokenKind::Word
            }
            byte => {
                self.at += 1;
                TokenKind::Punctuation(byte)
            }
        };
        if kind != TokenKind::Comment {
            self.fresh_line = self.fresh_line.map(|_| false);
        }
        // Splices and escapes at the very end may step over it.
        self.at = self.at.min(self.bytes.len());
        Some(Token { kind, start, end: self.at })
    }
}

/// Whether `byte` can be part of a word; all of UTF-8 beyond ASCII can.
fn is_word_byte(byte: u8) -> bool {
    // Looked up, as every byte of a file is asked twice.
    const WORD: [bool; 256] = {
        let mut word = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            let ascii = byte as u8;
            word[byte] = byte >= 0x80 || ascii.is_ascii_alphanumeric() || matches!(ascii, b'_' | b'$');
            byte += 1;
        }
        word
    };
    WORD[usize::from(byte)]
}
