//! From keys to files, and from files to what is said of them. What was read is kept for a while: questions come in families.

use std::sync::Arc;

use codira_contracts::{BackendError, PathPrefix, RepoPath, RuntimeInventory};
use codira_store::{
    FileOutline,
    questions::{Batches, Documents, FilesToRead},
};
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::{AssertSqlSafe, SqliteConnection, sqlite::SqliteRow};

use super::{
    filter::{inside, narrowed, range},
    rows::{get, ok_or_corrupt, path},
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    codec,
    errors::{At, Failed as _},
    forms::{
        graph::Graph,
        outline::{self, Outline},
    },
    postings::{Key, Pair, lookup},
    write::rows::list,
};

/// Which file is at this path?
const FILE: &str = "SELECT f.id, f.path, f.language, f.module FROM file f WHERE f.path = ?";
/// Which of these files are inside the prefix? The list stands for the mark.
const FILES: &str =
    concat!("SELECT f.id, f.path, f.language, f.module FROM file f WHERE f.id IN (/*numbers*/) AND ", inside!(), " LIMIT ?4");
/// Which files are inside the prefix?
pub(super) const INSIDE: &str =
    concat!("SELECT f.id, f.path, f.language, f.module FROM file f WHERE ", range!(), " ORDER BY f.path LIMIT ?4");
/// Which files inside the prefix have documentation units?
pub(super) const DOCUMENTED: &str = concat!(
    "SELECT f.id, f.path, f.language, f.module FROM file f WHERE f.documentation > 0 AND ",
    range!(),
    " ORDER BY f.path LIMIT ?4"
);
/// Which files inside the prefix have documentation issues?
pub(super) const FAULTY: &str = concat!(
    "SELECT f.id, f.path, f.language, f.module FROM file f WHERE f.doc_issues > 0 AND ",
    range!(),
    " ORDER BY f.path LIMIT ?4"
);
/// What are the outlines of these files? A list of numbers and a parenthesis follow.
const OUTLINES: &str = "SELECT f.id, f.path, f.module, d.outline FROM file f
    CROSS JOIN document d ON d.file = f.id WHERE f.id IN (";
/// What do these files make of others? A list of numbers and a parenthesis follow.
const GRAPHS: &str = "SELECT f.id, f.path, f.module, d.outline, d.content, r.meanings FROM file f
    CROSS JOIN document d ON d.file = f.id CROSS JOIN resolution r ON r.file = f.id WHERE f.id IN (";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[
    Statement::of(FILE),
    Statement::of(FILES),
    Statement::of(INSIDE).by_path(),
    Statement::of(DOCUMENTED).by_path(),
    Statement::of(FAULTY).by_path(),
    Statement::of(OUTLINES).then("1,2)"),
    Statement::of(GRAPHS).then("1,2)"),
];

/// How many numbers stand in one statement.
const BATCH_NUMBERS: usize = 10_000;
/// How much is kept of what was read, in bytes of what it was read from: in memory it is some times as large.
const CACHE_BYTES: usize = 8 << 20;

/// A file, as far as questions narrow by it.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) number: u32,
    pub(super) path: RepoPath,
    pub(super) language: String,
    pub(super) module: String,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Cache {
    outlines: FxHashMap<u32, Arc<FileOutline>>,
    graphs: FxHashMap<u32, Arc<Graph>>,
    weight: usize,
}

impl Cache {
    fn keep(&mut self, weight: usize) {
        if self.weight > CACHE_BYTES {
            *self = Self::default();
        }
        self.weight += weight;
    }
}

/// A committed state, while it is asked.
#[derive(Debug)]
pub(super) struct Index<'a> {
    pub(super) connection: &'a mut SqliteConnection,
    pub(super) head: &'a RuntimeInventory,
    pub(super) cache: &'a mut Cache,
    pub(super) at: At<'a>,
}

