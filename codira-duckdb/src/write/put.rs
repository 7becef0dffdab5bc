//! Writes files: gathered, then a chunk at a time.

use std::collections::{BTreeSet, HashMap};

use codira_contracts::{
    BackendError, FileSnapshot, RepoPath, Severity, StableId, SymbolKind, UseKind,
    resolve::{self, Offer},
};

use super::{clear::Former, facts::digest, queue::weight, writer::Writer};
use crate::{
    codec,
    engine::{Database, Rows},
};

/// How much analyses may weigh that are kept for resolving, roughly in bytes of memory.
const KEPT: usize = 64 << 20;

/// A file on its way into the draft.
struct Incoming {
    number: u32,
    file: FileSnapshot,
    former: Option<Former>,
    offers: Vec<Offer>,
}

/// Where the rows of files go.
struct Tables<'a> {
    file: Rows<'a>,
    content: Rows<'a>,
    symbol: Rows<'a>,
    offer: Rows<'a>,
    documentation: Rows<'a>,
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
        let mut incoming = Vec::with_capacity(waiting.len());
        for (path, file) in waiting {
            let known = self.paths.get(&path).copied();
            let former = known.map(|number| formers.remove(&number).unwrap_or_default());
            let before = former.as_ref().map_or(&[][..], |former| &former.offers);
            let offers = file.as_ref().map(|file| resolve::offers(&path, &file.analysis)).unwrap_or_default();
            self.changed.extend(resolve::changed_keys(before, &offers).iter().map(digest));
            match (file, known) {
                (Some(file), known) => {
                    let number = known.unwrap_or(self.next_file);
                    self.next_file = self.next_file.max(number + 1);
                    self.paths.insert(path, number);
                    self.dirty.insert(number);
                    incoming.push(Incoming { number, file, former, offers });
                }
                (None, Some(number)) => {
                    self.paths.remove(&path);
                    self.dirty.remove(&number);
                    self.numbers.set(number, HashMap::new());
                }
                (None, None) => {}
            }
        }
        let mut tables = Tables::open(&self.database)?;
        for file in &incoming {
            let symbols = tables.add(file)?;
            self.numbers.set(file.number, symbols);
        }
        tables.finish()?;
        self.put_embeddings(incoming.iter().map(|incoming| (incoming.number, &incoming.file)))?;
        for Incoming { number, file, .. } in incoming {
            self.keep_analysis(number, file);
        }
        Ok(())
    }

    /// Keeps what resolving looks at, so that it need not be read again.
    fn keep_analysis(&mut self, number: u32, file: FileSnapshot) {
        let mut analysis = file.analysis;
        let weight = weight(&analysis);
        if self.analyses_weight + weight > KEPT {
            return;
        }
        self.analyses_weight += weight;
        analysis.source = String::new();
        analysis.documentation = Vec::new();
        analysis.doc_issues = Vec::new();
        for symbol in &mut analysis.symbols {
            symbol.documentation = None;
            symbol.signature = None;
        }
        self.analyses.insert(number, analysis);
    }
}

impl<'a> Tables<'a> {
    fn open(database: &'a Database) -> Result<Self, BackendError> {
        Ok(Self {
            file: database.append("file")?,
            content: database.append("content")?,
            symbol: database.append("symbol")?,
            offer: database.append("offer")?,
            documentation: database.append("documentation")?,
            doc_issue: database.append("doc_issue")?,
        })
    }

    fn finish(self) -> Result<(), BackendError> {
        for rows in [self.file, self.content, self.symbol, self.offer, self.documentation, self.doc_issue] {
            rows.finish()?;
        }
        Ok(())
    }

    /// Adds the rows of a file, but for its embeddings; tells the numbers of its symbols.
    fn add(&mut self, incoming: &Incoming) -> Result<HashMap<StableId, u32>, BackendError> {
        let Incoming { number, file: FileSnapshot { state, analysis, .. }, offers, .. } = incoming;
        let length = |length: usize| u32::try_from(length).expect("no file has thousands of millions of records");
        let calls = analysis.uses.iter().filter(|record| record.kind == UseKind::Call).count();
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
            &length(analysis.symbols.len()),
            &length(analysis.imports.len()),
            &length(calls),
            &length(analysis.uses.len() - calls),
            &length(analysis.documentation.len()),
            &length(analysis.doc_issues.len()),
        ])?;
        self.content.push(&[number, &codec::pack_rest(analysis), &analysis.source, &codec::pack(offers)])?;
        for key in offers.iter().map(|offer| digest(&offer.key)).collect::<BTreeSet<i32>>() {
            self.offer.push(&[&key, number])?;
        }
        let numbers = self.add_symbols(incoming)?;
        let number_of = |id: &Option<StableId>| id.as_ref().map(|id| numbers[id]);
        for (unit, ordinal) in analysis.documentation.iter().zip(0_u32..) {
            let owner = number_of(&unit.owner);
            let (first, last) = (unit.span.first, unit.span.last);
            self.documentation.push(&[number, &ordinal, &unit.id.as_str(), &owner, &first, &last, &codec::pack(unit)])?;
        }
        for (issue, ordinal) in analysis.doc_issues.iter().zip(0_u32..) {
            let severity = codec::code(Severity::ALL, &issue.severity);
            self.doc_issue.push(&[number, &ordinal, &issue.rule, &severity, &codec::pack(issue)])?;
        }
        Ok(numbers)
    }

    /// A symbol that was there before keeps its number.
    fn add_symbols(&mut self, incoming: &Incoming) -> Result<HashMap<StableId, u32>, BackendError> {
        let Incoming { number, file, former, .. } = incoming;
        let before = former.as_ref().map(|former| &former.symbols);
        let mut next = before.and_then(|before| before.values().max()).map_or(0, |last| last + 1);
        let symbols = &file.analysis.symbols;
        let mut numbers = HashMap::with_capacity(symbols.len());
        for symbol in symbols {
            let known = before.and_then(|before| before.get(&symbol.id)).copied();
            let own = known.unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            numbers.insert(symbol.id.clone(), own);
        }
        for ((symbol, logical_name), ordinal) in symbols.iter().zip(file.analysis.logical_names()).zip(0_u32..) {
            self.symbol.push(&[
                number,
                &numbers[&symbol.id],
                &ordinal,
                &symbol.id.as_str(),
                &codec::code(SymbolKind::ALL, &symbol.kind),
                &symbol.name,
                &logical_name,
                &symbol.parent.as_ref().map(|parent| numbers[parent]),
                &symbol.span.first,
                &symbol.span.last,
                &codec::pack(symbol),
            ])?;
        }
        Ok(numbers)
    }
}
