//! A language whose edges tell everything that rules may look at: who passes them less, or something older, is seen.

use std::collections::BTreeSet;

use codira_contracts::{
    ContentHash, EdgeTarget, ExternalKind, FileAnalysis, Import, ImportTarget, Language, RepoPath, Symbol, Tool,
    resolve::{self, Fact, FactKey, Facts, LanguageRules, Offer, Progress, Resolution},
};

use super::ECHO;

const FILES: &str = "echo//files";

/// The rules. A use whose text is the path of a file leads to an external thing, whose name is a digest of what rules may look at of
/// that file; a use without a text, to a digest of its own file.
pub(super) struct Echo {
    tool: Tool,
    languages: [Language; 1],
}

impl Echo {
    pub(super) fn new() -> Self {
        Self { tool: Tool::new("echo", "1"), languages: [ECHO] }
    }
}

fn digest(seen: &impl std::fmt::Debug) -> String {
    ContentHash::of(format!("{seen:?}").as_bytes()).to_string()
}

/// Symbols as rules see them.
fn symbols(analysis: &FileAnalysis) -> Vec<Symbol> {
    let seen = |symbol: &Symbol| Symbol { signature: None, documentation: None, ..symbol.clone() };
    analysis.symbols.iter().map(seen).collect()
}

impl LanguageRules for Echo {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn languages(&self) -> &[Language] {
        &self.languages
    }

    fn offers(&self, path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
        let seen = digest(&(&analysis.language, &analysis.module, symbols(analysis), &analysis.imports));
        vec![Offer { key: FactKey::new(FILES, path.as_str()), fact: Fact::new(seen.into_bytes()) }]
    }

    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress {
        let own = digest(&(&analysis.language, &analysis.module, symbols(analysis), &analysis.imports, &analysis.uses));
        let (mut asked, mut missing) = (BTreeSet::new(), BTreeSet::new());
        let mut ask = |name: &str| {
            let key = FactKey::new(FILES, name);
            let answer = facts.get(FILES, name);
            if answer.is_none() {
                missing.insert(key.clone());
            }
            asked.insert(key);
            answer.unwrap_or_default()
        };
        let groups = resolve::groups(&analysis.uses);
        let mut target = |text: &str| match ask(text) {
            _ if text.is_empty() => EdgeTarget::External { kind: ExternalKind::Package, name: own.clone() },
            [file] => {
                let name = String::from_utf8_lossy(file.fact.as_bytes()).into_owned();
                EdgeTarget::External { kind: ExternalKind::Package, name }
            }
            _ => EdgeTarget::Unresolved { text: text.to_owned() },
        };
        let targets = groups.iter().map(|group| target(&group.record.text)).collect();
        let import = |import: &Import| match ask(&import.module) {
            [file] => ImportTarget::Resolved(file.path.clone()),
            _ => ImportTarget::External,
        };
        let imports = analysis.imports.iter().map(import).collect();
        if !missing.is_empty() {
            return Progress::Needs(missing);
        }
        Progress::Done(Resolution::new(path, groups, targets, imports, asked))
    }
}
