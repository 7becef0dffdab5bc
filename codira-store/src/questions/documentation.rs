//! Questions about documentation.

use codira_contracts::{DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest};

use super::{
    Answer,
    documents::{Documents, FilesToRead, first, is_full},
};

/// Documentation units and documentation issues.
pub trait DocumentationQuestions: Documents {
    /// The files inside the prefix of a request that have documentation units, by path. Those that come after what its limit allows
    /// may be left out.
    fn documented_files(&mut self, request: &DocumentationRequest) -> impl Answer<FilesToRead>;

    /// The documentation issues.
    fn doc_issues(&mut self, request: &DocIssueRequest) -> impl Answer<Vec<DocIssueEntry>>;

    /// The documentation units.
    fn documentation(&mut self, request: &DocumentationRequest) -> impl Answer<Vec<DocumentationEntry>> {
        async {
            let DocumentationRequest { owner, prefix, limit } = request;
            let mut entries = Vec::new();
            if is_full(&entries, *limit) {
                return Ok(entries);
            }
            let files = match owner {
                None => self.documented_files(request).await?,
                Some(key) => self.file_inside(&key.path, prefix).await?,
            };
            let id = owner.as_ref().map(|key| &key.id);
            for files in files.batches() {
                for outline in self.outlines(files).await? {
                    entries.extend(outline.units(|unit| id.is_none_or(|id| unit.owner.as_ref() == Some(id))));
                }
                if is_full(&entries, *limit) {
                    break;
                }
            }
            Ok(first(entries, *limit))
        }
    }
}
