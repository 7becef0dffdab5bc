//! Schemas: indexes that older and newer versions of the backend wrote.

use std::path::Path;

use codira_contracts::{BackendError, IndexBackend, IndexReader, WriteScope};

use crate::{
    Cx, Fixture, Outcome, Violation,
    clauses::OtherSchema,
    directory::{contents, copied, unchanged},
    stamped::{self, SAMPLE, Shown},
    verdict::ensure,
};

/// The schema that is found, where opening a reader says that it is another than the backend's, and leaves every byte.
async fn found<F: Fixture>(cx: &Cx<F>, dir: &Path) -> Outcome<u32> {
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
fn each<F: Fixture>(cx: &Cx<F>, schema: OtherSchema, check: impl AsyncFn(&Path) -> Outcome) -> Outcome {
    for store in cx.stores(schema) {
        let checked = copied(&store).map_err(Violation::new).and_then(|copy| cx.block_on(check(copy.path())));
        checked.map_err(|violation| violation.during(store.display()))?;
    }
    Ok(())
}

pub(crate) fn an_older_schema_is_migrated_by_a_session<F: Fixture>(cx: &Cx<F>) -> Outcome {
    for scope in [WriteScope::Incremental, WriteScope::Full] {
        each(cx, OtherSchema::Older, async |dir| {
            let found = found(cx, dir).await?;
            let backend = cx.open(dir).await?;
            let own = backend.descriptor().schema;
            ensure!(found < own, "schema {found} is not older than {own}");
            drop(backend.begin_index_session(scope).await?);
            let still = mismatch(&backend, backend.open_reader().await.err())?;
            ensure!(still == found, "a session that was dropped made schema {found} to {still}");
            let commit = match scope {
                WriteScope::Incremental => {
                    let session = backend.begin_index_session(scope).await?;
                    codira_contracts::IndexWriteSession::commit(session).await?
                }
                WriteScope::Full => stamped::commit(&backend, SAMPLE).await?,
            };
            ensure!(commit.generation == 2, "the commit that migrates the first one is number {}", commit.generation);
            ensure!(commit.replaced.is_none(), "migrating is replacing: {:?}", commit.replaced);
            let reader = backend.open_reader().await?;
            ensure!(reader.generation() == 2, "after commit 2 a reader shows {}", reader.generation());
            match stamped::shown_with_stamp(&reader, backend.descriptor(), SAMPLE).await? {
                Shown::Whole { .. } => Ok(()),
                Shown::Wrong(difference) => Err(difference.during("after migrating the sample")),
            }
        })?;
    }
    Ok(())
}

pub(crate) fn a_newer_schema_is_left_alone<F: Fixture>(cx: &Cx<F>) -> Outcome {
    each(cx, OtherSchema::Newer, async |dir| {
        let before = contents(dir)?;
        let found = found(cx, dir).await?;
        let backend = cx.open(dir).await?;
        let own = backend.descriptor().schema;
        ensure!(found > own, "schema {found} is not newer than {own}");
        for scope in [WriteScope::Incremental, WriteScope::Full] {
            let named = mismatch(&backend, backend.begin_index_session(scope).await.err())?;
            ensure!(named == found, "a reader finds schema {found}, and a session {named}");
        }
        drop(backend);
        // A lock may have been made to look.
        let mut now = contents(dir)?;
        now.retain(|path, _| before.contains_key(path));
        unchanged("after refused sessions", &before, &now)
    })
}
