//! The sentences of the contract, apart from their checks.

use crate::Applies;

/// What a report says of a clause.
struct Sentence {
    id: &'static str,
    says: &'static str,
    applies: Applies,
}

macro_rules! sentences {
    ($($chapter:ident { $($clause:ident $(($how:ident $($what:ident)+))? $says:literal;)* })*) => {
        fn all() -> &'static [Sentence] {
            use codira_contracts::Capability::{Durable, Embeddings};
            use crate::OtherSchema::{Newer, Older};
            &[$($(Sentence {
                id: concat!(stringify!($chapter), "::", stringify!($clause)),
                says: $says,
                applies: [$(Applies::$how(&[$($what),+]),)? Applies::Always][0],
            },)*)*]
        }
    };
}
crate::__for_each_clause!(sentences);

fn of(clause: &str) -> Option<&'static Sentence> {
    all().iter().find(|sentence| sentence.id == clause)
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
