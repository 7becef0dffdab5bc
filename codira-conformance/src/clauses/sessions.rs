//! Sessions: one at a time, whole or nothing.

mod dropped;

use codira_contracts::{
    AnalyzerInventory, BackendError, Commit, Coverage, ErrorKind, IndexBackend, IndexReader, IndexWriteSession, PathPrefix,
    RunInventory, Tool,
    WriteScope::{self, Full, Incremental},
};

use crate::{
    Cx, Fixture, Outcome,
    histories::Flaw,
    observe::keeps_embeddings,
    samples::{defining, embedded, file, path},
    verdict::ensure,
};

pub(crate) use dropped::*;

/// The paths that a fresh reader lists.
async fn listed(backend: &impl IndexBackend) -> Result<Vec<String>, BackendError> {
    let states = backend.open_reader().await?.file_states(&PathPrefix::root()).await?;
    Ok(states.into_iter().map(|state| state.path.to_string()).collect())
}

/// Commits files of these paths.
async fn commit(backend: &impl IndexBackend, scope: WriteScope, paths: &[&str]) -> Result<Commit, BackendError> {
    let mut session = backend.begin_index_session(scope).await?;
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

pub(crate) fn only_one_session_is_open<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for (first, second) in [(Full, Incremental), (Incremental, Full), (Incremental, Incremental)] {
            let session = index.backend.begin_index_session(first).await?;
            // Also after the refusal, and after a reader came by.
            for _ in 0..2 {
                let second = index.backend.begin_index_session(second);
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

pub(crate) fn all_backends_of_a_repository_share_the_place<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let other = cx.open(index.path()).await?;
        let session = index.backend.begin_index_session(Incremental).await?;
        refused(other.begin_index_session(Incremental).await)?;
        drop(session);
        commit(&other, Incremental, &["pkg/a.py"]).await?;
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/a.py"], "the other backend committed pkg/a.py, and this one lists {listed:?}");
        Ok(())
    })
}

pub(crate) fn dropping_a_session_changes_nothing<F: Fixture>(cx: &Cx<F>) -> Outcome {
    giving_up(cx, |session| async move {
        drop(session);
        Ok(())
    })
}

pub(crate) fn aborting_a_session_changes_nothing<F: Fixture>(cx: &Cx<F>) -> Outcome {
    giving_up(cx, |session| session.abort())
}

type SessionOf<F> = <<F as Fixture>::Backend as IndexBackend>::Session;

fn giving_up<F: Fixture, G: Future<Output = Result<(), BackendError>>>(
    cx: &Cx<F>,
    give_up: impl Fn(SessionOf<F>) -> G,
) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        commit(&index.backend, Incremental, &["pkg/a.py"]).await?;
        for scope in [Incremental, Full] {
            let mut session = index.backend.begin_index_session(scope).await?;
            session.put_file(file("pkg/b.py")).await?;
            session.remove_file(&path("pkg/a.py")).await?;
            session.rebuild_derived().await?;
            give_up(session).await?;
            // The very next call finds the place free.
            give_up(index.backend.begin_index_session(scope).await?).await?;
            let listed = listed(&index.backend).await?;
            ensure!(listed == ["pkg/a.py"], "a session that was given up left {listed:?}");
        }
        let Commit { generation, .. } = commit(&index.backend, Incremental, &["pkg/c.py"]).await?;
        ensure!(generation == 2, "sessions that were given up counted: the second commit is number {generation}");
        Ok(())
    })
}

pub(crate) fn committing_frees_the_place<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for _ in 0..3 {
            index.backend.begin_index_session(Incremental).await?.commit().await?;
        }
        Ok(())
    })
}

pub(crate) fn a_session_owns_what_it_needs<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        commit(&index.backend, Incremental, &["pkg/a.py"]).await?;
        let reader = index.backend.open_reader().await?;
        let mut session = index.backend.begin_index_session(Incremental).await?;
        let _dir = index.without_backend();
        session.put_file(file("pkg/b.py")).await?;
        let Commit { generation, .. } = session.commit().await?;
        ensure!(generation == 2, "the second commit is number {generation}");
        let states = reader.file_states(&PathPrefix::root()).await?;
        ensure!(states.len() == 1, "the reader shows {states:?}");
        Ok(())
    })
}

pub(crate) fn the_first_commit_is_number_one<F: Fixture>(cx: &Cx<F>) -> Outcome {
    for first in [Full, Incremental] {
        cx.block_on(async {
            let index = cx.index().await?;
            for (expected, scope) in (1..).zip([first, Incremental, Full, Incremental]) {
                let Commit { generation, replaced } = commit(&index.backend, scope, &["pkg/a.py"]).await?;
                ensure!(generation == expected, "commit number {expected} says that it is {generation}");
                ensure!(replaced.is_none(), "it says that it replaced something unreadable: {replaced:?}");
                let reader = index.backend.open_reader().await?;
                let (shown, stored) = (reader.generation(), reader.runtime_inventory().await?.generation);
                ensure!((shown, stored) == (expected, expected), "after commit {expected}: {shown}, inventory {stored}");
            }
            Outcome::Ok(())
        })?;
    }
    Ok(())
}

pub(crate) fn an_empty_commit_is_a_commit<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        commit(&index.backend, Incremental, &[]).await?;
        ensure!(listed(&index.backend).await?.is_empty(), "an empty commit left files");
        commit(&index.backend, Incremental, &["pkg/a.py"]).await?;
        let Commit { generation, .. } = commit(&index.backend, Incremental, &[]).await?;
        ensure!(generation == 3, "the third commit is number {generation}");
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/a.py"], "an empty commit left {listed:?}");
        Ok(())
    })
}

