//! Several readers at once, one that several ask, and readers beside a commit.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use codira_contracts::{
    BackendDescriptor, BackendError, DocIssueRequest, DocumentationRequest, FileSnapshot, IndexBackend, IndexReader,
    IndexWriteSession, PathPrefix, PendingRequest, SymbolInventoryRequest, SymbolRequest,
    WriteScope::{Full, Incremental},
};

use crate::{
    Cx, Outcome, Violation,
    cancel::cancelled,
    observe::keeps_embeddings,
    question::Question,
    samples::{call, defining, import},
    stamped,
    toy::request,
    verdict::ensure,
    vocabulary,
};

/// How many tasks ask one reader, and how many readers are opened together.
const TASKS: usize = 16;
const READERS: usize = 10;

/// What is asked, each with its answer.
type Answers = Arc<Vec<(Question, Vec<String>)>>;

async fn answered(reader: &impl IndexReader, of: &BackendDescriptor) -> Outcome<Answers> {
    let embeddings = keeps_embeddings(of);
    let mut answers = Vec::new();
    let named = ["run", "helper", "json.dumps"].into_iter().flat_map(Question::naming);
    // Of every kind several that are answered otherwise, so that no answer does for another.
    let prefixes = vocabulary::paths().map(|path| PathPrefix::new(path.as_str())).collect::<Result<Vec<_>, _>>()?;
    let narrowed = prefixes.into_iter().flat_map(|prefix| {
        [
            Question::FileStates(prefix.clone()),
            Question::SymbolInventory(SymbolInventoryRequest { prefix: prefix.clone(), ..Default::default() }),
            Question::Documentation(DocumentationRequest { prefix: prefix.clone(), ..Default::default() }),
            Question::DocIssues(DocIssueRequest { prefix: prefix.clone(), ..Default::default() }),
            Question::Pending(PendingRequest { prefix, ..Default::default() }),
        ]
    });
    let questions = Question::everything().into_iter().chain(named).chain(narrowed);
    for question in questions.filter(|it| embeddings || !it.is_about_embeddings()) {
        let answer = question.ask(reader, of).await?;
        // Nothing is easily the same as nothing.
        if !answer.is_empty() {
            answers.push((question, answer));
        }
    }
    Ok(Arc::new(answers))
}

/// Asks from `first` on, round and round.
async fn ask_again<R: IndexReader>(reader: Arc<R>, of: BackendDescriptor, answers: Answers, first: usize) -> Outcome {
    for (question, expected) in answers.iter().cycle().skip(first).take(answers.len()) {
        let found = question.ask(&*reader, &of).await?;
        ensure!(found == *expected, "among others, {question:?} is answered by {found:#?}, and alone by {expected:#?}");
    }
    Ok(())
}

pub(crate) fn readers_answer_together_as_alone(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let (backend, _dir) = cx.index().await?.into_parts();
        let backend = Arc::new(backend);
        let of = backend.descriptor().clone();
        stamped::commit_up_to(&*backend, 2).await?;
        let alone = answered(&backend.open_reader().await?, &of).await?;
        // One that was never asked before, by many.
        let reader = Arc::new(backend.open_reader().await?);
        let ask = |number: usize| {
            let first = number * alone.len() / TASKS;
            tokio::spawn(ask_again(Arc::clone(&reader), of.clone(), Arc::clone(&alone), first))
        };
        for task in (0..TASKS).map(ask).collect::<Vec<_>>() {
            task.await.map_err(Violation::new)?.map_err(|violation| violation.during("one reader asked by many tasks"))?;
        }
        // Many at once, which stay open together, also when the index goes on.
        let open = |_| {
            let backend = Arc::clone(&backend);
            tokio::spawn(async move { backend.open_reader().await })
        };
        let mut readers = Vec::new();
        for opening in (0..READERS).map(open).collect::<Vec<_>>() {
            readers.push(Arc::new(opening.await.map_err(Violation::new)??));
        }
        stamped::commit(&*backend, 3).await?;
        let ask = |(number, reader): (usize, &Arc<_>)| {
            let first = number * alone.len() / READERS;
            tokio::spawn(ask_again(Arc::clone(reader), of.clone(), Arc::clone(&alone), first))
        };
        for task in readers.iter().enumerate().map(ask).collect::<Vec<_>>() {
            task.await.map_err(Violation::new)?.map_err(|violation| violation.during("ten readers at once"))?;
        }
        drop(readers);
        stamped::shows(&*backend, 3).await
    })
}

