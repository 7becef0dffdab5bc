//! What a session writes: a draft, which takes the place of the index.

use codira_contracts::{BackendError, EmbeddingSpec, MemoryBudget, Precision};
use codira_store::{
    Draft, IndexFiles,
    tables::{Block, EmbeddingRow, Removed, Segment, State, StoredFile, StoredResolution},
};

use crate::{
    condition::{Condition, list},
    engine::Rows,
    errors::At,
    files,
    instance::within,
    schema::Schema,
    store::open_base,
    tables::{DuckdbTables, Open, block},
};

/// How much DuckDB keeps in memory of what was written, in thousandths of a session's memory.
const UNFLUSHED_SHARE: u64 = 125;
/// What a row takes in memory beside its blobs, roughly.
const ROW_BYTES: usize = 200;

const INSERT_SPEC: &str = "INSERT INTO spec VALUES (?, ?, ?, ?, ?, ?, ?)";
const SET_STATE: &str = "INSERT INTO state (generation, backend, version, run) VALUES (?, ?, ?, ?)";
/// The tables whose rows belong to a file.
const OF_FILES: [&str; 4] = ["document", "doc_issue", "resolution", "embedding"];

/// What a session writes. A transaction is always open on it; no one else sees it, so it may end at
/// any time.
#[derive(Debug)]
pub struct DuckdbDraft {
    pub(crate) tables: DuckdbTables,
    /// After the connection, so that files are closed before they are removed.
    pub(crate) files: DraftFiles,
    pub(crate) schema: Schema,
    pub(crate) memory: MemoryBudget,
    /// Whether there is a state from which the session began.
    pub(crate) has_base: bool,
}

/// Removes what only the session uses, whichever way it ends.
#[derive(Debug)]
pub(crate) struct DraftFiles(pub(crate) IndexFiles);

impl Drop for DraftFiles {
    fn drop(&mut self) {
        // Best effort: what stays is removed when the next session begins.
        let _ = files::remove_drafts(&self.0);
    }
}

impl Open {
    /// Sees to it that a file of so many bytes can be held in memory.
    fn make_room(&mut self, bytes: u64) -> Result<(), BackendError> {
        if bytes <= self.largest {
            return Ok(());
        }
        self.largest = bytes;
        self.database.batch(&within(self.memory, bytes))
    }

    /// Flushes what was written into the file, where it is much: DuckDB keeps what is not committed
    /// in memory.
    fn flush_if_much(&mut self, bytes: usize) -> Result<(), BackendError> {
        self.unflushed += bytes;
        if self.unflushed < self.memory.per_mille(UNFLUSHED_SHARE) {
            return Ok(());
        }
        self.unflushed = 0;
        self.database.batch("COMMIT; BEGIN")
    }

    fn put_files(&mut self, mut stored: Vec<StoredFile>) -> Result<(), BackendError> {
        // DuckDB begins a block for the blobs over four kilobytes among some thirty kilobytes of
        // smaller ones: those stand apart.
        stored.sort_by_key(|stored| stored.content.len());
        self.make_room(stored.iter().map(|stored| stored.state.size).max().unwrap_or_default())?;
        let (mut files, mut documents) = (self.database.append("file")?, self.database.append("document")?);
        let (mut doc_issues, mut embeddings) = (self.database.append("doc_issue")?, self.database.append("embedding")?);
        let mut bytes = 0;
        for StoredFile {
            file,
            state,
            imports,
            calls,
            references,
            documentation,
            outline,
            content,
            doc_issues: issues,
            embeddings: rows,
        } in &stored
        {
            files.push(&[
                &file.number,
                &file.path.as_str(),
                &&state.hash.as_bytes()[..],
                &state.size,
                &state.modified,
                &state.analyzer.name,
                &state.analyzer.version,
                &file.language,
                &file.module,
                &file.symbols,
                imports,
                calls,
                references,
                documentation,
                &file.doc_issues,
            ])?;
            documents.push(&[&file.number, outline, content])?;
            if let Some(body) = issues {
                doc_issues.push(&[&file.number, body])?;
            }
            bytes += ROW_BYTES + outline.len() + content.len() + add_embeddings(&mut embeddings, rows)?;
        }
        for rows in [files, documents, doc_issues, embeddings] {
            rows.finish()?;
        }
        self.flush_if_much(bytes)
    }

