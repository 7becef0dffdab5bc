//! What the rules of languages share: the names that a file defines and binds, the facts that
//! follow from them, and following a name from file to file.
//!
//! A language says which facts a file offers, and what a record resolves to in the [`World`] of
//! its file. The engine applies that to every record and import, and records each lookup. A record
//! that depends on facts that are not known yet is left out: their keys are requested, and the
//! file is resolved again.

mod content;
mod offers;
mod world;

use std::marker::PhantomData;

use codira_contracts::{
    EdgeTarget, FileAnalysis, Import, ImportTarget, Language, RepoPath, Tool, UseRecord,
    resolve::{self, Facts, LanguageRules, Offer, Progress, Resolution},
};

pub(crate) use content::{Answers, Binding, Content, Definition, Implementation};
pub(crate) use offers::{Members, Offers, Symbols, is_exposed};
pub(crate) use world::{Found, Known, MAX_DEPTH, Unknown, World, join, relative};

/// The rules of one language.
pub(crate) trait LanguageNames: Send + Sync + 'static {
    /// The language, which begins the names of its scopes.
    const LANGUAGE: Language;
    /// The version of the rules: it changes when their edges may.
    const VERSION: &'static str;

    /// The facts that a file offers.
    fn offers(path: &RepoPath, analysis: &FileAnalysis, symbols: &Symbols<'_>) -> Offers;

    /// The rules for the file at `path`.
    fn rules<'a>(
        path: &'a RepoPath,
        analysis: &'a FileAnalysis,
        symbols: &'a Symbols<'a>,
        world: &mut World<'a>,
    ) -> impl FileRules;

    /// The text of an unresolved record, as it reads in source.
    fn text(record: &UseRecord) -> String {
        record.text.clone()
    }
}

/// The rules of one language, applied to one file.
pub(crate) trait FileRules {
    /// The target of a record, unless it is unresolved.
    fn target(&mut self, record: &UseRecord) -> Known<Option<EdgeTarget>>;

    /// The target of an import.
    fn import(&mut self, import: &Import) -> Known<ImportTarget>;
}

/// The rules of a language in this engine.
pub(crate) struct Rules<L> {
    tool: Tool,
    languages: [Language; 1],
    names: PhantomData<fn() -> L>,
}

impl<L: LanguageNames> Rules<L> {
    /// The rules, under the name of their language.
    pub(crate) fn new() -> Self {
        Self { tool: Tool::new(L::LANGUAGE.as_str(), L::VERSION), languages: [L::LANGUAGE], names: PhantomData }
    }
}

impl<L: LanguageNames> LanguageRules for Rules<L> {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn languages(&self) -> &[Language] {
        &self.languages
    }

    fn offers(&self, path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
        L::offers(path, analysis, &Symbols::new(analysis, file_scope(path, &L::LANGUAGE))).exposed()
    }

    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress {
        let scope = file_scope(path, &L::LANGUAGE);
        let symbols = Symbols::new(analysis, scope.clone());
        let own = L::offers(path, analysis, &symbols).into_own(path.clone());
        let mut world = World::new(facts, &own, scope);
        let mut rules = L::rules(path, analysis, &symbols, &mut world);
        let groups = resolve::groups(&analysis.uses);
        let target = |record: &UseRecord| {
            let found = rules.target(record).ok()?;
            Some(found.unwrap_or_else(|| EdgeTarget::Unresolved { text: L::text(record) }))
        };
        let targets: Vec<EdgeTarget> = groups.iter().map(|group| group.record).filter_map(target).collect();
        let imports = analysis.imports.iter().filter_map(|import| rules.import(import).ok()).collect();
        drop(rules);
        let (asked, missing) = world.finish();
        if !missing.is_empty() {
            return Progress::Needs(missing);
        }
        Progress::Done(Resolution::new(path, groups, targets, imports, asked))
    }
}

/// The name of a file as a scope; languages never share one.
pub(crate) fn file_scope(path: &RepoPath, language: &Language) -> String {
    [language.as_str(), ":", path.as_str()].concat()
}
