//! The analyzer of Python: analyses of small files, one topic each, and that no text breaks it.

#![cfg(feature = "python")]
#![allow(clippy::unwrap_used)]

#[path = "support/analysis.rs"]
mod analysis;
#[path = "support/cases.rs"]
mod cases;
#[path = "support/hostile.rs"]
mod hostile;

use codira_contracts::{AnalysisStatus, FileAnalysis, RepoPath};
use codira_languages::{LanguageAnalyzer, python::PythonAnalyzer};
use proptest::prelude::*;

/// What the words of hostile texts are made of.
const WORDS: &[&str] = &[
    "def ",
    "class ",
    "f",
    "self",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "=",
    ":=",
    "->",
    "@",
    "*",
    "**",
    "\n",
    "\n    ",
    "\n\t",
    "    ",
    " ",
    ";",
    "\\\n",
    "#",
    "'",
    "\"",
    "\"\"\"",
    "f'{",
    "}'",
    "rb'",
    "if ",
    "else:",
    "try:",
    "except ",
    "with ",
    "as ",
    "import ",
    "from ",
    "for ",
    "in ",
    "lambda ",
    "match ",
    "case ",
    "type ",
    "async ",
    "await ",
    "yield ",
    "return ",
    "global ",
    "nonlocal ",
    "super()",
    "__all__",
    "+=",
    "1",
    "ä",
    "\u{feff}",
    "\r",
    "\0",
    "\u{2028}",
    "not ",
    "-",
    "|",
];

fn analyze(path: &str, text: &str) -> FileAnalysis {
    analysis::analyze(&PythonAnalyzer::new(), path, text)
}

fn snapshot(path: &str, text: &str) -> String {
    analysis::render(&analyze(path, text))
}

macro_rules! fixtures {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let text = include_str!(concat!("fixtures/python/", stringify!($name), ".py"));
                let path = concat!("src/shop/", stringify!($name), ".py");
                insta::assert_snapshot!(stringify!($name), snapshot(path, text));
            }
        )*
    };
}

fixtures! { broken calls crlf definitions empty generics imports scopes unicode values }

#[test]
fn package() {
    let text = include_str!("fixtures/python/package/__init__.py");
    insta::assert_snapshot!(snapshot("src/shop/__init__.py", text));
}

#[test]
fn ids_stay_when_other_things_change() {
    let ids = |text: &str| analyze("a.py", text).symbols.iter().map(|symbol| symbol.id.clone()).collect::<Vec<_>>();
    let before = ids("class A:\n    def f(self): ...\n    def f(self): ...\n");
    let after = ids("\n\nimport os\nclass A:\n    x = 1\n    def f(self): return os\n    def f(self): ...\n");
    assert!(before.iter().all(|id| after.contains(id)), "{before:?} {after:?}");
}

#[test]
fn scripts_are_known_by_their_first_line() {
    let analyzer = PythonAnalyzer::new();
    let claims = |line: &str| analyzer.claims(&RepoPath::new("bin/tool").unwrap(), line);
    assert!(claims("#!/usr/bin/env python3"));
    assert!(claims("#! /usr/local/bin/python3.13 -I"));
    assert!(claims("#!/usr/bin/env -S pypy"));
    assert!(!claims("#!/bin/sh # python"[..9].as_ref()));
    assert!(!claims("import python"));
    assert!(!claims(""));
}

/// Depths from the ordinary over the rare to the absurd, in every way that Python nests.
#[test]
fn no_depth_overflows_the_stack() {
    let ways: &[(&str, &str, &str, &str)] = &[
        ("x = ", "(", "y", ")"),
        ("", "[", "y", "] "),
        ("", "(y,", "y", ")"),
        ("for ", "[", "y", "]"),
        ("x = ", "f(", "y", ")"),
        ("x = ", "a[", "y", "]"),
        ("x = ", "{1:", "y", "}"),
        ("x = ", "[x for x in ", "y", "]"),
        ("x = y", "", "", ".a"),
        ("x = y", "", "", "()"),
        ("x = y", "", "", " + 1"),
        ("x = y", "", "", " ** 1"),
        ("x = y", "", "", " if 1 else 1"),
        ("match y", "", "", " + 1"),
        ("x = ", "-", "y", ""),
        ("x = ", "not ", "y", ""),
        ("x = ", "lambda a, b=", "y", ""),
        ("x = ", "yield y, ", "y", ""),
        ("x = ", "f'{", "y", "}'"),
        ("x: '", "[", "y", "]"),
        ("", "match (", "y", ""),
        ("match y:\n case ", "[", "y", "]"),
        ("match y:\n case ", "C(", "y", ")"),
        ("", "async ", "y", ""),
        ("", "f(]", "y", ""),
        ("", "if y: ", "y", ""),
        ("", "(", "", ""),
        ("with ", "(", "y", ")"),
    ];
    for depth in [100, 1_000, 30_000] {
        for (before, open, middle, close) in ways {
            // The parser takes the square of the depth for these.
            if depth > 1_000 && open.starts_with('f') && open.contains('{') {
                continue;
            }
            let text = [before, &*open.repeat(depth), middle, &*close.repeat(depth), "\n"].concat();
            let analysis = analyze("deep.py", &text);
            if depth == 100 && *before == "x = " {
                assert_eq!(analysis.symbols.len(), 2, "{open}");
            }
        }
        let blocks: String = (0..depth.min(2_000)).map(|depth| format!("{}if y:\n", " ".repeat(depth))).collect();
        analyze("deep.py", &blocks);
    }
}

#[test]
fn what_nests_too_deep_is_said_so() {
    let AnalysisStatus::Partial(diagnostics) = analyze("deep.py", &"[".repeat(30_000)).status else { panic!("it is read") };
    assert_eq!(diagnostics[0].message, "not read: it may nest more than 20000 levels deep");
    assert_eq!(analyze("deep.py", &format!("x = 1{}", " + 1".repeat(5_000))).status, AnalysisStatus::Complete);
}

proptest! {
    #![proptest_config(cases::cases("tests/regressions/python.txt"))]

    #[test]
    fn any_text_is_read(text in hostile::texts(hostile::fixtures(&["python"]), WORDS)) {
        let analysis = analyze("any.py", &text);
        prop_assert_eq!(&analysis.source, &text);
    }
}
