//! The kit judged: backends with one fault each are met by the clause that they name, and odd but
//! sound ones by none.
//!
//! Each chapter's file holds its faults and, on top of them, their lines of the table. A new
//! clause needs a mutant that it meets, best one that no other clause meets: a test names the
//! clauses that have none. [`accepted`] holds the whole table.
#![allow(clippy::unwrap_used)]
#![allow(unreachable_pub, reason = "the modules of a test are no interface")]

mod accepted;
mod answers;
mod asking;
mod backend;
mod commits;
mod counts;
#[path = "../../examples/demo-backend/src/lib.rs"]
#[allow(dead_code, reason = "the mutants need only its backend")]
mod demo_backend;
mod deriving;
mod durable;
mod durable_lock;
mod durable_store;
mod embeddings;
mod ends;
mod fault;
mod following;
mod futures;
mod graph;
mod holding;
mod inventories;
mod isolation;
mod judge;
mod kit;
mod known;
mod known_files;
mod languages;
mod leaks;
mod lists;
mod long;
mod losses;
mod many;
mod narrowed;
mod odd;
mod orders;
mod overlooked;
mod parts;
mod paths;
mod questions;
mod reading;
mod refusals;
mod reuse;
mod rows;
mod rules;
mod scopes;
mod served;
mod sessions;
mod similarity;
mod specs;
mod stores;
mod storing;
mod told;
mod traces;
mod warm;
mod words;
mod work;

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
    words::TABLE,
    narrowed::TABLE,
    ends::TABLE,
    long::TABLE,
    many::TABLE,
    following::TABLE,
    work::TABLE,
    overlooked::TABLE,
    paths::TABLE,
    inventories::TABLE,
    languages::TABLE,
    specs::TABLE,
    rows::TABLE,
    orders::TABLE,
    holding::TABLE,
    leaks::TABLE,
    reading::TABLE,
    futures::TABLE,
    questions::TABLE,
];

fn mutants_of_all_chapters() -> impl Iterator<Item = &'static judge::Line> {
    TABLES.iter().copied().flatten()
}

#[derive(Default)]
struct Sound;

impl Fault for Sound {}

#[test]
fn every_clause_meets_a_mutant() {
    let rows = accepted::rows();
    let met: BTreeSet<&str> = rows.values().flat_map(|row| &row.met_by).map(String::as_str).collect();
    let ids: Vec<&str> = clauses().iter().map(|clause| clause.id).collect();
    let idle: Vec<&str> = ids.into_iter().filter(|id| !met.contains(id)).collect();
    assert_eq!(idle, [""; 0], "these clauses meet no mutant: what would go unseen without them?");
}

#[test]
fn the_accepted_table_has_the_mutants_that_there_are() {
    let accepted: BTreeSet<String> = accepted::rows().into_keys().collect();
    let mutants: BTreeSet<String> = mutants_of_all_chapters().map(|line| accepted::key(line.id).to_owned()).collect();
    assert_eq!(accepted, mutants, "a run with CODIRA_MUTANTS=accept writes rows of new mutants and drops those that are gone");
    let rows = accepted::rows();
    for line in mutants_of_all_chapters() {
        let row = &rows[accepted::key(line.id)].met_by;
        assert!(line.met_by.iter().all(|clause| row.iter().any(|met| met == clause)), "{}: not met by what it names", line.id);
    }
}

#[test]
fn mutants_are_told_apart_by_what_they_do() {
    let does: BTreeSet<&str> = mutants_of_all_chapters().map(|line| line.does).collect();
    assert_eq!(does.len(), mutants_of_all_chapters().count(), "two mutants are described by one sentence");
}
