//! Ranked answers: the parts of a repository that are most about the words of a question.
//!
//! A *channel* looks in one kind of thing and gives [`Hit`]s, best first, each with a score and
//! the reasons why it is there. Scores of different channels do not compare; ranks do. Equal
//! indexes give equal answers, in the same order.

mod bm25;
mod bodies;
mod context;
mod documentation;
mod names;
mod path_weight;
mod similar;
mod snippet;
mod suggestions;
mod terms;

use serde::Serialize;

pub use context::{Channel, Context, ContextItem, ContextQuery, ContextReason, Line, context};
pub use documentation::{DocumentationQuery, documentation};
pub use similar::{Similar, SimilarEntry, SimilarQuery, similar};
pub use snippet::Snippet;
pub use suggestions::suggestions;

/// Something that a channel found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hit<T> {
    /// How well it answers; comparable within one answer of one channel alone.
    pub score: f32,
    /// What was found.
    #[serde(flatten)]
    pub entry: T,
    /// The line that shows best why it was found.
    pub snippet: Option<Snippet>,
    /// Why it was found, the strongest reason first.
    pub reasons: Vec<Reason>,
}

/// Why something was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Where the words occur.
    pub field: Field,
    /// The words of the question that occur there in some form, in the order of the question.
    pub words: Vec<String>,
}

/// A part of what is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Its title or name.
    Title,
    /// The headings above it.
    Headings,
    /// Its text.
    Text,
}
