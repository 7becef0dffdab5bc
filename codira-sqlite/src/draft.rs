//! What a session writes: into the index that is there, through its log, or into a new file, which
//! replaces it.

use std::{
    fs::{self, File},
    path::PathBuf,
};

use codira_contracts::{BackendError, EmbeddingSpec, Precision};
use codira_store::{
    Draft, IndexFiles,
    files::if_there,
    tables::{Block, EmbeddingRow, Removed, Segment, State, StoredFile, StoredResolution},
};
use sqlx::Connection;

#[cfg(test)]
use crate::plans::Statement;
use crate::{
    connection,
    errors::{At, Failed as _, at},
    files,
    publish::MainFile,
    rows::{Insert, Rows, list},
    tables::{SqliteTables, id},
};

/// Which is the greatest number of a file?
const LAST: &str = "SELECT coalesce(max(id), 0) FROM file";
/// Everything that lies by file; a list of numbers and a parenthesis follow.
const DROP: [&str; 6] = [
    DROP_QUANTIZED,
    "DELETE FROM document WHERE file IN (",
    "DELETE FROM doc_issue WHERE file IN (",
    "DELETE FROM resolution WHERE file IN (",
    "DELETE FROM embedding WHERE file IN (",
    "DELETE FROM file WHERE id IN (",
];
/// What a search passes of files; a list of numbers and two parentheses follow.
const DROP_QUANTIZED: &str = "DELETE FROM quantized WHERE id IN (SELECT id FROM embedding WHERE file IN (";
/// Files have no documentation issues any more; a list of numbers and a parenthesis follow.
const NO_ISSUES: &str = "UPDATE file SET doc_issues = 0 WHERE id IN (";
/// Removes the embeddings of a spec.
const DROP_EMBEDDINGS: [&str; 2] = [
    "DELETE FROM embedding WHERE id >= ?1 << 32 AND id < (?1 + 1) << 32",
    "DELETE FROM quantized WHERE id >= ?1 << 32 AND id < (?1 + 1) << 32",
];
/// Removes a spec.
const DROP_SPEC: &str = "DELETE FROM spec WHERE id = ?";
/// Which segments are there? A handful.
const SEGMENTS: &str = "SELECT id, pairs FROM segment ORDER BY id";
/// What is in a segment? A whole one is read to be merged.
const SEGMENT: &str = "SELECT id & 0xffffffff, body FROM posting WHERE id >= ?1 << 32 AND id < (?1 + 1) << 32 ORDER BY id";
/// Removes the blocks of a segment.
const DROP_BLOCKS: &str = "DELETE FROM posting WHERE id >= ?1 << 32 AND id < (?1 + 1) << 32";
/// Removes a segment.
const DROP_SEGMENT: &str = "DELETE FROM segment WHERE id = ?";
const COMMIT: &str = "COMMIT";
/// Later sessions write in place, through a log; the header must say so before a new file is read.
const USE_LOG: &str = "PRAGMA journal_mode = WAL";
/// Says what is true from now on.
const SET_STATE: &str = "INSERT OR REPLACE INTO state (id, generation, backend, version, run) VALUES (1, ?, ?, ?, ?)";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[
    Statement::of(LAST),
    Statement::of(DROP[0]).then("1,2))"),
    Statement::of(DROP[1]).then("1,2)"),
    Statement::of(DROP[2]).then("1,2)"),
    Statement::of(DROP[3]).then("1,2)"),
    Statement::of(DROP[4]).then("1,2)"),
    Statement::of(DROP[5]).then("1,2)"),
    Statement::of(NO_ISSUES).then("1,2)"),
    Statement::of(DROP_EMBEDDINGS[0]),
    Statement::of(DROP_EMBEDDINGS[1]),
    Statement::of(DROP_SPEC),
    Statement::of(SEGMENTS).walking(&["segment"]),
    Statement::of(SEGMENT),
    Statement::of(DROP_BLOCKS),
    Statement::of(DROP_SEGMENT),
];

