//! Processes: several that read and write one index at once.

use std::thread;

use codira_contracts::{BackendError, Holder, IndexBackend, IndexReader, IndexWriteSession, WriteScope};
use tempfile::TempDir;

use crate::{
    Cx, Outcome, Violation,
    process::{Bounds, Order, Other, Refusal, Reply},
    stamped,
    toy::request,
    verdict::ensure,
};

pub(crate) fn a_second_process_is_refused(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let backend = &index.backend;
    cx.block_on(stamped::commit_up_to(backend, 1))?;
    let mut other = Other::begun(cx, index.path(), 1)?;
    for scope in [WriteScope::Full, WriteScope::Incremental] {
        match cx.block_on(backend.begin_index_session(request(scope))) {
            Err(BackendError::SessionBusy { holder, .. }) => {
                let expected = Holder { process: other.id(), ..Holder::current() };
                ensure!(holder == expected, "the session is of {expected}, and the refusal names {holder}");
            }
            Err(error) => return Err(error.into()),
            Ok(_) => ensure!(false, "two processes have a session at once"),
        }
    }
    other.make(&Order::Drop)?;
    let session = cx.block_on(backend.begin_index_session(request(WriteScope::Full)))?;
    match other.ask(&Order::Commit(2))? {
        Reply::Refused(Refusal { kind, says, .. }) => {
            ensure!(kind == "SessionBusy", "another process is refused with {kind}: {says}");
            let holder = Holder::current();
            ensure!(says.contains(&holder.to_string()), "the session is of {holder}, and the refusal says: {says}");
        }
        other => ensure!(false, "two processes have a session at once: {other:?}"),
    }
    drop(session);
    other.make(&Order::Commit(2))?;
    other.dismiss()?;
    cx.block_on(stamped::shows(backend, 2))
}

pub(crate) fn readers_never_wait_for_another_process(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    cx.block_on(stamped::commit_up_to(&index.backend, 2))?;
    let mut writer = Other::begun(cx, index.path(), 2)?;
    // Another process does not share this one's handles.
    let mut reader = Other::start(cx, index.path())?;
    for shown in [cx.block_on(stamped::whole(&index.backend))?, reader.make(&Order::Read)?] {
        ensure!(shown == 2, "beside the session that follows commit 2, a reader shows {shown}");
    }
    writer.make(&Order::Step { stamp: 3, step: stamped::steps(3, false).len() - 1 })?;
    for shown in [cx.block_on(stamped::whole(&index.backend))?, reader.make(&Order::Read)?] {
        ensure!(shown == 3, "after commit 3 of another process, a reader shows {shown}");
    }
    writer.dismiss()?;
    reader.dismiss()
}

pub(crate) fn a_reader_keeps_its_state(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    cx.block_on(stamped::commit_up_to(&index.backend, 1))?;
    let own = cx.block_on(index.backend.open_reader())?;
    let mut reader = Other::start(cx, index.path())?;
    reader.make(&Order::Open)?;
    let mut writer = Other::start(cx, index.path())?;
    for stamp in 2..=4 {
        writer.make(&Order::Commit(stamp))?;
        for shown in [cx.block_on(stamped::whole_of(&own, index.backend.descriptor()))?, reader.make(&Order::Look)?] {
            ensure!(shown == 1, "a reader of commit 1 shows {shown}");
        }
    }
    drop(own);
    writer.dismiss()?;
    reader.dismiss()?;
    cx.block_on(stamped::shows(&index.backend, 4))
}

/// How many commits each of two writers makes.
const COMMITS: u64 = 6;

/// Waits until a writer says that it is done; it may have been refused before.
fn written(writer: &mut Other, order: &Order) -> Outcome<u64> {
    match writer.receive()? {
        Reply::Refused(Refusal { kind, .. }) if kind == "SessionBusy" => writer.made(order),
        Reply::Done(number) => Ok(number),
        reply => Err(Violation::new(format_args!("another process, {order:?}: {reply}"))),
    }
}

