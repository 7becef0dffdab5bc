//! What the engine asks of the tables. Every statement is a constant, with the question that it
//! answers above it; a test looks at the plans.

use std::path::PathBuf;

use codira_contracts::{BackendError, EmbeddingSpec, FileState, Language, PathPrefix, Precision, RepoPath, Tool, Totals};
use codira_store::{
    Tables,
    tables::{
        Block, Document, EmbeddingRow, FileRow, Having, Parts, QuantizedBatch, QuantizedFile, SpecRow, State, WhichFiles,
    },
};
use sqlx::{
    Arguments, AssertSqlSafe, FromRow, SqliteConnection,
    sqlite::{SqliteArguments, SqliteRow},
};

#[cfg(test)]
use crate::plans::Statement;
use crate::{
    errors::{At, Failed as _, at},
    prefix::{narrowed, range},
    rows::{file, get, list, ok_or_corrupt, state},
    snapshot::Keeper,
    states,
};

/// The columns of a file that questions narrow by.
macro_rules! file {
    () => {
        "SELECT f.id, f.path, f.language, f.module, f.symbols, f.doc_issues"
    };
}

/// Who wrote the state, and what was the run?
const STATE: &str = "SELECT generation, backend, version, run FROM state WHERE id = 1";
/// How much is there?
const TOTALS: &str = "SELECT files, symbols, imports, calls, \"references\", documentation, doc_issues, edges, resolved
    FROM total WHERE id = 1";
/// How many documentation issues are there in each language? Files without any are not looked at.
const ISSUES: &str = "SELECT language, sum(doc_issues) FROM file WHERE doc_issues > 0 GROUP BY language";
/// Which files are at these paths? Parameters and a parenthesis follow.
const AT: &str = concat!(file!(), " FROM file f WHERE f.path IN (");
/// Which are these files? A list of numbers and a parenthesis follow.
const NUMBERED: &str = concat!(file!(), " FROM file f WHERE f.id IN (");
/// Which files are inside the prefix?
const INSIDE: &str = concat!(file!(), " FROM file f WHERE ", range!(), " ORDER BY f.path");
/// Which of them have documentation units?
const DOCUMENTED: &str = concat!(file!(), " FROM file f WHERE f.documentation > 0 AND ", range!(), " ORDER BY f.path");
/// Which files have documentation issues? Others are not looked at.
const FAULTY: &str = concat!(file!(), " FROM file f WHERE f.doc_issues > 0 AND ", range!(), " ORDER BY f.path");
/// Which files come from a path on, and in which state are they?
const FROM: &str = concat!(
    file!(),
    ", f.hash, f.size, f.modified, f.analyzer, f.analyzer_version FROM file f WHERE f.path >= ? ORDER BY f.path LIMIT ?"
);
/// What are the outlines of these files? A list of numbers and a parenthesis follow.
const OUTLINES: &str = concat!(file!(), ", d.outline FROM file f CROSS JOIN document d ON d.file = f.id WHERE f.id IN (");
/// What was said of them?
const CONTENTS: &str =
    concat!(file!(), ", d.outline, d.content FROM file f CROSS JOIN document d ON d.file = f.id WHERE f.id IN (");
/// What came of resolving them?
const RESOLVED: &str = concat!(
    file!(),
    ", d.outline, d.content, r.resolved_uses FROM file f CROSS JOIN document d ON d.file = f.id
    CROSS JOIN resolution r ON r.file = f.id WHERE f.id IN ("
);
/// Which documentation issues have these files? A list of numbers and a parenthesis follow.
const DOC_ISSUES: &str = "SELECT file, body FROM doc_issue WHERE file IN (";
/// In which blocks are these keys, if anywhere? Digests stand for the mark.
const BLOCKS: &str = "SELECT id & 0xffffffff, body FROM posting WHERE id IN (
    SELECT (SELECT max(p.id) FROM posting p WHERE p.id BETWEEN s.id << 32 AND (s.id << 32) + w.column1)
    FROM segment s CROSS JOIN (VALUES /*keys*/) w)";
/// Which specs are there?
const SPECS: &str = "SELECT id, engine, engine_version, model, model_version, dimension, precision FROM spec ORDER BY id";
/// How many embeddings has a spec?
const COUNT: &str = "SELECT coalesce(sum(computed), 0), coalesce(sum(pending), 0) FROM embedding INDEXED BY embedding_count
    WHERE id >= ?1 << 32 AND id < (?1 + 1) << 32";