const FILE: Insert = Insert {
    head: "INSERT INTO file (id, path, hash, size, modified, analyzer, analyzer_version, language, module, symbols, imports, calls,
        \"references\", documentation, doc_issues) VALUES",
    columns: 15,
};
const DOCUMENT: Insert = Insert { head: "INSERT INTO document (file, outline, content) VALUES", columns: 3 };
const DOC_ISSUE: Insert = Insert { head: "INSERT INTO doc_issue (file, body) VALUES", columns: 2 };
const RESOLUTION: Insert = Insert { head: "INSERT INTO resolution (file, edges, resolved, resolved_uses) VALUES", columns: 4 };
const EMBEDDING: Insert =
    Insert { head: "INSERT OR REPLACE INTO embedding (id, file, computed, pending, vectors, owners) VALUES", columns: 6 };
const QUANTIZED: Insert = Insert { head: "INSERT OR REPLACE INTO quantized (id, body) VALUES", columns: 2 };
const SPEC: Insert = Insert {
    head: "INSERT INTO spec (id, engine, engine_version, model, model_version, dimension, precision) VALUES",
    columns: 7,
};
const INSERT_SEGMENT: Insert = Insert { head: "INSERT INTO segment (id, pairs) VALUES", columns: 2 };
const POSTING: Insert = Insert { head: "INSERT INTO posting (id, body) VALUES", columns: 2 };

/// Where the session writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Through the log, into the index that is there.
    InPlace,
    /// Into a new file, which replaces what is there.
    Fresh,
}

/// What a session writes.
#[derive(Debug)]
pub struct SqliteDraft {
    pub(crate) files: IndexFiles,
    pub(crate) tables: SqliteTables,
    pub(crate) target: Target,
    /// The file that holds the state from which the session began, if there is one that can be
    /// read.
    pub(crate) base: Option<PathBuf>,
}

impl SqliteDraft {
    /// Runs a statement that ends in a list of numbers.
    async fn run(&mut self, sql: &str, numbers: &[u32]) -> Result<(), BackendError> {
        let close = if sql == DROP_QUANTIZED { "))" } else { ")" };
        let sql = sqlx::AssertSqlSafe(format!("{sql}{}{close}", list(numbers.iter())));
        let done = sqlx::query(sql).persistent(false).execute(&mut self.tables.connection).await;
        done.map(drop).map_err(|error| self.at().failed("write", error))
    }

    /// Runs a statement with one parameter.
    async fn run_of(&mut self, sql: &'static str, number: u32) -> Result<(), BackendError> {
        let done = sqlx::query(sql).bind(i64::from(number)).execute(&mut self.tables.connection).await;
        done.map(drop).map_err(|error| self.at().failed("write", error))
    }

    async fn write(&mut self, rows: impl IntoIterator<Item = Rows>) -> Result<(), BackendError> {
        for rows in rows {
            rows.write(&mut self.tables.connection, at(&self.tables.location)).await?;
        }
        Ok(())
    }
}

impl Draft for SqliteDraft {
    type Tables = SqliteTables;

    const BATCH_FILES: usize = 64;

