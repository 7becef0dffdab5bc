//! Sessions: one at a time, whole or nothing.

mod dropped;
mod elsewhere;
mod memory;
mod storm;

use codira_contracts::{
    AnalyzerInventory, BackendError, Commit, Coverage, DynSession, EmbeddingRow, ErrorKind, IndexBackend, IndexReader,
    IndexWriteSession, PathPrefix, PendingRequest, RunInventory, RuntimeInventory, Tool,
    WriteScope::{self, Full, Incremental},
};

use crate::{
    Cx, Outcome,
    histories::Flaw,
    observe::keeps_embeddings,
    samples::{defining, embedded, file, path, spec},
    toy::request,
    verdict::ensure,
};

pub(crate) use dropped::*;
pub(crate) use elsewhere::*;
pub(crate) use memory::*;
pub(crate) use storm::*;

/// The paths that a fresh reader lists.
async fn listed(backend: &impl IndexBackend) -> Result<Vec<String>, BackendError> {
    let states = backend.open_reader().await?.file_states(&PathPrefix::root()).await?;
    Ok(states.into_iter().map(|state| state.path.to_string()).collect())
}

/// Commits files of these paths.
async fn commit(backend: &impl IndexBackend, scope: WriteScope, paths: &[&str]) -> Result<Commit, BackendError> {
    let mut session = backend.begin_index_session(request(scope)).await?;
    for path in paths {
        session.put_file(file(path)).await?;
    }
    session.commit().await
}

/// Fails unless `second`, which was begun beside a session of this process, is refused and says so.
fn refused<S>(second: Result<S, BackendError>) -> Outcome {
    match second {
        Ok(_) => ensure!(false, "a second session began"),
        Err(BackendError::SessionBusy { holder, .. }) => {
            ensure!(holder.process == std::process::id(), "the session is this process's, and the error names {holder}");
        }
        Err(other) => return Err(other.into()),
    }
    Ok(())
}

pub(crate) fn only_one_session_is_open(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for (first, second) in [(Full, Incremental), (Incremental, Full), (Incremental, Incremental)] {
            let session = index.backend.begin_index_session(request(first)).await?;
            // Also after the refusal, and after a reader came by.
            for _ in 0..2 {
                let second = index.backend.begin_index_session(request(second));
                match tokio::time::timeout(cx.settings().settling, second).await {
                    Ok(second) => refused(second)?,
                    Err(_) => ensure!(false, "a second session waits for the first instead of being refused at once"),
                }
                drop(index.backend.open_reader().await);
            }
            session.commit().await?;
        }
        Ok(())
    })
}

pub(crate) fn all_backends_of_a_repository_share_the_writer_lock(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let other = cx.open(index.path()).await?;
        let session = index.backend.begin_index_session(request(Incremental)).await?;
        refused(other.begin_index_session(request(Incremental)).await)?;
        drop(session);
        commit(&other, Incremental, &["pkg/a.toy"]).await?;
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/a.toy"], "the other backend committed pkg/a.toy, and this one lists {listed:?}");
        Ok(())
    })
}

pub(crate) fn dropping_a_session_changes_nothing(cx: &Cx) -> Outcome {
    giving_up(cx, |session| async move {
        drop(session);
        Ok(())
    })
}

pub(crate) fn aborting_a_session_changes_nothing(cx: &Cx) -> Outcome {
    giving_up(cx, |session| session.abort())
}

fn giving_up<G: Future<Output = Result<(), BackendError>>>(cx: &Cx, give_up: impl Fn(DynSession) -> G) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        commit(&index.backend, Incremental, &["pkg/a.toy"]).await?;
        for scope in [Incremental, Full] {
            let mut session = index.backend.begin_index_session(request(scope)).await?;
            session.put_file(file("pkg/b.toy")).await?;
            session.remove_file(&path("pkg/a.toy")).await?;
            session.rebuild_derived().await?;
            give_up(session).await?;
            // The very next call finds the writer lock free.
            give_up(index.backend.begin_index_session(request(scope)).await?).await?;
            let listed = listed(&index.backend).await?;
            ensure!(listed == ["pkg/a.toy"], "a session that was given up left {listed:?}");
        }
        let Commit { generation, .. } = commit(&index.backend, Incremental, &["pkg/c.toy"]).await?;
        ensure!(generation == 2, "sessions that were given up counted: the second commit is number {generation}");
        Ok(())
    })
}

