//! Writes files: gathered, then encoded while those before them are written.

use codira_contracts::{BackendError, FileSnapshot, RepoPath, resolve::Offer};
use codira_store::compact::Embedding;
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::{Arguments, AssertSqlSafe, sqlite::SqliteArguments};

use super::{
    derive,
    embedding_rows::EmbeddingRows,
    encode::{Counts, Unresolved, weight},
    in_flight::{InFlight, Put, Written},
    rows::{Insert, Rows, list},
    writer::Writer,
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    errors::{Failed as _, at},
    postings::Key,
};

/// How much analyses may weigh that are kept for resolving, roughly in bytes of memory.
const UNRESOLVED_BYTES: usize = 48 << 20;
/// How many offers are kept for resolving everything: some seventy bytes of memory each.
pub(super) const OFFERS: usize = 3_000_000;
/// How many paths one statement looks for.
const BATCH_PATHS: usize = 4_000;

/// The numbers of files at given paths; the list of parameters and a parenthesis follow.
const FILES: &str = "SELECT id, path FROM file WHERE path IN (";
/// Everything that lies by file; a list of numbers and a parenthesis follow.
const DROP: [&str; 4] = [
    "DELETE FROM document WHERE file IN (",
    "DELETE FROM doc_issue WHERE file IN (",
    derive::DROP,
    "DELETE FROM file WHERE id IN (",
];
/// Embeddings of files, in both states; a list of numbers and a parenthesis follow.
const DROP_EMBEDDINGS: [&str; 2] = ["DELETE FROM vector WHERE file IN (", "DELETE FROM pending WHERE file IN ("];

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[
    Statement::of(FILES).then("?,?)"),
    Statement::of(DROP[0]).then("1,2)"),
    Statement::of(DROP[1]).then("1,2)"),
    Statement::of(DROP[2]).then("1,2)"),
    Statement::of(DROP[3]).then("1,2)"),
    Statement::of(DROP_EMBEDDINGS[0]).then("1,2)"),
    Statement::of(DROP_EMBEDDINGS[1]).then("1,2)"),
];

const FILE: Insert = Insert {
    head: "INSERT INTO file (id, path, hash, size, modified, analyzer, analyzer_version, language, module, symbols, imports, calls,
        \"references\", documentation, doc_issues) VALUES",
    columns: 15,
};
const DOCUMENT: Insert = Insert { head: "INSERT INTO document (file, outline, content) VALUES", columns: 3 };
const DOC_ISSUE: Insert = Insert { head: "INSERT INTO doc_issue (file, body) VALUES", columns: 2 };

impl Writer {
    /// Takes a file, and writes what is gathered when it is much.
    pub(super) async fn put(&mut self, file: FileSnapshot) {
        self.queue.push(file.state.path.clone(), Some(file));
        self.relieve().await;
    }

    /// Takes word that a file is gone.
    pub(super) async fn remove(&mut self, path: RepoPath) {
        self.queue.push(path, None);
        self.relieve().await;
    }

    async fn relieve(&mut self) {
        if self.queue.is_full() && self.broken().is_none() {
            // Whoever calls next is told.
            let advanced = self.advance().await;
            self.note(advanced);
        }
    }

    /// Writes everything that is gathered. What fails here leaves a session that can do nothing any more.
    pub(super) async fn flush(&mut self) -> Result<(), BackendError> {
        let mut flushed = Ok(());
        if !self.queue.is_empty() {
            flushed = self.advance().await;
        }
        if flushed.is_ok() {
            flushed = self.write_under_way().await;
        }
        self.note(flushed);
        self.broken().map_or(Ok(()), Err)
    }

    /// Begins to encode the files that are gathered, and writes those that were encoded meanwhile: SQLite takes its time, too.
    async fn advance(&mut self) -> Result<(), BackendError> {
        let waiting = self.queue.take();
        self.find_files(waiting.iter().map(|(path, _)| path)).await?;
        let stored: Vec<i64> = waiting.iter().filter_map(|(path, _)| self.numbers.get(path).copied()).collect();
        if self.in_flight.as_ref().is_some_and(|in_flight| in_flight.has_any(&stored)) {
            self.write_under_way().await?;
        }
        let mut former = self.clear(&stored).await?;
        let mut puts = Vec::with_capacity(waiting.len());
        for (path, file) in waiting {
            let stored = self.numbers.get(&path).copied();
            let before = stored.and_then(|number| former.remove(&number));
            match (file, stored) {
                (Some(file), Some(number)) => puts.push(Put { number, file, before }),
                (Some(file), None) => {
                    let number = self.next_file;
                    self.next_file += 1;
                    self.numbers.insert(path, number);
                    puts.push(Put { number, file, before: self.anyone_asked.then(Vec::new) });
                }
                (None, Some(number)) => {
                    self.numbers.remove(&path);
                    self.dirty.remove(&number);
                    self.changed.extend(before.iter().flatten().map(|offer| Key::Asked(&offer.key).digest()));
                }
                (None, None) => {}
            }
        }
        // Numbers only grow where rows are added at the end.
        puts.sort_unstable_by_key(|put| put.number);
        let next = InFlight::begin(puts, self.rules.clone());
        self.write_under_way().await?;
        self.in_flight = Some(next);
        Ok(())
    }

