//! The kit judged: backends with one fault each must break exactly the clauses that the fault breaks, and odd but sound ones none.
#![allow(clippy::unwrap_used)]

#[allow(unreachable_pub, reason = "a module of a test")]
mod backend;
#[allow(unreachable_pub, reason = "a module of a test")]
mod reader;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use backend::{Faulty, Trait};
use codira_conformance::{Cx, Fixture, Matrix, Settings, Verdict, clauses};
use codira_contracts::BackendError;

struct Mutant(Trait);

#[async_trait]
impl Fixture for Mutant {
    type Backend = Faulty;

    async fn open(&self, _dir: &Path) -> Result<Faulty, BackendError> {
        Ok(Faulty::new(self.0))
    }
}

/// Every clause that the fault breaks, and no other.
#[track_caller]
fn breaks(fault: Trait, expected: &[&str]) {
    let mut matrix = Matrix::default();
    matrix.judge(
        "mutant",
        &Cx::new(Mutant(fault), Settings { shrink: false, settling: Duration::from_millis(100), ..Settings::default() }),
    );
    let broken: Vec<&str> = matrix.broken("mutant").collect();
    assert_eq!(broken, expected, "\n{matrix}");
}

const EVERY: &str = "history::every_history_matches_the_reference";
const SMALL: &str = "history::every_small_history_matches_the_reference";
const REBUILT: &str = "history::incremental_equals_full";

#[test]
fn a_backend_that_yields_at_every_call_breaks_nothing() {
    breaks(Trait::YieldsOften, &[]);
}

#[test]
fn a_backend_without_embeddings_breaks_nothing() {
    breaks(Trait::KeepsNoEmbeddings, &[]);
}

#[test]
fn a_session_that_commits_when_dropped() {
    breaks(
        Trait::CommitsOnDrop,
        &[
            "sessions::dropping_a_session_changes_nothing",
            "sessions::a_dropped_beginning_leaves_no_session",
            "isolation::nothing_is_indexed_at_first",
            "isolation::a_session_shows_nothing_before_its_commit",
            "storing::inventories_read_back_as_written",
            "embeddings::a_text_keeps_its_vector_when_it_moves",
            SMALL,
            EVERY,
        ],
    );
}

#[test]
fn removing_that_forgets_nothing() {
    breaks(
        Trait::RemovesNothing,
        &[
            "sessions::incremental_scope_replaces_what_it_names",
            "sessions::the_last_call_about_a_path_wins",
            "sessions::a_session_sees_its_own_writes",
            "storing::a_removed_file_leaves_no_trace",
            "graph::edges_follow_every_change",
            SMALL,
            EVERY,
        ],
    );
}

#[test]
fn full_scope_that_keeps_old_files() {
    breaks(
        Trait::FullKeepsOldFiles,
        &[
            "sessions::a_dropped_commit_publishes_all_or_nothing",
            "sessions::full_scope_replaces_everything",
            "sessions::a_session_sees_its_own_writes",
            "storing::a_file_that_breaks_a_rule_is_refused",
            "graph::edges_follow_every_change",
            SMALL,
            EVERY,
        ],
    );
}

#[test]
fn a_place_that_a_dropped_beginning_keeps() {
    breaks(Trait::LeaksPlaceWhenDropped, &["sessions::a_dropped_beginning_leaves_no_session", EVERY]);
}

#[test]
fn two_sessions_at_once() {
    breaks(Trait::AllowsTwoSessions, &["sessions::only_one_session_is_open"]);
}

#[test]
fn files_published_one_by_one() {
    breaks(
        Trait::PublishesFileByFile,
        &[
            "sessions::dropping_a_session_changes_nothing",
            "sessions::aborting_a_session_changes_nothing",
            "sessions::a_session_owns_what_it_needs",
            "sessions::the_first_commit_is_number_one",
            "sessions::an_empty_commit_is_a_commit",
            "isolation::nothing_is_indexed_at_first",
            "isolation::a_session_shows_nothing_before_its_commit",
            "isolation::a_reader_shows_one_state_for_ever",
            "isolation::readers_never_wait_for_a_session",
            "isolation::readers_see_whole_commits",
            "storing::a_replaced_file_leaves_no_trace",
            "storing::a_removed_file_leaves_no_trace",
            "graph::edges_are_those_of_the_resolver",
            "graph::edges_follow_every_change",
            "embeddings::a_text_keeps_its_vector_when_it_moves",
            SMALL,
            EVERY,
        ],
    );
}

#[test]
fn readers_that_follow_commits() {
    breaks(
        Trait::ReadersFollowCommits,
        &[
            "sessions::a_session_owns_what_it_needs",
            "isolation::a_reader_shows_one_state_for_ever",
            "isolation::readers_see_whole_commits",
            "graph::edges_follow_every_change",
            SMALL,
            EVERY,
        ],
    );
}

#[test]
fn edges_that_are_one_commit_late() {
    breaks(
        Trait::DerivesLate,
        &[
            "storing::a_replaced_file_leaves_no_trace",
            "storing::a_removed_file_leaves_no_trace",
            "asking::every_list_is_in_its_documented_order",
            "asking::names_match_exactly",
            "asking::a_prefix_is_a_path_or_directory",
            "asking::a_limit_gives_the_first",
            "graph::edges_are_those_of_the_resolver",
            "graph::edges_follow_every_change",
            "graph::each_edge_is_found_from_both_ends",
            SMALL,
            EVERY,
            REBUILT,
        ],
    );
}

