//! `codira sym`: what a name is and where.

use std::io::{self, Write};

use anstyle::Style;
use codira_contracts::{BackendError, IndexReader, SymbolEntry, SymbolKind, SymbolRequest, Visibility};
use serde::Serialize;

use crate::{
    cli::{
        failure::{Failure, Status},
        invocation::Invocation,
        names::{Filter, Name},
        options::{Question, kind_parser},
        output::{Answer, Page},
        style::{self, Clean, Styled},
        table::{Cell, Table},
    },
    retrieval,
};

/// Show what a name is, and where
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  codira sym Flask.run --full")]
pub(crate) struct Args {
    /// A name: run, Flask.run, flask.app.Flask.run
    name: String,
    /// Only symbols of this kind: class, function, method, ...
    #[arg(long, value_parser = kind_parser(), hide_possible_values = true)]
    kind: Option<SymbolKind>,
    /// Show all documentation, overloads and members
    #[arg(short = 'v', long)]
    full: bool,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { name, kind, full, question } = self;
        let repository = invocation.repository()?;
        let reader = repository.reader(!question.no_refresh).await?;
        let (name, filter) = (Name::new(name), Filter { kind, within: question.prefix });
        let answer = ask(&reader, &name, &filter, question.limit, full).await?;
        if answer.is_empty() {
            repository.note(format_args!("no symbol is called `{}`{}", name.as_str(), answer.did_you_mean()));
        }
        invocation.answer(&answer)
    }
}

/// A symbol, and what belongs to it when everything is asked for.
#[derive(Serialize)]
pub(crate) struct SymbolAnswer {
    #[serde(flatten)]
    entry: SymbolEntry,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    belongings: Option<Belongings>,
}

/// What belongs to a symbol.
#[derive(Serialize)]
struct Belongings {
    overloads: Vec<SymbolEntry>,
    members: Vec<SymbolEntry>,
}

/// The answer of the command.
#[derive(Serialize)]
pub(crate) struct Symbols {
    #[serde(flatten)]
    page: Page<SymbolAnswer>,
    /// Names that may have been meant, where nothing has the one that was written.
    suggestions: Vec<String>,
}

/// How many names are suggested.
const MAX_SUGGESTIONS: usize = 5;

/// Asks for the symbols of a name; `full` with what belongs to each.
pub(crate) async fn ask(
    reader: &dyn IndexReader,
    name: &Name,
    filter: &Filter,
    limit: Option<usize>,
    full: bool,
) -> Result<Symbols, BackendError> {
    let found = name.find(reader, filter, limit).await?;
    let mut answers = Vec::with_capacity(found.answers.len());
    for entry in found.answers {
        let belongings = if full { Some(Belongings::of(reader, &entry).await?) } else { None };
        answers.push(SymbolAnswer { entry, belongings });
    }
    let suggestions = match answers.is_empty() && !name.is_identity() && limit != Some(0) {
        true => retrieval::suggestions(reader, name.as_str(), MAX_SUGGESTIONS).await?,
        false => Vec::new(),
    };
    Ok(Symbols { page: Page { answers, more: found.more }, suggestions })
}

impl Symbols {
    /// The end of the sentence that says that nothing was found.
    pub(crate) fn did_you_mean(&self) -> String {
        match &*self.suggestions {
            [] => String::new(),
            names => format!("; did you mean {}?", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        }
    }
}

impl Belongings {
    async fn of(reader: &dyn IndexReader, entry: &SymbolEntry) -> Result<Self, BackendError> {
        let key = entry.key();
        let overloads = reader.symbols(&SymbolRequest::overloads_of(key.clone())).await?;
        let mut members = reader.symbols(&SymbolRequest::children_of(key)).await?;
        members.retain(|member| member.symbol.kind != SymbolKind::Overload);
        Ok(Self { overloads, members })
    }

    fn all(&self) -> impl Iterator<Item = &SymbolEntry> {
        self.overloads.iter().chain(&self.members)
    }
}

impl Answer for Symbols {
    const COMMAND: &'static str = "sym";

