//! What files tell each other: facts under keys.

use std::{
    any::Any,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, OnceLock},
};

use crate::RepoPath;

/// Under what a fact is found: a name in a scope.
///
/// Both are texts that only [rules](super::LanguageRules) read. Scopes begin with the name of the
/// rules, so that rules of different languages never share one by accident.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey {
    /// The scope.
    pub scope: String,
    /// The name in it.
    pub name: String,
}

impl FactKey {
    /// The key of `name` in `scope`.
    pub fn new(scope: impl Into<String>, name: impl Into<String>) -> Self {
        Self { scope: scope.into(), name: name.into() }
    }
}

/// What a file offers to the resolution of others: bytes that only the rules read. A clone shares
/// them.
///
/// No line, span or body belongs in a fact, so that most edits change none. Equal facts have equal
/// bytes, and facts order by them.
#[derive(Clone)]
pub struct Fact(Arc<Content>);

struct Content {
    bytes: Box<[u8]>,
    decoded: OnceLock<Option<Box<dyn Any + Send + Sync>>>,
}

impl Fact {
    /// A fact of these bytes.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(Arc::new(Content { bytes: bytes.into(), decoded: OnceLock::new() }))
    }

    /// The bytes: how a store keeps the fact.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// What `decode` makes of the bytes. The value is kept, so that a fact that many files ask for
    /// is decoded once; `None` where `decode` says so, or another type was asked for before.
    ///
    /// ```
    /// use codira_contracts::resolve::Fact;
    ///
    /// let fact = Fact::new(*b"public");
    /// let decode = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    /// assert_eq!(fact.decoded(decode).map(String::as_str), Some("public"));
    /// ```
    pub fn decoded<T: Any + Send + Sync>(&self, decode: impl FnOnce(&[u8]) -> Option<T>) -> Option<&T> {
        let decoded = self.0.decoded.get_or_init(|| decode(&self.0.bytes).map(|value| Box::new(value) as Box<_>));
        decoded.as_ref()?.downcast_ref()
    }
}

impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fact({})", self.as_bytes().escape_ascii())
    }
}

impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Fact {}

impl PartialOrd for Fact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fact {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Fact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

/// A fact under its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offer {
    /// Where it is found.
    pub key: FactKey,
    /// What is found.
    pub fact: Fact,
}

/// A fact with the file that offers it. Orders by path, then fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offered {
    /// The file.
    pub path: RepoPath,
    /// The fact.
    pub fact: Fact,
}