/// What are the embeddings of these files? A list of numbers and a parenthesis follow.
const EMBEDDINGS: &str = "SELECT id, computed, pending, vectors, owners FROM embedding WHERE file IN (";
/// What are these embeddings? A list of numbers and a parenthesis follow.
const EMBEDDINGS_OF: &str = "SELECT id, computed, pending, vectors, owners FROM embedding WHERE id IN (";
/// In which files does anything of this spec wait for its vector?
const PENDING: &str = "SELECT id & 0xffffffff FROM embedding INDEXED BY embedding_count
    WHERE id >= ?1 << 32 AND id < (?1 + 1) << 32 AND pending > 0";
/// Which quantized vectors come next? Those of many files are one row: thousands take less time to
/// read than to be sent from SQLite's thread one by one.
const QUANTIZED: &str =
    "SELECT group_concat(id & 0xffffffff, ','), group_concat(length(body), ','), CAST(group_concat(body, '') AS BLOB)
    FROM (SELECT id, body FROM quantized WHERE id > ? AND id < ? ORDER BY id LIMIT ?)";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[
    Statement::of(STATE),
    Statement::of(TOTALS),
    Statement::of(ISSUES).walking(&["file"]),
    Statement::of(AT).then("?,?)"),
    Statement::of(NUMBERED).then("1,2)"),
    Statement::of(INSIDE).by_path(),
    Statement::of(DOCUMENTED).by_path(),
    Statement::of(FAULTY).by_path(),
    Statement::of(FROM).by_path(),
    Statement::of(OUTLINES).then("1,2)"),
    Statement::of(CONTENTS).then("1,2)"),
    Statement::of(RESOLVED).then("1,2)"),
    Statement::of(DOC_ISSUES).then("1,2)"),
    Statement::of(BLOCKS).walking(&["s"]),
    Statement::of(SPECS).walking(&["spec"]),
    Statement::of(COUNT),
    Statement::of(EMBEDDINGS).then("1,2)"),
    Statement::of(EMBEDDINGS_OF).then("1,2)"),
    Statement::of(PENDING),
    Statement::of(QUANTIZED),
];

/// How many paths, numbers or keys stand in one statement.
const BATCH_PATHS: usize = 4_000;
const BATCH_NUMBERS: usize = 10_000;
const BATCH_KEYS: usize = 500;
/// How many files' quantized vectors are read together.
const BATCH_QUANTIZED: i64 = 256;

/// By how many bits the number of a spec or a segment is shifted where it begins an id.
pub(crate) const HIGH: u32 = 32;

/// The tables of one state, through one connection.
#[derive(Debug)]
pub struct SqliteTables {
    pub(crate) connection: SqliteConnection,
    /// The index, for errors.
    pub(crate) location: PathBuf,
    /// What keeps the state as it is.
    pub(crate) _keeper: Option<Keeper>,
}

impl SqliteTables {
    /// The rows of a statement that ends in a list of numbers.
    async fn numbered(&mut self, sql: &str, numbers: &[u32]) -> Result<Vec<SqliteRow>, BackendError> {
        let mut rows = Vec::with_capacity(numbers.len());
        for some in numbers.chunks(BATCH_NUMBERS) {
            rows.extend(self.rows(format!("{sql}{})", list(some.iter()))).await?);
        }
        Ok(rows)
    }

    /// The rows of a statement that holds nothing but numbers and names of ours.
    pub(crate) async fn rows(&mut self, sql: String) -> Result<Vec<SqliteRow>, BackendError> {
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(&mut self.connection).await;
        rows.map_err(|error| at(&self.location).failed("read", error))
    }

    /// The only row of a statement with one parameter.
    async fn row<R: for<'r> FromRow<'r, SqliteRow> + Send + Unpin>(
        &mut self,
        sql: &'static str,
        number: i64,
    ) -> Result<R, BackendError> {
        let row = sqlx::query_as(sql).bind(number).fetch_one(&mut self.connection).await;
        row.map_err(|error| at(&self.location).failed("read", error))
    }

    /// The rows of a statement.
    pub(crate) async fn all<R: for<'r> FromRow<'r, SqliteRow> + Send + Unpin>(
        &mut self,
        sql: &'static str,
    ) -> Result<Vec<R>, BackendError> {
        let rows = sqlx::query_as(sql).fetch_all(&mut self.connection).await;
        rows.map_err(|error| at(&self.location).failed("read", error))
    }