    fn at(&self) -> At<'_> {
        at(&self.tables.location)
    }

    fn tables(&mut self) -> &mut SqliteTables {
        &mut self.tables
    }

    async fn base(&mut self) -> Result<Option<SqliteTables>, BackendError> {
        let Some(path) = &self.base else { return Ok(None) };
        // Only this session writes to the main file, and only when it commits.
        let connection = connection::immutable(path).await?;
        Ok(Some(SqliteTables { connection, location: self.tables.location.clone(), _keeper: None }))
    }

    async fn last_file(&mut self) -> Result<u32, BackendError> {
        let last: Vec<(u32,)> = self.tables.all(LAST).await?;
        Ok(last.first().map_or(0, |(last,)| *last))
    }

    async fn put_files(&mut self, stored: Vec<StoredFile>) -> Result<(), BackendError> {
        let (mut files, mut documents, mut doc_issues) = (Rows::new(&FILE), Rows::new(&DOCUMENT), Rows::new(&DOC_ISSUE));
        let (mut embeddings, mut quantized) = (Rows::new(&EMBEDDING), Rows::new(&QUANTIZED));
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
        } in stored
        {
            let row = files.row().with(file.number).with(file.path.as_str()).with(&state.hash.as_bytes()[..]);
            let row = row.with(state.size as i64).with(state.modified);
            let row = row.with(state.analyzer.name).with(state.analyzer.version).with(file.language).with(file.module);
            row.with(file.symbols).with(imports).with(calls).with(references).with(documentation).with(file.doc_issues);
            documents.row().with(file.number).with(outline).with(content);
            if let Some(body) = issues {
                doc_issues.row().with(file.number).with(body);
            }
            add_embeddings(&mut embeddings, &mut quantized, rows);
        }
        self.write([files, documents, doc_issues, embeddings, quantized]).await
    }

    async fn put_resolutions(&mut self, stored: Vec<StoredResolution>) -> Result<(), BackendError> {
        let mut rows = Rows::new(&RESOLUTION);
        for StoredResolution { file, edges, resolved, resolved_uses } in stored {
            rows.row().with(file).with(edges).with(resolved).with(resolved_uses);
        }
        self.write([rows]).await
    }

    async fn put_embeddings(&mut self, stored: Vec<EmbeddingRow>) -> Result<(), BackendError> {
        let (mut rows, mut quantized) = (Rows::new(&EMBEDDING), Rows::new(&QUANTIZED));
        add_embeddings(&mut rows, &mut quantized, stored);
        self.write([rows, quantized]).await
    }

    async fn put_spec(&mut self, number: u32, spec: &EmbeddingSpec) -> Result<(), BackendError> {
        let mut rows = Rows::new(&SPEC);
        let precision = Precision::ALL.iter().position(|precision| *precision == spec.precision);
        let precision = precision.expect("the list of all precisions holds each of them") as i64;
        let row = rows.row().with(number).with(&*spec.engine).with(&*spec.engine_version).with(&*spec.model);
        row.with(&*spec.model_version).with(spec.dimension).with(precision);
        self.write([rows]).await
    }

    async fn remove(&mut self, files: &[u32], what: Removed) -> Result<(), BackendError> {
        match what {
            Removed::Everything => {
                for sql in DROP {
                    self.run(sql, files).await?;
                }
                Ok(())
            }
            Removed::Resolution => self.run(DROP[3], files).await,
            Removed::DocIssues => {
                self.run(DROP[2], files).await?;
                self.run(NO_ISSUES, files).await
            }
        }
    }

    async fn remove_specs(&mut self, specs: &[u32]) -> Result<(), BackendError> {
        for spec in specs {
            for sql in DROP_EMBEDDINGS {
                self.run_of(sql, *spec).await?;
            }
            self.run_of(DROP_SPEC, *spec).await?;
        }
        Ok(())
    }

    async fn segments(&mut self) -> Result<Vec<Segment>, BackendError> {
        let rows: Vec<(u32, i64)> = self.tables.all(SEGMENTS).await?;
        Ok(rows.into_iter().map(|(number, pairs)| Segment { number, pairs: pairs as u64 }).collect())
    }

    async fn segment(&mut self, number: u32) -> Result<Vec<Block>, BackendError> {
        let rows: Vec<(u32, Vec<u8>)> = self.tables.rows_of(SEGMENT, i64::from(number)).await?;
        Ok(rows.into_iter().map(|(first, body)| Block { first, body }).collect())
    }

    async fn put_segment(&mut self, segment: Segment, blocks: Vec<Block>, merged: &[u32]) -> Result<(), BackendError> {
        for segment in merged {
            self.run_of(DROP_BLOCKS, *segment).await?;
            self.run_of(DROP_SEGMENT, *segment).await?;
        }
        let (mut segments, mut postings) = (Rows::new(&INSERT_SEGMENT), Rows::new(&POSTING));
        segments.row().with(segment.number).with(segment.pairs as i64);
        for Block { first, body } in blocks {
            postings.row().with(id(segment.number, first)).with(body);
        }
        self.write([segments, postings]).await
    }

    async fn commit(mut self, state: State) -> Result<(), BackendError> {
        let State { generation, backend, run } = state;
        let set = sqlx::query(SET_STATE).bind(generation as i64).bind(backend.name).bind(backend.version).bind(run);
        if let Err(error) = set.execute(&mut self.tables.connection).await {
            let error = self.at().failed("commit", error);
            let _ = self.abort().await;
            return Err(error);
        }
        match self.target {
            Target::InPlace => self.commit_in_place().await,
            Target::Fresh => self.publish().await,
        }
    }

    async fn abort(self) -> Result<(), BackendError> {
        let Self { files, tables: SqliteTables { connection, location, .. }, target, .. } = self;
        let at = at(&location);
        // Closing takes back what is not committed.
        let closed = connection.close().await;
        let mut cleaned = files::remove_debris(&files);
        if target == Target::InPlace {
            // The log was the session's alone. A commit in it whose write failed must not come
            // back.
            cleaned = cleaned.and(if_there(fs::remove_file(files.beside(files::LOG))).map(drop));
        }
        cleaned.map_err(|error| at.io("clean up", error))?;
        closed.map_err(|error| at.failed("abort", error))
    }
}

