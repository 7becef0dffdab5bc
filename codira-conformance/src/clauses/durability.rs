//! Durability: what is left when a process ends, however it ends.

mod permissions;
mod power;
mod syncs;

use std::{
    collections::BTreeSet,
    fs,
    time::{Duration, Instant},
};

use codira_contracts::{
    ContentHash, EmbeddingRow, ErrorKind, IndexBackend, IndexReader, IndexWriteSession, PendingRequest, ReuseRequest,
    WriteScope::Incremental,
};

pub(crate) use permissions::*;
pub(crate) use power::*;
pub(crate) use syncs::*;

use crate::{
    Cx, Outcome, Violation, directory,
    process::{Moments, Order, Other, Reply, copy::embedding, crash_points},
    samples::{defining, path, spec, vector},
    stamped,
    toy::request,
    verdict::ensure,
};

pub(crate) fn commits_survive_reopening(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let dir = index.without_backend();
    for stamp in 1..=3 {
        let mut other = Other::start(cx, dir.path())?;
        other.make(&Order::Commit(stamp))?;
        other.dismiss()?;
        cx.block_on(async { stamped::shows(&cx.open(dir.path()).await?, stamp).await })?;
    }
    Ok(())
}

pub(crate) fn an_index_survives_moving(cx: &Cx) -> Outcome {
    let dir = tempfile::TempDir::new().map_err(Violation::new)?;
    let (here, there) = (dir.path().join("here"), dir.path().join("there"));
    fs::create_dir(&here).map_err(Violation::new)?;
    cx.block_on(async {
        let backend = cx.open(&here).await?;
        stamped::commit_up_to(&backend, 2).await?;
        drop(backend);
        fs::rename(&here, &there).map_err(Violation::new)?;
        let backend = cx.open(&there).await?;
        stamped::shows(&backend, 2).await?;
        for stamp in 3..=4 {
            let commit = stamped::commit(&backend, stamp).await?;
            ensure!(commit.generation == stamp, "after moving, commit {stamp} says that it is number {}", commit.generation);
            stamped::shows(&backend, stamp).await?;
        }
        ensure!(!here.exists(), "after moving, something is at the old path");
        Ok(())
    })
}

/// What a kill left is commit `last`, or nothing where that is zero; the next session begins at
/// once and is right.
async fn goes_on<B: IndexBackend>(backend: &B, last: u64) -> Outcome {
    left(backend, last..=last).await?;
    let commit = stamped::commit(backend, last + 1).await?;
    ensure!(commit.generation == last + 1, "after commit {last} and a kill, the next is number {}", commit.generation);
    ensure!(commit.replaced.is_none(), "a kill left what a session replaced: {:?}", commit.replaced);
    stamped::shows(backend, last + 1).await
}

/// Which of these commits a kill left; zero is `NotIndexed`.
async fn left<B: IndexBackend>(backend: &B, possible: std::ops::RangeInclusive<u64>) -> Outcome<u64> {
    let left = match backend.open_reader().await {
        Err(error) if error.kind() == ErrorKind::NotIndexed => 0,
        Err(error) => return Err(Violation::from(error).during("opening a reader after a kill")),
        Ok(reader) => stamped::whole_of(&reader, backend.descriptor()).await?,
    };
    ensure!(possible.contains(&left), "a kill left commit {left}, and should have left one of {possible:?}");
    Ok(left)
}

pub(crate) fn a_kill_between_steps_leaves_the_last_commit(cx: &Cx) -> Outcome {
    // Into nothing; over one commit, in place; over two, from nothing.
    for last in 0..=2 {
        let steps = stamped::steps(last + 1, false).len();
        for taken in 1..=steps {
            let killed = || -> Outcome {
                let index = cx.block_on(cx.index())?;
                cx.block_on(stamped::commit_up_to(&index.backend, last))?;
                let mut other = Other::start(cx, index.path())?;
                for step in 0..taken {
                    other.make(&Order::Step { stamp: last + 1, step })?;
                }
                other.kill()?;
                let dir = index.without_backend();
                let committed = if taken == steps { last + 1 } else { last };
                cx.block_on(async { goes_on(&cx.open(dir.path()).await?, committed).await })
            };
            killed().map_err(|violation| {
                violation.during(format_args!("killed after step {taken} of {steps} of the session that follows commit {last}"))
            })?;
        }
    }
    Ok(())
}

