//! `codira symlist`: every symbol, with how much it calls and is called.

use std::io::{self, Write};

use anstyle::Style;
use codira_contracts::{
    BackendError, EdgeCounts, IndexReader, RepoPath, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKind,
};
use codira_languages::Content;
use serde::Serialize;

use crate::{
    cli::{
        contents::Contents,
        failure::{Failure, Status},
        invocation::Invocation,
        names::Filter,
        options::{Question, kind_parser},
        output::{Answer, Page},
        style::{self, Clean, Styled},
        table::{Cell, Table},
    },
    test_code::{is_test_path, is_test_symbol},
};

/// List symbols, with how much each calls and is called: code, then documents
#[derive(Debug, clap::Args)]
#[command(after_help = "Tests are left out, unless `--tests` or a prefix inside of them asks for them.\n\nExample:\n  codira \
                        symlist --prefix src/flask --kind class")]
pub(crate) struct Args {
    /// Only symbols of this kind: class, function, method, ...
    #[arg(long, value_parser = kind_parser(), hide_possible_values = true)]
    kind: Option<SymbolKind>,
    /// List tests, too
    #[arg(long)]
    tests: bool,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { kind, tests, question } = self;
        let repository = invocation.repository()?;
        let contents = Contents::new(&invocation.registries.languages)?;
        let reader = repository.reader(!question.no_refresh).await?;
        let tests = if tests { Tests::Listed } else { Tests::LeftOut };
        let filter = Filter { kind, within: question.prefix };
        let Listed { inventory, left_out } = ask(&reader, filter, tests, &contents, question.limit).await?;
        match left_out {
            0 if inventory.is_empty() => repository.note("there is no such symbol"),
            0 => {}
            left_out => {
                let symbols = style::count(left_out, "symbol", "symbols");
                repository.note(format_args!("{symbols} of tests left out; `--tests` lists them, too"));
            }
        }
        invocation.answer(&inventory)
    }
}

/// The answer of the command.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Inventory(Page<SymbolInventoryEntry>);

/// Whether tests are in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tests {
    /// Where the prefix is inside of them.
    LeftOut,
    /// Like everything else.
    Listed,
}

/// The answer, and how much was left out.
pub(crate) struct Listed {
    pub(crate) inventory: Inventory,
    /// How many symbols of tests were left out.
    left_out: u64,
}

/// By how much the limit grows when an answer held too little code.
const LIMIT_GROWTH: usize = 8;

/// Asks for the inventory.
pub(crate) async fn ask(
    reader: &dyn IndexReader,
    filter: Filter,
    tests: Tests,
    contents: &Contents,
    limit: Option<usize>,
) -> Result<Listed, BackendError> {
    let Filter { kind, within } = filter;
    let asks_for_tests = tests == Tests::Listed || RepoPath::new(within.as_str()).is_ok_and(|path| is_test_path(&path));
    let mut request = SymbolInventoryRequest { kind, prefix: within, limit: Page::<SymbolInventoryEntry>::to_ask(limit) };
    loop {
        let found = reader.symbol_inventory(&request).await?;
        let is_whole = request.limit.is_none_or(|limit| found.len() < limit);
        let met = found.len();
        let listed: Vec<_> = found.into_iter().filter(|entry| asks_for_tests || !is_test_symbol(&entry.symbol)).collect();
        let left_out = (met - listed.len()) as u64;
        let is_code = |entry: &SymbolInventoryEntry| contents.of(&entry.symbol.key.path) == Content::Code;
        let (mut answers, documents): (Vec<_>, Vec<_>) = listed.into_iter().partition(is_code);
        if is_whole || limit.is_some_and(|limit| answers.len() > limit) {
            answers.extend(documents);
            return Ok(Listed { inventory: Inventory(Page::cut(answers, limit)), left_out });
        }
        request.limit = request.limit.map(|limit| limit.saturating_mul(LIMIT_GROWTH));
    }
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
