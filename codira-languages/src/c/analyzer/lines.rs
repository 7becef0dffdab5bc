//! From bytes to lines and back.

use codira_contracts::{LineSpan, Site};

/// Where the lines of a text begin.
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { starts: std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect() }
    }

    /// The line of a byte, counted from one.
    pub(super) fn line(&self, at: usize) -> u32 {
        count(self.starts.partition_point(|start| *start <= at))
    }

    /// The line and column of a byte.
    pub(super) fn site(&self, at: usize) -> Site {
        let line = self.starts.partition_point(|start| *start <= at);
        Site::new(count(line), count(at - self.starts[line - 1] + 1))
    }

    /// The lines of a range of bytes.
    pub(super) fn span(&self, start: usize, end: usize) -> LineSpan {
        LineSpan::new(self.line(start), self.line(end.saturating_sub(1).max(start)))
    }

    /// Where the line of a byte begins.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.starts[self.starts.partition_point(|start| *start <= at) - 1]
    }
}

/// Numbers beyond `u32` would need a file of four gigabytes, and files are far smaller.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