pub(crate) fn a_kill_during_a_commit_leaves_old_or_new(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let backend = &index.backend;
    // How long it takes when nothing happens.
    let mut moments = {
        let mut other = Other::start(cx, index.path())?;
        other.make(&Order::Commit(1))?;
        let begun = Instant::now();
        other.make(&Order::Commit(2))?;
        other.make(&Order::Commit(3))?;
        Moments::within(begun.elapsed())
    };
    let mut last = 3;
    // Where commits are too quick to be met, one session is: it is killed as it is about to commit.
    Other::begun(cx, index.path(), last)?.kill()?;
    for _ in 0..crash_points() {
        let held = cx.block_on(backend.open_reader())?;
        let mut other = Other::start(cx, index.path())?;
        // So that kills fall into the second session, too, which follows a fresh log, copy or
        // whatever the first one leaves.
        other.send(&Order::Commit(last + 1))?;
        other.send(&Order::Commit(last + 2))?;
        moments.wait();
        let said = match other.kill()? {
            Some(Reply::Done(generation)) if generation > last => generation,
            None | Some(Reply::Done(_)) => last,
            Some(reply) => return Err(Violation::new(format_args!("a session that is about to be killed: {reply}"))),
        };
        match said - last {
            0 => moments.early(),
            2 => moments.late(),
            _ => {}
        }
        let before = last;
        last = cx.block_on(async {
            let possible = said..=(said + 1).min(before + 2);
            let left = left(backend, possible).await?;
            let shown = stamped::whole_of(&held, backend.descriptor()).await?;
            ensure!(shown == before, "a reader of commit {before}, open during a kill, shows {shown}");
            let commit = stamped::commit(backend, left + 1).await?;
            ensure!(commit.generation == left + 1, "after commit {left} and a kill, the next is number {}", commit.generation);
            stamped::shows(backend, left + 1).await?;
            Outcome::Ok(left + 1)
        })?;
    }
    Ok(())
}

pub(crate) fn a_kill_during_the_first_session_leaves_nothing_or_all(cx: &Cx) -> Outcome {
    let mut moments = {
        let index = cx.block_on(cx.index())?;
        let mut other = Other::start(cx, index.path())?;
        let begun = Instant::now();
        other.make(&Order::Commit(1))?;
        Moments::within(begun.elapsed())
    };
    // One is killed for sure before it commits.
    let dir = cx.block_on(cx.index())?.without_backend();
    Other::begun(cx, dir.path(), 0)?.kill()?;
    cx.block_on(async { goes_on(&cx.open(dir.path()).await?, 0).await })?;
    for _ in 0..crash_points() {
        let dir = cx.block_on(cx.index())?.without_backend();
        let mut other = Other::start(cx, dir.path())?;
        other.send(&Order::Commit(1))?;
        moments.wait();
        let committed = matches!(other.kill()?, Some(Reply::Done(1)));
        if committed {
            moments.late()
        } else {
            moments.early()
        }
        cx.block_on(async {
            let backend = cx.open(dir.path()).await?;
            let last = left(&backend, u64::from(committed)..=1).await?;
            goes_on(&backend, last).await
        })?;
    }
    Ok(())
}

pub(crate) fn kills_leave_no_debris(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let mut last = 2;
    cx.block_on(stamped::commit_up_to(&index.backend, last))?;
    let steps = stamped::steps(last, false).len();
    let mut moments = None;
    for round in 0..6 {
        let mut other = Other::start(cx, index.path())?;
        for step in 0..steps - 1 - round % 2 {
            other.make(&Order::Step { stamp: last + 1, step })?;
        }
        // Every second one is killed while it commits.
        if round % 2 == 0 {
            let span = moments.take().unwrap_or_else(|| Moments::within(Duration::from_millis(5)));
            other.send(&Order::Step { stamp: last + 1, step: steps - 1 })?;
            moments.insert(span).wait();
        }
        other.kill()?;
        last = cx.block_on(left(&index.backend, last..=last + 1))?;
    }
    cx.block_on(stamped::commit(&index.backend, last + 1))?;
    let dir = index.without_backend();
    let control = cx.block_on(async {
        let control = cx.index().await?;
        stamped::commit_up_to(&control.backend, last + 1).await?;
        Outcome::Ok(control.without_backend())
    })?;
    let (killed, never) = (directory::files(dir.path())?, directory::files(control.path())?);
    ensure!(
        killed.len() == never.len(),
        "after six kills and a commit there is {killed:?}, and where no session was ever killed {never:?}"
    );
    Ok(())
}

