//! A language whose edges tell everything that rules may look at: a backend that passes them less,
//! or something older, is seen.

use std::collections::BTreeSet;

use codira_contracts::{
    ContentHash, EdgeTarget, ExternalKind, FileAnalysis, Import, ImportTarget, Language, RepoPath, Symbol, Tool,
    resolve::{self, Fact, FactKey, Facts, LanguageRules, Offer, Offered, Progress, Resolution},
};

use super::ECHO;

const FILES: &str = "echo//files";
const MODULES: &str = "echo//modules";

/// The rules. A use whose text is the path of a file leads to an external thing, whose name is a
/// digest of what rules may look at of that file; a use without a text, to a digest of its own
/// file; a colon and a module, to one of all that the files of the module offer together, as it
/// was shown.
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
        let of_module = || FactKey::new(MODULES, &*analysis.module);
        let mut offers = vec![
            Offer { key: FactKey::new(FILES, path.as_str()), fact: Fact::new(seen.clone().into_bytes()) },
            Offer { key: of_module(), fact: Fact::new(seen.into_bytes()) },
            Offer { key: of_module(), fact: Fact::new(path.as_str().as_bytes()) },
        ];
        offers.sort();
        offers
    }

    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress {
        let own = digest(&(&analysis.language, &analysis.module, symbols(analysis), &analysis.imports, &analysis.uses));
        let (mut asked, mut missing) = (BTreeSet::new(), BTreeSet::new());
        let mut ask = |scope: &str, name: &str| {
            let key = FactKey::new(scope, name);
            let answer = facts.get(scope, name);
            if answer.is_none() {
                missing.insert(key.clone());
            }
            asked.insert(key);
            answer.unwrap_or_default()
        };
        let groups = resolve::groups(&analysis.uses);
        let external = |name: String| EdgeTarget::External { kind: ExternalKind::Package, name };
        let together =
            |offered: &[Offered]| digest(&offered.iter().map(|one| (&one.path, one.fact.as_bytes())).collect::<Vec<_>>());
        let mut target = |text: &str| match ask(FILES, text) {
            _ if text.is_empty() => external(own.clone()),
            [file] => external(String::from_utf8_lossy(file.fact.as_bytes()).into_owned()),
            _ => match text.strip_prefix(':') {
                Some(module) => external(together(ask(MODULES, module))),
                None => EdgeTarget::Unresolved { text: text.to_owned() },
            },
        };
        let targets = groups.iter().map(|group| target(&group.record.text)).collect();
        let import = |import: &Import| match ask(FILES, &import.module) {
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
