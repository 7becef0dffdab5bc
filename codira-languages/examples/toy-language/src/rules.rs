//! The rules of Brook: what the words of a file lead to.
//!
//! A word is a procedure of its own file; else, `text.shout` is the procedure `shout` of the
//! module that a `use` brings in as `text`; else it is a word of the language. A module that no
//! file has is outside the repository.

use std::collections::BTreeSet;

use codira_contracts::{
    EdgeTarget, ExternalKind, FileAnalysis, ImportTarget, Language, RepoPath, StableId, Symbol, SymbolKey, SymbolKind, Tool,
    UseForm, UseRecord,
    resolve::{self, Fact, FactKey, Facts, LanguageRules, Offer, Offered, Progress, Resolution},
};

use crate::NAME;

/// The words of the language.
const BUILTINS: [&str; 2] = ["each", "print"];

/// Resolves the uses and imports of Brook.
pub struct BrookRules {
    tool: Tool,
    languages: [Language; 1],
}

impl BrookRules {
    /// The rules, for any number of files.
    pub fn new() -> Self {
        // The version rises whenever a file offers something else or a use leads elsewhere: stored
        // files are then resolved anew.
        Self { tool: Tool::new(NAME, "1"), languages: [Language::new(NAME)] }
    }
}

impl Default for BrookRules {
    fn default() -> Self {
        Self::new()
    }
}

impl LanguageRules for BrookRules {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn languages(&self) -> &[Language] {
        &self.languages
    }

    fn offers(&self, _path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
        let scope = scope(&analysis.module);
        // No procedure has this name: it tells that the module is there.
        let module = Offer { key: FactKey::new(&*scope, ""), fact: Fact::new([]) };
        let procedures = procedures(analysis).map(|procedure| Offer {
            key: FactKey::new(&*scope, &*procedure.name),
            fact: Fact::new(procedure.id.as_str().as_bytes()),
        });
        let mut offers: Vec<Offer> = procedures.chain([module]).collect();
        offers.sort();
        offers
    }

    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress {
        let mut file = File { path, analysis, facts, asked: BTreeSet::new(), missing: BTreeSet::new() };
        let groups = resolve::groups(&analysis.uses);
        let targets = groups.iter().map(|group| file.target(group.record)).collect();
        let imports = analysis.imports.iter().map(|import| file.import(&import.module)).collect();
        if !file.missing.is_empty() {
            return Progress::Needs(file.missing);
        }
        Progress::Done(Resolution::new(path, groups, targets, imports, file.asked))
    }
}

/// Where the procedures of a module are found.
fn scope(module: &str) -> String {
    format!("{NAME}:{module}")
}

fn procedures(analysis: &FileAnalysis) -> impl Iterator<Item = &Symbol> {
    analysis.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Function)
}

/// A file that is being resolved.
struct File<'a> {
    path: &'a RepoPath,
    analysis: &'a FileAnalysis,
    facts: &'a dyn Facts,
    /// Every key that was looked up.
    asked: BTreeSet<FactKey>,
    /// Those of them that must be known first.
    missing: BTreeSet<FactKey>,
}

impl<'a> File<'a> {
    /// What files offer under a name in a module. What is not known yet is nothing for now: the
    /// other uses are then asked about in the same round.
    fn ask(&mut self, module: &str, name: &str) -> &'a [Offered] {
        let key = FactKey::new(scope(module), name);
        let offered = self.facts.get(&key.scope, &key.name);
        if offered.is_none() {
            self.missing.insert(key.clone());
        }
        self.asked.insert(key);
        offered.unwrap_or_default()
    }

    /// Where an import of a module leads.
    fn import(&mut self, module: &str) -> ImportTarget {
        match self.ask(module, "") {
            [] => ImportTarget::External,
            [file] => ImportTarget::Resolved(file.path.clone()),
            _ => ImportTarget::Unresolved,
        }
    }

    /// What a use leads to.
    fn target(&mut self, record: &UseRecord) -> EdgeTarget {
        let text = &*record.text;
        let own: Vec<&Symbol> = procedures(self.analysis).filter(|procedure| procedure.name == text).collect();
        let found = match (&own[..], text.split_once('.')) {
            // It depends on what the caller gave.
            _ if record.form != UseForm::Path => None,
            ([one], _) => Some(EdgeTarget::Resolved(SymbolKey { path: self.path.clone(), id: one.id.clone() })),
            ([], Some((bound, name))) => self.imported(bound, name),
            ([], None) if BUILTINS.contains(&text) => {
                Some(EdgeTarget::External { kind: ExternalKind::Builtin, name: text.to_owned() })
            }
            _ => None,
        };
        found.unwrap_or_else(|| EdgeTarget::Unresolved { text: text.to_owned() })
    }

    /// What `name` is in the module that the file reaches as `bound`.
    fn imported(&mut self, bound: &str, name: &str) -> Option<EdgeTarget> {
        let imports = self.analysis.imports.iter().filter(|import| import.binds() == Some(bound));
        let modules: BTreeSet<&str> = imports.map(|import| &*import.module).collect();
        // Two modules may have the same last name.
        let module = modules.first().filter(|_| modules.len() == 1)?;
        let is_there = !self.ask(module, "").is_empty();
        match self.ask(module, name) {
            [] if !is_there => Some(EdgeTarget::External { kind: ExternalKind::Package, name: format!("{module}.{name}") }),
            [Offered { path, fact }] => {
                let id = fact.decoded(|bytes| str::from_utf8(bytes).ok().map(StableId::new))?;
                Some(EdgeTarget::Resolved(SymbolKey { path: path.clone(), id: id.clone() }))
            }
            _ => None,
        }
    }
}
