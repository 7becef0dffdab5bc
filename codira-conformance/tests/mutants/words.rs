//! Texts: words and lines that end elsewhere, and files that are searched in part.

use std::collections::BTreeSet;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    answers::{Lines, same},
    fault::{Answer, Fault},
    judge::faults,
};

const WORDS: &str = "asking::words_end_where_the_contract_says";
const HUGE: &str = "asking::a_huge_file_is_searched_to_its_end";

faults! {
    a_lone_return_ends_a_line: "a carriage return alone ends a line", WORDS =>
        Searching(|source, text| split_at(source, text, &['\r']));
    separators_end_lines: "the line separator of Unicode ends a line", WORDS =>
        Searching(|source, text| split_at(source, text, &['\u{2028}']));
    form_feeds_end_lines: "a form feed ends a line", WORDS =>
        Searching(|source, text| split_at(source, text, &['\u{c}']));
    next_lines_end_lines: "the control character NEL ends a line", WORDS =>
        Searching(|source, text| split_at(source, text, &['\u{85}']));
    returns_stay_at_lines: "the carriage return before a line feed stays at the line", WORDS =>
        Searching(|source, text| {
            let lines: Vec<(u32, &str)> = (1..).zip(source.split('\n')).collect();
            within(&lines, text, text::is_word_char)
        });
    every_return_goes: "all carriage returns at the end of a line are taken off", WORDS =>
        Searching(|source, text| {
            let lines: Vec<(u32, &str)> = (1..).zip(source.split('\n').map(|line| line.trim_end_matches('\r'))).collect();
            within(&lines, text, text::is_word_char)
        });
    the_last_line_has_an_end: "what follows the last line feed is not searched", WORDS =>
        Searching(|source, text| found(&source[..source.rfind('\n').map_or(0, |end| end + 1)], text));
    empty_lines_do_not_count: "empty lines are not counted", WORDS =>
        Searching(|source, text| {
            let full = source.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).filter(|line| !line.is_empty());
            within(&(1..).zip(full).collect::<Vec<_>>(), text, text::is_word_char)
        });
    lines_are_trimmed: "lines are given without blanks at their end", WORDS =>
        Searching(|source, text| {
            found(source, text).into_iter().map(|(number, start, line)| (number, start, line.trim_end().to_owned())).collect()
        });
    digits_are_no_words: "a digit ends a word", WORDS =>
        Searching(|source, text| within(&lines(source), text, |char| char == '_' || char.is_alphabetic()));
    dollars_are_words: "a dollar sign is part of a word", WORDS =>
        Searching(|source, text| within(&lines(source), text, |char| char == '$' || text::is_word_char(char)));
    hyphens_are_words: "a hyphen is part of a word", WORDS =>
        Searching(|source, text| within(&lines(source), text, |char| char == '-' || text::is_word_char(char)));
    marks_are_words: "a combining mark is part of a word", WORDS =>
        Searching(|source, text| within(&lines(source), text, |char| char == '\u{301}' || text::is_word_char(char)));
    words_are_ascii: "letters of other scripts end words", WORDS =>
        Searching(|source, text| within(&lines(source), text, |char| char == '_' || char.is_ascii_alphanumeric()));
    underscores_are_no_words: "an underscore ends a word", WORDS =>
        Searching(|source, text| within(&lines(source), text, char::is_alphanumeric));
    joiners_are_words: "punctuation that connects is part of a word", WORDS =>
        Searching(|source, text| within(&lines(source), text, |char| char == '\u{203f}' || text::is_word_char(char)));
    texts_are_composed: "sources and texts are composed before they are compared", WORDS =>
        Searching(|source, text| {
            let composed = |text: &str| text.replace("e\u{301}", "\u{e9}");
            let mut hits = found(&composed(source), &composed(text));
            let lines = lines(source);
            hits.iter_mut().for_each(|(number, _, line)| *line = lines[*number as usize - 1].1.to_owned());
            hits
        });
    texts_are_folded: "texts are found in any case", WORDS =>
        Searching(|source, text| {
            let mut hits = found(&source.to_ascii_lowercase(), &text.to_ascii_lowercase());
            let lines = lines(source);
            hits.iter_mut().for_each(|(number, _, line)| *line = lines[*number as usize - 1].1.to_owned());
            hits
        });
    columns_count_characters: "columns count characters", WORDS =>
        Searching(|source, text| {
            let count = |(number, start, line): Hit| (number, line[..start].chars().count(), line);
            found(source, text).into_iter().map(count).collect()
        });
    columns_count_units: "columns count units of UTF-16", WORDS =>
        Searching(|source, text| {
            let count = |(number, start, line): Hit| (number, line[..start].encode_utf16().count(), line);
            found(source, text).into_iter().map(count).collect()
        });
    tabs_take_eight_columns: "a tab takes the columns up to the next eighth", WORDS =>
        Searching(|source, text| {
            let column = |line: &str| {
                line.chars().fold(0, |column, char| if char == '\t' { (column / 8 + 1) * 8 } else { column + char.len_utf8() })
            };
            found(source, text).into_iter().map(|(number, start, line)| (number, column(&line[..start]), line)).collect()
        });
    blanks_are_one: "a text is found where other blanks are between its words", WORDS =>
        Searching(|source, text| {
            let folded: Vec<&str> = text.split_whitespace().collect();
            if folded.len() < 2 { found(source, text) } else { found(source, &folded.join(" ")) }
        });
    a_nul_ends_the_source: "a source ends at its first NUL", WORDS =>
        Searching(|source, text| found(source.split('\0').next().unwrap_or_default(), text));
    a_nul_ends_the_text: "a text ends at its first NUL", WORDS =>
        Searching(|source, text| found(source, text.split('\0').next().unwrap_or_default()));
    texts_are_trimmed: "blanks around a text are not sought", WORDS =>
        Searching(|source, text| found(source, text.trim()));
    texts_have_a_word: "a text without a word is found nowhere", WORDS =>
        Searching(|source, text| if text::words(text).next().is_none() { Vec::new() } else { found(source, text) });
    texts_have_three_letters: "a text of fewer than three bytes is found nowhere", WORDS =>
        Searching(|source, text| if text.len() < 3 { Vec::new() } else { found(source, text) });
    sources_are_kept_once: "of files with one source the first is searched", WORDS =>
        OncePerSource;
    the_mark_is_left_out: "the mark of the byte order is not part of the source", WORDS =>
        Searching(|source, text| found(source.trim_start_matches('\u{feff}'), text));
    stop_words_are_left_out: "the word `the` is not found", WORDS =>
        Searching(|source, text| if text == "the" { Vec::new() } else { found(source, text) });
    texts_span_lines: "a text that ends with a line feed is found at the end of lines", WORDS =>
        Searching(|source, text| match text.strip_suffix('\n') {
            Some(text) => lines(source)
                .into_iter()
                .filter(|(_, line)| !text.is_empty() && line.ends_with(text))
                .map(|(number, line)| (number, line.len() - text.len(), line.to_owned()))
                .collect(),
            None => found(source, text),
        });
    the_word_is_taken_from_the_middle: "a text is found where its words are, whatever marks are around them", WORDS =>
        Searching(|source, text| match &text::words(text).collect::<Vec<_>>()[..] {
            [word] => found(source, word),
            _ => found(source, text),
        });
    occurrences_do_not_overlap: "after an occurrence inside a word the search goes on behind it", WORDS =>
        Searching(|source, text| {
            let hit = |(number, line): (u32, &str)| {
                let right = find(line, text, &text::is_word_char)?;
                line.match_indices(text).any(|(start, _)| start == right).then(|| (number, right, line.to_owned()))
            };
            lines(source).into_iter().filter_map(hit).collect()
        });
    lines_are_counted_in_sixteen_bits: "lines are counted in sixteen bits", HUGE =>
        Searching(|source, text| {
            found(source, text).into_iter().map(|(number, start, line)| (number & 0xffff, start, line)).collect()
        });
    columns_are_counted_in_sixteen_bits: "columns are counted in sixteen bits", HUGE =>
        Searching(|source, text| {
            found(source, text).into_iter().map(|(number, start, line)| (number, start & 0xffff, line)).collect()
        });
    long_lines_are_cut: "a line ends after 64 KiB", HUGE =>
        Searching(|source, text| {
            let mut hits = found(source, text);
            hits.retain(|(_, start, _)| *start < 65_536);
            hits.iter_mut().for_each(|(.., line)| line.truncate(line.floor_char_boundary(65_536)));
            hits
        });
    long_words_are_unknown: "a word of more than a thousand bytes is not found", HUGE =>
        Searching(|source, text| {
            if text::words(text).any(|word| word.len() > 1_000) { Vec::new() } else { found(source, text) }
        });
    large_sources_are_cut: "a source ends after a megabyte", HUGE =>
        Searching(|source, text| found(&source[..source.floor_char_boundary(1 << 20)], text));
    many_lines_are_too_many: "an answer has at most 65 535 lines", HUGE =>
        Lines::limited_last(same, |_, lines| lines.truncate(65_535));
    a_word_of_a_file_is_one_of_many: "of a file no more than 50 000 different words are known", HUGE =>
        Searching(|source, text| {
            let mut known = BTreeSet::new();
            for word in text::words(source) {
                if known.len() < 50_000 {
                    known.insert(word);
                }
            }
            if text::words(text).all(|word| known.contains(word)) { found(source, text) } else { Vec::new() }
        });
}

