//! Where documentation issues come from: the trait of auditors.

use codira_contracts::{DocIssue, FileAnalysis, Language, RepoPath, Severity, Tool};

/// Something that an auditor looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditRule {
    /// Its stable id, in lower case with hyphens: `missing-returns`. Auditors of different
    /// languages share the ids of rules that mean the same.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it asks for, in one sentence for people.
    pub description: &'static str,
}

/// A file to audit.
#[derive(Clone, Copy, Debug)]
pub struct AuditedFile<'a> {
    /// Where it is.
    pub path: &'a RepoPath,
    /// Its text, without a byte order mark.
    pub text: &'a str,
    /// Its analysis.
    pub analysis: &'a FileAnalysis,
    /// The name of the convention to hold its documentation to: one of the auditor's. Without it,
    /// each piece of documentation is held to the convention that it shows itself.
    pub convention: Option<&'a str>,
}

/// Finds what is wrong with the documentation of files in one language.
///
/// An audit is a pure function of the file. An auditor asks neither the file system nor a store
/// nor other files, remembers nothing between calls, and may be called from any thread. No input
/// makes it panic. It looks at everything. Which findings count, such as those about private,
/// nested or test code or of ignored rules, is the caller's policy.
pub trait DocumentationAuditor: Send + Sync + 'static {
    /// Name and version. The version changes whenever the same file may get other findings.
    fn tool(&self) -> &Tool;

    /// The language of the files that it audits.
    fn language(&self) -> &Language;

    /// The conventions that it knows, with their versions.
    fn conventions(&self) -> &[Tool];

    /// What it looks for, by id.
    fn rules(&self) -> &[AuditRule];

    /// The convention that each piece of the file's documentation shows, whatever it should be
    /// held to; in any order. A piece that shows none is left out. Each is one of
    /// [`conventions`](Self::conventions).
    fn shown(&self, file: AuditedFile<'_>) -> Vec<&Tool>;

    /// The issues with the documentation of the file, by span, then rule.
    ///
    /// - The rule and severity of each issue are those of one of [`rules`](Self::rules); its
    ///   convention is one of [`conventions`](Self::conventions), its auditor is
    ///   [`tool`](Self::tool).
    /// - Every owner is a symbol of the file.
    /// - Equal input gives equal output.
    fn audit(&self, file: AuditedFile<'_>) -> Vec<DocIssue>;
}
