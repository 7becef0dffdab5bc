//! Every first-party backend against every clause, typed and erased, as one table.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use codira_conformance::{Cx, Fixture, Matrix, Settings, Verdict, clauses};
use libtest_mimic::{Arguments, Completion, Trial};

mod fixtures;
use fixtures::{Demo, Erased, Memory, Sqlite};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut table = Table::default();
    table.add("memory", Memory);
    table.add("memory-dyn", Erased(Memory));
    table.add("sqlite", Sqlite);
    table.add("sqlite-dyn", Erased(Sqlite));
    table.add("demo", Demo);
    table.add("demo-dyn", Erased(Demo));

    let Table { backends, trials, cells } = table;
    // A list is read by programs, and one test alone is no table.
    let alone = arguments.list || arguments.exact;
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !alone {
        let mut matrix = Matrix::new(backends);
        for cell in cells.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            matrix.record(cell.backend, cell.place, cell.clause, cell.verdict);
        }
        println!("{matrix}");
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
}

impl Table {
    fn add<F: Fixture>(&mut self, backend: &'static str, fixture: F) {
        self.backends.push(backend);
        let regressions = PathBuf::from_iter([env!("CARGO_MANIFEST_DIR"), "tests", "conformance-regressions", backend]);
        let author = format!("../codira-{}", backend.trim_end_matches("-dyn"));
        let stores = PathBuf::from_iter([env!("CARGO_MANIFEST_DIR"), &author, "tests", "conformance-stores"]);
        // Any test of the backend starts another process for it.
        let restart = clauses::<F>().first().map(|clause| format!("{backend}::{}", clause.id));
        let settings = Settings { regressions: Some(regressions), restart, stores: Some(stores), ..Settings::default() };
        let cx = Cx::new(fixture, settings);
        for (place, clause) in clauses::<F>().into_iter().enumerate() {
            let (cx, cells) = (cx.clone(), Arc::clone(&self.cells));
            self.trials.push(Trial::ignorable_test(format!("{backend}::{}", clause.id), move || {
                let verdict = cx.judge(&clause);
                let completion = match &verdict {
                    Verdict::Holds => Ok(Completion::Completed),
                    Verdict::NotClaimed => Ok(Completion::ignored_with("not claimed")),
                    Verdict::Broken(violation) => Err(format!("{}\n\n{violation}", clause.says).into()),
                };
                let cell = Cell { backend, place, clause: clause.id, verdict };
                cells.lock().unwrap_or_else(PoisonError::into_inner).push(cell);
                completion
            }));
        }
    }
}
