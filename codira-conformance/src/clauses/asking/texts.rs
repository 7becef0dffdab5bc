//! Asking: texts, where words and lines end as the contract says, and files that are long.

use codira_contracts::{
    ContentHash, FileSnapshot, IndexBackend, IndexReader, IndexWriteSession, PathPrefix, TextRequest, WriteScope::Incremental,
    text::is_word_char,
};
use proptest::{
    bool::weighted,
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

use super::index_of;
use crate::{
    Cx, Outcome,
    filtered::Filtered,
    histories::random::{self, drawn},
    question::Question,
    samples::file,
    toy::request,
    verdict::ensure,
};

/// Words, and what looks like a word or like none: digits, scripts, cases, forms of one letter,
/// words that begin others.
const WORDS: &[&str] = &[
    "run",
    "run",
    "Run",
    "runs",
    "a",
    "ab",
    "9",
    "run9",
    "9run",
    "0x1f",
    "_",
    "_run",
    "run_",
    "the",
    "\u{e9}t\u{e9}",
    "e\u{301}te\u{301}",
    "\u{df}",
    "ss",
    "\u{130}",
    "\u{131}",
    "\u{fb01}",
    "fi",
    "\u{663}",
    "\u{6f22}\u{5b57}",
    "\u{b2}",
    "\u{2167}",
    "\u{915}\u{93e}",
    "\u{1d7d8}",
];

/// What stands between words and is none: marks, and characters that some take for letters or
/// leave out.
const MARKS: &[&str] = &[
    "$",
    "-",
    ".",
    ".",
    ":",
    "::",
    "#",
    "@",
    "'",
    "\"",
    "%",
    "\\",
    "*",
    "?",
    "()",
    "[",
    "&lt;",
    "\u{301}",
    "\u{b7}",
    "\u{203f}",
    "\u{200d}",
    "\u{ad}",
    "\u{feff}",
    "\u{1f980}",
    "\u{fffd}",
    "\0",
];

const BLANKS: &[&str] = &[" ", " ", "  ", "\t", " \t ", "\u{a0}", "\u{3000}"];

/// Ends of lines, and what ends none.
const ENDS: &[&str] =
    &["\n", "\n", "\n\n", "\r\n", "\r", "\n\r", "\r\r\n", "\u{b}", "\u{c}", "\u{85}", "\u{1c}", "\u{2028}", "\u{2029}"];

fn piece() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => select(WORDS), 4 => select(MARKS), 2 => select(BLANKS), 2 => select(ENDS)]
}

/// A text of such pieces, some of them over and over, so that occurrences meet and overlap.
fn source() -> impl Strategy<Value = String> {
    let plain = vec(piece(), 0..40).prop_map(|pieces| pieces.concat());
    let repeated = (vec(piece(), 1..4), 2..6_usize).prop_map(|(pieces, times)| pieces.concat().repeat(times));
    prop_oneof![3 => plain, 1 => (vec(repeated, 1..4)).prop_map(|parts| parts.concat())]
}

/// Sources in which the first occurrence of a text is inside a word, and the next one begins
/// before that ends.
const OVERLAPPING: &[(&str, &str)] =
    &[("xrun.run.run\n", "run.run"), ("aab ab ab a", "ab ab"), ("\u{e9}_-_-_", "_-_"), ("9a$a$a$", "a$a")];

/// A slice of a source, or what a careless store would take for it.
#[derive(Clone, Debug)]
struct Slice {
    source: Index,
    start: Index,
    chars: usize,
    /// Begins and ends where words may, so that most of such texts occur.
    of_words: bool,
    change: Change,
}

#[derive(Clone, Copy, Debug)]
enum Change {
    None,
    Uppercase,
    Trimmed,
    Composed,
    Decomposed,
    BlanksFolded,
    WithEnd,
    Shortened,
}

