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
use codira_contracts::{BackendError, DocIssueEntry, DocIssueRequest, DocumentationAuditor, IndexReader, Severity};
use serde::Serialize;

use crate::{
    Config,
    cli::{
        failure::{Failure, Status},
        invocation::Invocation,
        options::Question,
        output::{self, Answer, Page},
        sarif,
        style::{self, Clean, Styled},
        table::{Cell, Table},
    },
};

/// Show what is wrong with documentation, in the languages that `audit.languages` names
#[derive(Debug, clap::Args)]
#[command(after_help = "Nothing is audited until `[audit]` in .codira/config.toml says what; docs/audit.md tells\nall of \
                        it. Status 1 means that nothing was found.\n\nExamples:\n  codira audit --prefix src --severity warning\n  \
                        codira audit --format sarif > audit.sarif")]
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
        if repository.config.auditing(auditors.clone())?.policy().audited.is_empty() {
            let languages = auditors.iter().map(|auditor| auditor.language().to_string()).collect();
            return Err(Failure::NothingAudited { config: Config::file_of(&repository.root), languages });
        }
        let reader = repository.reader(!question.no_refresh).await?;
        let request =
            DocIssueRequest { rule, at_least: severity, language: None, prefix: question.prefix, limit: question.limit };
        let answer = ask(&reader, request).await?;
        if answer.is_empty() {
            repository.note("the documentation has no such issue");
        }
        match format {
            Format::Text => invocation.answer(&answer),
            Format::Json => invocation.answer_as_json(&answer),
            Format::Sarif => output::text(&sarif::log(&answer.0.answers, &auditors), &answer),
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
#[serde(transparent)]
pub(crate) struct Issues(Page<DocIssueEntry>);

/// Asks for issues.
pub(crate) async fn ask(reader: &dyn IndexReader, request: DocIssueRequest) -> Result<Issues, BackendError> {
    let limit = request.limit;
    let request = DocIssueRequest { limit: Page::<DocIssueEntry>::to_ask(limit), ..request };
    Ok(Issues(Page::cut(reader.doc_issues(&request).await?, limit)))
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
