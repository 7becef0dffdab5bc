//! The contract of a code index, as tests that any backend can run.
//!
//! The traits of [`codira_contracts`] say in words what a backend must do. This crate holds the
//! same sentences as one list of *clauses*, and for each the check that it holds. A backend's own
//! crate runs them all, a test each, with this file:
//!
//! ```no_run
//! // tests/conformance.rs of your crate
//! use std::path::Path;
//!
//! use codira_contracts::BackendError;
//! # use codira_memory::MemoryBackend as MyBackend;
//!
//! struct Mine;
//!
//! #[async_trait::async_trait]
//! impl codira_conformance::Fixture for Mine {
//!     type Backend = MyBackend;
//!
//!     async fn open(&self, dir: &Path) -> Result<MyBackend, BackendError> {
//! #       let _ = dir;
//! #       #[cfg(any())]
//!         MyBackend::open(dir.join("my.index")).await
//! #       ;
//! #       Ok(MyBackend::default())
//!     }
//! }
//!
//! codira_conformance::conformance_tests!(Mine);
//! ```
//!
//! and these lines in its manifest:
//!
//! ```toml
//! [dev-dependencies]
//! codira-conformance = "0.1"
//! async-trait = "0.1"
//!
//! [[test]]
//! name = "conformance"
//! harness = false
//! ```
//!
//! # What an author must know
//!
//! - The kit owns the directories, the runtime (Tokio, several threads), the seeds and the names.
//!   A fixture has one method, and nothing is asked of a backend beyond its traits. Tests run in
//!   parallel, in any order, under `cargo test` and `cargo nextest`.
//! - A clause *holds*, is *broken*, or says nothing of the backend, because it is about a
//!   capability that is *not claimed*; the test is then ignored, and says so. Claiming less is
//!   checked too: what is not claimed must be refused.
//! - While a backend is unfinished, its fixture may list the clauses that it breaks as
//!   [known failures](Fixture::known_failures): their tests pass and say so, and fail as soon as
//!   the clause holds. Reports show and count them apart.
//! - The chapters `warm`, `reuse` and `told` judge the backend through the real indexer and its
//!   parsers. They are behind the feature `indexer`, so that other authors compile few crates;
//!   without it reports say `not compiled`.
//! - Clause ids are stable: `cargo test --test conformance sessions::` runs a chapter.
//!   `docs/contract.md` lists all sentences.
//! - The chapter `history` leads the backend through random histories of sessions, beside the
//!   reference ([`codira_memory`]), and shows the shortest history that it finds when an answer
//!   differs. The histories are the same each time; `PROPTEST_CASES=1000` asks for more of them
//!   and `PROPTEST_RNG_SEED=7` for others. Seeds of failures are kept in
//!   `tests/conformance-regressions/` of the backend's crate and tried first: check these files
//!   in.
//! - Durable backends are also tried in several processes, and in processes that are killed: a
//!   clause starts its own test binary again and tells the copy what to do.
//!   `CODIRA_CRASH_POINTS=200` kills at more moments.
//! - Where the index is local files, these are damaged, cut short, moved and made read-only. A
//!   store on a server does not claim the capability `LocalFiles`, and takes the name of the
//!   directory that the kit gives as its namespace.
//! - All verdicts with times, as one table that is also written as Markdown and JSON:
//!   `CODIRA_REPORT=target/conformance cargo test --test conformance report -- --ignored --nocapture`.
//!   [`Matrix`] is the same as a value.
//! - `CODIRA_KEEP=1` keeps the directory of an index for which a clause is broken, and names it. A
//!   random history that fails is also printed as one line of text: `CODIRA_HISTORY=FILE` meets it
//!   again.
//! - A backend that hangs is given up after two minutes without progress, and its clause is broken.
//!
//! # Stores of other schemas
//!
//! When the schema of your backend changes, write the [sample](write_sample) with the former
//! version first, and check in the directory of that index as
//! `tests/conformance-stores/older-NAME`: the clauses of the chapter `schemas` see that it is
//! migrated. A store in `newer-NAME` stands for what a later version will write, and the sample in
//! `same-NAME` was written by another version with the present schema. Without such stores these
//! clauses are not claimed.
//!
//! `docs/writing-a-backend.md` is the guide, with the pitfalls that others met.
//!
//! To run the clauses in another way, as this crate's own matrix of all first-party backends does,
//! make a [`Cx`] and [judge](Cx::judge) each of the [`clauses`].

mod cancel;
mod clauses;
mod counting;
mod cx;
mod directory;
mod filtered;
mod fixture;
#[cfg(feature = "indexer")]
mod golden;
#[doc(hidden)]
pub mod harness;
mod histories;
mod known;
#[cfg(feature = "indexer")]
mod lengths;
mod observe;
mod power;
mod process;
#[cfg(feature = "indexer")]
mod project;
mod question;
mod report;
mod resources;
mod samples;
mod show;
mod stamped;
mod storm;
mod table;
mod toy;
mod verdict;
mod vocabulary;
#[cfg(feature = "indexer")]
mod watched;

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

pub use clauses::{Applies, Clause, OtherSchema, clauses};
pub use cx::{Cx, Settings};
pub use fixture::Fixture;
use harness::{Ended, Trial};
pub use known::KnownFailure;
pub use observe::ask_everything;
pub use report::{Matrix, Tally};
pub use stamped::{sample_file, write_sample};
pub use table::contract_table;

