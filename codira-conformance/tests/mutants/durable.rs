//! Durable mutants: stores that lose, mix, hide or keep what they must not. They are judged by the clauses about durable
//! backends and other schemas; the rest is judged by mutants of the reference.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use codira_conformance::{Applies, Cx, Fixture, Matrix, Settings, clauses, write_sample};
use codira_contracts::Capability;

use crate::{
    durable_store::{Flaw, Kept, SCHEMA},
    fault::Answer,
    judge::Line,
};

struct Stores(Flaw);

#[async_trait]
impl Fixture for Stores {
    type Backend = Kept;

    async fn open(&self, dir: &Path) -> Answer<Kept> {
        Ok(Kept::open(dir, self.0))
    }
}

/// Declares durable mutants: clauses after the semicolon may be broken, too, by chance.
macro_rules! durable_mutants {
    ($($name:ident: $flaw:ident, $does:literal, [$($clause:expr),* $(,)?] $(; [$($perhaps:expr),* $(,)?])?;)*) => {
        pub const TABLE: &[Line] = &[$(Line { name: stringify!($name), does: $does, breaks: &[$($clause),*] }),*];

        $(#[test]
        fn $name() {
            judge(Flaw::$flaw, stringify!($name), $does, &[$($clause),*], &[$($($perhaps),*)?]);
        })*
    };
}

/// Fails unless a store with the flaw breaks exactly these clauses, and by chance those.
#[track_caller]
fn judge(flaw: Flaw, name: &str, does: &str, breaks: &[&str], perhaps: &[&str]) {
    let stores = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (name, schema) in [("older-1", SCHEMA - 1), ("newer-3", SCHEMA + 1)] {
        let dir = stores.path().join(name);
        std::fs::create_dir(&dir).unwrap();
        // A copy of this process may be forbidden to write, and needs no stores.
        let _ = runtime.block_on(write_sample(&Kept::with_schema(&dir, Flaw::None, schema)));
        let _ = std::fs::remove_file(dir.join("lock"));
    }
    let settings = Settings {
        shrink: false,
        settling: Duration::from_secs(1),
        restart: Some(format!("durable::{name}")),
        stores: Some(stores.path().to_owned()),
        ..Settings::default()
    };
    let cx = Cx::new(Stores(flaw), settings);
    let mut matrix = Matrix::new(["mutant"]);
    for (place, clause) in clauses().iter().enumerate() {
        let about_stores = match clause.applies {
            Applies::With(capabilities) => capabilities.contains(&Capability::Durable),
            Applies::WithStore(_) => true,
            Applies::Always | Applies::Without(_) => false,
        };
        if about_stores {
            matrix.record("mutant", place, clause.id, cx.judge(clause));
        }
    }
    let mut broken: Vec<&str> = matrix.broken("mutant").collect();
    broken.retain(|clause| !perhaps.contains(clause));
    assert_eq!(broken, breaks, "a store that is wrong in this: {does}\n\n{matrix}");
}

#[test]
fn a_sound_store() {
    judge(Flaw::None, "a_sound_store", "nothing", &[], &[]);
}

