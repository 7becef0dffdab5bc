//! The program of tests that [`conformance_tests!`](crate::conformance_tests) makes.
//!
//! Whether a clause says anything of a backend is known only when the backend is asked, and the
//! harness of the standard library can leave a test out only before. This one names such tests as
//! ignored, with the reason, so that nothing that was not tried reads `ok`. It takes the arguments
//! that `cargo test` and `cargo nextest` give; each test takes a thread of its own.

use std::{
    collections::VecDeque,
    process::ExitCode,
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use lexopt::{
    Arg::{Long, Short, Value},
    Parser, ValueExt,
};

/// One test.
pub struct Trial {
    /// Its name, by which it is chosen.
    pub name: String,
    /// Why it is not run unless ignored tests are asked for.
    pub ignored: Option<String>,
    /// Runs it.
    pub run: Box<dyn FnOnce() -> Ended + Send>,
}

/// How a test ended.
pub enum Ended {
    /// What it says is true.
    Passed,
    /// It could not say anything, for this reason.
    Ignored(String),
    /// It is not true.
    Failed(String),
}

/// What the command line asks for.
#[derive(Debug, Default)]
struct Arguments {
    list: bool,
    /// Only ignored tests.
    ignored: bool,
    /// Ignored tests, too.
    include_ignored: bool,
    exact: bool,
    threads: Option<usize>,
    skip: Vec<String>,
    filters: Vec<String>,
}

impl Arguments {
    fn parse(mut parser: Parser) -> Result<Self, lexopt::Error> {
        let mut arguments = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("list") => arguments.list = true,
                Long("ignored") => arguments.ignored = true,
                Long("include-ignored") => arguments.include_ignored = true,
                Long("exact") => arguments.exact = true,
                Long("test-threads") => arguments.threads = Some(parser.value()?.parse()?),
                Long("skip") => arguments.skip.push(parser.value()?.string()?),
                // What tests print is shown as it comes, and results have one form.
                Long("format" | "color" | "logfile") | Short('Z') => drop(parser.value()?),
                Long("nocapture" | "no-capture" | "show-output" | "quiet" | "test" | "bench") | Short('q') => {}
                Value(filter) => arguments.filters.push(filter.string()?),
                other => return Err(other.unexpected()),
            }
        }
        Ok(arguments)
    }

    fn chooses(&self, trial: &Trial) -> bool {
        let fits = |text: &String| if self.exact { trial.name == *text } else { trial.name.contains(text.as_str()) };
        (self.filters.is_empty() || self.filters.iter().any(fits)) && !self.skip.iter().any(fits)
    }
}

/// Runs the tests that the command line asks for, one on each core unless it says otherwise.
pub fn run(trials: Vec<Trial>) -> ExitCode {
    run_on(trials, 1)
}

/// The same, so many on each core.
pub fn run_on(trials: Vec<Trial>, per_core: usize) -> ExitCode {
    let arguments = match Arguments::parse(Parser::from_env()) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let all = trials.len();
    let chosen: Vec<Trial> = trials
        .into_iter()
        .filter(|trial| arguments.chooses(trial) && (!arguments.ignored || trial.ignored.is_some()))
        .collect();
    if arguments.list {
        chosen.iter().for_each(|trial| println!("{}: test", trial.name));
        return ExitCode::SUCCESS;
    }
    let filtered = all - chosen.len();
    let begun = Instant::now();
    println!("\nrunning {} tests", chosen.len());
    let cores = || thread::available_parallelism().map_or(1, Into::into);
    let threads = arguments.threads.unwrap_or_else(|| per_core * cores());
    let tally = Tally::default();
    let queue = Mutex::new(VecDeque::from(chosen));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let asked = arguments.ignored || arguments.include_ignored;
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some(Trial { name, ignored, run }) = next() {
                    tally.note(
                        name,
                        match ignored {
                            Some(why) if !asked => Ended::Ignored(why),
                            _ => run(),
                        },
                    );
                }
            });
        }
    });
    tally.conclude(filtered, begun)
}

/// How tests ended, so far.
#[derive(Default)]
struct Tally(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    passed: usize,
    ignored: usize,
    failed: Vec<(String, String)>,
}

impl Tally {
    fn note(&self, name: String, ended: Ended) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Ended::Passed => {
                counts.passed += 1;
                println!("test {name} ... ok");
            }
            Ended::Ignored(why) => {
                counts.ignored += 1;
                println!("test {name} ... ignored, {why}");
            }
            Ended::Failed(why) => {
                println!("test {name} ... FAILED");
                counts.failed.push((name, why));
            }
        }
    }

    fn conclude(self, filtered: usize, begun: Instant) -> ExitCode {
        let Counts { passed, ignored, failed } = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !failed.is_empty() {
            println!("\nfailures:\n");
            failed.iter().for_each(|(name, why)| println!("---- {name} ----\n{why}\n"));
            println!("failures:");
            failed.iter().for_each(|(name, _)| println!("    {name}"));
        }
        let word = if failed.is_empty() { "ok" } else { "FAILED" };
        println!(
            "\ntest result: {word}. {passed} passed; {} failed; {ignored} ignored; 0 measured; {filtered} filtered out; \
             finished in {:.2}s\n",
            failed.len(),
            begun.elapsed().as_secs_f64()
        );
        // As the harness of the standard library ends.
        if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(101) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn trial(name: &str) -> Trial {
        Trial { name: name.to_owned(), ignored: None, run: Box::new(|| Ended::Passed) }
    }

    #[test]
    fn tests_are_chosen_as_by_the_standard_harness() {
        let chooses =
            |arguments: &[&str], name: &str| Arguments::parse(Parser::from_args(arguments)).unwrap().chooses(&trial(name));
        assert!(chooses(&[], "a::b"));
        assert!(chooses(&["a::", "--nocapture", "--test-threads=2"], "a::b"));
        assert!(!chooses(&["a::", "--exact"], "a::b"));
        assert!(chooses(&["a::b", "--exact", "--format", "terse"], "a::b"));
        assert!(!chooses(&["a", "--skip", "b"], "a::b"));
        assert!(Arguments::parse(Parser::from_args(["--nonsense"])).is_err());
    }
}
