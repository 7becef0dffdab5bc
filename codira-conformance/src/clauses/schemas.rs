//! Schemas: indexes that older and newer versions of the backend wrote.

use std::{path::Path, time::Instant};

use codira_contracts::{
    BackendDescriptor, BackendError, IndexBackend, IndexReader, IndexWriteSession, RuntimeInventory, WriteScope,
};

use crate::{
    Cx, Outcome, Violation,
    clauses::OtherSchema,
    directory::{contents, copied, unchanged},
    process::{Moments, Order, Other, Reply, crash_points},
    stamped::{self, SAMPLE, Shown},
    toy::request,
    verdict::ensure,
};

/// The schema that is found, where opening a reader says that it is another than the backend's,
/// and leaves every byte.
async fn found(cx: &Cx, dir: &Path) -> Outcome<u32> {
    let before = contents(dir)?;
    let backend = cx.open(dir).await?;
    let found = mismatch(&backend, backend.open_reader().await.err())?;
    drop(backend);
    unchanged("after opening a reader", &before, &contents(dir)?)?;
    Ok(found)
}

fn mismatch(backend: &impl IndexBackend, error: Option<BackendError>) -> Outcome<u32> {
    match error {
        Some(BackendError::SchemaMismatch { found, expected, .. }) => {
            let own = backend.descriptor().schema;
            ensure!(expected == own, "the schema is {own}, and the error says that {expected} is");
            Ok(found)
        }
        Some(error) => Err(error.into()),
        None => Err(Violation::new("an index of another schema is opened as if it were of this one")),
    }
}

/// Does something with a copy of each store.
fn each(cx: &Cx, schema: OtherSchema, check: impl AsyncFn(&Path) -> Outcome) -> Outcome {
    for store in cx.stores(schema) {
        let checked = copied(&store).map_err(Violation::new).and_then(|copy| cx.block_on(check(copy.path())));
        checked.map_err(|violation| violation.during(store.display()))?;
    }
    Ok(())
}

pub(crate) fn an_older_schema_is_migrated_by_a_session(cx: &Cx) -> Outcome {
    for scope in [WriteScope::Incremental, WriteScope::Full] {
        each(cx, OtherSchema::Older, async |dir| {
            let found = found(cx, dir).await?;
            let backend = cx.open(dir).await?;
            let own = backend.descriptor().schema;
            ensure!(found < own, "schema {found} is not older than {own}");
            drop(backend.begin_index_session(request(scope)).await?);
            let still = mismatch(&backend, backend.open_reader().await.err())?;
            ensure!(still == found, "a session that was dropped made schema {found} to {still}");
            let commit = match scope {
                WriteScope::Incremental => {
                    let session = backend.begin_index_session(request(scope)).await?;
                    session.commit().await?
                }
                WriteScope::Full => stamped::commit(&backend, SAMPLE).await?,
            };
            ensure!(commit.generation == 2, "the commit that migrates the first one is number {}", commit.generation);
            ensure!(commit.replaced.is_none(), "migrating is replacing: {:?}", commit.replaced);
            let reader = backend.open_reader().await?;
            let shown = reader.inventory().await?.generation;
            ensure!(shown == 2, "after commit 2 a reader shows {shown}");
            shows_sample(&reader, backend.descriptor()).await
        })?;
    }
    Ok(())
}

pub(crate) fn a_kill_while_migrating_leaves_old_or_new(cx: &Cx) -> Outcome {
    for store in cx.stores(OtherSchema::Older) {
        killed(cx, &store).map_err(|violation| violation.during(store.display()))?;
    }
    Ok(())
}

fn killed(cx: &Cx, store: &Path) -> Outcome {
    let copy = || copied(store).map_err(Violation::new);
    let older = cx.block_on(async { found(cx, copy()?.path()).await })?;
    let mut moments = {
        let copy = copy()?;
        let mut other = Other::start(cx, copy.path())?;
        let begun = Instant::now();
        other.make(&Order::Commit(SAMPLE))?;
        Moments::within(begun.elapsed())
    };
    // One is killed for sure before it commits.
    let first = copy()?;
    Other::begun(cx, first.path(), SAMPLE - 1)?.kill()?;
    cx.block_on(goes_on(cx, first.path(), older, false))?;
    for _ in 0..crash_points() {
        let copy = copy()?;
        let mut other = Other::start(cx, copy.path())?;
        other.send(&Order::Commit(SAMPLE))?;
        moments.wait();
        let committed = matches!(other.kill()?, Some(Reply::Done(2)));
        if committed {
            moments.late()
        } else {
            moments.early()
        }
        cx.block_on(async {
            let migrated = cx.open(copy.path()).await?.open_reader().await.is_ok();
            ensure!(migrated || !committed, "a commit that migrated is gone after a kill");
            goes_on(cx, copy.path(), older, migrated).await
        })?;
    }
    Ok(())
}

