//! Where Python's modules are: paths read as Python's import system reads directories.

use std::rc::Rc;

use codira_contracts::{ExternalKind, RepoPath};
use rustc_hash::FxHashMap;

use super::{Entity, FoundModule, Python, known};
use crate::engine::{Content, Known, MAX_DEPTH, join};

/// The scope in which every module of the repository is found by its own name alone.
pub(super) const ANYWHERE: &str = "python://anywhere";

/// How many directories with a module of one name are looked at; a name in more is ambiguous.
const MAX_DIRECTORIES: usize = 32;

/// Where the first part of an absolute import is sought.
#[derive(Clone, Debug)]
pub(super) enum Root {
    /// In this directory.
    In(Rc<str>),
    /// Outside the repository.
    Outside,
    /// In several directories, and none is nearer.
    Ambiguous,
}

/// A file as the import system sees it.
pub(super) struct ModuleLocation<'p> {
    /// The directory in which the module is found.
    pub(super) directory: &'p str,
    /// Its name there.
    pub(super) name: &'p str,
}

impl<'p> ModuleLocation<'p> {
    /// The location of a file; `None` for a file that cannot be imported, and for a package that
    /// is the root itself.
    pub(super) fn of(path: &'p RepoPath) -> Option<Self> {
        let stem = path.file_name().strip_suffix(".py").or_else(|| path.file_name().strip_suffix(".pyi"))?;
        let directory = path.parent().unwrap_or_default();
        if stem != "__init__" {
            return Some(Self { directory, name: stem });
        }
        let (parent, name) = directory.rsplit_once('/').unwrap_or(("", directory));
        (!name.is_empty()).then_some(Self { directory: parent, name })
    }
}

/// The scope of the modules in a directory.
pub(super) fn directory_scope(directory: &str) -> String {
    ["python:", directory, "/"].concat()
}

/// Whether a file is the `__init__` of its directory.
pub(super) fn is_package(path: &RepoPath) -> bool {
    matches!(path.file_name(), "__init__.py" | "__init__.pyi")
}

