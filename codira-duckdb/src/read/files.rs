//! Files: their states, one whole, and what resolving looks at of many.

use std::collections::HashMap;

use codira_contracts::{
    BackendError, ContentHash, EmbeddingRow, EmbeddingState, FileAnalysis, FileSnapshot, FileState, Language, PathPrefix,
    RepoPath, Symbol, Tool, Vector,
};

use super::{filter::Which, snapshot::Snapshot};
use crate::{
    codec,
    engine::{Cells, Database, list},
};

/// In which state is a file? What else is said of it in its own row?
const STATE: &str = "path, hash, size, modified, analyzer, analyzer_version";
const WHOLE: &str = "path, hash, size, modified, analyzer, analyzer_version, id, language, module, documentation, doc_issues";

pub(super) fn states(snapshot: &Snapshot, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
    let mut states = snapshot.select(STATE, "file", &Which::all().and_below(prefix), state)?;
    states.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(states)
}

/// The state of one file.
pub(crate) fn file_state(database: &Database, path: &RepoPath) -> Result<Option<FileState>, BackendError> {
    Ok(database.rows_once(&format!("SELECT {STATE} FROM file WHERE path = ?"), [path.as_str()], state)?.pop())
}

fn state(row: &Cells<'_>) -> Result<FileState, BackendError> {
    Ok(FileState {
        path: row.path(0)?,
        hash: hash(row, 1)?,
        size: row.get(2)?,
        modified: row.get(3)?,
        analyzer: Tool::new(row.get::<String>(4)?, row.get::<String>(5)?),
    })
}

/// A content hash.
pub(super) fn hash(row: &Cells<'_>, column: usize) -> Result<ContentHash, BackendError> {
    row.blob(column, "a hash", |bytes| Some(ContentHash::from_bytes(bytes.try_into().ok()?)))
}

/// What is said of files, but for documentation and source, by number.
pub(crate) fn analyses(database: &Database, files: &[u32]) -> Result<Vec<(u32, RepoPath, FileAnalysis)>, BackendError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let files = list(files);
    let mut symbols: HashMap<u32, Vec<Symbol>> = HashMap::new();
    // Which symbols have these files?
    let sql = format!("SELECT file, body FROM symbol WHERE file IN ({files}) ORDER BY file, ordinal");
    for (file, symbol) in database.rows_once(&sql, [], |row| Ok((row.get(0)?, row.blob(1, "a symbol", codec::unpack)?)))? {
        symbols.entry(file).or_default().push(symbol);
    }
    // What else is said of them?
    let sql = format!(
        "SELECT f.id, f.path, f.language, f.module, c.rest FROM file f JOIN content c ON c.file = f.id WHERE f.id IN ({files})
        ORDER BY f.id"
    );
    database.rows_once(&sql, [], |row| {
        let number = row.get(0)?;
        let mut analysis = FileAnalysis::new(Language::new(row.get::<String>(2)?), row.get::<String>(3)?);
        analysis.symbols = symbols.remove(&number).unwrap_or_default();
        row.blob(4, "the records of a file", |bytes| codec::unpack_rest(bytes, &mut analysis))?;
        Ok((number, row.path(1)?, analysis))
    })
}

pub(super) fn file(snapshot: &Snapshot, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
    let found = snapshot.select(WHOLE, "file", &Which::is("path", path.as_str().to_owned()), |row| {
        let analysis = FileAnalysis::new(Language::new(row.get::<String>(7)?), row.get::<String>(8)?);
        Ok((state(row)?, row.get::<u32>(6)?, analysis, row.get::<u32>(9)?, row.get::<u32>(10)?))
    })?;
    let Some((state, number, mut analysis, units, issues)) = found.into_iter().next() else { return Ok(None) };
    let of_file = Which::is("file", number);
    analysis.symbols = in_order(snapshot, "symbol", &of_file, |row| row.blob(1, "a symbol", codec::unpack))?;
    let mut content = snapshot.select("rest, source", "content", &of_file, |row| {
        row.blob(0, "the records of a file", |bytes| codec::unpack_rest(bytes, &mut analysis))?;
        row.get::<String>(1)
    })?;
    analysis.source = content.pop().ok_or_else(|| snapshot.database.at().unreadable("the content of a file"))?;
    if units > 0 {
        let read = |row: &Cells<'_>| row.blob(1, "a documentation unit", codec::unpack);
        analysis.documentation = in_order(snapshot, "documentation", &of_file, read)?;
    }
    if issues > 0 {
        let read = |row: &Cells<'_>| row.blob(1, "a documentation issue", codec::unpack);
        analysis.doc_issues = in_order(snapshot, "doc_issue", &of_file, read)?;
    }
    let mut snapshot = FileSnapshot { state, analysis, embeddings: embeddings(snapshot, &of_file)? };
    snapshot.normalize();
    Ok(Some(snapshot))
}

/// What `read` makes of ordinal and body of the rows of a file, in the file's own order.
fn in_order<T>(
    snapshot: &Snapshot,
    table: &str,
    of_file: &Which,
    mut read: impl FnMut(&Cells<'_>) -> Result<T, BackendError>,
) -> Result<Vec<T>, BackendError> {
    let mut rows = snapshot.select("ordinal, body", table, of_file, |row| Ok((row.get::<u32>(0)?, read(row)?)))?;
    rows.sort_unstable_by_key(|(ordinal, _)| *ordinal);
    Ok(rows.into_iter().map(|(_, record)| record).collect())
}

fn embeddings(snapshot: &Snapshot, of_file: &Which) -> Result<Vec<EmbeddingRow>, BackendError> {
    let specs: HashMap<u32, _> = snapshot.specs()?.iter().cloned().collect();
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    let spec = |number: u32| specs.get(&number).cloned().ok_or_else(|| snapshot.database.at().unreadable("a spec"));
    let mut rows = snapshot.select("spec, owner, text_hash, numbers", "vector", of_file, |row| {
        let state = EmbeddingState::Computed(row.blob(3, "a vector", Vector::from_bytes)?);
        Ok(EmbeddingRow { owner: row.id(1)?, spec: spec(row.get(0)?)?, text_hash: hash(row, 2)?, state })
    })?;
    rows.extend(snapshot.select("spec, owner, text", "pending", of_file, |row| {
        Ok(EmbeddingRow::pending(row.id(1)?, spec(row.get(0)?)?, row.get::<String>(2)?))
    })?);
    Ok(rows)
}
