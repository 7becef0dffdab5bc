//! Macros in declarations, where C's grammar has no place for them: `EXPORT int f(void) NORETURN;`.

use std::ops::Range;

/// The macros that the parser did not get to see, in the order of their places.
#[derive(Default)]
pub(super) struct Macros {
    /// Their text, with arguments.
    pub(super) hidden: Vec<Range<usize>>,
}

impl Macros {
    /// Where a declaration begins whose parsed part begins at `start`: before the macros in front of it.
    pub(super) fn begin(&self, mut start: usize, code: &str) -> usize {
        let mut before = self.hidden.partition_point(|range| range.end <= start);
        while let Some(range) = before.checked_sub(1).map(|index| &self.hidden[index]) {
            if !code[range.end..start].trim().is_empty() {
                break;
            }
            start = range.start;
            before -= 1;
        }
        start
    }

    /// The macros in a range.
    pub(super) fn within(&self, range: Range<usize>) -> &[Range<usize>] {
        let first = self.hidden.partition_point(|hidden| hidden.start < range.start);
        let last = self.hidden.partition_point(|hidden| hidden.end <= range.end);
        self.hidden.get(first..last).unwrap_or_default()
    }
}