    fn put_resolutions(&mut self, stored: Vec<StoredResolution>) -> Result<(), BackendError> {
        let mut rows = self.database.append("resolution")?;
        let mut bytes = 0;
        for StoredResolution { file, edges, resolved, resolved_uses } in &stored {
            rows.push(&[file, edges, resolved, resolved_uses])?;
            bytes += ROW_BYTES + resolved_uses.len();
        }
        rows.finish()?;
        self.flush_if_much(bytes)
    }

    fn put_embeddings(&mut self, stored: Vec<EmbeddingRow>) -> Result<(), BackendError> {
        for of_spec in stored.chunk_by(|a, b| a.spec == b.spec) {
            let files = list(of_spec.iter().map(|row| row.file));
            self.database.batch(&format!("DELETE FROM embedding WHERE spec = {} AND file IN ({files})", of_spec[0].spec))?;
        }
        let mut rows = self.database.append("embedding")?;
        let bytes = add_embeddings(&mut rows, &stored)?;
        rows.finish()?;
        self.flush_if_much(bytes)
    }

    fn put_segment(&mut self, segment: Segment, blocks: Vec<Block>, merged: &[u32]) -> Result<(), BackendError> {
        if !merged.is_empty() {
            let merged = list(merged);
            let sql = format!("DELETE FROM posting WHERE segment IN ({merged}); DELETE FROM segment WHERE id IN ({merged})");
            self.database.batch(&sql)?;
        }
        self.blocks = None;
        let (mut segments, mut postings) = (self.database.append("segment")?, self.database.append("posting")?);
        segments.push(&[&segment.number, &segment.pairs])?;
        let mut bytes = 0;
        for Block { first, body } in &blocks {
            postings.push(&[&segment.number, first, body])?;
            bytes += ROW_BYTES + body.len();
        }
        segments.finish()?;
        postings.finish()?;
        self.flush_if_much(bytes)
    }
}

impl Draft for DuckdbDraft {
    type Tables = DuckdbTables;

    // DuckDB is fast with many rows, and slow with few.
    const BATCH_FILES: usize = 256;