/// The rules of the kit's own language, for the tests of a backend that need files which mean each
/// other.
///
/// A file of the language `toy` is a module with a dotted name. Its names are those that it
/// defines, and those that it imports from other modules: by name, under another name, or all of
/// them.
pub fn toy_rules() -> codira_contracts::resolve::RuleSet {
    toy::Edition::First.rules()
}
use verdict::ensure;
pub use verdict::{Outcome, Verdict, Violation};

/// Makes the program of tests that judges a backend by every clause of the contract.
///
/// The argument is an expression that makes your [`Fixture`]. The test has no other harness: see
/// the [crate's documentation](crate).
///
/// A second test may judge the same backend in another setting by one chapter alone, with stores
/// of its own: `conformance_tests!(MyFixture, chapter "schemas", stores "next-stores")`.
#[macro_export]
macro_rules! conformance_tests {
    ($fixture:expr) => {
        $crate::conformance_tests!($fixture, chapter "", stores "conformance-stores");
    };
    ($fixture:expr, chapter $chapter:literal, stores $stores:literal) => {
        fn main() -> ::std::process::ExitCode {
            // The author's directory, because this is expanded in the author's crate.
            $crate::__run_tests($fixture, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"), $chapter, $stores)
        }
    };
}

/// What [`conformance_tests!`] makes: `tests` is the author's directory of tests, and `chapter`
/// may be empty for all.
#[doc(hidden)]
pub fn __run_tests(fixture: impl Fixture, tests: &str, chapter: &str, stores: &str) -> ExitCode {
    let mut clauses = clauses();
    clauses.retain(|clause| chapter.is_empty() || clause.id.split("::").next() == Some(chapter));
    let settings = Settings {
        regressions: Some(Path::new(tests).join("conformance-regressions")),
        // Any clause starts another process.
        restart: clauses.first().map(|clause| clause.id.to_owned()),
        stores: Some(Path::new(tests).join(stores)),
        ..Settings::default()
    };
    let cx = Cx::new(fixture, settings);
    let mut trials: Vec<Trial> =
        clauses.into_iter().map(|clause| trial(&cx, clause.id.to_owned(), clause, |_, _| {})).collect();
    let known = cx.clone();
    trials.push(Trial {
        name: "known_failures_are_clauses".to_owned(),
        ignored: None,
        run: Box::new(move || {
            known.check_known_failures().map_or_else(|error| Ended::Failed(error.to_string()), |()| Ended::Passed)
        }),
    });
    trials.push(Trial {
        name: "report".to_owned(),
        ignored: Some("judges every clause once more, for a table: ask for it with --ignored --nocapture".to_owned()),
        run: Box::new(move || report_on(&cx)),
    });
    harness::run(trials)
}

/// One clause as a test; `record` gets the verdict, and the time that it took.
#[doc(hidden)]
pub fn trial(cx: &Cx, name: String, clause: Clause, record: impl FnOnce(Verdict, Duration) + Send + 'static) -> Trial {
    let cx = cx.clone();
    // A copy of this process is told what to do by any of them.
    let ignored = if process::directory_of_copy().is_some() { None } else { cx.not_judged(&clause) };
    let run = move || {
        let begun = Instant::now();
        let verdict = cx.judge(&clause);
        let took = begun.elapsed();
        let says = clause.says;
        let ended = match &verdict {
            Verdict::Holds => Ended::Passed,
            Verdict::Broken(violation) => Ended::Failed(format!("{says}\n\n{violation}")),
            Verdict::KnownFailure { reason, violation } => {
                println!("known failure: {}: {says}\n{reason}\n\n{violation}\n", clause.id);
                Ended::Ignored(format!("known failure: {reason}"))
            }
            Verdict::NotClaimed => Ended::Ignored(not_claimed(clause.applies)),
            Verdict::NotRun { why } => Ended::Ignored(format!("not run: {why}")),
            Verdict::NotCompiled { feature } => Ended::Ignored(not_compiled(feature)),
        };
        record(verdict, took);
        ended
    };
    Trial { name, ignored, run: Box::new(run) }
}

fn not_claimed(applies: Applies) -> String {
    format!("not claimed: of a backend that {applies}")
}

fn not_compiled(feature: &str) -> String {
    format!("not compiled: behind the feature `{feature}` of codira-conformance")
}

/// Judges every clause, for a table.
fn report_on(cx: &Cx) -> Ended {
    let judged = || -> Outcome {
        cx.check_known_failures()?;
        let mut matrix = Matrix::default();
        let name = cx.backend_name()?;
        matrix.judge(&name, cx);
        println!("{matrix}");
        matrix.write_where_asked().map_err(|error| {
            Violation::new(format_args!("`CODIRA_REPORT` names a directory that cannot be written: {error}"))
        })?;
        let broken: Vec<&str> = matrix.broken(&name).collect();
        ensure!(broken.is_empty(), "clauses are broken: {broken:?}");
        Ok(())
    };
    judged().map_or_else(|violation| Ended::Failed(violation.to_string()), |()| Ended::Passed)
}

/// Every told history by name, told of the reference, for this crate's own test to accept.
#[cfg(feature = "indexer")]
#[doc(hidden)]
pub fn __golden() -> Result<Vec<(&'static str, String)>, Violation> {
    golden::of_the_reference()
}
