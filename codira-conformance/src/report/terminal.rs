//! The report for a terminal.

use std::fmt;

use super::{Matrix, sentence};
use crate::Verdict;

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = self.rows.values().map(|row| row.clause.len()).max().unwrap_or(0);
        self.heading(f, wide)?;
        for row in self.rows.values() {
            write!(f, "{:wide$}", row.clause)?;
            for backend in &self.backends {
                let cell = match row.cells.get(backend) {
                    Some(Verdict::Holds) => "holds",
                    Some(Verdict::Broken(_)) => "BROKEN",
                    Some(Verdict::KnownFailure { .. }) => "known failure",
                    Some(Verdict::NotClaimed) => "not claimed",
                    Some(Verdict::NotRun { .. }) => "NOT RUN",
                    Some(Verdict::NotCompiled { .. }) => "not compiled",
                    None => "",
                };
                write!(f, "{cell:>0$}", column(backend))?;
            }
            writeln!(f)?;
        }
        writeln!(f)?;
        self.backends.iter().try_for_each(|backend| writeln!(f, "{backend}: {}", self.tally(backend)))?;
        let features = self.features_off();
        if !features.is_empty() {
            writeln!(f, "\nnot compiled: {}", features.join(", "))?;
        }
        for row in self.rows.values() {
            let (clause, says) = (row.clause, sentence::says(row.clause));
            for backend in &self.backends {
                match row.cells.get(backend) {
                    Some(Verdict::Broken(violation)) => writeln!(f, "\n{backend}: {clause}\n{says}\n\n{violation}")?,
                    Some(Verdict::KnownFailure { reason, violation }) => {
                        writeln!(f, "\n{backend}: known failure: {clause}\n{says}\n{reason}\n\n{violation}")?;
                    }
                    Some(Verdict::NotRun { why }) => writeln!(f, "\n{backend}: not run: {clause}\n{says}\n{why}")?,
                    Some(Verdict::Holds | Verdict::NotClaimed | Verdict::NotCompiled { .. }) | None => {}
                }
            }
        }
        self.fmt_times(f, wide)
    }
}

impl Matrix {
    fn heading(&self, f: &mut fmt::Formatter<'_>, wide: usize) -> fmt::Result {
        write!(f, "{:wide$}", "")?;
        self.backends.iter().try_for_each(|backend| write!(f, "{backend:>0$}", column(backend)))?;
        writeln!(f)
    }

    fn fmt_times(&self, f: &mut fmt::Formatter<'_>, wide: usize) -> fmt::Result {
        let chapters = self.chapters();
        if chapters.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nseconds, with {}", self.environment.line())?;
        self.heading(f, wide)?;
        for chapter in chapters {
            write!(f, "{chapter:wide$}")?;
            for backend in &self.backends {
                let cell = self.time(backend, chapter).map_or_else(String::new, |time| format!("{:.1}", time.as_secs_f64()));
                write!(f, "{cell:>0$}", column(backend))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn column(backend: &str) -> usize {
    backend.len().max("known failure".len()) + 2
}
