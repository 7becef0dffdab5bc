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
//! - Clause ids are stable: `cargo test --test conformance sessions::` runs a chapter. `docs/contract.md` lists all sentences.
//! - The chapter `history` leads the backend through random histories of sessions, beside the reference
//!   ([`codira_memory`]), and shows the shortest history that it finds when an answer differs. The histories are the same each time;
//!   `PROPTEST_CASES=1000` asks for more of them and `PROPTEST_RNG_SEED=7` for others. Seeds of failures are kept in
//!   `tests/conformance-regressions/` of the backend's crate and tried first: check these files in.
//! - A backend that hangs is given up after two minutes without progress, and its clause is broken.
//!
//! `docs/backend-authors.md` is the guide, with the pitfalls that others met.
//!
//! To run the clauses in another way, as this crate's own matrix of all first-party backends does, make a [`Cx`] and
//! [judge](Cx::judge) each of the [`clauses`].

mod cancel;
mod clauses;
mod cx;
mod fixture;
mod histories;
mod observe;
mod question;
mod report;
mod samples;
mod show;
mod table;
mod verdict;
mod vocabulary;

pub use clauses::{Applies, Clause, clauses};
pub use cx::{Cx, Settings};
pub use fixture::Fixture;
pub use report::Matrix;
pub use table::contract_table;
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
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __declare_tests {
    ($($chapter:ident { $($clause:ident $(($how:ident $capability:ident))? $says:literal;)* })*) => {
        $(mod $chapter {
            $(#[test]
            fn $clause() {
                $crate::__run_test(
                    super::__conformance_fixture(),
                    concat!(stringify!($chapter), "::", stringify!($clause)),
                    // The author's directory, because this is expanded in the author's crate.
                    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance-regressions"),
                );
            })*
        })*
    };
}

/// What a declared test does.
#[doc(hidden)]
pub fn __run_test<F: Fixture>(fixture: F, id: &str, regressions: &str) {
    let cx = Cx::new(fixture, Settings { regressions: Some(regressions.into()), ..Settings::default() });
    let clause =
        clauses::<F>().into_iter().find(|clause| clause.id == id).expect("tests are declared from the list of clauses");
    match cx.judge(&clause) {
        Verdict::Holds => {}
        Verdict::NotClaimed => println!("not claimed: {id} {:?}", clause.applies),
        Verdict::Broken(violation) => panic!("{id}: {}\n\n{violation}\n", clause.says),
    }
}
