//! Processes: several that read and write one index at once.

use codira_contracts::{BackendError, Holder, IndexBackend, WriteScope};

use crate::{
    Cx, Fixture, Outcome,
    process::{Order, Other, Refusal, Reply},
    stamped,
    verdict::ensure,
};

/// An open session, of the commit after `generation`.
fn begun<F: Fixture>(cx: &Cx<F>, dir: &std::path::Path, generation: u64) -> Outcome<Other> {
    let mut other = Other::start(cx, dir)?;
    // All but the commit.
    for step in 0..stamped::steps(generation + 1, false).len() - 1 {
        other.make(&Order::Step { stamp: generation + 1, step })?;
    }
    Ok(other)
}

pub(crate) fn a_second_process_is_refused<F: Fixture>(cx: &Cx<F>) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let backend = &index.backend;
    cx.block_on(stamped::commit_up_to(backend, 1))?;
    let mut other = begun(cx, index.path(), 1)?;
    for scope in [WriteScope::Full, WriteScope::Incremental] {
        match cx.block_on(backend.begin_index_session(scope)) {
            Err(BackendError::SessionBusy { holder, .. }) => {
                let expected = Holder { process: other.id(), ..Holder::current() };
                ensure!(holder == expected, "the session is of {expected}, and the refusal names {holder}");
            }
            Err(error) => return Err(error.into()),
            Ok(_) => ensure!(false, "two processes have a session at once"),
        }
    }
    other.make(&Order::Drop)?;
    let session = cx.block_on(backend.begin_index_session(WriteScope::Full))?;
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

pub(crate) fn readers_never_wait_for_another_process<F: Fixture>(cx: &Cx<F>) -> Outcome {
    let index = cx.block_on(cx.index())?;
    cx.block_on(stamped::commit_up_to(&index.backend, 2))?;
    let mut writer = begun(cx, index.path(), 2)?;
    // Another process does not know this one's handles.
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

pub(crate) fn a_reader_keeps_its_state<F: Fixture>(cx: &Cx<F>) -> Outcome {
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

/// How many commits two writers share.
const COMMITS: u64 = 12;

pub(crate) fn readers_and_writers_see_whole_commits<F: Fixture>(cx: &Cx<F>) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let start = |order: &Order| -> Outcome<Other> {
        let mut other = Other::start(cx, index.path())?;
        other.tell(order)?;
        Ok(other)
    };
    let (watch, write) = (Order::WatchUntil(COMMITS), Order::WriteUntil(COMMITS));
    let watchers = [start(&watch)?, start(&watch)?];
    for mut writer in [start(&write)?, start(&write)?] {
        writer.made(&write)?;
        writer.dismiss()?;
    }
    for mut watcher in watchers {
        // Nothing more will come, and everything is there to be seen.
        watcher.end_input();
        watcher.made(&watch)?;
    }
    let last = cx.block_on(stamped::whole(&index.backend))?;
    // Either writer may have been beginning when the other reached the end.
    ensure!((COMMITS..=COMMITS + 1).contains(&last), "two writers made {COMMITS} commits, and the last is number {last}");
    Ok(())
}

pub(crate) fn a_killed_process_frees_the_place<F: Fixture>(cx: &Cx<F>) -> Outcome {
    let index = cx.block_on(cx.index())?;
    cx.block_on(stamped::commit_up_to(&index.backend, 1))?;
    begun(cx, index.path(), 1)?.kill()?;
    cx.block_on(async {
        drop(index.backend.begin_index_session(WriteScope::Full).await?);
        stamped::shows(&index.backend, 1).await
    })
}