fn slice() -> impl Strategy<Value = Slice> {
    use Change as C;
    let others = vec![C::Uppercase, C::Trimmed, C::Composed, C::Decomposed, C::BlanksFolded, C::WithEnd, C::Shortened];
    let change = prop_oneof![4 => Just(C::None), 1 => select(others)];
    let drawn = (any::<Index>(), any::<Index>(), 1..9_usize, weighted(0.6), change);
    drawn.prop_map(|(source, start, chars, of_words, change)| Slice { source, start, chars, of_words, change })
}

impl Slice {
    fn of(&self, sources: &[String]) -> String {
        let source = self.source.get(sources);
        let chars: Vec<char> = source.chars().collect();
        if chars.is_empty() {
            return String::new();
        }
        let mut start = self.start.index(chars.len());
        let mut end = chars.len().min(start + self.chars);
        if self.of_words {
            let inside = |at: usize| at > 0 && chars[at - 1..].iter().take(2).filter(|it| is_word_char(**it)).count() == 2;
            start = (0..=start).rfind(|at| !inside(*at)).unwrap_or(start);
            end = (end..chars.len()).find(|at| !inside(*at)).unwrap_or(chars.len());
        }
        let text = String::from_iter(&chars[start..end]);
        match self.change {
            Change::None => text,
            Change::Uppercase => text.to_uppercase(),
            Change::Trimmed => text.trim().to_owned(),
            Change::Composed => text.replace("e\u{301}", "\u{e9}"),
            Change::Decomposed => text.replace('\u{e9}', "e\u{301}"),
            Change::BlanksFolded => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Change::WithEnd => format!("{text}\n"),
            Change::Shortened => text.chars().skip(1).collect(),
        }
    }
}

/// So many sources, and texts that are sought in them.
const SOURCES: usize = 120;
const SOUGHT: u32 = 160;

fn of_source(number: usize, source: &str) -> FileSnapshot {
    let mut file = file(&format!("t{}/{number}.txt", number % 5));
    file.state.hash = ContentHash::of(source.as_bytes());
    file.analysis.source = source.to_owned();
    file
}

pub(crate) fn words_end_where_the_contract_says(cx: &Cx) -> Outcome {
    let sought = random::cases(SOUGHT) as usize;
    let (mut sources, slices) = drawn((vec(source(), 2 * SOURCES), vec(slice(), sought)))?;
    // One text in two files; and a mark of the byte order, which is a character like others.
    sources[1] = sources[0].clone();
    sources[2].insert(0, '\u{feff}');
    for (source, (overlapping, _)) in sources[3..].iter_mut().zip(OVERLAPPING) {
        *source = (*overlapping).to_owned();
    }
    cx.block_on(async {
        let mut files: Vec<FileSnapshot> = (0..SOURCES).map(|number| of_source(number, &sources[number])).collect();
        let index = index_of(cx, files.clone()).await?;
        let questions = || {
            let texts = slices.iter().map(|slice| slice.of(&sources));
            let whole = WORDS.iter().chain(MARKS).chain(BLANKS).chain(ENDS).map(|text| (*text).to_owned());
            let overlapping = OVERLAPPING.iter().map(|(_, text)| (*text).to_owned());
            texts.chain(whole).chain(overlapping).map(|text| Question::TextReferences(TextRequest::new(text)))
        };
        let whole = Filtered::of(files.clone()).await?;
        whole.judge(&index.backend.open_reader().await?, index.backend.descriptor(), questions()).await?;

        // Two of three are put again with another source, by the same commit by which some go and
        // some come.
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        let (gone, other) = (|number: usize| number.is_multiple_of(7), |number: usize| !number.is_multiple_of(3));
        files.retain(|file| !gone(number_of(file)));
        for number in (0..SOURCES).filter(|number| gone(*number)) {
            session.remove_file(of_source(number, "").path()).await?;
        }
        for file in files.iter_mut().filter(|file| other(number_of(file))) {
            let number = number_of(file);
            *file = of_source(number, &sources[SOURCES + number]);
            session.put_file(file.clone()).await?;
        }
        for number in SOURCES..SOURCES + 9 {
            files.push(of_source(number, &sources[number - SOURCES]));
            session.put_file(of_source(number, &sources[number - SOURCES])).await?;
        }
        session.commit().await?;
        let whole = Filtered::of(files).await?;
        whole.judge(&index.backend.open_reader().await?, index.backend.descriptor(), questions()).await
    })
}

