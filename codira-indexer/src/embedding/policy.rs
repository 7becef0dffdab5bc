//! The policy of embeddings: what gets a vector.

use std::{fmt, num::NonZeroUsize};

use codira_contracts::{RepoPath, SymbolKind};
use serde::Serialize;

use crate::PathPatterns;

/// Which symbols and documentation units are embedded.
#[derive(Clone, Debug)]
pub struct EmbeddingPolicy {
    /// Symbols of these kinds are not.
    pub skip_kinds: Vec<SymbolKind>,
    /// Nothing whose text has fewer words is.
    pub min_words: NonZeroUsize,
    /// Nothing in files that match is.
    pub exclude: PathPatterns,
}

impl Default for EmbeddingPolicy {
    /// All but symbols that have no text besides their name, or whose text is part of another
    /// symbol's.
    fn default() -> Self {
        use SymbolKind as K;
        Self {
            skip_kinds: vec![K::Namespace, K::EnumMember, K::Implementation, K::Overload, K::Variable, K::Field],
            min_words: NonZeroUsize::MIN.saturating_add(1),
            exclude: PathPatterns::default(),
        }
    }
}

/// Why something has no embedding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ineligible {
    /// Its kind is left out.
    Kind,
    /// Its text has too few words.
    Short,
    /// Its file is left out.
    Path,
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kind => "by kind",
            Self::Short => "too short",
            Self::Path => "by path",
        })
    }
}

impl EmbeddingPolicy {
    /// Whether symbols of this kind have embeddings.
    pub fn takes_kind(&self, kind: SymbolKind) -> bool {
        !self.skip_kinds.contains(&kind)
    }

    /// Whether anything in the file has.
    pub fn takes_path(&self, path: &RepoPath) -> bool {
        !self.exclude.matches(path.as_str())
    }

    /// The policy as text: equal for policies that let the same things through.
    pub(super) fn canonical(&self) -> String {
        let mut kinds: Vec<_> = self.skip_kinds.iter().map(|kind| kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        format!("{kinds:?} {} {:?}", self.min_words, self.exclude.as_slice())
    }
}
