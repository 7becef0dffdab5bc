//! Auditing: which files' documentation is audited, how, and which issues are stored.

mod inclusion;
mod index;
mod options;

use std::{fmt, sync::Arc};

use codira_contracts::{AnalyzerInventory, AuditPolicy, FileAnalysis, Language, RepoPath, Tool};
use codira_languages::{AuditedFile, DocumentationAuditor};

use inclusion::SymbolTree;
pub use index::{Audit, ShownConvention};
pub use options::{AuditOptions, Inclusion};

/// The auditors of an indexer, and how they are set.
#[derive(Clone, Default)]
pub struct Auditing {
    auditors: Vec<Arc<dyn DocumentationAuditor>>,
    options: AuditOptions,
}

impl Auditing {
    /// Audits by the first of `auditors` for each language of `options`. A language without
    /// auditor is not audited.
    pub fn new(auditors: Vec<Arc<dyn DocumentationAuditor>>, options: AuditOptions) -> Self {
        let mut chosen: Vec<Arc<dyn DocumentationAuditor>> = Vec::new();
        for auditor in auditors {
            let is_first = chosen.iter().all(|other| other.language() != auditor.language());
            if is_first && options.languages.contains(auditor.language()) {
                chosen.push(auditor);
            }
        }
        Self { auditors: chosen, options }
    }

    /// The same options, for every language of `auditors`.
    pub fn of_all(self, auditors: Vec<Arc<dyn DocumentationAuditor>>) -> Self {
        let languages = auditors.iter().map(|auditor| auditor.language().clone()).collect();
        Self::new(auditors, AuditOptions { languages, ..self.options })
    }

    /// The conventions that documentation is held to, by name; none where each piece is held to
    /// the one that it shows.
    pub fn conventions(&self) -> &[String] {
        &self.options.conventions
    }

    /// Which languages are audited.
    pub fn policy(&self) -> AuditPolicy {
        AuditPolicy { audited: self.auditors.iter().map(|auditor| auditor.language().clone()).collect() }
    }

    /// Replaces the issues of an analysis by those that its language's auditor finds and the
    /// options keep.
    pub(crate) fn audit(&self, path: &RepoPath, text: &str, analysis: &mut FileAnalysis) {
        analysis.doc_issues.clear();
        let Some(auditor) = self.auditor(&analysis.language).filter(|_| self.options.includes(path)) else { return };
        let convention = self.convention(auditor);
        let mut issues = auditor.audit(AuditedFile { path, text, analysis, convention });
        let tree = SymbolTree::of(analysis);
        issues.retain(|issue| {
            let is_ignored = self.options.ignore.contains(&issue.rule);
            !is_ignored && issue.owner.as_ref().is_none_or(|owner| tree.includes(owner, &self.options))
        });
        analysis.doc_issues = issues;
    }

    /// The auditors as the inventory stores them: their settings are part of their version.
    pub(crate) fn inventory(&self) -> impl Iterator<Item = AnalyzerInventory> {
        self.auditors.iter().map(|auditor| self.entry(&**auditor))
    }

    /// Which files have to be audited again after a run with these analyzers and auditors.
    pub(crate) fn since<'a>(&'a self, stored: &'a [AnalyzerInventory]) -> AuditChanges<'a> {
        AuditChanges { now: self, stored }
    }

    fn auditor(&self, language: &Language) -> Option<&dyn DocumentationAuditor> {
        self.auditors.iter().map(|auditor| &**auditor).find(|auditor| auditor.language() == language)
    }

    /// The first configured convention that an auditor knows.
    fn convention(&self, auditor: &dyn DocumentationAuditor) -> Option<&str> {
        let knows = |name: &&String| auditor.conventions().iter().any(|convention| convention.name == **name);
        self.options.conventions.iter().find(knows).map(String::as_str)
    }

    fn entry(&self, auditor: &dyn DocumentationAuditor) -> AnalyzerInventory {
        let Tool { name, version } = auditor.tool();
        let convention = self.convention(auditor).unwrap_or("as shown");
        let version = format!("{version}, convention {convention}, {}", self.options);
        AnalyzerInventory { tool: Tool::new(name, version), globs: self.options.patterns() }
    }
}

impl fmt::Debug for Auditing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tools: Vec<_> = self.auditors.iter().map(|auditor| auditor.tool()).collect();
        f.debug_struct("Auditing").field("auditors", &tools).field("options", &self.options).finish()
    }
}

/// The differences from the audit of the last run.
pub(crate) struct AuditChanges<'a> {
    now: &'a Auditing,
    stored: &'a [AnalyzerInventory],
}

impl AuditChanges<'_> {
    /// Whether a stored file has to be audited again: its language is audited now, with other
    /// settings or another auditor.
    ///
    /// In a language that was not audited before, files that are not audited now stay as they are.
    pub(crate) fn concern(&self, language: &Language, path: &RepoPath) -> bool {
        let Some(auditor) = self.now.auditor(language) else { return false };
        let entry = self.now.entry(auditor);
        match self.stored.iter().find(|stored| stored.tool.name == entry.tool.name) {
            Some(stored) => *stored != entry,
            None => self.now.options.includes(path),
        }
    }
}
