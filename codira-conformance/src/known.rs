//! Known failures: the clauses that an unfinished backend breaks, as its author knows.

use std::collections::HashSet;

use crate::{Cx, Outcome, Verdict, Violation, clauses, verdict::ensure};

/// A clause that the unfinished backend breaks, as its author knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownFailure {
    /// The id of the clause.
    pub clause: &'static str,
    /// Why it is broken, or what is planned: shown wherever the failure is.
    pub reason: &'static str,
}

impl Cx {
    /// The verdict on a clause, in the light of the list of known failures.
    pub(crate) fn expecting(&self, clause: &str, verdict: Verdict) -> Verdict {
        let Some(known) = self.fixture().known_failures().iter().find(|known| known.clause == clause) else { return verdict };
        let beyond = |what| {
            let reason = known.reason;
            Verdict::Broken(Violation::new(format_args!(
                "{what}: take it off the list of known failures, which says {reason:?}"
            )))
        };
        match verdict {
            Verdict::Broken(violation) => Verdict::KnownFailure { reason: known.reason, violation },
            Verdict::Holds => beyond("it holds"),
            Verdict::NotClaimed => beyond("it says nothing of this backend"),
            Verdict::KnownFailure { .. } | Verdict::NotRun { .. } | Verdict::NotCompiled { .. } => verdict,
        }
    }

    /// Fails where the list of [known failures](crate::Fixture::known_failures) names what is no
    /// clause, or a clause twice.
    ///
    /// # Errors
    ///
    /// A violation that names the first such id.
    pub fn check_known_failures(&self) -> Outcome {
        let clauses = clauses();
        let mut seen = HashSet::new();
        for KnownFailure { clause, .. } in self.fixture().known_failures() {
            ensure!(
                clauses.iter().any(|it| it.id == *clause),
                "the list of known failures names `{clause}`, which is no clause: docs/contract.md has their ids"
            );
            ensure!(seen.insert(clause), "the list of known failures names `{clause}` twice");
        }
        Ok(())
    }
}
