//! The analyzer of Rust: analyses of small files, and that no text breaks it.

#![cfg(feature = "rust")]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/analysis.rs"]
mod analysis;
#[path = "support/cases.rs"]
mod cases;

use codira_contracts::{AnalysisStatus, FileAnalysis, RepoPath};
use codira_languages::{LanguageAnalyzer, rust::RustAnalyzer};
use proptest::prelude::*;

fn analyze(path: &str, text: &str) -> FileAnalysis {
    analysis::analyze(&RustAnalyzer::new(), path, text)
}

/// The fixtures: what each is called, where it is said to be, and its text.
const FIXTURES: &[(&str, &str, &str)] = &[
    ("shapes", "geometry/src/shapes.rs", include_str!("fixtures/rust/shapes.rs")),
    ("generics", "src/lib.rs", include_str!("fixtures/rust/generics.rs")),
    ("imports", "src/imports.rs", include_str!("fixtures/rust/imports.rs")),
    ("calls", "src/server/mod.rs", include_str!("fixtures/rust/calls.rs")),
    ("macros", "src/macros.rs", include_str!("fixtures/rust/macros.rs")),
    ("documented", "examples/documented.rs", include_str!("fixtures/rust/documented.rs")),
    ("twins", "tests/twins.rs", include_str!("fixtures/rust/twins.rs")),
    ("broken", "src/broken.rs", include_str!("fixtures/rust/broken.rs")),
    ("package", "tokio-util/Cargo.toml", include_str!("fixtures/rust/package.toml")),
];

#[test]
fn fixtures_are_understood() {
    for (name, path, text) in FIXTURES {
        insta::assert_snapshot!(*name, analysis::render(&analyze(path, text)));
    }
}

#[test]
fn an_empty_file_is_a_module() {
    assert_eq!(analysis::render(&analyze("src/lib.rs", "")), "rust crate\n\nsymbols\n  1-1 module crate  <module>\n");
}

#[test]
fn words_that_became_keywords_are_names_in_old_code() {
    let old = analyze("src/old.rs", "fn read() -> Result<()> { let async = try!(open()); r#use(async) }\n");
    let uses: Vec<_> = old.uses.iter().map(|record| record.text.as_str()).collect();
    assert_eq!((old.status, uses), (AnalysisStatus::Complete, vec!["Result", "try", "open", "use"]));
}

#[test]
fn lines_may_end_as_on_windows() {
    let analysis = analyze("src/dos.rs", "/// One.\r\n/// Two.\r\nfn f() {\r\n    g(\"a \\\r\n b\");\r\n}\r\n");
    assert_eq!(analysis.status, AnalysisStatus::Complete);
    assert_eq!(analysis.symbols[1].documentation.as_deref(), Some("One.\nTwo."));
}

#[test]
fn a_workspace_is_no_crate() {
    let workspace =
        analyze("tokio/Cargo.toml", "[workspace]\nmembers = [\"tokio\"]\n\n[workspace.dependencies]\nsyn = \"2\"\n");
    assert_eq!(analysis::render(&workspace), "rust tokio\n\nsymbols\n  1-5 module tokio  <module>\n");
}

#[test]
fn a_broken_manifest_says_what_it_can() {
    let text = "[package]\nname = \"half-done\"\nversion =\n[lib\n[dependencies]\nserde = \"1\"\n";
    let analysis = analyze("Cargo.toml", text);
    assert_eq!((analysis.module.as_str(), analysis.imports[0].module.as_str()), ("half_done", "serde"));
    assert!(matches!(&analysis.status, AnalysisStatus::Partial(found) if found[0].line == 3), "{:?}", analysis.status);
}

#[test]
fn scripts_are_claimed_by_their_first_line() {
    let claims = |line: &str| RustAnalyzer::new().claims(&RepoPath::new("bin/tool").unwrap(), line);
    assert!(claims("#!/usr/bin/env rust-script"));
    assert!(claims("#!/usr/bin/env -S cargo +nightly -Zscript"));
    assert!(!claims("#!/bin/sh"));
    assert!(!claims("cargo"));
}

/// What is nested in code: what stands before, what is repeated, and whether that is one level to
/// the parser.
const NESTED: &[(&str, &str)] = &[
    ("fn f() { x = ", "("),
    ("fn f() { ", "{ "),
    ("const A: T = ", "["),
    ("const A: T = ", "!"),
    ("const A: T = ", "&&"),
    ("fn f() { ", "f(|a, b| "),
    ("fn f() { x = ", "|| "),
    ("fn f() { ", "if a {} else "),
    ("fn f() { ", "match a { b => "),
    ("fn f() { ", "a = "),
    ("fn f() { ", "return "),
    ("fn f() { ", "if let A {} = "),
    ("fn f() { ", "for A {} in "),
    ("fn f() { let ", "Some("),
    ("fn f() { let ", "a @ "),
    ("type T = ", "A<B, "),
    ("type T = ", "fn() -> "),
    ("type T = ", "Fn() -> "),
    ("type T = ", "<T as "),
    ("fn f<T: ", "A<B: "),
    ("use ", "a::{"),
    ("", "mod a { "),
    ("", "fn f() { "),
    ("", "impl A { fn f() { "),
    ("", "m! { "),
    ("m! { ", "(] "),
    ("fn f() { |", "| #[a] "),
    ("", "] { #[a] } a return "),
    ("const A: [u8; ", "let ; += "),
    ("#[a", "("),
];