durable_mutants! {
    half_of_a_file: WritesInPlace, "a commit overwrites the file of the last one", [
        "processes::readers_and_writers_see_whole_commits",
        "durability::a_kill_during_a_commit_leaves_old_or_new",
        "failing::no_space_keeps_the_last_commit",
        "schemas::a_kill_while_migrating_leaves_old_or_new",
    ]; [
        "durability::a_kill_during_the_first_session_leaves_nothing_or_all",
        "durability::kills_leave_no_debris",
        "durability::pending_rows_survive_kills",
    ];
    a_place_that_outlives_its_process: KeepsPlace, "the place is a file that only its owner removes", [
        "processes::a_killed_process_frees_the_place",
        "durability::a_kill_between_steps_leaves_the_last_commit",
        "durability::a_kill_during_a_commit_leaves_old_or_new",
        "durability::a_kill_during_the_first_session_leaves_nothing_or_all",
        "durability::kills_leave_no_debris",
        "failing::no_space_keeps_the_last_commit",
        "schemas::a_kill_while_migrating_leaves_old_or_new",
    ]; [
        "durability::pending_rows_survive_kills",
    ];
    drafts_that_stay: LeavesDebris, "each session has a file of its own, which nobody else removes", [
        "durability::kills_leave_no_debris",
    ];
    half_of_the_first_file: WritesFirstInPlace, "the first commit is written where readers look", [
        "processes::readers_and_writers_see_whole_commits",
        "durability::a_kill_during_the_first_session_leaves_nothing_or_all",
    ];
    a_place_of_each_process: PlaceOfProcess, "each process has a place", [
        "processes::a_second_process_is_refused",
        "processes::readers_and_writers_see_whole_commits",
    ];
    a_commit_before_its_time: SavesWhenDerived, "deriving publishes what was put", [
        "processes::a_second_process_is_refused",
        "processes::readers_never_wait_for_another_process",
        "processes::a_killed_process_frees_the_place",
        "durability::a_kill_between_steps_leaves_the_last_commit",
        "durability::a_kill_during_a_commit_leaves_old_or_new",
        "durability::a_kill_during_the_first_session_leaves_nothing_or_all",
        "schemas::a_kill_while_migrating_leaves_old_or_new",
    ];
    vectors_that_are_forgotten: SkipsEmbeddings, "a commit of nothing but vectors keeps none", [
        "durability::pending_rows_survive_kills",
    ];
    a_store_bound_to_its_directory: BoundToDirectory, "the file says where it is, and is read nowhere else", [
        "durability::an_index_survives_moving",
        "failing::truncated_files_are_noticed",
        "failing::foreign_files_are_noticed",
        "failing::overwritten_bytes_are_no_crash",
        "failing::a_full_session_replaces_what_is_unreadable",
        "failing::a_directory_in_the_way_is_an_error",
        "schemas::an_older_schema_is_migrated_by_a_session",
        "schemas::a_kill_while_migrating_leaves_old_or_new",
    ];
    a_reader_that_repairs: RepairsWhenRead, "opening removes a damaged file", [
        "failing::truncated_files_are_noticed",
        "failing::foreign_files_are_noticed",
        "failing::overwritten_bytes_are_no_crash",
        "failing::a_full_session_replaces_what_is_unreadable",
    ];
    damage_that_is_an_empty_answer: DamageIsEmpty, "a damaged file is an empty index", [
        "failing::truncated_files_are_noticed",
        "failing::foreign_files_are_noticed",
        "failing::a_full_session_replaces_what_is_unreadable",
    ];
    damage_of_the_wrong_kind: DamageIsFailed, "a damaged file is a failure like any other", [
        "failing::truncated_files_are_noticed",
        "failing::foreign_files_are_noticed",
        "failing::overwritten_bytes_are_no_crash",
        "failing::a_full_session_replaces_what_is_unreadable",
    ];
    damage_that_panics: DamageIsPanic, "a damaged file is a panic", [
        "failing::truncated_files_are_noticed",
        "failing::foreign_files_are_noticed",
        "failing::overwritten_bytes_are_no_crash",
        "failing::a_full_session_replaces_what_is_unreadable",
    ];
    any_schema_will_do: IgnoresSchema, "the schema is not looked at", [
        "schemas::an_older_schema_is_migrated_by_a_session",
        "schemas::a_kill_while_migrating_leaves_old_or_new",
        "schemas::a_newer_schema_is_left_alone",
    ];
    readers_that_need_the_place: LocksReaders, "opening a reader takes the place of the writer", [
        "isolation::a_read_only_directory_can_be_read",
        "processes::readers_never_wait_for_another_process",
        "processes::readers_and_writers_see_whole_commits",
        "failing::no_permission_keeps_the_last_commit",
        "schemas::an_older_schema_is_migrated_by_a_session",
        "schemas::a_kill_while_migrating_leaves_old_or_new",
        "schemas::a_newer_schema_is_left_alone",
    ];
    refusals_of_the_wrong_kind: ErrorsAreFailed, "whatever the system refuses is a failure like any other", [
        "failing::no_space_keeps_the_last_commit",
        "failing::no_permission_keeps_the_last_commit",
    ];
    a_replacement_in_silence: ReplacesInSilence, "a commit does not say that it replaced what was unreadable", [
        "failing::a_full_session_replaces_what_is_unreadable",
    ];
    commits_of_one_process: ForgetsAtExit, "commits are kept in memory", [
        "isolation::a_read_only_directory_can_be_read",
        "processes::a_second_process_is_refused",
        "processes::readers_never_wait_for_another_process",
        "processes::a_reader_keeps_its_state",
        "processes::readers_and_writers_see_whole_commits",
        "durability::commits_survive_reopening",
        "durability::an_index_survives_moving",
        "durability::a_kill_between_steps_leaves_the_last_commit",
        "durability::a_kill_during_a_commit_leaves_old_or_new",
        "durability::a_kill_during_the_first_session_leaves_nothing_or_all",
        "failing::truncated_files_are_noticed",
        "failing::foreign_files_are_noticed",
        "failing::overwritten_bytes_are_no_crash",
        "failing::a_full_session_replaces_what_is_unreadable",
        "failing::a_directory_in_the_way_is_an_error",
        "failing::no_space_keeps_the_last_commit",
        "failing::no_permission_keeps_the_last_commit",
        "schemas::an_older_schema_is_migrated_by_a_session",
        "schemas::a_kill_while_migrating_leaves_old_or_new",
        "schemas::a_newer_schema_is_left_alone",
    ];
    a_directory_that_panics: DirectoryIsNothing, "a directory in place of the file is a panic", [
        "failing::a_directory_in_the_way_is_an_error",
    ];
}
