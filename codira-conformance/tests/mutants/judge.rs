//! The table of mutants: each with what it does wrong, and the clauses that it must break, exactly.

use std::{env, time::Duration};

use codira_conformance::{Cx, Matrix, Settings, Verdict, clauses};

use crate::{backend::Mutant, fault::Fault};

/// One line of the table.
pub struct Line {
    /// The name of its test.
    pub name: &'static str,
    /// What the backend does wrong.
    pub does: &'static str,
    /// The ids of the clauses that it breaks, in the order of the contract.
    pub breaks: &'static [&'static str],
}

/// Declares the mutants of a file: their tests, and their lines of the table.
macro_rules! mutants {
    ($($name:ident: $fault:ty, $does:literal, [$($clause:expr),* $(,)?];)*) => {
        pub const TABLE: &[$crate::judge::Line] = &[$($crate::judge::Line {
            name: stringify!($name),
            does: $does,
            breaks: &[$($clause),*],
        }),*];

        $(#[test]
        fn $name() {
            $crate::judge::judge::<$fault>($does, &[$($clause),*]);
        })*
    };
}
pub(crate) use mutants;

pub const EVERY: &str = "history::every_history_matches_the_reference";
pub const SMALL: &str = "history::every_small_history_matches_the_reference";
pub const TOLD: &str = "history::told_histories_read_as_accepted";
pub const REBUILT: &str = "history::incremental_equals_full";

/// Clauses that meet a fault by luck, those that go through the whole indexer among them. That they miss one is no law and takes long to show, so they are judged where
/// they must be broken; all of them, when `PROPTEST_CASES` asks for depth.
fn is_by_luck(clause: &str) -> bool {
    [EVERY, TOLD, REBUILT].contains(&clause) || clause.starts_with("warm::") || clause.starts_with("reuse::")
}

/// Fails unless a backend with the fault breaks exactly these clauses.
#[track_caller]
pub fn judge<F: Fault>(does: &str, breaks: &[&str]) {
    // A backend that waits for ever costs this much, and a sound one seldom needs a hundredth of it.
    let settings = Settings { shrink: false, settling: Duration::from_secs(1), ..Settings::default() };
    let cx = Cx::new(Mutant::<F>::default(), settings);
    let deep = env::var_os("PROPTEST_CASES").is_some();
    let mut matrix = Matrix::new(["mutant"]);
    for (place, clause) in clauses().iter().enumerate() {
        if deep || !is_by_luck(clause.id) || breaks.contains(&clause.id) {
            matrix.record("mutant", place, clause.id, cx.judge(clause));
        }
    }
    let broken: Vec<&str> = matrix.broken("mutant").collect();
    assert_eq!(broken, breaks, "a backend that is wrong in this: {does}\n\n{matrix}");
}

/// The verdict on one clause.
pub fn verdict<F: Fault>(clause: &str, settings: Settings) -> Verdict {
    let clause = clauses().into_iter().find(|it| it.id == clause).expect("the clause is in the list");
    Cx::new(Mutant::<F>::default(), settings).judge(&clause)
}
