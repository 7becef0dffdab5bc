//! Writes files: gathered, then a chunk at a time.

use std::collections::{BTreeSet, HashMap, HashSet};

use codira_contracts::{BackendError, FileAnalysis, FileSnapshot, FileState, RepoPath, Severity, StableId, UseKind, resolve};
use sqlx::{Arguments, AssertSqlSafe, sqlite::SqliteArguments};

use super::{
    clear::Former,
    facts::digest,
    rows::{Insert, Rows},
    writer::Writer,
};
use crate::{codec, errors::At, read, records};

/// How much analyses may weigh that are kept for resolving, roughly in bytes of memory.
const KEPT: usize = 48 << 20;

/// The numbers of files at given paths; the list of parameters and a parenthesis follow.
pub(crate) const FILES: &str = "SELECT id, path FROM file WHERE path IN (";

const FILE: Insert = Insert {
    head: "INSERT INTO file (id, path, hash, size, modified, analyzer, analyzer_version, language, module, symbols, imports, calls,
        \"references\", documentation, doc_issues) VALUES",
    columns: 15,
};
const CONTENT: Insert = Insert { head: "INSERT INTO content (file, records, source) VALUES", columns: 3 };
const SYMBOL: Insert = Insert {
    head: "INSERT INTO symbol (id, file, ordinal, stable_id, kind, name, logical_name, parent, first, last) VALUES",
    columns: 10,
};
const DETAIL: Insert = Insert { head: "INSERT INTO detail (id, body) VALUES", columns: 2 };
const DOCUMENTATION: Insert =
    Insert { head: "INSERT INTO documentation (id, file, stable_id, owner, first, last, body) VALUES", columns: 7 };
const DOC_ISSUE: Insert = Insert { head: "INSERT INTO doc_issue (file, ordinal, rule, severity, body) VALUES", columns: 5 };
const OFFER: Insert = Insert { head: "INSERT INTO offer (key, file) VALUES", columns: 2 };
const OFFERED: Insert = Insert { head: "INSERT INTO offered (file, offers) VALUES", columns: 2 };

