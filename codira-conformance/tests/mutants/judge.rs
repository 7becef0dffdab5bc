//! The table of mutants: each with what it does wrong, and the clause that must meet it.

use std::time::Duration;

use codira_conformance::{Cx, Matrix, Settings, Verdict, clauses};

use crate::{
    accepted::{self, Asked},
    backend::Mutant,
    fault::Fault,
};

/// One line of the table.
pub struct Line {
    /// The chapter of mutants and the name of its test.
    pub id: &'static str,
    /// What the backend does wrong.
    pub does: &'static str,
    /// The ids of the clauses that must meet it: one, unless these clauses have no mutant of their
    /// own.
    pub met_by: &'static [&'static str],
}

/// Declares the mutants of a file: their tests, and their lines of the table.
macro_rules! mutants {
    ($($name:ident: $fault:ty, $does:literal, $($clause:expr),+ $(,)?;)*) => {
        pub const TABLE: &[$crate::judge::Line] = &[$($crate::judge::Line {
            id: concat!(module_path!(), "::", stringify!($name)),
            does: $does,
            met_by: &[$($clause),+],
        }),*];

        $(#[test]
        fn $name() {
            $crate::judge::judge::<$fault>(concat!(module_path!(), "::", stringify!($name)), $does, &[$($clause),+]);
        })*
    };
}
pub(crate) use mutants;

/// Declares mutants whose faults are values: those of one type differ in what they are made of,
/// and are compiled once.
macro_rules! faults {
    ($($name:ident: $does:literal, $clause:expr => $fault:expr;)*) => {
        pub const TABLE: &[$crate::judge::Line] = &[$($crate::judge::Line {
            id: concat!(module_path!(), "::", stringify!($name)),
            does: $does,
            met_by: &[$clause],
        }),*];

        $(#[test]
        fn $name() {
            let test = concat!(module_path!(), "::", stringify!($name));
            $crate::judge::judge_backend(test, $does, &[$clause], $crate::backend::Mutant(|| std::sync::Arc::new($fault)));
        })*
    };
}
pub(crate) use faults;

pub const EVERY: &str = "history::every_history_matches_the_reference";
pub const SMALL: &str = "history::every_small_history_matches_the_reference";
pub const TOLD: &str = "told::stories_read_as_accepted";
pub const LARGE: &str = "history::a_large_history_matches_the_reference";
pub const REBUILT: &str = "history::incremental_equals_full";

/// Clauses that meet a fault by luck, or go through thousands of entries or the whole indexer.
/// That they miss one is no law, and they take most of the time, so they are in a row only where
/// the mutant names them.
const APART: &[&str] = &[
    EVERY,
    TOLD,
    LARGE,
    REBUILT,
    "history::sessions_side_by_side_are_in_some_order",
    "isolation::readers_see_whole_commits",
    "isolation::readers_never_wait_for_a_commit",
    "asking::a_huge_file_is_searched_to_its_end",
    "asking::answers_of_any_number",
    "graph::edges_follow_changes_of_any_size",
    "graph::edges_follow_each_fact",
    "storing::one_changed_field_is_seen",
    "storing::long_values_are_kept",
    "embeddings::rows_by_the_thousand_are_all_kept",
    "sessions::short_sessions_never_overlap",
    "warm::",
    "reuse::",
];

/// Chapters about other processes and damaged stores, which have mutants of their own.
const ELSEWHERE: &[&str] = &["processes::", "durability::", "failing::", "schemas::"];

/// Fails unless the clauses that must meet a backend with the fault do, and where rows are asked
/// for, those of its accepted row and no others of their chapters. `test` is the path of the
/// calling test in this program.
#[track_caller]
pub fn judge<F: Fault + Default>(test: &str, does: &str, met_by: &[&str]) {
    judge_backend(test, does, met_by, Mutant::with::<F>());
}

/// As [`judge`], of a fault that is a value.
#[track_caller]
pub fn judge_backend(test: &str, does: &str, met_by: &[&str], backend: Mutant) {
    let settings = Settings {
        shrink: false,
        // A backend that waits for ever costs this much, and a sound one seldom needs a hundredth
        // of it.
        settling: Duration::from_secs(1),
        restart: test.split_once("::").map(|(_, test)| test.to_owned()),
        ..Settings::default()
    };
    let cx = Cx::new(backend, settings);
    let asked = accepted::asked();
    let mut matrix = Matrix::new(["mutant"]);
    for (index, clause) in clauses().iter().enumerate() {
        let skipped = APART.iter().chain(ELSEWHERE).any(|chapter| clause.id.starts_with(chapter));
        // A sound backend has no clause of its own, and all are asked.
        let in_row = !skipped && (met_by.is_empty() || asked != Asked::Named && accepted::is_near(clause.id, met_by));
        if in_row || met_by.contains(&clause.id) {
            matrix.record("mutant", index, clause.id, cx.judge(clause));
        }
    }
    accepted::compare(test, does, met_by, &matrix.broken("mutant").collect::<Vec<_>>(), &matrix.to_string());
}

/// The verdict on one clause.
pub fn verdict<F: Fault + Default>(clause: &str, settings: Settings) -> Verdict {
    let clause = clauses().into_iter().find(|it| it.id == clause).expect("the clause is in the list");
    Cx::new(Mutant::with::<F>(), settings).judge(&clause)
}