/// A line as a backend finds it: its number, the byte at which the text begins, and the line.
type Hit = (u32, usize, String);

/// Searches a source in its own way.
struct Searching(fn(&str, &str) -> Vec<Hit>);

#[async_trait]
impl Fault for Searching {
    async fn text_references(&self, reader: &dyn IndexReader, request: &TextRequest) -> Answer<Vec<TextReference>> {
        let mut references = Vec::new();
        for state in reader.file_states(&request.prefix).await? {
            let source = reader.file(&state.path).await?.map(|file| file.analysis.source).unwrap_or_default();
            references.extend(self.0(&source, &request.text).into_iter().map(|(number, start, line)| TextReference {
                path: state.path.clone(),
                site: Site::new(number, start as u32 + 1),
                line,
            }));
        }
        references.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(references)
    }
}

/// The lines of a source, numbered.
fn lines(source: &str) -> Vec<(u32, &str)> {
    (1..).zip(source.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))).collect()
}

/// The hits in lines that end at any of these characters, too.
fn split_at(source: &str, text: &str, ends: &[char]) -> Vec<Hit> {
    let split = source.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split(ends));
    let lines: Vec<(u32, &str)> = (1..).zip(split).collect();
    within(&lines, text, text::is_word_char)
}

/// The hits in these lines, where these characters are words.
fn within(lines: &[(u32, &str)], text: &str, word: impl Fn(char) -> bool) -> Vec<Hit> {
    let hit = |(number, line): &(u32, &str)| Some((*number, find(line, text, &word)?, (*line).to_owned()));
    lines.iter().filter_map(hit).collect()
}

