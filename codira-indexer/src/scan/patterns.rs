//! Patterns over paths, in the syntax of `.gitignore`.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A list of patterns in `.gitignore` syntax, relative to the root of the repository.
///
/// ```
/// use codira_indexer::PathPatterns;
///
/// let patterns = PathPatterns::new(["vendor/", "*_pb2.py"]).unwrap();
/// assert!(patterns.matches("vendor/lib/a.py"));
/// assert!(patterns.matches("src/types_pb2.py"));
/// assert!(!patterns.matches("src/app.py"));
/// ```
#[derive(Clone, Debug)]
pub struct PathPatterns {
    patterns: Vec<String>,
    matcher: Gitignore,
}

impl PathPatterns {
    /// Reads patterns.
    ///
    /// # Errors
    ///
    /// The first pattern that is none, and what is wrong with it.
    pub fn new(patterns: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, (String, String)> {
        let patterns: Vec<String> = patterns.into_iter().map(Into::into).collect();
        let mut builder = GitignoreBuilder::new("");
        for pattern in &patterns {
            builder.add_line(None, pattern).map_err(|error| (pattern.clone(), error.to_string()))?;
        }
        let matcher = builder.build().map_err(|error| (patterns.join(", "), error.to_string()))?;
        Ok(Self { patterns, matcher })
    }

    /// The patterns, as written.
    pub fn as_slice(&self) -> &[String] {
        &self.patterns
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether the file at `path`, or a directory that holds it, matches.
    pub fn matches(&self, path: &str) -> bool {
        !self.is_empty() && self.matcher.matched_path_or_any_parents(path, false).is_ignore()
    }

    /// Whether the file at `path` matches, or there are no patterns that it could.
    pub fn admits(&self, path: &str) -> bool {
        self.is_empty() || self.matches(path)
    }

    /// Whether the directory at `path` matches, so that nothing below it needs to be looked at.
    pub(super) fn matches_directory(&self, path: &std::path::Path) -> bool {
        !self.is_empty() && self.matcher.matched(path, true).is_ignore()
    }
}

impl Default for PathPatterns {
    fn default() -> Self {
        Self { patterns: Vec::new(), matcher: Gitignore::empty() }
    }
}
