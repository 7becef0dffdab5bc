//! A disk as a power cut may leave it: what was made durable, and any part of the rest.
//!
//! What is promised is little, and less than most file systems keep: the bytes of a file are
//! durable once that file was synced, and the names in a directory once that directory was. What
//! was not may be there or not, each write for itself, in part, in any order; names change in the
//! order in which they were changed.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::trace::Op;

/// What a name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    /// A file, by its index in the list of them.
    File(usize),
    Directory,
}

type Names = BTreeMap<PathBuf, Node>;

/// A change of the names.
#[derive(Clone, Debug)]
enum Naming {
    Add(PathBuf, Node),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

/// A change of a file's bytes.
#[derive(Clone, Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Resize(usize),
}

#[derive(Clone, Debug, Default)]
struct FileOnDisk {
    /// What cannot be lost.
    durable: Vec<u8>,
    /// What came later, with the number of its operation.
    pending: Vec<(usize, Change)>,
    /// With all of it.
    current: Vec<u8>,
}

/// The disk after some operations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    files: Vec<FileOnDisk>,
    durable: Names,
    pending: Vec<(usize, Naming)>,
    current: Names,
}

/// What a cut keeps of that which was not made durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// Nothing.
    Nothing,
    /// Everything.
    Everything,
    /// The names, and none of the bytes.
    Names,
    /// The bytes, and none of the names.
    Bytes,
    /// Everything but one write, counted from the last.
    AllBut(usize),
    /// The names and one write, counted from the last.
    Only(usize),
    /// Everything, but of the last write its first half.
    Torn,
    /// What falls under this seed.
    Some(u64),
}

/// The files of a directory by name, and the directories in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Contents {
    /// The bytes of each file.
    pub(crate) files: BTreeMap<PathBuf, Vec<u8>>,
    /// The directories.
    pub(crate) directories: Vec<PathBuf>,
}

impl Contents {
    /// Writes everything into `dir`, which is there and empty.
    pub(crate) fn write_into(&self, dir: &Path) -> io::Result<()> {
        self.directories.iter().try_for_each(|path| fs::create_dir_all(dir.join(path)))?;
        self.files.iter().try_for_each(|(path, bytes)| {
            let path = dir.join(path);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, bytes)
        })
    }
}

impl Disk {
    /// Does what was done, as the operation of this number.
    pub(crate) fn apply(&mut self, number: usize, op: &Op) {
        match op {
            Op::Open { path, truncate } => {
                let file = match self.current.get(path) {
                    Some(Node::File(file)) => *file,
                    _ => self.create(number, path),
                };
                if *truncate {
                    self.change(number, file, Change::Resize(0));
                }
            }
            Op::Write { path, offset, bytes } => {
                if let Some(file) = self.file(path) {
                    let end = self.files[file].current.len();
                    let offset = usize::try_from(*offset).ok().filter(|_| *offset != u64::MAX).unwrap_or(end);
                    self.change(number, file, Change::Write { offset, bytes: bytes.clone() });
                }
            }
            Op::Copy { from, from_offset, path, offset, length } => {
                let bounds = |start: &u64, length: &u64| Some((usize::try_from(*start).ok()?, usize::try_from(*length).ok()?));
                if let (Some(from), Some(to), Some((start, length))) =
                    (self.file(from), self.file(path), bounds(from_offset, length))
                    && let Some(bytes) = self.files[from].current.get(start..start + length)
                    && let Ok(offset) = usize::try_from(*offset)
                {
                    let bytes = bytes.to_vec();
                    self.change(number, to, Change::Write { offset, bytes });
                }
            }
            Op::Resize { path, length } => {
                if let (Some(file), Ok(length)) = (self.file(path), usize::try_from(*length)) {
                    self.change(number, file, Change::Resize(length));
                }
            }
            Op::Sync { path, before } => match self.file(path) {
                Some(file) => self.files[file].settle(*before),
                None => self.settle_names(*before, |name| name.parent() == Some(path)),
            },
            Op::SyncAll { before } => {
                self.files.iter_mut().for_each(|file| file.settle(*before));
                self.settle_names(*before, |_| true);
            }
            Op::Rename { from, to } => self.rename(number, Naming::Rename(from.clone(), to.clone())),
            Op::Link { from, to } => {
                if let Some(node) = self.current.get(from).cloned() {
                    self.rename(number, Naming::Add(to.clone(), node));
                }
            }
            Op::Remove { path } => self.rename(number, Naming::Remove(path.clone())),
            Op::MakeDirectory { path } => self.rename(number, Naming::Add(path.clone(), Node::Directory)),
            Op::Map { .. } | Op::Say { .. } => {}
        }
    }

    fn file(&self, path: &Path) -> Option<usize> {
        match self.current.get(path) {
            Some(Node::File(file)) => Some(*file),
            _ => None,
        }
    }

    fn create(&mut self, number: usize, path: &Path) -> usize {
        self.files.push(FileOnDisk::default());
        let file = self.files.len() - 1;
        self.rename(number, Naming::Add(path.to_owned(), Node::File(file)));
        file
    }

