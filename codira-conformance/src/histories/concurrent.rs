//! Sessions and readers side by side: what each did and saw, and whether some order of whole
//! commits agrees with all of it.
//!
//! The order is not searched for: a commit tells its number. What is checked is that these numbers
//! are an order, that it agrees with what came before what, and that the reference, led through
//! the commits in this order, gives every answer that was given.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
};

use codira_contracts::{BackendError, ErrorKind, FileSnapshot, IndexBackend, IndexReader, IndexWriteSession};
use codira_memory::{IndexState, MemoryBackend, MemoryReader};
use tokio::sync::{Notify, watch};

use super::{Edit, End, History, Run, Whose};
use crate::{
    Outcome, Violation,
    observe::{keeps_embeddings, observe, same},
    question::Question,
    verdict::ensure,
};

/// How often each reader opens at most, besides once at the end.
const READINGS: usize = 6;

/// A committed session: in the span of time from its beginning to its end.
struct Committed {
    run: Run,
    began: u64,
    ended: u64,
    /// What its calls answered, in order.
    heard: Vec<String>,
}

/// What a reader saw, which was opened in this span of time.
struct Seen {
    began: u64,
    ended: u64,
    generation: u64,
    answers: String,
}

/// Counts moments: of two, the lesser came first.
#[derive(Default)]
struct Clock(AtomicU64);

impl Clock {
    fn now(&self) -> u64 {
        self.0.fetch_add(1, SeqCst)
    }
}

/// Leads `writers` through the sessions of a history, each taking the next one, beside `readers`;
/// then says whether what they saw is possible. All are backends of one index, where nothing is
/// indexed.
pub(crate) async fn check<B: IndexBackend>(writers: Vec<Arc<B>>, readers: Vec<Arc<B>>, history: &History) -> Outcome {
    let embeddings = writers.first().is_some_and(|backend| keeps_embeddings(backend.descriptor()));
    let (clock, next) = (Arc::new(Clock::default()), Arc::new(AtomicUsize::new(0)));
    let (over, still) = watch::channel(false);
    let freed = Arc::new(Notify::new());
    let runs = Arc::new(history.0.clone());
    let writing: Vec<_> = writers
        .into_iter()
        .map(|backend| {
            tokio::spawn(write(backend, Arc::clone(&runs), Arc::clone(&next), Arc::clone(&clock), Arc::clone(&freed)))
        })
        .collect();
    let reading: Vec<_> =
        readers.into_iter().map(|backend| tokio::spawn(read(backend, still.clone(), Arc::clone(&clock)))).collect();
    let mut commits = BTreeMap::new();
    let mut written = Ok(());
    for writer in writing {
        match writer.await.map_err(Violation::new)? {
            Ok(made) => {
                for (generation, commit) in made {
                    let twice = commits.insert(generation, commit).is_some();
                    ensure!(!twice, "two commits say that they are number {generation}");
                }
            }
            Err(violation) => written = Err(violation),
        }
    }
    over.send_replace(true);
    let mut seen = Vec::new();
    for reader in reading {
        seen.extend(reader.await.map_err(Violation::new)??);
    }
    written?;
    in_order(&commits)?;
    let states = replay(&commits, embeddings)?;
    seen.iter().try_for_each(|seen| possible(seen, &commits))?;
    for Seen { generation, answers, .. } in &seen {
        let memory = MemoryBackend::default();
        let Some(state) = states.get(generation) else { continue };
        let (reader, of) = (MemoryReader::new(state), memory.descriptor());
        let expected = observe(&reader, of, &Question::everything(), embeddings).await?;
        same(format_args!("a reader that shows commit {generation}, opened beside others"), &expected, answers)?;
    }
    Ok(())
}

/// Wakes the writers that were refused, once what was declared after it is gone: the session.
struct Frees<'a>(&'a Notify);

impl Drop for Frees<'_> {
    fn drop(&mut self) {
        self.0.notify_waiters();
    }
}

