//! The line that shows why something was found.

use codira_contracts::LineSpan;
use serde::Serialize;

use super::terms::Terms;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// Its number, counted from one.
    pub line: u32,
    /// Its text, without blanks at both ends.
    pub text: String,
}

/// The line of `text` that has the most of the question, weighed by `rarity`; the first of
/// several, and the first that is not blank where none has anything. None of blank text.
pub(super) fn best_line<'t>(text: &'t str, terms: &Terms, rarity: impl Fn(usize) -> f64) -> Option<(usize, &'t str)> {
    let mut best: Option<(f64, usize, &str)> = None;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if !trimmed.contains(char::is_alphanumeric) {
            continue;
        }
        let found = terms.count([trimmed]);
        let score = found.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(term, _)| rarity(term)).sum();
        if best.is_none_or(|(most, ..)| score > most) {
            best = Some((score, index, trimmed));
        }
    }
    best.map(|(_, index, line)| (index, line))
}

/// The line inside `span` of a file that holds `text`: in documentation comments it has marks. The
/// first line of the span where none does.
pub(super) fn find_line(source: &str, span: LineSpan, text: &str) -> u32 {
    let lines = source.lines().zip(1..).filter(|(_, number)| (span.first..=span.last).contains(number));
    lines.into_iter().find(|(line, _)| line.contains(text)).map_or(span.first, |(_, number)| number)
}
