//! Readers whose opening or question is dropped before it is finished.

use codira_contracts::{
    CandidateRequest, ContentHash, DocIssueRequest, DocumentationRequest, EdgeEnd, EdgeRequest, ImportEnd, ImportRequest,
    IndexBackend, IndexReader, IndexWriteSession, Owners, PathPrefix, PendingRequest, Retention, ReuseRequest,
    SymbolInventoryRequest, SymbolRequest, TextRequest, UseKind, WriteScope::Incremental, for_each_question,
};

use crate::{
    Cx, Outcome, Violation,
    cancel::cancelled,
    observe::keeps_embeddings,
    question::Question,
    samples::{path, spec, vector},
    stamped,
    toy::request,
    verdict::ensure,
};

/// More polls than an answer of any sensible backend takes.
const POLLS: u8 = 64;

macro_rules! count_questions {
    ([] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        /// How many questions the contract has.
        const QUESTIONS: usize = [$(stringify!($question)),*].len();
    };
}
for_each_question!(count_questions);

/// Every question of the contract, each with an answer that is not empty.
fn questions() -> [Question; QUESTIONS] {
    let text = ContentHash::of(b"commit 2");
    [
        Question::Inventory,
        Question::Totals,
        Question::FileStates(PathPrefix::root()),
        Question::File(path("pkg/a.toy")),
        Question::Maintenance(Retention::default()),
        Question::Symbols(SymbolRequest::named("run")),
        Question::SymbolInventory(SymbolInventoryRequest::default()),
        Question::Edges(EdgeRequest::new(UseKind::Call, EdgeEnd::FromNamed("run".to_owned()))),
        Question::Imports(ImportRequest::new(ImportEnd::FromFile(path("pkg/a.toy")))),
        Question::TextReferences(TextRequest::new("run")),
        Question::Documentation(DocumentationRequest::default()),
        Question::DocIssues(DocIssueRequest::default()),
        Question::Reusable(ReuseRequest { spec: spec("1"), texts: vec![text] }),
        Question::Pending(PendingRequest::default()),
        Question::Candidates(CandidateRequest::new(Owners::Symbols, spec("1"), vector(&[1.0, 1.0]), 9)),
    ]
}

pub(crate) fn a_dropped_question_leaves_the_reader_usable(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        stamped::commit_up_to(&index.backend, 2).await?;
        let of = index.backend.descriptor();
        let (reader, fresh) = (index.backend.open_reader().await?, index.backend.open_reader().await?);
        for question in questions().iter().filter(|it| keeps_embeddings(of) || !it.is_about_embeddings()) {
            let expected = question.ask(&fresh, of).await?;
            ensure!(!expected.is_empty(), "{question:?} has no answer");
            for polls in 0..POLLS {
                let answer = cancelled(polls, question.ask(&reader, of)).await.transpose()?;
                // The next one is answered as if the last had not been asked.
                let next = Question::Totals.ask(&reader, of).await?;
                let right = Question::Totals.ask(&fresh, of).await?;
                ensure!(
                    next == right,
                    "after {question:?}, dropped after {polls} polls, totals are {next:?}, and should be {right:?}"
                );
                let again = question.ask(&reader, of).await?;
                ensure!(
                    again == expected,
                    "{question:?}, dropped after {polls} polls and asked again, is answered by {again:#?}"
                );
                if let Some(answer) = answer {
                    ensure!(answer == expected, "{question:?}, asked after it was dropped, is answered by {answer:#?}");
                    break;
                }
            }
        }
        drop(reader);
        stamped::commit(&index.backend, 3).await?;
        stamped::shows(&index.backend, 3).await
    })
}

pub(crate) fn a_dropped_opening_leaves_the_backend_usable(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut last = 1;
        stamped::commit(&index.backend, last).await?;
        for polls in 0..POLLS {
            let during = |violation: Violation| violation.during(format_args!("after an opening dropped after {polls} polls"));
            let opened = cancelled(polls, index.backend.open_reader()).await;
            let finished = opened.is_some();
            drop(opened.transpose()?);
            last = commit_nothing(&index.backend).await.map_err(during)?;
            shows(&index.backend, last).await.map_err(during)?;
            // A reader may be the first to come, too.
            drop(cancelled(polls, index.backend.open_reader()).await.transpose()?);
            shows(&index.backend, last).await.map_err(during)?;
            if finished {
                break;
            }
        }
        let listed = index.backend.open_reader().await?.file_states(&PathPrefix::root()).await?;
        ensure!(listed.len() == 4, "of four files, a reader lists {listed:?}");
        Ok(())
    })
}

async fn commit_nothing(backend: &impl IndexBackend) -> Outcome<u64> {
    let session = backend.begin_index_session(request(Incremental)).await?;
    Ok(session.commit().await?.generation)
}

async fn shows(backend: &impl IndexBackend, last: u64) -> Outcome {
    let generation = backend.open_reader().await?.inventory().await?.generation;
    ensure!(generation == last, "a reader shows commit {generation}, and {last} is the last");
    Ok(())
}
