//! An index in which every row tells by which commit it was written, so that half a commit, an old
//! answer or a lost row shows.

use std::sync::Arc;

use codira_contracts::{
    AnalyzerInventory, BackendDescriptor, BackendError, Commit, ContentHash, Coverage, DocIssue, EmbeddingRow, ErrorKind,
    FileSnapshot, IndexBackend, IndexReader, IndexWriteSession, LineSpan, RepoPath, RunInventory, Severity, Tool,
    WriteScope::{self, Full, Incremental},
};
use codira_memory::{IndexState, MemoryBackend, MemoryReader};

use crate::{
    Outcome, Violation,
    observe::{Unanswered, answers, keeps_embeddings, observe, same},
    question::Question,
    samples::{call, defining, import, path, row, spec, unit},
    toy::request,
    verdict::ensure,
};

/// Files of every commit.
const ALWAYS: [&str; 4] = ["pkg/a.toy", "pkg/b.toy", "src/lib.plain", "c/a.c"];

/// A file that every second commit removes.
const SOMETIMES: &str = "pkg/index.toy";

/// No history of the kit is as long; a number beyond it is damage.
const FAR: u64 = 100_000;

/// A file with something of everything, for the tests of a backend's own. Its texts, and that of its
/// one vector, which is `mark` and 1, read `commit MARK`; another row of the same spec waits.
pub fn sample_file(path: &str, mark: u64) -> FileSnapshot {
    file(path, mark, true)
}

/// The file at `path`, as the commit `stamp` puts it.
pub(crate) fn file(path: &str, stamp: u64, embeddings: bool) -> FileSnapshot {
    let text = format!("commit {stamp}");
    let mut file = defining(path, &["run", "helper"]);
    file.state.size = stamp;
    file.state.modified = stamp as i64;
    file.state.hash = ContentHash::of(&stamp.to_le_bytes());
    let analysis = &mut file.analysis;
    analysis.symbols.iter_mut().for_each(|symbol| symbol.documentation = Some(text.clone()));
    analysis.uses = vec![call("run", if stamp.is_multiple_of(2) { "json.dumps" } else { "helper" })];
    analysis.imports = vec![import("json", &text)];
    analysis.documentation = vec![unit("m", &text)];
    analysis.doc_issues = vec![DocIssue {
        rule: "D1".to_owned(),
        severity: Severity::Info,
        message: text.clone(),
        span: LineSpan::new(1, 1),
        convention: Tool::new("kit", "1"),
        auditor: Tool::new("kit", "1"),
        owner: None,
    }];
    analysis.source = format!("run() # {text}\n");
    if embeddings {
        let pending = EmbeddingRow::pending("helper".into(), spec("1"), text.clone());
        file.embeddings = vec![row("run", spec("1"), &text, &[stamp as f32, 1.0]), pending];
    }
    file.normalize();
    file
}

/// One step of the session that commits a stamp.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Begin.
    Begin(WriteScope),
    /// Put this file.
    Put(Box<FileSnapshot>),
    /// Remove this path.
    Remove(RepoPath),
    /// Bring derived state up to date.
    Derive,
    /// Write the inventory.
    Write(RunInventory),
    /// Commit.
    Commit,
}

/// The steps of the session that commits `stamp`. In both scopes they lead to the same state.
pub(crate) fn steps(stamp: u64, embeddings: bool) -> Vec<Step> {
    let mut steps = vec![Step::Begin(if stamp.is_multiple_of(3) { Full } else { Incremental })];
    steps.extend(ALWAYS.map(|path| Step::Put(Box::new(file(path, stamp, embeddings)))));
    steps.push(match stamp % 2 {
        0 => Step::Put(Box::new(file(SOMETIMES, stamp, embeddings))),
        _ => Step::Remove(path(SOMETIMES)),
    });
    let analyzer = AnalyzerInventory { tool: Tool::new("kit", stamp.to_string()), globs: vec!["*".to_owned()] };
    let inventory = RunInventory { coverage: Coverage::Complete, analyzers: vec![analyzer] };
    steps.extend([Step::Write(inventory), Step::Derive, Step::Commit]);
    steps
}

/// Takes one step. Where it begins or ends a session, `session` is filled or emptied.
pub(crate) async fn take<B: IndexBackend>(
    step: Step,
    backend: &B,
    session: &mut Option<B::Session>,
) -> Result<Option<Commit>, BackendError> {
    if let Step::Begin(scope) = step {
        *session = Some(backend.begin_index_session(request(scope)).await?);
        return Ok(None);
    }
    if let Step::Commit = step {
        let session = session.take().expect("a session is begun before it commits");
        return session.commit().await.map(Some);
    }
    let session = session.as_mut().expect("a session is begun before it writes");
    match step {
        Step::Put(file) => session.put_file(*file).await?,
        Step::Remove(path) => session.remove_file(&path).await?,
        Step::Write(inventory) => session.write_inventory(inventory).await?,
        Step::Derive => drop(session.rebuild_derived().await?),
        Step::Begin(_) | Step::Commit => {}
    }
    Ok(None)
}