/// Takes sessions until none is left.
async fn write<B: IndexBackend>(
    backend: Arc<B>,
    runs: Arc<Vec<Run>>,
    next: Arc<AtomicUsize>,
    clock: Arc<Clock>,
    freed: Arc<Notify>,
) -> Outcome<Vec<(u64, Committed)>> {
    let embeddings = keeps_embeddings(backend.descriptor());
    let mut made = Vec::new();
    while let Some(run) = runs.get(next.fetch_add(1, SeqCst)) {
        let _frees = Frees(&freed);
        let mut session = loop {
            // Before it is tried, so that no end is missed.
            let ended = freed.notified();
            match backend.begin_index_session(run.request()).await {
                Err(busy) if busy.kind() == ErrorKind::SessionBusy => ended.await,
                session => break session?,
            }
        };
        let began = clock.now();
        let mut heard = Vec::new();
        for edit in &run.edits {
            if let Some(answer) = call(&mut session, edit, embeddings).await? {
                heard.push(answer);
            }
            tokio::task::yield_now().await;
        }
        match run.end {
            End::Abort => session.abort().await?,
            End::Drop => drop(session),
            _ => {
                let commit = session.commit().await?;
                made.push((commit.generation, Committed { run: run.clone(), began, ended: clock.now(), heard }));
            }
        }
    }
    Ok(made)
}

/// Does to a session what can be done without knowing what it began from, and says what it answers.
async fn call(session: &mut impl IndexWriteSession, edit: &Edit, embeddings: bool) -> Outcome<Option<String>> {
    if edit.is_about_embeddings() && !embeddings {
        return Ok(None);
    }
    let answer = match edit {
        Edit::Put(file) => session.put_file(kept(file, embeddings)).await.map(|()| String::new()),
        Edit::Remove(path) => session.remove_file(path).await.map(|()| String::new()),
        Edit::Maintain(retention) => session.maintain(retention).await.map(|done| format!("{done:?}")),
        Edit::Queue(rows) => {
            let known = |row: &super::Waiting| matches!(row.of, Whose::Key(_)).then(|| row.pending(&[])).flatten();
            session.queue_embeddings(rows.iter().filter_map(known).collect()).await.map(|()| String::new())
        }
        Edit::Store(rows) => session.store_embeddings(rows.clone()).await.map(|stored| format!("{stored:?}")),
        Edit::WriteInventory(inventory) => session.write_inventory(inventory.clone()).await.map(|()| String::new()),
        Edit::RebuildDerived => session.rebuild_derived().await.map(|_| String::new()),
        Edit::AskReusable(request) => session.reusable_embeddings(request).await.map(|rows| format!("{rows:?}")),
        Edit::AskPending(request) => session.pending_embeddings(request).await.map(|rows| format!("{rows:?}")),
        // What is pending is not known beforehand.
        Edit::ComputePending(..) => return Ok(None),
    };
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(refused) if refused.kind() == ErrorKind::InvalidInput => Ok(Some("refused: InvalidInput".to_owned())),
        Err(error) => Err(Violation::from(error).during(edit)),
    }
}

/// The file without what the backend does not claim to keep.
fn kept(file: &FileSnapshot, embeddings: bool) -> FileSnapshot {
    let embeddings = if embeddings { file.embeddings.clone() } else { Vec::new() };
    FileSnapshot { embeddings, ..file.clone() }
}

/// Opens readers and asks them everything, now and then an older one once more, until the writers
/// are through.
async fn read<B: IndexBackend>(backend: Arc<B>, mut over: watch::Receiver<bool>, clock: Arc<Clock>) -> Outcome<Vec<Seen>> {
    let embeddings = keeps_embeddings(backend.descriptor());
    let questions = Question::everything();
    let mut seen = Vec::new();
    let mut first: Option<(B::Reader, String)> = None;
    let mut last_look = false;
    while !last_look {
        last_look = *over.borrow() || seen.len() >= READINGS;
        if last_look {
            // Where the writers failed, they say so themselves.
            let _ = over.wait_for(|over| *over).await;
        }
        let began = clock.now();
        match backend.open_reader().await {
            Err(error) if error.kind() == ErrorKind::NotIndexed => {
                seen.push(Seen { began, ended: clock.now(), generation: 0, answers: String::new() });
            }
            reader => {
                let reader = reader?;
                let ended = clock.now();
                let answers = observe(&reader, backend.descriptor(), &questions, embeddings).await?;
                let generation = reader.inventory().await?.generation;
                first.get_or_insert_with(|| (reader, answers.clone()));
                seen.push(Seen { began, ended, generation, answers });
            }
        }
        tokio::task::yield_now().await;
    }
    if let Some((reader, before)) = first {
        let now = observe(&reader, backend.descriptor(), &questions, embeddings).await?;
        same("a reader answers otherwise after others have committed", &before, &now)?;
    }
    Ok(seen)
}

