//! Where things are: paths inside a repository.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize, Serializer};

use crate::BackendError;

/// The path of a file inside its repository: UTF-8, relative, separated by `/`.
///
/// No component is empty, `.` or `..`, and no path holds a NUL. Paths order by their bytes, and
/// are one when these are: case, blanks and Unicode form count. In an index one may be a directory
/// of another. Clones share the text.
///
/// ```
/// use codira_contracts::RepoPath;
///
/// let path = RepoPath::new("src/app.py")?;
/// assert_eq!(path.file_name(), "app.py");
/// assert_eq!(path.parent(), Some("src"));
/// assert!(RepoPath::new("../elsewhere.py").is_err());
/// assert!(RepoPath::new("/etc/passwd").is_err());
/// # Ok::<(), codira_contracts::BackendError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct RepoPath(Arc<str>);

impl RepoPath {
    /// Checks and wraps a path.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the path, when it breaks a rule
    /// above.
    pub fn new(path: impl AsRef<str>) -> Result<Self, BackendError> {
        let path = path.as_ref();
        let whole = |part: &str| !matches!(part, "" | "." | "..");
        if path.split('/').all(whole) && !path.contains('\0') {
            return Ok(Self(path.into()));
        }
        Err(BackendError::invalid(
            format_args!("{path:?}"),
            "a path in the index is relative, and no component is empty, `.` or `..`",
        ))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// The directory that holds the file; `None` at the root.
    pub fn parent(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(parent, _)| parent)
    }

    /// What follows the last dot of the file name, if the dot is neither first nor absent.
    pub fn extension(&self) -> Option<&str> {
        match self.file_name().rsplit_once('.') {
            Some(("", _)) | None => None,
            Some((_, extension)) => Some(extension),
        }
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for RepoPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Serialize for RepoPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Borrow<str> for RepoPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for RepoPath {
    type Err = BackendError;

    fn from_str(path: &str) -> Result<Self, BackendError> {
        Self::new(path)
    }
}

impl TryFrom<String> for RepoPath {
    type Error = BackendError;

    fn try_from(path: String) -> Result<Self, BackendError> {
        Self::new(path)
    }
}

impl From<RepoPath> for String {
    fn from(path: RepoPath) -> Self {
        path.as_str().to_owned()
    }
}

/// A part of a repository: one file, or a directory with everything below it.
///
/// A prefix is never a prefix of text: `src/app` covers `src/app` and `src/app/main.py`, not
/// `src/application.py`.
///
/// ```
/// use codira_contracts::{PathPrefix, RepoPath};
///
/// let tests = PathPrefix::new("./tests/")?;
/// assert_eq!(tests.as_str(), "tests");
/// assert!(tests.covers(&RepoPath::new("tests/unit/test_app.py")?));
/// assert!(!tests.covers(&RepoPath::new("tests.py")?));
/// assert!(PathPrefix::root().covers(&RepoPath::new("tests.py")?));
/// assert!(PathPrefix::new("tests/../../other").is_err());
/// # Ok::<(), codira_contracts::BackendError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathPrefix(String);

impl PathPrefix {
    /// The whole repository.
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads a prefix: `.` and empty components are dropped, `..` takes the component before it
    /// back.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the prefix, when it is absolute,
    /// holds a NUL or leaves the root.
    pub fn new(prefix: &str) -> Result<Self, BackendError> {
        let outside = || {
            BackendError::invalid(
                format_args!("{prefix:?}"),
                "a prefix is a file or directory inside the repository, relative to its root",
            )
        };
        if prefix.starts_with('/') || prefix.contains('\0') {
            return Err(outside());
        }
        let mut parts = Vec::new();
        for part in prefix.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop().ok_or_else(outside)?),
                part => parts.push(part),
            }
        }
        Ok(Self(parts.join("/")))
    }

    /// The prefix as text; empty for the whole repository.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the whole repository.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `path` is the file itself or lies below the directory.
    pub fn covers(&self, path: &RepoPath) -> bool {
        self.is_root() || path.as_str().strip_prefix(&*self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The half-open range of paths, ordered by bytes, that lie *below* the prefix as a directory.
    ///
    /// With it a store asks its index on paths: a path is covered when it equals
    /// [`as_str`](Self::as_str) or lies in this range. `None` for the whole repository.
    ///
    /// ```
    /// # use codira_contracts::PathPrefix;
    /// let below = PathPrefix::new("src")?.below();
    /// assert_eq!(below, Some(("src/".to_owned(), "src0".to_owned())));
    /// # Ok::<(), codira_contracts::BackendError>(())
    /// ```
    pub fn below(&self) -> Option<(String, String)> {
        // `0` is the byte after `/`.
        (!self.is_root()).then(|| (format!("{}/", self.0), format!("{}0", self.0)))
    }
}

impl fmt::Display for PathPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

impl TryFrom<String> for PathPrefix {
    type Error = BackendError;

    fn try_from(prefix: String) -> Result<Self, BackendError> {
        Self::new(&prefix)
    }
}

impl From<PathPrefix> for String {
    fn from(prefix: PathPrefix) -> Self {
        prefix.0
    }
}

impl FromStr for PathPrefix {
    type Err = BackendError;

    fn from_str(prefix: &str) -> Result<Self, BackendError> {
        Self::new(prefix)
    }
}
