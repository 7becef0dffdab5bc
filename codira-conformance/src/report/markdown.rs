//! The report as Markdown: for a page about a backend, or the summary of a CI run.

use std::fmt::Write as _;

use super::{Matrix, sentence};
use crate::Verdict;

impl Matrix {
    /// The report as Markdown: for each chapter a table of its clauses, then what is broken, and
    /// times.
    pub fn markdown(&self) -> String {
        let mut text = String::from("# Conformance\n\n");
        self.backends.iter().for_each(|backend| text += &format!("- **{backend}**: {}\n", self.tally(backend)));
        let mut chapter = "";
        for row in self.rows.values() {
            if sentence::chapter(row.clause) != chapter {
                chapter = sentence::chapter(row.clause);
                text += &format!("\n## {chapter}\n\n{}", self.head("clause"));
            }
            let name = row.clause.strip_prefix(chapter).and_then(|name| name.strip_prefix("::")).unwrap_or(row.clause);
            text += &format!("| `{name}` |");
            for backend in &self.backends {
                let cell = match row.cells.get(backend) {
                    Some(Verdict::Holds) => "holds".to_owned(),
                    Some(Verdict::Broken(_)) => "**broken**".to_owned(),
                    Some(Verdict::KnownFailure { .. }) => "known failure".to_owned(),
                    Some(Verdict::NotRun { why }) => format!("**not run**: {why}"),
                    Some(Verdict::NotCompiled { feature }) => format!("not compiled: feature `{feature}`"),
                    Some(Verdict::NotClaimed) => format!("not claimed: {}", sentence::reason(row.clause)),
                    None => String::new(),
                };
                text += &format!(" {cell} |");
            }
            text.push('\n');
        }
        self.broken_in_full(&mut text);
        self.markdown_times(&mut text);
        text
    }

    fn head(&self, first: &str) -> String {
        let columns = self.backends.join(" | ");
        format!("| {first} | {columns} |\n|---|{}\n", "---|".repeat(self.backends.len()))
    }

    fn broken_in_full(&self, text: &mut String) {
        let mut heading = "\n## What is broken\n";
        for row in self.rows.values() {
            for backend in &self.backends {
                let (known, violation) = match row.cells.get(backend) {
                    Some(Verdict::Broken(violation)) => (String::new(), violation),
                    Some(Verdict::KnownFailure { reason, violation }) => (format!(" A known failure: {reason}"), violation),
                    _ => continue,
                };
                let (clause, says) = (row.clause, sentence::says(row.clause));
                // Four ticks, because a violation may show text with three.
                let _ =
                    write!(text, "{heading}\n**{backend}** breaks `{clause}`: {says}{known}\n\n````text\n{violation}\n````\n");
                heading = "";
            }
        }
    }

    fn markdown_times(&self, text: &mut String) {
        let chapters = self.chapters();
        if chapters.is_empty() {
            return;
        }
        let _ = write!(text, "\n## Seconds\n\nWith {}.\n\n{}", self.environment.line(), self.head("chapter"));
        for chapter in chapters {
            let _ = write!(text, "| {chapter} |");
            for backend in &self.backends {
                let cell = self.time(backend, chapter).map_or_else(String::new, |time| format!("{:.1}", time.as_secs_f64()));
                let _ = write!(text, " {cell} |");
            }
            text.push('\n');
        }
    }
}
