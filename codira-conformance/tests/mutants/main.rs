//! The kit judged: backends with one fault each must break exactly the clauses that the fault breaks, and odd but sound ones none.
//!
//! Each chapter's file holds its faults and, on top of them, their table. A new clause needs a mutant that breaks it, best
//! one that breaks nothing else: a test names the clauses that have none.
#![allow(clippy::unwrap_used)]
#![allow(unreachable_pub, reason = "the modules of a test are nobody's interface")]

mod asking;
mod backend;
mod commits;
#[path = "../../examples/demo-backend/src/lib.rs"]
#[allow(dead_code, reason = "the mutants need only its backend")]
mod demo_backend;
mod embeddings;
mod fault;
mod graph;
mod isolation;
mod judge;
mod kit;
mod lists;
mod losses;
mod odd;
mod refusals;
mod sessions;
mod stores;
mod storing;
mod told;
mod warm;

use std::collections::BTreeSet;

use codira_conformance::clauses;
use fault::Fault;

/// Every mutant.
const TABLES: &[&[judge::Line]] = &[
    sessions::TABLE,
    isolation::TABLE,
    stores::TABLE,
    storing::TABLE,
    losses::TABLE,
    lists::TABLE,
    asking::TABLE,
    graph::TABLE,
    embeddings::TABLE,
    refusals::TABLE,
    told::TABLE,
    warm::TABLE,
];

/// Clauses whose mutants are still to be written: none, but while a chapter grows.
const WANTED: &[&str] = &[
    "processes::a_second_process_is_refused",
    "processes::readers_never_wait_for_another_process",
    "processes::a_reader_keeps_its_state",
    "processes::readers_and_writers_see_whole_commits",
    "processes::a_killed_process_frees_the_place",
    "durability::commits_survive_reopening",
    "durability::an_index_survives_moving",
    "durability::a_kill_between_steps_leaves_the_last_commit",
    "durability::a_kill_during_a_commit_leaves_old_or_new",
    "durability::a_kill_during_the_first_session_leaves_nothing_or_all",
    "durability::kills_leave_no_debris",
    "durability::pending_rows_survive_kills",
    "failing::truncated_files_are_noticed",
    "failing::foreign_files_are_noticed",
    "failing::overwritten_bytes_are_no_crash",
    "failing::a_full_session_replaces_what_is_unreadable",
    "failing::a_directory_in_the_way_is_an_error",
    "failing::no_space_keeps_the_last_commit",
    "failing::no_permission_keeps_the_last_commit",
    "schemas::an_older_schema_is_migrated_by_a_session",
    "schemas::a_newer_schema_is_left_alone",
];

#[derive(Default)]
struct Sound;

impl Fault for Sound {}

#[test]
fn every_clause_is_broken_by_a_mutant() {
    let broken: BTreeSet<&str> = TABLES.iter().copied().flatten().flat_map(|line| line.breaks).copied().collect();
    let ids: Vec<&str> = clauses::<backend::Mutant>().iter().map(|clause| clause.id).collect();
    let unbroken: Vec<&str> = ids.into_iter().filter(|id| !broken.contains(id)).collect();
    assert_eq!(unbroken, WANTED, "these clauses are broken by no mutant");
}

#[test]
fn every_mutant_breaks_something() {
    let harmless = TABLES.iter().copied().flatten().filter(|line| line.breaks.is_empty()).map(|line| line.name);
    assert_eq!(harmless.collect::<Vec<_>>(), [""; 0], "no clause meets these faults");
}

#[test]
fn mutants_are_told_apart_by_name_and_word() {
    let lines = || TABLES.iter().copied().flatten();
    let (names, words) = (lines().map(|line| line.name), lines().map(|line| line.does));
    assert_eq!(names.collect::<BTreeSet<_>>().len(), lines().count(), "two mutants have one name");
    assert_eq!(words.collect::<BTreeSet<_>>().len(), lines().count(), "two mutants are described by one sentence");
}
