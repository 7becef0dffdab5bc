//! Brings derived state up to date: resolves the files that were put, and those that asked for what changed.

use std::{collections::BTreeSet, mem, panic::resume_unwind, thread};

use codira_contracts::{BackendError, Derivation, RepoPath, resolve::Progress};
use codira_store::parallel;
use rustc_hash::FxHashMap;

use super::{
    encode::{ROW, digests},
    facts::{Lookup, digest},
    resolved::{Attempt, Derived, Resolved, Unresolved, attempt},
    writer::Writer,
};
use crate::{engine::list, read::documents::analyses};

/// How many files are resolved and written together.
const BATCH_FILES: usize = 256;

impl Writer {
    /// Brings derived state up to date with the files.
    pub(super) fn derive(&mut self) -> Result<Derivation, BackendError> {
        self.flush()?;
        self.whole(Self::resolve_dirty)
    }

    fn resolve_dirty(&mut self) -> Result<Derivation, BackendError> {
        if mem::take(&mut self.rules_changed) {
            self.offer_again()?;
        }
        let rules = self.rules.clone();
        let changed = mem::take(&mut self.changed);
        let first = !mem::replace(&mut self.anyone_asked, true);
        if !first && !changed.is_empty() {
            // Who asked for what changed?
            let sql = format!("SELECT DISTINCT file FROM asked WHERE key IN ({})", list(changed));
            self.dirty.extend(self.database.rows_once(&sql, [], |row| row.get::<u32>(0))?);
        }
        let mut dirty: Vec<u32> = mem::take(&mut self.dirty).into_iter().collect();
        dirty.sort_unstable();
        let mut lookup = self.lookup_for(dirty.len())?;
        let known: FxHashMap<u32, RepoPath> = self.paths.iter().map(|(path, number)| (*number, path.clone())).collect();
        let mut derived = Vec::new();
        for files in dirty.chunks(BATCH_FILES) {
            if self.is_stopped() {
                break;
            }
            lookup.trim();
            self.numbers.relieve();
            let unresolved = self.unresolved(files, &known)?;
            let (facts, rules) = (&lookup.facts, &rules);
            // DuckDB takes what was resolved before while every core resolves.
            let (attempts, written) = thread::scope(|scope| {
                let attempts = scope.spawn(move || parallel::map(unresolved, |file| attempt(file, facts, rules)));
                let written = self.write_derived(mem::take(&mut derived));
                (attempts.join().unwrap_or_else(|panic| resume_unwind(panic)), written)
            });
            self.unsettled += written?;
            self.settle()?;
            let resolved = self.resolve(attempts, &mut lookup)?;
            if !first {
                self.clear_derived(files)?;
            }
            derived = self.numbered(resolved)?;
        }
        self.unsettled += self.write_derived(derived)?;
        self.analyses = FxHashMap::default();
        self.analyses_weight = 0;
        Ok(Derivation { resolved_files: dirty.len() as u64 })
    }

    /// Writes anew what all files offer, by the rules of the session, and resolves all of them again.
    fn offer_again(&mut self) -> Result<(), BackendError> {
        self.database.batch("DELETE FROM offer")?;
        let mut files: Vec<u32> = self.paths.values().copied().collect();
        files.sort_unstable();
        for some in files.chunks(BATCH_FILES) {
            let offers = self.offers_of(some)?;
            let mut rows = self.database.append("offer")?;
            for (file, (_, offers)) in &offers {
                let keys = digests(offers.iter().map(|offer| digest(&offer.key)));
                self.unsettled += ROW * keys.len();
                keys.iter().try_for_each(|key| rows.push(&[key, file]))?;
            }
            rows.finish()?;
            self.settle()?;
        }
        self.dirty.extend(files);
        Ok(())
    }

    /// What resolving looks at, remembered or read again. Files that are gone are left out.
    fn unresolved(&mut self, files: &[u32], paths: &FxHashMap<u32, RepoPath>) -> Result<Vec<Unresolved>, BackendError> {
        let mut unresolved = Vec::with_capacity(files.len());
        let mut missing = Vec::new();
        for number in files {
            match (self.analyses.remove(number), paths.get(number)) {
                (Some(analysis), Some(path)) => {
                    unresolved.push(Unresolved { number: *number, path: path.clone(), analysis });
                }
                _ => missing.push(*number),
            }
        }
        let read = analyses(&self.database, &missing)?;
        unresolved.extend(read.into_iter().map(|(number, path, analysis)| Unresolved { number, path, analysis }));
        Ok(unresolved)
    }

    /// Supplies what attempts lack, until nothing does.
    fn resolve(&self, mut attempts: Vec<Attempt>, lookup: &mut Lookup) -> Result<Vec<Resolved>, BackendError> {
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
            self.supply(needs, lookup)?;
            let (facts, rules) = (&lookup.facts, &self.rules);
            attempts = parallel::map(again, |file| attempt(file, facts, rules));
        }
        resolved.sort_unstable_by_key(|resolved| resolved.file.number);
        Ok(resolved)
    }

    /// What is stored of resolutions: with the numbers of files and symbols.
    fn numbered(&mut self, resolved: Vec<Resolved>) -> Result<Vec<Derived>, BackendError> {
        let gone = |path: &RepoPath| self.database.at().corrupt(format!("an offer of {path} is left, and it is gone"), None);
        let mut ends: BTreeSet<u32> = resolved.iter().map(|resolved| resolved.file.number).collect();
        for path in resolved.iter().flat_map(Resolved::leads_to) {
            ends.insert(self.paths.get(path).copied().ok_or_else(|| gone(path))?);
        }
        self.numbers.learn(ends, &self.database)?;
        let (paths, numbers) = (&self.paths, &self.numbers);
        let derived = parallel::map(resolved, |resolved| resolved.numbered(|path| paths.get(path).copied(), numbers));
        derived.into_iter().map(|derived| derived.map_err(|path| gone(&path))).collect()
    }

    /// Writes what is stored of resolutions; tells how much that is, roughly in bytes of memory.
    fn write_derived(&self, derived: Vec<Derived>) -> Result<usize, BackendError> {
        let (mut edges, mut imports) = (self.database.append("edge")?, self.database.append("import")?);
        let (mut asked, mut resolutions) = (self.database.append("asked")?, self.database.append("resolution")?);
        let mut weight = 0;
        for file in derived {
            let number = file.number;
            weight += file.weight();
            for edge in &file.edges {
                let (target_file, target) = edge.target.unzip();
                edges.push(&[&number, &edge.owner, &edge.kind, &edge.reach, &target_file, &target, &edge.name])?;
            }
            for ((reach, target, module), ordinal) in file.imports.iter().zip(0_u32..) {
                imports.push(&[&number, &ordinal, reach, target, module])?;
            }
            for key in &file.asked {
                asked.push(&[key, &number])?;
            }
            let count = u32::try_from(file.edges.len()).expect("no file has thousands of millions of edges");
            resolutions.push(&[&number, &count, &file.resolved, &file.resolved_uses])?;
        }
        for rows in [edges, imports, asked, resolutions] {
            rows.finish()?;
        }
        Ok(weight)
    }
}
