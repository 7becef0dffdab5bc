//! The contract of a code index, as tests that any backend can run.
//!
//! The traits of [`codira_contracts`] say in words what a backend must do. This crate holds the same sentences as one list of
//! *clauses*, and for each the check that it holds. A backend's own crate runs them all, one `#[test]` each, with this file:
//!
//! ```
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
//! # fn main() {}
//! ```
//!
//! and these lines in its manifest:
//!
//! ```toml
//! [dev-dependencies]
//! codira-conformance = "0.1"
//! async-trait = "0.1"
//! ```
//!
//! # What an author must know
//!
//! - The kit owns the directories, the runtime (Tokio, several threads), the seeds and the names. A fixture has one method, and
//!   nothing is asked of a backend beyond its traits. Tests run in parallel, in any order, under `cargo test` and `cargo nextest`.
//! - A clause *holds*, is *broken*, or says nothing of the backend, because it is about a capability that is *not claimed*; the test
//!   then passes and prints so. Claiming less is checked too: what is not claimed must be refused.
//! - While a backend is under way, its fixture may list the clauses that it breaks as [known failures](Fixture::known_failures): their
//!   tests pass and say so, and fail as soon as the clause holds. Reports show and count them apart.
//! - The chapters `warm`, `reuse` and `told` judge the backend through the real indexer and its parsers. They are behind the feature
//!   `indexer`, so that everyone else compiles few crates; without it reports say `not compiled`.
//! - Clause ids are stable: `cargo test --test conformance sessions::` runs a chapter. `docs/contract.md` lists all sentences.
//! - The chapter `history` leads the backend through random histories of sessions, beside the reference
//!   ([`codira_memory`]), and shows the shortest history that it finds when an answer differs. The histories are the same each time;
//!   `PROPTEST_CASES=1000` asks for more of them and `PROPTEST_RNG_SEED=7` for others. Seeds of failures are kept in
//!   `tests/conformance-regressions/` of the backend's crate and tried first: check these files in.
//! - Durable backends are also tried in several processes, and in processes that are killed: a clause starts its own test binary
//!   again and tells the copy what to do. `CODIRA_CRASH_POINTS=200` kills at more moments.
//! - Where the index is local files, these are damaged, cut short, moved and made read-only. A store on a server does not claim the
//!   capability `LocalFiles`, and takes the name of the directory that the kit gives as its namespace.
//! - `CODIRA_REPORT=target/conformance cargo test --test conformance report -- --ignored --nocapture` prints all verdicts as one table, with
//!   times, and writes it to that directory as Markdown and JSON. [`Matrix`] is the same as a value.
//! - A backend that hangs is given up after two minutes without progress, and its clause is broken.
//!
//! # Stores of other schemas
//!
//! When the schema of your backend changes, write the [sample](write_sample) with the former version first, and check in the
//! directory of that index as `tests/conformance-stores/older-NAME`: the clauses of the chapter `schemas` see that it is migrated.
//! A store in `newer-NAME` stands for what a later version will write, and the sample in `same-NAME` was written by another version with
//! the present schema. Without such stores these clauses are not claimed.
//!
//! `docs/writing-a-backend.md` is the guide, with the pitfalls that others met.
//!
//! To run the clauses in another way, as this crate's own matrix of all first-party backends does, make a [`Cx`] and
//! [judge](Cx::judge) each of the [`clauses`].

mod cancel;
mod clauses;
#[cfg(feature = "indexer")]
mod counting;
mod cx;
mod directory;
mod fixture;
#[cfg(feature = "indexer")]
mod golden;
mod histories;
mod known;
#[cfg(feature = "indexer")]
mod lengths;
mod observe;
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

use std::path::Path;

pub use clauses::{Applies, Clause, OtherSchema, clauses};
pub use cx::{Cx, Depth, Settings};
pub use fixture::Fixture;
pub use known::KnownFailure;
pub use report::{Matrix, Tally};
pub use stamped::write_sample;
pub use table::contract_table;

/// The rules of the kit's own language, for the tests of a backend that need files which mean each other.
///
/// A file of the language `toy` is a module with a dotted name. Its names are those that it defines, and those that it imports from
/// other modules: by name, under another name, or all of them.
pub fn toy_rules() -> codira_contracts::resolve::RuleSet {
    toy::Edition::First.rules()
}
pub use verdict::{Outcome, Verdict, Violation};

