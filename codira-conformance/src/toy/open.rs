//! A language whose names are known in the whole repository: many files offer facts under one key.

use std::{cell::RefCell, collections::BTreeSet};

use codira_contracts::{
    EdgeTarget, ExternalKind, FileAnalysis, Import, ImportKind, ImportTarget, Language, RepoPath, SymbolKey, Tool, UseForm,
    UseRecord, Visibility,
    resolve::{self, FactKey, Facts, LanguageRules, Offer, Progress, Resolution},
};

use super::{Defined, Meaning, OPEN, decode, encode};

const NAMES: &str = "open//names";
const FILES: &str = "open//files";

/// The rules. A name means what the file defines, else the only file that defines it for others.
/// What nothing defines is the system's where the file includes something of the system. An
/// include leads to the only file of that name.
pub(super) struct Open {
    tool: Tool,
    languages: [Language; 1],
}

impl Open {
    pub(super) fn new() -> Self {
        Self { tool: Tool::new("open", "1"), languages: [OPEN] }
    }
}

impl LanguageRules for Open {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn languages(&self) -> &[Language] {
        &self.languages
    }

    fn offers(&self, path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
        let file = Offer { key: FactKey::new(FILES, path.file_name()), fact: encode(&()) };
        let shared = analysis.symbols.iter().filter(|symbol| symbol.visibility != Visibility::Private);
        let names = shared.map(|symbol| Offer {
            key: FactKey::new(NAMES, &*symbol.name),
            fact: encode(&Defined { id: symbol.id.clone(), bases: Vec::new() }),
        });
        let mut offers: Vec<Offer> = names.chain([file]).collect();
        offers.sort();
        offers.dedup();
        offers
    }

    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress {
        let file = File { path, analysis, facts, asked: RefCell::default(), missing: RefCell::default() };
        let groups = resolve::groups(&analysis.uses);
        let targets = groups.iter().map(|group| file.target(group.record)).collect();
        let imports = analysis.imports.iter().map(|import| file.import(import)).collect();
        let (asked, missing) = (file.asked.into_inner(), file.missing.into_inner());
        if !missing.is_empty() {
            return Progress::Needs(missing);
        }
        Progress::Done(Resolution::new(path, groups, targets, imports, asked))
    }
}

/// A file that is being resolved.
struct File<'a> {
    path: &'a RepoPath,
    analysis: &'a FileAnalysis,
    facts: &'a dyn Facts,
    asked: RefCell<BTreeSet<FactKey>>,
    missing: RefCell<BTreeSet<FactKey>>,
}

impl<'a> File<'a> {
    fn ask(&self, scope: &str, name: &str) -> &'a [codira_contracts::resolve::Offered] {
        self.asked.borrow_mut().insert(FactKey::new(scope, name));
        self.facts.get(scope, name).unwrap_or_else(|| {
            self.missing.borrow_mut().insert(FactKey::new(scope, name));
            &[]
        })
    }

    fn target(&self, record: &UseRecord) -> EdgeTarget {
        let unresolved = || EdgeTarget::Unresolved { text: record.text.clone() };
        if !matches!(record.form, UseForm::Path | UseForm::Macro) || record.text.is_empty() {
            return unresolved();
        }
        let mut own = Meaning::Nothing;
        for symbol in self.analysis.symbols.iter().filter(|symbol| symbol.name == record.text) {
            own.add(SymbolKey { path: self.path.clone(), id: symbol.id.clone() });
        }
        let found = own.or_else(|| {
            let mut others = Meaning::Nothing;
            for offered in self.ask(NAMES, &record.text) {
                if let Some(defined) = decode::<Defined>(&offered.fact) {
                    others.add(defined.key(&offered.path));
                }
            }
            others
        });
        match found {
            Meaning::One(key) => EdgeTarget::Resolved(key),
            Meaning::Nothing if self.analysis.imports.iter().any(|import| import.kind == ImportKind::SystemInclude) => {
                EdgeTarget::External { kind: ExternalKind::System, name: record.text.clone() }
            }
            _ => unresolved(),
        }
    }

    fn import(&self, import: &Import) -> ImportTarget {
        if import.kind != ImportKind::LocalInclude {
            return ImportTarget::External;
        }
        let name = import.module.rsplit('/').next().unwrap_or_default();
        match self.ask(FILES, name) {
            [] => ImportTarget::External,
            [file] => ImportTarget::Resolved(file.path.clone()),
            _ => ImportTarget::Unresolved,
        }
    }
}
