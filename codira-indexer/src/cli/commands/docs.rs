//! `codira docs`: the documentation that is most about the words of a question.

use std::io::{self, Write};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use codira_contracts::{BackendError, DocumentationEntry, DocumentationKind, IndexReader};
use serde::Serialize;

use crate::{
    cli::{
        failure::{Failure, Status},
        invocation::Invocation,
        options::Question,
        output::{Answer, Page},
        style::{self, Clean, Styled},
    },
    retrieval::{self, DocumentationQuery, Hit, Snippet},
};

/// Find documentation by words: sections of documents, and what modules, types and functions say
/// of themselves
#[derive(Debug, clap::Args)]
#[command(after_help = "Words are found in any form and order; rare ones count more, and titles more than text.\n\n\
                        Examples:\n  codira docs query cache\n  codira docs how to install --kind section")]
pub(crate) struct Args {
    /// The words to look for
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// Only units of this kind: document, section, module, type, function, symbol
    #[arg(long, value_parser = documentation_kind_parser(), hide_possible_values = true)]
    kind: Option<DocumentationKind>,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { query, kind, question } = self;
        let repository = invocation.repository()?;
        let reader = repository.reader(!question.no_refresh).await?;
        let words = query.join(" ");
        let query = DocumentationQuery { words, kind, prefix: question.prefix, limit: question.limit };
        let answer = ask(&reader, query).await?;
        if answer.is_empty() {
            repository.note("no documentation has any of these words");
        }
        invocation.answer(&answer)
    }
}

fn documentation_kind_parser() -> impl TypedValueParser<Value = DocumentationKind> {
    let words = DocumentationKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<DocumentationKind>())
}

/// How many answers there are unless `--limit` says otherwise: ranked lists are read from the top.
const LIMIT: usize = 10;

/// The answer of the command.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Documents(Page<Hit<DocumentationEntry>>);

/// Asks for documentation.
pub(crate) async fn ask(reader: &dyn IndexReader, query: DocumentationQuery) -> Result<Documents, BackendError> {
    let limit = Some(query.limit.unwrap_or(LIMIT));
    let query = DocumentationQuery { limit: Page::<DocumentationEntry>::to_ask(limit), ..query };
    Ok(Documents(Page::cut(retrieval::documentation(reader, &query).await?, limit)))
}

impl Answer for Documents {
    const COMMAND: &'static str = "docs";

    fn is_empty(&self) -> bool {
        self.0.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for Hit { entry: DocumentationEntry { path, unit }, snippet, .. } in &self.0.answers {
            let (line, text) = position(unit.span.first, snippet.as_ref());
            let headings = headings(&unit.heading_path, &unit.title);
            writeln!(out, "{}:{line}:1: {} {}\t{}", Clean(path), unit.kind, Clean(headings), Clean(text))?;
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        for (rank, Hit { entry: DocumentationEntry { path, unit }, snippet, .. }) in self.0.answers.iter().enumerate() {
            if rank > 0 {
                writeln!(out)?;
            }
            let headings = headings(&unit.heading_path, &unit.title);
            write!(out, "{}  {}  ", Styled(style::NAME, Clean(headings)), Styled(style::KIND, unit.kind))?;
            writeln!(out, "{}", Styled(style::PATH, format_args!("{}:{}", Clean(path), unit.span)))?;
            if let Some(Snippet { line, text }) = snippet {
                writeln!(out, "    {}  {}", Styled(style::DIM, line), style::shortened(text))?;
            }
        }
        Ok(())
    }
}

/// The line to go to, and its text.
fn position(first: u32, snippet: Option<&Snippet>) -> (u32, &str) {
    snippet.map_or((first, ""), |snippet| (snippet.line, &snippet.text))
}

/// A title under its headings.
fn headings(ancestors: &[String], title: &str) -> String {
    ancestors.iter().map(String::as_str).chain([title]).collect::<Vec<_>>().join(" > ")
}
