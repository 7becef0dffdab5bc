//! Printing answers: as a page for people, as lines for programs, or as JSON.

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use super::failure::{Failure, Status};

/// The version of the JSON that every command prints. It rises when a field goes or changes its
/// meaning; new ones may come.
pub(crate) const SCHEMA: u32 = 1;

/// In which form answers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people: grouped and aligned.
    Page,
    /// For programs such as `grep`: one line an answer.
    Lines,
    /// One JSON object; indented where people look at it.
    Json {
        /// Whether to indent.
        indented: bool,
    },
}

impl Form {
    /// JSON when it is asked for; else a page for a terminal and lines for everything else.
    pub(crate) fn choose(json: bool) -> Self {
        match (json, io::stdout().is_terminal()) {
            (true, indented) => Self::Json { indented },
            (false, true) => Self::Page,
            (false, false) => Self::Lines,
        }
    }
}

/// What a command answers. As JSON, its fields are those of the object that is printed.
pub(crate) trait Answer: Serialize {
    /// The command, as JSON names it.
    const COMMAND: &'static str;

    /// Whether there is anything.
    fn is_empty(&self) -> bool;

    /// Prints one line an answer: `path:line:column: text`, further fields behind tabs.
    fn lines(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Prints a page for people.
    fn page(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// Answers under a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Page<T> {
    /// The answers.
    pub(crate) answers: Vec<T>,
    /// Whether the limit cut some off.
    pub(crate) more: bool,
}

impl<T> Page<T> {
    /// How many answers to ask for, to know whether there are more than `limit`.
    pub(crate) fn to_ask(limit: Option<usize>) -> Option<usize> {
        limit.map(|limit| limit.saturating_add(1))
    }

    /// The first `limit` of `answers`.
    pub(crate) fn cut(mut answers: Vec<T>, limit: Option<usize>) -> Self {
        let more = limit.is_some_and(|limit| answers.len() > limit);
        answers.truncate(limit.unwrap_or(usize::MAX));
        Self { answers, more }
    }
}

/// The object that JSON answers are.
#[derive(Serialize)]
struct Envelope<'a, A> {
    schema: u32,
    command: &'static str,
    #[serde(flatten)]
    answer: &'a A,
}

/// Prints an answer. Returns whether there was one.
pub(crate) fn answer<A: Answer>(answer: &A, form: Form) -> Result<Status, Failure> {
    print(answer, form).map_err(|error| Failure::System("write the answer", error))?;
    Ok(status(answer))
}

/// Prints an answer as a text of its own form. Returns whether there was one.
pub(crate) fn text<A: Answer>(text: &str, answer: &A) -> Result<Status, Failure> {
    let mut out = io::stdout().lock();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    quiet_when_closed(printed).map_err(|error| Failure::System("write the answer", error))?;
    Ok(status(answer))
}

fn status<A: Answer>(answer: &A) -> Status {
    if answer.is_empty() { Status::NotFound } else { Status::Found }
}

/// Prints an answer on standard output, in colour where the command line or else the stream has it
/// so.
fn print<A: Answer>(answer: &A, form: Form) -> io::Result<()> {
    let stdout = io::stdout();
    let color = match form {
        Form::Json { .. } => ColorChoice::Always,
        Form::Page | Form::Lines => AutoStream::choice(&stdout),
    };
    let mut out = AutoStream::new(Box::new(BufWriter::new(stdout.lock())) as Box<dyn Write>, color);
    quiet_when_closed(render(answer, form, &mut out).and_then(|()| out.flush()))
}

/// A closed pipe is no failure, as in `codira symlist | head`.
fn quiet_when_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Prints an answer in a form.
fn render<A: Answer>(answer: &A, form: Form, out: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Page => answer.page(out),
        Form::Lines => answer.lines(out),
        Form::Json { indented } => {
            let envelope = Envelope { schema: SCHEMA, command: A::COMMAND, answer };
            match indented {
                true => serde_json::to_writer_pretty(&mut *out, &envelope)?,
                false => serde_json::to_writer(&mut *out, &envelope)?,
            }
            writeln!(out)
        }
    }
}
