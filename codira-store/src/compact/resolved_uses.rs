//! What came of resolving a file: the targets of its uses and imports.
//!
//! Most of what a target is called stands in the text of the use: `run` for the symbol `A.run`,
//! `np.array` for `numpy.array`. So a target is kept as what stands before the part that both end
//! with, and then many targets of a file are the same few.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::uses::{UseGroup, texts};
use codira_contracts::{EdgeTarget, ExternalKind, ImportTarget, RepoPath, StableId, UseRecord, resolve::Resolution};

/// What a [`Resolution`] says of a file, with numbers in place of the paths of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedUses<'a> {
    /// Numbers of the files to which anything leads.
    files: Vec<u32>,
    #[serde(borrow)]
    targets: Vec<Target<'a>>,
    /// The target of each group of uses: how far before the next new one, zero for that.
    uses: Vec<u32>,
    /// Where imports lead: outside, unknown, or two more than the index of a file.
    imports: Vec<u32>,
}

/// What a group of uses resolves to, but for the end of its text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Target<'a> {
    base: Base,
    /// What stands before the common end.
    before: Cow<'a, str>,
    /// How much of the text of the use is not common.
    cut: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Base {
    /// In a file, by its index among `files`.
    File(u32),
    External(ExternalKind),
    Unresolved,
}

const EXTERNAL: u32 = 0;
const UNRESOLVED: u32 = 1;
const FILES: u32 = 2;

/// What a use resolves to: an [`EdgeTarget`] with a number in place of the path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResolvedUse {
    /// A symbol of this repository.
    Symbol {
        /// The number of its file.
        file: u32,
        /// Its identity in that file.
        id: StableId,
    },
    /// Something that is known to be elsewhere.
    External {
        /// Where it is.
        kind: ExternalKind,
        /// Its full name.
        name: String,
    },
    /// Unknown.
    Unresolved {
        /// The text, as it reads in source.
        text: String,
    },
}

/// Where an import leads: an [`ImportTarget`] with a number in place of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResolvedImport {
    /// Into the file of this number.
    File(u32),
    /// Out of the repository.
    External,
    /// Unknown.
    Unresolved,
}

impl<'a> ResolvedUses<'a> {
    /// The resolved uses of the resolution of these uses; `number` tells those of files. `None`
    /// when a file has none, or the two do not belong together.
    pub fn of(resolution: &'a Resolution, uses: &[UseRecord], number: impl Fn(&RepoPath) -> Option<u32>) -> Option<Self> {
        let mut resolved_uses = Self::default();
        let (mut files, mut targets) = (FxHashMap::default(), FxHashMap::default());
        let mut index_of = |path: &'a RepoPath, numbers: &mut Vec<u32>| {
            let next = numbers.len() as u32;
            let index = *files.entry(path).or_insert(next);
            if index == next {
                numbers.push(number(path)?);
            }
            Some(index)
        };
        let mut texts = texts(uses);
        for target in &resolution.targets {
            let (base, name) = match target {
                EdgeTarget::Resolved(key) => (Base::File(index_of(&key.path, &mut resolved_uses.files)?), key.id.as_str()),
                EdgeTarget::External { kind, name } => (Base::External(*kind), &**name),
                EdgeTarget::Unresolved { text } => (Base::Unresolved, &**text),
            };
            let text = texts.next()?;
            let common = common_end(name, text);
            let before = Cow::Borrowed(&name[..name.len() - common]);
            let target = Target { base, before, cut: (text.len() - common) as u32 };
            let next = resolved_uses.targets.len() as u32;
            let known = *targets.entry(target.clone()).or_insert(next);
            if known == next {
                resolved_uses.targets.push(target);
            }
            resolved_uses.uses.push(next - known);
        }
        for resolved in &resolution.imports {
            resolved_uses.imports.push(match resolved {
                ImportTarget::Resolved(path) => FILES + index_of(path, &mut resolved_uses.files)?,
                ImportTarget::External => EXTERNAL,
                ImportTarget::Unresolved => UNRESOLVED,
            });
        }
        texts.next().is_none().then_some(resolved_uses)
    }

    /// What each group of uses resolves to; they are [those of the file](super::Uses::groups).
    /// `None` when they are others.
    pub fn of_uses(&self, groups: &[UseGroup<'_>]) -> Option<Vec<ResolvedUse>> {
        if groups.len() != self.uses.len() {
            return None;
        }
        let mut next = 0_usize;
        let target = |(back, group): (&u32, &UseGroup<'_>)| {
            let Target { base, before, cut } = self.targets.get(next.checked_sub(*back as usize)?)?;
            next += usize::from(*back == 0);
            let name = [before, group.text.get(*cut as usize..)?].concat();
            Some(match base {
                Base::File(index) => ResolvedUse::Symbol { file: self.file(*index)?, id: StableId::new(name) },
                Base::External(kind) => ResolvedUse::External { kind: *kind, name },
                Base::Unresolved => ResolvedUse::Unresolved { text: name },
            })
        };
        self.uses.iter().zip(groups).map(target).collect()
    }

    /// Where imports lead, in the order of the analysis.
    pub fn of_imports(&self) -> Option<Vec<ResolvedImport>> {
        let resolved = |import: &u32| {
            Some(match *import {
                EXTERNAL => ResolvedImport::External,
                UNRESOLVED => ResolvedImport::Unresolved,
                index => ResolvedImport::File(self.file(index - FILES)?),
            })
        };
        self.imports.iter().map(resolved).collect()
    }

    fn file(&self, index: u32) -> Option<u32> {
        self.files.get(index as usize).copied()
    }
}

/// How many bytes two texts have in common at their ends, in whole characters.
fn common_end(a: &str, b: &str) -> usize {
    let mut common = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    while !a.is_char_boundary(a.len() - common) {
        common -= 1;
    }
    common
}