    fn is_empty(&self) -> bool {
        self.page.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for SymbolAnswer { entry, belongings } in &self.page.answers {
            line(entry, belongings.is_some(), out)?;
            for entry in belongings.iter().flat_map(Belongings::all) {
                line(entry, false, out)?;
            }
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        for (index, answer) in self.page.answers.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            answer.page(out)?;
        }
        Ok(())
    }
}

impl SymbolAnswer {
    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let SymbolEntry { path, module, logical_name, symbol } = &self.entry;
        write!(out, "{}  {}  ", Styled(style::NAME, Clean(logical_name)), Styled(style::KIND, symbol.kind))?;
        write!(out, "{}", Styled(style::PATH, format_args!("{}:{}", Clean(path), symbol.span)))?;
        if symbol.visibility != Visibility::Public {
            write!(out, "  {}", Styled(style::DIM, symbol.visibility))?;
        }
        writeln!(out)?;
        let Some(belongings) = &self.belongings else {
            if let Some(signature) = &symbol.signature {
                writeln!(out, "    {}", Clean(signature))?;
            }
            if let Some(text) = &symbol.documentation {
                writeln!(out, "    {}", Styled(style::DIM, Clean(summary(text))))?;
            }
            return Ok(());
        };
        writeln!(out, "    {}", Styled(style::DIM, format_args!("in {} as {}", Clean(module), Clean(&symbol.qualified_name))))?;
        for decorator in &symbol.decorators {
            writeln!(out, "    {}", Styled(style::DIM, format_args!("with {}", Clean(decorator))))?;
        }
        if let Some(signature) = &symbol.signature {
            writeln!(out, "    {}", Clean(signature))?;
        }
        for text in symbol.documentation.iter().flat_map(|text| text.lines()) {
            writeln!(out, "{}", format_args!("    {}", Clean(text)).to_string().trim_end())?;
        }
        section("Overloads", &belongings.overloads, out)?;
        section("Members", &belongings.members, out)
    }
}

/// A list of what belongs to a symbol, under its heading.
fn section(heading: &str, entries: &[SymbolEntry], out: &mut dyn Write) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", Styled(style::HEADING, heading))?;
    let mut table = Table::default();
    for SymbolEntry { symbol, .. } in entries {
        let text = symbol.signature.as_deref().unwrap_or(&symbol.name);
        table.row([
            Cell::new(style::DIM, symbol.span.first).right(),
            Cell::new(style::KIND, symbol.kind),
            Cell::new(Style::new(), Clean(text)),
        ]);
    }
    table.print(out, "    ")
}

/// A symbol on one line; with `full`, all of its documentation.
fn line(entry: &SymbolEntry, full: bool, out: &mut dyn Write) -> io::Result<()> {
    let SymbolEntry { path, logical_name, symbol, .. } = entry;
    write!(out, "{}:{}:1: {} {}", Clean(path), symbol.span.first, symbol.kind, Clean(logical_name))?;
    let documentation = symbol.documentation.as_deref().unwrap_or_default();
    let documentation = match full {
        true => documentation.split_whitespace().collect::<Vec<_>>().join(" "),
        false => summary(documentation),
    };
    writeln!(out, "\t{}\t{}", Clean(symbol.signature.as_deref().unwrap_or_default()), Clean(documentation))
}

/// The first sentence, on one line.
fn summary(text: &str) -> String {
    let paragraph = text.lines().map(str::trim).skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    let paragraph = paragraph.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    let is_end = |dot: usize| paragraph[dot + 2..].starts_with(|next: char| !next.is_lowercase());
    match paragraph.match_indices(". ").map(|(dot, _)| dot).find(|dot| is_end(*dot)) {
        Some(dot) => paragraph[..=dot].to_owned(),
        None => paragraph,
    }
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn a_summary_is_the_first_sentence() {
        assert_eq!(summary("\n  Locks this mutex,\n  or waits. Never fails.\n\nMore."), "Locks this mutex, or waits.");
        assert_eq!(summary("Reads files, e.g. sources, and\nno more\n\nMore."), "Reads files, e.g. sources, and no more");
        assert_eq!(summary(""), "");
    }
}
