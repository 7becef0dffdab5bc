//! Words and lines of source text: what a text reference is.

use crate::Site;

/// Whether `char` can be part of a word: letters and digits of any script, and the underscore.
///
/// Nothing else can: no mark, `$` and `-` among them, no combining accent, no NUL. Forms of one
/// letter are different letters.
pub fn is_word_char(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

/// The words of a text, in order: its longest runs of [word characters](is_word_char).
///
/// A text can [occur](occurrences) only where all of its words do: that is what an index on words
/// is for.
///
/// ```
/// use codira_contracts::text::words;
///
/// assert_eq!(words("self.run(host=None)").collect::<Vec<_>>(), ["self", "run", "host", "None"]);
/// ```
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = &rest[run(rest, false)..];
        let (word, after) = rest.split_at(run(rest, true));
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// How many bytes a text begins with that belong to words, or that do not. Stores look at every
/// byte of every file.
fn run(text: &str, in_words: bool) -> usize {
    /// Of each byte, whether it is a character of a word, one that is not, or part of a longer one.
    const CLASSES: [u8; 256] = {
        let mut table = [OTHER; 256];
        let mut byte = 0_u8;
        while byte < 128 {
            table[byte as usize] = (byte == b'_' || byte.is_ascii_alphanumeric()) as u8;
            byte += 1;
        }
        table
    };
    const OTHER: u8 = 2;
    let (bytes, wanted) = (text.as_bytes(), u8::from(in_words));
    let mut end = 0;
    while let Some(&byte) = bytes.get(end) {
        match CLASSES[usize::from(byte)] {
            class if class == wanted => end += 1,
            OTHER => match text[end..].chars().next() {
                Some(char) if is_word_char(char) == in_words => end += char.len_utf8(),
                _ => break,
            },
            _ => break,
        }
    }
    end
}

/// A line in which a text occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence<'a> {
    /// The first occurrence in the line.
    pub site: Site,
    /// The line, without its end.
    pub line: &'a str,
}

/// The lines of `source` in which `text` occurs as whole words, from the first to the last.
///
/// Lines end with `\n` or `\r\n`, and with nothing else: no lone `\r`, form feed or separator of
/// Unicode. A `\r` that ends the source is no part of the last line. Lines are given as they are,
/// with all their blanks, however long.
///
/// An occurrence neither begins nor ends inside a word: a word character at an edge of `text` has
/// no word character next to it outside. Occurrences may overlap: the first that is whole words
/// counts. Empty text occurs nowhere, nor does text with a `\n`.
///
/// ```
/// use codira_contracts::text::occurrences;
///
/// let lines: Vec<_> = occurrences("run()\nrunner()\nself.run\n", "run").map(|hit| hit.site.to_string()).collect();
/// assert_eq!(lines, ["1:1", "3:6"]);
/// ```
pub fn occurrences<'a>(source: &'a str, text: &'a str) -> impl Iterator<Item = Occurrence<'a>> {
    source.split('\n').zip(1..).filter_map(move |(line, number)| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let column = find_word(line, text)?;
        // A column beyond u32 is in a line of four gigabytes, and files are far smaller.
        Some(Occurrence { site: Site::new(number, u32::try_from(column + 1).unwrap_or(u32::MAX)), line })
    })
}

/// The byte at which `text` first occurs in `line` as whole words.
fn find_word(line: &str, text: &str) -> Option<usize> {
    let starts_in_word = text.chars().next().is_some_and(is_word_char);
    let ends_in_word = is_word_char(text.chars().next_back()?);
    // Looking for a long text begins with looking at all of it, for each line anew.
    if text.len() > line.len() {
        return None;
    }
    let mut from = 0;
    while let Some(found) = line[from..].find(text) {
        let start = from + found;
        let before = line[..start].chars().next_back().is_some_and(is_word_char);
        let after = line[start + text.len()..].chars().next().is_some_and(is_word_char);
        if !(starts_in_word && before || ends_in_word && after) {
            return Some(start);
        }
        // On to the next character: occurrences may overlap.
        from = start + line[start..].chars().next().map_or(1, char::len_utf8);
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The sentences above, word by word.
    fn by_the_book(source: &str, text: &str) -> Vec<(u32, u32, String)> {
        let mut hits = Vec::new();
        for (line, number) in source.split('\n').zip(1..) {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let starts = line.char_indices().map(|(start, _)| start).filter(|start| line[*start..].starts_with(text));
            let is_whole = |start: &usize| {
                let (before, after) = (line[..*start].chars().next_back(), line[start + text.len()..].chars().next());
                let inside = |a: Option<char>, b: Option<char>| a.is_some_and(is_word_char) && b.is_some_and(is_word_char);
                !inside(before, text.chars().next()) && !inside(text.chars().next_back(), after)
            };
            let first = starts.filter(is_whole).find(|_| !text.is_empty());
            hits.extend(first.map(|start| (number, start as u32 + 1, line.to_owned())));
        }
        hits
    }

    proptest! {
        #[test]
        fn words_are_the_longest_runs(text in "[a-zé_0-9٣漢 .\\n\u{301}-]{0,40}|\\PC{0,20}") {
            let split: Vec<&str> = text.split(|char| !is_word_char(char)).filter(|word| !word.is_empty()).collect();
            prop_assert_eq!(words(&text).collect::<Vec<_>>(), split);
        }

        #[test]
        fn occurrences_are_by_the_book(source in "[ab\\n\\r.é\u{301}]{0,30}", text in "[ab.é\u{301}\\r]{0,3}") {
            let found = occurrences(&source, &text).map(|hit| (hit.site.line, hit.site.column, hit.line.to_owned()));
            prop_assert_eq!(found.collect::<Vec<_>>(), by_the_book(&source, &text));
        }
    }
}
