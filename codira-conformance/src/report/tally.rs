//! How many clauses have which verdict.

use std::fmt;

use serde::Serialize;

use super::Matrix;
use crate::Verdict;

/// The verdicts on one backend, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Tally {
    /// Clauses that hold.
    pub holds: usize,
    /// Clauses that are broken, known failures apart.
    pub broken: usize,
    /// Clauses that are broken, as the author knows.
    pub known_failures: usize,
    /// Clauses that say nothing of the backend.
    pub not_claimed: usize,
    /// Clauses that need something that is not there.
    pub not_run: usize,
    /// Clauses whose check is not compiled.
    pub not_compiled: usize,
}

impl Matrix {
    /// The verdicts on `backend`, counted.
    pub fn tally(&self, backend: &str) -> Tally {
        let mut tally = Tally::default();
        for verdict in self.rows.values().filter_map(|row| row.cells.get(backend)) {
            let count = match verdict {
                Verdict::Holds => &mut tally.holds,
                Verdict::Broken(_) => &mut tally.broken,
                Verdict::KnownFailure { .. } => &mut tally.known_failures,
                Verdict::NotClaimed => &mut tally.not_claimed,
                Verdict::NotRun { .. } => &mut tally.not_run,
                Verdict::NotCompiled { .. } => &mut tally.not_compiled,
            };
            *count += 1;
        }
        tally
    }
}

impl fmt::Display for Tally {
    /// What there is of each verdict: `80 hold, 2 known failures, 7 not claimed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { holds, broken, known_failures, not_claimed, not_run, not_compiled } = *self;
        write!(f, "{holds} hold")?;
        let others = [
            (broken, "broken"),
            (known_failures, if known_failures == 1 { "known failure" } else { "known failures" }),
            (not_claimed, "not claimed"),
            (not_run, "not run"),
            (not_compiled, "not compiled"),
        ];
        others.iter().filter(|(count, _)| *count > 0).try_for_each(|(count, what)| write!(f, ", {count} {what}"))
    }
}