impl Index<'_> {
    /// The file at a path.
    pub(super) async fn file_at(&mut self, path: &RepoPath) -> Result<Option<File>, BackendError> {
        let row = sqlx::query(FILE).bind(path.as_str()).fetch_optional(&mut *self.connection).await;
        row.map_err(|error| self.at.failed("read", error))?.map(|row| file(&row, self.at)).transpose()
    }

    /// The files to which any of these keys may lead, by path.
    pub(super) async fn files_of(&mut self, keys: &[Key<'_>], prefix: &PathPrefix) -> Result<Vec<File>, BackendError> {
        let numbers: FxHashSet<u32> = self.pairs_of(keys).await?.into_iter().map(|pair| pair.file()).collect();
        self.files(numbers, prefix).await
    }

    /// The pairs of these keys.
    pub(super) async fn pairs_of(&mut self, keys: &[Key<'_>]) -> Result<Vec<Pair>, BackendError> {
        let digests: Vec<u32> = keys.iter().map(|key| key.digest()).collect();
        lookup::pairs(self.connection, &digests, self.at).await
    }

    /// Those of these files that are there, by path.
    pub(super) async fn files(&mut self, numbers: FxHashSet<u32>, prefix: &PathPrefix) -> Result<Vec<File>, BackendError> {
        let mut numbers: Vec<u32> = numbers.into_iter().collect();
        numbers.sort_unstable();
        let mut files = Vec::with_capacity(numbers.len());
        for some in numbers.chunks(BATCH_NUMBERS) {
            let sql = AssertSqlSafe(FILES.replace("/*numbers*/", &list(some.iter().copied())));
            let rows = narrowed(sql, prefix, None).persistent(false).fetch_all(&mut *self.connection).await;
            for row in rows.map_err(|error| self.at.failed("read", error))? {
                files.push(file(&row, self.at)?);
            }
        }
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Files inside the prefix, by path; the statement is [`INSIDE`] or a narrower one.
    pub(super) async fn files_inside(&mut self, sql: &'static str, prefix: &PathPrefix) -> Result<Vec<File>, BackendError> {
        let rows = narrowed(sql, prefix, None).fetch_all(&mut *self.connection).await;
        rows.map_err(|error| self.at.failed("read", error))?.iter().map(|row| file(row, self.at)).collect()
    }

    /// The graphs of files, in their order, with the outlines.
    pub(super) async fn graphs(&mut self, files: &[u32]) -> Result<Vec<(Arc<FileOutline>, Arc<Graph>)>, BackendError> {
        let mut found: FxHashMap<u32, (Arc<FileOutline>, Arc<Graph>)> = FxHashMap::default();
        let mut missing = Vec::new();
        for number in files {
            match (self.cache.outlines.get(number), self.cache.graphs.get(number)) {
                (Some(outline), Some(graph)) => drop(found.insert(*number, (outline.clone(), graph.clone()))),
                _ => missing.push(*number),
            }
        }
        for row in self.rows(GRAPHS, &missing).await? {
            let dictionary = ok_or_corrupt(outline::decompress(get(&row, 3, self.at)?), "an outline", self.at)?;
            let (number, outline) = self.outline(&row, &dictionary)?;
            let content = ok_or_corrupt(codec::decompress(get(&row, 4, self.at)?, &dictionary), "a content", self.at)?;
            let resolved_uses =
                ok_or_corrupt(codec::decompress(get(&row, 5, self.at)?, b""), "what came of resolving", self.at)?;
            let graph = Graph::read(&content, &resolved_uses)
                .filter(|graph| graph.edges.iter().all(|edge| edge.owner < outline.symbols.len()));
            let graph = Arc::new(ok_or_corrupt(graph, "a graph", self.at)?);
            self.cache.keep(content.len());
            self.cache.graphs.insert(number, graph.clone());
            found.insert(number, (outline, graph));
        }
        let graphs = files.iter().map(|number| found.get(number).cloned());
        ok_or_corrupt(graphs.collect(), "a graph", self.at)
    }

    /// Rows that begin with number, path and module, of a statement that ends in a list.
    async fn rows(&mut self, sql: &str, files: &[u32]) -> Result<Vec<SqliteRow>, BackendError> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let sql = AssertSqlSafe(format!("{sql}{})", list(files.iter().copied())));
        let rows = sqlx::query(sql).persistent(false).fetch_all(&mut *self.connection).await;
        rows.map_err(|error| self.at.failed("read", error))
    }

    /// The outline whose bytes these are, of a row that begins so.
    fn outline(&mut self, row: &SqliteRow, bytes: &[u8]) -> Result<(u32, Arc<FileOutline>), BackendError> {
        let number = get(row, 0, self.at)?;
        if let Some(outline) = self.cache.outlines.get(&number) {
            return Ok((number, outline.clone()));
        }
        let Outline { symbols, documentation } = ok_or_corrupt(outline::read(bytes), "an outline", self.at)?;
        let (path, module) = (path(row, 1, self.at)?, get(row, 2, self.at)?);
        let outline = Arc::new(FileOutline::new(path, module, symbols.into_owned(), documentation.into_owned()));
        self.cache.keep(bytes.len());
        self.cache.outlines.insert(number, outline.clone());
        Ok((number, outline))
    }
}

impl Documents for Index<'_> {
    const OUTLINES: usize = BATCHES.most;

    async fn file_number(&mut self, path: &RepoPath) -> Result<Option<u32>, BackendError> {
        Ok(self.file_at(path).await?.map(|file| file.number))
    }

    async fn outlines(&mut self, files: &[u32]) -> Result<Vec<Arc<FileOutline>>, BackendError> {
        let mut found: FxHashMap<u32, Arc<FileOutline>> = FxHashMap::default();
        let mut missing = Vec::new();
        for number in files {
            match self.cache.outlines.get(number) {
                Some(outline) => drop(found.insert(*number, outline.clone())),
                None => missing.push(*number),
            }
        }
        for row in self.rows(OUTLINES, &missing).await? {
            let bytes = ok_or_corrupt(outline::decompress(get(&row, 3, self.at)?), "an outline", self.at)?;
            let (number, outline) = self.outline(&row, &bytes)?;
            found.insert(number, outline);
        }
        let outlines = files.iter().map(|number| found.get(number).cloned());
        ok_or_corrupt(outlines.collect(), "an outline", self.at)
    }

    fn unreadable(&self, what: &str) -> BackendError {
        self.at.unreadable(what)
    }
}

fn file(row: &SqliteRow, at: At<'_>) -> Result<File, BackendError> {
    Ok(File { number: get(row, 0, at)?, path: path(row, 1, at)?, language: get(row, 2, at)?, module: get(row, 3, at)? })
}

/// How many files are read at a time.
const BATCHES: Batches = Batches { first: 8, growth: 2, most: 256 };

/// Files to read for an answer with a limit.
pub(super) fn to_read(files: &[File], limit: Option<usize>) -> FilesToRead {
    FilesToRead::in_batches(files.iter().map(|file| file.number).collect(), limit, BATCHES)
}