/// What makes deep trees, though the parser goes no deeper.
const CHAINED: &[(&str, &str)] = &[
    ("fn f() { a", ".b().c()"),
    ("fn f() { a", " + a"),
    ("fn f() { a", " && a"),
    ("fn f() { a", "::a"),
    ("fn f() { a", "?"),
    ("fn f() { a", "[0]"),
    ("fn f() { a", " as a"),
    ("fn f() { a", ".0.1"),
    ("type T = A", " + A"),
    ("#[a] ", "#[a] "),
    ("const A: &[u8] = &[", "1 | 2, "),
    ("const A: &[u8] = &[", "f(-1), "),
];

#[test]
fn deep_nesting_ends_no_process() {
    for (before, repeated) in NESTED.iter().chain(CHAINED) {
        for times in [100, 3_000, 20_000] {
            analyze("src/deep.rs", &format!("{before}{}", repeated.repeat(times)));
        }
    }
}

#[test]
fn what_is_nested_like_code_of_people_is_analyzed() {
    let nested = |times: usize| format!("fn f() {{ {}g(){} }}", "h(".repeat(times), ")".repeat(times));
    for times in [10, 500, 5_000] {
        let analysis = analyze("src/deep.rs", &nested(times));
        assert_eq!((analysis.status, analysis.uses.len()), (AnalysisStatus::Complete, times + 1));
    }
    let refused = analyze("src/deep.rs", &nested(50_000));
    assert!(matches!(refused.status, AnalysisStatus::Partial(_)) && refused.uses.is_empty());
    for (before, repeated) in CHAINED {
        let analysis = analyze("src/deep.rs", &format!("{before}{}", repeated.repeat(5_000)));
        assert!(analysis.symbols.len() > 1 || repeated.starts_with('#'), "{before}{repeated}");
    }
}

#[test]
fn ids_do_not_depend_on_what_else_is_in_the_file() {
    let (_, path, text) = FIXTURES[0];
    let before: Vec<_> = analyze(path, text).symbols.into_iter().map(|symbol| symbol.id).collect();
    let edited = format!(
        "//! New.\n\nfn new() {{}}\n\nimpl Circle {{ fn more() {{}} }}\n{}",
        text.replace("    fn area", "\n    // Moved.\n    fn area")
    );
    let after: Vec<_> = analyze(path, &edited).symbols.into_iter().map(|symbol| symbol.id).collect();
    let lost: Vec<_> = before.iter().filter(|id| !after.contains(id) && !id.as_str().starts_with("impl Circle")).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

/// A fixture cut off, with a piece of another put in.
fn mutated() -> impl Strategy<Value = (usize, String)> {
    let fixture = 0..FIXTURES.len();
    (
        fixture.clone(),
        fixture,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        0..80_usize,
    )
        .prop_map(|(into, from, at, end, start, length)| {
            let boundary = |text: &str, index: prop::sample::Index| text.floor_char_boundary(index.index(text.len() + 1));
            let (text, other) = (FIXTURES[into].2, FIXTURES[from].2);
            let (at, end, start) = (boundary(text, at), boundary(text, end), boundary(other, start));
            let piece = &other[start..other.floor_char_boundary(start + length)];
            let rest = text.get(at..end.max(at)).unwrap_or_default();
            (into, format!("{}{piece}{rest}", &text[..at]))
        })
}

/// Text made of what means something to the analyzer.
fn token_soup() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "fn",
        "impl",
        "trait",
        "struct",
        "enum",
        "mod",
        "use",
        "pub",
        "let",
        "match",
        "if",
        "else",
        "for",
        "in",
        "as",
        "self",
        "Self",
        "crate",
        "super",
        "macro_rules!",
        "m!",
        "extern",
        "static",
        "const",
        "type",
        "where",
        "dyn",
        "async",
        "a",
        "B",
        "r#type",
        "'a",
        "1.0",
        "\"s\"",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "::",
        ".",
        ",",
        ";",
        ":",
        "->",
        "=>",
        "=",
        "|",
        "&",
        "!",
        "#",
        "#[cfg(a)]",
        "#[doc = \"d\"]",
        "#[derive(D)]",
        "/// d\n",
        "//! d\n",
        "/** d */",
        "$",
        "*",
        "_",
        "@",
        "?",
        "é",
    ];
    prop::collection::vec(prop::sample::select(WORDS), 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(cases::cases("tests/regressions/rust.txt"))]

    #[test]
    fn arbitrary_text_is_analyzed(text in any::<String>()) {
        analyze("src/any.rs", &text);
        analyze("any/Cargo.toml", &text);
    }

    #[test]
    fn arbitrary_tokens_are_analyzed(text in token_soup()) {
        analyze("src/any.rs", &text);
    }

    #[test]
    fn mutated_files_are_analyzed((fixture, text) in mutated()) {
        analyze(FIXTURES[fixture].1, &text);
    }
}
