//! What things are called for ever: identities, hashes, and the tools that made them.

use std::{borrow::Cow, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{BackendError, RepoPath};

/// The identity that an analyzer gives to a symbol or documentation unit.
///
/// Unique in its file over symbols *and* documentation units, deterministic, and independent of
/// line numbers, row ids and unrelated edits. Any text is an id. Nothing is unique across files:
/// identity in a repository is a [`SymbolKey`]. Clones share the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StableId(Arc<str>);

impl StableId {
    /// Wraps an id.
    pub fn new(id: impl AsRef<str>) -> Self {
        Self(id.as_ref().into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for StableId {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

/// The identity of a symbol or documentation unit in its repository. Orders by path, then id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SymbolKey {
    /// The file that holds it.
    pub path: RepoPath,
    /// Its identity in that file.
    pub id: StableId,
}

impl fmt::Display for SymbolKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.path, self.id)
    }
}

/// A BLAKE3 digest: of the bytes of a file, or of a text that was embedded.
///
/// Shown and read as 64 lower-case hexadecimal digits.
///
/// ```
/// use codira_contracts::ContentHash;
///
/// let hash = ContentHash::of(b"def f(): pass\n");
/// assert_eq!(hash.to_string().parse::<ContentHash>()?, hash);
/// # Ok::<(), codira_contracts::BackendError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The digest of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self(*blake3::hash(content).as_bytes())
    }

    /// Wraps a digest that was stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest, to be stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentHash {
    type Err = BackendError;

    fn from_str(text: &str) -> Result<Self, BackendError> {
        let hash = blake3::Hash::from_hex(text)
            .map_err(|_| BackendError::invalid(format_args!("{text:?}"), "a content hash is 64 hexadecimal digits"))?;
        Ok(Self(*hash.as_bytes()))
    }
}

impl TryFrom<String> for ContentHash {
    type Error = BackendError;

    fn try_from(text: String) -> Result<Self, BackendError> {
        text.parse()
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_string()
    }
}

/// A tool that produces what is stored, at one version: an analyzer, an auditor, a documentation
/// convention.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tool {
    /// Short name, as configured: `python`.
    pub name: String,
    /// Any text that changes when the tool's output may change.
    pub version: String,
}

impl Tool {
    /// Names a tool.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into() }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// A language, by its lower-case LSP language identifier: `python`, `rust`, `c`, `markdown`. Any
/// text is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(Cow<'static, str>);

impl Language {
    /// Names a language for ever.
    pub const fn from_static(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Names a language.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