/// The rows of a chunk, by table.
struct Chunk {
    file: Rows,
    content: Rows,
    symbol: Rows,
    detail: Rows,
    documentation: Rows,
    doc_issue: Rows,
    offer: Rows,
    offered: Rows,
}

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
            let _ = self.flush().await;
        }
    }

    /// The state of a file as the session has it now.
    pub(super) async fn file_state(&mut self, path: RepoPath) -> Result<Option<FileState>, BackendError> {
        self.flush().await?;
        read::file_state(&mut self.connection, &path, At(&self.location)).await
    }

    /// Writes everything that is gathered. What fails here leaves a session that can do nothing any more.
    pub(super) async fn flush(&mut self) -> Result<(), BackendError> {
        if self.queue.is_empty() {
            return Ok(());
        }
        let flushed = self.write_queue().await;
        self.note(flushed);
        self.broken().map_or(Ok(()), Err)
    }

    async fn write_queue(&mut self) -> Result<(), BackendError> {
        let waiting = self.queue.take();
        let paths: Vec<&RepoPath> = waiting.iter().map(|(path, _)| path).collect();
        let ids = self.find_files(&paths).await?;
        let stored: Vec<i64> = ids.values().copied().collect();
        let mut former = self.clear(&stored).await?;
        let mut files = Vec::with_capacity(waiting.len());
        for (path, file) in waiting {
            let stored = ids.get(path.as_str()).copied();
            let before = stored.and_then(|id| former.remove(&id));
            match (file, stored) {
                (Some(file), Some(id)) => files.push((id, file, before)),
                (Some(file), None) => {
                    files.push((self.next.file, file, None));
                    self.next.file += 1;
                }
                (None, Some(id)) => {
                    self.dirty.remove(&id);
                    self.changed.extend(before.unwrap_or_default().offers.iter().map(|offer| digest(&offer.key)));
                }
                (None, None) => {}
            }
        }
        self.write_files(files).await?;
        self.relieve_postings().await
    }

    /// The numbers of those files that are stored.
    pub(super) async fn find_files(&mut self, paths: &[&RepoPath]) -> Result<HashMap<String, i64>, BackendError> {
        let mut arguments = SqliteArguments::default();
        for path in paths {
            arguments.add(path.as_str()).expect("a text can always be bound");
        }
        let sql = format!("{FILES}{})", vec!["?"; paths.len()].join(","));
        let found = sqlx::query_as_with(AssertSqlSafe(sql), arguments).persistent(false).fetch_all(&mut self.connection);
        let found: Vec<(i64, String)> = found.await.map_err(|error| At(&self.location).failed("read", error))?;
        Ok(found.into_iter().map(|(id, path)| (path, id)).collect())
    }

    async fn write_files(&mut self, files: Vec<(i64, FileSnapshot, Option<Former>)>) -> Result<(), BackendError> {
        let logical: Vec<Vec<String>> = files.iter().map(|(_, file, _)| file.analysis.logical_names()).collect();
        let texts = files.iter().zip(&logical).flat_map(|((_, file, _), logical)| texts(file, logical)).collect();
        self.texts.learn(texts, &mut self.connection, At(&self.location)).await?;
        let mut chunk = Chunk {
            file: Rows::new(&FILE),
            content: Rows::new(&CONTENT),
            symbol: Rows::new(&SYMBOL),
            detail: Rows::new(&DETAIL),
            documentation: Rows::new(&DOCUMENTATION),
            doc_issue: Rows::new(&DOC_ISSUE),
            offer: Rows::new(&OFFER),
            offered: Rows::new(&OFFERED),
        };
        for ((id, file, former), logical) in files.iter().zip(&logical) {
            self.rows_of_file(&mut chunk, *id, file, logical, former.as_ref());
            self.rows_of_offers(&mut chunk, *id, file, former.as_ref());
            self.postings.add(*id, &file.analysis.source, former.as_ref().map(|former| &*former.source));
            self.dirty.insert(*id);
        }
        let at = At(&self.location);
        let Chunk { file, content, symbol, detail, documentation, doc_issue, offer, offered } = chunk;
        for rows in [file, content, symbol, detail, documentation, doc_issue, offer, offered] {
            rows.write(&mut self.connection, at).await?;
        }
        for (id, file, _) in files {
            if !file.embeddings.is_empty() {
                self.put_embeddings(id, &file).await?;
            }
            self.keep_analysis(id, file);
        }
        Ok(())
    }

    fn rows_of_file(&mut self, chunk: &mut Chunk, id: i64, file: &FileSnapshot, logical: &[String], former: Option<&Former>) {
        let FileSnapshot { state, analysis, .. } = file;
        let text = |text: &str| self.texts.id(text);
        let calls = analysis.uses.iter().filter(|record| record.kind == UseKind::Call).count();
        let row = chunk.file.row().with(id).with(state.path.as_str()).with(&state.hash.as_bytes()[..]);
        let row = row.with(state.size as i64).with(state.modified);
        let row = row.with(text(&state.analyzer.name)).with(text(&state.analyzer.version));
        let row = row.with(text(analysis.language.as_str())).with(text(&analysis.module));
        let row = row.with(analysis.symbols.len() as i64).with(analysis.imports.len() as i64);
        let row = row.with(calls as i64).with((analysis.uses.len() - calls) as i64);
        row.with(analysis.documentation.len() as i64).with(analysis.doc_issues.len() as i64);

        let FileAnalysis { symbols, imports, uses, status, .. } = analysis;
        let records = records::pack_records(symbols, imports, uses, status);
        chunk.content.row().with(id).with(records).with(codec::squeeze(analysis.source.as_bytes()));
        for (run, body) in (0..).zip(records::pack_symbols(symbols)) {
            chunk.detail.row().with((id << records::RUN_BITS) + run).with(body);
        }

        let mut numbers: HashMap<&StableId, i64> = HashMap::with_capacity(symbols.len());
        for symbol in symbols {
            let kept = former.and_then(|former| former.symbols.get(&text(symbol.id.as_str())).copied());
            let number = kept.unwrap_or_else(|| {
                self.next.symbol += 1;
                self.next.symbol - 1
            });
            numbers.insert(&symbol.id, number);
            self.symbols.insert((id, text(symbol.id.as_str())), number);
        }
        for ((symbol, logical), ordinal) in symbols.iter().zip(logical).zip(0_i64..) {
            let row = chunk.symbol.row().with(numbers[&symbol.id]).with(id).with(ordinal).with(text(symbol.id.as_str()));
            let row = row.with(records::code(codira_contracts::SymbolKind::ALL, &symbol.kind));
            let row = row.with(text(&symbol.name)).with(text(logical));
            let row = row.with(symbol.parent.as_ref().map(|parent| numbers[parent]));
            row.with(i64::from(symbol.span.first)).with(i64::from(symbol.span.last));
        }
        for unit in &analysis.documentation {
            let row = chunk.documentation.row().with(self.next.documentation).with(id).with(text(unit.id.as_str()));
            let row = row.with(unit.owner.as_ref().map(|owner| numbers[owner]));
            let row = row.with(i64::from(unit.span.first)).with(i64::from(unit.span.last));
            row.with(codec::pack_squeezed(unit));
            self.next.documentation += 1;
        }
        for (issue, ordinal) in analysis.doc_issues.iter().zip(0_i64..) {
            let row = chunk.doc_issue.row().with(id).with(ordinal).with(text(&issue.rule));
            row.with(records::code(Severity::ALL, &issue.severity)).with(codec::pack_squeezed(issue));
        }
    }

    /// What a file offers, and which keys thereby changed.
    fn rows_of_offers(&mut self, chunk: &mut Chunk, id: i64, file: &FileSnapshot, former: Option<&Former>) {
        let offers = resolve::offers(&file.state.path, &file.analysis);
        let before = former.map_or(&[][..], |former| &former.offers);
        self.changed.extend(resolve::changed_keys(before, &offers).iter().map(digest));
        if offers.is_empty() {
            return;
        }
        let keys: BTreeSet<i64> = offers.iter().map(|offer| digest(&offer.key)).collect();
        for key in keys {
            chunk.offer.row().with(key).with(id);
        }
        chunk.offered.row().with(id).with(codec::pack_squeezed(&offers));
    }

    /// Keeps what resolving looks at, so that it need not be read again.
    fn keep_analysis(&mut self, id: i64, mut file: FileSnapshot) {
        let analysis = &mut file.analysis;
        analysis.source = String::new();
        analysis.documentation = Vec::new();
        analysis.doc_issues = Vec::new();
        for symbol in &mut analysis.symbols {
            symbol.documentation = None;
            symbol.signature = None;
        }
        let weight = weight(analysis);
        if self.analyses_weight + weight <= KEPT {
            self.analyses_weight += weight;
            self.analyses.insert(id, (file.state.path, file.analysis));
        }
    }
}

/// What an analysis without texts takes in memory, roughly.
fn weight(analysis: &FileAnalysis) -> usize {
    400 + 450 * analysis.symbols.len() + 130 * analysis.uses.len() + 200 * analysis.imports.len()
}

/// Every text of a file that is kept once.
fn texts<'a>(file: &'a FileSnapshot, logical: &'a [String]) -> HashSet<&'a str> {
    let FileSnapshot { state, analysis, .. } = file;
    let mut texts =
        HashSet::from([&*state.analyzer.name, &state.analyzer.version, analysis.language.as_str(), &analysis.module]);
    texts.extend(analysis.symbols.iter().flat_map(|symbol| [symbol.id.as_str(), &symbol.name]));
    texts.extend(logical.iter().map(String::as_str));
    texts.extend(analysis.documentation.iter().map(|unit| unit.id.as_str()));
    texts.extend(analysis.doc_issues.iter().map(|issue| &*issue.rule));
    texts
}
