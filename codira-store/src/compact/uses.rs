//! The uses of a file, alike ones once.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use codira_contracts::{FileAnalysis, Site, StableId, Symbol, UseForm, UseKind, UseRecord};

/// The [uses](UseRecord) of a file. Uses that are alike in owner, kind, form and text are said once; each use then says which it is
/// like, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uses<'a> {
    /// Each text once.
    #[serde(borrow)]
    texts: Vec<&'a str>,
    /// Each use once that is like no earlier one.
    alike: Vec<Alike>,
    /// Which of `alike` each use is: how many places before the next new one, zero for that.
    which: Vec<u32>,
    /// The line of each use, as the difference to that before it.
    lines: Vec<i64>,
    columns: Vec<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Alike {
    kind: UseKind,
    form: UseForm,
    /// The place of the symbol, as the difference to that before it.
    owner: i64,
    /// Which text: how many places before the next new one, zero for that.
    text: u32,
}

/// What alike uses have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Like<'a> {
    /// What kind of uses they are.
    pub kind: UseKind,
    /// How they are written.
    pub form: UseForm,
    /// The place of their owner among the file's symbols.
    pub owner: usize,
    /// Their text.
    pub text: &'a str,
}

/// The texts of uses, alike ones once: in the order of [`Uses::alike`], and of what resolving makes of them.
pub(super) fn texts(uses: &[UseRecord]) -> impl Iterator<Item = &str> {
    let mut known = FxHashSet::default();
    let new = uses.iter().filter(move |record| known.insert((&record.owner, record.kind, record.form, &*record.text)));
    new.map(|record| &*record.text)
}

impl<'a> Uses<'a> {
    /// The uses of an analysis; `None` when an owner is no symbol of it, which no [valid](codira_contracts::FileSnapshot::validate) file says.
    pub fn of(analysis: &'a FileAnalysis) -> Option<Self> {
        let owners: FxHashMap<&StableId, i64> = analysis.symbols.iter().map(|symbol| &symbol.id).zip(0..).collect();
        let (mut texts, mut alike) = (FxHashMap::default(), FxHashMap::default());
        let mut uses = Self::default();
        let (mut last_owner, mut last_line) = (0, 0);
        for UseRecord { kind, owner, form, text, site } in &analysis.uses {
            let next = uses.alike.len() as u32;
            let which = *alike.entry((owner, *kind, *form, text)).or_insert(next);
            uses.which.push(next - which);
            if which == next {
                let next = uses.texts.len() as u32;
                let known = *texts.entry(&**text).or_insert(next);
                if known == next {
                    uses.texts.push(text);
                }
                let owner = owners.get(owner).copied()?;
                uses.alike.push(Alike { kind: *kind, form: *form, owner: owner - last_owner, text: next - known });
                last_owner = owner;
            }
            uses.lines.push(i64::from(site.line) - last_line);
            last_line = i64::from(site.line);
            uses.columns.push(site.column);
        }
        Some(uses)
    }

    /// What uses there are, alike ones once, in the order in which they come first.
    pub fn alike(&self) -> Option<Vec<Like<'a>>> {
        let (mut next, mut owner) = (0_usize, 0_i64);
        let like = |alike: &Alike| {
            owner = owner.checked_add(alike.owner)?;
            let text = *self.texts.get(next.checked_sub(alike.text as usize)?)?;
            next += usize::from(alike.text == 0);
            Some(Like { kind: alike.kind, form: alike.form, owner: usize::try_from(owner).ok()?, text })
        };
        self.alike.iter().map(like).collect()
    }

    /// Of each use, in the order of the analysis: which of [`alike`](Self::alike) it is, and where it is.
    pub fn sites(&self) -> Option<Vec<(usize, Site)>> {
        if self.lines.len() != self.which.len() || self.columns.len() != self.which.len() {
            return None;
        }
        let (mut next, mut line) = (0_usize, 0_i64);
        let site = |((back, step), column): ((&u32, &i64), &u32)| {
            let which = next.checked_sub(*back as usize).filter(|which| *which < self.alike.len())?;
            next += usize::from(*back == 0);
            line = line.checked_add(*step)?;
            Some((which, Site::new(u32::try_from(line).ok()?, *column)))
        };
        self.which.iter().zip(&self.lines).zip(&self.columns).map(site).collect()
    }

    /// The uses as they were; `symbols` are those of the analysis, in its order.
    pub fn records(&self, symbols: &[Symbol]) -> Option<Vec<UseRecord>> {
        let alike = self.alike()?;
        let record = |(which, site): (usize, Site)| {
            let Like { kind, form, owner, text } = *alike.get(which)?;
            Some(UseRecord { kind, owner: symbols.get(owner)?.id.clone(), form, text: text.to_owned(), site })
        };
        self.sites()?.into_iter().map(record).collect()
    }
}
