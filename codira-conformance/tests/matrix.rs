//! Every first-party backend against every clause, as one table.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use codira_conformance::{Cx, Fixture, Matrix, Settings, Verdict, clauses};
use libtest_mimic::{Arguments, Completion, Trial};

mod fixtures;
use fixtures::{Demo, Duckdb, Memory, Sqlite};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Tests of stores wait for the disk, and those of processes for another process.
    arguments.test_threads = arguments.test_threads.or_else(|| Some(2 * std::thread::available_parallelism().ok()?.get()));
    let mut table = Table::default();
    table.add("memory", Memory);
    table.add("sqlite", Sqlite);
    table.add("demo", Demo);
    table.add("duckdb", Duckdb);

    let Table { backends, mut trials, cells } = table;
    // The longest first, so that no core is idle while the other ends the last one.
    trials.sort_by_key(|trial| !trial.name().contains("::history::"));
    // A list is read by programs, and one test alone is no table.
    let alone = arguments.list || arguments.exact;
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !alone {
        let mut matrix = Matrix::new(backends);
        for cell in cells.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            matrix.record(cell.backend, cell.place, cell.clause, cell.verdict);
            matrix.took(cell.backend, cell.clause, cell.took);
        }
        println!("{matrix}");
        if let Err(error) = matrix.write_where_asked() {
            eprintln!("the report cannot be written: {error}");
            return ExitCode::FAILURE;
        }
    }
    conclusion.exit_code()
}

#[derive(Default)]
struct Table {
    backends: Vec<&'static str>,
    trials: Vec<Trial>,
    cells: Arc<Mutex<Vec<Cell>>>,
}

struct Cell {
    backend: &'static str,
    place: usize,
    clause: &'static str,
    verdict: Verdict,
    took: Duration,
}

impl Table {
    fn add(&mut self, backend: &'static str, fixture: impl Fixture) {
        self.backends.push(backend);
        let regressions = PathBuf::from_iter([env!("CARGO_MANIFEST_DIR"), "tests", "conformance-regressions", backend]);
        let author = match backend {
            "demo" => "examples/demo-backend".to_owned(),
            first_party => format!("../codira-{first_party}"),
        };
        let stores = PathBuf::from_iter([env!("CARGO_MANIFEST_DIR"), &author, "tests", "conformance-stores"]);
        // Any test of the backend starts another process for it.
        let restart = clauses().first().map(|clause| format!("{backend}::{}", clause.id));
        let settings = Settings { regressions: Some(regressions), restart, stores: Some(stores), ..Settings::default() };
        let cx = Cx::new(fixture, settings);
        for (place, clause) in clauses().into_iter().enumerate() {
            let (cx, cells) = (cx.clone(), Arc::clone(&self.cells));
            self.trials.push(Trial::ignorable_test(format!("{backend}::{}", clause.id), move || {
                let begin = Instant::now();
                let verdict = cx.judge(&clause);
                let took = begin.elapsed();
                let completion = match &verdict {
                    Verdict::Holds => Ok(Completion::Completed),
                    Verdict::NotClaimed => {
                        Ok(Completion::ignored_with(format!("not claimed: of a backend that {}", clause.applies)))
                    }
                    Verdict::KnownFailure { reason, .. } => Ok(Completion::ignored_with(format!("known failure: {reason}"))),
                    Verdict::NotRun { why } => Ok(Completion::ignored_with(format!("not run: {why}"))),
                    Verdict::NotCompiled { feature } => {
                        Ok(Completion::ignored_with(format!("not compiled: feature `{feature}`")))
                    }
                    Verdict::Broken(violation) => Err(format!("{}\n\n{violation}", clause.says).into()),
                };
                let cell = Cell { backend, place, clause: clause.id, verdict, took };
                cells.lock().unwrap_or_else(PoisonError::into_inner).push(cell);
                completion
            }));
        }
    }
}
