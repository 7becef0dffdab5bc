//! `codira symlist`: every symbol, with how much it calls and is called.

use std::io::{self, Write};

use anstyle::Style;
use codira_contracts::{BackendError, EdgeCounts, IndexReader, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKind};
use serde::Serialize;

use crate::cli::{
    failure::{Failure, Status},
    invocation::Invocation,
    names::Filter,
    options::{Question, kind_parser},
    output::{Answer, Page},
    style::{self, Clean, Styled},
    table::{Cell, Table},
};

/// List symbols, with how much each calls and is called
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  codira symlist --prefix src/flask --kind class")]
pub(crate) struct Args {
    /// Only symbols of this kind: class, function, method, ...
    #[arg(long, value_parser = kind_parser(), hide_possible_values = true)]
    kind: Option<SymbolKind>,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { kind, question } = self;
        let repository = invocation.repository()?;
        let reader = repository.reader(!question.no_refresh).await?;
        let answer = ask(&reader, Filter { kind, within: question.prefix }, question.limit).await?;
        if answer.is_empty() {
            repository.note("there is no such symbol");
        }
        invocation.answer(&answer)
    }
}

/// The answer of the command.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Inventory(Page<SymbolInventoryEntry>);

/// Asks for the inventory.
pub(crate) async fn ask(reader: &dyn IndexReader, filter: Filter, limit: Option<usize>) -> Result<Inventory, BackendError> {
    let Filter { kind, within } = filter;
    let request = SymbolInventoryRequest { kind, prefix: within, limit: Page::<SymbolInventoryEntry>::to_ask(limit) };
    Ok(Inventory(Page::cut(reader.symbol_inventory(&request).await?, limit)))
}

impl Answer for Inventory {
    const COMMAND: &'static str = "symlist";

    fn is_empty(&self) -> bool {
        self.0.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        let counts = |EdgeCounts { incoming, outgoing_resolved, outgoing_other }: EdgeCounts| {
            format!("{incoming} in, {outgoing_resolved} out, {outgoing_other} other")
        };
        for SymbolInventoryEntry { symbol, calls, references } in &self.0.answers {
            write!(out, "{}:1: {} {}", style::location(symbol), symbol.kind, Clean(&symbol.logical_name))?;
            writeln!(out, "\tcalls: {}\treferences: {}", counts(*calls), counts(*references))?;
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let heading = |text| Cell::new(style::DIM, text);
        let mut table = Table::default();
        let counted = ["CALLS IN", "OUT", "OTHER", "REFS IN", "OUT", "OTHER"].map(|text| heading(text).right());
        table.row([heading("LINE").right(), heading("KIND"), heading("NAME")].into_iter().chain(counted));
        let mut files = 0;
        for group in self.0.answers.chunk_by(|a, b| a.symbol.key.path == b.symbol.key.path) {
            files += 1;
            table.heading(Styled(style::PATH, Clean(&group[0].symbol.key.path)));
            for SymbolInventoryEntry { symbol, calls, references } in group {
                let start = [
                    Cell::new(style::DIM, symbol.span.first).right(),
                    Cell::new(style::KIND, symbol.kind),
                    Cell::new(Style::new(), Clean(&symbol.logical_name)),
                ];
                let counts = [calls, references]
                    .into_iter()
                    .flat_map(|counts| [counts.incoming, counts.outgoing_resolved, counts.outgoing_other])
                    .map(Cell::number);
                table.row(start.into_iter().chain(counts));
            }
        }
        table.print(out, "")?;
        let symbols = style::count(self.0.answers.len() as u64, "symbol", "symbols");
        let cut = if self.0.more { ", and more" } else { "" };
        writeln!(out, "{}", Styled(style::DIM, format_args!("{symbols} in {}{cut}", style::count(files, "file", "files"))))
    }
}
