//! `codira audit`: what is wrong with documentation.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    sync::Arc,
};

use anstyle::Style;
use clap::{
    ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use codira_contracts::{BackendError, DocIssueEntry, DocIssueRequest, IndexReader, Severity};
use codira_languages::DocumentationAuditor;
use serde::Serialize;

use crate::{
    Audit, Auditing, ShownConvention,
    cli::{
        advice::of_this_program,
        failure::{Failure, Status},
        invocation::Invocation,
        options::Question,
        output::{self, Answer, Page},
        sarif,
        style::{self, Clean, Styled},
        table::{Cell, Table},
    },
};

/// Show what is wrong with documentation
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without `[audit]` in .codira/config.toml, the indexed files are audited now, each piece of\ndocumentation by the \
                        convention that it shows; docs/audit.md tells what can be set. Status 1\nmeans that nothing was \
                        found.\n\nExamples:\n  codira audit --prefix src --severity warning\n  codira audit --format sarif > \
                        audit.sarif"
)]
pub(crate) struct Args {
    /// Only issues of this rule: missing-documentation, unknown-parameter, ...
    #[arg(long)]
    rule: Option<String>,
    /// Only issues at least so severe: info, warning, error
    #[arg(long, value_parser = severity_parser(), hide_possible_values = true)]
    severity: Option<Severity>,
    /// The form of the answer: text, json, or sarif for code scanners
    #[arg(long, default_value = "text", hide_possible_values = true, hide_default_value = true, conflicts_with = "json")]
    format: Format,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer in the form that was asked for.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { rule, severity, format, question } = self;
        let repository = invocation.repository()?;
        let auditors = invocation.registries.languages.auditors();
        check_rule(rule.as_deref(), &auditors)?;
        let configured = repository.config.auditing(auditors.clone())?;
        let reader = repository.reader(!question.no_refresh).await?;
        let request =
            DocIssueRequest { rule, at_least: severity, language: None, prefix: question.prefix, limit: question.limit };
        let answer = if configured.policy().audited.is_empty() {
            let auditing = configured.of_all(auditors.clone());
            let answer = audit_index(&reader, &auditing, request).await?;
            repository.note(of_this_program(&answer.conventions(auditing.conventions())));
            answer
        } else {
            ask(&reader, request).await?
        };
        if answer.is_empty() && answer.conventions.as_ref().is_none_or(|shown| !shown.is_empty()) {
            repository.note("the documentation has no such issue");
        }
        match format {
            Format::Text => invocation.answer(&answer),
            Format::Json => invocation.answer_as_json(&answer),
            Format::Sarif => output::text(&sarif::log(&answer.found.answers, &auditors), &answer),
        }
    }
}

/// The form of an audit.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A page or lines
    Text,
    /// What `--json` gives
    Json,
    /// SARIF 2.1.0
    Sarif,
}

fn severity_parser() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.iter().map(|severity| severity.as_str())).try_map(|word| word.parse::<Severity>())
}

/// Checks that one of `auditors` has the rule that was asked for.
fn check_rule(rule: Option<&str>, auditors: &[Arc<dyn DocumentationAuditor>]) -> Result<(), Failure> {
    let known: BTreeSet<&str> = auditors.iter().flat_map(|auditor| auditor.rules()).map(|rule| rule.id).collect();
    match rule.filter(|rule| !known.contains(rule)) {
        None => Ok(()),
        Some(rule) => {
            Err(Failure::UnknownRule { rule: rule.to_owned(), known: known.into_iter().collect::<Vec<_>>().join(", ") })
        }
    }
}

/// The answer of the command.
#[derive(Serialize)]
pub(crate) struct Issues {
    #[serde(flatten)]
    found: Page<DocIssueEntry>,
    /// The conventions that were shown, where none was configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    conventions: Option<Vec<ShownConvention>>,
}

impl Issues {
    /// Says by which conventions the audit went, where these are configured.
    fn conventions(&self, configured: &[String]) -> String {
        let shown = self.conventions.as_deref().unwrap_or_default();
        let of_language = |group: &[ShownConvention]| {
            let counted = group.iter().map(|ShownConvention { convention, pieces, .. }| format!("{convention} ({pieces})"));
            format!("{} {}", group[0].language, counted.collect::<Vec<_>>().join(", "))
        };
        let languages: Vec<String> = shown.chunk_by(|a, b| a.language == b.language).map(of_language).collect();
        match &*languages {
            [] => "no indexed file has documentation that an auditor knows; `codira plugins` lists auditors".to_owned(),
            shown => {
                let also = match configured {
                    [] => String::new(),
                    configured => format!("{} where the language knows it, else to ", configured.join(", ")),
                };
                format!("each piece is held to {also}the convention that it shows: {}", shown.join("; "))
            }
        }
    }
}

/// Asks for issues.
pub(crate) async fn ask(reader: &dyn IndexReader, request: DocIssueRequest) -> Result<Issues, BackendError> {
    let limit = request.limit;
    let request = DocIssueRequest { limit: Page::<DocIssueEntry>::to_ask(limit), ..request };
    Ok(Issues { found: Page::cut(reader.doc_issues(&request).await?, limit), conventions: None })
}

/// Audits the indexed files, where the index stores no issues.
pub(crate) async fn audit_index(
    reader: &dyn IndexReader,
    auditing: &Auditing,
    request: DocIssueRequest,
) -> Result<Issues, BackendError> {
    let limit = request.limit;
    let request = DocIssueRequest { limit: Page::<DocIssueEntry>::to_ask(limit), ..request };
    let Audit { issues, conventions } = auditing.audit_index(reader, &request).await?;
    Ok(Issues { found: Page::cut(issues, limit), conventions: Some(conventions) })
}

impl Answer for Issues {
    const COMMAND: &'static str = "audit";

    fn is_empty(&self) -> bool {
        self.found.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for DocIssueEntry { path, issue } in &self.found.answers {
            write!(out, "{}:{}:1: {}: {}", Clean(path), issue.span.first, issue.severity, Clean(&issue.message))?;
            writeln!(out, "\t{}\t{}", Clean(&issue.rule), Clean(issue.convention.to_string()))?;
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::default();
        for group in self.found.answers.chunk_by(|a, b| a.path == b.path) {
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
        let number = |severity| self.found.answers.iter().filter(|entry| entry.issue.severity == severity).count() as u64;
        let errors = style::count(number(Severity::Error), "error", "errors");
        let warnings = style::count(number(Severity::Warning), "warning", "warnings");
        let cut = if self.found.more { ", and more" } else { "" };
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
