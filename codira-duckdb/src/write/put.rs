//! Writes files: gathered, then a chunk at a time.

use codira_contracts::{
    BackendError, FileAnalysis, FileSnapshot, RepoPath, Severity, StableId, UseKind,
    resolve::{self, Offer, RuleSet},
};
use codira_store::{compact::Embedding, for_resolution, vectors};
use rustc_hash::FxHashMap;

use super::{
    clear::Former,
    encode::{Encoded, encode, numbers, push_document},
    facts::{WHOLE, digest},
    queue::weight,
    writer::Writer,
};
use crate::{
    codec,
    cores::beside,
    engine::{Database, Rows},
};

/// How much analyses may weigh that are kept for resolving, roughly in bytes of memory.
const UNRESOLVED_BYTES: usize = 48 << 20;
/// How many files are encoded together, while those before them are written.
const BATCH_FILES: usize = 64;

/// A file that is to be written.
struct Put {
    number: u32,
    file: FileSnapshot,
    former: Option<Former>,
    /// Whether files were resolved before.
    anyone_asked: bool,
}

/// A file that was encoded.
struct Written {
    number: u32,
    file: FileSnapshot,
    encoded: Encoded,
    /// The numbers of its symbols.
    numbers: Vec<u32>,
    symbols: FxHashMap<StableId, u32>,
    embeddings: Vec<Embedding>,
    /// Digests of keys whose facts changed.
    changed: Vec<u32>,
}

/// Where the rows of files go.
struct Tables<'a> {
    file: Rows<'a>,
    document: Rows<'a>,
    symbol: Rows<'a>,
    offer: Rows<'a>,
    doc_issue: Rows<'a>,
}

impl Writer {
    /// Notes what is to become of a path.
    pub(super) fn put(&mut self, path: RepoPath, file: Option<FileSnapshot>) {
        self.queue.push(path, file);
        if self.queue.is_full() {
            // Whoever calls next is told.
            let _ = self.flush();
        }
    }

    /// Writes what waits.
    pub(super) fn flush(&mut self) -> Result<(), BackendError> {
        self.whole(Self::write_queue)
    }

    fn write_queue(&mut self) -> Result<(), BackendError> {
        let waiting = self.queue.take();
        if waiting.is_empty() {
            return Ok(());
        }
        self.numbers.relieve();
        let stored: Vec<u32> = waiting.keys().filter_map(|path| self.paths.get(path).copied()).collect();
        let mut formers = self.clear(&stored)?;
        let mut puts = Vec::with_capacity(waiting.len());
        let mut waiting: Vec<_> = waiting.into_iter().collect();
        // DuckDB begins a block for the blobs over four kilobytes among some thirty kilobytes of smaller ones: those stand apart.
        waiting.sort_by_key(|(_, file)| file.as_ref().map_or(0, |file| file.analysis.source.len()));
        for (path, file) in waiting {
            let known = self.paths.get(&path).copied();
            let former = known.map(|number| formers.remove(&number).unwrap_or_default());
            match (file, known) {
                (Some(file), known) => {
                    let number = known.unwrap_or(self.next_file);
                    self.next_file = self.next_file.max(number + 1);
                    self.paths.insert(path, number);
                    self.dirty.insert(number);
                    puts.push(Put { number, file, former, anyone_asked: self.anyone_asked });
                }
                (None, Some(number)) => {
                    self.paths.remove(&path);
                    self.dirty.remove(&number);
                    self.numbers.set(number, FxHashMap::default());
                    self.changed.extend(former.iter().flat_map(|former| &former.offers).map(|offer| digest(&offer.key)));
                }
                (None, None) => {}
            }
        }
        let mut puts = puts.into_iter();
        let rules = self.rules.clone();
        let written = move |put| written(put, &rules);
        let mut encoding = beside(puts.by_ref().take(BATCH_FILES).collect(), written.clone());
        loop {
            let encoded = encoding.finish();
            if encoded.is_empty() {
                break;
            }
            // DuckDB takes its time, too: the next files are encoded meanwhile.
            encoding = beside(puts.by_ref().take(BATCH_FILES).collect(), written.clone());
            self.write_encoded(encoded)?;
        }
        self.settle()
    }

