//! Random histories: drawn from a fixed seed, shrunk when they fail, and remembered.

use std::{
    cell::{Cell, RefCell},
    panic::AssertUnwindSafe,
    path::Path,
};

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner},
};

use super::{End, History, Run};
use crate::{Cx, Outcome, Violation, question::Question};

/// Every backend meets the same histories, unless the environment asks for others.
const SEED: u64 = 0xC0D1;

/// Names the file of a history to meet instead of those that are drawn.
const REPLAY: &str = "CODIRA_HISTORY";

/// Shrinking stops after so many tries, or so many milliseconds.
const SHRINK_TRIES: u32 = 2_000;
const SHRINK_MILLISECONDS: u32 = 60_000;

/// Checks something of `cases` histories, or as many as `PROPTEST_CASES` asks for; says which is
/// the shortest that fails. `clause` names the file that remembers the seeds of those that failed.
pub(crate) fn check(
    cx: &Cx,
    clause: &str,
    cases: u32,
    histories: impl Strategy<Value = History>,
    holds: impl Fn(&Cx, &History) -> Outcome,
) -> Outcome {
    if let Some(history) = replayed()? {
        return holds(cx, &history).map_err(|violation| shown(cx, &violation.to_string(), &history, &holds));
    }
    // Reads the environment.
    let mut config = Config { max_shrink_iters: SHRINK_TRIES, max_shrink_time: SHRINK_MILLISECONDS, ..Config::default() };
    let deep = is_deep();
    config.cases = self::cases(cases);
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(SEED);
    }
    if !cx.settings().shrink {
        config.max_shrink_iters = 0;
    }
    // Proptest needs a name that lives for ever, and there are only a few.
    let file = cx.settings().regressions.as_deref().map(|dir| dir.join(clause).with_extension("txt"));
    let file = file.map(|file| &*file.to_string_lossy().into_owned().leak());
    config.failure_persistence = file.map(|file| Box::new(FileFailurePersistence::Direct(file)) as Box<_>);

    let (sessions, questions) = (Cell::new(0), Cell::new(0));
    let everything = Question::everything().len();
    let cases = config.cases;
    // Shrinking keeps to the failure that it began with: on the way there may be others.
    let first: RefCell<Option<Violation>> = RefCell::new(None);
    let holds = |cx: &Cx, history: &History| {
        // A panic of the backend is a failure like others, and has its history.
        std::panic::catch_unwind(AssertUnwindSafe(|| holds(cx, history)))
            .unwrap_or_else(|panic| Err(crate::cx::panicked(&*panic)))
    };
    let judge = |history: &History| match holds(cx, history) {
        Err(violation) if first.borrow().as_ref().is_none_or(|first| first.is_like(&violation)) => Err(violation),
        Err(_) | Ok(()) => Ok(()),
    };
    let result = TestRunner::new(config).run(&histories, |history| {
        sessions.set(sessions.get() + history.0.len());
        questions.set(questions.get() + history.0.iter().map(|run| everything + run.questions.len()).sum::<usize>());
        judge(&history).map_err(|violation| {
            let why = violation.to_string();
            first.borrow_mut().get_or_insert(violation);
            TestCaseError::fail(why)
        })
    });
    if deep {
        println!("{clause}: {cases} histories of {} sessions, with {} questions", sessions.get(), questions.get());
    }
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Abort(why)) => Err(Violation::new(why)),
        Err(TestError::Fail(why, history)) => {
            let shrink = cx.settings().shrink;
            let (why, history) = if shrink { simplest(why.to_string(), history, judge) } else { (why.to_string(), history) };
            Err(shown(cx, &why, &history, holds))
        }
    }
}

/// The failure for people: with the history, and how to meet it again.
fn shown(cx: &Cx, why: &str, history: &History, holds: impl Fn(&Cx, &History) -> Outcome) -> Violation {
    // Once more, so that what is kept is the index of the history that is shown.
    cx.forget_kept();
    let _ = holds(cx, history);
    let again = match serde_json::to_string(history) {
        Ok(text) => format!("To meet it again, write this line to a file and name it in `{REPLAY}`:\n{text}"),
        Err(error) => format!("It cannot be written down: {error}"),
    };
    Violation::new(format_args!("{why}\nThe shortest history found that shows it:\n\n{history}\n{again}"))
}

