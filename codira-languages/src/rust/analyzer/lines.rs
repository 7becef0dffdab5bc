//! From bytes to lines and columns.

use codira_contracts::{LineSpan, Site};

/// Where the lines of a text start.
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Finds them.
    pub(super) fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        Self { starts: std::iter::once(0).chain(breaks.map(|(index, _)| index + 1)).collect() }
    }

    /// The line and column of a byte.
    pub(super) fn site(&self, byte: usize) -> Site {
        let line = self.starts.partition_point(|&start| start <= byte);
        let start = line.checked_sub(1).map_or(0, |index| self.starts[index]);
        Site::new(number(line), number(byte - start + 1))
    }

    /// The lines from one byte to another one, both included.
    pub(super) fn span(&self, first: usize, last: usize) -> LineSpan {
        LineSpan::new(self.site(first).line, self.site(last.max(first)).line)
    }

    /// All lines of the text; a line break at its end begins no further one.
    pub(super) fn whole(&self, text: &str) -> LineSpan {
        self.span(0, text.len().saturating_sub(1))
    }
}

/// A line or column as the contract counts it; no file has four thousand million of them.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
