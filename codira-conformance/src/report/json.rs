//! The report as JSON: for programs. `docs/writing-a-backend.md` documents its fields.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Matrix, Tally, sentence};
use crate::Verdict;

/// Rises when a field goes or changes its meaning.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    kit: &'static str,
    backends: &'a [String],
    clauses: Vec<Clause<'a>>,
    /// By backend.
    tallies: BTreeMap<&'a str, Tally>,
    /// Apart from all else, because it alone differs from run to run. In seconds, by backend and
    /// chapter.
    times: BTreeMap<&'a str, BTreeMap<&'static str, f64>>,
    environment: BTreeMap<&'static str, Option<&'a str>>,
}

#[derive(Serialize)]
struct Clause<'a> {
    clause: &'static str,
    sentence: &'static str,
    feature: Option<&'static str>,
    verdicts: BTreeMap<&'a str, Cell>,
}

#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
enum Cell {
    Holds,
    Broken { violation: String },
    KnownFailure { reason: &'static str, violation: String },
    NotClaimed { reason: String },
    NotRun { reason: String },
    NotCompiled,
}

impl Matrix {
    /// The report as one JSON object.
    pub fn json(&self) -> String {
        let cell = |clause, verdict: &Verdict| match verdict {
            Verdict::Holds => Cell::Holds,
            Verdict::Broken(violation) => Cell::Broken { violation: violation.to_string() },
            Verdict::KnownFailure { reason, violation } => Cell::KnownFailure { reason, violation: violation.to_string() },
            Verdict::NotCompiled { .. } => Cell::NotCompiled,
            Verdict::NotRun { why } => Cell::NotRun { reason: why.clone() },
            Verdict::NotClaimed => Cell::NotClaimed { reason: sentence::reason(clause) },
        };
        let clauses = self.rows.values().map(|row| Clause {
            clause: row.clause,
            sentence: sentence::says(row.clause),
            feature: sentence::feature(row.clause),
            verdicts: row.cells.iter().map(|(backend, verdict)| (backend.as_str(), cell(row.clause, verdict))).collect(),
        });
        let seconds = self.times.iter().map(|(backend, chapters)| {
            (backend.as_str(), chapters.iter().map(|(chapter, time)| (*chapter, time.as_secs_f64())).collect())
        });
        let report = Report {
            schema: SCHEMA,
            kit: env!("CARGO_PKG_VERSION"),
            backends: &self.backends,
            clauses: clauses.collect(),
            tallies: self.backends.iter().map(|backend| (backend.as_str(), self.tally(backend))).collect(),
            times: seconds.collect(),
            environment: self.environment.0.iter().map(|(name, value)| (*name, value.as_deref())).collect(),
        };
        let mut text = serde_json::to_string_pretty(&report).expect("its keys are texts, and its values always serialize");
        text.push('\n');
        text
    }
}