/// What a kill left is the older schema, or the second commit of this one; the next session is
/// right.
async fn goes_on(cx: &Cx, dir: &Path, older: u32, migrated: bool) -> Outcome {
    let backend = cx.open(dir).await?;
    let last = if migrated {
        let reader = backend.open_reader().await?;
        let shown = reader.inventory().await?.generation;
        ensure!(shown == 2, "a kill while commit 2 migrated left commit {shown}");
        shows_sample(&reader, backend.descriptor()).await?;
        2
    } else {
        let left = mismatch(&backend, backend.open_reader().await.err())?;
        ensure!(left == older, "a kill made schema {older} to {left}");
        1
    };
    let commit = stamped::commit(&backend, SAMPLE).await?;
    ensure!(commit.generation == last + 1, "after commit {last} and a kill, the next is number {}", commit.generation);
    ensure!(commit.replaced.is_none(), "a kill left what a session replaced: {:?}", commit.replaced);
    shows_sample(&backend.open_reader().await?, backend.descriptor()).await
}

async fn shows_sample(reader: &impl IndexReader, of: &BackendDescriptor) -> Outcome {
    match stamped::shown_with_stamp(reader, of, SAMPLE).await? {
        Shown::Whole { .. } => Ok(()),
        Shown::Wrong(difference) => Err(difference.during("of the sample")),
    }
}

pub(crate) fn another_version_of_the_same_schema_is_read(cx: &Cx) -> Outcome {
    for scope in [WriteScope::Incremental, WriteScope::Full] {
        each(cx, OtherSchema::Same, async |dir| {
            let before = contents(dir)?;
            let backend = cx.open(dir).await?;
            let own = backend.descriptor().clone();
            let reader = backend.open_reader().await?;
            let RuntimeInventory { backend: writer, schema, .. } = reader.inventory().await?;
            ensure!(schema == own.schema, "the schema is {schema}, and that of the backend {}", own.schema);
            let other = writer.name == own.tool.name && writer.version != own.tool.version;
            ensure!(other, "another version than {} wrote the store, and {writer} is named", own.tool);
            shows_sample(&reader, &BackendDescriptor { tool: writer.clone(), ..own.clone() }).await?;
            drop(backend.begin_index_session(request(scope)).await?);
            let still = backend.open_reader().await?.inventory().await?.backend;
            ensure!(still == writer, "after a session that was dropped, {still} is named in place of {writer}");
            drop(reader);
            let mut now = contents(dir)?;
            now.retain(|path, _| before.contains_key(path));
            unchanged("after a session that was dropped", &before, &now)?;
            let commit = match scope {
                WriteScope::Incremental => backend.begin_index_session(request(scope)).await?.commit().await?,
                WriteScope::Full => stamped::commit(&backend, SAMPLE).await?,
            };
            ensure!(commit.generation == 2, "the commit after the first one is number {}", commit.generation);
            ensure!(commit.replaced.is_none(), "the index of another version is replaced: {:?}", commit.replaced);
            shows_sample(&backend.open_reader().await?, &own).await
        })?;
    }
    Ok(())
}

pub(crate) fn a_newer_schema_is_left_alone(cx: &Cx) -> Outcome {
    each(cx, OtherSchema::Newer, async |dir| {
        let before = contents(dir)?;
        let found = found(cx, dir).await?;
        let backend = cx.open(dir).await?;
        let own = backend.descriptor().schema;
        ensure!(found > own, "schema {found} is not newer than {own}");
        for scope in [WriteScope::Incremental, WriteScope::Full] {
            let named = mismatch(&backend, backend.begin_index_session(request(scope)).await.err())?;
            ensure!(named == found, "a reader finds schema {found}, and a session {named}");
        }
        drop(backend);
        // A lock may have been made to look.
        let mut now = contents(dir)?;
        now.retain(|path, _| before.contains_key(path));
        unchanged("after refused sessions", &before, &now)
    })
}