/// How many files a large commit has.
const FILES: usize = 200;
/// How often a commit is left alone while readers come by.
const POLLS: u8 = 16;
/// How many large commits are made at most, and how many readers have to be through in the first
/// half of one of them.
const COMMITS: u64 = 8;
const WITHIN: usize = 3;
/// How many times as long as a reader all commits together must have taken, so that it says
/// something that none was through.
const TELLING: u32 = 200;

fn large(number: usize, stamp: u64) -> FileSnapshot {
    let mut file = defining(&format!("large/m{number}.toy"), &["run", "helper"]);
    file.state.size = stamp;
    file.analysis.module = format!("large.m{number}");
    file.analysis.imports = vec![import(&format!("large.m{}", number / 2), "run")];
    file.analysis.uses = vec![call("helper", "run"), call("run", "helper")];
    file.analysis.source = format!("run() # {number} of {stamp}\n").repeat(50);
    file
}

async fn begun<B: IndexBackend>(backend: &B, stamp: u64) -> Result<B::Session, BackendError> {
    let mut session = backend.begin_index_session(request(if stamp == 0 { Full } else { Incremental })).await?;
    for number in 0..FILES {
        session.put_file(large(number, stamp)).await?;
    }
    Ok(session)
}

/// Opens a reader and asks it; says how many files have this stamp.
async fn read(backend: &impl IndexBackend, stamp: u64) -> Result<usize, BackendError> {
    let reader = backend.open_reader().await?;
    drop(reader.symbols(&SymbolRequest::named("run").limit(1)).await?);
    Ok(reader.file_states(&Default::default()).await?.iter().filter(|state| state.size == stamp).count())
}

pub(crate) fn readers_never_wait_for_a_commit(cx: &Cx) -> Outcome {
    let patience = cx.settings().settling;
    cx.block_on(async {
        let (backend, _dir) = cx.index().await?.into_parts();
        let backend = Arc::new(backend);
        begun(&*backend, 0).await?.commit().await?;
        // Beside a commit that goes no further unless it is polled.
        let session = begun(&*backend, 1).await?;
        let mut commit = pin!(session.commit());
        let mut committed = false;
        for polls in 1..=POLLS {
            committed = cancelled(polls, commit.as_mut()).await.transpose()?.is_some();
            match tokio::time::timeout(patience, read(&*backend, 1)).await {
                Ok(stamped) => {
                    let stamped = stamped?;
                    let whole = stamped == FILES || stamped == 0 && !committed;
                    ensure!(
                        whole,
                        "beside a commit of {FILES} files that was polled {polls} times, a reader shows {stamped} of them"
                    );
                }
                Err(_) => ensure!(false, "a reader waits for a commit that was polled {polls} times"),
            }
            if committed {
                break;
            }
        }
        if !committed {
            commit.await?;
        }
        beside_large_commits(&backend).await
    })
}

async fn beside_large_commits<B: IndexBackend>(backend: &Arc<B>) -> Outcome {
    let mut alone = Duration::MAX;
    for _ in 0..WITHIN {
        let begin = Instant::now();
        read(&**backend, 1).await?;
        alone = alone.min(begin.elapsed());
    }
    let mut committing = Duration::ZERO;
    for stamp in 2..2 + COMMITS {
        let session = begun(&**backend, stamp).await?;
        let commit = tokio::spawn(async move {
            // Not before its turn has come: until then, no reader waits for it.
            let begin = Instant::now();
            let committed = session.commit().await;
            (committed, begin, begin.elapsed())
        });
        let mut reads = Vec::new();
        while !commit.is_finished() {
            let begin = Instant::now();
            read(&**backend, stamp).await?;
            reads.push((begin, Instant::now()));
        }
        let (committed, begin, took) = commit.await.map_err(Violation::new)?;
        committed?;
        // In its first half, since a reader that waited for it may be through before the commit
        // says that it has ended.
        let within = reads.iter().filter(|read| begin <= read.0 && read.1 <= begin + took / 2).count();
        if within >= WITHIN {
            return Ok(());
        }
        committing += took;
    }
    ensure!(
        committing < alone * TELLING,
        "alone, a reader opens and answers within {alone:?}; beside {COMMITS} commits, which took {committing:?}, no {WITHIN} were through before the middle of one"
    );
    Ok(())
}