/// How many rows wait, and how many get their vectors at once.
const PENDING: usize = 20;
const BATCH: usize = 4;

pub(crate) fn pending_rows_survive_kills(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let backend = &index.backend;
    let names: Vec<String> = (0..PENDING).map(|number| format!("f{number:02}")).collect();
    let ids: Vec<&str> = names.iter().map(String::as_str).collect();
    let queue = || async {
        let mut file = defining("pkg/a.toy", &ids);
        file.embeddings = ids.iter().map(|id| EmbeddingRow::pending((*id).into(), spec("1"), *id)).collect();
        let mut session = backend.begin_index_session(request(Incremental)).await?;
        session.put_file(file).await?;
        session.commit().await
    };
    cx.block_on(queue())?;
    let mut moments = {
        let mut other = Other::start(cx, index.path())?;
        let begun = Instant::now();
        other.make(&Order::Embed(BATCH))?;
        Moments::within(begun.elapsed() * 3)
    };
    cx.block_on(queue())?;
    let mut waiting = cx.block_on(pending(backend))?;
    ensure!(waiting.len() == PENDING, "{PENDING} rows were put, and {} wait", waiting.len());
    for _ in 0..crash_points() {
        if waiting.len() < 2 * BATCH {
            cx.block_on(queue())?;
            waiting = cx.block_on(pending(backend))?;
        }
        let mut other = Other::start(cx, index.path())?;
        let before = cx.block_on(async { backend.open_reader().await?.inventory().await })?.generation;
        other.send(&Order::Embed(BATCH))?;
        other.send(&Order::Embed(BATCH))?;
        moments.wait();
        let said = match other.kill()? {
            Some(Reply::Done(generation)) => generation.saturating_sub(before) as usize,
            None => 0,
            Some(reply) => return Err(Violation::new(format_args!("a session that is about to be killed: {reply}"))),
        };
        match said {
            0 => moments.early(),
            2 => moments.late(),
            _ => {}
        }
        let now = cx.block_on(pending(backend))?;
        let stored = waiting.len().checked_sub(now.len()).unwrap_or(usize::MAX);
        ensure!(now.is_subset(&waiting), "rows wait again that had their vectors: {:?}", now.difference(&waiting));
        // Once nothing waits, further commits store nothing.
        let (batches, said) = (stored.div_ceil(BATCH), said.min(waiting.len().div_ceil(BATCH)));
        ensure!(
            stored.is_multiple_of(BATCH) && (said..=said + 1).contains(&batches),
            "{said} batches of {BATCH} were committed, and {stored} rows have their vectors"
        );
        let texts: Vec<&str> = ids.iter().copied().filter(|id| !now.contains(*id)).collect();
        cx.block_on(async {
            let request =
                ReuseRequest { spec: spec("1"), texts: texts.iter().map(|text| ContentHash::of(text.as_bytes())).collect() };
            let reader = backend.open_reader().await?;
            let found = reader.reusable_embeddings(&request).await?;
            let right = |text: &&str| {
                let hash = ContentHash::of(text.as_bytes());
                found.iter().any(|row| row.text_hash == hash && row.vector == vector(&embedding(text)))
            };
            let lost: Vec<&str> = texts.iter().copied().filter(|text| !right(text)).collect();
            ensure!(lost.is_empty(), "these rows do not wait and have not their vectors: {lost:?}");
            ensure!(reader.file(&path("pkg/a.toy")).await?.is_some(), "the file is gone");
            Ok(())
        })?;
        waiting = now;
    }
    Ok(())
}

/// The texts that wait for their vectors.
async fn pending<B: IndexBackend>(backend: &B) -> Outcome<BTreeSet<String>> {
    let rows = backend.open_reader().await?.pending_embeddings(&PendingRequest::default()).await?;
    Ok(rows.into_iter().map(|row| row.text).collect())
}
