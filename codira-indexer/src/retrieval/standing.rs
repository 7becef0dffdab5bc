//! How much a place counts by where it stands: tests, examples, code of others and histories of changes hold the words of many
//! questions and answer few, unless they are what is asked for.

use codira_contracts::RepoPath;

use super::terms::Terms;
use crate::{test_code::is_test_file, words::stem};

/// How much counts what stands aside.
const ASIDE: f64 = 0.4;

/// Directories that stand aside, each with the word by which a question asks for it.
const DIRECTORIES: [(&str, &str); 16] = [
    ("test", "test"),
    ("tests", "test"),
    ("testing", "test"),
    ("fixtures", "test"),
    ("benches", "benchmark"),
    ("examples", "example"),
    ("vendor", "vendor"),
    ("vendored", "vendor"),
    ("third_party", "vendor"),
    ("third-party", "vendor"),
    ("node_modules", "vendor"),
    ("deps", "vendor"),
    ("external", "vendor"),
    ("generated", "generated"),
    ("changelog", "release"),
    ("releases", "release"),
];

/// The names of files that tell what changed, without ending and marks.
const HISTORIES: [&str; 6] = ["changelog", "changes", "history", "news", "releasenotes", "00releasenotes"];

/// The endings of files that can be such a history; code of this name is something else.
const TEXTS: [&str; 4] = ["", "md", "rst", "txt"];

/// What the score of anything in a file is multiplied by, under a question of `terms`.
pub(super) fn weight(path: &RepoPath, terms: &Terms) -> f64 {
    let unwanted = |word: &str| !terms.has(stem(word));
    let directories = path.parent().unwrap_or_default().split('/');
    let mut aside = directories.flat_map(|name| DIRECTORIES.iter().filter(move |(directory, _)| *directory == name));
    let is_aside = aside.any(|(_, word)| unwanted(word))
        || is_test_file(path.file_name()) && unwanted("test")
        || is_history(path.file_name()) && unwanted("release") && unwanted("change");
    if is_aside { ASIDE } else { 1.0 }
}

fn is_history(name: &str) -> bool {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let bare: String = stem.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect();
    TEXTS.contains(&ending.to_ascii_lowercase().as_str()) && HISTORIES.contains(&bare.as_str())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use codira_contracts::RepoPath;

    use super::{ASIDE, weight};
    use crate::retrieval::terms::Terms;

    #[test]
    fn what_stands_aside_counts_less_unless_it_is_asked_for() {
        let weight = |path, question| weight(&RepoPath::new(path).unwrap(), &Terms::of(question));
        for (path, asking) in [
            ("tests/cache.py", "tests of the cache"),
            ("src/test_cache.py", "testing the cache"),
            ("a/vendor/b/cache.c", "cache of a vendor"),
            ("benches/cache.rs", "cache benchmarks"),
            ("docs/releases/5.2.txt", "in which release came the cache"),
            ("CHANGES.rst", "what changed in the cache"),
            ("RELEASE-NOTES", "release of the cache"),
            ("00-RELEASENOTES", "cache in releases"),
        ] {
            assert_eq!(weight(path, "where is the cache"), ASIDE, "{path}");
            assert_eq!(weight(path, asking), 1.0, "{path}");
        }
        for path in ["src/cache.py", "latest/cache.py", "src/history.py", "src/changes.rs", "docs/news/today.md", "contest.c"] {
            assert_eq!(weight(path, "where is the cache"), 1.0, "{path}");
        }
    }
}
