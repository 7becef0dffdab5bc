//! Resolves files again: those that were put, and those that asked for what changed.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    mem,
    panic::resume_unwind,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use codira_contracts::{
    BackendError, Derivation, EdgeTarget, ExternalKind, FileAnalysis, ImportTarget, RepoPath, last_name,
    resolve::{self, Facts, Progress, Resolution},
};
use sqlx::AssertSqlSafe;

use super::{
    facts::{Lookup, digest},
    outside::Outside,
    rows::{Insert, Rows, list},
    writer::Writer,
};
use crate::{
    codec,
    errors::At,
    read,
    records::{self, Target},
};

/// How many files are resolved together.
const FILES: usize = 128;
/// How many files make a thread worth its start.
const WORTH_A_THREAD: usize = 8;
/// How many keys one statement looks for.
const LOOK_UP: usize = 4_000;
/// How many numbers of symbols are remembered.
const SYMBOLS: usize = 500_000;

/// The files that asked for keys, by their digests; a list of numbers and a parenthesis follow.
pub(crate) const ASKED: &str = "SELECT DISTINCT file FROM asked WHERE key IN (";
/// The numbers of symbols of given file and stable id; pairs and a parenthesis follow.
pub(crate) const SYMBOL: &str = "SELECT file, stable_id, id FROM symbol WHERE (file, stable_id) IN (VALUES ";

const EDGE: Insert = Insert { head: "INSERT INTO edge (owner, target, sites) VALUES", columns: 3 };
const IMPORT: Insert = Insert { head: "INSERT INTO import (file, ordinal, target, module, body) VALUES", columns: 5 };
const ASK: Insert = Insert { head: "INSERT INTO asked (key, file) VALUES", columns: 2 };
const RESOLUTION: Insert = Insert { head: "INSERT INTO resolution (file, edges, resolved, asked) VALUES", columns: 4 };

/// The code of an unresolved target; external ones have the places of their kinds.
pub(crate) const UNRESOLVED: i64 = ExternalKind::ALL.len() as i64;
/// The import leads out of the repository.
pub(crate) const EXTERNAL_IMPORT: i64 = 0;
/// No one can tell where the import leads.
pub(crate) const UNRESOLVED_IMPORT: i64 = -1;

/// A file that is to be resolved.
struct Unresolved {
    file: i64,
    path: RepoPath,
    analysis: FileAnalysis,
}

/// A file that was resolved.
struct Resolved {
    file: i64,
    path: RepoPath,
    analysis: FileAnalysis,
    resolution: Resolution,
}

impl Writer {
    /// Brings derived state up to date.
    pub(super) async fn derive(&mut self) -> Result<Derivation, BackendError> {
        self.flush().await?;
        let derived = self.resolve_dirty().await;
        match derived {
            Ok(derivation) => Ok(derivation),
            Err(error) => {
                self.note(Err(error));
                self.broken().map_or(Ok(Derivation::default()), Err)
            }
        }
    }

    async fn resolve_dirty(&mut self) -> Result<Derivation, BackendError> {
        self.make_indexes(false).await?;
        let mut changed: Vec<i64> = mem::take(&mut self.changed).into_iter().collect();
        let all = !mem::replace(&mut self.anyone_asked, true);
        if all {
            // Nothing was resolved yet, and everything will be.
            changed.clear();
        }
        for keys in changed.chunks(LOOK_UP) {
            let asked: Vec<(i64,)> = self.rows(format!("{ASKED}{})", list(keys.iter().copied()))).await?;
            self.dirty.extend(asked.into_iter().map(|(file,)| file));
        }
        let mut dirty: Vec<i64> = mem::take(&mut self.dirty).into_iter().collect();
        dirty.sort_unstable();
        let mut facts = self.facts_for(dirty.len(), all).await?;
        for files in dirty.chunks(FILES) {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            facts.relieve();
            let analyses = self.analyses_of(files).await?;
            let resolved = self.resolve(analyses, &mut facts).await?;
            self.clear_derived(files).await?;
            self.write_resolved(resolved).await?;
        }
        self.analyses = HashMap::new();
        self.analyses_weight = 0;
        Ok(Derivation { resolved_files: dirty.len() as u64 })
    }

