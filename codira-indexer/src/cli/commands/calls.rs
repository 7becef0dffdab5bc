//! `codira calls`: what a name calls, and who calls it.

use std::io::{self, Write};

use codira_contracts::{BackendError, EdgeEntry, IndexReader, UseKind};
use serde::Serialize;

use crate::cli::{
    dot,
    edges::{self, Direction, EdgeQuery},
    failure::{Failure, Status},
    invocation::Invocation,
    names::Name,
    options::{Named, Question},
    output::{self, Answer, Page},
    tree,
};

/// How far calls are followed unless `--depth` says otherwise.
const DEPTH: usize = 3;

/// Show what a name calls, or who calls it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  codira calls Flask.run\n  codira calls run --incoming --resolved\n  \
                        codira calls main --tree --depth 4\n  codira calls main --dot | dot -Tsvg > calls.svg")]
pub(crate) struct Args {
    #[command(flatten)]
    named: Named,
    /// Show who calls it
    #[arg(long)]
    incoming: bool,
    /// Only calls whose target is known
    #[arg(long)]
    resolved: bool,
    /// Follow calls of calls; the limit is on where to start
    #[arg(long, group = "followed")]
    tree: bool,
    /// Print that tree as a graph for Graphviz
    #[arg(long, group = "followed", conflicts_with = "json")]
    dot: bool,
    /// Follow calls so far [default: 3]
    #[arg(long, value_name = "N", requires = "followed")]
    depth: Option<usize>,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer in the form that was asked for.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { named, incoming, resolved, tree, dot, depth, question } = self;
        let repository = invocation.repository()?;
        let reader = repository.reader(!question.no_refresh).await?;
        let (name, filter) = named.into_parts();
        let direction = if incoming { Direction::Incoming } else { Direction::Outgoing };
        let kind = UseKind::Call;
        let query = EdgeQuery { kind, direction, filter, prefix: question.prefix, resolved, limit: question.limit };
        if tree || dot {
            let answer = tree::ask(&reader, &name, &query, depth.unwrap_or(DEPTH)).await?;
            if answer.is_empty() {
                repository.note(format_args!("no symbol is called `{}`", name.as_str()));
            }
            return if tree { invocation.answer(&answer) } else { output::text(&dot::graph(&answer), &answer) };
        }
        let answer = ask(&reader, &name, &query).await?;
        if answer.is_empty() {
            let nothing = match direction {
                Direction::Outgoing => format!("`{}` calls nothing", name.as_str()),
                Direction::Incoming => format!("nothing calls `{}`", name.as_str()),
            };
            repository.note(edges::why_none(&reader, &name, &query.filter, nothing).await?);
        }
        invocation.answer(&answer)
    }
}

/// The answer of the command, as a list.
#[derive(Serialize)]
pub(crate) struct Calls {
    #[serde(flatten)]
    edges: Page<EdgeEntry>,
    #[serde(skip)]
    direction: Direction,
}

/// Asks for calls.
pub(crate) async fn ask(reader: &dyn IndexReader, name: &Name, query: &EdgeQuery) -> Result<Calls, BackendError> {
    Ok(Calls { edges: query.ask(reader, name).await?, direction: query.direction })
}

impl Answer for Calls {
    const COMMAND: &'static str = "calls";

    fn is_empty(&self) -> bool {
        self.edges.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        edges::lines(&self.edges.answers, out)
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        edges::page(&self.edges.answers, self.direction, out)
    }
}
