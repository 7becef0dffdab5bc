//! The report: which clause holds for which backend, and how long that took to find out.

mod environment;
mod files;
mod json;
mod markdown;
mod sentence;
mod tally;
mod terminal;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{Cx, Verdict, clauses};
use environment::Environment;
pub use tally::Tally;

/// Which clause holds for which backend, as a table.
///
/// [Shown](std::fmt::Display), it is a table for the terminal, followed by counts, by what is
/// broken and by times. [`markdown`](Self::markdown), [`json`](Self::json) and
/// [`write`](Self::write) make files of it. An author's report in ten lines, beside the one that
/// [`conformance_tests!`](crate::conformance_tests) declares:
///
/// ```
/// use codira_conformance::{Cx, Fixture, Matrix, Settings};
///
/// fn report(mine: impl Fixture) -> std::io::Result<()> {
///     let mut matrix = Matrix::default();
///     matrix.judge("mine", &Cx::new(mine, Settings::default()));
///     println!("{matrix}");
///     matrix.write("target/conformance".as_ref())
/// }
/// ```
#[derive(Debug, Default)]
pub struct Matrix {
    backends: Vec<String>,
    /// Rows in the order of the contract; cells by backend, because results come in any order.
    rows: BTreeMap<usize, Row>,
    /// By backend, then chapter.
    times: BTreeMap<String, BTreeMap<&'static str, Duration>>,
    environment: Environment,
}

#[derive(Debug)]
struct Row {
    clause: &'static str,
    cells: BTreeMap<String, Verdict>,
}

impl Matrix {
    /// A table with these columns.
    pub fn new(backends: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { backends: backends.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Judges every clause, and adds the column, with its times.
    pub fn judge(&mut self, backend: &str, cx: &Cx) {
        self.backends.push(backend.to_owned());
        for (index, clause) in clauses().iter().enumerate() {
            let begin = Instant::now();
            self.record(backend, index, clause.id, cx.judge(clause));
            self.took(backend, clause.id, begin.elapsed());
        }
    }

    /// Adds one cell; `index` is the index of the clause in [`clauses`].
    pub fn record(&mut self, backend: &str, index: usize, clause: &'static str, verdict: Verdict) {
        let row = self.rows.entry(index).or_insert_with(|| Row { clause, cells: BTreeMap::new() });
        row.cells.insert(backend.to_owned(), verdict);
    }

    /// Adds the time that judging `clause` took to that of its chapter.
    pub fn took(&mut self, backend: &str, clause: &'static str, time: Duration) {
        let chapters = self.times.entry(backend.to_owned()).or_default();
        *chapters.entry(sentence::chapter(clause)).or_default() += time;
    }

    /// The clauses that `backend` breaks, known failures apart, in the order of the contract.
    pub fn broken<'a>(&'a self, backend: &'a str) -> impl Iterator<Item = &'static str> + 'a {
        let is_broken = |row: &&Row| matches!(row.cells.get(backend), Some(Verdict::Broken(_)));
        self.rows.values().filter(is_broken).map(|row| row.clause)
    }

    /// The features of this crate that are off, so that clauses were not judged.
    fn features_off(&self) -> Vec<String> {
        let verdicts = self.rows.values().flat_map(|row| row.cells.values());
        let features = verdicts.filter_map(|verdict| match verdict {
            Verdict::NotCompiled { feature } => Some(format!("feature `{feature}`")),
            _ => None,
        });
        let mut features: Vec<_> = features.collect();
        features.dedup();
        features
    }

    /// The chapters that have a time, in the order of the contract.
    fn chapters(&self) -> Vec<&'static str> {
        let mut chapters: Vec<_> = self.rows.values().map(|row| sentence::chapter(row.clause)).collect();
        chapters.dedup();
        chapters.retain(|chapter| self.times.values().any(|times| times.contains_key(chapter)));
        chapters
    }

    fn time(&self, backend: &str, chapter: &str) -> Option<Duration> {
        self.times.get(backend)?.get(chapter).copied()
    }
}

/// Fixed matrices for the tests of the renderers.
#[cfg(test)]
mod tests;
