//! Known failures: reported as such, and an error once they are none.

use std::path::Path;

use async_trait::async_trait;
use codira_conformance::{Cx, Fixture, KnownFailure, Matrix, Settings, Tally, Verdict, clauses, harness::Ended, trial};

use crate::{
    Sound,
    backend::{Faulty, Mutant},
    fault::{Answer, Fault},
    storing::RemovesNothing,
};

const REMOVED: &str = "storing::a_removed_file_leaves_no_trace";

/// A mutant whose author knows of its fault.
struct UnderWay {
    backend: Mutant,
    known: &'static [KnownFailure],
}

#[async_trait]
impl Fixture for UnderWay {
    type Backend = Faulty;

    async fn open(&self, dir: &Path) -> Answer<Faulty> {
        self.backend.open(dir).await
    }

    fn known_failures(&self) -> &[KnownFailure] {
        self.known
    }
}

fn under_way<F: Fault + Default>(known: &'static [KnownFailure]) -> UnderWay {
    UnderWay { backend: Mutant::with::<F>(), known }
}

/// What is said of one clause where it alone is a known failure.
fn verdict<F: Fault + Default>(known: &'static [KnownFailure]) -> Verdict {
    let [KnownFailure { clause, .. }] = known else { panic!("one is known") };
    let clause = clauses().into_iter().find(|it| it.id == *clause).unwrap();
    Cx::new(under_way::<F>(known), Settings::default()).judge(&clause)
}

#[test]
fn a_known_failure_is_told_apart_from_what_is_broken() {
    let known = &[KnownFailure { clause: REMOVED, reason: "removing comes next" }];
    let verdict = verdict::<RemovesNothing>(known);
    assert!(matches!(verdict, Verdict::KnownFailure { reason: "removing comes next", .. }), "{verdict:?}");
    let mut matrix = Matrix::new(["mutant"]);
    matrix.record("mutant", 0, REMOVED, verdict);
    assert_eq!(matrix.broken("mutant").count(), 0);
    let Tally { known_failures, broken, .. } = matrix.tally("mutant");
    assert_eq!((known_failures, broken), (1, 0));
}

#[test]
fn a_known_failure_that_holds_is_an_error() {
    let verdict = verdict::<Sound>(&[KnownFailure { clause: REMOVED, reason: "removing comes next" }]);
    let Verdict::Broken(violation) = verdict else { panic!("{verdict:?}") };
    assert!(violation.to_string().starts_with("it holds: take it off the list"), "{violation}");
}

#[test]
fn a_known_failure_of_what_is_not_claimed_is_an_error() {
    // The mutant is the reference, which is not durable.
    let verdict = verdict::<Sound>(&[KnownFailure { clause: "durability::commits_survive_reopening", reason: "later" }]);
    let Verdict::Broken(violation) = verdict else { panic!("{verdict:?}") };
    assert!(violation.to_string().starts_with("it says nothing of this backend"), "{violation}");
}

#[test]
fn a_known_failure_that_is_no_clause_is_an_error() {
    let misspelt = &[KnownFailure { clause: "storing::a_removed_file_leaves_a_trace", reason: "later" }];
    let error = Cx::new(under_way::<Sound>(misspelt), Settings::default()).check_known_failures().unwrap_err();
    assert!(error.to_string().contains("`storing::a_removed_file_leaves_a_trace`, which is no clause"), "{error}");

    let later = KnownFailure { clause: REMOVED, reason: "later" };
    let twice: &'static [KnownFailure] = vec![later, later].leak();
    let error = Cx::new(under_way::<Sound>(twice), Settings::default()).check_known_failures().unwrap_err();
    assert!(error.to_string().contains("twice"), "{error}");
}

/// As the guide shows it.
struct AsInTheGuide;

#[async_trait]
impl Fixture for AsInTheGuide {
    type Backend = Faulty;

    async fn open(&self, dir: &Path) -> Answer<Faulty> {
        Mutant::with::<RemovesNothing>().open(dir).await
    }

    fn known_failures(&self) -> &[KnownFailure] {
        &[KnownFailure { clause: "storing::a_removed_file_leaves_no_trace", reason: "removing comes next" }]
    }
}

/// How the test of the clause ends that removes files.
fn ended(fixture: impl Fixture) -> Ended {
    let cx = Cx::new(fixture, Settings::default());
    let clause = clauses().into_iter().find(|it| it.id == REMOVED).unwrap();
    (trial(&cx, REMOVED.to_owned(), clause, |_, _| {}).run)()
}

#[test]
fn the_test_of_a_known_failure_does_not_read_ok() {
    let ended = ended(AsInTheGuide);
    assert!(matches!(&ended, Ended::Ignored(why) if why == "known failure: removing comes next"));
}

#[test]
fn the_test_of_a_known_failure_that_holds_fails() {
    let ended = ended(under_way::<Sound>(&[KnownFailure { clause: REMOVED, reason: "removing comes next" }]));
    assert!(matches!(&ended, Ended::Failed(why) if why.contains("take it off the list of known failures")));
}