pub(crate) fn committing_releases_the_writer_lock(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for _ in 0..3 {
            index.backend.begin_index_session(request(Incremental)).await?.commit().await?;
        }
        Ok(())
    })
}

pub(crate) fn a_session_owns_what_it_needs(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        commit(&index.backend, Incremental, &["pkg/a.toy"]).await?;
        let reader = index.backend.open_reader().await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        let _dir = index.without_backend();
        session.put_file(file("pkg/b.toy")).await?;
        let Commit { generation, .. } = session.commit().await?;
        ensure!(generation == 2, "the second commit is number {generation}");
        let states = reader.file_states(&PathPrefix::root()).await?;
        ensure!(states.len() == 1, "the reader shows {states:?}");
        Ok(())
    })
}

pub(crate) fn the_first_commit_is_number_one(cx: &Cx) -> Outcome {
    for first in [Full, Incremental] {
        cx.block_on(async {
            let index = cx.index().await?;
            for (expected, scope) in (1..).zip([first, Incremental, Full, Incremental]) {
                let Commit { generation, replaced } = commit(&index.backend, scope, &["pkg/a.toy"]).await?;
                ensure!(generation == expected, "commit number {expected} says that it is {generation}");
                ensure!(replaced.is_none(), "it says that it replaced something unreadable: {replaced:?}");
                let reader = index.backend.open_reader().await?;
                let shown = reader.inventory().await?.generation;
                ensure!(shown == expected, "after commit {expected}, a reader shows {shown}");
            }
            Outcome::Ok(())
        })?;
    }
    Ok(())
}

pub(crate) fn an_empty_commit_is_a_commit(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        commit(&index.backend, Incremental, &[]).await?;
        ensure!(listed(&index.backend).await?.is_empty(), "an empty commit left files");
        commit(&index.backend, Incremental, &["pkg/a.toy"]).await?;
        let Commit { generation, .. } = commit(&index.backend, Incremental, &[]).await?;
        ensure!(generation == 3, "the third commit is number {generation}");
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/a.toy"], "an empty commit left {listed:?}");
        Ok(())
    })
}

fn an_inventory() -> RunInventory {
    let analyzer = AnalyzerInventory { tool: Tool::new("python", "1"), globs: vec!["*.toy".to_owned()] };
    RunInventory { coverage: Coverage::Complete, analyzers: vec![analyzer] }
}

pub(crate) fn full_scope_replaces_everything(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        let embeddings = keeps_embeddings(index.backend.descriptor());
        let known = || defining("pkg/b.toy", &["run"]);
        session.put_file(file("pkg/a.toy")).await?;
        session.put_file(embedded(known(), embeddings)).await?;
        session.write_inventory(an_inventory()).await?;
        session.commit().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(known()).await?;
        session.commit().await?;
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/b.toy"], "a full session put pkg/b.toy and left {listed:?}");
        let reader = index.backend.open_reader().await?;
        let found = reader.file(known().path()).await?;
        ensure!(found == Some(known()), "a full session put pkg/b.toy without embeddings, and left {found:#?}");
        let RuntimeInventory { coverage, analyzers, .. } = reader.inventory().await?;
        ensure!(coverage == Coverage::Unknown, "no coverage was written, and coverage is {coverage}");
        ensure!(analyzers.is_empty(), "no analyzer was written, and there are {analyzers:?}");
        Ok(())
    })
}

