//! Files: their states, and one whole.

use std::collections::HashMap;

use codira_contracts::{
    BackendError, ContentHash, EmbeddingRow, EmbeddingState, FileAnalysis, FileSnapshot, FileState, PathPrefix, RepoPath,
    StableId, Tool,
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{
    documentation, documents, embeddings,
    filter::{narrowed, range},
    index::Index,
    rows::{get, path, sound},
};
use crate::{errors::At, forms::vector};

/// Which files are there after this path, and in which state? Each column of all of them is one text: thousands of rows take less
/// time to read than to be sent from SQLite's thread one by one.
pub(crate) const STATES: &str = concat!(
    "SELECT group_concat(path, char(0)), group_concat(hex(hash), ','), group_concat(size, ','), group_concat(modified, ','),
        group_concat(hex(analyzer), ','), group_concat(hex(analyzer_version), ',')
    FROM (SELECT f.path, f.hash, f.size, f.modified, f.analyzer, f.analyzer_version FROM file f WHERE ",
    range!(),
    " AND f.path > ?5 ORDER BY f.path LIMIT ?4)"
);
/// How many states are read together; few under test, so that there are several lots.
const STATES_TOGETHER: usize = if cfg!(test) { 2 } else { 10_000 };
/// In which state is this file?
pub(crate) const STATE: &str =
    "SELECT f.path, f.hash, f.size, f.modified, f.analyzer, f.analyzer_version, f.id FROM file f WHERE f.path = ?";
/// Which documentation issues has this file?
pub(crate) const DOC_ISSUES: &str = "SELECT body FROM doc_issue WHERE file = ?";
/// Which vectors has this file?
pub(crate) const VECTORS: &str = "SELECT id >> 40, owner, text_hash, numbers FROM vector WHERE file = ?";
/// Which of its embeddings wait?
pub(crate) const PENDING: &str = "SELECT spec, owner, text FROM pending WHERE file = ?";

pub(super) async fn states(index: &mut Index<'_>, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
    let mut states: Vec<FileState> = Vec::new();
    loop {
        let after = states.last().map_or_else(String::new, |state| state.path.to_string());
        let rows = narrowed(STATES, prefix, Some(STATES_TOGETHER)).bind(after).fetch_one(&mut *index.connection).await;
        let row = rows.map_err(|error| index.at.failed("read", error))?;
        let before = states.len();
        let mut columns = [""; 6];
        for (column, text) in columns.iter_mut().enumerate() {
            *text = get::<Option<&str>>(&row, column, index.at)?.unwrap_or_default();
        }
        sound(add_states(&mut states, columns), "the state of a file", index.at)?;
        if states.len() - before < STATES_TOGETHER {
            return Ok(states);
        }
    }
}

/// Adds the states that these columns hold; `None` when they hold something else.
fn add_states(states: &mut Vec<FileState>, columns: [&str; 6]) -> Option<()> {
    let [paths, hashes, sizes, times, names, versions] = columns;
    if paths.is_empty() {
        return Some(());
    }
    let texts = hashes.split(',').zip(sizes.split(',')).zip(times.split(',').zip(names.split(',').zip(versions.split(','))));
    // Of one tool after another, nearly all are the same.
    let (mut known, mut tool) = (("", ""), Tool::new("", ""));
    let count = states.len() + paths.split('\0').count();
    for (path, ((hash, size), (modified, named))) in paths.split('\0').zip(texts) {
        if named != known {
            (known, tool) = (named, Tool::new(unhex(named.0)?, unhex(named.1)?));
        }
        states.push(FileState {
            path: RepoPath::new(path).ok()?,
            hash: hash.parse().ok()?,
            size: size.parse::<i64>().ok()? as u64,
            modified: modified.parse().ok()?,
            analyzer: tool.clone(),
        });
    }
    // Columns of different lengths are no states.
    (states.len() == count && states.is_sorted_by(|a, b| a.path < b.path)).then_some(())
}

/// The text whose bytes these digits are.
fn unhex(digits: &str) -> Option<String> {
    let byte = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    String::from_utf8(digits.as_bytes().chunks(2).map(byte).collect::<Option<_>>()?).ok()
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

pub(super) async fn file(index: &mut Index<'_>, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
    let at = index.at;
    let connection = &mut *index.connection;
    let failed = |error| at.failed("read", error);
    let row = sqlx::query(STATE).bind(path.as_str()).fetch_optional(&mut *connection).await.map_err(failed)?;
    let Some(row) = row else { return Ok(None) };
    let (state, number) = (state(&row, at)?, get(&row, 6, at)?);
    let document = documents::documents(connection, &[number], at).await?.pop();
    let analysis = sound(document.and_then(|document| document.analysis()), "a file", at)?;
    let issues = sqlx::query(DOC_ISSUES).bind(number).fetch_optional(&mut *connection).await.map_err(failed)?;
    let doc_issues = issues.map_or(Ok(Vec::new()), |row| documentation::read(get(&row, 0, at)?, at))?;
    let embeddings = embeddings_of(connection, number, at).await?;
    let mut snapshot = FileSnapshot { state, analysis: FileAnalysis { doc_issues, ..analysis }, embeddings };
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
        let vector = sound(vector::unpack(get(&row, 3, at)?), "a vector", at)?;
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
