//! What the engine asks of the tables, on the thread that owns the connection.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
};

use codira_contracts::{
    BackendError, ContentHash, EmbeddingSpec, FileState, Language, MemoryBudget, PathPrefix, Precision, RepoPath, Tool, Totals,
};
use codira_store::{
    Tables,
    tables::{Block, Document, EmbeddingRow, FileRow, Having, Parts, QuantizedBatch, SpecRow, State, WhichFiles},
};
use duckdb::params_from_iter;

use crate::{
    condition::Condition,
    engine::{Cells, Database},
    errors::{At, at},
    worker::{Started, Worker},
};

/// Who wrote the state, and what was the run?
const STATE: &str = "SELECT generation, backend, version, run FROM state";
/// How much is there?
const COUNTS: &str = "SELECT count(*)::UBIGINT, coalesce(sum(symbols), 0)::UBIGINT, coalesce(sum(imports), 0)::UBIGINT,
        coalesce(sum(calls), 0)::UBIGINT, coalesce(sum(\"references\"), 0)::UBIGINT,
        coalesce(sum(documentation), 0)::UBIGINT, coalesce(sum(doc_issues), 0)::UBIGINT
    FROM file";
/// How much was resolved?
const RESOLVED: &str = "SELECT coalesce(sum(edges), 0)::UBIGINT, coalesce(sum(resolved), 0)::UBIGINT FROM resolution";
/// How many documentation issues are there in each language?
const ISSUES: &str = "SELECT language, sum(doc_issues)::UBIGINT FROM file WHERE doc_issues > 0 GROUP BY language";
/// What do questions narrow by, of a file? In which state is it?
const FILE: &str = "id, path, language, module, symbols, doc_issues";
const FILE_AND_STATE: &str =
    "id, path, language, module, symbols, doc_issues, hash, size, modified, analyzer, analyzer_version";
/// What was said of files?
const OUTLINE: &str = "file, outline";
const CONTENT: &str = "file, outline, content";
/// Which specs are there, and how many embeddings have they?
const SPECS: &str = "SELECT id, engine, engine_version, model, model_version, dimension, precision FROM spec";
const EMBEDDING_COUNTS: &str = "SELECT spec, sum(computed)::UBIGINT, sum(pending)::UBIGINT FROM embedding GROUP BY spec";
/// What are embeddings?
const EMBEDDING: &str = "file, spec, computed, pending, vectors, owners";
/// Where do blocks begin?
const BLOCKS: &str = "SELECT segment, first FROM posting ORDER BY segment, first";

/// How many files' quantized vectors are read together.
const BATCH_QUANTIZED: usize = 1_024;

/// The tables of one state, which a thread has open.
#[derive(Debug)]
pub struct DuckdbTables {
    worker: Worker<Option<Open>>,
    /// The index, for errors.
    location: PathBuf,
}

/// What the thread has.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) database: Database,
    /// Where the blocks of posting lists begin: by segment, then first key. Nothing until it is
    /// asked for.
    pub(crate) blocks: Option<Vec<(u32, u32)>>,
    /// How much was written that DuckDB still keeps in memory, roughly in bytes.
    pub(crate) unflushed: usize,
    pub(crate) memory: MemoryBudget,
    /// The size of the largest file for which there is memory.
    pub(crate) largest: u64,
}

impl DuckdbTables {
    /// Opens tables on a thread of their own.
    pub(crate) async fn open(
        location: PathBuf,
        memory: MemoryBudget,
        open: impl FnOnce() -> Result<Database, BackendError> + Send + 'static,
    ) -> Result<Self, BackendError> {
        let open = move || Ok(Some(Open { database: open()?, blocks: None, unflushed: 0, memory, largest: 0 }));
        let Started { worker, opened, .. } = Worker::start(open).map_err(|error| at(&location).io("open", error))?;
        let tables = Self { worker, location };
        opened.await.map_err(|_| tables.gone())??;
        Ok(tables)
    }

    /// Has a job done on the thread.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Open) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, BackendError> {
        self.worker.call(|open| open.as_mut().map(job)).await.flatten().ok_or_else(|| self.gone())?
    }

    /// Closes the file.
    pub(crate) async fn close(self) -> Result<(), BackendError> {
        let closed = self.worker.call(|open| open.take().map_or(Ok(()), |open| open.database.close())).await;
        closed.ok_or_else(|| self.gone())?
    }

    /// The rows of a table.
    async fn select<T: Send + 'static>(
        &self,
        columns: &'static str,
        table: &'static str,
        which: Condition,
        read: impl FnMut(&Cells<'_>) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<Vec<T>, BackendError> {
        self.ask(move |open| open.select(columns, table, &which, "", read)).await
    }

    /// What is left to say when the thread ended by a panic.
    fn gone(&self) -> BackendError {
        at(&self.location).io("ask", std::io::Error::other("the thread of the connection is gone"))
    }
}

