//! The rules of languages, and the set of them that a session resolves by.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{Facts, Offer, Progress, local};
use crate::{BackendError, FileAnalysis, Language, RepoPath, RulesInventory, Tool};

/// What the uses and imports of one language's files mean: pure functions of a file and of facts
/// about others.
///
/// Rules see one file at a time, plus *facts* about other files that they look up by *key*. Two
/// laws let a store derive edges incrementally and never be wrong:
///
/// - What a file offers and what it resolves to depend on nothing but the arguments.
/// - Resolving one file depends on another only through the facts under the keys in
///   [`Resolution::asked`](super::Resolution::asked).
///
/// Of an analysis, rules may look at language, module, symbols (without their signature and
/// documentation), imports and, to resolve the file, uses: stores keep nothing else of a file
/// until it is resolved, and ask without uses what it offers.
///
/// `docs/writing-a-language.md` builds rules from nothing; codira-languages has an engine that
/// they may share.
pub trait LanguageRules: Send + Sync + 'static {
    /// The name of the rules, and their version: a store whose edges were derived by another
    /// version derives them anew.
    fn tool(&self) -> &Tool;

    /// The languages whose files they resolve.
    fn languages(&self) -> &[Language];

    /// What a file offers to others, sorted, each once.
    fn offers(&self, path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer>;

    /// Resolves one file, as far as `facts` go: [`Progress::Needs`] names keys that must be known
    /// first.
    ///
    /// A target is resolved only when one candidate remains. Otherwise it is external, where an
    /// import or the language says so, or unresolved: never guessed, never dropped.
    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress;
}

/// The rules that a session resolves by: at most one for each language. A clone shares them.
///
/// A language without rules resolves names in the file alone: a name is sought in the symbols
/// around the use, innermost first, then in the file; a member of the enclosing type, in that
/// type; each further part of a path, in what was found. Its imports lead nowhere, and its files
/// offer nothing.
#[derive(Clone, Default)]
pub struct RuleSet(Arc<BTreeMap<Language, Arc<dyn LanguageRules>>>);

impl RuleSet {
    /// These rules.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming both rules, when two resolve one
    /// language.
    pub fn new(rules: impl IntoIterator<Item = Arc<dyn LanguageRules>>) -> Result<Self, BackendError> {
        let mut by_language: BTreeMap<Language, Arc<dyn LanguageRules>> = BTreeMap::new();
        for rules in rules {
            for language in rules.languages() {
                if let Some(present) = by_language.insert(language.clone(), Arc::clone(&rules)) {
                    let problem = format!("its files would be resolved both by {} and by {}", present.tool(), rules.tool());
                    return Err(BackendError::invalid(format_args!("the language {language}"), problem));
                }
            }
        }
        Ok(Self(Arc::new(by_language)))
    }

    /// What is true of these rules as a whole, as the inventory of a store keeps it, by language.
    pub fn inventory(&self) -> Vec<RulesInventory> {
        let row = |(language, rules): (&Language, &Arc<dyn LanguageRules>)| RulesInventory {
            language: language.clone(),
            tool: rules.tool().clone(),
        };
        self.0.iter().map(row).collect()
    }

    /// What a file offers to others, sorted, each once.
    pub fn offers(&self, path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
        self.of(&analysis.language).map_or_else(Vec::new, |rules| rules.offers(path, analysis))
    }

    /// Resolves one file, as far as `facts` go.
    pub fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress {
        match self.of(&analysis.language) {
            Some(rules) => rules.resolve(path, analysis, facts),
            None => Progress::Done(local::resolve(path, analysis)),
        }
    }

    fn of(&self, language: &Language) -> Option<&dyn LanguageRules> {
        self.0.get(language).map(|rules| &**rules)
    }
}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RuleSet").field(&self.inventory()).finish()
    }
}

impl PartialEq for RuleSet {
    /// Rules of one name and version are the same rules.
    fn eq(&self, other: &Self) -> bool {
        self.inventory() == other.inventory()
    }
}

impl Eq for RuleSet {}
