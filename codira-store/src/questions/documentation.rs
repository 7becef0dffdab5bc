//! Questions about documentation.

use codira_contracts::{DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest};

use super::Answer;

/// Documentation units and documentation issues.
pub trait DocumentationQuestions: Send {
    /// The documentation units.
    fn documentation(&mut self, request: &DocumentationRequest) -> impl Answer<Vec<DocumentationEntry>>;

    /// The documentation issues.
    fn doc_issues(&mut self, request: &DocIssueRequest) -> impl Answer<Vec<DocIssueEntry>>;
}
