//! What came of resolving a file: what its uses mean, and where its imports lead.
//!
//! Most of what a target is called stands in the text of the use: `run` for the symbol `A.run`, `np.array` for `numpy.array`. So
//! a target is kept as what stands before the part that both end with, and then many targets of a file are the same few.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::uses::{Like, texts};
use codira_contracts::{EdgeTarget, ExternalKind, ImportTarget, RepoPath, StableId, UseRecord, resolve::Resolution};

/// What a [`Resolution`] says of a file, with numbers in place of the paths of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedUses<'a> {
    /// Numbers of the files to which anything leads.
    files: Vec<u32>,
    #[serde(borrow)]
    targets: Vec<Target<'a>>,
    /// The target of uses, alike ones once, in their order: how many places before the next new one, zero for that.
    uses: Vec<u32>,
    /// Where imports lead: outside, no one can tell where, or two more than the place of a file.
    imports: Vec<u32>,
}

/// What uses mean, but for the end of their texts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Target<'a> {
    place: Place,
    /// What stands before the common end.
    before: Cow<'a, str>,
    /// How much of the text of the use is not common.
    cut: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Place {
    /// In a file, by its place among `files`.
    File(u32),
    External(ExternalKind),
    Unresolved,
}

const EXTERNAL: u32 = 0;
const UNRESOLVED: u32 = 1;
const FILES: u32 = 2;

/// What a use means: an [`EdgeTarget`] with a number in place of the path.
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
    /// What no one can tell.
    Unresolved {
        /// The text, as it reads in source.
        text: String,
    },
}

/// Where an import leads: an [`ImportTarget`] with a number in place of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Landing {
    /// Into the file of this number.
    File(u32),
    /// Out of the repository.
    External,
    /// Where no one can tell.
    Unresolved,
}

impl<'a> ResolvedUses<'a> {
    /// The resolved uses of the resolution of these uses; `number` tells those of files. `None` when a file has none, or the two do not
    /// belong together.
    pub fn of(resolution: &'a Resolution, uses: &[UseRecord], number: impl Fn(&RepoPath) -> Option<u32>) -> Option<Self> {
        let mut resolved_uses = Self::default();
        let (mut files, mut targets) = (FxHashMap::default(), FxHashMap::default());
        let mut place = |path: &'a RepoPath, numbers: &mut Vec<u32>| {
            let next = numbers.len() as u32;
            let place = *files.entry(path).or_insert(next);
            if place == next {
                numbers.push(number(path)?);
            }
            Some(place)
        };
        let mut texts = texts(uses);
        for target in &resolution.targets {
            let (place, name) = match target {
                EdgeTarget::Resolved(key) => (Place::File(place(&key.path, &mut resolved_uses.files)?), key.id.as_str()),
                EdgeTarget::External { kind, name } => (Place::External(*kind), &**name),
                EdgeTarget::Unresolved { text } => (Place::Unresolved, &**text),
            };
            let text = texts.next()?;
            let common = common_end(name, text);
            let before = Cow::Borrowed(&name[..name.len() - common]);
            let target = Target { place, before, cut: (text.len() - common) as u32 };
            let next = resolved_uses.targets.len() as u32;
            let known = *targets.entry(target.clone()).or_insert(next);
            if known == next {
                resolved_uses.targets.push(target);
            }
            resolved_uses.uses.push(next - known);
        }
        for landing in &resolution.imports {
            resolved_uses.imports.push(match landing {
                ImportTarget::Resolved(path) => FILES + place(path, &mut resolved_uses.files)?,
                ImportTarget::External => EXTERNAL,
                ImportTarget::Unresolved => UNRESOLVED,
            });
        }
        texts.next().is_none().then_some(resolved_uses)
    }

    /// What uses mean, alike ones once: `alike` are [those of the file](super::Uses::alike). `None` when they are others.
    pub fn of_uses(&self, alike: &[Like<'_>]) -> Option<Vec<ResolvedUse>> {
        if alike.len() != self.uses.len() {
            return None;
        }
        let mut next = 0_usize;
        let meaning = |(back, like): (&u32, &Like<'_>)| {
            let Target { place, before, cut } = self.targets.get(next.checked_sub(*back as usize)?)?;
            next += usize::from(*back == 0);
            let name = [before, like.text.get(*cut as usize..)?].concat();
            Some(match place {
                Place::File(place) => ResolvedUse::Symbol { file: self.file(*place)?, id: StableId::new(name) },
                Place::External(kind) => ResolvedUse::External { kind: *kind, name },
                Place::Unresolved => ResolvedUse::Unresolved { text: name },
            })
        };
        self.uses.iter().zip(alike).map(meaning).collect()
    }

    /// Where imports lead, in the order of the analysis.
    pub fn of_imports(&self) -> Option<Vec<Landing>> {
        let landing = |import: &u32| {
            Some(match *import {
                EXTERNAL => Landing::External,
                UNRESOLVED => Landing::Unresolved,
                place => Landing::File(self.file(place - FILES)?),
            })
        };
        self.imports.iter().map(landing).collect()
    }

    fn file(&self, place: u32) -> Option<u32> {
        self.files.get(place as usize).copied()
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