    fn write_encoded(&mut self, mut encoded: Vec<Written>) -> Result<(), BackendError> {
        let sizes = encoded.iter().map(|written| written.file.analysis.source.len() as u64);
        self.make_room(sizes.max().unwrap_or_default())?;
        let mut tables = Tables::open(&self.database)?;
        encoded.iter().try_for_each(|file| tables.add(file))?;
        tables.finish()?;
        let embeddings = encoded.iter_mut().map(|written| (written.number, std::mem::take(&mut written.embeddings)));
        self.put_embeddings(embeddings.filter(|(_, rows)| !rows.is_empty()).collect())?;
        for Written { number, file, encoded, symbols, changed, .. } in encoded {
            self.unsettled += encoded.weight();
            self.numbers.set(number, symbols);
            self.changed.extend(changed);
            self.keep_offers(&file.state.path, &encoded.offers);
            self.keep_analysis(number, file);
        }
        Ok(())
    }

    /// Keeps what is offered, while everything will be resolved.
    fn keep_offers(&mut self, path: &RepoPath, offers: &[Offer]) {
        if let Some(kept) = &mut self.offers {
            kept.add(path, offers);
            if kept.len() > WHOLE {
                self.offers = None;
            }
        }
    }

    /// Keeps what resolving looks at, so that it need not be read again.
    fn keep_analysis(&mut self, number: u32, file: FileSnapshot) {
        let weight = weight(&file.analysis);
        if self.analyses_weight + weight <= UNRESOLVED_BYTES {
            self.analyses_weight += weight;
            self.analyses.insert(number, for_resolution(file.analysis));
        }
    }
}

/// Encodes a file.
fn written(Put { number, mut file, former, anyone_asked }: Put, rules: &RuleSet) -> Written {
    let embeddings = Embedding::take(&mut file, vectors::pack);
    let FileSnapshot { state, analysis, .. } = &file;
    let numbers = numbers(analysis, former.as_ref().map(|former| &former.symbols));
    let encoded = encode(&state.path, analysis, &numbers, rules);
    let symbols = analysis.symbols.iter().map(|symbol| symbol.id.clone()).zip(numbers.iter().copied()).collect();
    let changed = if anyone_asked {
        let before = former.map(|former| former.offers).unwrap_or_default();
        resolve::changed_keys(&before, &encoded.offers).iter().map(digest).collect()
    } else {
        Vec::new()
    };
    Written { number, file, encoded, numbers, symbols, embeddings, changed }
}

impl<'a> Tables<'a> {
    fn open(database: &'a Database) -> Result<Self, BackendError> {
        Ok(Self {
            file: database.append("file")?,
            document: database.append("document")?,
            symbol: database.append("symbol")?,
            offer: database.append("offer")?,
            doc_issue: database.append("doc_issue")?,
        })
    }

    fn finish(self) -> Result<(), BackendError> {
        for rows in [self.file, self.document, self.symbol, self.offer, self.doc_issue] {
            rows.finish()?;
        }
        Ok(())
    }

    /// Adds the rows of a file, but for its embeddings.
    fn add(&mut self, written: &Written) -> Result<(), BackendError> {
        let Written { number, file: FileSnapshot { state, analysis, .. }, encoded, numbers, .. } = written;
        let FileAnalysis { symbols, imports, uses, documentation, doc_issues, .. } = analysis;
        let length = |length: usize| u32::try_from(length).expect("no file has thousands of millions of records");
        let calls = uses.iter().filter(|record| record.kind == UseKind::Call).count();
        self.file.push(&[
            number,
            &state.path.as_str(),
            &&state.hash.as_bytes()[..],
            &state.size,
            &state.modified,
            &state.analyzer.name,
            &state.analyzer.version,
            &analysis.language.as_str(),
            &analysis.module,
            &length(symbols.len()),
            &length(imports.len()),
            &length(calls),
            &length(uses.len() - calls),
            &length(documentation.len()),
            &length(doc_issues.len()),
        ])?;
        push_document(&mut self.document, &mut self.symbol, *number, analysis, numbers, encoded)?;
        encoded.offered.iter().try_for_each(|key| self.offer.push(&[key, number]))?;
        for (issue, ordinal) in doc_issues.iter().zip(0_u32..) {
            let severity = codec::code(Severity::ALL, &issue.severity);
            self.doc_issue.push(&[number, &ordinal, &issue.rule, &severity, &codec::pack(issue)])?;
        }
        Ok(())
    }
}