#[test]
fn edges_of_files_that_were_not_put_stay() {
    breaks(
        Trait::DerivesWhatWasPut,
        &["storing::a_removed_file_leaves_no_trace", "graph::edges_follow_every_change", SMALL, EVERY, REBUILT],
    );
}

#[test]
fn names_that_ignore_case() {
    breaks(
        Trait::IgnoresCase,
        &["asking::names_match_exactly", "graph::edges_are_those_of_the_resolver", "graph::edges_follow_every_change", EVERY],
    );
}

#[test]
fn prefixes_of_text() {
    breaks(Trait::PrefixIsText, &["asking::a_prefix_is_a_path_or_directory", EVERY]);
}

#[test]
fn a_limit_of_zero_that_is_none() {
    breaks(Trait::ZeroIsNoLimit, &["asking::a_limit_gives_the_first", EVERY]);
}

#[test]
fn texts_that_end_at_a_nul() {
    breaks(
        Trait::CutsAtNul,
        &[
            "storing::a_file_reads_back_as_it_was_put",
            "asking::names_match_exactly",
            "asking::texts_are_found_as_whole_words",
            EVERY,
        ],
    );
}

#[test]
fn a_zero_that_loses_its_sign() {
    breaks(
        Trait::LosesSignOfZero,
        &["storing::a_file_reads_back_as_it_was_put", "embeddings::vectors_are_kept_bit_for_bit", EVERY, REBUILT],
    );
}

#[test]
fn a_refused_file_that_takes_the_former_one_along() {
    breaks(Trait::RefusesAndRemoves, &["storing::a_file_that_breaks_a_rule_is_refused", EVERY]);
}

#[test]
fn stale_vectors_that_are_kept() {
    breaks(Trait::KeepsStaleVectors, &["embeddings::a_stale_vector_is_not_kept"]);
}

#[test]
fn an_unclaimed_capability_that_works() {
    breaks(Trait::ClaimsTooLittle, &["refusals::embeddings_are_refused_when_not_claimed"]);
}

fn judge(fault: Trait, clause: &str, settings: Settings) -> Verdict {
    let clause = clauses().into_iter().find(|it| it.id == clause).unwrap();
    Cx::new(Mutant(fault), settings).judge(&clause)
}

#[test]
fn the_shortest_history_is_shown() {
    let Verdict::Broken(violation) = judge(Trait::RemovesNothing, EVERY, Settings::default()) else { panic!("it is broken") };
    let text = violation.to_string();
    let sessions = text.lines().filter(|line| line.starts_with("session ") && !line.contains(':')).count();
    let edits = text.lines().filter(|line| line.starts_with("  put") || line.starts_with("  remove")).count();
    assert!(sessions <= 2 && edits == 2, "{text}");
}

/// A backend that does not open before it is let go.
#[derive(Clone, Default)]
struct Hanging {
    dir: Arc<OnceLock<PathBuf>>,
    let_go: Arc<(Mutex<bool>, Condvar)>,
}

#[async_trait]
impl Fixture for Hanging {
    type Backend = Faulty;

    async fn open(&self, dir: &Path) -> Result<Faulty, BackendError> {
        self.dir.set(dir.to_owned()).unwrap();
        let (let_go, changed) = &*self.let_go;
        drop(changed.wait_while(let_go.lock().unwrap(), |let_go| !*let_go).unwrap());
        Ok(Faulty::new(Trait::YieldsOften))
    }
}

#[test]
fn a_backend_that_hangs_is_given_up() {
    let hanging = Hanging::default();
    let clause = clauses().into_iter().find(|it| it.id == "sessions::committing_frees_the_place").unwrap();
    let settings = Settings { patience: Duration::from_millis(100), ..Settings::default() };
    let verdict = Cx::new(hanging.clone(), settings).judge(&clause);
    assert!(matches!(&verdict, Verdict::Broken(violation) if violation.to_string().contains("hangs")), "{verdict:?}");
    // The thread that was given up goes on and cleans up after itself.
    let (let_go, changed) = &*hanging.let_go;
    *let_go.lock().unwrap() = true;
    changed.notify_all();
    while hanging.dir.get().is_none_or(|dir| dir.exists()) {
        std::thread::yield_now();
    }
}

#[test]
fn a_backend_that_panics_breaks_the_clause() {
    let verdict = judge(Trait::Panics, "sessions::committing_frees_the_place", Settings::default());
    assert!(matches!(&verdict, Verdict::Broken(violation) if violation.to_string().contains("planted")), "{verdict:?}");
}

#[test]
fn histories_that_fail_are_remembered_and_met_first() {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings { shrink: false, regressions: Some(dir.path().to_owned()), ..Settings::default() };
    assert!(matches!(judge(Trait::RemovesNothing, EVERY, settings.clone()), Verdict::Broken(_)));
    let file = dir.path().join("every_history_matches_the_reference.txt");
    let remembered = std::fs::read_to_string(&file).unwrap();
    assert_eq!(remembered.lines().filter(|line| line.starts_with("cc ")).count(), 1, "{remembered}");
    // The seed is met again, and not written twice.
    assert!(matches!(judge(Trait::RemovesNothing, EVERY, settings), Verdict::Broken(_)));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), remembered);
}
