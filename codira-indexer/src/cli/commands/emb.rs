//! `codira emb`: what is most similar to a text.

use std::io::{self, Write};

use codira_contracts::{EmbeddingInventory, IndexReader, SymbolKind};
use serde::Serialize;

use crate::{
    Embedding,
    cli::{
        advice::of_this_program,
        failure::{Failure, Status},
        invocation::Invocation,
        options::{Question, kind_parser},
        output::{Answer, Page},
        style::{self, Clean, Styled},
    },
    retrieval::{self, Similar, SimilarEntry, SimilarQuery},
};

/// Find what is most similar to a text: symbols and sections, by their vectors
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  codira emb invalidate the cache of queries\n  codira emb retry after a timeout --kind function"
)]
pub(crate) struct Args {
    /// The text to compare with
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// Only symbols of this kind: class, function, method, ...
    #[arg(long, value_parser = kind_parser(), hide_possible_values = true)]
    kind: Option<SymbolKind>,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { query, kind, question } = self;
        let repository = invocation.repository()?;
        let Some(embedding) = repository.embedding()? else { return Err(Failure::EmbeddingsOff) };
        let reader = repository.reader(!question.no_refresh).await?;
        let limit = question.limit.unwrap_or(LIMIT);
        let query = SimilarQuery { text: query.join(" "), kind, prefix: question.prefix, limit };
        let answer = ask(&reader, &embedding, query).await?;
        if let Some(missing) = what_is_missing(&reader, &embedding).await? {
            repository.note(of_this_program(&missing));
        } else if answer.is_empty() {
            repository.note("nothing is similar");
        }
        invocation.answer(&answer)
    }
}

/// How many answers there are unless `--limit` says otherwise: ranked lists are read from the top.
const LIMIT: usize = 10;

/// The answer of the command.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Neighbours(Page<Similar>);

/// Asks for the most similar.
async fn ask(reader: &dyn IndexReader, embedding: &Embedding, query: SimilarQuery) -> Result<Neighbours, Failure> {
    let limit = Some(query.limit);
    let query = SimilarQuery { limit: query.limit.saturating_add(1), ..query };
    Ok(Neighbours(Page::cut(retrieval::similar(reader, embedding, &query).await?, limit)))
}

/// A note on missing vectors, if there are any.
async fn what_is_missing(reader: &dyn IndexReader, embedding: &Embedding) -> Result<Option<String>, Failure> {
    let inventory = reader.inventory().await?.embeddings;
    let of_spec = inventory.into_iter().find(|inventory| inventory.spec == *embedding.spec());
    Ok(match of_spec {
        Some(EmbeddingInventory { pending: 0, .. }) => None,
        Some(EmbeddingInventory { pending, computed, .. }) => Some(format!(
            "{pending} of {} embeddings wait for their vectors; run `codira index --embeddings-only`",
            pending + computed
        )),
        None => Some(format!("the index holds no embeddings of {}; run `codira index`", embedding.spec())),
    })
}

impl Answer for Neighbours {
    const COMMAND: &'static str = "emb";

    fn is_empty(&self) -> bool {
        self.0.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for Similar { score, entry } in &self.0.answers {
            match entry {
                SimilarEntry::Symbol(entry) => {
                    let (line, symbol) = (entry.symbol.span.first, &entry.symbol);
                    let signature = symbol.signature.as_deref().unwrap_or_default();
                    write!(out, "{}:{line}:1: {} ", Clean(&entry.path), symbol.kind)?;
                    writeln!(out, "{}\t{score:.3}\t{}", Clean(&entry.logical_name), Clean(signature))?;
                }
                SimilarEntry::Documentation(entry) => {
                    let (line, unit) = (entry.unit.span.first, &entry.unit);
                    writeln!(out, "{}:{line}:1: {} {}\t{score:.3}\t", Clean(&entry.path), unit.kind, Clean(&unit.title))?;
                }
            }
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        for Similar { score, entry } in &self.0.answers {
            let (name, kind, path, span, text) = match entry {
                SimilarEntry::Symbol(entry) => {
                    let (symbol, signature) = (&entry.symbol, entry.symbol.signature.as_deref());
                    (&entry.logical_name, symbol.kind.as_str(), &entry.path, symbol.span, signature)
                }
                SimilarEntry::Documentation(entry) => {
                    (&entry.unit.title, entry.unit.kind.as_str(), &entry.path, entry.unit.span, None)
                }
            };
            write!(out, "{}  {}  ", Styled(style::DIM, format_args!("{score:.3}")), Styled(style::NAME, Clean(name)))?;
            writeln!(out, "{}  {}", Styled(style::KIND, kind), Styled(style::PATH, format_args!("{}:{span}", Clean(path))))?;
            if let Some(text) = text {
                writeln!(out, "       {}", style::shortened(text))?;
            }
        }
        Ok(())
    }
}