    /// The rows of a statement with one parameter.
    pub(crate) async fn rows_of<R: for<'r> FromRow<'r, SqliteRow> + Send + Unpin>(
        &mut self,
        sql: &'static str,
        number: i64,
    ) -> Result<Vec<R>, BackendError> {
        let rows = sqlx::query_as(sql).bind(number).fetch_all(&mut self.connection).await;
        rows.map_err(|error| at(&self.location).failed("read", error))
    }
}

impl Tables for SqliteTables {
    const BATCH_DOCUMENTS: usize = 256;

    fn at(&self) -> At<'_> {
        at(&self.location)
    }

    async fn state(&mut self) -> Result<State, BackendError> {
        let state = sqlx::query_as(STATE).fetch_one(&mut self.connection).await;
        let (generation, name, version, run): (i64, String, String, Vec<u8>) =
            state.map_err(|error| at(&self.location).failed("read", error))?;
        Ok(State { generation: generation as u64, backend: Tool::new(name, version), run })
    }

    async fn totals(&mut self) -> Result<Totals, BackendError> {
        let at = at(&self.location);
        let row = sqlx::query(TOTALS).fetch_one(&mut self.connection).await.map_err(|error| at.failed("read", error))?;
        let count = |column| get::<i64>(&row, column, at).map(|count| count as u64);
        Ok(Totals {
            files: count(0)?,
            symbols: count(1)?,
            imports: count(2)?,
            calls: count(3)?,
            references: count(4)?,
            documentation: count(5)?,
            doc_issues: count(6)?,
            edges: count(7)?,
            resolved_edges: count(8)?,
            ..Totals::default()
        })
    }

    async fn doc_issue_counts(&mut self) -> Result<Vec<(Language, u64)>, BackendError> {
        let counts: Vec<(String, i64)> = self.all(ISSUES).await?;
        Ok(counts.into_iter().map(|(language, count)| (Language::new(language), count as u64)).collect())
    }

    async fn files(&mut self, which: WhichFiles) -> Result<Vec<FileRow>, BackendError> {
        let rows = match which {
            WhichFiles::At(paths) => {
                let mut rows = Vec::with_capacity(paths.len());
                for some in paths.chunks(BATCH_PATHS) {
                    let mut arguments = SqliteArguments::default();
                    for path in some {
                        arguments.add(path.as_str()).expect("a text can always be bound");
                    }
                    // The statement of one path comes again and again.
                    let sql = AssertSqlSafe(format!("{AT}{})", vec!["?"; some.len()].join(",")));
                    let query = sqlx::query_with(sql, arguments).persistent(some.len() == 1);
                    let found = query.fetch_all(&mut self.connection).await;
                    rows.extend(found.map_err(|error| at(&self.location).failed("read", error))?);
                }
                rows
            }
            WhichFiles::Numbered(numbers) => self.numbered(NUMBERED, &numbers).await?,
            WhichFiles::Inside(prefix, having) => {
                let sql = match having {
                    Having::Anything => INSIDE,
                    Having::Documentation => DOCUMENTED,
                    Having::DocIssues => FAULTY,
                };
                let rows = narrowed(sql, &prefix).fetch_all(&mut self.connection).await;
                rows.map_err(|error| at(&self.location).failed("read", error))?
            }
        };
        rows.iter().map(|row| file(row, at(&self.location))).collect()
    }

    async fn file_states(&mut self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        states::states(&mut self.connection, prefix, at(&self.location)).await
    }

    async fn files_from(&mut self, path: &RepoPath, count: usize) -> Result<Vec<(FileRow, FileState)>, BackendError> {
        let at = at(&self.location);
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let rows = sqlx::query(FROM).bind(path.as_str()).bind(count).fetch_all(&mut self.connection).await;
        let rows = rows.map_err(|error| at.failed("read", error))?;
        rows.iter().map(|row| Ok((file(row, at)?, state(row, at)?))).collect()
    }

    async fn documents(&mut self, files: &[u32], parts: Parts) -> Result<Vec<Document>, BackendError> {
        let sql = match parts {
            Parts::Outline => OUTLINES,
            Parts::Content => CONTENTS,
            Parts::Resolved => RESOLVED,
        };
        let rows = self.numbered(sql, files).await?;
        let at = at(&self.location);
        let document = |row: &SqliteRow| {
            Ok(Document {
                file: file(row, at)?,
                outline: get(row, 6, at)?,
                content: if parts == Parts::Outline { Vec::new() } else { get(row, 7, at)? },
                resolved_uses: if parts == Parts::Resolved { get(row, 8, at)? } else { Vec::new() },
            })
        };
        rows.iter().map(document).collect()
    }

    async fn doc_issues(&mut self, files: &[u32]) -> Result<Vec<(u32, Vec<u8>)>, BackendError> {
        let rows = self.numbered(DOC_ISSUES, files).await?;
        let at = at(&self.location);
        rows.iter().map(|row| Ok((get(row, 0, at)?, get(row, 1, at)?))).collect()
    }

    async fn blocks(&mut self, keys: &[u32]) -> Result<Vec<Block>, BackendError> {
        let mut blocks: Vec<Block> = Vec::new();
        for some in keys.chunks(BATCH_KEYS) {
            let keys: Vec<String> = some.iter().map(|key| format!("({key})")).collect();
            let rows = self.rows(BLOCKS.replace("/*keys*/", &keys.join(","))).await?;
            let at = at(&self.location);
            for row in &rows {
                blocks.push(Block { first: get(row, 0, at)?, body: get(row, 1, at)? });
            }
        }
        Ok(blocks)
    }

    async fn specs(&mut self) -> Result<Vec<SpecRow>, BackendError> {
        type Columns = (i64, String, String, String, String, i64, i64);
        let rows: Vec<Columns> = self.all(SPECS).await?;
        let mut specs = Vec::with_capacity(rows.len());
        for (id, engine, engine_version, model, model_version, dimension, precision) in rows {
            let (computed, pending): (i64, i64) = self.row(COUNT, id).await?;
            let precision = usize::try_from(precision).ok().and_then(|index| Precision::ALL.get(index)).copied();
            let numbers = u32::try_from(id).ok().zip(u32::try_from(dimension).ok()).zip(precision);
            let ((number, dimension), precision) = ok_or_corrupt(numbers, "a spec", at(&self.location))?;
            let spec = EmbeddingSpec { engine, engine_version, model, model_version, dimension, precision };
            specs.push(SpecRow { number, spec, computed: computed as u64, pending: pending as u64 });
        }
        Ok(specs)
    }

    async fn embeddings(&mut self, files: &[u32], spec: Option<u32>) -> Result<Vec<EmbeddingRow>, BackendError> {
        let rows = match spec {
            None => self.numbered(EMBEDDINGS, files).await?,
            Some(spec) => {
                let ids = list(files.iter().map(|file| id(spec, *file)));
                self.rows(format!("{EMBEDDINGS_OF}{ids})")).await?
            }
        };
        let at = at(&self.location);
        let embeddings = |row: &SqliteRow| {
            let id: i64 = get(row, 0, at)?;
            Ok(EmbeddingRow {
                file: id as u32,
                spec: (id >> HIGH) as u32,
                computed: get(row, 1, at)?,
                pending: get(row, 2, at)?,
                quantized: Vec::new(),
                vectors: get(row, 3, at)?,
                owners: get(row, 4, at)?,
            })
        };
        rows.iter().map(embeddings).collect()
    }

    async fn pending_files(&mut self, spec: u32) -> Result<Vec<u32>, BackendError> {
        let rows: Vec<(u32,)> = self.rows_of(PENDING, i64::from(spec)).await?;
        Ok(rows.into_iter().map(|(file,)| file).collect())
    }

    async fn quantized_after(&mut self, spec: u32, file: u32) -> Result<QuantizedBatch, BackendError> {
        let query = sqlx::query_as(QUANTIZED).bind(id(spec, file)).bind(id(spec + 1, 0)).bind(BATCH_QUANTIZED);
        let row: (Option<String>, Option<String>, Option<Vec<u8>>) =
            query.fetch_one(&mut self.connection).await.map_err(|error| at(&self.location).failed("read", error))?;
        let (Some(numbers), Some(lengths), Some(bytes)) = row else { return Ok(QuantizedBatch::default()) };
        let files = numbers.split(',').zip(lengths.split(','));
        let files =
            files.map(|(number, bytes)| Some(QuantizedFile { number: number.parse().ok()?, bytes: bytes.parse().ok()? }));
        let files = ok_or_corrupt(files.collect(), "quantized vectors", at(&self.location))?;
        Ok(QuantizedBatch { files, bytes })
    }
}

/// The id of a row that belongs to a spec and a file, or to a segment and a key.
pub(crate) fn id(high: u32, low: u32) -> i64 {
    i64::from(high) << HIGH | i64::from(low)
}
