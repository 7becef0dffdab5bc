//! Questions about documentation and what is wrong with it.

use codira_contracts::{DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest, FileSnapshot};

use super::{View, first};

impl View {
    /// The documentation units, by path, span and id.
    pub fn documentation(&self, request: &DocumentationRequest) -> Vec<DocumentationEntry> {
        let DocumentationRequest { owner, prefix, limit } = request;
        let mut units: Vec<DocumentationEntry> = self.files_in(prefix).flat_map(units).collect();
        units.retain(|entry| match owner {
            None => true,
            Some(key) => entry.path == key.path && entry.unit.owner.as_ref() == Some(&key.id),
        });
        first(*limit, units)
    }

    /// The documentation issues, by path and position in the file's list.
    pub fn doc_issues(&self, request: &DocIssueRequest) -> Vec<DocIssueEntry> {
        let DocIssueRequest { rule, at_least, language, prefix, limit } = request;
        let files = self.files_in(prefix).filter(|file| language.as_ref().is_none_or(|it| *it == file.analysis.language));
        let issues = files.flat_map(|file| {
            file.analysis.doc_issues.iter().map(|issue| DocIssueEntry { path: file.path().clone(), issue: issue.clone() })
        });
        let wanted = issues.filter(|DocIssueEntry { issue, .. }| {
            rule.as_ref().is_none_or(|rule| *rule == issue.rule) && at_least.is_none_or(|minimum| issue.severity >= minimum)
        });
        first(*limit, wanted.collect())
    }
}

/// The documentation units of a file, in the order of answers.
pub(super) fn units(file: &FileSnapshot) -> Vec<DocumentationEntry> {
    let units = file.analysis.documentation.iter();
    let mut units: Vec<DocumentationEntry> =
        units.map(|unit| DocumentationEntry { path: file.path().clone(), unit: unit.clone() }).collect();
    units.sort_by(|a, b| (a.unit.span, &a.unit.id).cmp(&(b.unit.span, &b.unit.id)));
    units
}
