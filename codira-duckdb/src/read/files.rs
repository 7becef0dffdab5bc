//! Files: their states, and whole ones.

use std::collections::HashMap;

use codira_contracts::{
    BackendError, ContentHash, EmbeddingRow, EmbeddingState, FileAnalysis, FileSnapshot, FileState, Language, PathPrefix,
    RepoPath, Tool,
};
use codira_store::{parallel, questions::FileQuestions, vectors};

use super::{filter::Which, outlines::Blobs, prefetch::BATCH_BYTES, snapshot::Snapshot};
use crate::{
    codec,
    engine::Cells,
    forms::document::{self, Records},
};

/// In which state is a file? What else is said of it in its own row?
const STATE: &str = "path, hash, size, modified, analyzer, analyzer_version";
const WHOLE: &str = "path, hash, size, modified, analyzer, analyzer_version, id, language, module, doc_issues";

impl FileQuestions for Snapshot {
    async fn file_states(&mut self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        let mut states = self.select(STATE, "file", &Which::all().and_below(prefix), state)?;
        states.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(states)
    }

    async fn file(&mut self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
        let mut ahead = self.ahead.borrow_mut();
        if let Some(file) = ahead.take(path) {
            return Ok(Some(file));
        }
        let which = match ahead.count(path) {
            1 => Which::is("path", path.as_str().to_owned()),
            count => match following(self, path, count)? {
                none if none.is_empty() => return Ok(None),
                numbers => Which::among("id", numbers),
            },
        };
        let mut files = whole(self, &which)?;
        files.sort_unstable_by(|a, b| a.state.path.cmp(&b.state.path));
        let mut files = files.into_iter();
        // Another one comes first where this one is not stored.
        let first = files.next().filter(|file| file.state.path == *path);
        if first.is_some() {
            ahead.keep(files);
        }
        Ok(first)
    }
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

/// The numbers of so many files from this path on, or fewer where they are large.
fn following(snapshot: &Snapshot, path: &RepoPath, count: usize) -> Result<Vec<u32>, BackendError> {
    let sql = format!("SELECT id, size FROM file WHERE path >= ? ORDER BY path LIMIT {count}");
    let found = snapshot.database.rows(&sql, [path.as_str()], |row| Ok((row.get::<u32>(0)?, row.get::<u64>(1)?)))?;
    let mut bytes = 0_u64;
    let fits = |(place, (_, size)): &(usize, (u32, u64))| {
        bytes = bytes.saturating_add(*size);
        *place == 0 || bytes <= BATCH_BYTES
    };
    Ok(found.into_iter().enumerate().take_while(fits).map(|(_, (number, _))| number).collect())
}

/// Files as they were put, in no order.
fn whole(snapshot: &Snapshot, which: &Which) -> Result<Vec<FileSnapshot>, BackendError> {
    let found = snapshot.select(WHOLE, "file", which, |row| {
        let analysis = FileAnalysis::new(Language::new(row.get::<String>(7)?), row.get::<String>(8)?);
        let file = FileSnapshot { state: state(row)?, analysis, embeddings: Vec::new() };
        Ok((row.get::<u32>(6)?, file, row.get::<u32>(9)? > 0))
    })?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let of_files = Which::among("file", found.iter().map(|(number, ..)| *number));
    let blobs = snapshot.blobs(&of_files)?;
    let mut blobs: HashMap<u32, Blobs> = blobs.into_iter().map(|blobs| (blobs.0, blobs)).collect();
    let mut doc_issues = HashMap::new();
    if found.iter().any(|(.., audited)| *audited) {
        doc_issues = in_order(snapshot, "doc_issue", &of_files, |row| row.blob(2, "a documentation issue", codec::unpack))?;
    }
    let mut embeddings = embeddings(snapshot, &of_files)?;
    let with_blobs = found.into_iter().map(|(number, file, _)| (blobs.remove(&number), number, file)).collect();
    let read = parallel::map(with_blobs, |(blobs, number, mut file): (Option<Blobs>, u32, FileSnapshot)| {
        let (_, source, records) = blobs?;
        file.analysis.source = document::source(&source)?;
        Records::read(&records, &file.analysis.source)?.fill(&mut file.analysis, true)?;
        Some((number, file))
    });
    let made = read.into_iter().map(|read| {
        let (number, mut file) = read.ok_or_else(|| snapshot.database.at().unreadable("the document of a file"))?;
        let analysis = &mut file.analysis;
        analysis.doc_issues = doc_issues.remove(&number).unwrap_or_default();
        file.embeddings = embeddings.remove(&number).unwrap_or_default();
        file.normalize();
        Ok(file)
    });
    made.collect()
}

/// What `read` makes of file, ordinal and body of the rows of files, in each file's own order.
fn in_order<T>(
    snapshot: &Snapshot,
    table: &str,
    of_files: &Which,
    mut read: impl FnMut(&Cells<'_>) -> Result<T, BackendError>,
) -> Result<HashMap<u32, Vec<T>>, BackendError> {
    let columns = "file, ordinal, body";
    let mut rows = snapshot.select(columns, table, of_files, |row| Ok((row.get::<u32>(0)?, row.get::<u32>(1)?, read(row)?)))?;
    rows.sort_unstable_by_key(|(_, ordinal, _)| *ordinal);
    let mut by_file: HashMap<u32, Vec<T>> = HashMap::new();
    for (file, _, record) in rows {
        by_file.entry(file).or_default().push(record);
    }
    Ok(by_file)
}

fn embeddings(snapshot: &Snapshot, of_files: &Which) -> Result<HashMap<u32, Vec<EmbeddingRow>>, BackendError> {
    let specs: HashMap<u32, _> = snapshot.specs()?.iter().cloned().collect();
    let mut by_file: HashMap<u32, Vec<EmbeddingRow>> = HashMap::new();
    if specs.is_empty() {
        return Ok(by_file);
    }
    let spec = |number: u32| specs.get(&number).cloned().ok_or_else(|| snapshot.database.at().unreadable("a spec"));
    let mut rows = snapshot.select("spec, owner, file, text_hash, numbers", "vector", of_files, |row| {
        let spec = spec(row.get(0)?)?;
        let vector = row.blob(4, "a vector", |bytes| vectors::unpack(bytes, spec.dimension))?;
        let state = EmbeddingState::Computed(vector);
        Ok((row.get(2)?, EmbeddingRow { owner: row.id(1)?, spec, text_hash: hash(row, 3)?, state }))
    })?;
    rows.extend(snapshot.select("spec, owner, file, text", "pending", of_files, |row| {
        Ok((row.get(2)?, EmbeddingRow::pending(row.id(1)?, spec(row.get(0)?)?, row.get::<String>(3)?)))
    })?);
    for (file, row) in rows {
        by_file.entry(file).or_default().push(row);
    }
    Ok(by_file)
}