/// The history that the environment asks to be met instead of any other.
fn replayed() -> Outcome<Option<History>> {
    let Some(path) = std::env::var_os(REPLAY) else { return Ok(None) };
    let path = Path::new(&path);
    let text = std::fs::read_to_string(path)
        .map_err(|error| Violation::new(format_args!("{REPLAY} names {}, which cannot be read: {error}", path.display())))?;
    let history = serde_json::from_str(&text)
        .map_err(|error| Violation::new(format_args!("{REPLAY} names {}, which is no history: {error}", path.display())))?;
    Ok(Some(history))
}

/// Whether the environment says how many cases are tried.
fn is_deep() -> bool {
    std::env::var_os("PROPTEST_CASES").is_some()
}

/// How many of `usual` cases are tried: as many as `PROPTEST_CASES` asks for, or just those.
pub(crate) fn cases(usual: u32) -> u32 {
    if is_deep() { Config::default().cases } else { usual }
}

/// One value, the same each time.
pub(crate) fn drawn<S: Strategy>(values: S) -> Outcome<S::Value> {
    Ok(values.new_tree(&mut TestRunner::deterministic()).map_err(Violation::new)?.current())
}

/// Leaves out whatever a failing history fails without: proptest shrinks each drawn value for
/// itself, and keeps an ending that became as simple as one of its kind can be.
fn simplest(mut why: String, mut history: History, holds: impl Fn(&History) -> Outcome) -> (String, History) {
    let mut tries = SHRINK_TRIES;
    while let Some((said, shorter)) = shorter(&history).into_iter().find_map(|shorter| {
        tries = tries.checked_sub(1)?;
        Some((holds(&shorter).err()?.to_string(), shorter))
    }) {
        (why, history) = (said, shorter);
    }
    (why, history)
}

/// The history without one session, edit or question each, or with a plain end.
fn shorter(History(runs): &History) -> Vec<History> {
    let changed = |index: usize, change: &dyn Fn(&mut Run)| {
        let mut runs = runs.clone();
        change(&mut runs[index]);
        History(runs)
    };
    let mut shorter = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let others = runs.iter().enumerate().filter(|(other, _)| *other != index);
        shorter.push(History(others.map(|(_, run)| run.clone()).collect()));
        if !matches!(run.end, End::Commit) {
            shorter.push(changed(index, &|run| run.end = End::Commit));
        }
        shorter.extend((0..run.edits.len()).map(|edit| changed(index, &|run| drop(run.edits.remove(edit)))));
        shorter.extend((0..run.questions.len()).map(|asked| changed(index, &|run| drop(run.questions.remove(asked)))));
    }
    shorter
}

#[cfg(test)]
mod tests {
    use codira_contracts::WriteScope;

    use super::*;
    use crate::{histories::Edit, vocabulary};

    #[test]
    fn nothing_superfluous_is_shown() {
        let run = |end| Run {
            edition: crate::toy::Edition::First,
            scope: WriteScope::Full,
            edits: vec![Edit::RebuildDerived, Edit::Remove(vocabulary::path(1))],
            end,
            questions: vec![Question::Totals],
        };
        let history = History(vec![run(End::Abort), run(End::CancelCommit(0)), run(End::Commit)]);
        let removes = |run: &Run| run.edits.iter().any(|edit| matches!(edit, Edit::Remove(_)));
        let holds = |history: &History| {
            if history.0.iter().any(removes) { Err(Violation::new("it removes a file")) } else { Ok(()) }
        };
        let (why, History(runs)) = simplest(String::new(), history, holds);
        assert_eq!(why, "it removes a file");
        assert!(
            matches!(&runs[..], [Run { edits, end: End::Commit, questions, .. }] if edits.len() == 1 && questions.is_empty())
        );
    }
}
