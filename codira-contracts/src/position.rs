//! Where in a file something is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A range of lines, counted from one, both ends included. Orders by first line, then last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineSpan {
    /// The first line, counted from one.
    pub first: u32,
    /// The last line, counted from one.
    pub last: u32,
}

impl LineSpan {
    /// The lines from `first` to `last`.
    pub const fn new(first: u32, last: u32) -> Self {
        Self { first, last }
    }
}

impl fmt::Display for LineSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

/// A position in a file. Orders by line, then column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Site {
    /// The line, counted from one.
    pub line: u32,
    /// The column in bytes of UTF-8, counted from one, as compilers and `grep --vimgrep` print it.
    pub column: u32,
}

impl Site {
    /// The position at `line` and `column`.
    pub const fn new(line: u32, column: u32) -> Self {
        Self { line, column }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
