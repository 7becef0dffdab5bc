//! Isolation: what readers see, and what they do not disturb.

mod dropped;
mod together;

use std::{sync::Arc, time::Duration};

use codira_contracts::{
    AnalyzerInventory, Capability, ContentHash, Coverage, ErrorKind, IndexBackend, IndexReader, IndexWriteSession, PathPrefix,
    RunInventory, SymbolRequest, Tool,
    WriteScope::{Full, Incremental},
};

use tokio::sync::watch;

use crate::{
    Cx, Outcome, Violation,
    directory::{contents, set_read_only, unchanged},
    observe::{keeps_embeddings, observe, same},
    process::{Bounds, Order, Other},
    question::Question,
    samples::{call, defining, file, import},
    stamped,
    toy::request,
    verdict::ensure,
};

pub(crate) use dropped::*;
pub(crate) use together::*;

pub(crate) fn nothing_is_indexed_at_first(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let not_indexed = |when: &str, opened: Option<ErrorKind>| {
            ensure!(opened == Some(ErrorKind::NotIndexed), "{when}, opening a reader gives {opened:?}");
            Ok(())
        };
        not_indexed("at first", index.backend.open_reader().await.err().map(|error| error.kind()))?;
        let made = contents(index.path())?;
        ensure!(made.is_empty(), "opening a reader made {:?}", made.keys());
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(file("pkg/a.toy")).await?;
        not_indexed("beside the first session", index.backend.open_reader().await.err().map(|error| error.kind()))?;
        drop(session);
        not_indexed("after a dropped session", index.backend.open_reader().await.err().map(|error| error.kind()))?;
        if !index.backend.descriptor().claims(Capability::LocalFiles) {
            return Ok(());
        }
        let (backend, dir) = cx.index().await?.into_parts();
        let path = dir.path().to_owned();
        dir.close().map_err(Violation::new)?;
        not_indexed("where there is no directory", backend.open_reader().await.err().map(|error| error.kind()))?;
        ensure!(!path.exists(), "opening a reader made the directory of the index");
        Ok(())
    })
}

pub(crate) fn a_session_shows_nothing_before_its_commit(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let questions = Question::everything();
        let descriptor = index.backend.descriptor();
        let embeddings = keeps_embeddings(descriptor);
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(defining("pkg/a.toy", &["run"])).await?;
        session.commit().await?;
        let before = observe(&index.backend.open_reader().await?, descriptor, &questions, embeddings).await?;
        for scope in [Incremental, Full] {
            let mut session = index.backend.begin_index_session(request(scope)).await?;
            session.put_file(defining("pkg/a.toy", &["helper"])).await?;
            session.put_file(defining("pkg/b.toy", &["run"])).await?;
            session.rebuild_derived().await?;
            let analyzer = AnalyzerInventory { tool: Tool::new("kit", "1"), globs: Vec::new() };
            session.write_inventory(RunInventory { coverage: Coverage::Complete, analyzers: vec![analyzer] }).await?;
            let beside = observe(&index.backend.open_reader().await?, descriptor, &questions, embeddings).await?;
            same("beside an open session", &before, &beside)?;
        }
        Ok(())
    })
}

pub(crate) fn a_reader_shows_one_state_for_ever(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let (questions, descriptor) = (Question::everything(), index.backend.descriptor());
        let embeddings = keeps_embeddings(descriptor);
        let mut readers = Vec::new();
        for (number, name) in (1..).zip(["run", "Run", "helper", "Base"]) {
            let scope = if number % 2 == 0 { Full } else { Incremental };
            let mut session = index.backend.begin_index_session(request(scope)).await?;
            let mut file = defining("pkg/a.toy", &[name]);
            file.analysis.uses = vec![call(name, name)];
            file.analysis.imports = (0..number).map(|_| import("json", name)).collect();
            session.put_file(file).await?;
            session.commit().await?;
            let (asked, silent) = (index.backend.open_reader().await?, index.backend.open_reader().await?);
            let answers = observe(&asked, descriptor, &questions, embeddings).await?;
            readers.push((name, asked, silent, answers));
        }
        for (name, asked, silent, answers) in &readers {
            // One that was asked before, and one that is asked for the first time.
            for reader in [asked, silent] {
                let now = observe(reader, descriptor, &questions, embeddings).await?;
                same(format_args!("a reader of the commit that put {name} answers otherwise now"), answers, &now)?;
            }
        }
        Ok(())
    })
}

