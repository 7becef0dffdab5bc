//! Resolves files again: those that were put, and those that asked for what changed.

use std::{collections::BTreeSet, mem};

use codira_contracts::{
    BackendError, Derivation, EdgeTarget, ImportTarget, RepoPath, last_name,
    resolve::{Progress, Resolution, RuleSet},
};
use futures_util::future::join;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{encode::Unresolved, facts::Lookup, writer::Writer};
use crate::{
    Draft, codec,
    compact::ResolvedUses,
    parallel,
    postings::{Key, Pair},
    tables::{Parts, Removed, StoredResolution},
};

/// How many files are resolved together.
const BATCH_FILES: usize = 256;

/// A file that was resolved.
struct Resolved {
    file: Unresolved,
    resolution: Resolution,
}

/// What is stored of a resolution.
struct Encoded {
    /// `None` when it leads to a file that is not there.
    row: Option<StoredResolution>,
    number: u32,
    keys: FxHashSet<u32>,
}

impl<D: Draft> Writer<D> {
    /// Brings derived state up to date.
    pub(super) async fn derive(&mut self) -> Result<Derivation, BackendError> {
        self.flush().await?;
        let derived = self.resolve_dirty().await;
        self.whole(derived)
    }

    async fn resolve_dirty(&mut self) -> Result<Derivation, BackendError> {
        if mem::take(&mut self.rules_changed) {
            self.offer_again().await?;
        }
        let rules = self.rules.clone();
        let changed: Vec<u32> = mem::take(&mut self.changed).into_iter().collect();
        // Where nothing was resolved yet, everything will be.
        let all = !mem::replace(&mut self.has_resolutions, true);
        if !all && !changed.is_empty() {
            let asked = self.pairs_of(&changed).await?;
            self.dirty.extend(asked.into_iter().map(Pair::file));
        }
        let mut dirty: Vec<u32> = mem::take(&mut self.dirty).into_iter().collect();
        dirty.sort_unstable();
        let mut facts = self.facts_for(dirty.len(), all).await?;
        let mut derivation = Derivation::default();
        let mut rows = Vec::new();
        for files in dirty.chunks(BATCH_FILES) {
            if self.cancel.is_cancelled() {
                break;
            }
            facts.trim();
            if !all {
                self.draft.remove(files, Removed::Resolution).await?;
            }
            let files = self.unresolved(files).await?;
            derivation.resolved_files += files.len() as u64;
            let attempt = async { parallel::map(files, |file| attempt(file, &facts, &rules)) };
            // The database writes what was resolved before while every core resolves.
            let (written, attempts) = join(self.draft.put_resolutions(rows), attempt).await;
            written?;
            let resolved = self.resolve(attempts, &mut facts).await?;
            rows = self.encode_resolved(resolved).await?;
        }
        self.draft.put_resolutions(rows).await?;
        self.analyses = FxHashMap::default();
        self.analyses_weight = 0;
        Ok(derivation)
    }

    /// Finds what all files offer by the rules of the session, and resolves all of them again. What
    /// they offered and asked for by other rules stays in the postings: it leads to a look at files
    /// that then say nothing of the kind.
    async fn offer_again(&mut self) -> Result<(), BackendError> {
        let numbers: Vec<u32> = self.all_files().await?.into_iter().map(|file| file.number).collect();
        for some in numbers.chunks(BATCH_FILES) {
            for (number, _, offers) in self.offers_of(some).await? {
                self.postings.add(number, offers.iter().map(|offer| Key::Offer(&offer.key).digest()));
            }
            self.write_postings_if_many().await?;
        }
        self.dirty.extend(numbers);
        Ok(())
    }

    /// What resolving looks at, of memory or read again. Files that are gone are left out.
    async fn unresolved(&mut self, files: &[u32]) -> Result<Vec<Unresolved>, BackendError> {
        let mut missing = Vec::new();
        let mut unresolved = Vec::with_capacity(files.len());
        for number in files {
            match self.analyses.remove(number) {
                Some(file) => unresolved.push(file),
                None => missing.push(*number),
            }
        }
        let documents = self.documents(&missing, Parts::Content).await?;
        let read = parallel::map(documents, |document| {
            let analysis = document.for_resolving()?;
            Some(Unresolved { number: document.file.number, path: document.file.path, analysis })
        });
        let read: Option<Vec<Unresolved>> = read.into_iter().collect();
        unresolved.extend(read.ok_or_else(|| self.draft.at().unreadable("a file"))?);
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
    async fn encode_resolved(&mut self, resolved: Vec<Resolved>) -> Result<Vec<StoredResolution>, BackendError> {
        self.find_files(resolved.iter().flat_map(|file| leads_to(&file.resolution))).await?;
        let numbers = &self.numbers;
        let encoded = parallel::map(resolved, |file| encode(file, |path| numbers.get(path).copied()));
        let mut rows = Vec::with_capacity(encoded.len());
        for Encoded { row, number, keys } in encoded {
            rows.push(row.ok_or_else(|| self.draft.at().corrupt("a file that others lead to is gone", None))?);
            self.postings.add(number, keys);
        }
        self.write_postings_if_many().await?;
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
            ImportTarget::Resolved(path) => Key::ImportedFile(path).digest(),
            ImportTarget::External | ImportTarget::Unresolved => Key::Import(&import.module).digest(),
        });
    }
    let resolved = resolution.edges.iter().filter(|edge| edge.target.is_resolved()).count();
    let row = resolved_uses.map(|resolved_uses| StoredResolution {
        file,
        edges: resolution.edges.len() as u32,
        resolved: resolved as u32,
        resolved_uses: codec::compress(&codec::pack(&resolved_uses), b""),
    });
    Encoded { row, number: file, keys }
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
pub(super) fn files(pairs: &[Pair]) -> FxHashSet<u32> {
    pairs.iter().map(|pair| pair.file()).collect()
}