    /// What resolving looks at, of memory or read again.
    async fn analyses_of(&mut self, files: &[i64]) -> Result<Vec<Unresolved>, BackendError> {
        let mut analyses = Vec::with_capacity(files.len());
        let mut missing = Vec::new();
        for file in files {
            match self.analyses.remove(file) {
                Some((path, analysis)) => analyses.push(Unresolved { file: *file, path, analysis }),
                None => missing.push(*file),
            }
        }
        let read = read::analyses(&mut self.connection, &missing, At(&self.location)).await?;
        analyses.extend(read.into_iter().map(|(file, path, analysis)| Unresolved { file, path, analysis }));
        Ok(analyses)
    }

    async fn resolve(&mut self, analyses: Vec<Unresolved>, facts: &mut Lookup) -> Result<Vec<Resolved>, BackendError> {
        let mut waiting = analyses;
        let mut resolved = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let mut needs = BTreeSet::new();
            let mut again = Vec::new();
            for (file, progress) in resolve_all(waiting, &facts.facts) {
                match progress {
                    Progress::Done(resolution) => {
                        let Unresolved { file, path, analysis } = file;
                        resolved.push(Resolved { file, path, analysis, resolution });
                    }
                    Progress::Needs(keys) => {
                        needs.extend(keys);
                        again.push(file);
                    }
                }
            }
            self.supply(needs, facts).await?;
            waiting = again;
        }
        Ok(resolved)
    }

    async fn write_resolved(&mut self, resolved: Vec<Resolved>) -> Result<(), BackendError> {
        let texts: HashSet<&str> = resolved.iter().flat_map(texts).collect();
        self.texts.learn(texts, &mut self.connection, At(&self.location)).await?;
        let things = resolved.iter().flat_map(|file| &file.resolution.edges).filter_map(|edge| self.outside(&edge.target));
        let things: HashSet<Outside> = things.collect();
        self.outsides.learn(&things, &mut self.connection, At(&self.location)).await?;
        let files = self.learn_ends(&resolved).await?;

        let (mut edges, mut imports) = (Rows::new(&EDGE), Rows::new(&IMPORT));
        let (mut asked, mut resolutions) = (Rows::new(&ASK), Rows::new(&RESOLUTION));
        for Resolved { file, analysis, resolution, .. } in &resolved {
            let mut hits = 0_i64;
            for edge in &resolution.edges {
                let owner = self.symbol(*file, edge.owner.id.as_str())?;
                let target = match &edge.target {
                    EdgeTarget::Resolved(key) => {
                        hits += 1;
                        Target::Symbol(self.symbol(self.file(&files, &key.path)?, key.id.as_str())?)
                    }
                    EdgeTarget::External { kind, name } => {
                        Target::Outside(self.outsides.id(records::code(ExternalKind::ALL, kind), self.texts.id(name)))
                    }
                    EdgeTarget::Unresolved { text } => Target::Outside(self.outsides.id(UNRESOLVED, self.texts.id(text))),
                };
                edges.row().with(owner).with(target.code(edge.kind)).with(records::pack_sites(&edge.sites));
            }
            for ((import, target), ordinal) in analysis.imports.iter().zip(&resolution.imports).zip(0_i64..) {
                let target = match target {
                    ImportTarget::Resolved(path) => self.file(&files, path)?,
                    ImportTarget::External => EXTERNAL_IMPORT,
                    ImportTarget::Unresolved => UNRESOLVED_IMPORT,
                };
                let row = imports.row().with(*file).with(ordinal).with(target);
                row.with(self.texts.id(&import.module)).with(codec::pack(import));
            }
            let keys: BTreeSet<i64> = resolution.asked.iter().map(digest).collect();
            for key in &keys {
                asked.row().with(*key).with(*file);
            }
            let row = resolutions.row().with(*file).with(resolution.edges.len() as i64).with(hits);
            row.with(codec::pack_numbers(keys));
        }
        for rows in [edges, imports, asked, resolutions] {
            rows.write(&mut self.connection, At(&self.location)).await?;
        }
        Ok(())
    }

    /// What a target is, if it is no symbol.
    fn outside(&self, target: &EdgeTarget) -> Option<Outside> {
        let (kind, text) = match target {
            EdgeTarget::Resolved(_) => return None,
            EdgeTarget::External { kind, name } => (records::code(ExternalKind::ALL, kind), name),
            EdgeTarget::Unresolved { text } => (UNRESOLVED, text),
        };
        Some(Outside { kind, text: self.texts.id(text), name: self.texts.id(last_name(text)) })
    }

    /// Makes the numbers of owners and resolved targets known, and gives those of the files that edges and imports lead to.
    async fn learn_ends(&mut self, resolved: &[Resolved]) -> Result<HashMap<RepoPath, i64>, BackendError> {
        if self.symbols.len() > SYMBOLS {
            self.symbols = HashMap::new();
        }
        let mut files: HashMap<RepoPath, i64> = resolved.iter().map(|file| (file.path.clone(), file.file)).collect();
        let edges = || resolved.iter().flat_map(|file| &file.resolution.edges);
        let targets = edges().filter_map(|edge| match &edge.target {
            EdgeTarget::Resolved(key) => Some(&key.path),
            _ => None,
        });
        let landings = resolved.iter().flat_map(|file| &file.resolution.imports).filter_map(|target| match target {
            ImportTarget::Resolved(path) => Some(path),
            _ => None,
        });
        let unknown: HashSet<&RepoPath> = targets.chain(landings).filter(|path| !files.contains_key(*path)).collect();
        let unknown: Vec<&RepoPath> = unknown.into_iter().collect();
        for some in unknown.chunks(LOOK_UP) {
            let found = self.find_files(some).await?;
            files.extend(found.into_iter().filter_map(|(path, id)| Some((RepoPath::new(path).ok()?, id))));
        }
        let mut ends: HashSet<(i64, i64)> = HashSet::new();
        for edge in edges() {
            let target = match &edge.target {
                EdgeTarget::Resolved(key) => Some(key),
                _ => None,
            };
            for key in target.into_iter().chain([&edge.owner]) {
                let end = (self.file(&files, &key.path)?, self.texts.id(key.id.as_str()));
                if !self.symbols.contains_key(&end) {
                    ends.insert(end);
                }
            }
        }
        let ends: Vec<(i64, i64)> = ends.into_iter().collect();
        for some in ends.chunks(LOOK_UP) {
            let pairs: Vec<String> = some.iter().map(|(file, id)| format!("({file},{id})")).collect();
            let query = sqlx::query_as(AssertSqlSafe(format!("{SYMBOL}{})", pairs.join(",")))).persistent(false);
            let found: Vec<(i64, i64, i64)> =
                query.fetch_all(&mut self.connection).await.map_err(|error| At(&self.location).failed("read", error))?;
            self.symbols.extend(found.into_iter().map(|(file, stable_id, id)| ((file, stable_id), id)));
        }
        Ok(files)
    }

    fn file(&self, files: &HashMap<RepoPath, i64>, path: &RepoPath) -> Result<i64, BackendError> {
        let found = files.get(path).copied();
        found.ok_or_else(|| At(&self.location).corrupt(format!("an offer of {path} is left, and the file is gone"), None))
    }

    fn symbol(&self, file: i64, id: &str) -> Result<i64, BackendError> {
        let found = self.symbols.get(&(file, self.texts.id(id))).copied();
        found.ok_or_else(|| At(&self.location).corrupt(format!("an offer of the symbol {id} is left, and it is gone"), None))
    }
}