    /// Writes the files that are being encoded.
    pub(super) async fn write_under_way(&mut self) -> Result<(), BackendError> {
        let Some(in_flight) = self.in_flight.take() else { return Ok(()) };
        self.write_encoded(in_flight.encoded().await).await?;
        self.relieve_postings().await
    }

    /// Makes the numbers of those files known that are stored.
    pub(super) async fn find_files(&mut self, paths: impl Iterator<Item = &RepoPath>) -> Result<(), BackendError> {
        if self.all_numbers {
            return Ok(());
        }
        let unknown: FxHashSet<&RepoPath> = paths.filter(|path| !self.numbers.contains_key(*path)).collect();
        let unknown: Vec<&RepoPath> = unknown.into_iter().collect();
        let mut found = Vec::new();
        for some in unknown.chunks(BATCH_PATHS) {
            let mut arguments = SqliteArguments::default();
            for path in some {
                arguments.add(path.as_str()).expect("a text can always be bound");
            }
            let sql = format!("{FILES}{})", vec!["?"; some.len()].join(","));
            let rows = sqlx::query_as_with(AssertSqlSafe(sql), arguments).persistent(false).fetch_all(&mut self.connection);
            let rows: Vec<(i64, String)> = rows.await.map_err(|error| at(&self.location).failed("read", error))?;
            found.extend(rows);
        }
        for (number, path) in found {
            let path = RepoPath::new(path).map_err(|error| at(&self.location).corrupt(error.to_string(), None))?;
            self.numbers.insert(path, number);
        }
        Ok(())
    }

    /// Removes everything that is stored of these files, and tells what they offered, if anybody asked.
    async fn clear(&mut self, numbers: &[i64]) -> Result<FxHashMap<i64, Vec<Offer>>, BackendError> {
        let mut former = FxHashMap::default();
        if numbers.is_empty() {
            return Ok(former);
        }
        if self.anyone_asked {
            former.extend(self.offers_of(numbers).await?.into_iter().map(|(number, _, offers)| (number, offers)));
        }
        // What is gathered is no longer what is stored.
        self.offers = None;
        let files = list(numbers.iter().copied());
        for sql in DROP {
            self.run(format!("{sql}{files})")).await?;
        }
        for sql in DROP_EMBEDDINGS {
            if self.run(format!("{sql}{files})")).await? > 0 {
                self.embeddings_touched = true;
                self.sketches.forget();
            }
        }
        for number in numbers {
            self.analyses.remove(number);
        }
        Ok(former)
    }

    async fn write_encoded(&mut self, encoded: Vec<Written>) -> Result<(), BackendError> {
        let (mut files, mut documents, mut doc_issues) = (Rows::new(&FILE), Rows::new(&DOCUMENT), Rows::new(&DOC_ISSUE));
        let mut rows_of_embeddings = EmbeddingRows::new();
        for Written { state, language, module, encoded, changed, embeddings, unresolved } in encoded {
            let number = unresolved.number;
            let mut embeddings = embeddings;
            while let Some(Embedding { spec, .. }) = embeddings.first() {
                let of_spec = embeddings.iter().take_while(|row| row.spec == *spec).count();
                let numbers = self.spec(spec, of_spec).await?;
                let others = embeddings.split_off(of_spec);
                rows_of_embeddings.add(number, numbers, embeddings, &mut self.sketches);
                embeddings = others;
                self.embeddings_touched = true;
            }
            let row = files.row().with(number).with(state.path.as_str()).with(&state.hash.as_bytes()[..]);
            let row = row.with(state.size as i64).with(state.modified);
            let row = row.with(state.analyzer.name).with(state.analyzer.version).with(language).with(module);
            let Counts { symbols, imports, calls, references, documentation, doc_issues: issues } = encoded.counts;
            row.with(symbols).with(imports).with(calls).with(references).with(documentation).with(issues);
            documents.row().with(number).with(encoded.outline).with(encoded.content);
            if let Some(body) = encoded.doc_issues {
                doc_issues.row().with(number).with(body);
            }
            self.postings.add(number, encoded.keys);
            self.keep_offers(&state.path, &encoded.offers);
            self.changed.extend(changed);
            self.dirty.insert(number);
            self.keep_analysis(unresolved);
        }
        let EmbeddingRows { vectors, pending } = rows_of_embeddings;
        for rows in [files, documents, doc_issues, vectors, pending] {
            rows.write(&mut self.connection, at(&self.location)).await?;
        }
        self.write_gathered_sketches().await
    }

    /// Keeps what is offered, while everything will be resolved.
    fn keep_offers(&mut self, path: &RepoPath, offers: &[Offer]) {
        if let Some(kept) = &mut self.offers {
            kept.add(path, offers);
            if kept.len() > OFFERS {
                self.offers = None;
            }
        }
    }

    /// Keeps what resolving looks at, so that it need not be read again.
    fn keep_analysis(&mut self, file: Unresolved) {
        let weight = weight(&file.analysis);
        if self.analyses_weight + weight <= UNRESOLVED_BYTES {
            self.analyses_weight += weight;
            self.analyses.insert(file.number, file);
        }
    }
}
