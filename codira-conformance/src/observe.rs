//! The answers of a reader as text, so that two readers can be compared and the difference read.

use codira_contracts::{BackendDescriptor, BackendError, Capability, ErrorKind, IndexReader, PathPrefix};
use similar::TextDiff;

use crate::{Outcome, Violation, question::Question};

/// Asks `reader`, which is one of the backend `of`, and writes the answers down. A backend that
/// does not claim embeddings is not asked about them; see the chapter `refusals`.
pub(crate) async fn observe(
    reader: &impl IndexReader,
    of: &BackendDescriptor,
    questions: &[Question],
    embeddings: bool,
) -> Outcome<String> {
    let answered = answers(reader, of, questions, embeddings).await;
    answered.map_err(|Unanswered { question, error }| Violation::from(error).during(format_args!("{question:?}")))
}

/// A question that failed.
pub(crate) struct Unanswered<'q> {
    pub(crate) question: &'q Question,
    pub(crate) error: BackendError,
}

/// As [`observe`], where failing may be right.
pub(crate) async fn answers<'q>(
    reader: &impl IndexReader,
    of: &BackendDescriptor,
    questions: &'q [Question],
    embeddings: bool,
) -> Result<String, Unanswered<'q>> {
    let mut text = String::new();
    for question in questions {
        if question.is_about_embeddings() && !embeddings {
            continue;
        }
        text += &format!("{question:?}\n");
        match question.ask(reader, of).await {
            Ok(lines) => lines.iter().for_each(|line| text += &format!("    {line}\n")),
            // What a refused question says is the backend's own; why it was refused is the
            // contract's.
            Err(error) if error.kind() == ErrorKind::InvalidInput => text += "    refused: InvalidInput\n",
            Err(error) => return Err(Unanswered { question, error }),
        }
    }
    Ok(text)
}

/// Asks a reader of the backend `of` everything about the files that it has, and writes the
/// answers down: for the tests of a backend that compare two states, or look at a damaged one.
///
/// Each file is asked for, and about the first one is asked in every way.
///
/// # Errors
///
/// Of the first question that is not answered.
pub async fn ask_everything(reader: &impl IndexReader, of: &BackendDescriptor) -> Result<String, BackendError> {
    let states = reader.file_states(&PathPrefix::root()).await?;
    let first = match states.first() {
        Some(state) => reader.file(&state.path).await?,
        None => None,
    };
    let mut questions = first.map_or_else(Question::whole, |file| Question::about(&file));
    questions.extend(states.into_iter().skip(1).map(|state| Question::File(state.path)));
    answers(reader, of, &questions, keeps_embeddings(of)).await.map_err(|unanswered| unanswered.error)
}

/// Whether a backend is to be asked about embeddings.
pub(crate) fn keeps_embeddings(descriptor: &BackendDescriptor) -> bool {
    descriptor.claims(Capability::Embeddings)
}

/// Fails with the differing lines unless the two texts are the same.
pub(crate) fn same(what: impl std::fmt::Display, expected: &str, actual: &str) -> Outcome {
    if expected == actual {
        return Ok(());
    }
    let diff = TextDiff::from_lines(expected, actual);
    let diff = diff.unified_diff().context_radius(2).header("contract", "backend").to_string();
    Err(Violation::new(format_args!("{what}:\n{diff}")))
}
