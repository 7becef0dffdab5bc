//! `codira cov`: source files that are not in the index.

use std::io::{self, Write};

use anstyle::Style;
use codira_contracts::Coverage;
use serde::Serialize;

use crate::{
    CoverageReport, LeftOutFile, UncoveredExtension,
    cli::{
        failure::{Failure, Status},
        invocation::Invocation,
        output::Answer,
        style::{self, Clean, Styled},
        table::{Cell, Table},
    },
};

/// Show which source files the index says nothing of, by extension
#[derive(Debug, clap::Args)]
#[command(
    after_help = "`coverage.roots` in .codira/config.toml says which directories count. Status 1 means that nothing\nis \
                        missing.\n\nExamples:\n  codira cov\n  codira index --require-full-coverage"
)]
pub(crate) struct Args {
    /// Compare with the index as it is, even if files have changed since
    #[arg(long)]
    no_refresh: bool,
}

impl Args {
    /// Compares, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let repository = invocation.repository()?;
        repository.reader(!self.no_refresh).await?;
        let answer = Covered::new(repository.coverage().await?);
        if answer.is_empty() {
            repository.note("no source file is missing");
        }
        invocation.answer(&answer)
    }
}

/// The answer of the command.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Covered(CoverageReport);

impl Covered {
    /// The answer that a report is.
    pub(crate) fn new(report: CoverageReport) -> Self {
        Self(report)
    }
}

/// Why a file with an analyzer is not in the index.
fn why(file: &LeftOutFile) -> String {
    file.reason.map_or_else(|| "not in the index".to_owned(), |reason| reason.to_string())
}

impl Answer for Covered {
    const COMMAND: &'static str = "cov";

    /// Gaps are what is looked for.
    fn is_empty(&self) -> bool {
        self.0.coverage == Coverage::Complete
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for UncoveredExtension { extension, language, files, example } in &self.0.uncovered {
            let language = language.unwrap_or("no programming language");
            let files = style::count(*files, "file", "files");
            writeln!(out, "{}:1:1: .{}: {files}, {language}", Clean(example), Clean(extension))?;
        }
        for file in &self.0.left_out {
            writeln!(out, "{}:1:1: {}", Clean(&file.path), why(file))?;
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::default();
        for UncoveredExtension { extension, language, files, example } in &self.0.uncovered {
            let style = if language.is_some() { style::WARNING } else { style::DIM };
            table.row([
                Cell::number(*files),
                Cell::new(style, format_args!(".{}", Clean(extension))),
                Cell::new(style::KIND, language.unwrap_or_default()),
                Cell::new(style::DIM, Clean(example)),
            ]);
        }
        table.print(out, "")?;
        for file in &self.0.left_out {
            writeln!(out, "{}: {}", Styled(style::PATH, Clean(&file.path)), Styled(style::WARNING, why(file)))?;
        }
        let files = style::count(self.0.covered, "file", "files");
        let style = if self.is_empty() { Style::new() } else { style::WARNING };
        writeln!(out, "{}", Styled(style, format_args!("coverage is {}; {files} in the index", self.0.coverage)))
    }
}
