//! The analyzers of documents: analyses of small files, and that no text breaks them.

#![cfg(all(feature = "markdown", feature = "restructuredtext", feature = "plaintext"))]
#![allow(clippy::unwrap_used)]

#[path = "support/analysis.rs"]
mod analysis;
#[path = "support/cases.rs"]
mod cases;
#[path = "support/hostile.rs"]
mod hostile;

use std::fmt::Write as _;

use codira_contracts::FileAnalysis;
use codira_languages::{
    LanguageAnalyzer, markdown::MarkdownAnalyzer, plaintext::PlainTextAnalyzer, restructuredtext::ReStructuredTextAnalyzer,
};
use proptest::prelude::*;

/// What the words of hostile texts are made of.
const WORDS: &[&str] = &[
    "# ",
    "## ",
    "====",
    "----",
    "~~~",
    "=",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "    ",
    "\t",
    "> ",
    "- ",
    "1. ",
    "```",
    "~~~~",
    "---\n",
    "+++\n",
    "title: ",
    "<!-- ",
    "-->",
    "<h1>",
    "[a]: ",
    "::",
    ".. _",
    ".. note::",
    ":role:`",
    "``",
    "`",
    "*",
    "|",
    "TITLE",
    "Text",
    "ä",
    "\u{feff}",
    "\0",
    "\u{2028}",
    " ",
];

/// The analysis, with the text of each unit.
fn snapshot(analyzer: &dyn LanguageAnalyzer, path: &str, text: &str) -> String {
    let analysis = analyze(analyzer, path, text);
    let mut page = analysis::render(&analysis);
    for unit in &analysis.documentation {
        write!(page, "\n<{}>\n{}\n", unit.id, unit.text).unwrap();
    }
    page
}

/// The analysis; each unit is at the lines that it names.
fn analyze(analyzer: &dyn LanguageAnalyzer, path: &str, text: &str) -> FileAnalysis {
    let analysis = analysis::analyze(analyzer, path, text);
    let lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut last = 0;
    for unit in &analysis.documentation {
        let (first, end) = (unit.span.first as usize, unit.span.last as usize);
        assert!(last < first && first <= end && end <= lines.len(), "{unit:?} overlaps, or is not in {} lines", lines.len());
        assert!(lines[first - 1..end].join("\n").ends_with(&unit.text), "{unit:?}");
        last = end;
    }
    analysis
}

macro_rules! fixtures {
    ($($test:ident: $analyzer:ident of $language:ident/$name:literal;)*) => {
        $(
            #[test]
            fn $test() {
                let text = include_str!(concat!("fixtures/", stringify!($language), "/", $name));
                insta::assert_snapshot!($name, snapshot(&$analyzer::new(), concat!("docs/", $name), text));
            }
        )*
    };
}

fixtures! {
    markdown: MarkdownAnalyzer of markdown/"guide.md";
    restructuredtext: ReStructuredTextAnalyzer of restructuredtext/"guide.rst";
    capitals_are_headings: PlainTextAnalyzer of plaintext/"notes.txt";
    text_that_is_restructuredtext: PlainTextAnalyzer of plaintext/"models.txt";
    a_licence_is_one_unit: PlainTextAnalyzer of plaintext/"LICENSE";
    windows_lines: PlainTextAnalyzer of plaintext/"README";
    text_for_programs: PlainTextAnalyzer of plaintext/"requirements.txt";
}

#[test]
fn ids_stay_when_other_sections_change() {
    let ids = |text: &str| {
        let analysis = analyze(&MarkdownAnalyzer::new(), "a.md", text);
        analysis.documentation.into_iter().map(|unit| unit.id).collect::<Vec<_>>()
    };
    let before = ids("# A\n\n## B\n\ntext\n\n## C\n");
    let after = ids("hello\n\n# A\n\nmore\n\n## New\n\n## B\n\nother\n\n## C\n\n# D\n");
    assert!(before.iter().all(|id| after.contains(id)), "{before:?} {after:?}");
}

#[test]
fn a_line_has_one_heading_whatever_carriage_returns_it_holds() {
    let units = analyze(&MarkdownAnalyzer::new(), "a.md", "# One\rtwo\n===\n").documentation;
    assert_eq!(units.iter().map(|unit| &*unit.title).collect::<Vec<_>>(), ["One"]);
}

#[test]
fn lists_for_programs_are_no_documents() {
    let units = |text: &str| analyze(&PlainTextAnalyzer::new(), "words.txt", text).documentation.len();
    let words = "a word\n".repeat(40_000);
    assert_eq!(units(&words), 0);
    let metadata = analyze(&PlainTextAnalyzer::new(), "shop.egg-info/SOURCES.txt", "README\nshop/cart.py\n");
    assert!(metadata.documentation.is_empty());
    assert_eq!(units(&format!("Words\n=====\n\n{words}")), 1);
}

#[test]
fn toml_front_matter_gives_a_title() {
    let units = analyze(&MarkdownAnalyzer::new(), "a.md", "+++\ntitle = 'About'\n+++\ntext\n").documentation;
    assert_eq!((&*units[0].title, &*units[0].text), ("About", "text"));
    assert!(analyze(&MarkdownAnalyzer::new(), "a.md", "").documentation.is_empty());
}

proptest! {
    #![proptest_config(cases::cases("tests/regressions/documents.txt"))]

    #[test]
    fn any_text_is_read(text in hostile::texts(hostile::fixtures(&["markdown", "restructuredtext", "plaintext"]), WORDS)) {
        analyze(&MarkdownAnalyzer::new(), "any.md", &text);
        analyze(&ReStructuredTextAnalyzer::new(), "any.rst", &text);
        analyze(&PlainTextAnalyzer::new(), "any.txt", &text);
    }
}
