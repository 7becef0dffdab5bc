//! The kit judged: backends with one fault each must break exactly the clauses that the fault breaks, and odd but sound ones none.
//!
//! Each chapter's file holds its faults and, on top of them, their table. A new clause needs a mutant that breaks it, best
//! one that breaks nothing else: a test names the clauses that have none.
#![allow(clippy::unwrap_used)]
#![allow(unreachable_pub, reason = "the modules of a test are nobody's interface")]

mod asking;
mod backend;
mod commits;
mod counts;
#[path = "../../examples/demo-backend/src/lib.rs"]
#[allow(dead_code, reason = "the mutants need only its backend")]
mod demo_backend;
mod durable;
mod durable_store;
mod embeddings;
mod fault;
mod graph;
mod isolation;
mod judge;
mod kit;
mod known;
mod lists;
mod losses;
mod odd;
mod parts;
mod refusals;
mod reuse;
mod rules;
mod scopes;
mod served;
mod sessions;
mod similarity;
mod stores;
mod storing;
mod told;
mod traces;
mod warm;

use std::collections::BTreeSet;

use codira_conformance::clauses;
use fault::Fault;

/// Every mutant.
const TABLES: &[&[judge::Line]] = &[
    sessions::TABLE,
    scopes::TABLE,
    parts::TABLE,
    isolation::TABLE,
    stores::TABLE,
    storing::TABLE,
    traces::TABLE,
    losses::TABLE,
    lists::TABLE,
    asking::TABLE,
    graph::TABLE,
    counts::TABLE,
    embeddings::TABLE,
    reuse::TABLE,
    rules::TABLE,
    similarity::TABLE,
    refusals::TABLE,
    told::TABLE,
    warm::TABLE,
    durable::TABLE,
];

/// Clauses whose mutants are still to be written: none, but while a chapter grows.
const WANTED: &[&str] = &[];

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
