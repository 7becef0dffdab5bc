//! The backends of this repository against every clause, as one table; all but DuckDB, which would
//! be compiled for it, and takes as long as all others together. The test of its own crate judges
//! it by the same clauses.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use codira_conformance::{
    Cx, Fixture, Matrix, Settings, Verdict, clauses,
    harness::{self, Trial},
    trial,
};

mod fixtures;
use fixtures::{Demo, Memory, Sqlite};

fn main() -> ExitCode {
    let mut table = Table::default();
    table.add("memory", Memory);
    table.add("sqlite", Sqlite);
    table.add("demo", Demo);

    let Table { backends, mut trials, cells } = table;
    // The longest first, so that no core is idle while the other ends the last one.
    trials.sort_by_key(|trial| !trial.name.contains("::history::"));
    let whole = trials.len();
    // Tests of stores wait for the disk, and those of processes for another process.
    let ended = harness::run_on(trials, 2);
    let cells = std::mem::take(&mut *cells.lock().unwrap_or_else(PoisonError::into_inner));
    // One test alone is no table.
    if cells.len() > whole / 2 {
        let mut matrix = Matrix::new(backends);
        for Cell { backend, index, clause, verdict, took } in cells {
            matrix.record(backend, index, clause, verdict);
            matrix.took(backend, clause, took);
        }
        println!("{matrix}");
        if let Err(error) = matrix.write_where_asked() {
            eprintln!("the report cannot be written: {error}");
            return ExitCode::FAILURE;
        }
    }
    ended
}

#[derive(Default)]
struct Table {
    backends: Vec<&'static str>,
    trials: Vec<Trial>,
    cells: Arc<Mutex<Vec<Cell>>>,
}

struct Cell {
    backend: &'static str,
    index: usize,
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
        for (index, clause) in clauses().into_iter().enumerate() {
            let cells = Arc::clone(&self.cells);
            let id = clause.id;
            let record = move |verdict: Verdict, took: Duration| {
                let cell = Cell { backend, index, clause: id, verdict, took };
                cells.lock().unwrap_or_else(PoisonError::into_inner).push(cell);
            };
            let trial = trial(&cx, format!("{backend}::{id}"), clause, record.clone());
            if trial.ignored.is_some() {
                // It will not be run, and the table has a cell for it.
                let clause = &clauses()[index];
                record(cx.judge(clause), Duration::ZERO);
            }
            self.trials.push(trial);
        }
    }
}
