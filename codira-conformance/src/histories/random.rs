//! Random histories: drawn from a fixed seed, shrunk when they fail, and remembered.

use std::cell::Cell;

use proptest::{
    strategy::Strategy,
    test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner},
};

use super::History;
use crate::{Cx, Fixture, Outcome, Violation, question::Question};

/// Every backend meets the same histories, unless the environment asks for others.
const SEED: u64 = 0xC0D1;

/// Shrinking stops after so many tries, or so many milliseconds.
const SHRINK_TRIES: u32 = 2_000;
const SHRINK_TIME: u32 = 60_000;

/// Checks something of `cases` histories, or as many as `PROPTEST_CASES` asks for; says which is the shortest that fails.
/// `clause` names the file that remembers the seeds of those that failed.
pub(crate) fn check<F: Fixture>(
    cx: &Cx<F>,
    clause: &str,
    cases: u32,
    histories: impl Strategy<Value = History>,
    holds: impl Fn(&Cx<F>, &History) -> Outcome,
) -> Outcome {
    // Reads the environment.
    let mut config = Config { max_shrink_iters: SHRINK_TRIES, max_shrink_time: SHRINK_TIME, ..Config::default() };
    let deep = std::env::var_os("PROPTEST_CASES").is_some();
    if !deep {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(SEED);
    }
    if !cx.settings().shrink {
        config.max_shrink_iters = 0;
    }
    // Proptest wants a name that lives for ever, and there are only a few.
    let file = cx.settings().regressions.as_deref().map(|dir| dir.join(clause).with_extension("txt"));
    let file = file.map(|file| &*file.to_string_lossy().into_owned().leak());
    config.failure_persistence = file.map(|file| Box::new(FileFailurePersistence::Direct(file)) as Box<_>);

    let (sessions, questions) = (Cell::new(0), Cell::new(0));
    let everything = Question::everything().len();
    let cases = config.cases;
    let result = TestRunner::new(config).run(&histories, |history| {
        sessions.set(sessions.get() + history.0.len());
        questions.set(questions.get() + history.0.iter().map(|run| everything + run.questions.len()).sum::<usize>());
        holds(cx, &history).map_err(|violation| TestCaseError::fail(violation.to_string()))
    });
    if deep {
        println!("{clause}: {cases} histories of {} sessions, with {} questions", sessions.get(), questions.get());
    }
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Abort(why)) => Err(Violation::new(why)),
        Err(TestError::Fail(why, history)) => {
            Err(Violation::new(format_args!("{why}\nThe shortest history found that shows it:\n\n{history}")))
        }
    }
}
