//! Histories of sessions, judged after every session by the reference.

use std::sync::Arc;

use codira_contracts::{
    BackendError, Capability, DynBackend, EdgeEnd, EdgeRequest, FileSnapshot, ImportEnd, ImportRequest, IndexBackend,
    IndexReader, IndexWriteSession, PathPrefix, RunInventory, RuntimeInventory, SessionRequest, UseKind,
};

use crate::{
    Cx, Outcome,
    histories::{History, Twins, concurrent, draw, follow, large, random, small, small::SideBySide},
    observe::{keeps_embeddings, observe, same},
    question::Question,
    toy::Edition,
};

const HISTORIES: u32 = 64;
const REBUILT: u32 = 16;
const SIDE_BY_SIDE: u32 = 8;

pub(crate) fn every_history_matches_the_reference(cx: &Cx) -> Outcome {
    random::check(cx, "every_history_matches_the_reference", HISTORIES, draw::history(), |cx, history| {
        cx.block_on(async { follow(&cx.index().await?.backend, cx.settings(), history).await })
    })
}

pub(crate) fn a_large_history_matches_the_reference(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let embeddings = keeps_embeddings(index.backend.descriptor());
        let mut twins = Twins::new(&index.backend, cx.settings(), large::questions(embeddings));
        for run in &large::history(embeddings).0 {
            twins.lead(run).await?;
            twins.compare(&[]).await?;
        }
        Ok(())
    })
}

pub(crate) fn every_small_history_matches_the_reference(cx: &Cx) -> Outcome {
    let index = cx.block_on(cx.index())?;
    let mut twins = Twins::new(&index.backend, cx.settings(), of_small(&["pkg"]));
    for history in small::alone() {
        in_turn(cx, &mut twins, &history)?;
    }
    cx.block_on(twins.look_back())?;
    for SideBySide { together, each, directories } in small::side_by_side() {
        let index = cx.block_on(cx.index())?;
        let questions = of_small(&directories);
        let mut twins = Twins::new(&index.backend, cx.settings(), questions.clone());
        if let Err(violation) = in_turn(cx, &mut twins, &together) {
            // One of them is enough to show it, unless it takes their company.
            for history in each {
                let index = cx.block_on(cx.index())?;
                in_turn(cx, &mut Twins::new(&index.backend, cx.settings(), questions.clone()), &history)?;
            }
            return Err(violation);
        }
        cx.block_on(twins.look_back())?;
    }
    Ok(())
}

/// What is asked after small histories in these directories.
fn of_small(directories: &[impl AsRef<str>]) -> Vec<Question> {
    let calls = |end| Question::Edges(EdgeRequest::new(UseKind::Call, end));
    let imports = |path| Question::Imports(ImportRequest::new(ImportEnd::ToFile(path)));
    let mut questions = vec![Question::Totals, Question::FileStates(PathPrefix::root())];
    questions.extend([calls(EdgeEnd::FromNamed("run".into())), calls(EdgeEnd::ToNamed("run".into()))]);
    questions.push(calls(EdgeEnd::FromNamed("helper".into())));
    let both = |directory: &str| ['a', 'b'].map(|file| imports(small::path(directory, file)));
    questions.extend(directories.iter().flat_map(|directory| both(directory.as_ref())));
    questions
}

/// Leads twins through the sessions of a history, and compares them at its end.
fn in_turn(cx: &Cx, twins: &mut Twins<'_, DynBackend>, history: &History) -> Outcome {
    let followed = cx.block_on(async {
        for run in &history.0 {
            twins.lead(run).await?;
        }
        twins.compare(&[]).await
    });
    followed.map_err(|violation| violation.after(history))
}

pub(crate) fn incremental_equals_full(cx: &Cx) -> Outcome {
    random::check(cx, "incremental_equals_full", REBUILT, draw::committed_history(), |cx, history| {
        cx.block_on(async {
            let (grown, fresh) = (cx.index().await?, cx.index().await?);
            let mut twins = Twins::new(&grown.backend, cx.settings(), Vec::new()).unjudged();
            for run in &history.0 {
                twins.lead(run).await?;
            }
            let grown = grown.backend.open_reader().await?;
            let last = history.0.last().map_or(Edition::First, |run| run.edition);
            rebuild(&grown, &fresh.backend, last).await?;
            let fresh_reader = fresh.backend.open_reader().await?;
            let questions = history.0.iter().flat_map(|run| run.questions.clone());
            let everything = Question::everything().into_iter().filter(|it| !matches!(it, Question::Generation));
            let questions: Vec<Question> = everything.chain(questions).collect();
            let descriptor = fresh.backend.descriptor();
            let embeddings = keeps_embeddings(descriptor);
            let expected = observe(&fresh_reader, descriptor, &questions, embeddings).await?;
            let found = observe(&grown, descriptor, &questions, embeddings).await?;
            same("the answers of a fresh index differ", &expected, &found)
        })
    })
}

pub(crate) fn sessions_side_by_side_are_in_some_order(cx: &Cx) -> Outcome {
    random::check(cx, "sessions_side_by_side_are_in_some_order", SIDE_BY_SIDE, draw::plain_history(), |cx, history| {
        cx.block_on(async {
            let index = cx.index().await?;
            let durable = index.backend.descriptor().claims(Capability::Durable);
            let dir = index.path().to_owned();
            let (backend, _dir) = index.into_parts();
            let backend = Arc::new(backend);
            let mut others = Vec::new();
            for _ in 0..2 {
                // What is not durable is one value, or no other process sees it.
                others.push(if durable { Arc::new(cx.open(&dir).await?) } else { Arc::clone(&backend) });
            }
            let writers = vec![Arc::clone(&backend), Arc::clone(&others[0]), Arc::clone(&others[1])];
            concurrent::check(writers, vec![backend, others.swap_remove(0)], history).await
        })
    })
}

/// Puts what `reader` holds into a fresh index, last file first, by these rules.
async fn rebuild(reader: &impl IndexReader, backend: &impl IndexBackend, edition: Edition) -> Result<(), BackendError> {
    let request = SessionRequest::full(edition.rules());
    let mut session = backend.begin_index_session(request).await?;
    for state in reader.file_states(&PathPrefix::root()).await?.iter().rev() {
        let file: Option<FileSnapshot> = reader.file(&state.path).await?;
        session.put_file(file.ok_or_else(|| BackendError::invalid(&state.path, "listed, but not there"))?).await?;
    }
    let RuntimeInventory { coverage, analyzers, .. } = reader.inventory().await?;
    session.write_inventory(RunInventory { coverage, analyzers }).await?;
    session.commit().await?;
    Ok(())
}
