//! The languages that can be indexed and audited.

use std::sync::Arc;

use codira_contracts::{Language, Tool, resolve::RuleSet};
use codira_languages::{DocumentationAuditor, LanguageAnalyzer, LanguageSupport};

use crate::{IndexerError, error::duplicate};

/// The languages that can be indexed and audited, each once.
///
/// A file that the globs of several analyzers find belongs to the language that was registered
/// first.
///
/// ```
/// use codira_contracts::Language;
/// use codira_indexer::LanguageRegistry;
/// use codira_languages::{LanguageSupport};
///
/// let mut registry = LanguageRegistry::first_party();
/// registry.register(LanguageSupport::new(Language::new("ini"), "my-tool"))?;
///
/// let taken = registry.register(LanguageSupport::new(Language::new("ini"), "other-tool")).unwrap_err();
/// assert_eq!(taken.to_string(), "two languages are registered as `ini`: by my-tool and by other-tool");
/// # Ok::<(), codira_indexer::IndexerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LanguageRegistry {
    languages: Vec<LanguageSupport>,
}

impl LanguageRegistry {
    /// A registry of nothing.
    pub fn empty() -> Self {
        Self { languages: Vec::new() }
    }

    /// The languages of `codira-languages`, with the analyzers that were compiled in.
    pub fn first_party() -> Self {
        Self { languages: codira_languages::first_party() }
    }

    /// Adds a language.
    ///
    /// # Errors
    ///
    /// - [`DuplicateName`](IndexerError::DuplicateName), naming both providers, when there is such
    ///   a language, rules for it, or an analyzer or an auditor of that name: an index knows them
    ///   by name.
    /// - [`WrongLanguage`](IndexerError::WrongLanguage) when the analyzer or the auditor is one of
    ///   another language.
    ///
    /// The registry then stays as it was.
    pub fn register(&mut self, language: LanguageSupport) -> Result<(), IndexerError> {
        language_is_one(&language)?;
        for present in &self.languages {
            let providers = (&*present.provider, &*language.provider);
            if present.language == language.language {
                return Err(duplicate("languages", language.language.as_str(), providers));
            }
            if let Some(name) = same_name(analyzer(present), analyzer(&language)) {
                return Err(duplicate("analyzers", name, providers));
            }
            if let Some(resolved) = resolved(present).iter().find(|resolved| self::resolved(&language).contains(resolved)) {
                return Err(duplicate("rules", resolved.as_str(), providers));
            }
            if let Some(name) = same_name(auditor(present), auditor(&language)) {
                return Err(duplicate("auditors", name, providers));
            }
        }
        self.languages.push(language);
        Ok(())
    }

    /// The languages, as they were registered.
    pub fn languages(&self) -> &[LanguageSupport] {
        &self.languages
    }

    /// The analyzers of the languages that have one, as they were registered: for
    /// [`Indexer::new`](crate::Indexer::new).
    pub fn analyzers(&self) -> Vec<Arc<dyn LanguageAnalyzer>> {
        self.languages.iter().filter_map(|language| language.analyzer.clone()).collect()
    }

    /// The rules of the languages that have some: for
    /// [`Indexer::with_rules`](crate::Indexer::with_rules).
    pub fn rules(&self) -> RuleSet {
        let rules = self.languages.iter().filter_map(|language| language.rules.clone());
        RuleSet::new(rules).expect("no two of the registered rules resolve one language")
    }

    /// The auditors of the languages that have one, as they were registered: for
    /// [`Auditing::new`](crate::Auditing::new).
    pub fn auditors(&self) -> Vec<Arc<dyn DocumentationAuditor>> {
        self.languages.iter().filter_map(|language| language.auditor.clone()).collect()
    }
}

fn analyzer(language: &LanguageSupport) -> Option<&Tool> {
    language.analyzer.as_ref().map(|analyzer| analyzer.tool())
}

/// The languages that the rules of a language resolve.
fn resolved(language: &LanguageSupport) -> &[Language] {
    language.rules.as_ref().map(|rules| rules.languages()).unwrap_or_default()
}

fn auditor(language: &LanguageSupport) -> Option<&Tool> {
    language.auditor.as_ref().map(|auditor| auditor.tool())
}

/// The name that both tools have.
fn same_name<'a>(one: Option<&'a Tool>, other: Option<&Tool>) -> Option<&'a str> {
    one.filter(|one| other.is_some_and(|other| one.name == other.name)).map(|tool| &*tool.name)
}

/// Checks that all that a language brings is for this language.
fn language_is_one(support: &LanguageSupport) -> Result<(), IndexerError> {
    let analyzer = support.analyzer.as_ref().map(|analyzer| (analyzer.tool(), analyzer.language()));
    let auditor = support.auditor.as_ref().map(|auditor| (auditor.tool(), auditor.language()));
    match analyzer.into_iter().chain(auditor).find(|(_, language)| **language != support.language) {
        Some((tool, language)) => Err(IndexerError::WrongLanguage {
            language: support.language.to_string(),
            provider: support.provider.clone(),
            tool: tool.to_string(),
            tool_language: language.to_string(),
        }),
        None => Ok(()),
    }
}
