//! The uses of a file, in groups.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use codira_contracts::{FileAnalysis, Site, StableId, Symbol, UseForm, UseKind, UseRecord};

/// The [uses](UseRecord) of a file. Uses that have owner, kind, form and text in common are a
/// group, which is kept once; each use then has the group's index and its position.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uses<'a> {
    /// Each text once.
    #[serde(borrow)]
    texts: Vec<&'a str>,
    /// In the order of their first uses.
    groups: Vec<StoredGroup>,
    /// The group of each use: how far before the next new one, zero for that.
    which: Vec<u32>,
    /// The line of each use, as the difference to that before it.
    lines: Vec<i64>,
    columns: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredGroup {
    kind: UseKind,
    form: UseForm,
    /// The index of the symbol, as the difference to that before it.
    owner: i64,
    /// The index of the text: how far before the next new one, zero for that.
    text: u32,
}

/// What the uses of a group have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseGroup<'a> {
    /// What kind of uses they are.
    pub kind: UseKind,
    /// How they are written.
    pub form: UseForm,
    /// The index of their owner among the file's symbols.
    pub owner: usize,
    /// Their text.
    pub text: &'a str,
}

/// The texts of uses, one for each group: in the order of [`Uses::groups`], and of what resolving
/// makes of them.
pub(super) fn texts(uses: &[UseRecord]) -> impl Iterator<Item = &str> {
    let mut known = FxHashSet::default();
    let new = uses.iter().filter(move |record| known.insert((&record.owner, record.kind, record.form, &*record.text)));
    new.map(|record| &*record.text)
}

impl<'a> Uses<'a> {
    /// The uses of an analysis; `None` when an owner is no symbol of it, which no
    /// [valid](codira_contracts::FileSnapshot::validate) file says.
    pub fn of(analysis: &'a FileAnalysis) -> Option<Self> {
        let owners: FxHashMap<&StableId, i64> = analysis.symbols.iter().map(|symbol| &symbol.id).zip(0..).collect();
        let (mut texts, mut groups) = (FxHashMap::default(), FxHashMap::default());
        let mut uses = Self::default();
        let (mut last_owner, mut last_line) = (0, 0);
        for UseRecord { kind, owner, form, text, site } in &analysis.uses {
            let next = uses.groups.len() as u32;
            let which = *groups.entry((owner, *kind, *form, text)).or_insert(next);
            uses.which.push(next - which);
            if which == next {
                let next = uses.texts.len() as u32;
                let known = *texts.entry(&**text).or_insert(next);
                if known == next {
                    uses.texts.push(text);
                }
                let owner = owners.get(owner).copied()?;
                uses.groups.push(StoredGroup { kind: *kind, form: *form, owner: owner - last_owner, text: next - known });
                last_owner = owner;
            }
            uses.lines.push(i64::from(site.line) - last_line);
            last_line = i64::from(site.line);
            uses.columns.push(site.column);
        }
        Some(uses)
    }

    /// The groups, in the order of their first uses.
    pub fn groups(&self) -> Option<Vec<UseGroup<'a>>> {
        let (mut next, mut owner) = (0_usize, 0_i64);
        let group = |group: &StoredGroup| {
            owner = owner.checked_add(group.owner)?;
            let text = *self.texts.get(next.checked_sub(group.text as usize)?)?;
            next += usize::from(group.text == 0);
            Some(UseGroup { kind: group.kind, form: group.form, owner: usize::try_from(owner).ok()?, text })
        };
        self.groups.iter().map(group).collect()
    }

    /// Of each use, in the order of the analysis: the index of its [group](Self::groups), and its
    /// position.
    pub fn sites(&self) -> Option<Vec<(usize, Site)>> {
        if self.lines.len() != self.which.len() || self.columns.len() != self.which.len() {
            return None;
        }
        let (mut next, mut line) = (0_usize, 0_i64);
        let site = |((back, step), column): ((&u32, &i64), &u32)| {
            let which = next.checked_sub(*back as usize).filter(|which| *which < self.groups.len())?;
            next += usize::from(*back == 0);
            line = line.checked_add(*step)?;
            Some((which, Site::new(u32::try_from(line).ok()?, *column)))
        };
        self.which.iter().zip(&self.lines).zip(&self.columns).map(site).collect()
    }

    /// The uses as they were; `symbols` are those of the analysis, in its order.
    pub fn records(&self, symbols: &[Symbol]) -> Option<Vec<UseRecord>> {
        let groups = self.groups()?;
        let record = |(which, site): (usize, Site)| {
            let UseGroup { kind, form, owner, text } = *groups.get(which)?;
            Some(UseRecord { kind, owner: symbols.get(owner)?.id.clone(), form, text: text.to_owned(), site })
        };
        self.sites()?.into_iter().map(record).collect()
    }
}
