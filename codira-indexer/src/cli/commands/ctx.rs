//! `codira ctx`: the places that a question is about, with their lines.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    cli::{
        failure::{Failure, Status},
        invocation::Invocation,
        options::Question,
        output::{self, Answer},
        style::{self, Clean, Styled},
    },
    retrieval::{self, Context, ContextItem, ContextQuery, ContextReason},
};

/// How many places a context has unless `--limit` says otherwise; most often the budget ends it
/// before.
const LIMIT: usize = 20;

/// Gather what a question is about: places with their lines, for people and language models
#[derive(Debug, clap::Args)]
#[command(after_help = "Names, documentation, vectors, documentation issues and calls are asked apart, and merged.\n\n\
                        Examples:\n  codira ctx where is the query cache invalidated --explain\n  \
                        codira ctx how does a task get scheduled --format prompt --budget 2000")]
pub(crate) struct Args {
    /// The question
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// How many tokens the lines may take together, of four bytes each
    #[arg(long, value_name = "TOKENS", default_value_t = 4000)]
    budget: usize,
    /// Say of each place why it is there
    #[arg(long)]
    explain: bool,
    /// In which form: text, json, or prompt for a language model
    #[arg(long, value_name = "FORM", default_value = "text", hide_possible_values = true, conflicts_with = "json")]
    format: Format,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer in the form that was asked for.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { query, budget, explain, format, question } = self;
        let repository = invocation.repository()?;
        let embedding = repository.embedding()?;
        let reader = repository.reader(!question.no_refresh).await?;
        let limit = question.limit.unwrap_or(LIMIT);
        let query = ContextQuery { question: query.join(" "), prefix: question.prefix, budget, limit };
        let answer = Gathered { context: retrieval::context(&reader, embedding.as_ref(), &query).await?, explain };
        if answer.is_empty() {
            repository.note("nothing is about that, or the budget is too small for a line");
        }
        match format {
            Format::Text => invocation.answer(&answer),
            Format::Json => invocation.answer_as_json(&answer),
            Format::Prompt => output::text(&answer.prompt(&query.question), &answer),
        }
    }
}

/// In which form a context is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A page for a terminal, lines elsewhere
    Text,
    /// As --json
    Json,
    /// Markdown for a language model
    Prompt,
}

/// The answer of the command.
#[derive(Serialize)]
struct Gathered {
    #[serde(flatten)]
    context: Context,
    /// Whether it says of each place why it is there.
    #[serde(skip)]
    explain: bool,
}

impl Gathered {
    /// The context as a language model reads it: Markdown, with the question first and code in
    /// fences.
    fn prompt(&self, question: &str) -> String {
        let mut text = format!("Context from the repository for the question: {question}\n");
        for item in &self.context.answers {
            let ContextItem { path, span, name, lines, .. } = item;
            let fence = fence(item);
            let kind = item.kind.map_or("section", |kind| kind.as_str());
            let _ = write!(text, "\n## {path}:{span}, {kind} {name}\n\n");
            if self.explain {
                let _ = writeln!(text, "Found by {}.\n", reasons(&item.reasons));
            }
            if !lines.is_empty() {
                let _ = writeln!(text, "{fence}");
                each_line(item, |line| text.push_str(&line));
                let _ = writeln!(text, "{fence}");
            }
        }
        text
    }
}

/// A fence that no line of the item closes.
fn fence(item: &ContextItem) -> String {
    let longest = |text: &str| text.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(item.lines.iter().map(|line| longest(&line.text)).max().unwrap_or_default().max(2) + 1)
}

/// The lines with their numbers, and a mark where some are left out.
fn each_line(item: &ContextItem, mut take: impl FnMut(String)) {
    let width = item.lines.last().map_or(0, |line| line.number.to_string().len());
    let mut before = None;
    for line in &item.lines {
        if before.is_some_and(|before| before + 1 != line.number) {
            take(format!("{:>width$}\n", "…"));
        }
        before = Some(line.number);
        take(format!("{:>width$}  {}\n", line.number, Clean(&line.text)));
    }
}

fn reasons(reasons: &[ContextReason]) -> String {
    let reason =
        |ContextReason { channel, rank, detail }: &ContextReason| format!("{} #{rank} ({})", channel.as_str(), Clean(detail));
    reasons.iter().map(reason).collect::<Vec<_>>().join(", ")
}

impl Answer for Gathered {
    const COMMAND: &'static str = "ctx";

    fn is_empty(&self) -> bool {
        self.context.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for ContextItem { path, span, kind, name, reasons: why, .. } in &self.context.answers {
            let kind = kind.map_or("section", |kind| kind.as_str());
            write!(out, "{}:{}:1: {kind} {}", Clean(path), span.first, Clean(name))?;
            if self.explain {
                write!(out, "\t{}", reasons(why))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        for (rank, item) in self.context.answers.iter().enumerate() {
            if rank > 0 {
                writeln!(out)?;
            }
            let kind = item.kind.map_or("section", |kind| kind.as_str());
            write!(out, "{}  {}  ", Styled(style::NAME, Clean(&item.name)), Styled(style::KIND, kind))?;
            writeln!(out, "{}", Styled(style::PATH, format_args!("{}:{}", Clean(&item.path), item.span)))?;
            if self.explain {
                writeln!(out, "    {}", Styled(style::DIM, reasons(&item.reasons)))?;
            }
            let mut lines = Vec::new();
            each_line(item, |line| lines.push(line));
            for line in lines {
                write!(out, "    {line}")?;
            }
        }
        Ok(())
    }
}
