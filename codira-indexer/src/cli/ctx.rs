//! `codira ctx`: the places that a question is about, with their lines.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use codira_indexer::retrieval::{Context, ContextItem, ContextReason};
use serde::Serialize;

use super::{
    output::Answer,
    style::{self, Clean, Styled},
};

/// The answer of the command.
#[derive(Serialize)]
pub(crate) struct Gathered {
    #[serde(flatten)]
    context: Context,
    #[serde(skip)]
    explain: bool,
}

impl Gathered {
    /// The answer; with `explain`, it says of each place why it is there.
    pub(crate) fn new(context: Context, explain: bool) -> Self {
        Self { context, explain }
    }

    /// The context as a language model reads it: Markdown, with the question above and fences around code.
    pub(crate) fn prompt(&self, question: &str) -> String {
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
