//! Which code is tests, by the names of files and symbols and by attributes: one answer for
//! audits, lists and ranking.

use codira_contracts::RepoPath;
#[cfg(feature = "cli")]
use codira_contracts::{SymbolKind, SymbolSummary};

/// Directories and namespaces that hold tests.
const TEST_DIRECTORIES: [&str; 2] = ["test", "tests"];

/// Whether a file has a name or a directory of tests.
pub(crate) fn is_test_path(path: &RepoPath) -> bool {
    let in_tests = path.parent().is_some_and(|parent| parent.split('/').any(|part| TEST_DIRECTORIES.contains(&part)));
    in_tests || is_test_file(path.file_name())
}

/// Whether a file has a name of tests.
pub(crate) fn is_test_file(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
        || TEST_DIRECTORIES.contains(&stem)
        || stem == "conftest"
}

/// Whether an attribute marks its item as a test: `#[test]`, `#[tokio::test]`, `#[cfg(test)]`.
pub(crate) fn is_test_mark(decorator: &str) -> bool {
    let head = decorator.split('(').next().unwrap_or_default();
    head == "test" || head.ends_with("::test") || decorator.split_whitespace().collect::<String>().starts_with("cfg(test")
}

/// Whether a symbol is of tests as far as its names tell: those of its file, and of its enclosing
/// namespaces (`mod tests`).
#[cfg(feature = "cli")]
pub(crate) fn is_test_symbol(symbol: &SymbolSummary) -> bool {
    let mut names: Vec<&str> = symbol.logical_name.split('.').collect();
    if !matches!(symbol.kind, SymbolKind::Namespace | SymbolKind::Module) {
        names.pop();
    }
    is_test_path(&symbol.key.path) || names.iter().any(|name| TEST_DIRECTORIES.contains(name))
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use codira_contracts::{LineSpan, SymbolKey};

    use super::*;

    #[test]
    fn tests_are_told_by_names() {
        for (path, kind, name, expected) in [
            ("src/app.py", SymbolKind::Function, "run", false),
            ("src/app.py", SymbolKind::Function, "test", false),
            ("src/latest/contest.c", SymbolKind::Function, "run", false),
            ("src/app.rs", SymbolKind::Function, "tests.it_runs", true),
            ("src/app.rs", SymbolKind::Module, "tests", true),
            ("src/app.cpp", SymbolKind::Namespace, "tests", true),
            ("src/app.rs", SymbolKind::Method, "Shape.test", false),
            ("tests/app.rs", SymbolKind::Module, "app", true),
            ("pkg/tests/helpers/data.py", SymbolKind::Class, "Data", true),
            ("src/test_app.py", SymbolKind::Function, "run", true),
            ("src/app_test.go", SymbolKind::Function, "run", true),
            ("conftest.py", SymbolKind::Function, "fixture", true),
        ] {
            let key = SymbolKey { path: RepoPath::new(path).expect("a path"), id: name.into() };
            let logical_name = name.to_owned();
            let symbol = SymbolSummary { key, kind, name: logical_name.clone(), logical_name, span: LineSpan::new(1, 1) };
            assert_eq!(is_test_symbol(&symbol), expected, "{path}: {kind} {name}");
        }
        for mark in ["test", "tokio::test", "tokio::test(flavor = \"multi_thread\")", "cfg(test)", "cfg( test )"] {
            assert!(is_test_mark(mark), "{mark}");
        }
        assert!(!is_test_mark("cfg(unix)"));
    }
}