pub(crate) fn incremental_scope_replaces_what_it_names(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        session.put_file(defining("pkg/a.toy", &["run"])).await?;
        session.put_file(file("pkg/b.toy")).await?;
        session.write_inventory(an_inventory()).await?;
        session.commit().await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        session.put_file(file("src/a.plain")).await?;
        session.remove_file(&path("pkg/b.toy")).await?;
        session.commit().await?;
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/a.toy", "src/a.plain"], "the session left {listed:?}");
        let reader = index.backend.open_reader().await?;
        let kept = reader.file(&path("pkg/a.toy")).await?;
        ensure!(kept == Some(defining("pkg/a.toy", &["run"])), "a file that was not named is now {kept:#?}");
        let analyzers = reader.inventory().await?.analyzers;
        ensure!(analyzers == an_inventory().analyzers, "the inventory was not named, and is now {analyzers:?}");
        Ok(())
    })
}

pub(crate) fn the_last_call_about_a_path_wins(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for scope in [Incremental, Full] {
            let mut session = index.backend.begin_index_session(request(scope)).await?;
            session.put_file(defining("pkg/a.toy", &["first"])).await?;
            session.remove_file(&path("pkg/b.toy")).await?;
            session.put_file(defining("src/a.plain", &["gone"])).await?;
            session.put_file(defining("pkg/b.toy", &["run"])).await?;
            session.put_file(defining("pkg/a.toy", &["last"])).await?;
            session.remove_file(&path("src/a.plain")).await?;
            session.commit().await?;
            let reader = index.backend.open_reader().await?;
            let a = reader.file(&path("pkg/a.toy")).await?;
            ensure!(a == Some(defining("pkg/a.toy", &["last"])), "put twice: {a:#?}");
            let listed = listed(&index.backend).await?;
            ensure!(listed == ["pkg/a.toy", "pkg/b.toy"], "put and removed, removed and put: {listed:?}");
        }
        Ok(())
    })
}

pub(crate) fn removing_an_unknown_path_succeeds(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for scope in [Full, Incremental] {
            let mut session = index.backend.begin_index_session(request(scope)).await?;
            session.remove_file(&path("nowhere.toy")).await?;
            session.remove_file(&path("nowhere.toy")).await?;
            session.commit().await?;
        }
        Ok(())
    })
}

pub(crate) fn a_session_sees_its_own_writes(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let waiting = |text: &str| {
            let mut file = defining("pkg/a.toy", &["run"]);
            file.embeddings = vec![EmbeddingRow::pending("run".into(), spec("1"), text)];
            file
        };
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(waiting("stored")).await?;
        session.commit().await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        for (step, expected) in [("begun", Some("stored")), ("put", Some("put again")), ("removed", None)] {
            match step {
                "put" => session.put_file(waiting("put again")).await?,
                "removed" => session.remove_file(&path("pkg/a.toy")).await?,
                _ => {}
            }
            let rows = session.pending_embeddings(&PendingRequest::default()).await?;
            let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
            ensure!(texts.iter().copied().eq(expected), "{step}: the session lists {texts:?}, and should list {expected:?}");
        }
        session.abort().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        let rows = session.pending_embeddings(&PendingRequest::default()).await?;
        ensure!(rows.is_empty(), "a full session starts with {rows:?}");
        Ok(())
    })
}

pub(crate) fn a_failed_call_leaves_the_session_usable(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(file("pkg/a.toy")).await?;
        let mut flawed = file("pkg/b.toy");
        Flaw::StrayUse.spoil(&mut flawed);
        let mut twice = an_inventory();
        twice.analyzers.extend(an_inventory().analyzers);
        session.write_inventory(an_inventory()).await?;
        for call in [session.put_file(flawed).await, session.write_inventory(twice).await] {
            let kind = call.as_ref().err().map(BackendError::kind);
            ensure!(kind == Some(ErrorKind::InvalidInput), "what breaks a rule is answered by {call:?}");
        }
        session.put_file(file("src/a.plain")).await?;
        session.commit().await?;
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/a.toy", "src/a.plain"], "after failed calls the session committed {listed:?}");
        let analyzers = index.backend.open_reader().await?.inventory().await?.analyzers;
        ensure!(analyzers == an_inventory().analyzers, "after a refused inventory there is {analyzers:?}");
        Ok(())
    })
}
