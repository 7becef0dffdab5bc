//! `codira docs`: the documentation that is most about the words of a question.

use std::io::{self, Write};

use codira_contracts::{BackendError, DocumentationEntry, IndexReader};
use codira_indexer::retrieval::{self, DocumentationQuery, Hit, Snippet};
use serde::Serialize;

use super::{
    output::{Answer, Page},
    style::{self, Clean, Styled},
};

/// How many answers are told unless somebody says otherwise: ranked lists are read from above.
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
            let (line, text) = place(unit.span.first, snippet.as_ref());
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
fn place(first: u32, snippet: Option<&Snippet>) -> (u32, &str) {
    snippet.map_or((first, ""), |snippet| (snippet.line, &snippet.text))
}

/// A title under its headings.
fn headings(above: &[String], title: &str) -> String {
    above.iter().map(String::as_str).chain([title]).collect::<Vec<_>>().join(" > ")
}
