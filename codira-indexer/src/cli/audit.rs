//! `codira audit`: what is wrong with documentation.

use std::io::{self, Write};

use anstyle::Style;
use codira_contracts::{BackendError, DocIssueEntry, DocIssueRequest, IndexReader, Severity};
use serde::Serialize;

use super::{
    output::{Answer, Page},
    style::{self, Clean, Styled},
    table::{Cell, Table},
};

/// The answer of the command.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Issues(Page<DocIssueEntry>);

/// Asks for issues.
pub(crate) async fn ask(reader: &dyn IndexReader, request: DocIssueRequest) -> Result<Issues, BackendError> {
    let limit = request.limit;
    let request = DocIssueRequest { limit: Page::<DocIssueEntry>::to_ask(limit), ..request };
    Ok(Issues(Page::cut(reader.doc_issues(&request).await?, limit)))
}

impl Issues {
    /// The issues.
    pub(crate) fn entries(&self) -> &[DocIssueEntry] {
        &self.0.answers
    }
}

impl Answer for Issues {
    const COMMAND: &'static str = "audit";

    fn is_empty(&self) -> bool {
        self.0.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for DocIssueEntry { path, issue } in &self.0.answers {
            write!(out, "{}:{}:1: {}: {}", Clean(path), issue.span.first, issue.severity, Clean(&issue.message))?;
            writeln!(out, "\t{}\t{}", Clean(&issue.rule), Clean(issue.convention.to_string()))?;
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::default();
        for group in self.0.answers.chunk_by(|a, b| a.path == b.path) {
            table.heading(Styled(style::PATH, Clean(&group[0].path)));
            for DocIssueEntry { issue, .. } in group {
                table.row([
                    Cell::new(style::DIM, issue.span.first).right(),
                    Cell::new(severity_style(issue.severity), issue.severity),
                    Cell::new(style::KIND, Clean(&issue.rule)),
                    Cell::new(Style::new(), Clean(&issue.message)),
                ]);
            }
        }
        table.print(out, "  ")?;
        let number = |severity| self.0.answers.iter().filter(|entry| entry.issue.severity == severity).count() as u64;
        let errors = style::count(number(Severity::Error), "error", "errors");
        let warnings = style::count(number(Severity::Warning), "warning", "warnings");
        let cut = if self.0.more { ", and more" } else { "" };
        let total = format!("{errors}, {warnings}, {} info{cut}", number(Severity::Info));
        writeln!(out, "{}", Styled(style::DIM, total))
    }
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Info => style::DIM,
        Severity::Warning => style::WARNING,
        Severity::Error => style::ERROR,
    }
}
