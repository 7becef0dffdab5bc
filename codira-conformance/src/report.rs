//! The report: which clause holds for which backend.

use std::{collections::BTreeMap, fmt};

use crate::{Cx, Fixture, Verdict, clauses};

/// Which clause holds for which backend, as a table.
#[derive(Debug, Default)]
pub struct Matrix {
    backends: Vec<String>,
    /// Rows in the order of the contract; cells by backend, because results come in any order.
    rows: BTreeMap<usize, Row>,
}

#[derive(Debug)]
struct Row {
    clause: &'static str,
    cells: BTreeMap<String, Verdict>,
}

impl Matrix {
    /// A table with these columns.
    pub fn new(backends: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { backends: backends.into_iter().map(Into::into).collect(), rows: BTreeMap::new() }
    }

    /// Judges every clause, and adds the column.
    pub fn judge<F: Fixture>(&mut self, backend: &str, cx: &Cx<F>) {
        self.backends.push(backend.to_owned());
        for (place, clause) in clauses::<F>().iter().enumerate() {
            self.record(backend, place, clause.id, cx.judge(clause));
        }
    }

    /// Adds one cell; `place` is the place of the clause in [`clauses`].
    pub fn record(&mut self, backend: &str, place: usize, clause: &'static str, verdict: Verdict) {
        let row = self.rows.entry(place).or_insert_with(|| Row { clause, cells: BTreeMap::new() });
        row.cells.insert(backend.to_owned(), verdict);
    }

    /// The clauses that `backend` breaks, in the order of the contract.
    pub fn broken<'a>(&'a self, backend: &'a str) -> impl Iterator<Item = &'static str> + 'a {
        let is_broken = |row: &&Row| matches!(row.cells.get(backend), Some(Verdict::Broken(_)));
        self.rows.values().filter(is_broken).map(|row| row.clause)
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = self.rows.values().map(|row| row.clause.len()).max().unwrap_or(0);
        let column = |backend: &str| backend.len().max("not claimed".len()) + 2;
        write!(f, "{:wide$}", "")?;
        self.backends.iter().try_for_each(|backend| write!(f, "{backend:>0$}", column(backend)))?;
        writeln!(f)?;
        for row in self.rows.values() {
            write!(f, "{:wide$}", row.clause)?;
            for backend in &self.backends {
                let cell = match row.cells.get(backend) {
                    Some(Verdict::Holds) => "holds",
                    Some(Verdict::Broken(_)) => "BROKEN",
                    Some(Verdict::NotClaimed) => "not claimed",
                    None => "",
                };
                write!(f, "{cell:>0$}", column(backend))?;
            }
            writeln!(f)?;
        }
        for row in self.rows.values() {
            for (backend, verdict) in &row.cells {
                if let Verdict::Broken(violation) = verdict {
                    writeln!(f, "\n{backend}: {}\n{violation}", row.clause)?;
                }
            }
        }
        Ok(())
    }
}
