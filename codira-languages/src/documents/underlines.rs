//! Headings that are underlined, and perhaps overlined, as reStructuredText and much plain text
//! have them.
//!
//! Which mark stands for which level is not fixed: levels are numbered in the order in which their
//! marks appear.

use codira_contracts::LineSpan;

use super::outline::Heading;

/// How a heading is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Style {
    mark: char,
    overlined: bool,
}

/// The underlined headings of a text.
pub(crate) fn headings(text: &str) -> Vec<Heading> {
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    let mut styles: Vec<Style> = Vec::new();
    let mut headings = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let found = if begins_block(&lines, at, &headings) { heading(&lines[at..]) } else { None };
        let Some((style, title, taken)) = found else {
            at += 1;
            continue;
        };
        let level = styles.iter().position(|known| *known == style).unwrap_or_else(|| {
            styles.push(style);
            styles.len() - 1
        });
        let lines = LineSpan::new(number(labels(&lines, at)), number(at + taken - 1));
        headings.push(Heading { level: level + 1, title: title.to_owned(), lines });
        at += taken;
    }
    headings
}

/// Whether a heading may begin here: at the top, behind a blank line, a heading, or a label such
/// as `.. _here:`.
fn begins_block(lines: &[&str], at: usize, headings: &[Heading]) -> bool {
    let Some(before) = at.checked_sub(1) else { return true };
    lines[before].is_empty()
        || lines[before].starts_with(".. ")
        || headings.last().is_some_and(|heading| heading.lines.last == number(before))
}

/// The line where the labels above line `at` begin, such as `.. _here:`; that line itself where
/// there are none.
fn labels(lines: &[&str], at: usize) -> usize {
    let is_label = |line: &str| line.starts_with(".. _") && line.ends_with(':');
    let above = lines[..at].iter().rposition(|line| !line.is_empty() && !is_label(line)).map_or(0, |text| text + 1);
    (above..at).find(|&line| is_label(lines[line])).unwrap_or(at)
}

/// The heading that `lines` begin with: its style, its title and how many lines it takes.
fn heading<'a>(lines: &[&'a str]) -> Option<(Style, &'a str, usize)> {
    let first = *lines.first()?;
    if let Some((mark, over)) = adornment(first) {
        let (title, under) = (*lines.get(1)?, *lines.get(2)?);
        let matches = adornment(under) == Some((mark, over)) && !title.trim().is_empty() && adornment(title).is_none();
        return (matches && covers(over, title.trim_end())).then(|| (Style { mark, overlined: true }, title.trim(), 3));
    }
    let (mark, under) = adornment(lines.get(1)?)?;
    let is_title =
        !first.is_empty() && !first.starts_with([' ', '\t']) && !first.starts_with(".. ") && !first.starts_with(">>> ");
    (is_title && covers(under, first)).then_some((Style { mark, overlined: false }, first, 2))
}

/// The mark of a line that consists of one punctuation mark repeated, and how often.
fn adornment(line: &str) -> Option<(char, usize)> {
    let mark = line.chars().next().filter(char::is_ascii_punctuation)?;
    line.bytes().all(|byte| byte == mark as u8).then_some((mark, line.len()))
}

/// Whether a line of marks is as long as its title, or long enough to be nothing else.
fn covers(marks: usize, title: &str) -> bool {
    marks >= title.chars().count() || marks >= 4
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        headings(text).into_iter().map(|heading| (heading.level, heading.title)).collect()
    }

    #[test]
    fn levels_are_numbered_as_their_marks_appear() {
        let text = "=====\n Top\n=====\n\nA\n=\n\nA.1\n---\n\nB\n=\n";
        let expected = [(1, "Top"), (2, "A"), (3, "A.1"), (2, "B")].map(|(level, title)| (level, title.to_owned()));
        assert_eq!(found(text), expected);
    }

    #[test]
    fn what_only_looks_like_a_heading_is_none() {
        assert_eq!(found("a paragraph\nof two lines\n------------\n"), []);
        assert_eq!(found("before\n\n----\n\nafter a transition\n"), []);
        assert_eq!(found("=====  =====\nA      B\n=====  =====\n1      2\n=====  =====\n"), []);
        assert_eq!(found("::\n\n    indented\n    ========\n"), []);
        assert_eq!(found("a rather long line\n--\n"), []);
    }

    #[test]
    fn a_label_may_stand_right_above() {
        assert_eq!(found(".. _here:\nHere\n====\n"), [(1, "Here".to_owned())]);
    }
}