/// Begins a session, writes `stamp` and commits.
pub(crate) async fn commit<B: IndexBackend>(backend: &B, stamp: u64) -> Result<Commit, BackendError> {
    let mut session = None;
    for step in steps(stamp, keeps_embeddings(backend.descriptor())) {
        if let Some(commit) = take(step, backend, &mut session).await? {
            return Ok(commit);
        }
    }
    unreachable!("the last step commits")
}

/// Begins an incremental session, writes what follows what is there, and commits; says which stamp
/// that was.
pub(crate) async fn commit_next<B: IndexBackend>(backend: &B) -> Result<(u64, Commit), BackendError> {
    let mut session = Some(backend.begin_index_session(request(Incremental)).await?);
    // While the session is open, what a reader shows is what it began from.
    let last = match backend.open_reader().await {
        Ok(reader) => reader.file(&path(ALWAYS[0])).await?,
        Err(error) if error.kind() == ErrorKind::NotIndexed => None,
        Err(error) => return Err(error),
    };
    let stamp = last.map_or(0, |file| file.state.size) + 1;
    for step in steps(stamp, keeps_embeddings(backend.descriptor())).into_iter().skip(1) {
        if let Some(commit) = take(step, backend, &mut session).await? {
            return Ok((stamp, commit));
        }
    }
    unreachable!("the last step commits")
}

/// Commits the sample of which stores of older schemas are made, as one session of full scope: see
/// the [crate's documentation](crate#stores-of-other-schemas). The index is to be empty before.
///
/// # Errors
///
/// Those of the backend.
pub async fn write_sample<B: IndexBackend>(backend: &B) -> Result<(), BackendError> {
    commit(backend, SAMPLE).await.map(drop)
}

/// What the sample is stamped with.
pub(crate) const SAMPLE: u64 = 3;

/// Makes the commits up to `last`, each with its own number as stamp.
pub(crate) async fn commit_up_to<B: IndexBackend>(backend: &B, last: u64) -> Outcome {
    for stamp in 1..=last {
        let commit =
            commit(backend, stamp).await.map_err(|error| Violation::from(error).during(format_args!("commit {stamp}")))?;
        ensure!(commit.generation == stamp, "commit {stamp} says that it is number {}", commit.generation);
    }
    Ok(())
}

/// What a reader shows.
pub(crate) enum Shown {
    /// Commit `generation`, whole and right.
    Whole { generation: u64 },
    /// Something else: the difference.
    Wrong(Violation),
}

/// Asks everything: whether the answers are those of the reference after the commit that the
/// reader shows.
pub(crate) async fn shown(reader: &impl IndexReader, of: &BackendDescriptor) -> Result<Shown, BackendError> {
    shown_with_stamp(reader, of, reader.inventory().await?.generation).await
}

/// The same, where the commit has another number than its stamp says.
pub(crate) async fn shown_with_stamp(
    reader: &impl IndexReader,
    of: &BackendDescriptor,
    stamp: u64,
) -> Result<Shown, BackendError> {
    let generation = reader.inventory().await?.generation;
    let questions = Question::everything();
    let found = answers(reader, of, &questions, keeps_embeddings(of)).await.map_err(|Unanswered { error, .. }| error)?;
    if !(1..FAR).contains(&generation) {
        return Ok(Shown::Wrong(Violation::new(format_args!("a reader shows commit {generation}"))));
    }
    Ok(match same(format_args!("commit {generation}"), &expected(generation, stamp, keeps_embeddings(of)).await, &found) {
        Ok(()) => Shown::Whole { generation },
        Err(difference) => Shown::Wrong(difference),
    })
}

/// Opens a reader and asks everything; says which commit it shows, whole and right.
pub(crate) async fn whole<B: IndexBackend>(backend: &B) -> Outcome<u64> {
    whole_of(&backend.open_reader().await?, backend.descriptor()).await
}

/// The same of a reader that is open.
pub(crate) async fn whole_of(reader: &impl IndexReader, of: &BackendDescriptor) -> Outcome<u64> {
    match shown(reader, of).await? {
        Shown::Whole { generation } => Ok(generation),
        Shown::Wrong(difference) => Err(difference),
    }
}

/// Fails unless a reader opens and shows commit `generation`, whole and right.
pub(crate) async fn shows<B: IndexBackend>(backend: &B, generation: u64) -> Outcome {
    let shown = whole(backend).await?;
    ensure!(shown == generation, "commit {generation} was the last, and a reader shows {shown}");
    Ok(())
}

/// The answers of the reference.
async fn expected(generation: u64, stamp: u64, embeddings: bool) -> String {
    let mut state = Arc::new(IndexState::default());
    while state.generation() + 1 < generation {
        state = Arc::new(state.begin(request(Full)).seal());
    }
    let mut draft = state.begin(request(Full));
    for step in steps(stamp, embeddings) {
        match step {
            Step::Put(file) => draft.put_file(*file).expect("stamped files break no rule"),
            Step::Write(inventory) => draft.write_inventory(inventory).expect("stamped inventories break no rule"),
            Step::Begin(_) | Step::Remove(_) | Step::Derive | Step::Commit => {}
        }
    }
    let reader = MemoryReader::new(&Arc::new(draft.seal()));
    let of = MemoryBackend::default();
    observe(&reader, of.descriptor(), &Question::everything(), embeddings).await.expect("the reference answers")
}
