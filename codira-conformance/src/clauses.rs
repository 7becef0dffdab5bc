//! The contract, clause by clause: the one list that everything else comes from.

use codira_contracts::Capability::{self, Durable, Embeddings, LocalFiles};

use self::OtherSchema::{Newer, Older, Same};
use crate::{Cx, Outcome};

mod asking;
mod durability;
mod embeddings;
mod failing;
mod graph;
mod history;
mod isolation;
mod processes;
mod refusals;
#[cfg(feature = "indexer")]
mod reuse;
mod rules;
mod schemas;
mod sentences;
mod sessions;
mod storing;
#[cfg(feature = "indexer")]
mod told;
#[cfg(feature = "indexer")]
mod warm;

/// One sentence of the contract, and the check that it holds.
pub struct Clause {
    /// `chapter::name`: a name for ever, changed only with a word in the changelog.
    pub id: &'static str,
    /// The sentence.
    pub says: &'static str,
    /// The backends that it says something of.
    pub applies: Applies,
    /// The feature of this crate that its check is behind.
    pub feature: Option<&'static str>,
    /// Not there where the feature is off.
    pub(crate) check: Option<fn(&Cx) -> Outcome>,
}

/// The backends that a clause says something of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// All.
    Always,
    /// Those that claim all of this.
    With(&'static [Capability]),
    /// Those that claim all of this, where the kit can watch what another process does to its
    /// files.
    WithTracer(&'static [Capability]),
    /// Those that claim nothing of this.
    Without(&'static [Capability]),
    /// Those whose author keeps stores of all these other schemas.
    WithStore(&'static [OtherSchema]),
}

/// The schema of a store that the author keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherSchema {
    /// One of an older version, which a session migrates. Its store holds the
    /// [sample](crate::write_sample).
    Older,
    /// One of a newer version, which is left alone.
    Newer,
    /// The present one, in a store of the [sample](crate::write_sample) that another version of
    /// the backend wrote.
    Same,
}

impl OtherSchema {
    /// What the names of the directories of such stores begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Older => "older-",
            Self::Newer => "newer-",
            Self::Same => "same-",
        }
    }
}

/// The feature that a list of clauses is behind.
macro_rules! feature_of {
    (always) => {
        None
    };
    (indexer) => {
        Some("indexer")
    };
}
pub(crate) use feature_of;

/// The check of a clause, where it is compiled.
macro_rules! check {
    (always $check:path) => {
        Some($check)
    };
    (indexer $check:path) => {{
        #[cfg(feature = "indexer")]
        let check = Some($check as fn(&Cx) -> Outcome);
        #[cfg(not(feature = "indexer"))]
        let check = None;
        check
    }};
}

macro_rules! table {
    ($behind:ident; $($chapter:ident { $($clause:ident $(($how:ident $($what:ident)+))? $says:literal;)* })*) => {
        fn $behind() -> Vec<Clause> {
            vec![$($(Clause {
                id: concat!(stringify!($chapter), "::", stringify!($clause)),
                says: $says,
                applies: [$(Applies::$how(&[$($what),+]),)? Applies::Always][0],
                feature: feature_of!($behind),
                check: check!($behind $chapter::$clause),
            },)*)*]
        }
    };
}
crate::__for_each_clause!(table);
crate::__for_each_indexer_clause!(table);

/// Every clause, in the order of the contract.
pub fn clauses() -> Vec<Clause> {
    always().into_iter().chain(indexer()).collect()
}