impl Open {
    /// The rows of a table; `rest` is what follows the condition.
    fn select<T>(
        &self,
        columns: &str,
        table: &str,
        which: &Condition,
        rest: &str,
        read: impl FnMut(&Cells<'_>) -> Result<T, BackendError>,
    ) -> Result<Vec<T>, BackendError> {
        let sql = format!("SELECT {columns} FROM {table}{}{rest}", which.sql());
        self.database.rows(&sql, params_from_iter(which.values()), read)
    }

    fn documents(&self, files: &[u32], parts: Parts) -> Result<Vec<Document>, BackendError> {
        let wanted: HashSet<u32> = files.iter().copied().collect();
        let found = self.select(FILE, "file", &Condition::near("id", files), "", file)?;
        let columns = if parts == Parts::Outline { OUTLINE } else { CONTENT };
        let read = |row: &Cells<'_>| {
            let content = if parts == Parts::Outline { Vec::new() } else { row.get(2)? };
            Ok((row.get(0)?, (row.get(1)?, content)))
        };
        let blobs = self.select(columns, "document", &Condition::near("file", files), "", read)?;
        let mut blobs: HashMap<u32, (Vec<u8>, Vec<u8>)> = blobs.into_iter().collect();
        let mut resolved: HashMap<u32, Vec<u8>> = HashMap::new();
        if parts == Parts::Resolved {
            let which = Condition::near("file", files);
            resolved.extend(self.select("file, resolved_uses", "resolution", &which, "", numbered)?);
        }
        let document = |file: FileRow| {
            let number = file.number;
            let resolved_uses = if parts == Parts::Resolved { resolved.remove(&number)? } else { Vec::new() };
            let (outline, content) = blobs.remove(&number)?;
            Some(Document { file, outline, content, resolved_uses })
        };
        Ok(found.into_iter().filter(|file| wanted.contains(&file.number)).filter_map(document).collect())
    }

    /// The blocks that may hold these keys, which are sorted.
    fn blocks_of(&mut self, keys: &[u32]) -> Result<Vec<Block>, BackendError> {
        if self.blocks.is_none() {
            self.blocks = Some(self.database.rows(BLOCKS, [], |row| Ok((row.get(0)?, row.get(1)?)))?);
        }
        let mut blocks = Vec::new();
        for of_segment in self.blocks.as_deref().unwrap_or_default().chunk_by(|a, b| a.0 == b.0) {
            let at_or_before = |key: &u32| {
                let after = of_segment.partition_point(|(_, first)| first <= key);
                Some(of_segment[after.checked_sub(1)?].1)
            };
            let mut firsts: Vec<u32> = keys.iter().filter_map(at_or_before).collect();
            firsts.dedup();
            if let (false, [(segment, _), ..]) = (firsts.is_empty(), of_segment) {
                let which = Condition::among("first", &firsts).and(&format!("segment = {segment}"), []);
                blocks.extend(self.select("first, body", "posting", &which, "", block)?);
            }
        }
        Ok(blocks)
    }
}

impl Tables for DuckdbTables {
    // However few are asked for, DuckDB looks through whole columns.
    const BATCH_DOCUMENTS: usize = 1024;

