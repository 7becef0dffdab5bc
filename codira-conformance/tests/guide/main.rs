//! The guide for authors shows code that exists, and the store that it begins with holds the
//! contract.
#![allow(clippy::unwrap_used)]
#![allow(unreachable_pub, reason = "these files are those of a crate")]

use std::{fs, path::Path};

use codira_conformance::{Clause, Cx, Settings, Verdict, clauses};
use codira_store::parallel;

#[allow(dead_code, reason = "the program of tests that the guide shows is not run here")]
mod conformance;
mod store;

use conformance::Mine;

/// Judges every clause but the histories, which meet the same session in the matrix, and is what
/// the clauses of several processes start again.
#[test]
fn the_smallest_store_holds_the_contract() {
    let restart = Some("the_smallest_store_holds_the_contract".to_owned());
    let cx = Cx::new(Mine, Settings { restart, ..Settings::default() });
    let judge = |clause: Clause| {
        if let Verdict::Broken(violation) = cx.judge(&clause) {
            panic!("{}: {}\n\n{violation}", clause.id, clause.says);
        }
    };
    let mut clauses: Vec<Clause> = clauses().into_iter().filter(|clause| !clause.id.starts_with("history::")).collect();
    // Another process that was started for a clause never comes beyond its first one.
    judge(clauses.swap_remove(0));
    parallel::map(clauses, judge);
}

#[test]
fn every_block_of_rust_is_part_of_code_that_is_tested() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let demo = here.join("examples/demo-backend");
    let files = ["src/store.rs", "examples/ask.rs", "examples/sample.rs", "examples/report.rs", "benches/compare.rs"]
        .map(|file| demo.join(file));
    let own = ["tests/guide/store.rs", "tests/guide/conformance.rs", "tests/mutants/known.rs"].map(|file| here.join(file));
    let files = files.into_iter().chain(own);
    let code: Vec<String> = files.map(|file| fs::read_to_string(file).unwrap()).collect();
    let guide = fs::read_to_string(here.join("../docs/writing-a-backend.md")).unwrap();
    let blocks: Vec<&str> = guide.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 5, "the guide shows code");
    for block in blocks {
        assert!(code.iter().any(|file| file.contains(block)), "the guide shows code that is nowhere:\n\n{block}");
    }
}
