//! Context: the few places of a repository that a question is about, from every channel, with
//! their lines.
//!
//! Channels are asked one by one and merged by their ranks and scores. Candidates that several of
//! them rank high come first, and a channel with clearer results counts more. Then tests and code
//! of others count less, so do further candidates of one file, and lines are taken until the
//! budget is spent. Equal indexes give equal contexts.

mod candidate;
mod channels;
mod excerpt;
mod fusion;
mod graph;

use codira_contracts::{IndexReader, LineSpan, PathPrefix, RepoPath, SymbolKind};
use serde::Serialize;

pub use excerpt::Line;

use self::{
    channels::Channels,
    excerpt::Excerpt,
    fusion::{Merged, Vectors},
};
use super::terms::Terms;
use crate::{Embedding, IndexerError};

/// What a context is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextQuery {
    /// The question, in words.
    pub question: String,
    /// Only what is in files here.
    pub prefix: PathPrefix,
    /// How many tokens all lines may take. A token is counted as four bytes.
    pub budget: usize,
    /// At most so many places.
    pub limit: usize,
}

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Context {
    /// The places, best first.
    pub answers: Vec<ContextItem>,
    /// Whether the budget or the limit cut some off.
    pub more: bool,
    /// How many tokens the lines take, as far as one can tell without the tokenizer of a model.
    pub tokens: usize,
}

/// One place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContextItem {
    /// The file.
    pub path: RepoPath,
    /// All of its lines.
    pub span: LineSpan,
    /// Its identity in the file.
    pub id: String,
    /// The kind of the symbol; none of a documentation unit.
    pub kind: Option<SymbolKind>,
    /// The logical name of the symbol, or the headings of the unit.
    pub name: String,
    /// How well it answers; comparable within one context alone.
    pub score: f32,
    /// Why it is here, the strongest reason first.
    pub reasons: Vec<ContextReason>,
    /// The lines that are shown, in order; what lies between them is left out.
    pub lines: Vec<Line>,
}

/// A channel of a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Symbols that the question names.
    Exact,
    /// Symbols whose names share words with the question.
    Names,
    /// Documentation that has the words of the question.
    Documentation,
    /// What has a similar vector.
    Vectors,
    /// A documentation issue about it.
    Issues,
    /// Functions whose lines have words of the question, in the files of the best of those above.
    Bodies,
    /// What calls, or is called by, the best of the others.
    Graph,
}

impl Channel {
    /// Every channel, in the order in which they are asked.
    pub const ALL: [Self; 7] =
        [Self::Exact, Self::Names, Self::Documentation, Self::Vectors, Self::Issues, Self::Bodies, Self::Graph];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Names => "names",
            Self::Documentation => "documentation",
            Self::Vectors => "vectors",
            Self::Issues => "issues",
            Self::Bodies => "bodies",
            Self::Graph => "graph",
        }
    }
}

/// Why something is in a context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContextReason {
    /// The channel that found it.
    pub channel: Channel,
    /// Its rank there, counted from one.
    pub rank: usize,
    /// What the channel saw: `query, cache`, `called by QuerySet.iterator`.
    pub detail: String,
}

/// The context of a question. Without `embedding` there is no channel of vectors.
///
/// # Errors
///
/// [`Engine`](IndexerError::Engine) when the question cannot be embedded, and what the reader
/// says.
pub async fn context(
    reader: &dyn IndexReader,
    embedding: Option<&Embedding>,
    query: &ContextQuery,
) -> Result<Context, IndexerError> {
    let terms = Terms::of(&query.question);
    if terms.len() == 0 {
        return Ok(Context { answers: Vec::new(), more: false, tokens: 0 });
    }
    let ranked = merged(reader, embedding, query, &terms).await?;
    let mut excerpts = Excerpt::new(reader, &terms, query.budget);
    let (mut answers, mut more) = (Vec::new(), false);
    for Merged { candidate, score, reasons } in ranked {
        if answers.len() == query.limit {
            more = true;
            break;
        }
        let Some(lines) = excerpts.take(&candidate).await? else {
            more = true;
            break;
        };
        let candidate::Candidate { key, span, kind, name } = candidate;
        let score = score as f32;
        let reasons = reasons.into_iter().map(|(_, reason)| reason).collect();
        answers.push(ContextItem { path: key.path, span, id: key.id.as_str().to_owned(), kind, name, score, reasons, lines });
    }
    Ok(Context { answers, more, tokens: excerpts.spent() })
}

/// Everything that any channel found, in the order in which it should be read.
async fn merged(
    reader: &dyn IndexReader,
    embedding: Option<&Embedding>,
    query: &ContextQuery,
    terms: &Terms,
) -> Result<Vec<Merged>, IndexerError> {
    let mut channels = Channels::ask(reader, embedding, query, terms).await?;
    let vectors = Vectors::of(embedding);
    let best = fusion::demote(fusion::merge(channels.results(), vectors), terms);
    channels.add_bodies(reader, terms, &best).await?;
    let seeds = fusion::merge(channels.results(), vectors);
    // The scores of neighbours were weighed with those of the candidates that they belong to: only
    // their ranks count.
    channels.add_with(Channel::Graph, graph::neighbours(reader, &seeds, terms, &query.prefix).await?, 1.0);
    Ok(fusion::spread(fusion::demote(fusion::merge(channels.results(), vectors), terms)))
}
