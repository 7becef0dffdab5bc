//! The sentences of the contract, apart from their checks.

use codira_contracts::Capability::{Durable, Embeddings, LocalFiles};

use crate::{
    Applies,
    OtherSchema::{Newer, Older, Same},
    clauses::feature_of,
};

/// What a report says of a clause.
struct Sentence {
    id: &'static str,
    says: &'static str,
    applies: Applies,
    feature: Option<&'static str>,
}

macro_rules! sentences {
    ($behind:ident; $($chapter:ident { $($clause:ident $(($how:ident $($what:ident)+))? $says:literal;)* })*) => {
        fn $behind() -> &'static [Sentence] {
            &[$($(Sentence {
                id: concat!(stringify!($chapter), "::", stringify!($clause)),
                says: $says,
                applies: [$(Applies::$how(&[$($what),+]),)? Applies::Always][0],
                feature: feature_of!($behind),
            },)*)*]
        }
    };
}
crate::__for_each_clause!(sentences);
crate::__for_each_indexer_clause!(sentences);

fn of(clause: &str) -> Option<&'static Sentence> {
    always().iter().chain(indexer()).find(|sentence| sentence.id == clause)
}

/// What a clause says.
pub(super) fn says(clause: &str) -> &'static str {
    of(clause).map_or("", |sentence| sentence.says)
}

/// Why a clause says nothing of a backend, when it does not.
pub(super) fn reason(clause: &str) -> String {
    of(clause).map_or_else(String::new, |sentence| format!("of a backend that {}", sentence.applies))
}

/// The chapter of a clause.
pub(super) fn chapter(clause: &'static str) -> &'static str {
    clause.split_once("::").map_or(clause, |(chapter, _)| chapter)
}

/// The feature of this crate that the check of a clause is behind.
pub(super) fn feature(clause: &str) -> Option<&'static str> {
    of(clause).and_then(|sentence| sentence.feature)
}
