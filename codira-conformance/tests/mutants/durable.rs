//! Durable mutants: stores that lose, mix, hide or keep what they must not. They are judged by the
//! clauses about durable backends and other schemas; the rest is judged by mutants of the
//! reference.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use codira_conformance::{Applies, Cx, Fixture, Matrix, Settings, clauses, write_sample};
use codira_contracts::Capability;

use crate::{
    accepted::{self, Asked},
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

/// Declares durable mutants: clauses after the semicolon meet it by chance, and are in no row.
macro_rules! durable_mutants {
    ($($name:ident: $flaw:ident, $does:literal, $($clause:expr),+ $(; [$($perhaps:expr),* $(,)?])?;)*) => {
        pub const TABLE: &[Line] = &[$(Line {
            id: concat!(module_path!(), "::", stringify!($name)),
            does: $does,
            met_by: &[$($clause),+],
        }),*];

        $(#[test]
        fn $name() {
            judge(Flaw::$flaw, stringify!($name), $does, &[$($clause),+], &[$($($perhaps),*)?]);
        })*
    };
}

/// Fails unless the clauses that must meet a store with the flaw do, and where rows are asked for,
/// those of its accepted row and no others but by chance.
#[track_caller]
fn judge(flaw: Flaw, name: &str, does: &str, met_by: &[&str], perhaps: &[&str]) {
    let stores = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (name, schema) in [("older-1", SCHEMA - 1), ("newer-3", SCHEMA + 1), ("same-2", SCHEMA)] {
        let dir = stores.path().join(name);
        std::fs::create_dir(&dir).unwrap();
        // A copy of this process may be forbidden to write, and needs no stores.
        let _ = runtime.block_on(write_sample(&Kept::with_schema(&dir, Flaw::None, schema).of_version("0.0.1")));
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
    let asked = accepted::asked();
    let mut matrix = Matrix::new(["mutant"]);
    for (index, clause) in clauses().iter().enumerate() {
        let about_stores = match clause.applies {
            Applies::With(capabilities) | Applies::WithTracer(capabilities) => capabilities.contains(&Capability::Durable),
            Applies::WithStore(_) => true,
            Applies::Always | Applies::Without(_) => false,
        };
        let near = met_by.is_empty() || asked != Asked::Named && accepted::is_near(clause.id, met_by);
        let in_row = about_stores && !perhaps.contains(&clause.id) && near;
        if in_row || met_by.contains(&clause.id) {
            matrix.record("mutant", index, clause.id, cx.judge(clause));
        }
    }
    let broken: Vec<&str> = matrix.broken("mutant").collect();
    accepted::compare(&format!("{}::{name}", module_path!()), does, met_by, &broken, &matrix.to_string());
}

#[test]
fn a_sound_store() {
    judge(Flaw::None, "a_sound_store", "nothing", &[], &[]);
}

durable_mutants! {
    half_of_a_file: WritesInPlace, "a commit overwrites the file of the last one",
        "durability::a_kill_during_a_commit_leaves_old_or_new"; [
        "durability::a_kill_during_the_first_session_leaves_nothing_or_all",
        "durability::kills_leave_no_debris",
        "durability::pending_rows_survive_kills",
    ];
    a_lock_that_outlives_its_process: KeepsLock, "the writer lock is a file that only its holder removes",
        "durability::a_kill_between_steps_leaves_the_last_commit"; [
        "durability::pending_rows_survive_kills",
    ];
    drafts_that_stay: LeavesDebris, "each session has a file of its own, which no other session removes",
        "durability::kills_leave_no_debris";
    half_of_the_first_file: WritesFirstInPlace, "the first commit is written where readers look",
        "durability::a_kill_during_the_first_session_leaves_nothing_or_all",
        "processes::readers_and_writers_see_whole_commits";
    a_lock_of_each_process: LockOfProcess, "each process has a writer lock of its own",
        "processes::a_second_process_is_refused";
    a_commit_before_its_time: SavesWhenDerived, "deriving publishes what was put",
        "processes::a_killed_process_releases_the_writer_lock";
    vectors_that_are_forgotten: SkipsEmbeddings, "a commit of nothing but vectors keeps none",
        "durability::pending_rows_survive_kills";
    a_store_bound_to_its_directory: BoundToDirectory, "the file says where it is, and is read nowhere else",
        "durability::an_index_survives_moving";
    a_reader_that_repairs: RepairsWhenRead, "opening removes a damaged file",
        "failing::truncated_files_are_noticed";
    damage_that_is_an_empty_answer: DamageIsEmpty, "a damaged file is an empty index",
        "failing::foreign_files_are_noticed";
    damage_of_the_wrong_kind: DamageIsFailed, "a damaged file is a failure like any other",
        "failing::overwritten_bytes_cause_no_crash";
    damage_that_panics: DamageIsPanic, "a damaged file is a panic",
        "failing::overwritten_bytes_cause_no_crash";
    any_schema_will_do: IgnoresSchema, "the schema is not looked at",
        "schemas::a_newer_schema_is_left_alone",
        "schemas::an_older_schema_is_migrated_by_a_session",
        "schemas::a_kill_while_migrating_leaves_old_or_new";
    a_reader_that_makes_the_directory: MakesDirectory, "opening a reader makes the directory of the index",
        "isolation::nothing_is_indexed_at_first";
    readers_that_take_the_lock: LocksReaders, "opening a reader takes the writer lock",
        "processes::readers_never_wait_for_another_process";
    refusals_of_the_wrong_kind: ErrorsAreFailed, "whatever the system refuses is a failure like any other",
        "failing::no_permission_keeps_the_last_commit",
        "failing::no_space_keeps_the_last_commit";
    a_replacement_in_silence: ReplacesInSilence, "a commit does not say that it replaced what was unreadable",
        "failing::a_full_session_replaces_what_is_unreadable";
    commits_of_one_process: ForgetsAtExit, "commits are kept in memory",
        "processes::a_reader_keeps_its_state",
        "durability::commits_survive_reopening";
    nothing_is_synced: NeverSyncs, "what a commit wrote is left to the system to write to the disk",
        "durability::a_power_cut_leaves_old_or_new";
    synced_after_it_was_published: SyncsWhenPublished, "a commit publishes its file, and syncs it then",
        "durability::a_power_cut_leaves_old_or_new";
    a_directory_that_is_not_synced: ForgetsDirectory, "the name under which a commit is found is not synced",
        "durability::a_power_cut_leaves_old_or_new";
    one_file_of_two_is_synced: SyncsOneOfTwo, "of the two files of a commit, one is synced",
        "durability::a_power_cut_leaves_old_or_new";
    a_failure_after_publishing: SyncErrorsAfterPublishing, "a commit whose directory cannot be synced fails, and is shown",
        "durability::a_failed_sync_is_reported_correctly";
    a_failure_on_a_thread_of_its_own: SyncsOnThreads, "each sync of a commit has a thread, and the one of the directory fails after publishing",
        "durability::a_failed_sync_is_reported_correctly";
    a_lost_file_is_nothing: LostBodyIsNothing, "nothing is indexed where the file that the index names is gone",
        "failing::foreign_files_are_noticed";
    growth_without_space: GrowingIsFailed, "a file for which there was space as long as it was no longer than before is another failure",
        "failing::no_space_keeps_the_last_commit";
    a_copy_for_readers_is_not_synced: SyncsWhenUnread, "a commit syncs its file unless a reader holds the one before",
        "durability::a_power_cut_leaves_old_or_new";
    a_file_of_its_owner_alone: KeepsToItself, "a commit is published as a temporary file, which others may not read",
        "durability::the_index_is_as_readable_as_other_files";
    an_old_log_beside_a_new_file: LogOutlives, "a log that a new file replaced is read as if it were newer",
        "durability::a_power_cut_leaves_old_or_new";
    a_lock_that_two_threads_remove: UnlinksLock, "the lock's file is removed when a session of a thread ends",
        "sessions::short_sessions_never_overlap"; [
        "processes::short_sessions_never_overlap",
        "processes::readers_and_writers_see_whole_commits",
        "durability::pending_rows_survive_kills",
    ];
    a_lock_that_is_cleaned_up: CleansLockUp, "the lock's file is removed when a session ends",
        "processes::a_late_session_is_refused"; [
        "sessions::short_sessions_never_overlap",
        "processes::short_sessions_never_overlap",
        "processes::readers_and_writers_see_whole_commits",
        "durability::pending_rows_survive_kills",
    ];
    a_lock_that_is_looked_for: ChecksThenMakes, "whether there is a lock's file is looked up before it is made",
        "processes::short_sessions_never_overlap"; [
        "processes::readers_and_writers_see_whole_commits",
        "durability::pending_rows_survive_kills",
    ];
    a_reader_that_names_itself: NamesItself, "a reader names the version of its own backend as the writer",
        "schemas::another_version_of_the_same_schema_is_read";
    a_version_that_is_another_schema: RefusesVersions, "what another version wrote is an index of another schema",
        "schemas::another_version_of_the_same_schema_is_read";
    damage_that_is_remembered: RemembersDamage, "a backend value that met damage says so for ever",
        "failing::a_backend_value_outlives_damage";
    a_state_that_is_remembered: RemembersState, "a backend value shows the greatest number that it has seen",
        "failing::a_backend_value_outlives_damage";
    a_directory_that_panics: DirectoryIsNothing, "a directory in place of the file is a panic",
        "failing::a_directory_in_the_way_is_an_error";
}
