//! Imports and includes, from either end.

use codira_contracts::{BackendError, ImportEnd, ImportEntry, ImportRequest, ImportTarget, PathPrefix, RepoPath};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    batches::{FilesToRead, first, is_full},
    index::Index,
};
use crate::{compact::ResolvedImport, forms::graph, postings::Key, tables::Tables};

/// Which imports are wanted of the files that are looked at.
enum Wanted<'a> {
    All,
    /// Those of files of this module.
    OfModule(&'a str),
    /// Those that land in these files, or nowhere and name this module.
    To(FxHashSet<u32>, Option<&'a str>),
}

impl<T: Tables> Index<'_, T> {
    /// The imports and includes at one end.
    pub(super) async fn imports(&mut self, request: &ImportRequest) -> Result<Vec<ImportEntry>, BackendError> {
        let ImportRequest { end, prefix, limit } = request;
        let (files, wanted) = match end {
            ImportEnd::FromFile(path) => (self.file_inside(path, prefix).await?, Wanted::All),
            ImportEnd::FromModule(module) => (self.files_of(&[Key::Module(module)], prefix).await?, Wanted::OfModule(module)),
            ImportEnd::ToFile(path) => {
                let file = self.file_at(path).await?.map(|file| file.number);
                (self.files_of(&[Key::ImportedFile(path)], prefix).await?, Wanted::To(file.into_iter().collect(), None))
            }
            ImportEnd::ToModule(module) => {
                let mut of_module = self.files_of(&[Key::Module(module)], &PathPrefix::root()).await?;
                of_module.retain(|file| file.module == *module);
                let mut keys: Vec<Key<'_>> = of_module.iter().map(|file| Key::ImportedFile(&file.path)).collect();
                keys.push(Key::Import(module));
                let files = self.files_of(&keys, prefix).await?;
                (files, Wanted::To(of_module.iter().map(|file| file.number).collect(), Some(module)))
            }
        };
        let mut entries = Vec::new();
        for numbers in FilesToRead::new::<T>(&files, *limit).batches() {
            if is_full(&entries, *limit) {
                break;
            }
            let mut found = Vec::new();
            for (file, imports) in self.resolved(numbers, graph::imports).await? {
                for (import, resolved) in imports {
                    let wanted = match (&wanted, &resolved) {
                        (Wanted::All, _) => true,
                        (Wanted::OfModule(module), _) => file.module == *module,
                        (Wanted::To(files, _), ResolvedImport::File(file)) => files.contains(file),
                        (Wanted::To(_, module), ResolvedImport::External | ResolvedImport::Unresolved) => {
                            Some(&*import.module) == *module
                        }
                    };
                    if wanted {
                        found.push((file.path.clone(), file.module.clone(), import, resolved));
                    }
                }
            }
            let targets = found.iter().filter_map(|(.., resolved)| match resolved {
                ResolvedImport::File(file) => Some(*file),
                ResolvedImport::External | ResolvedImport::Unresolved => None,
            });
            let targets = self.files(targets.collect(), &PathPrefix::root()).await?;
            let paths: FxHashMap<u32, RepoPath> = targets.into_iter().map(|file| (file.number, file.path)).collect();
            for (path, module, import, resolved) in found {
                let target = match resolved {
                    ResolvedImport::File(file) => {
                        ImportTarget::Resolved(self.ok_or_corrupt(paths.get(&file).cloned(), "the target of an import")?)
                    }
                    ResolvedImport::External => ImportTarget::External,
                    ResolvedImport::Unresolved => ImportTarget::Unresolved,
                };
                entries.push(ImportEntry { path, module, import, target });
            }
        }
        Ok(first(entries, *limit))
    }
}
