//! The output of `codira index` about embeddings.

use std::{
    io::{self, Write},
    time::Duration,
};

use crate::{EmbeddingCounts, EmbeddingReport};
use serde::Serialize;

use super::{
    output::Answer,
    style::{self, Clean, Styled, count},
};

/// The answer of `codira index --embeddings-only`.
#[derive(Serialize)]
pub(crate) struct Embedded {
    embeddings: EmbeddingReport,
    seconds: Seconds,
}

/// How long it took, in seconds.
#[derive(Serialize)]
struct Seconds {
    total: f64,
}

impl Embedded {
    /// The answer of a run that took `spent`.
    pub(crate) fn new(embeddings: EmbeddingReport, spent: Duration) -> Self {
        Self { embeddings, seconds: Seconds { total: spent.as_secs_f64() } }
    }
}

impl Answer for Embedded {
    const COMMAND: &'static str = "index";

    fn is_empty(&self) -> bool {
        false
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        self.page(out)
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.embeddings.counts.rows == 0 {
            return writeln!(
                out,
                "nothing waits for a vector of {}",
                Styled(style::NAME, Clean(self.embeddings.spec.to_string()))
            );
        }
        print(&self.embeddings, out)?;
        writeln!(out, "  {}", Styled(style::DIM, format_args!("{:.2} s", self.seconds.total)))
    }
}

/// One line of numbers; nothing where there are none.
pub(crate) fn print(report: &EmbeddingReport, out: &mut dyn Write) -> io::Result<()> {
    let EmbeddingCounts { rows, computed, reused, deferred } = report.counts;
    let skipped: Vec<String> = report.skipped.iter().map(|(why, number)| format!("{number} {why}")).collect();
    if rows == 0 && skipped.is_empty() {
        return Ok(());
    }
    let rows = count(rows, "embedding", "embeddings");
    let left_out = if skipped.is_empty() { String::new() } else { format!("; left out: {}", skipped.join(", ")) };
    writeln!(
        out,
        "  {rows} by {}: {computed} computed, {reused} reused, {deferred} deferred{left_out}",
        Clean(&report.spec.engine)
    )
}
