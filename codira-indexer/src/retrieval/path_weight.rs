//! The weight of a file by its path. Tests, examples, code of others and histories of changes have
//! the words of many questions and answer few, so that they count less unless they are asked for.

use codira_contracts::RepoPath;

use super::terms::Terms;
use crate::{test_code::is_test_file, words::stem};

/// The weight of such files.
const DEMOTED_WEIGHT: f64 = 0.4;

/// Directories that count less, each with the word by which a question asks for it.
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

/// The names of change logs, without ending and marks.
const HISTORIES: [&str; 6] = ["changelog", "changes", "history", "news", "releasenotes", "00releasenotes"];

/// The endings of files that can be such a history; code of this name is something else.
const TEXTS: [&str; 4] = ["", "md", "rst", "txt"];

/// What the score of anything in a file is multiplied by, under a question of `terms`.
pub(super) fn path_weight(path: &RepoPath, terms: &Terms) -> f64 {
    let unwanted = |word: &str| !terms.has(stem(word));
    let directories = path.parent().unwrap_or_default().split('/');
    let mut demoted = directories.flat_map(|name| DIRECTORIES.iter().filter(move |(directory, _)| *directory == name));
    let is_demoted = demoted.any(|(_, word)| unwanted(word))
        || is_test_file(path.file_name()) && unwanted("test")
        || is_history(path.file_name()) && unwanted("release") && unwanted("change");
    if is_demoted { DEMOTED_WEIGHT } else { 1.0 }
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

    use super::{DEMOTED_WEIGHT, path_weight};
    use crate::retrieval::terms::Terms;

    #[test]
    fn some_directories_count_less_unless_they_are_asked_for() {
        let weight = |path, question| path_weight(&RepoPath::new(path).unwrap(), &Terms::of(question));
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
            assert_eq!(weight(path, "where is the cache"), DEMOTED_WEIGHT, "{path}");
            assert_eq!(weight(path, asking), 1.0, "{path}");
        }
        for path in ["src/cache.py", "latest/cache.py", "src/history.py", "src/changes.rs", "docs/news/today.md", "contest.c"] {
            assert_eq!(weight(path, "where is the cache"), 1.0, "{path}");
        }
    }
}