fn number_of(file: &FileSnapshot) -> usize {
    file.path().file_name().trim_end_matches(".txt").parse().unwrap_or_default()
}

/// More lines than sixteen bits count.
const LINES: usize = 70_000;

/// A source of so many lines, each with a word of its own and one that all have; three of them are
/// longer than 64 KiB: one of many words, one of a single word, and one of blanks.
fn huge() -> String {
    let mut source = String::new();
    for number in 1..=LINES {
        match number {
            40_000 => (0..9_000).for_each(|word| source += &format!("c{word:06} ")),
            40_001 => source += &"y".repeat(65_540),
            40_002 => source += &format!("{}late\t", " ".repeat(70_000)),
            _ => source += &format!("w{number} every"),
        }
        source += if number % 2 == 0 { "\r\n" } else { "\n" };
    }
    source + "the end"
}

pub(crate) fn a_huge_file_is_searched_to_its_end(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let mut files = ["a.txt", "huge.txt", "z.txt"].map(file);
        files[0].analysis.source = "every w1\n".to_owned();
        files[1].analysis.source = huge();
        files[2].analysis.source = "w70000 the end every".to_owned();
        let index = index_of(cx, files.clone()).await?;
        let reader = index.backend.open_reader().await?;
        for file in &files {
            let found = reader.file(file.path()).await?;
            ensure!(found.as_ref() == Some(file), "{} reads back otherwise", file.path());
        }
        let numbers = [1, 255, 256, 257, 1_000, 4_096, 9_999, 10_000, 32_768, 65_535, 65_536, 65_537, 69_999, 70_000, 70_001];
        // Columns shortly before and after 256, 32 768 and 65 536.
        let columns = [0, 31, 32, 4_095, 4_096, 8_191, 8_192, 8_999];
        let words = numbers.iter().map(|number| format!("w{number}"));
        let words = words.chain(columns.iter().map(|column| format!("c{column:06}")));
        let others = ["the end", "end", "late", "late\t", "w7", "c00000"].map(str::to_owned);
        let long = [65_536, 65_539, 65_540, 65_541].map(|length| "y".repeat(length));
        let mut requests: Vec<TextRequest> = words.chain(others).chain(long).map(TextRequest::new).collect();
        let every = || TextRequest::new("every");
        requests.push(every());
        requests.extend([65_535, 65_536, 65_537].map(|limit| every().limit(limit)));
        requests.push(every().within(PathPrefix::new("z.txt")?));
        requests.push(TextRequest::new("c000001 c000002"));
        let whole = Filtered::of(files).await?;
        whole.judge(&reader, index.backend.descriptor(), requests.into_iter().map(Question::TextReferences)).await
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use codira_contracts::text::occurrences;

    use super::*;

    /// The property would prove nothing if hardly a text occurred, or if every line were hit.
    #[test]
    fn what_is_sought_is_there_and_is_not_everywhere() {
        let (sources, slices) = drawn((vec(source(), 2 * SOURCES), vec(slice(), SOUGHT as usize))).unwrap();
        let hits = |slice: &Slice| {
            let text = slice.of(&sources);
            sources.iter().map(|source| occurrences(source, &text).count()).sum::<usize>()
        };
        let found = slices.iter().filter(|slice| hits(slice) > 0).count();
        assert!((SOUGHT as usize / 2..SOUGHT as usize * 9 / 10).contains(&found), "{found} of {SOUGHT} are found");
    }
}