/// Resolves as far as the facts go, on every core: this is pure computation, and most of the work.
fn resolve_all(files: Vec<Unresolved>, facts: &Facts) -> Vec<(Unresolved, Progress)> {
    let one = |file: Unresolved| {
        let progress = resolve::resolve(&file.path, &file.analysis, facts);
        (file, progress)
    };
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get()).min(files.len() / WORTH_A_THREAD);
    if threads < 2 {
        return files.into_iter().map(one).collect();
    }
    let files: Vec<Mutex<Option<Unresolved>>> = files.into_iter().map(|file| Mutex::new(Some(file))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        // Files differ widely in size: each thread takes the next one that nobody has.
        while let Some(slot) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let file = slot.lock().ok().and_then(|mut slot| slot.take());
            done.extend(file.map(one));
        }
        done
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// Every text of a resolved file that is kept once.
fn texts(resolved: &Resolved) -> impl Iterator<Item = &str> {
    let edges = resolved.resolution.edges.iter().flat_map(|edge| {
        let target = match &edge.target {
            EdgeTarget::Resolved(key) => [key.id.as_str(), key.id.as_str()],
            EdgeTarget::External { name: text, .. } | EdgeTarget::Unresolved { text } => [text, last_name(text)],
        };
        target.into_iter().chain([edge.owner.id.as_str()])
    });
    edges.chain(resolved.analysis.imports.iter().map(|import| &*import.module))
}