    fn change(&mut self, number: usize, file: usize, change: Change) {
        let file = &mut self.files[file];
        change.apply(&mut file.current);
        file.pending.push((number, change));
    }

    fn rename(&mut self, number: usize, naming: Naming) {
        naming.apply(&mut self.current);
        self.pending.push((number, naming));
    }

    /// Makes names durable that `within` holds of, as far as they were changed before so many
    /// operations.
    fn settle_names(&mut self, before: usize, within: impl Fn(&Path) -> bool) {
        let concerns = |naming: &Naming| match naming {
            Naming::Add(path, _) | Naming::Remove(path) => within(path),
            Naming::Rename(from, to) => within(from) || within(to),
        };
        let (settled, pending): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pending).into_iter().partition(|(number, naming)| *number < before && concerns(naming));
        self.pending = pending;
        settled.iter().for_each(|(_, naming)| naming.apply(&mut self.durable));
    }

    /// Whether a cut has a choice.
    pub(crate) fn is_settled(&self) -> bool {
        self.pending.is_empty() && self.files.iter().all(|file| file.pending.is_empty())
    }

    /// How many writes and resizes are not durable.
    pub(crate) fn pending_changes(&self) -> usize {
        self.files.iter().map(|file| file.pending.len()).sum()
    }

    /// What is there without a cut.
    pub(crate) fn current(&self) -> Contents {
        contents(&self.current, |file| self.files[file].current.clone())
    }

    /// What a cut leaves that keeps this.
    pub(crate) fn after_cut(&self, kept: Kept) -> Contents {
        let mut seed = match kept {
            Kept::Some(seed) => seed,
            _ => 0,
        };
        let mut chance = || crate::process::next(&mut seed).is_multiple_of(2);
        let names_kept = match kept {
            Kept::Nothing | Kept::Bytes => 0,
            Kept::Some(_) => (0..self.pending.len()).take_while(|_| chance()).count(),
            _ => self.pending.len(),
        };
        let mut names = self.durable.clone();
        self.pending[..names_kept].iter().for_each(|(_, naming)| naming.apply(&mut names));

        // The changes of all files, the last one first.
        let mut order: Vec<usize> = self.files.iter().flat_map(|file| file.pending.iter().map(|(number, _)| *number)).collect();
        order.sort_unstable_by(|a, b| b.cmp(a));
        let keeps = |number: usize| {
            let from_last = order.iter().position(|it| *it == number);
            match kept {
                Kept::Nothing | Kept::Names => false,
                Kept::Everything | Kept::Bytes | Kept::Torn => true,
                Kept::AllBut(index) => from_last != Some(index),
                Kept::Only(index) => from_last == Some(index),
                Kept::Some(seed) => crate::process::next(&mut (seed ^ number as u64)).is_multiple_of(2),
            }
        };
        contents(&names, |file| {
            let file = &self.files[file];
            let mut bytes = file.durable.clone();
            for (number, change) in file.pending.iter().filter(|(number, _)| keeps(*number)) {
                match change {
                    Change::Write { offset, bytes: written } if kept == Kept::Torn && order.first() == Some(number) => {
                        let half = written[..written.len() / 2].to_vec();
                        Change::Write { offset: *offset, bytes: half }.apply(&mut bytes);
                    }
                    change => change.apply(&mut bytes),
                }
            }
            bytes
        })
    }
}

impl FileOnDisk {
    /// Makes durable what was changed before so many operations.
    fn settle(&mut self, before: usize) {
        let settled = self.pending.iter().take_while(|(number, _)| *number < before).count();
        for (_, change) in self.pending.drain(..settled) {
            change.apply(&mut self.durable);
        }
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Resize(length) => file.resize(*length, 0),
            Self::Write { offset, bytes } => {
                let end = offset + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*offset..end].copy_from_slice(bytes);
            }
        }
    }
}

impl Naming {
    fn apply(&self, names: &mut Names) {
        match self {
            Self::Add(path, node) => drop(names.insert(path.clone(), node.clone())),
            Self::Remove(path) => drop(names.remove(path)),
            Self::Rename(from, to) => {
                // A directory takes along what is in it.
                let moved: Vec<PathBuf> = names.keys().filter(|path| path.starts_with(from)).cloned().collect();
                for path in moved {
                    let Some(node) = names.remove(&path) else { continue };
                    let rest = path.strip_prefix(from).unwrap_or(Path::new(""));
                    names.insert(if rest.as_os_str().is_empty() { to.clone() } else { to.join(rest) }, node);
                }
            }
        }
    }
}

/// Of names in directories that are not there, nothing is left.
fn contents(names: &Names, bytes: impl Fn(usize) -> Vec<u8>) -> Contents {
    let mut contents = Contents::default();
    let is_there = |path: &Path| {
        path.ancestors().skip(1).all(|above| above.as_os_str().is_empty() || names.get(above) == Some(&Node::Directory))
    };
    for (path, node) in names.iter().filter(|(path, _)| is_there(path)) {
        match node {
            Node::Directory => contents.directories.push(path.clone()),
            Node::File(file) => drop(contents.files.insert(path.clone(), bytes(*file))),
        }
    }
    contents
}
