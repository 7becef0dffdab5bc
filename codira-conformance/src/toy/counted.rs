//! The rules of the kit, which say what they were asked: work that no backend can keep to itself.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use codira_contracts::{
    FileAnalysis, Language, RepoPath, Tool,
    resolve::{Facts, LanguageRules, Offer, Progress, RuleSet},
};

use super::{Modules, Open};

/// The files that rules were asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Those whose offers were asked for.
    pub(crate) offers: BTreeSet<RepoPath>,
    /// Those that were to be resolved.
    pub(crate) resolved: BTreeSet<RepoPath>,
}

/// What the rules of one set were asked so far. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counter(Arc<Mutex<Work>>);

impl Counter {
    /// What was asked since the last call.
    pub(crate) fn take(&self) -> Work {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Work> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Counted<R> {
    rules: R,
    counter: Counter,
}

/// The rules of the first edition, and what counts their work.
pub(crate) fn counted_rules() -> (RuleSet, Counter) {
    let counter = Counter::default();
    let modules = Counted { rules: Modules::first(), counter: counter.clone() };
    let open = Counted { rules: Open::new(), counter: counter.clone() };
    let rules: [Arc<dyn LanguageRules>; 2] = [Arc::new(modules), Arc::new(open)];
    (RuleSet::new(rules).expect("each language has one set of rules"), counter)
}

impl<R: LanguageRules> LanguageRules for Counted<R> {
    fn tool(&self) -> &Tool {
        self.rules.tool()
    }

    fn languages(&self) -> &[Language] {
        self.rules.languages()
    }

    fn offers(&self, path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
        self.counter.lock().offers.insert(path.clone());
        self.rules.offers(path, analysis)
    }

    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress {
        self.counter.lock().resolved.insert(path.clone());
        self.rules.resolve(path, analysis, facts)
    }
}
