//! Removes what is stored of files, and remembers what must stay the same when a file is put again.

use std::collections::HashMap;

use codira_contracts::{BackendError, resolve::Offer};
use sqlx::AssertSqlSafe;

use super::{facts::digest, rows::list, writer::Writer};
use crate::{codec, errors::At, records::RUN_BITS};

// Each statement is followed by a list of numbers of files and a parenthesis.

/// The symbols of files: number, file, stable id.
pub(crate) const SYMBOLS: &str = "SELECT id, file, stable_id FROM symbol WHERE file IN (";
/// The source texts of files.
pub(crate) const SOURCES: &str = "SELECT file, source FROM content WHERE file IN (";
/// What files offer.
pub(crate) const OFFERED: &str = "SELECT file, offers FROM offered WHERE file IN (";
/// The keys that files asked for.
pub(crate) const ASKED: &str = "SELECT file, asked FROM resolution WHERE file IN (";
/// The edges that symbols of files own.
pub(crate) const EDGES: &str = "DELETE FROM edge WHERE owner IN (SELECT id FROM symbol WHERE file IN (";
/// Everything else that lies by file.
pub(crate) const BY_FILE: [&str; 6] = [
    "DELETE FROM symbol WHERE file IN (",
    "DELETE FROM content WHERE file IN (",
    "DELETE FROM documentation WHERE file IN (",
    "DELETE FROM doc_issue WHERE file IN (",
    "DELETE FROM offered WHERE file IN (",
    "DELETE FROM file WHERE id IN (",
];
/// Embeddings of files, in both states.
pub(crate) const EMBEDDINGS: [&str; 2] = ["DELETE FROM vector WHERE file IN (", "DELETE FROM pending WHERE file IN ("];
/// What follows from files, but for edges and asked keys.
pub(crate) const DERIVED: [&str; 2] = ["DELETE FROM import WHERE file IN (", "DELETE FROM resolution WHERE file IN ("];

/// How many keys stand in one statement, the length of which has a limit.
const KEYS: usize = 10_000;

/// What was stored of a file.
#[derive(Debug, Default)]
pub(super) struct Former {
    /// The numbers of its symbols by stable id.
    pub(super) symbols: HashMap<i64, i64>,
    /// What it offered.
    pub(super) offers: Vec<Offer>,
    /// The text.
    pub(super) source: String,
}

impl Writer {
    /// Removes everything that is stored of these files, and tells what it was.
    pub(super) async fn clear(&mut self, ids: &[i64]) -> Result<HashMap<i64, Former>, BackendError> {
        let mut former: HashMap<i64, Former> = ids.iter().map(|id| (*id, Former::default())).collect();
        if ids.is_empty() {
            return Ok(former);
        }
        let files = list(ids.iter().copied());
        for (id, file, stable_id) in self.rows::<(i64, i64, i64)>(format!("{SYMBOLS}{files})")).await? {
            self.symbols.remove(&(file, stable_id));
            former.entry(file).or_default().symbols.insert(stable_id, id);
        }
        for (file, source) in self.rows::<(i64, Vec<u8>)>(format!("{SOURCES}{files})")).await? {
            let source = codec::expand(&source).and_then(|bytes| String::from_utf8(bytes).ok());
            let source = source.ok_or_else(|| At(&self.location).corrupt("a source text cannot be read", None))?;
            former.entry(file).or_default().source = source;
        }
        for (file, offers) in self.rows::<(i64, Vec<u8>)>(format!("{OFFERED}{files})")).await? {
            let offers: Option<Vec<Offer>> = codec::unpack_squeezed(&offers);
            let offers = offers.ok_or_else(|| At(&self.location).corrupt("what a file offers cannot be read", None))?;
            let keys: Vec<i64> = offers.iter().map(|offer| digest(&offer.key)).collect();
            for keys in keys.chunks(KEYS) {
                let keys = list(keys.iter().copied());
                self.run(format!("DELETE FROM offer WHERE file = {file} AND key IN ({keys})")).await?;
            }
            former.entry(file).or_default().offers = offers;
        }
        self.clear_derived(ids).await?;
        for id in ids {
            let (first, last) = (id << RUN_BITS, (id + 1) << RUN_BITS);
            self.run(format!("DELETE FROM detail WHERE id >= {first} AND id < {last}")).await?;
            self.analyses.remove(id);
        }
        for sql in BY_FILE {
            self.run(format!("{sql}{files})")).await?;
        }
        for sql in EMBEDDINGS {
            self.embeddings_touched |= self.run(format!("{sql}{files})")).await? > 0;
        }
        Ok(former)
    }

    /// Removes what follows from these files; their symbols are still there.
    pub(super) async fn clear_derived(&mut self, ids: &[i64]) -> Result<(), BackendError> {
        let files = list(ids.iter().copied());
        self.run(format!("{EDGES}{files}))")).await?;
        for (file, keys) in self.keys(format!("{ASKED}{files})")).await? {
            for keys in keys.chunks(KEYS) {
                let keys = list(keys.iter().copied());
                self.run(format!("DELETE FROM asked WHERE file = {file} AND key IN ({keys})")).await?;
            }
        }
        for sql in DERIVED {
            self.run(format!("{sql}{files})")).await?;
        }
        Ok(())
    }

    /// Rows of a file and a list of keys.
    async fn keys(&mut self, sql: String) -> Result<Vec<(i64, Vec<i64>)>, BackendError> {
        let rows: Vec<(i64, Vec<u8>)> = self.rows(sql).await?;
        let keys = rows.into_iter().map(|(file, keys)| Some((file, codec::unpack_numbers(&keys)?)));
        keys.collect::<Option<_>>().ok_or_else(|| At(&self.location).corrupt("a list of keys cannot be read", None))
    }

    /// The rows of a statement that holds nothing but numbers and names of ours.
    pub(super) async fn rows<T>(&mut self, sql: String) -> Result<Vec<T>, BackendError>
    where
        T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        let query = sqlx::query_as(AssertSqlSafe(sql)).persistent(false);
        query.fetch_all(&mut self.connection).await.map_err(|error| At(&self.location).failed("read", error))
    }
}