/// How long readers beside an open session may take. Only those that wait for it need so long.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn readers_never_wait_for_a_session(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(defining("pkg/a.toy", &["run"])).await?;
        session.commit().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for number in 0..50 {
            session.put_file(defining(&format!("{number}.toy"), &["run"])).await?;
        }
        session.rebuild_derived().await?;
        let asked = async { index.backend.open_reader().await?.symbols(&SymbolRequest::named("run")).await };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(found) => ensure!(found?.len() == 1, "a reader beside a session sees its writes"),
            Err(_) => ensure!(false, "a reader waits for the session"),
        }
        session.commit().await?;
        Ok(())
    })
}

const COMMITS: u64 = 20;

pub(crate) fn readers_see_whole_commits(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let (backend, _dir) = cx.index().await?.into_parts();
        let backend = Arc::new(backend);
        let (committed, commits) = watch::channel(0);
        let (opened, mut openings) = watch::channel(0);
        let writer = tokio::spawn({
            let backend = Arc::clone(&backend);
            async move {
                for generation in 1..=COMMITS {
                    let mut session = backend.begin_index_session(request(Incremental)).await?;
                    for path in ["pkg/a.toy", "pkg/b.toy"] {
                        let mut file = defining(path, &["run"]);
                        file.state.size = generation;
                        file.state.hash = ContentHash::of(&generation.to_le_bytes());
                        session.put_file(file).await?;
                        tokio::task::yield_now().await;
                    }
                    session.commit().await?;
                    committed.send_replace(generation);
                    // So that one reader is open while others commit, on the busiest machine.
                    // Where it failed, it says so itself.
                    let _ = openings.wait_for(|opened| *opened > 0).await;
                }
                Outcome::Ok(())
            }
        });
        let readers: Vec<_> = [Pace::AtOnce, Pace::AtOnce, Pace::AfterTheNextCommit { opened }]
            .into_iter()
            .map(|pace| tokio::spawn(read_on(Arc::clone(&backend), pace, commits.clone())))
            .collect();
        let written = writer.await.map_err(Violation::new)?;
        for reader in readers {
            // What stopped the writer says more than what readers waited for in vain.
            match &written {
                Ok(()) => reader.await.map_err(Violation::new)??,
                Err(_) => reader.abort(),
            }
        }
        written
    })
}

/// When a reader is asked.
enum Pace {
    AtOnce,
    /// It tells which generation it has opened.
    AfterTheNextCommit {
        opened: watch::Sender<u64>,
    },
}

/// Opens readers until the last commit is seen: each shows the stamps of its own generation, and
/// of no earlier one.
async fn read_on<B: IndexBackend>(backend: Arc<B>, pace: Pace, mut commits: watch::Receiver<u64>) -> Outcome {
    let mut last = 0;
    while last < COMMITS {
        tokio::task::yield_now().await;
        let reader = match backend.open_reader().await {
            Err(error) if error.kind() == ErrorKind::NotIndexed => {
                ensure!(last == 0, "after commit {last}, nothing is indexed");
                continue;
            }
            reader => reader?,
        };
        let now = reader.inventory().await?.generation;
        ensure!(now >= last, "the generation went from {last} to {now}");
        if let Pace::AfterTheNextCommit { opened } = &pace {
            opened.send_replace(now);
            // When the writer has ended there is no next one.
            let _ = commits.wait_for(|commit| *commit > now).await;
        }
        let states = reader.file_states(&PathPrefix::root()).await?;
        let stamps: Vec<u64> = states.iter().map(|state| state.size).collect();
        ensure!(stamps == [now, now], "commit {now} shows the stamps {stamps:?}");
        last = now;
    }
    Ok(())
}

pub(crate) fn reading_changes_no_byte(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(defining("pkg/a.toy", &["run"])).await?;
        session.commit().await?;
        // Closed and opened again, as another program would find it.
        let dir = index.without_backend();
        let before = contents(dir.path())?;
        let backend = cx.open(dir.path()).await?;
        let reader = backend.open_reader().await?;
        let embeddings = keeps_embeddings(backend.descriptor());
        observe(&reader, backend.descriptor(), &Question::everything(), embeddings).await?;
        unchanged("while a reader is open", &before, &contents(dir.path())?)?;
        drop(reader);
        drop(backend);
        unchanged("after reading", &before, &contents(dir.path())?)
    })
}

pub(crate) fn a_read_only_directory_can_be_read(cx: &Cx) -> Outcome {
    let dir = cx.block_on(async {
        let index = cx.index().await?;
        stamped::commit_up_to(&index.backend, 2).await?;
        Outcome::Ok(index.without_backend())
    });
    let dir = dir?;
    set_read_only(dir.path(), true).map_err(Violation::new)?;
    let shown = Other::start_within(cx, dir.path(), Bounds::Permissions).and_then(|mut other| other.make(&Order::Read));
    // So that the directory can be deleted.
    set_read_only(dir.path(), false).map_err(Violation::new)?;
    shown.map(drop)
}