impl SqliteDraft {
    async fn commit_in_place(mut self) -> Result<(), BackendError> {
        // First the right to the main file: without it the commit could not be moved there, and
        // nothing happens.
        let main = match MainFile::claim(&self.files) {
            Ok(main) => main,
            Err(error) => {
                let _ = self.abort().await;
                return Err(error);
            }
        };
        if let Err(error) = sqlx::query(COMMIT).execute(&mut self.tables.connection).await {
            let error = self.at().failed("commit", error);
            let _ = self.abort().await;
            return Err(error);
        }
        // The commit is durable in the log. Should moving it fail, readers find it there, and the
        // next session moves it.
        let _ = main.move_log(&self.files, self.tables.connection).await;
        let _ = files::remove_debris(&self.files);
        Ok(())
    }

    async fn publish(self) -> Result<(), BackendError> {
        let Self { files, tables: SqliteTables { mut connection, location, .. }, .. } = self;
        let at = at(&location);
        let path = files.beside(files::FRESH);
        let finished = async {
            sqlx::query(COMMIT).execute(&mut connection).await?;
            sqlx::query(USE_LOG).execute(&mut connection).await?;
            Ok(())
        };
        let finished = finished.await.map_err(|error| at.failed("commit", error));
        let closed = connection.close().await.map_err(|error| at.failed("commit", error));
        let published = finished.and(closed).and_then(|()| {
            let io = |error| at.io("commit", error);
            File::open(&path).and_then(|file| file.sync_all()).map_err(io)?;
            // A log that is still there belongs to what could not be read; it must not be applied
            // to the new file.
            if_there(fs::remove_file(files.beside(files::LOG))).map_err(io)?;
            files.publish(&path).map_err(io)
        });
        // Best effort: what stays is removed when the next session begins.
        let _ = files::remove_debris(&files);
        published
    }
}

fn add_embeddings(rows: &mut Rows, rows_of_quantized: &mut Rows, stored: Vec<EmbeddingRow>) {
    for EmbeddingRow { file, spec, computed, pending, quantized, vectors, owners } in stored {
        // Also where there are none any more: what was there is replaced.
        rows_of_quantized.row().with(id(spec, file)).with(quantized);
        rows.row().with(id(spec, file)).with(file).with(computed).with(pending).with(vectors).with(owners);
    }
}
