//! One file, whole.

use std::collections::HashMap;

use codira_contracts::{
    BackendError, ContentHash, EmbeddingRow, EmbeddingState, FileAnalysis, FileSnapshot, FileState, PathPrefix, RepoPath,
    StableId,
};
use codira_store::questions::FileQuestions;
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{
    documentation, documents, embeddings,
    index::Index,
    rows::{get, ok_or_corrupt},
    states::{self, STATE, state},
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    errors::{At, Failed as _},
    forms::vector,
};

/// Which documentation issues has this file?
const DOC_ISSUES: &str = "SELECT body FROM doc_issue WHERE file = ?";
/// Which vectors has this file?
const VECTORS: &str = "SELECT id >> 40, owner, text_hash, numbers FROM vector WHERE file = ?";
/// Which of its embeddings wait?
const PENDING: &str = "SELECT spec, owner, text FROM pending WHERE file = ?";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[Statement::of(DOC_ISSUES), Statement::of(VECTORS), Statement::of(PENDING)];

/// A hash.
pub(super) fn hash(row: &SqliteRow, column: usize, at: At<'_>) -> Result<ContentHash, BackendError> {
    let bytes = <[u8; 32]>::try_from(get::<&[u8]>(row, column, at)?).ok();
    Ok(ContentHash::from_bytes(ok_or_corrupt(bytes, "a hash", at)?))
}

impl FileQuestions for Index<'_> {
    async fn file_states(&mut self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        states::states(self, prefix).await
    }

    async fn file(&mut self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
        let at = self.at;
        let connection = &mut *self.connection;
        let failed = |error| at.failed("read", error);
        let row = sqlx::query(STATE).bind(path.as_str()).fetch_optional(&mut *connection).await.map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let (state, number) = (state(&row, at)?, get(&row, 6, at)?);
        let document = documents::documents(connection, &[number], at).await?.pop();
        let analysis = ok_or_corrupt(document.and_then(|document| document.analysis()), "a file", at)?;
        let issues = sqlx::query(DOC_ISSUES).bind(number).fetch_optional(&mut *connection).await.map_err(failed)?;
        let doc_issues = issues.map_or(Ok(Vec::new()), |row| documentation::read(get(&row, 0, at)?, at))?;
        let embeddings = embeddings_of(connection, number, at).await?;
        let mut snapshot = FileSnapshot { state, analysis: FileAnalysis { doc_issues, ..analysis }, embeddings };
        snapshot.normalize();
        Ok(Some(snapshot))
    }
}

async fn embeddings_of(connection: &mut SqliteConnection, file: i64, at: At<'_>) -> Result<Vec<EmbeddingRow>, BackendError> {
    let failed = |error| at.failed("read", error);
    let vectors = sqlx::query(VECTORS).bind(file).fetch_all(&mut *connection).await.map_err(failed)?;
    let pending = sqlx::query(PENDING).bind(file).fetch_all(&mut *connection).await.map_err(failed)?;
    if vectors.is_empty() && pending.is_empty() {
        return Ok(Vec::new());
    }
    let specs: HashMap<i64, _> = embeddings::specs(connection, at).await?.into_iter().collect();
    let spec = |number: i64| ok_or_corrupt(specs.get(&number).cloned(), "a spec", at);
    let mut rows = Vec::with_capacity(vectors.len() + pending.len());
    for row in vectors {
        let vector = ok_or_corrupt(vector::unpack(get(&row, 3, at)?), "a vector", at)?;
        rows.push(EmbeddingRow {
            owner: StableId::new(get::<String>(&row, 1, at)?),
            spec: spec(get(&row, 0, at)?)?,
            text_hash: hash(&row, 2, at)?,
            state: EmbeddingState::Computed(vector),
        });
    }
    for row in pending {
        let owner = StableId::new(get::<String>(&row, 1, at)?);
        rows.push(EmbeddingRow::pending(owner, spec(get(&row, 0, at)?)?, get::<String>(&row, 2, at)?));
    }
    Ok(rows)
}
