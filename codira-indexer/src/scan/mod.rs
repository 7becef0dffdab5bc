//! Finding the files of a repository.

mod patterns;

use serde::Serialize;

pub use patterns::PathPatterns;

/// What happens to files and directories whose name begins with a dot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hidden {
    /// They are no part of the index.
    #[default]
    Skip,
    /// They are files like any others; `.git` and `.codira` are not.
    Index,
}