    fn at(&self) -> At<'_> {
        codira_store::Tables::at(&self.tables)
    }

    fn tables(&mut self) -> &mut DuckdbTables {
        &mut self.tables
    }

    async fn base(&mut self) -> Result<Option<DuckdbTables>, BackendError> {
        if !self.has_base {
            return Ok(None);
        }
        let (files, schema, memory) = (self.files.0.clone(), self.schema, self.memory);
        // Only this session replaces it: it holds the writer lock.
        DuckdbTables::open(files.index().to_owned(), memory, move || open_base(&files, schema, memory)).await.map(Some)
    }

    async fn last_file(&mut self) -> Result<u32, BackendError> {
        let sql = "SELECT coalesce(max(id), 0) FROM file";
        let last = self.tables.ask(move |open| open.database.rows(sql, [], |row| row.get(0))).await?;
        Ok(last.first().copied().unwrap_or_default())
    }

    async fn put_files(&mut self, files: Vec<StoredFile>) -> Result<(), BackendError> {
        self.tables.ask(move |open| open.put_files(files)).await
    }

    async fn put_resolutions(&mut self, rows: Vec<StoredResolution>) -> Result<(), BackendError> {
        self.tables.ask(move |open| open.put_resolutions(rows)).await
    }

    async fn put_embeddings(&mut self, rows: Vec<EmbeddingRow>) -> Result<(), BackendError> {
        self.tables.ask(move |open| open.put_embeddings(rows)).await
    }

    async fn put_spec(&mut self, number: u32, spec: &EmbeddingSpec) -> Result<(), BackendError> {
        let EmbeddingSpec { engine, engine_version, model, model_version, dimension, precision } = spec.clone();
        let precision = Precision::ALL.iter().position(|other| *other == precision);
        let precision = precision.expect("the list of all precisions holds each of them") as u8;
        let row = (number, engine, engine_version, model, model_version, dimension, precision);
        self.tables.ask(move |open| open.database.run(INSERT_SPEC, row).map(drop)).await
    }

    async fn remove(&mut self, files: &[u32], what: Removed) -> Result<(), BackendError> {
        let files = list(files);
        let delete = |table: &str| format!("DELETE FROM {table} WHERE file IN ({files});");
        let sql = match what {
            Removed::Everything => OF_FILES.map(delete).concat() + &format!("DELETE FROM file WHERE id IN ({files})"),
            Removed::Resolution => delete("resolution"),
            Removed::DocIssues => delete("doc_issue") + &format!("UPDATE file SET doc_issues = 0 WHERE id IN ({files})"),
        };
        self.tables.ask(move |open| open.database.batch(&sql)).await
    }

    async fn remove_specs(&mut self, specs: &[u32]) -> Result<(), BackendError> {
        let specs = list(specs);
        let sql = format!("DELETE FROM embedding WHERE spec IN ({specs}); DELETE FROM spec WHERE id IN ({specs})");
        self.tables.ask(move |open| open.database.batch(&sql)).await
    }

    async fn segments(&mut self) -> Result<Vec<Segment>, BackendError> {
        let sql = "SELECT id, pairs FROM segment ORDER BY id";
        let read = |row: &crate::engine::Cells<'_>| Ok(Segment { number: row.get(0)?, pairs: row.get(1)? });
        self.tables.ask(move |open| open.database.rows(sql, [], read)).await
    }

    async fn segment(&mut self, number: u32) -> Result<Vec<Block>, BackendError> {
        let which = Condition::among("segment", [number]);
        let sql = format!("SELECT first, body FROM posting{} ORDER BY first", which.sql());
        self.tables.ask(move |open| open.database.rows(&sql, [], block)).await
    }

    async fn put_segment(&mut self, segment: Segment, blocks: Vec<Block>, merged: &[u32]) -> Result<(), BackendError> {
        let merged = merged.to_vec();
        self.tables.ask(move |open| open.put_segment(segment, blocks, &merged)).await
    }

    async fn commit(self, state: State) -> Result<(), BackendError> {
        let State { generation, backend, run } = state;
        let written = self.tables.ask(move |open| {
            open.database.batch("DELETE FROM state")?;
            open.database.run(SET_STATE, (generation, backend.name, backend.version, run))?;
            // The commit writes everything into the file; the checkpoint makes sure that no log
            // stays beside it.
            open.database.batch("COMMIT; CHECKPOINT")
        });
        if let Err(error) = written.await {
            let _ = self.abort().await;
            return Err(error);
        }
        let Self { tables, files, .. } = self;
        tables.close().await?;
        files::publish(&files.0).map_err(|error| files.0.at().io("commit", error))
    }

    async fn abort(self) -> Result<(), BackendError> {
        let Self { tables, files, .. } = self;
        // What is not committed goes with the file.
        let _ = tables.close().await;
        files::remove_drafts(&files.0).map_err(|error| files.0.at().io("clean up", error))
    }
}

/// Adds embeddings; tells how much that is, roughly in bytes of memory.
fn add_embeddings(rows: &mut Rows<'_>, stored: &[EmbeddingRow]) -> Result<usize, BackendError> {
    let mut bytes = 0;
    for EmbeddingRow { file, spec, computed, pending, quantized, vectors, owners } in stored {
        rows.push(&[spec, file, computed, pending, quantized, vectors, owners])?;
        bytes += ROW_BYTES + quantized.len() + vectors.len() + owners.len();
    }
    Ok(bytes)
}
