//! The renderers, on a small fixed matrix.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::{Environment, Matrix, Tally};
use crate::{Verdict, Violation};

fn matrix() -> Matrix {
    let mut matrix = Matrix::new(["mine", "other"]);
    matrix.environment = Environment(vec![("PROPTEST_CASES", Some("20".to_owned())), ("PROPTEST_RNG_SEED", None)]);
    let limit = Violation::new("symbols named `f`, limit 2\n- a.py#f\n+ b.py#f");
    // In no order, as tests end.
    matrix.record("other", 2, "refusals::embeddings_are_refused_when_not_claimed", Verdict::Holds);
    matrix.record("mine", 2, "refusals::embeddings_are_refused_when_not_claimed", Verdict::NotClaimed);
    matrix.record("other", 0, "isolation::reading_changes_no_byte", Verdict::NotClaimed);
    matrix.record("mine", 0, "isolation::reading_changes_no_byte", Verdict::Holds);
    matrix.record("mine", 1, "asking::a_limit_gives_the_first", Verdict::Broken(limit));
    let known = Verdict::KnownFailure { reason: "scopes come next", violation: Violation::new("two files are left") };
    matrix.record("mine", 3, "sessions::full_scope_replaces_everything", known);
    matrix.record("mine", 4, "warm::a_changed_file_is_put_alone", Verdict::NotCompiled { feature: "indexer" });
    let why = "no tracer is here".to_owned();
    matrix.record("mine", 5, "durability::a_power_cut_leaves_old_or_new", Verdict::NotRun { why });
    matrix.took("mine", "isolation::reading_changes_no_byte", Duration::from_millis(1_250));
    matrix.took("mine", "isolation::readers_see_whole_commits", Duration::from_millis(250));
    matrix.took("mine", "asking::a_limit_gives_the_first", Duration::from_millis(40));
    matrix.took("other", "asking::a_limit_gives_the_first", Duration::from_secs(3));
    matrix
}

#[test]
fn for_a_terminal() {
    insta::assert_snapshot!(matrix());
}

#[test]
fn as_markdown() {
    insta::assert_snapshot!(matrix().markdown());
}

#[test]
fn as_json() {
    // The version of the kit is not what is tested.
    let kit = format!("\"kit\": \"{}\"", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(matrix().json().replace(&kit, "\"kit\": \"(version)\""));
}

#[test]
fn as_files() {
    let directory = tempfile::tempdir().unwrap();
    matrix().write(&directory.path().join("new")).unwrap();
    let read = |name: &str| std::fs::read_to_string(directory.path().join("new").join(name)).unwrap();
    assert_eq!((read("conformance.md"), read("conformance.json")), (matrix().markdown(), matrix().json()));
}

#[test]
fn what_is_broken_is_named() {
    assert_eq!(matrix().broken("mine").collect::<Vec<_>>(), ["asking::a_limit_gives_the_first"]);
    assert_eq!(matrix().broken("other").count(), 0);
}

#[test]
fn each_verdict_is_counted_apart() {
    let Tally { holds, broken, known_failures, not_claimed, not_run, not_compiled } = matrix().tally("mine");
    assert_eq!((holds, broken, known_failures, not_claimed, not_run, not_compiled), (1, 1, 1, 1, 1, 1));
}
