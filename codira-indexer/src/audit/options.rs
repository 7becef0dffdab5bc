//! What is audited, as configured.

use std::{collections::BTreeSet, fmt};

use codira_contracts::{Language, RepoPath};
use serde::Serialize;

use crate::{PathPatterns, test_code::is_test_path};

/// Whether a kind of code is audited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inclusion {
    /// It is not audited.
    #[default]
    Skip,
    /// It is audited like any other.
    Audit,
}

/// What is audited. By default nothing: an audit takes time, and most projects have to grow into
/// one.
#[derive(Clone, Debug, Default)]
pub struct AuditOptions {
    /// The languages whose files are audited.
    pub languages: BTreeSet<Language>,
    /// The conventions that documentation is held to, by name. In a language without one here,
    /// each piece is held to the one that it shows itself.
    pub conventions: Vec<String>,
    /// Only files that match are audited; all, where there are no patterns.
    pub include: PathPatterns,
    /// Files that match are not audited.
    pub exclude: PathPatterns,
    /// What is not public.
    pub private: Inclusion,
    /// Functions inside of functions, and classes inside of classes or functions.
    pub nested: Inclusion,
    /// Tests: files in `test` and `tests`, files called so, and code that is marked so.
    pub tests: Inclusion,
    /// Rules whose findings are dropped, by id.
    pub ignore: BTreeSet<String>,
}

impl AuditOptions {
    /// Whether the file at `path` is audited, if its language is.
    pub(super) fn includes(&self, path: &RepoPath) -> bool {
        let name = path.as_str();
        self.include.admits(name) && !self.exclude.matches(name) && (self.tests == Inclusion::Audit || !is_test_path(path))
    }

    /// The patterns in `.gitignore` syntax, those of excluded files behind a `!`.
    pub(super) fn patterns(&self) -> Vec<String> {
        let excluded = self.exclude.as_slice().iter().map(|pattern| format!("!{pattern}"));
        self.include.as_slice().iter().cloned().chain(excluded).collect()
    }
}

/// Everything but languages, conventions and patterns, in words that change when it does.
impl fmt::Display for AuditOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |inclusion| match inclusion {
            Inclusion::Skip => "skip",
            Inclusion::Audit => "audit",
        };
        let Self { private, nested, tests, ignore, .. } = self;
        write!(f, "private {}, nested {}, tests {}, ignore", word(*private), word(*nested), word(*tests))?;
        ignore.iter().try_for_each(|rule| write!(f, " {rule}"))
    }
}