/// The numbers are one, two, three and so on, and of two commits that followed each other, the
/// later one has the greater.
fn in_order(commits: &BTreeMap<u64, Committed>) -> Outcome {
    let numbers: Vec<u64> = commits.keys().copied().collect();
    ensure!(numbers.iter().copied().eq(1..=numbers.len() as u64), "the commits say that they are {numbers:?}");
    let mut latest = 0;
    for (generation, Committed { began, ended, .. }) in commits {
        ensure!(latest < *ended, "commit {generation} had ended before one with a lesser number began");
        latest = latest.max(*began);
    }
    Ok(())
}

/// The state after each commit, which the reference has after the same calls with the same answers.
fn replay(commits: &BTreeMap<u64, Committed>, embeddings: bool) -> Outcome<BTreeMap<u64, Arc<IndexState>>> {
    let mut state = Arc::<IndexState>::default();
    let mut states = BTreeMap::new();
    for (generation, Committed { run, heard, .. }) in commits {
        let mut draft = state.begin(run.request());
        let mut heard = heard.iter();
        for edit in run.edits.iter().filter(|edit| embeddings || !edit.is_about_embeddings()) {
            let said = |answer: Result<String, BackendError>| answer.unwrap_or_else(|_| "refused: InvalidInput".to_owned());
            let expected = match edit {
                Edit::Put(file) => said(draft.put_file(kept(file, embeddings)).map(|()| String::new())),
                Edit::Remove(path) => {
                    draft.remove_file(path);
                    String::new()
                }
                Edit::Maintain(retention) => format!("{:?}", draft.maintain(retention)),
                Edit::Queue(rows) => {
                    let rows = rows.iter().filter(|row| matches!(row.of, Whose::Key(_))).filter_map(|row| row.pending(&[]));
                    said(draft.queue_embeddings(rows.collect()).map(|()| String::new()))
                }
                Edit::Store(rows) => said(draft.store_embeddings(rows.clone()).map(|stored| format!("{stored:?}"))),
                Edit::WriteInventory(inventory) => said(draft.write_inventory(inventory.clone()).map(|()| String::new())),
                Edit::RebuildDerived => String::new(),
                Edit::AskReusable(request) => format!("{:?}", draft.reusable_embeddings(request)),
                Edit::AskPending(request) => format!("{:?}", draft.pending_embeddings(request)),
                Edit::ComputePending(..) => continue,
            };
            let found = heard.next();
            ensure!(
                found == Some(&expected),
                "in the session of commit {generation}, {edit} answered {found:?}, and on what was committed before it is {expected:?}"
            );
        }
        state = Arc::new(draft.seal());
        states.insert(*generation, Arc::clone(&state));
    }
    Ok(states)
}

/// A reader shows no less than what had been committed when it was asked for, and nothing that was
/// begun after it was open.
fn possible(Seen { began, ended, generation, .. }: &Seen, commits: &BTreeMap<u64, Committed>) -> Outcome {
    let earliest = commits.iter().filter(|(_, commit)| commit.ended < *began).map(|(number, _)| *number).max().unwrap_or(0);
    let latest = commits.iter().filter(|(_, commit)| commit.began < *ended).map(|(number, _)| *number).max().unwrap_or(0);
    ensure!(
        (earliest..=latest).contains(generation),
        "a reader shows commit {generation}; when it was asked for, commit {earliest} had returned, and when it was open, {latest} had begun"
    );
    Ok(())
}
