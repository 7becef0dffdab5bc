//! From byte offsets to lines and columns.

use codira_contracts::{LineSpan, Site};
use ruff_text_size::{TextRange, TextSize};

/// Where the lines of a text begin. Lines end with `\n`, as everywhere in the index.
pub(super) struct Lines {
    starts: Vec<TextSize>,
    end: TextSize,
}

impl Lines {
    /// The lines of a text that a [`TextSize`] can measure.
    pub(super) fn new(text: &str) -> Self {
        // Lines of code are about this long.
        let mut starts = Vec::with_capacity(text.len() / 32 + 1);
        starts.push(TextSize::new(0));
        // Lines are too short for a search that skips ahead to pay.
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        starts.extend(ends.map(|(at, _)| offset(at + 1)));
        Self { starts, end: offset(text.len()) }
    }

    /// How many lines there are, an empty one after the last line end not counted; at least one.
    pub(super) fn count(&self) -> u32 {
        self.line(TextSize::new(u32::from(self.end).saturating_sub(1)))
    }

    /// The line that holds `at`, counted from one.
    pub(super) fn line(&self, at: TextSize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    /// The line and column of `at`.
    pub(super) fn site(&self, at: TextSize) -> Site {
        let line = self.line(at);
        let start = self.starts[line as usize - 1];
        Site::new(line, u32::from(at - start) + 1)
    }

    /// The lines that `range` touches.
    pub(super) fn span(&self, range: TextRange) -> LineSpan {
        let first = self.line(range.start());
        if range.is_empty() {
            return LineSpan::new(first, first);
        }
        LineSpan::new(first, self.line(range.end() - TextSize::new(1)))
    }
}

/// A length as the parser counts it; the analyzer refuses longer texts.
fn offset(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_bytes_from_one() {
        let lines = Lines::new("é = 1\r\n\nx");
        assert_eq!(lines.site(TextSize::new(0)), Site::new(1, 1));
        assert_eq!(lines.site(TextSize::new(3)), Site::new(1, 4));
        assert_eq!(lines.site(TextSize::new(8)), Site::new(2, 1));
        assert_eq!(lines.site(TextSize::new(9)), Site::new(3, 1));
    }

    #[test]
    fn a_line_end_begins_no_line_to_count() {
        assert_eq!(["", "\n", "a", "a\n", "a\n\n", "a\nb"].map(|text| Lines::new(text).count()), [1, 1, 1, 1, 2, 2]);
    }

    #[test]
    fn a_range_that_ends_with_a_line_does_not_touch_the_next() {
        let lines = Lines::new("a\nb\n");
        assert_eq!(lines.span(TextRange::new(TextSize::new(0), TextSize::new(2))), LineSpan::new(1, 1));
        assert_eq!(lines.span(TextRange::new(TextSize::new(0), TextSize::new(3))), LineSpan::new(1, 2));
        assert_eq!(lines.span(TextRange::empty(TextSize::new(4))), LineSpan::new(3, 3));
    }
}
