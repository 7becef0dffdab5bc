//! Comments as documentation: which one belongs to what, and its text without marks.

use std::ops::Range;

use codira_contracts::LineSpan;
use rustc_hash::FxHashMap;

use super::lines::Lines;

/// A comment, its marks included.
pub(super) struct Comment {
    range: Range<usize>,
    /// Nothing but blanks stands before it on its line.
    leads: bool,
}

impl Comment {
    pub(super) fn new(text: &str, range: Range<usize>) -> Self {
        let before = text[..range.start].bytes().rev();
        let leads = before.take_while(|byte| *byte != b'\n').all(|byte| byte.is_ascii_whitespace());
        Self { range, leads }
    }
}

/// The text of a documentation comment, with its lines.
pub(super) struct DocComment {
    pub(super) lines: LineSpan,
    pub(super) text: String,
}

/// Line comments on consecutive lines, or one block comment.
struct Block {
    range: Range<usize>,
    lines: LineSpan,
    taken: bool,
}

/// The comments of a file; each documents one thing at most.
pub(super) struct Comments<'t> {
    text: &'t str,
    lines: &'t Lines,
    blocks: Vec<Block>,
    /// Those that have their lines to themselves, by their last line.
    leading: FxHashMap<u32, usize>,
    /// Those after code, by their first line; of several the first.
    trailing: FxHashMap<u32, usize>,
}

impl<'t> Comments<'t> {
    pub(super) fn new(text: &'t str, lines: &'t Lines, comments: &[Comment]) -> Self {
        let mut all = Self { text, lines, blocks: Vec::new(), leading: FxHashMap::default(), trailing: FxHashMap::default() };
        for Comment { range, leads } in comments {
            let span = lines.span(range.start, range.end);
            let is_line = text[range.clone()].starts_with("//");
            let above = if *leads && is_line { all.leading.get(&span.first.saturating_sub(1)).copied() } else { None };
            match above.filter(|above| text[all.blocks[*above].range.clone()].starts_with("//")) {
                Some(above) => {
                    let block = &mut all.blocks[above];
                    all.leading.remove(&block.lines.last);
                    block.range.end = range.end;
                    block.lines.last = span.last;
                    all.leading.insert(span.last, above);
                }
                None => {
                    let index = all.blocks.len();
                    all.blocks.push(Block { range: range.clone(), lines: span, taken: false });
                    match leads {
                        true => drop(all.leading.insert(span.last, index)),
                        false => drop(all.trailing.entry(span.first).or_insert(index)),
                    }
                }
            }
        }
        all
    }

    /// Takes the comment that ends on the line before `start`, where a definition begins.
    pub(super) fn take_above(&mut self, start: usize) -> Option<DocComment> {
        let line = self.lines.line(start);
        let index = *self.leading.get(&line.checked_sub(1)?)?;
        self.take(index)
    }

    /// Takes the comment on the line where a member ends at `end`, with nothing but separators
    /// between.
    pub(super) fn take_after(&mut self, end: usize) -> Option<DocComment> {
        let index = *self.trailing.get(&self.lines.line(end.saturating_sub(1)))?;
        let between = self.text.get(end..self.blocks[index].range.start)?;
        let separates = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'\\');
        between.bytes().all(separates).then(|| self.take(index))?
    }

    /// Whether nothing but blanks stands before `start` on its line.
    pub(super) fn begins_line(&self, start: usize) -> bool {
        self.text[self.lines.line_start(start)..start].trim().is_empty()
    }

    /// Takes the comment with which the file begins.
    pub(super) fn take_head(&mut self) -> Option<DocComment> {
        self.begins_file(0).then(|| self.take(0))?
    }

    /// Whether the definition at `start` is directly below the comment with which the file begins.
    pub(super) fn is_below_head(&self, start: usize) -> bool {
        let line = self.lines.line(start);
        line.checked_sub(1).and_then(|above| self.leading.get(&above)).is_some_and(|index| self.begins_file(*index))
    }

    fn begins_file(&self, index: usize) -> bool {
        index == 0 && self.blocks.first().is_some_and(|block| self.text[..block.range.start].trim().is_empty())
    }

    fn take(&mut self, index: usize) -> Option<DocComment> {
        let block = &mut self.blocks[index];
        if std::mem::replace(&mut block.taken, true) {
            return None;
        }
        let text = without_marks(&self.text[block.range.clone()]);
        text.contains(char::is_alphanumeric).then_some(DocComment { lines: block.lines, text })
    }
}

/// The text of a comment without its marks, frames and common indentation.
fn without_marks<'t>(comment: &'t str) -> String {
    let lines: Vec<&'t str> = if comment.starts_with("//") {
        comment.lines().map(|line| line.trim_start().trim_start_matches('/').trim_start_matches(['!', '<'])).collect()
    } else {
        let inside = comment.strip_prefix("/*").unwrap_or(comment);
        let inside = inside.strip_suffix("*/").unwrap_or(inside);
        let inside = inside.trim_start_matches('*').trim_end_matches('*').trim_start_matches(['!', '<']);
        // Stars are marks where every line but the first, which has the opening mark, begins with
        // one.
        let starred = inside.lines().skip(1).all(|line| line.trim().is_empty() || line.trim_start().starts_with('*'));
        let star = |line: &'t str| line.trim_start().strip_prefix('*').filter(|_| starred).unwrap_or(line);
        inside.lines().take(1).chain(inside.lines().skip(1).map(star)).collect()
    };
    unindent(&lines)
}

/// The lines without the indentation that all but the first have in common, blank ones around them
/// and lines that only frame.
fn unindent(lines: &[&str]) -> String {
    let frames = |line: &&str| line.chars().all(|char| char.is_whitespace() || "*-=#~_+/".contains(char));
    let first = lines.iter().position(|line| !frames(line)).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !frames(line)).map_or(first, |last| last + 1);
    let indentation = |line: &&str| line.len() - line.trim_start().len();
    let common = lines[first..last].iter().skip(usize::from(first == 0)).filter(|line| !line.trim().is_empty());
    let common = common.map(indentation).min().unwrap_or(0);
    let cut = |(number, line): (usize, &&str)| match number + first {
        0 => line.trim().to_owned(),
        _ => line.get(common..).unwrap_or_default().trim_end().to_owned(),
    };
    lines[first..last].iter().enumerate().map(cut).collect::<Vec<_>>().join("\n")
}