/// Declares one `#[test]` for every clause of the contract, in one module for every chapter.
///
/// The argument is an expression that makes your [`Fixture`]. See the [crate's documentation](crate).
#[macro_export]
macro_rules! conformance_tests {
    ($fixture:expr) => {
        fn __conformance_fixture() -> impl $crate::Fixture {
            $fixture
        }
        $crate::__for_each_clause!($crate::__declare_tests);
        $crate::__declare_indexer_tests!();

        #[test]
        fn known_failures_are_clauses() {
            $crate::__check_known_failures(__conformance_fixture());
        }

        #[test]
        #[ignore = "judges every clause once more, for a table: run it with --ignored --nocapture"]
        fn report() {
            $crate::__run_report(__conformance_fixture(), module_path!(), concat!(env!("CARGO_MANIFEST_DIR"), "/tests"));
        }
    };
}

/// Declares the tests of the clauses that are behind the feature `indexer`, where this crate has it: asked of the author's crate, the
/// feature would be another.
#[cfg(feature = "indexer")]
#[doc(hidden)]
#[macro_export]
macro_rules! __declare_indexer_tests {
    () => {
        $crate::__for_each_indexer_clause!($crate::__declare_tests);
    };
}

#[cfg(not(feature = "indexer"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __declare_indexer_tests {
    () => {};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __declare_tests {
    ($behind:ident; $($chapter:ident { $($clause:ident $(($how:ident $($what:ident)+))? $says:literal;)* })*) => {
        $(mod $chapter {
            $(#[test]
            fn $clause() {
                $crate::__run_test(
                    super::__conformance_fixture(),
                    concat!(stringify!($chapter), "::", stringify!($clause)),
                    module_path!(),
                    // The author's directory, because this is expanded in the author's crate.
                    concat!(env!("CARGO_MANIFEST_DIR"), "/tests"),
                );
            })*
        })*
    };
}

/// What a declared test does.
#[doc(hidden)]
pub fn __run_test<F: Fixture>(fixture: F, id: &str, module: &str, tests: &str) {
    // The module is that of the chapter.
    let (_, name) = id.split_once("::").expect("an id names its chapter");
    let cx = Cx::new(fixture, settings(tests, &format!("{module}::{name}")));
    let clause =
        clauses::<F>().into_iter().find(|clause| clause.id == id).expect("tests are declared from the list of clauses");
    match cx.judge(&clause) {
        Verdict::Holds => {}
        Verdict::NotClaimed => println!("not claimed: {id} is of a backend that {}", clause.applies),
        Verdict::NotCompiled { feature } => {
            println!("not compiled: {id} is behind the feature `{feature}` of codira-conformance")
        }
        Verdict::KnownFailure { reason, violation } => {
            println!("known failure: {id}: {}\n{reason}\n\n{violation}\n", clause.says);
        }
        Verdict::Broken(violation) => panic!("{id}: {}\n\n{violation}\n", clause.says),
    }
}

/// What the declared test of the list of known failures does.
#[doc(hidden)]
pub fn __check_known_failures<F: Fixture>(fixture: F) {
    if let Err(violation) = Cx::new(fixture, Settings::default()).check_known_failures() {
        panic!("{violation}");
    }
}

/// What the declared test of the report does.
#[doc(hidden)]
pub fn __run_report<F: Fixture>(fixture: F, module: &str, tests: &str) {
    // Any declared test starts another process.
    let first = clauses::<F>().first().map_or("", |clause| clause.id);
    let cx = Cx::new(fixture, settings(tests, &format!("{module}::{first}")));
    if let Err(violation) = cx.check_known_failures() {
        panic!("{violation}");
    }
    let mut matrix = Matrix::default();
    let name = cx.backend_name().expect("a backend that opens");
    matrix.judge(&name, &cx);
    println!("{matrix}");
    matrix.write_where_asked().expect("`CODIRA_REPORT` names a directory that can be written");
    assert_eq!(matrix.broken(&name).collect::<Vec<_>>(), [""; 0], "clauses are broken");
}

/// The settings of declared tests: `tests` is the author's directory of them, and `restart` a test by its path in the program.
fn settings(tests: &str, restart: &str) -> Settings {
    // Runners know a test by its path within its crate.
    let (_, restart) = restart.split_once("::").expect("a module path begins with the crate");
    Settings {
        regressions: Some(Path::new(tests).join("conformance-regressions")),
        restart: Some(restart.to_owned()),
        stores: Some(Path::new(tests).join("conformance-stores")),
        ..Settings::default()
    }
}

/// Every told history by name, told of the reference, for this crate's own test to accept.
#[cfg(feature = "indexer")]
#[doc(hidden)]
pub fn __golden() -> Result<Vec<(&'static str, String)>, Violation> {
    golden::of_the_reference()
}
