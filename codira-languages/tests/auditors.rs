//! The auditors: findings in small files, one convention each, and that no text breaks them.

#![cfg(all(feature = "python", feature = "rust", feature = "c"))]
#![allow(clippy::unwrap_used)]

#[path = "support/cases.rs"]
mod cases;
#[path = "support/hostile.rs"]
mod hostile;

use std::collections::BTreeSet;

use codira_contracts::{DocIssue, RepoPath};
use codira_languages::{
    AuditedFile, DocumentationAuditor, LanguageAnalyzer, SourceFile, auditors,
    c::{CAnalyzer, CAuditor},
    python::{PythonAnalyzer, PythonAuditor},
    rust::{RustAnalyzer, RustAuditor},
};
use proptest::prelude::*;

/// Audits a text, and checks what must be true of every audit.
fn audit(
    analyzer: &dyn LanguageAnalyzer,
    auditor: &dyn DocumentationAuditor,
    path: &str,
    text: &str,
    convention: Option<&str>,
) -> Vec<DocIssue> {
    let path = RepoPath::new(path).unwrap();
    let analysis = analyzer.analyze(SourceFile { path: &path, text });
    let file = AuditedFile { path: &path, text, analysis: &analysis, convention };
    let issues = auditor.audit(file);
    assert_eq!(issues, auditor.audit(file), "the same file gives the same issues");
    assert!(issues.is_sorted_by_key(|issue| (issue.span, issue.rule.clone())), "issues are in order");
    for issue in &issues {
        let rule = auditor.rules().iter().find(|rule| rule.id == issue.rule).unwrap();
        assert_eq!(issue.severity, rule.severity);
        assert!(auditor.conventions().contains(&issue.convention));
        assert_eq!(issue.auditor, *auditor.tool());
        let owner = issue.owner.as_ref().unwrap();
        assert!(analysis.symbols.iter().any(|symbol| symbol.id == *owner), "{issue:?}");
    }
    issues
}

fn page(issues: &[DocIssue]) -> String {
    let line = |issue: &DocIssue| {
        let DocIssue { span, severity, rule, convention, message, .. } = issue;
        format!("{span} {severity} {rule} ({convention}): {message}\n")
    };
    issues.iter().map(line).collect()
}

fn python(name: &str, text: &str, convention: Option<&str>) -> String {
    page(&audit(&PythonAnalyzer::new(), &PythonAuditor::new(), name, text, convention))
}

#[test]
fn numpy() {
    insta::assert_snapshot!(python("numpy.py", include_str!("fixtures/python/audit/numpy.py"), None));
}

#[test]
fn google() {
    insta::assert_snapshot!(python("google.py", include_str!("fixtures/python/audit/google.py"), None));
}

#[test]
fn sphinx() {
    insta::assert_snapshot!(python("sphinx.py", include_str!("fixtures/python/audit/sphinx.py"), None));
}

#[test]
fn prose() {
    insta::assert_snapshot!(python("prose.py", include_str!("fixtures/python/audit/prose.py"), None));
    assert_eq!(python("stub.pyi", "def f(x): ...\n", None), "");
    assert_eq!(python("package/__init__.py", "\n", None), "");
}

#[test]
fn a_configured_convention_holds_for_long_prose() {
    let text = "'''Module.'''\n\ndef f(x):\n    '''Do it.\n\n    And tell nothing.\n    '''\n    return x\n";
    assert_eq!(python("a.py", text, None), "");
    insta::assert_snapshot!(python("a.py", text, Some("numpy")));
}

#[test]
fn rust() {
    let text = include_str!("fixtures/rust/audit/lib.rs");
    insta::assert_snapshot!(page(&audit(&RustAnalyzer::new(), &RustAuditor::new(), "src/lib.rs", text, None)));
}

#[test]
fn doxygen() {
    let text = include_str!("fixtures/c/audit/list.h");
    insta::assert_snapshot!(page(&audit(&CAnalyzer::new(), &CAuditor::new(), "list.h", text, None)));
}

/// Rules are known by their ids alone, in configurations and in reports of several languages
/// together.
#[test]
fn a_rule_is_the_same_in_every_language() {
    let auditors = auditors();
    let mut known = std::collections::BTreeMap::new();
    for auditor in &auditors {
        let ids: Vec<&str> = auditor.rules().iter().map(|rule| rule.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        for rule in auditor.rules() {
            assert_eq!(known.entry(rule.id).or_insert(rule), &rule);
        }
    }
    let names: BTreeSet<String> = auditors.iter().map(|auditor| auditor.tool().name.clone()).collect();
    assert_eq!(names.len(), auditors.len());
}

/// What the words of hostile texts are made of: those that conventions are made of.
const WORDS: &[&str] = &[
    "def f(x, *y):\n    '''",
    "'''\n",
    "\n\n",
    "\n    ",
    "Parameters\n    ----------\n",
    "Returns\n",
    "----",
    "Args:",
    "Returns:",
    ":param x: ",
    ":returns",
    ":",
    "x : int",
    "*y",
    "/// ",
    "/** ",
    "*/",
    "@param ",
    "\\param[in] x, y ",
    "[",
    "]",
    "@return",
    "# Errors",
    "# Safety",
    "pub unsafe fn f() -> Result<(), ()> { panic!() }\n",
    "int f(int x);\n",
    "-> ",
    "<",
    ">",
    "(",
    ")",
    ",",
    "ä",
    "\u{2028}",
    "`",
    " ",
];

proptest! {
    #![proptest_config(cases::cases("tests/regressions/auditors.txt"))]

    #[test]
    fn any_text_is_audited(text in hostile::texts(hostile::fixtures(&["c/audit", "python/audit", "rust/audit"]), WORDS)) {
        for convention in [None, Some("numpy"), Some("google"), Some("sphinx")] {
            audit(&PythonAnalyzer::new(), &PythonAuditor::new(), "any.py", &text, convention);
        }
        audit(&RustAnalyzer::new(), &RustAuditor::new(), "src/lib.rs", &text, None);
        audit(&CAnalyzer::new(), &CAuditor::new(), "any.h", &text, None);
    }
}

/// `docs/audit.md` lists the rules; `CODIRA_UPDATE_DOCS=1` writes them anew.
#[test]
fn every_rule_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/audit.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (before, rest) = text.split_once("<!-- rules -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end of rules -->").unwrap();
    let auditors = auditors();
    let rules: BTreeSet<&str> = auditors.iter().flat_map(|auditor| auditor.rules()).map(|rule| rule.id).collect();
    let row = |id: &str| {
        let having = auditors.iter().filter(|auditor| auditor.rules().iter().any(|rule| rule.id == id));
        let languages: Vec<&str> = having.map(|auditor| auditor.language().as_str()).collect();
        let rule = auditors.iter().flat_map(|auditor| auditor.rules()).find(|rule| rule.id == id).unwrap();
        format!("| `{id}` | {} | {} | {} |\n", rule.severity, languages.join(", "), rule.description)
    };
    let table: String = rules.into_iter().map(row).collect();
    let head = "\n| rule | severity | languages | |\n|---|---|---|---|\n";
    let expected = format!("{before}<!-- rules -->\n{head}{table}\n<!-- end of rules -->{after}");
    if std::env::var_os("CODIRA_UPDATE_DOCS").is_some() {
        std::fs::write(path, &expected).unwrap();
    } else {
        assert_eq!(text, expected, "the rules are others now");
    }
}
