//! Histories of an index: what they are made of, how they read, and how a backend is led through
//! one beside the reference.

pub(crate) mod concurrent;
#[cfg(test)]
mod coverage;
pub(crate) mod draw;
pub(crate) mod draw_model;
mod draw_records;
mod follow;
pub(crate) mod large;
pub(crate) mod random;
pub(crate) mod small;
mod worlds;

use std::fmt;

use codira_contracts::{
    ComputedEmbedding, EmbeddingSpec, FileSnapshot, PendingRequest, RepoPath, Retention, ReuseRequest, RunInventory,
    SessionRequest, SymbolKey, WriteScope,
};

use serde::{Deserialize, Serialize};

use crate::{question::Question, show, toy::Edition};
pub(crate) use draw_model::{Flaw, any_file};
pub(crate) use follow::{Twins, follow};
pub(crate) use worlds::Focus;

/// A history: sessions one after another, each with what is asked afterwards.
///
/// Sessions hold their edits, so that every part of a history is a history again, and shrinking
/// needs to know nothing.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct History(pub(crate) Vec<Run>);

/// One session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) scope: WriteScope,
    /// The rules that the session brings.
    pub(crate) edition: Edition,
    pub(crate) edits: Vec<Edit>,
    pub(crate) end: End,
    /// Asked after the session, beside [everything](Question::everything).
    pub(crate) questions: Vec<Question>,
}

impl Run {
    /// Asks for the session.
    pub(crate) fn request(&self) -> SessionRequest {
        SessionRequest::new(self.scope, self.edition.rules())
    }
}

/// One call of a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Edit {
    /// The file may break a rule.
    Put(Box<FileSnapshot>),
    Remove(RepoPath),
    Maintain(Retention),
    Queue(Vec<Waiting>),
    /// Computes the first so many pending rows, all of them with these numbers over and over.
    ComputePending(usize, Vec<f32>),
    Store(Vec<ComputedEmbedding>),
    WriteInventory(RunInventory),
    RebuildDerived,
    AskReusable(ReuseRequest),
    AskPending(PendingRequest),
}

/// A row to queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub(crate) of: Whose,
    pub(crate) spec: EmbeddingSpec,
    pub(crate) text: String,
}

/// Whose a row to queue is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Whose {
    /// Of the symbol or unit of this index, modulo their number.
    Present(usize),
    /// Of this one, which may not be there.
    Key(SymbolKey),
}

/// How a session ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum End {
    Commit,
    Abort,
    Drop,
    /// The commit is dropped after so many polls.
    CancelCommit(u8),
    /// One more file is put, but dropped after so many polls; then the session is committed.
    CancelPut(u8, Box<FileSnapshot>),
    /// The session begins only after another beginning was dropped after so many polls; it is
    /// committed.
    CancelBegin(u8),
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(file) => write_put(f, file),
            Self::Remove(path) => write!(f, "remove {:?}", path.as_str()),
            Self::Maintain(Retention { policy, specs: keep }) => {
                let kept: Vec<_> = policy.audited.iter().map(|language| language.as_str()).collect();
                write!(f, "remove doc issues of all but {kept:?} and embeddings of all but {}", specs(keep))
            }
            Self::Queue(rows) => {
                f.write_str("queue embeddings")?;
                rows.iter().try_for_each(|Waiting { of, spec, text }| {
                    let of = match of {
                        Whose::Present(index) => format!("symbol or unit number {index}, modulo their number"),
                        Whose::Key(key) => show::key(key),
                    };
                    write!(f, "\n      of {of}, spec {spec}, text {text:?}")
                })
            }
            Self::ComputePending(limit, numbers) => {
                write!(f, "compute the first {limit} pending embeddings, with {numbers:?} over and over")
            }
            Self::Store(rows) => {
                f.write_str("store embeddings")?;
                rows.iter().try_for_each(|ComputedEmbedding { key, spec, text_hash, vector }| {
                    write!(f, "\n      of {}, spec {spec}, text {text_hash}, {vector:?}", show::key(key))
                })
            }
            Self::WriteInventory(inventory) => write!(f, "write {inventory:?}"),
            Self::RebuildDerived => f.write_str("rebuild derived state"),
            Self::AskReusable(request) => write!(f, "ask for reusable embeddings: {request:?}"),
            Self::AskPending(request) => write!(f, "ask for pending embeddings: {request:?}"),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Commit => f.write_str("commit"),
            Self::Abort => f.write_str("abort"),
            Self::Drop => f.write_str("drop the session"),
            Self::CancelCommit(polls) => write!(f, "commit, dropped after {polls} polls"),
            Self::CancelPut(polls, file) => {
                write!(f, "dropped after {polls} polls: ")?;
                write_put(f, file)?;
                f.write_str("\n  commit")
            }
            Self::CancelBegin(polls) => write!(f, "commit (before the session, a beginning was dropped after {polls} polls)"),
        }
    }
}

fn write_put(f: &mut fmt::Formatter<'_>, file: &FileSnapshot) -> fmt::Result {
    f.write_str("put")?;
    show::file(file).iter().try_for_each(|line| write!(f, "\n      {line}"))
}

fn specs(specs: &[EmbeddingSpec]) -> String {
    let specs: Vec<String> = specs.iter().map(ToString::to_string).collect();
    format!("{specs:?}")
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Run { scope, edition, edits, end, questions }) in (1..).zip(&self.0) {
            let scope = match scope {
                WriteScope::Full => "full",
                WriteScope::Incremental => "incremental",
            };
            let rules = match edition {
                Edition::First => "",
                Edition::Second => ", with other rules",
                Edition::Without => ", without rules",
                Edition::Telling => ", with rules that tell what they are shown",
                Edition::Newer => ", with rules of another version",
                Edition::Renamed => ", with rules of another name",
            };
            writeln!(f, "session {number}, {scope}{rules}")?;
            edits.iter().try_for_each(|edit| writeln!(f, "  {edit}"))?;
            writeln!(f, "  {end}")?;
            questions.iter().try_for_each(|question| writeln!(f, "  then ask {question:?}"))?;
        }
        Ok(())
    }
}

/// Proptest writes histories down on one line beside their seeds.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sessions = self.0.len();
        write!(f, "a history of {sessions} sessions: run the test to see it")
    }
}
