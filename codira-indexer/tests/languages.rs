//! The registry of languages: each language, analyzer and auditor once.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use codira_contracts::{FileAnalysis, Language, RepoPath, Tool};
use codira_indexer::{IndexRequest, Indexer, IndexerError, IndexerOptions, LanguageRegistry};
use codira_languages::{LanguageAnalyzer, LanguageSupport, SourceFile, c::CAuditor};
use codira_memory::MemoryBackend;
use support::{Repo, Toy};
use tokio_util::sync::CancellationToken;

/// A toy of a given language.
struct Renamed(Toy, Language);

impl LanguageAnalyzer for Renamed {
    fn tool(&self) -> &Tool {
        LanguageAnalyzer::tool(&self.0)
    }

    fn language(&self) -> &Language {
        &self.1
    }

    fn globs(&self) -> &[&'static str] {
        LanguageAnalyzer::globs(&self.0)
    }

    fn claims(&self, path: &RepoPath, first_line: &str) -> bool {
        self.0.claims(path, first_line)
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        self.0.analyze(file)
    }
}

fn toy(language: &'static str, provider: &str) -> LanguageSupport {
    let language = Language::new(language);
    LanguageSupport::new(language.clone(), provider).with_analyzer(Renamed(Toy::new(), language))
}

#[test]
fn a_name_is_taken_once_and_both_providers_are_named() {
    let mut registry = LanguageRegistry::empty();
    registry.register(toy("toy", "crate-b")).unwrap();
    let twice = registry.register(LanguageSupport::new(Language::new("toy"), "crate-a")).unwrap_err();
    assert_eq!(twice.to_string(), "two languages are registered as `toy`: by crate-a and by crate-b");
    assert_eq!(registry.languages().len(), 1, "the registry is as it was");
    assert_eq!(registry.languages()[0].provider, "crate-b");
}

#[test]
fn ours_are_taken_even_where_their_analyzers_are_left_out() {
    let mut registry = LanguageRegistry::first_party();
    for language in ["c", "python", "rust", "markdown", "restructuredtext", "plaintext"] {
        let taken = registry.register(LanguageSupport::new(Language::new(language), "mine")).unwrap_err();
        let said = format!("two languages are registered as `{language}`: by codira-languages and by mine");
        assert_eq!(taken.to_string(), said);
    }
}

/// An index knows analyzers by name.
#[test]
fn two_languages_share_no_analyzer() {
    let mut registry = LanguageRegistry::empty();
    registry.register(toy("toy", "one")).unwrap();
    let taken = registry.register(toy("other", "two")).unwrap_err();
    assert_eq!(taken.to_string(), "two analyzers are registered as `toy`: by one and by two");
}

#[test]
fn an_auditor_of_another_language_is_refused() {
    let mut registry = LanguageRegistry::empty();
    let wrong = registry.register(toy("toy", "mine").with_auditor(CAuditor::new())).unwrap_err();
    assert!(matches!(wrong, IndexerError::WrongLanguage { .. }));
    assert_eq!(wrong.to_string(), "the language `toy` of mine has `c-documentation 1`, which is of the language `c`");
    assert!(registry.languages().is_empty());
}

#[tokio::test]
async fn what_is_registered_is_indexed() {
    let repo = Repo::of([("a.toy", "def f\n"), ("b.other", "def f\n")]);
    let mut registry = LanguageRegistry::first_party();
    registry.register(toy("toy", "mine")).unwrap();
    let backend = MemoryBackend::default();
    let indexer = Indexer::new(backend, repo.root(), registry.analyzers(), IndexerOptions::default());
    let report = indexer.run(IndexRequest::default(), &|_| {}, &CancellationToken::new()).await.unwrap();
    assert_eq!(report.counts.analyzed, 1);
    assert_eq!(registry.auditors().len(), 3, "the toy has none");
}
