//! Resolves files again: those that were put, and those that asked for what changed.

use std::{collections::BTreeSet, mem, sync::atomic::Ordering};

use codira_contracts::{
    BackendError, Derivation, EdgeTarget, ImportTarget, RepoPath, last_name,
    resolve::{Progress, Resolution, RuleSet},
};
use codira_store::{compact::ResolvedUses, parallel};
use futures_util::future::join;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    encode::Unresolved,
    facts::{self, Lookup},
    rows::{Insert, Rows, list},
    writer::Writer,
};
use crate::{
    codec,
    errors::at,
    postings::{Key, Pair},
};

/// How many files are resolved together.
const BATCH_FILES: usize = 256;

const RESOLUTION: Insert = Insert { head: "INSERT INTO resolution (file, edges, resolved, meanings) VALUES", columns: 4 };
/// What came of resolving files; a list of numbers and a parenthesis follow.
pub(super) const DROP: &str = "DELETE FROM resolution WHERE file IN (";

/// A file that was resolved.
struct Resolved {
    file: Unresolved,
    resolution: Resolution,
}

/// What is stored of a resolution.
struct Encoded {
    number: i64,
    edges: usize,
    resolved: usize,
    /// `None` when it leads to a file that is not there.
    resolved_uses: Option<Vec<u8>>,
    keys: FxHashSet<u32>,
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
        if mem::take(&mut self.rules_changed) {
            self.offer_again().await?;
        }
        let rules = self.rules.clone();
        let changed: Vec<u32> = mem::take(&mut self.changed).into_iter().collect();
        // Where nothing was resolved yet, everything will be.
        let all = !mem::replace(&mut self.anyone_asked, true);
        if !all && !changed.is_empty() {
            let asked = self.pairs_of(&changed).await?;
            self.dirty.extend(asked.into_iter().map(|pair| i64::from(pair.file())));
        }
        let mut dirty: Vec<i64> = mem::take(&mut self.dirty).into_iter().collect();
        dirty.sort_unstable();
        let mut facts = self.facts_for(dirty.len(), all).await?;
        let mut derivation = Derivation::default();
        let mut rows = Rows::new(&RESOLUTION);
        for files in dirty.chunks(BATCH_FILES) {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            facts.trim();
            if !all {
                self.run(format!("{DROP}{})", list(files.iter().copied()))).await?;
            }
            let files = self.unresolved(files).await?;
            derivation.resolved_files += files.len() as u64;
            let attempt = async { parallel::map(files, |file| attempt(file, &facts, &rules)) };
            // SQLite writes what was resolved before while every core resolves.
            let (written, attempts) = join(rows.write(&mut self.connection, at(&self.location)), attempt).await;
            written?;
            let resolved = self.resolve(attempts, &mut facts).await?;
            rows = self.encode_resolved(resolved).await?;
        }
        rows.write(&mut self.connection, at(&self.location)).await?;
        self.analyses = FxHashMap::default();
        self.analyses_weight = 0;
        Ok(derivation)
    }

    /// Finds what all files offer by the rules of the session, and resolves all of them again. What they offered and asked for by
    /// other rules stays in the postings: it leads to a look at files that then say nothing of the kind.
    async fn offer_again(&mut self) -> Result<(), BackendError> {
        let files: Vec<(i64, i64)> = self.rows(facts::ALL.to_owned()).await?;
        let numbers: Vec<i64> = files.into_iter().map(|(number, _)| number).collect();
        for some in numbers.chunks(BATCH_FILES) {
            for (number, _, offers) in self.offers_of(some).await? {
                self.postings.add(number, offers.iter().map(|offer| Key::Offer(&offer.key).digest()));
            }
            self.relieve_postings().await?;
        }
        self.dirty.extend(numbers);
        Ok(())
    }

    /// What resolving looks at, of memory or read again. Files that are gone are left out.
    async fn unresolved(&mut self, files: &[i64]) -> Result<Vec<Unresolved>, BackendError> {
        let mut missing = Vec::new();
        let mut unresolved = Vec::with_capacity(files.len());
        for number in files {
            match self.analyses.remove(number) {
                Some(file) => unresolved.push(file),
                None => missing.push(*number),
            }
        }
        let documents = self.documents(&missing).await?;
        let read = parallel::map(documents, |document| {
            let analysis = document.for_resolving()?;
            Some(Unresolved { number: document.number, path: document.path, analysis })
        });
        let read: Option<Vec<Unresolved>> = read.into_iter().collect();
        unresolved.extend(read.ok_or_else(|| at(&self.location).corrupt("a file cannot be read", None))?);
        Ok(unresolved)
    }

    /// Supplies what attempts lack, until nothing does.
    async fn resolve(&mut self, mut attempts: Vec<Attempt>, facts: &mut Lookup) -> Result<Vec<Resolved>, BackendError> {
        let mut resolved = Vec::with_capacity(attempts.len());
        while !attempts.is_empty() {
            let mut needs = BTreeSet::new();
            let mut again = Vec::new();
            for (file, progress) in attempts {
                match progress {
                    Progress::Done(resolution) => resolved.push(Resolved { file, resolution }),
                    Progress::Needs(keys) => {
                        needs.extend(keys);
                        again.push(file);
                    }
                }
            }
            self.supply(needs, facts).await?;
            let rules = &self.rules;
            attempts = parallel::map(again, |file| attempt(file, facts, rules));
        }
        Ok(resolved)
    }

    /// The rows of files that were resolved.
    async fn encode_resolved(&mut self, resolved: Vec<Resolved>) -> Result<Rows, BackendError> {
        self.find_files(resolved.iter().flat_map(|file| leads_to(&file.resolution))).await?;
        let numbers = &self.numbers;
        let encoded = parallel::map(resolved, |file| encode(file, |path| u32::try_from(*numbers.get(path)?).ok()));
        let mut rows = Rows::new(&RESOLUTION);
        for Encoded { number, edges, resolved, resolved_uses, keys } in encoded {
            let resolved_uses =
                resolved_uses.ok_or_else(|| at(&self.location).corrupt("a file that others lead to is gone", None))?;
            rows.row().with(number).with(edges as i64).with(resolved as i64).with(resolved_uses);
            self.postings.add(number, keys);
        }
        self.relieve_postings().await?;
        Ok(rows)
    }
}

