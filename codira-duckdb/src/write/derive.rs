//! Brings derived state up to date: resolves the files that were put, and those that asked for what changed.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    mem,
};

use codira_contracts::{
    BackendError, Derivation, EdgeTarget, ExternalKind, ImportTarget, RepoPath, SymbolKey, UseKind, last_name,
    resolve::{Progress, Resolution},
};

use super::{
    facts::{Lookup, digest},
    resolving::{Unresolved, resolve_all},
    writer::Writer,
};
use crate::{
    codec,
    engine::list,
    read::{edges, files::analyses, imports},
};

/// How many files are resolved and written together.
const FILES: usize = 256;

/// A file with what came out of it.
type Resolved = (Unresolved, Resolution);

impl Writer {
    /// Brings derived state up to date with the files.
    pub(super) fn derive(&mut self) -> Result<Derivation, BackendError> {
        self.flush()?;
        self.whole(Self::resolve_dirty)
    }

    fn resolve_dirty(&mut self) -> Result<Derivation, BackendError> {
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
        let known: HashMap<u32, RepoPath> = self.paths.iter().map(|(path, number)| (*number, path.clone())).collect();
        for files in dirty.chunks(FILES) {
            if self.is_stopped() {
                break;
            }
            lookup.relieve();
            self.numbers.relieve();
            let resolved = self.resolve(files, &known, &mut lookup)?;
            if !first {
                self.clear_derived(files)?;
            }
            self.write_resolved(&resolved)?;
        }
        self.analyses = HashMap::new();
        self.analyses_weight = 0;
        Ok(Derivation { resolved_files: dirty.len() as u64 })
    }

    fn resolve(
        &mut self,
        files: &[u32],
        paths: &HashMap<u32, RepoPath>,
        lookup: &mut Lookup,
    ) -> Result<Vec<Resolved>, BackendError> {
        let mut waiting = Vec::with_capacity(files.len());
        let mut missing = Vec::new();
        for number in files {
            match (self.analyses.remove(number), paths.get(number)) {
                (Some(analysis), Some(path)) => {
                    waiting.push(Unresolved { number: *number, path: path.clone(), analysis });
                }
                _ => missing.push(*number),
            }
        }
        let read = analyses(&self.database, &missing)?;
        waiting.extend(read.into_iter().map(|(number, path, analysis)| Unresolved { number, path, analysis }));
        let mut resolved = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let mut needs = BTreeSet::new();
            let mut again = Vec::new();
            for (file, progress) in resolve_all(waiting, &lookup.facts) {
                match progress {
                    Progress::Done(resolution) => resolved.push((file, resolution)),
                    Progress::Needs(keys) => {
                        needs.extend(keys);
                        again.push(file);
                    }
                }
            }
            self.supply(needs, lookup)?;
            waiting = again;
        }
        resolved.sort_unstable_by_key(|(file, _)| file.number);
        Ok(resolved)
    }

    fn write_resolved(&mut self, resolved: &[Resolved]) -> Result<(), BackendError> {
        let targets = resolved.iter().flat_map(|(_, resolution)| &resolution.edges).filter_map(|edge| match &edge.target {
            EdgeTarget::Resolved(key) => Some(&key.path),
            _ => None,
        });
        let targets: HashSet<&RepoPath> = targets.collect();
        let ends: Result<Vec<u32>, _> = targets.into_iter().map(|path| self.number_of(path)).collect();
        let ends = ends?.into_iter().chain(resolved.iter().map(|(file, _)| file.number));
        self.numbers.learn(ends, &self.database)?;

        let (mut edge_rows, mut import_rows) = (self.database.append("edge")?, self.database.append("import")?);
        let (mut asked, mut resolutions) = (self.database.append("asked")?, self.database.append("resolution")?);
        for (file, resolution) in resolved {
            let number = file.number;
            let mut hits = 0_u32;
            for edge in &resolution.edges {
                let (_, owner) = self.symbol(&edge.owner)?;
                let kind = codec::code(UseKind::ALL, &edge.kind);
                let sites = codec::pack_sites(&edge.sites);
                let (reach, target, text) = match &edge.target {
                    EdgeTarget::Resolved(key) => (edges::RESOLVED, Some(self.symbol(key)?), None),
                    EdgeTarget::External { kind, name } => (codec::code(ExternalKind::ALL, kind) + 1, None, Some(name)),
                    EdgeTarget::Unresolved { text } => (edges::UNRESOLVED, None, Some(text)),
                };
                hits += u32::from(target.is_some());
                let (target_file, target) = target.unzip();
                let name = text.map(|text| last_name(text));
                edge_rows.push(&[&number, &owner, &kind, &reach, &target_file, &target, &text, &name, &sites])?;
            }
            for ((import, target), ordinal) in file.analysis.imports.iter().zip(&resolution.imports).zip(0_u32..) {
                let (reach, target) = match target {
                    ImportTarget::Resolved(path) => (imports::RESOLVED, Some(self.number_of(path)?)),
                    ImportTarget::External => (imports::EXTERNAL, None),
                    ImportTarget::Unresolved => (imports::UNRESOLVED, None),
                };
                import_rows.push(&[&number, &ordinal, &reach, &target, &import.module, &codec::pack(import)])?;
            }
            for key in resolution.asked.iter().map(digest).collect::<BTreeSet<i32>>() {
                asked.push(&[&key, &number])?;
            }
            let edges = u32::try_from(resolution.edges.len()).expect("no file has thousands of millions of edges");
            resolutions.push(&[&number, &edges, &hits])?;
        }
        for rows in [edge_rows, import_rows, asked, resolutions] {
            rows.finish()?;
        }
        Ok(())
    }

    /// The number of a file that an offer came from.
    fn number_of(&self, path: &RepoPath) -> Result<u32, BackendError> {
        let number = self.paths.get(path).copied();
        number.ok_or_else(|| self.database.at().corrupt(format!("an offer of {path} is left, and the file is gone"), None))
    }

    /// File and number of a symbol.
    fn symbol(&self, key: &SymbolKey) -> Result<(u32, u32), BackendError> {
        let file = self.number_of(&key.path)?;
        let number = self.numbers.of(file, &key.id);
        let number =
            number.ok_or_else(|| self.database.at().corrupt(format!("an offer of {key} is left, and it is gone"), None));
        Ok((file, number?))
    }
}