    fn at(&self) -> At<'_> {
        at(&self.location)
    }

    async fn state(&mut self) -> Result<State, BackendError> {
        let read = |row: &Cells<'_>| {
            let backend = Tool::new(row.get::<String>(1)?, row.get::<String>(2)?);
            Ok(State { generation: row.get(0)?, backend, run: row.get(3)? })
        };
        let states = self.ask(move |open| open.database.rows(STATE, [], read)).await?;
        states.into_iter().next().ok_or_else(|| self.at().unreadable("the state"))
    }

    async fn totals(&mut self) -> Result<Totals, BackendError> {
        let read = |open: &mut Open| {
            let missing = || open.database.at().unreadable("the totals");
            let resolved = open.database.rows(RESOLVED, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let (edges, resolved_edges) = resolved.into_iter().next().ok_or_else(missing)?;
            let counts = open.database.rows(COUNTS, [], |row| {
                Ok(Totals {
                    files: row.get(0)?,
                    symbols: row.get(1)?,
                    imports: row.get(2)?,
                    calls: row.get(3)?,
                    references: row.get(4)?,
                    documentation: row.get(5)?,
                    doc_issues: row.get(6)?,
                    edges,
                    resolved_edges,
                    ..Totals::default()
                })
            })?;
            counts.into_iter().next().ok_or_else(missing)
        };
        self.ask(read).await
    }

    async fn doc_issue_counts(&mut self) -> Result<Vec<(Language, u64)>, BackendError> {
        let read = |row: &Cells<'_>| Ok((Language::new(row.get::<String>(0)?), row.get::<u64>(1)?));
        self.ask(move |open| open.database.rows(ISSUES, [], read)).await
    }

    async fn files(&mut self, which: WhichFiles) -> Result<Vec<FileRow>, BackendError> {
        let (which, is_listed) = match which {
            WhichFiles::At(paths) => (Condition::texts("path", paths.iter().map(RepoPath::as_str)), false),
            WhichFiles::Numbered(numbers) => (Condition::among("id", numbers), false),
            WhichFiles::Inside(prefix, having) => {
                let which = Condition::inside(&prefix);
                let which = match having {
                    Having::Anything => which,
                    Having::Documentation => which.and("documentation > 0", []),
                    Having::DocIssues => which.and("doc_issues > 0", []),
                };
                (which, true)
            }
        };
        let mut files = self.select(FILE, "file", which, file).await?;
        if is_listed {
            files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        }
        Ok(files)
    }

    async fn file_states(&mut self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        let mut states = self.select(FILE_AND_STATE, "file", Condition::inside(prefix), state).await?;
        states.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(states)
    }

    async fn files_from(&mut self, path: &RepoPath, count: usize) -> Result<Vec<(FileRow, FileState)>, BackendError> {
        let path = path.clone();
        let read = |row: &Cells<'_>| Ok((file(row)?, state(row)?));
        self.ask(move |open| {
            if count == 1 {
                // Nothing need be ordered to find the one at the path itself, and no other is
                // wanted.
                let which = Condition::texts("path", [path.as_str()].into_iter());
                return open.select(FILE_AND_STATE, "file", &which, "", read);
            }
            let which = Condition::all().and("path >= ?", [path.as_str()]);
            open.select(FILE_AND_STATE, "file", &which, &format!(" ORDER BY path LIMIT {count}"), read)
        })
        .await
    }

    async fn documents(&mut self, files: &[u32], parts: Parts) -> Result<Vec<Document>, BackendError> {
        let files = files.to_vec();
        self.ask(move |open| open.documents(&files, parts)).await
    }

    async fn doc_issues(&mut self, files: &[u32]) -> Result<Vec<(u32, Vec<u8>)>, BackendError> {
        self.select("file, body", "doc_issue", Condition::among("file", files), numbered).await
    }

    async fn blocks(&mut self, keys: &[u32]) -> Result<Vec<Block>, BackendError> {
        let keys = keys.to_vec();
        self.ask(move |open| open.blocks_of(&keys)).await
    }

    async fn specs(&mut self) -> Result<Vec<SpecRow>, BackendError> {
        self.ask(|open| {
            let spec = |row: &Cells<'_>| {
                let spec = EmbeddingSpec {
                    engine: row.get(1)?,
                    engine_version: row.get(2)?,
                    model: row.get(3)?,
                    model_version: row.get(4)?,
                    dimension: row.get(5)?,
                    precision: row.word(6, Precision::ALL)?,
                };
                Ok(SpecRow { number: row.get(0)?, spec, computed: 0, pending: 0 })
            };
            let mut specs = open.database.rows(SPECS, [], spec)?;
            if specs.is_empty() {
                return Ok(specs);
            }
            let counts = open.database.rows(EMBEDDING_COUNTS, [], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
            let counts: HashMap<u32, (u64, u64)> = counts.into_iter().collect();
            for row in &mut specs {
                (row.computed, row.pending) = counts.get(&row.number).copied().unwrap_or_default();
            }
            Ok(specs)
        })
        .await
    }

    async fn embeddings(&mut self, files: &[u32], spec: Option<u32>) -> Result<Vec<EmbeddingRow>, BackendError> {
        let mut which = Condition::among("file", files);
        if let Some(spec) = spec {
            which = which.and(&format!("spec = {spec}"), []);
        }
        let read = |row: &Cells<'_>| {
            Ok(EmbeddingRow {
                file: row.get(0)?,
                spec: row.get(1)?,
                computed: row.get(2)?,
                pending: row.get(3)?,
                quantized: Vec::new(),
                vectors: row.get(4)?,
                owners: row.get(5)?,
            })
        };
        self.select(EMBEDDING, "embedding", which, read).await
    }

    async fn pending_files(&mut self, spec: u32) -> Result<Vec<u32>, BackendError> {
        let which = Condition::all().and(&format!("spec = {spec} AND pending > 0"), []);
        self.select("file", "embedding", which, |row| row.get(0)).await
    }

    async fn quantized_after(&mut self, spec: u32, file: u32) -> Result<QuantizedBatch, BackendError> {
        self.ask(move |open| {
            let which = Condition::all().and(&format!("spec = {spec} AND file > {file}"), []);
            let rest = format!(" ORDER BY file LIMIT {BATCH_QUANTIZED}");
            let files = open.select("file", "embedding", &which, &rest, |row| row.get::<u32>(0))?;
            let (Some(first), Some(last)) = (files.first(), files.last()) else { return Ok(QuantizedBatch::default()) };
            let which = Condition::all().and(&format!("spec = {spec} AND file BETWEEN {first} AND {last}"), []);
            let mut batch = QuantizedBatch::default();
            open.select("file, quantized", "embedding", &which, "", |row| {
                let number = row.get(0)?;
                row.blob(1, "quantized vectors", |bytes| {
                    batch.push(number, bytes);
                    Some(())
                })
            })?;
            Ok(batch)
        })
        .await
    }
}

fn numbered(row: &Cells<'_>) -> Result<(u32, Vec<u8>), BackendError> {
    Ok((row.get(0)?, row.get(1)?))
}

pub(crate) fn block(row: &Cells<'_>) -> Result<Block, BackendError> {
    Ok(Block { first: row.get(0)?, body: row.get(1)? })
}

/// A file, in the columns of [`FILE`].
fn file(row: &Cells<'_>) -> Result<FileRow, BackendError> {
    Ok(FileRow {
        number: row.get(0)?,
        path: row.path(1)?,
        language: row.get(2)?,
        module: row.get(3)?,
        symbols: row.get(4)?,
        doc_issues: row.get(5)?,
    })
}

/// Its state, in the columns of [`FILE_AND_STATE`].
fn state(row: &Cells<'_>) -> Result<FileState, BackendError> {
    Ok(FileState {
        path: row.path(1)?,
        hash: row.blob(6, "a hash", |bytes| Some(ContentHash::from_bytes(bytes.try_into().ok()?)))?,
        size: row.get(7)?,
        modified: row.get(8)?,
        analyzer: Tool::new(row.get::<String>(9)?, row.get::<String>(10)?),
    })
}