pub(crate) fn readers_and_writers_see_whole_commits(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let start = || Other::start(cx, index.path());
    let (watch, write) = (Order::WatchUntil(2 * COMMITS), Order::Write(COMMITS));
    let mut watchers = [start()?, start()?];
    for watcher in &mut watchers {
        watcher.send(&watch)?;
    }
    // The second writer begins beside a session of the first one, so that they meet on the
    // quickest of machines.
    let mut writers = [Other::begun(cx, index.path(), 0)?, start()?];
    writers[1].send(&write)?;
    match writers[1].receive()? {
        Reply::Refused(Refusal { kind, .. }) if kind == "SessionBusy" => {}
        reply => ensure!(false, "two processes have a session at once: {reply}"),
    }
    writers[0].make(&Order::Step { stamp: 1, step: stamped::steps(1, false).len() - 1 })?;
    let others = Order::Write(COMMITS - 1);
    writers[0].send(&others)?;
    for (mut writer, order) in writers.into_iter().zip([others, write]) {
        written(&mut writer, &order)?;
        writer.dismiss()?;
    }
    for mut watcher in watchers {
        // Nothing more will come, and everything is there to be seen.
        watcher.end_input();
        watcher.made(&watch)?;
    }
    let last = cx.block_on(stamped::whole(&index.backend))?;
    ensure!(last == 2 * COMMITS, "two writers made {COMMITS} commits each, and the last is number {last}");
    Ok(())
}

pub(crate) fn a_killed_process_releases_the_writer_lock(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    cx.block_on(stamped::commit_up_to(&index.backend, 1))?;
    Other::begun(cx, index.path(), 1)?.kill()?;
    cx.block_on(async {
        drop(index.backend.begin_index_session(request(WriteScope::Full)).await?);
        stamped::shows(&index.backend, 1).await
    })
}

pub(crate) fn a_late_session_is_refused(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let backend = &index.backend;
    cx.block_on(stamped::commit_up_to(backend, 1))?;
    let mut late = Other::start_within(cx, index.path(), Bounds::SlowLocks)?;
    let begin = || cx.block_on(backend.begin_index_session(request(WriteScope::Incremental)));
    let mut session = Some(begin()?);
    late.send(&Order::Step { stamp: 2, step: 0 })?;
    // Sessions come and go while it takes the lock, until it has answered or holds the lock.
    let reply = thread::scope(|scope| {
        let reply = scope.spawn(|| late.receive());
        while let Some(open) = session.take_if(|_| !reply.is_finished()) {
            cx.block_on(open.commit())?;
            session = match begin() {
                Err(BackendError::SessionBusy { .. }) => None,
                begun => Some(begun?),
            };
        }
        reply.join().map_err(|_| Violation::new("the other process was not heard"))?
    })?;
    match reply {
        Reply::Done(_) => {
            ensure!(session.is_none(), "a process that is slow to take the writer lock has a session beside another")
        }
        Reply::Refused(Refusal { kind, .. }) if kind == "SessionBusy" => {}
        reply => ensure!(false, "the session of another process: {reply}"),
    }
    drop(session);
    late.dismiss()
}

/// How many processes take turns, and how many sessions each of them holds.
const PROCESSES: usize = 3;
const SESSIONS: u64 = 64;

pub(crate) fn short_sessions_never_overlap(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let witness = TempDir::new().map_err(Violation::new)?;
    let storm = Order::Storm(witness.path().to_owned(), SESSIONS);
    let others: Outcome<Vec<Other>> = (0..PROCESSES).map(|_| Other::start(cx, index.path())).collect();
    let mut others = others?;
    others.iter_mut().try_for_each(|other| other.send(&storm))?;
    let mut commits = 0;
    for mut other in others {
        commits += other.made(&storm)?;
        other.dismiss()?;
    }
    let last = cx.block_on(async { index.backend.open_reader().await?.inventory().await })?.generation;
    ensure!(last == commits, "{PROCESSES} processes made {commits} commits, and the last is number {last}");
    Ok(())
}

/// How many rounds of sessions and readers one process makes.
const ROUNDS: u64 = 100;

pub(crate) fn hundreds_of_sessions_leave_nothing_behind(cx: &Cx) -> Outcome {
    let (index, busy) = (cx.block_on(cx.index())?, cx.block_on(cx.index())?);
    // One of another index is held all the while.
    let held = cx.block_on(index.backend.begin_index_session(request(WriteScope::Full)))?;
    let mut other = Other::start(cx, busy.path())?;
    other.make(&Order::Endure(ROUNDS))?;
    other.dismiss()?;
    cx.block_on(async {
        let second = index.backend.begin_index_session(request(WriteScope::Incremental)).await;
        ensure!(second.is_err(), "the writer lock of a session that was held for long is free");
        let generation = held.commit().await?.generation;
        ensure!(generation == 1, "the first commit, of a session that was held for long, is number {generation}");
        Ok(())
    })
}
