//! Files: their states, one whole, and what resolving looks at of many.

use std::collections::HashMap;

use codira_contracts::{
    BackendError, ContentHash, EmbeddingRow, EmbeddingState, FileAnalysis, FileSnapshot, FileState, Language, PathPrefix,
    RepoPath, StableId, Symbol, Tool, Vector,
};
use sqlx::{AssertSqlSafe, SqliteConnection, sqlite::SqliteRow};

use super::{
    embeddings,
    entries::{get, path, sound},
    filter::{narrowed, range},
};
use crate::{
    codec,
    errors::At,
    records::{self, Records},
    write::rows::list,
};

/// The columns of a state: path, hash, size, time, analyzer.
macro_rules! state_of {
    ($where:expr) => {
        concat!(
            "SELECT f.path, f.hash, f.size, f.modified, a.value, v.value FROM file f
            CROSS JOIN text a ON a.id = f.analyzer CROSS JOIN text v ON v.id = f.analyzer_version WHERE ",
            $where
        )
    };
}

/// Which files are there, and in which state?
pub(crate) const STATES: &str = state_of!(concat!(range!(), " ORDER BY f.path LIMIT ?4"));
/// In which state is this file?
pub(crate) const STATE: &str = state_of!("f.path = ?");
/// What is said of these files but for their symbols? A list of numbers and a parenthesis follow.
pub(crate) const CONTENTS: &str = "SELECT f.id, f.path, l.value, m.value, c.records FROM file f
    CROSS JOIN text l ON l.id = f.language CROSS JOIN text m ON m.id = f.module CROSS JOIN content c ON c.file = f.id
    WHERE f.id IN (";
/// Which symbols have these files? A list of numbers and the order follow.
pub(crate) const SYMBOLS: &str = "SELECT f.id, d.body FROM file f
    CROSS JOIN detail d ON d.id >= f.id << 20 AND d.id < (f.id + 1) << 20 WHERE f.id IN (";
/// Which number has this file, and what does it read?
pub(crate) const SOURCE: &str = "SELECT f.id, c.source FROM file f CROSS JOIN content c ON c.file = f.id WHERE f.path = ?";
/// Which documentation units has this file?
pub(crate) const DOCUMENTATION: &str = "SELECT body FROM documentation WHERE file = ? ORDER BY id";
/// Which documentation issues has this file?
pub(crate) const DOC_ISSUES: &str = "SELECT body FROM doc_issue WHERE file = ? ORDER BY ordinal";
/// Which vectors has this file?
pub(crate) const VECTORS: &str = "SELECT v.id >> 40, t.value, v.text_hash, v.numbers FROM vector v
    CROSS JOIN text t ON t.id = v.owner WHERE v.file = ?";
/// Which of its embeddings wait?
pub(crate) const PENDING: &str =
    "SELECT p.spec, t.value, p.text FROM pending p CROSS JOIN text t ON t.id = p.owner WHERE p.file = ?";

pub(super) async fn states(
    connection: &mut SqliteConnection,
    prefix: &PathPrefix,
    at: At<'_>,
) -> Result<Vec<FileState>, BackendError> {
    let rows = narrowed(STATES, prefix, None).fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    rows.iter().map(|row| state(row, at)).collect()
}

/// The state of one file.
pub(crate) async fn file_state(
    connection: &mut SqliteConnection,
    path: &RepoPath,
    at: At<'_>,
) -> Result<Option<FileState>, BackendError> {
    let row = sqlx::query(STATE).bind(path.as_str()).fetch_optional(connection).await;
    row.map_err(|error| at.failed("read", error))?.map(|row| state(&row, at)).transpose()
}

fn state(row: &SqliteRow, at: At<'_>) -> Result<FileState, BackendError> {
    Ok(FileState {
        path: path(row, 0, at)?,
        hash: hash(row, 1, at)?,
        size: get::<i64>(row, 2, at)? as u64,
        modified: get(row, 3, at)?,
        analyzer: Tool::new(get::<String>(row, 4, at)?, get::<String>(row, 5, at)?),
    })
}

/// A hash.
pub(super) fn hash(row: &SqliteRow, column: usize, at: At<'_>) -> Result<ContentHash, BackendError> {
    let bytes = <[u8; 32]>::try_from(get::<&[u8]>(row, column, at)?).ok();
    Ok(ContentHash::from_bytes(sound(bytes, "a hash", at)?))
}

/// What resolving looks at of files: language, module, symbols, imports and uses.
pub(crate) async fn analyses(
    connection: &mut SqliteConnection,
    files: &[i64],
    at: At<'_>,
) -> Result<Vec<(i64, RepoPath, FileAnalysis)>, BackendError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let failed = |error| at.failed("read", error);
    let files = list(files.iter().copied());
    let mut symbols: HashMap<i64, Vec<Symbol>> = HashMap::new();
    let sql = format!("{SYMBOLS}{files}) ORDER BY d.id");
    for row in sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(&mut *connection).await.map_err(failed)? {
        let run = sound(records::unpack_symbols(get(&row, 1, at)?), "a run of symbols", at)?;
        symbols.entry(get(&row, 0, at)?).or_default().extend(run);
    }
    let sql = format!("{CONTENTS}{files})");
    let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(&mut *connection).await.map_err(failed)?;
    let analysis = |row: &SqliteRow| {
        let file: i64 = get(row, 0, at)?;
        let symbols = symbols.remove(&file).unwrap_or_default();
        let records = records::unpack_records(&symbols, get(row, 4, at)?);
        let Records { imports, uses, status } = sound(records, "the records of a file", at)?;
        let language = Language::new(get::<String>(row, 2, at)?);
        let analysis =
            FileAnalysis { symbols, imports, uses, status, ..FileAnalysis::new(language, get::<String>(row, 3, at)?) };
        Ok((file, path(row, 1, at)?, analysis))
    };
    rows.iter().map(analysis).collect()
}

pub(super) async fn file(
    connection: &mut SqliteConnection,
    path: &RepoPath,
    at: At<'_>,
) -> Result<Option<FileSnapshot>, BackendError> {
    let failed = |error| at.failed("read", error);
    let Some(state) = file_state(connection, path, at).await? else { return Ok(None) };
    let row = sqlx::query(SOURCE).bind(path.as_str()).fetch_one(&mut *connection).await.map_err(failed)?;
    let number: i64 = get(&row, 0, at)?;
    let source = codec::expand(get(&row, 1, at)?).and_then(|bytes| String::from_utf8(bytes).ok());
    let source = sound(source, "a source text", at)?;
    let analysis = analyses(connection, &[number], at).await?.pop().map(|(_, _, analysis)| analysis);
    let mut analysis = FileAnalysis { source, ..sound(analysis, "the records of a file", at)? };
    for row in sqlx::query(DOCUMENTATION).bind(number).fetch_all(&mut *connection).await.map_err(failed)? {
        let unit = codec::unpack_squeezed(get(&row, 0, at)?);
        analysis.documentation.push(sound(unit, "a documentation unit", at)?);
    }
    for row in sqlx::query(DOC_ISSUES).bind(number).fetch_all(&mut *connection).await.map_err(failed)? {
        analysis.doc_issues.push(sound(codec::unpack_squeezed(get(&row, 0, at)?), "a documentation issue", at)?);
    }
    let embeddings = embeddings_of(connection, number, at).await?;
    let mut snapshot = FileSnapshot { state, analysis, embeddings };
    snapshot.normalize();
    Ok(Some(snapshot))
}

async fn embeddings_of(connection: &mut SqliteConnection, file: i64, at: At<'_>) -> Result<Vec<EmbeddingRow>, BackendError> {
    let failed = |error| at.failed("read", error);
    let vectors = sqlx::query(VECTORS).bind(file).fetch_all(&mut *connection).await.map_err(failed)?;
    let pending = sqlx::query(PENDING).bind(file).fetch_all(&mut *connection).await.map_err(failed)?;
    if vectors.is_empty() && pending.is_empty() {
        return Ok(Vec::new());
    }
    let specs: HashMap<i64, _> = embeddings::specs(connection, at).await?.into_iter().collect();
    let spec = |number: i64| sound(specs.get(&number).cloned(), "a spec", at);
    let mut rows = Vec::with_capacity(vectors.len() + pending.len());
    for row in vectors {
        let vector = sound(Vector::from_bytes(get(&row, 3, at)?), "a vector", at)?;
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
