//! What files are found by.

use codira_contracts::{ContentHash, RepoPath, Severity, StableId, resolve::FactKey};

use crate::codec::digest;

/// What files are found by. The number of a kind is stored, as part of the digest.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    /// A word of the source text.
    Word(&'a str),
    /// The name, or the logical name, of a symbol.
    Name(&'a str),
    /// The module name of the file.
    Module(&'a str),
    /// The module that an import names.
    Import(&'a str),
    /// The rule of a documentation issue.
    Rule(&'a str),
    /// The severity of a documentation issue.
    Severity(Severity),
    /// Something is offered under this key to the resolution of others.
    Offer(&'a FactKey),
    /// This key was asked for when the file was resolved.
    Asked(&'a FactKey),
    /// An edge is resolved to this symbol.
    Target(&'a RepoPath, &'a StableId),
    /// An edge is resolved to a symbol of this file.
    TargetFile(&'a RepoPath),
    /// An import leads to this file.
    ImportedFile(&'a RepoPath),
    /// An edge leads to something with this last name that is no symbol, or to something external
    /// of this full name.
    Outside(&'a str),
    /// A vector was made of the text with this hash.
    Text(ContentHash),
}

impl Key<'_> {
    /// The digest by which lists are kept.
    pub(crate) fn digest(self) -> u32 {
        let (kind, first, second) = match &self {
            Self::Word(text) => (1, text.as_bytes(), ""),
            Self::Name(text) => (2, text.as_bytes(), ""),
            Self::Module(text) => (3, text.as_bytes(), ""),
            Self::Import(text) => (4, text.as_bytes(), ""),
            Self::Rule(text) => (5, text.as_bytes(), ""),
            Self::Severity(severity) => (6, severity.as_str().as_bytes(), ""),
            Self::Offer(key) => (7, key.scope.as_bytes(), &*key.name),
            Self::Asked(key) => (8, key.scope.as_bytes(), &*key.name),
            Self::Target(path, id) => (9, path.as_str().as_bytes(), id.as_str()),
            Self::TargetFile(path) => (10, path.as_str().as_bytes(), ""),
            Self::ImportedFile(path) => (11, path.as_str().as_bytes(), ""),
            Self::Outside(text) => (12, text.as_bytes(), ""),
            Self::Text(hash) => (13, &hash.as_bytes()[..], ""),
        };
        let before = digest(kind, first);
        (if second.is_empty() { before } else { digest(before, second.as_bytes()) } >> 32) as u32
    }
}