/// A file, and how far its resolution came.
type Attempt = (Unresolved, Progress);

fn attempt(file: Unresolved, facts: &Lookup, rules: &RuleSet) -> Attempt {
    let progress = rules.resolve(&file.path, &file.analysis, &facts.facts);
    (file, progress)
}

fn encode(Resolved { file, resolution }: Resolved, number: impl Fn(&RepoPath) -> Option<u32>) -> Encoded {
    let Unresolved { number: file, analysis, .. } = file;
    let resolved_uses = ResolvedUses::of(&resolution, &analysis.uses, number);
    let mut keys: FxHashSet<u32> = resolution.asked.iter().map(|key| Key::Asked(key).digest()).collect();
    for target in &resolution.targets {
        match target {
            EdgeTarget::Resolved(key) => {
                keys.extend([Key::Target(&key.path, &key.id).digest(), Key::TargetFile(&key.path).digest()]);
            }
            EdgeTarget::External { name, .. } => {
                keys.extend([Key::Outside(name).digest(), Key::Outside(last_name(name)).digest()]);
            }
            EdgeTarget::Unresolved { text } => drop(keys.insert(Key::Outside(last_name(text)).digest())),
        }
    }
    for (import, target) in analysis.imports.iter().zip(&resolution.imports) {
        keys.insert(match target {
            ImportTarget::Resolved(path) => Key::Landing(path).digest(),
            ImportTarget::External | ImportTarget::Unresolved => Key::Import(&import.module).digest(),
        });
    }
    Encoded {
        number: file,
        edges: resolution.edges.len(),
        resolved: resolution.edges.iter().filter(|edge| edge.target.is_resolved()).count(),
        resolved_uses: resolved_uses.map(|resolved_uses| codec::compress(&codec::pack(&resolved_uses), b"")),
        keys,
    }
}

/// The files to which edges and imports lead.
fn leads_to(resolution: &Resolution) -> impl Iterator<Item = &RepoPath> {
    let edges = resolution.targets.iter().filter_map(|target| match target {
        EdgeTarget::Resolved(key) => Some(&key.path),
        EdgeTarget::External { .. } | EdgeTarget::Unresolved { .. } => None,
    });
    let imports = resolution.imports.iter().filter_map(|target| match target {
        ImportTarget::Resolved(path) => Some(path),
        ImportTarget::External | ImportTarget::Unresolved => None,
    });
    edges.chain(imports)
}

/// The numbers of the files of some pairs, each once.
pub(super) fn files(pairs: &[Pair]) -> FxHashSet<i64> {
    pairs.iter().map(|pair| i64::from(pair.file())).collect()
}
