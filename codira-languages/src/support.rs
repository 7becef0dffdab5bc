//! What a language brings, in one value: the row of a table of languages.

use std::{fmt, sync::Arc};

use crate::{DocumentationAuditor, LanguageAnalyzer};
use codira_contracts::{Language, resolve::LanguageRules};

/// What the files of a language are to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// Code. It is listed first.
    #[default]
    Code,
    /// Documents: text for people, whose symbols are only there to own it.
    Documents,
}

/// A language, and what is known of it.
///
/// The author of a language makes one of these; ours are in [`first_party`](crate::first_party).
///
/// ```
/// use codira_languages::{LanguageSupport, c::{self, CAuditor}};
///
/// // Audits C in an index whose analyzer of C is another one.
/// let c = LanguageSupport::new(c::LANGUAGE, "my-tool").with_auditor(CAuditor::new());
/// assert!(c.analyzer.is_none());
/// ```
#[derive(Clone)]
pub struct LanguageSupport {
    /// The language. Its analyzer and its auditor are of this language.
    pub language: Language,
    /// The crate that provides it.
    pub provider: String,
    /// What its files are.
    pub content: Content,
    /// The feature of the provider that compiles the analyzer in; `None` where no feature is
    /// needed.
    pub feature: Option<&'static str>,
    /// Reads its files; `None` where it was not compiled in, or where the language is only
    /// audited.
    pub analyzer: Option<Arc<dyn LanguageAnalyzer>>,
    /// Resolve its uses and imports; `None` where names are sought in their own file.
    pub rules: Option<Arc<dyn LanguageRules>>,
    /// Audits its documentation; `None` where it has no convention of documentation.
    pub auditor: Option<Arc<dyn DocumentationAuditor>>,
}

impl LanguageSupport {
    /// A language of code without analyzer, rules and auditor so far, from the crate `provider`.
    pub fn new(language: Language, provider: impl Into<String>) -> Self {
        let (content, feature) = (Content::Code, None);
        Self { language, provider: provider.into(), content, feature, analyzer: None, rules: None, auditor: None }
    }

    /// A language of this crate, whose analyzer the feature brings.
    pub(crate) fn first_party(language: Language, feature: &'static str) -> Self {
        Self { feature: Some(feature), ..Self::new(language, env!("CARGO_PKG_NAME")) }
    }

    /// The same, of files that are documents.
    pub fn of_documents(self) -> Self {
        Self { content: Content::Documents, ..self }
    }

    /// The same with this analyzer.
    pub fn with_analyzer(self, analyzer: impl LanguageAnalyzer) -> Self {
        Self { analyzer: Some(Arc::new(analyzer)), ..self }
    }

    /// The same with these rules.
    pub fn with_rules(self, rules: impl LanguageRules) -> Self {
        Self { rules: Some(Arc::new(rules)), ..self }
    }

    /// The same with this auditor.
    pub fn with_auditor(self, auditor: impl DocumentationAuditor) -> Self {
        Self { auditor: Some(Arc::new(auditor)), ..self }
    }
}

impl fmt::Debug for LanguageSupport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { language, provider, content, feature, analyzer, rules, auditor } = self;
        f.debug_struct("LanguageSupport")
            .field("language", language)
            .field("provider", provider)
            .field("content", content)
            .field("feature", feature)
            .field("analyzer", &analyzer.as_ref().map(|analyzer| analyzer.tool()))
            .field("rules", &rules.as_ref().map(|rules| rules.tool()))
            .field("auditor", &auditor.as_ref().map(|auditor| auditor.tool()))
            .finish()
    }
}