fn an_inventory() -> RunInventory {
    let analyzer = AnalyzerInventory { tool: Tool::new("python", "1"), globs: vec!["*.py".to_owned()] };
    RunInventory { coverage: Coverage::Complete, analyzers: vec![analyzer] }
}

pub(crate) fn full_scope_replaces_everything<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(Incremental).await?;
        let embeddings = keeps_embeddings(index.backend.descriptor());
        let known = || defining("pkg/b.py", &["run"]);
        session.put_file(file("pkg/a.py")).await?;
        session.put_file(embedded(known(), embeddings)).await?;
        session.write_inventory(an_inventory()).await?;
        session.commit().await?;
        let mut session = index.backend.begin_index_session(Full).await?;
        session.put_file(known()).await?;
        session.commit().await?;
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/b.py"], "a full session put pkg/b.py and left {listed:?}");
        let reader = index.backend.open_reader().await?;
        let found = reader.file(known().path()).await?;
        ensure!(found == Some(known()), "a full session put pkg/b.py without embeddings, and left {found:#?}");
        let (coverage, analyzers) = (reader.runtime_inventory().await?.coverage, reader.analyzer_inventory().await?);
        ensure!(coverage == Coverage::Unknown, "nobody said what was covered, and coverage is {coverage}");
        ensure!(analyzers.is_empty(), "nobody named an analyzer, and there are {analyzers:?}");
        Ok(())
    })
}

pub(crate) fn incremental_scope_replaces_what_it_names<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(Incremental).await?;
        session.put_file(defining("pkg/a.py", &["run"])).await?;
        session.put_file(file("pkg/b.py")).await?;
        session.write_inventory(an_inventory()).await?;
        session.commit().await?;
        let mut session = index.backend.begin_index_session(Incremental).await?;
        session.put_file(file("src/a.rs")).await?;
        session.remove_file(&path("pkg/b.py")).await?;
        session.commit().await?;
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/a.py", "src/a.rs"], "the session left {listed:?}");
        let reader = index.backend.open_reader().await?;
        let kept = reader.file(&path("pkg/a.py")).await?;
        ensure!(kept == Some(defining("pkg/a.py", &["run"])), "a file that was not named is now {kept:#?}");
        let analyzers = reader.analyzer_inventory().await?;
        ensure!(analyzers == an_inventory().analyzers, "the inventory was not named, and is now {analyzers:?}");
        Ok(())
    })
}

pub(crate) fn the_last_call_about_a_path_wins<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for scope in [Incremental, Full] {
            let mut session = index.backend.begin_index_session(scope).await?;
            session.put_file(defining("pkg/a.py", &["first"])).await?;
            session.remove_file(&path("pkg/b.py")).await?;
            session.put_file(defining("src/a.rs", &["gone"])).await?;
            session.put_file(defining("pkg/b.py", &["run"])).await?;
            session.put_file(defining("pkg/a.py", &["last"])).await?;
            session.remove_file(&path("src/a.rs")).await?;
            session.commit().await?;
            let reader = index.backend.open_reader().await?;
            let a = reader.file(&path("pkg/a.py")).await?;
            ensure!(a == Some(defining("pkg/a.py", &["last"])), "put twice: {a:#?}");
            let listed = listed(&index.backend).await?;
            ensure!(listed == ["pkg/a.py", "pkg/b.py"], "put and removed, removed and put: {listed:?}");
        }
        Ok(())
    })
}

pub(crate) fn removing_an_unknown_path_succeeds<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for scope in [Full, Incremental] {
            let mut session = index.backend.begin_index_session(scope).await?;
            session.remove_file(&path("nowhere.py")).await?;
            session.remove_file(&path("nowhere.py")).await?;
            session.commit().await?;
        }
        Ok(())
    })
}

pub(crate) fn a_session_sees_its_own_writes<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        commit(&index.backend, Full, &["pkg/a.py"]).await?;
        let mut session = index.backend.begin_index_session(Incremental).await?;
        let mut changed = file("pkg/a.py");
        changed.state.size = 7;
        for (step, expected) in
            [("begun", Some(file("pkg/a.py").state)), ("put", Some(changed.state.clone())), ("removed", None)]
        {
            match step {
                "put" => session.put_file(changed.clone()).await?,
                "removed" => session.remove_file(&path("pkg/a.py")).await?,
                _ => {}
            }
            let state = session.file_state(&path("pkg/a.py")).await?;
            ensure!(state == expected, "{step}: the session has {state:?}, and should have {expected:?}");
        }
        session.abort().await?;
        let mut session = index.backend.begin_index_session(Full).await?;
        let state = session.file_state(&path("pkg/a.py")).await?;
        ensure!(state.is_none(), "a full session starts with {state:?}");
        Ok(())
    })
}

pub(crate) fn a_failed_call_leaves_the_session_usable<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(Full).await?;
        session.put_file(file("pkg/a.py")).await?;
        let mut flawed = file("pkg/b.py");
        Flaw::StrayUse.spoil(&mut flawed);
        let mut twice = an_inventory();
        twice.analyzers.extend(an_inventory().analyzers);
        session.write_inventory(an_inventory()).await?;
        for call in [session.put_file(flawed).await, session.write_inventory(twice).await] {
            let kind = call.as_ref().err().map(BackendError::kind);
            ensure!(kind == Some(ErrorKind::InvalidInput), "what breaks a rule is answered by {call:?}");
        }
        session.put_file(file("src/a.rs")).await?;
        session.commit().await?;
        let listed = listed(&index.backend).await?;
        ensure!(listed == ["pkg/a.py", "src/a.rs"], "after failed calls the session committed {listed:?}");
        let analyzers = index.backend.open_reader().await?.analyzer_inventory().await?;
        ensure!(analyzers == an_inventory().analyzers, "after a refused inventory there is {analyzers:?}");
        Ok(())
    })
}