impl<'a> Python<'_, 'a> {
    /// The module called `name` in a directory. A package goes before a file, then the kind of
    /// file that asks, then `.py`.
    pub(super) fn module_in(&mut self, directory: &str, name: &str) -> Known<Option<Entity<'a>>> {
        let known = self.modules.get(directory).and_then(|names| names.get(name)).copied();
        let found = match known {
            Some(found) => found,
            None => {
                let found = self.find_module(directory, name)?;
                match self.modules.get_mut(directory) {
                    Some(names) => drop(names.insert(name.to_owned(), found)),
                    None => drop(self.modules.insert(directory.to_owned(), FxHashMap::from_iter([(name.to_owned(), found)]))),
                }
                found
            }
        };
        Ok(found.map(|(path, id)| Entity::Module(path, id)))
    }

    fn find_module(&mut self, directory: &str, name: &str) -> Known<Option<FoundModule<'a>>> {
        let stub = self.path.extension() == Some("pyi");
        let offered = self.world.ask(&directory_scope(directory), name)?;
        let modules = offered.iter().filter_map(|offered| match offered.content {
            Content::Module(id) => Some((offered.path, id.as_ref())),
            _ => None,
        });
        Ok(modules.min_by_key(|(path, _)| (!is_package(path), (path.extension() == Some("pyi")) != stub)))
    }

    /// What a dotted name leads to from a directory. A part that is no module may be a directory
    /// of modules.
    pub(super) fn walk(&mut self, directory: &str, parts: &[&str]) -> Known<Entity<'a>> {
        let mut entity = Entity::Directory(directory.to_owned());
        for part in parts {
            entity = self.submodule(&entity, part)?.unwrap_or(Entity::Unknown);
        }
        Ok(entity)
    }

    /// The module called `name` inside a package or directory; `None` where there is none.
    pub(super) fn submodule(&mut self, entity: &Entity<'a>, name: &str) -> Known<Option<Entity<'a>>> {
        let directory = match entity {
            Entity::Directory(directory) => directory,
            Entity::Module(path, _) if is_package(path) => path.parent().unwrap_or_default(),
            _ => return Ok(None),
        };
        if name.is_empty() || name.contains('/') {
            return Ok(None);
        }
        let found = self.module_in(directory, name)?;
        let is_directory = matches!(entity, Entity::Directory(_));
        Ok(found.or_else(|| is_directory.then(|| Entity::Directory(join(directory, name)))))
    }

    /// What the module text of an import leads to, from the file at `path`; `wanted` is the name
    /// taken from it, if any.
    pub(super) fn module(&mut self, path: &RepoPath, text: &str, wanted: Option<&str>) -> Known<Entity<'a>> {
        let dotted = text.trim_start_matches('.');
        let level = text.len() - dotted.len();
        let parts: Vec<&str> = dotted.split('.').filter(|part| !part.is_empty()).take(MAX_DEPTH + 1).collect();
        if parts.len() > MAX_DEPTH || level > MAX_DEPTH || text.is_empty() {
            return Ok(Entity::Unknown);
        }
        if level == 0 {
            return Ok(match self.root(path, &parts, wanted)? {
                Root::In(directory) => self.walk(&directory, &parts)?,
                Root::Outside => Entity::External(ExternalKind::Package, dotted.to_owned()),
                Root::Ambiguous => Entity::Unknown,
            });
        }
        let mut directory = path.parent().unwrap_or_default();
        for _ in 1..level {
            if directory.is_empty() {
                return Ok(Entity::Unknown);
            }
            directory = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
        if parts.is_empty() { self.directory(directory) } else { self.walk(directory, &parts) }
    }

    /// The directory that the dot of `from . import x` names: its package, if it is one.
    fn directory(&mut self, directory: &str) -> Known<Entity<'a>> {
        Ok(self.package(directory)?.unwrap_or_else(|| Entity::Directory(directory.to_owned())))
    }

    /// The package that a directory is; the root is taken for none.
    fn package(&mut self, directory: &str) -> Known<Option<Entity<'a>>> {
        let (parent, name) = directory.rsplit_once('/').unwrap_or(("", directory));
        if name.is_empty() {
            return Ok(None);
        }
        Ok(self.module_in(parent, name)?.filter(|module| matches!(module, Entity::Module(path, _) if is_package(path))))
    }

    /// The directory from which an absolute import of the file at `path` is read.
    pub(super) fn root(&mut self, path: &RepoPath, parts: &[&str], wanted: Option<&str>) -> Known<Root> {
        let parts: Vec<&str> = parts.iter().copied().chain(wanted).collect();
        let Some((first, rest)) = parts.split_first() else { return Ok(Root::Ambiguous) };
        let directory = path.parent().unwrap_or_default();
        let dotted = parts.join(".");
        if let Some(root) = self.roots_of_imports.get(directory).and_then(|roots| roots.get(&dotted)) {
            return Ok(root.clone());
        }
        let root = self.find_root(directory, first, rest)?;
        self.roots_of_imports.entry(directory.to_owned()).or_default().insert(dotted, root.clone());
        Ok(root)
    }

    fn find_root(&mut self, directory: &str, first: &str, rest: &[&str]) -> Known<Root> {
        let roots = self.roots(directory)?;
        for root in &*roots {
            if self.module_in(root, first)?.is_some() {
                return Ok(Root::In(root.clone()));
            }
        }
        if known::is_standard(first) {
            return Ok(Root::Outside);
        }
        // A directory without `__init__` is a package too, when a module on the path is in it.
        for root in &*roots {
            let mut directory = join(root, first);
            for part in rest {
                if self.module_in(&directory, part)?.is_some() {
                    return Ok(Root::In(root.clone()));
                }
                directory = join(&directory, part);
            }
        }
        self.root_anywhere(first)
    }

    /// The directories that an import may start from: those above the file that are no packages,
    /// nearest first.
    fn roots(&mut self, directory: &str) -> Known<Rc<[Rc<str>]>> {
        if let Some(roots) = self.roots_of_directories.get(directory) {
            return Ok(roots.clone());
        }
        let mut roots = Vec::new();
        let mut next = Some(directory);
        let mut known = Ok(());
        for _ in 0..MAX_DEPTH {
            let Some(directory) = next.filter(|directory| !directory.is_empty()) else { break };
            match self.package(directory) {
                Ok(Some(_)) => {}
                Ok(None) => roots.push(directory.into()),
                // The other directories are asked for in the same round.
                Err(unknown) => known = Err(unknown),
            }
            next = directory.rsplit_once('/').map(|(parent, _)| parent);
        }
        known?;
        roots.push("".into());
        let roots: Rc<[Rc<str>]> = roots.into();
        self.roots_of_directories.insert(directory.to_owned(), roots.clone());
        Ok(roots)
    }

    /// The one directory of the repository that holds a top-level module of this name.
    fn root_anywhere(&mut self, first: &str) -> Known<Root> {
        let offered = self.world.ask(ANYWHERE, first)?;
        let mut directories: Vec<&str> = Vec::new();
        for location in offered.iter().filter_map(|offered| ModuleLocation::of(offered.path)) {
            if !directories.contains(&location.directory) {
                directories.push(location.directory);
            }
            if directories.len() > MAX_DIRECTORIES {
                return Ok(Root::Ambiguous);
            }
        }
        let mut found = Vec::new();
        let mut known = Ok(());
        for directory in directories {
            match self.package(directory) {
                Ok(Some(_)) => {}
                Ok(None) => found.push(directory),
                Err(unknown) => known = Err(unknown),
            }
        }
        known?;
        Ok(match *found {
            [] => Root::Outside,
            [directory] => Root::In(directory.into()),
            _ => Root::Ambiguous,
        })
    }
}
