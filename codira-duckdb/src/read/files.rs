//! Files: their states, one whole, and what resolving looks at of many.

use std::collections::HashMap;

use codira_contracts::{
    BackendError, ContentHash, EmbeddingRow, EmbeddingState, FileAnalysis, FileSnapshot, FileState, Language, PathPrefix,
    RepoPath, Symbol, Tool, Vector,
};

use super::{
    embeddings,
    filter::{inside, narrowed},
};
use crate::{
    codec,
    engine::{Cells, Database, list},
};

/// Which files are there, and in which state?
const STATES: &str = concat!(
    "SELECT path, hash, size, modified, analyzer, analyzer_version FROM file f WHERE ",
    inside!(),
    " ORDER BY path LIMIT $4"
);
/// In which state is this file, and which number has it?
const STATE: &str = "SELECT path, hash, size, modified, analyzer, analyzer_version, id FROM file WHERE path = $1";
/// What does this file read, and how many symbols, units and issues has it?
const CONTENT: &str =
    "SELECT c.source, f.documentation, f.doc_issues FROM content c JOIN file f ON f.id = c.file WHERE c.file = $1";
/// Which documentation units has this file?
const DOCUMENTATION: &str = "SELECT body FROM documentation WHERE file = $1 ORDER BY ordinal";
/// Which documentation issues has this file?
const DOC_ISSUES: &str = "SELECT body FROM doc_issue WHERE file = $1 ORDER BY ordinal";
/// Which vectors has this file?
const VECTORS: &str = "SELECT spec, owner, text_hash, numbers FROM vector WHERE file = $1";
/// Which of its embeddings wait?
const PENDING: &str = "SELECT spec, owner, text FROM pending WHERE file = $1";

pub(super) fn states(database: &Database, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
    database.rows(STATES, narrowed(prefix, None, []), state)
}

/// The state of one file.
pub(crate) fn file_state(database: &Database, path: &RepoPath) -> Result<Option<FileState>, BackendError> {
    Ok(database.rows(STATE, [path.as_str()], state)?.pop())
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

pub(super) fn file(database: &Database, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
    let found = database.rows(STATE, [path.as_str()], |row| Ok((state(row)?, row.get::<u32>(6)?)))?.pop();
    let Some((state, number)) = found else { return Ok(None) };
    let missing = || database.at().unreadable("the content of a file");
    let content = database.rows(CONTENT, [number], |row| Ok((row.get(0)?, row.get::<u32>(1)?, row.get::<u32>(2)?)))?.pop();
    let (source, units, issues) = content.ok_or_else(missing)?;
    let (_, _, mut analysis) = analyses(database, &[number])?.pop().ok_or_else(missing)?;
    analysis.source = source;
    if units > 0 {
        analysis.documentation =
            database.rows(DOCUMENTATION, [number], |row| row.blob(0, "a documentation unit", codec::unpack))?;
    }
    if issues > 0 {
        analysis.doc_issues = database.rows(DOC_ISSUES, [number], |row| row.blob(0, "a documentation issue", codec::unpack))?;
    }
    let mut snapshot = FileSnapshot { state, analysis, embeddings: embeddings_of(database, number)? };
    snapshot.normalize();
    Ok(Some(snapshot))
}

fn embeddings_of(database: &Database, file: u32) -> Result<Vec<EmbeddingRow>, BackendError> {
    let specs: HashMap<u32, _> = embeddings::specs(database)?.into_iter().collect();
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    let spec = |number: u32| specs.get(&number).cloned().ok_or_else(|| database.at().unreadable("a spec"));
    let mut rows = database.rows(VECTORS, [file], |row| {
        let state = EmbeddingState::Computed(row.blob(3, "a vector", Vector::from_bytes)?);
        Ok(EmbeddingRow { owner: row.id(1)?, spec: spec(row.get(0)?)?, text_hash: hash(row, 2)?, state })
    })?;
    rows.extend(
        database
            .rows(PENDING, [file], |row| Ok(EmbeddingRow::pending(row.id(1)?, spec(row.get(0)?)?, row.get::<String>(2)?)))?,
    );
    Ok(rows)
}
