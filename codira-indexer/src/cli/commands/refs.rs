//! `codira refs`: where a name is referred to without being called, and where its word stands in
//! the text.

use std::io::{self, Write};

use anstyle::Style;
use codira_contracts::{BackendError, EdgeEntry, IndexReader, TextReference, TextRequest, UseKind};
use serde::{Serialize, Serializer};

use crate::cli::{
    edges::{self, Direction, EdgeQuery},
    failure::{Failure, Status},
    invocation::Invocation,
    names::{Filter, Name},
    options::{Named, Question},
    output::{Answer, Page},
    style::{self, Clean, Styled},
    table::{Cell, Table},
};

/// Show where a name is referred to, and where its word stands
#[derive(Debug, clap::Args)]
#[command(after_help = "References name a callable without calling it: as argument, value, decorator or\nbase. Text \
                        is every line with the word, calls, comments and strings included.\n\nExample:\n  \
                        codira refs Flask --text --prefix docs")]
pub(crate) struct Args {
    #[command(flatten)]
    named: Named,
    /// Only references that an analyzer found
    #[arg(long, conflicts_with = "text")]
    symbols: bool,
    /// Only lines in which the word stands
    #[arg(long)]
    text: bool,
    /// Only references whose target is known
    #[arg(long)]
    resolved: bool,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { named, symbols, text, resolved, question } = self;
        let repository = invocation.repository()?;
        let reader = repository.reader(!question.no_refresh).await?;
        let (name, filter) = named.into_parts();
        let (kind, direction) = (UseKind::Reference, Direction::Incoming);
        let query = EdgeQuery { kind, direction, filter, prefix: question.prefix, resolved, limit: question.limit };
        let sections = match (symbols, text) {
            (true, _) => Sections::Symbols,
            (_, true) => Sections::Text,
            _ => Sections::Both,
        };
        let answer = ask(&reader, &name, &query, sections).await?;
        if answer.is_empty() {
            let nothing = format!("nothing refers to `{}`", name.as_str());
            repository.note(edges::why_none(&reader, &name, &query.filter, nothing).await?);
        }
        invocation.answer(&answer)
    }
}

/// Which references are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sections {
    /// Both kinds.
    Both,
    /// Those that an analyzer found.
    Symbols,
    /// Those that the text shows.
    Text,
}

/// The answer of the command.
#[derive(Default)]
pub(crate) struct References {
    symbols: Vec<EdgeEntry>,
    text: Vec<TextReference>,
    more: bool,
}

/// One answer, as JSON has it.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Reference<'a> {
    Symbol(&'a EdgeEntry),
    Text(&'a TextReference),
}

impl Serialize for References {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let symbols = self.symbols.iter().map(Reference::Symbol);
        let answers = symbols.chain(self.text.iter().map(Reference::Text)).collect();
        Page { answers, more: self.more }.serialize(serializer)
    }
}

/// Asks for references. The limit of the query is on each section.
pub(crate) async fn ask(
    reader: &dyn IndexReader,
    name: &Name,
    query: &EdgeQuery,
    sections: Sections,
) -> Result<References, BackendError> {
    let mut references = References::default();
    if sections != Sections::Text {
        let Page { answers, more } = query.ask(reader, name).await?;
        references.symbols = answers;
        references.more |= more;
    }
    if sections != Sections::Symbols {
        let limit = Page::<TextReference>::to_ask(query.limit);
        let request = TextRequest { text: word(reader, name).await?, prefix: query.prefix.clone(), limit };
        let Page { answers, more } = Page::cut(reader.text_references(&request).await?, query.limit);
        references.text = answers;
        references.more |= more;
    }
    Ok(references)
}

/// The word to look for: the name alone, which of an identity only the symbol knows.
async fn word(reader: &dyn IndexReader, name: &Name) -> Result<String, BackendError> {
    let symbol = if name.is_identity() { name.find(reader, &Filter::default(), None).await?.answers.pop() } else { None };
    Ok(symbol.map_or_else(|| name.last().to_owned(), |entry| entry.symbol.name))
}

impl Answer for References {
    const COMMAND: &'static str = "refs";

    fn is_empty(&self) -> bool {
        self.symbols.is_empty() && self.text.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        edges::lines(&self.symbols, out)?;
        for TextReference { path, site, line } in &self.text {
            writeln!(out, "{}:{site}: {}", Clean(path), Clean(line))?;
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { symbols, text, .. } = self;
        if !symbols.is_empty() {
            writeln!(out, "{}", Styled(style::HEADING, "References"))?;
            edges::page(symbols, Direction::Incoming, out)?;
        }
        if !text.is_empty() {
            let gap = if symbols.is_empty() { "" } else { "\n" };
            writeln!(out, "{gap}{}", Styled(style::HEADING, "Text"))?;
        }
        let mut table = Table::default();
        for group in text.chunk_by(|a, b| a.path == b.path) {
            table.heading(Styled(style::PATH, Clean(&group[0].path)));
            for TextReference { site, line, .. } in group {
                table.row([Cell::new(style::DIM, site).right(), Cell::new(Style::new(), style::shortened(line.trim()))]);
            }
        }
        table.print(out, "  ")
    }
}