/// Where a text first occurs as whole words of these characters.
fn find(line: &str, text: &str, word: &impl Fn(char) -> bool) -> Option<usize> {
    let (first, last) = (text.chars().next()?, text.chars().next_back()?);
    line.char_indices().map(|(start, _)| start).find(|start| {
        let Some(rest) = line[*start..].strip_prefix(text) else { return false };
        let before = line[..*start].chars().next_back().is_some_and(word);
        let after = rest.chars().next().is_some_and(word);
        !(word(first) && before || word(last) && after)
    })
}

/// What is right.
fn found(source: &str, text: &str) -> Vec<Hit> {
    text::occurrences(source, text).map(|hit| (hit.site.line, hit.site.column as usize - 1, hit.line.to_owned())).collect()
}

struct OncePerSource;

#[async_trait]
impl Fault for OncePerSource {
    async fn text_references(&self, reader: &dyn IndexReader, request: &TextRequest) -> Answer<Vec<TextReference>> {
        let (mut known, mut other) = (BTreeSet::new(), BTreeSet::new());
        for state in reader.file_states(&PathPrefix::root()).await? {
            if !known.insert(*state.hash.as_bytes()) {
                other.insert(state.path);
            }
        }
        let mut lines = reader.text_references(request).await?;
        lines.retain(|line| !other.contains(&line.path));
        Ok(lines)
    }
}
