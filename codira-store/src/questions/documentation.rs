//! Documentation units and documentation issues.

use codira_contracts::{
    BackendError, DocIssue, DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest, Severity,
};
use rustc_hash::FxHashMap;

use super::{
    batches::{FilesToRead, first, is_full},
    index::Index,
};
use crate::{
    codec,
    postings::Key,
    tables::{Having, Tables},
};

impl<T: Tables> Index<'_, T> {
    /// The documentation units.
    pub(super) async fn documentation(
        &mut self,
        request: &DocumentationRequest,
    ) -> Result<Vec<DocumentationEntry>, BackendError> {
        let DocumentationRequest { owner, prefix, limit } = request;
        let mut entries = Vec::new();
        if is_full(&entries, *limit) {
            return Ok(entries);
        }
        let files = match owner {
            None => self.files_inside(prefix, Having::Documentation).await?,
            Some(key) => self.file_inside(&key.path, prefix).await?,
        };
        let id = owner.as_ref().map(|key| &key.id);
        for files in FilesToRead::new::<T>(&files, *limit).batches() {
            for outline in self.outlines(files).await? {
                entries.extend(outline.units(|unit| id.is_none_or(|id| unit.owner.as_ref() == Some(id))));
            }
            if is_full(&entries, *limit) {
                break;
            }
        }
        Ok(first(entries, *limit))
    }

    /// The documentation issues.
    pub(super) async fn doc_issues(&mut self, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
        let DocIssueRequest { rule, at_least, language, prefix, limit } = request;
        let mut files = match (rule, at_least) {
            (Some(rule), _) => self.files_of(&[Key::Rule(rule)], prefix).await?,
            (None, Some(least)) if *least > Severity::Info => {
                let severities = Severity::ALL.iter().filter(|severity| *severity >= least);
                self.files_of(&severities.map(|severity| Key::Severity(*severity)).collect::<Vec<_>>(), prefix).await?
            }
            (None, _) => self.files_inside(prefix, Having::DocIssues).await?,
        };
        files.retain(|file| language.as_ref().is_none_or(|language| language.as_str() == file.language));
        let paths: FxHashMap<u32, _> = files.iter().map(|file| (file.number, &file.path)).collect();
        let mut entries = Vec::new();
        for numbers in FilesToRead::new::<T>(&files, *limit).batches() {
            if is_full(&entries, *limit) {
                break;
            }
            let rows = self.tables.doc_issues(numbers).await?;
            let mut bodies: FxHashMap<u32, Vec<u8>> = rows.into_iter().collect();
            // A file may have lost its issues since.
            for (number, body) in numbers.iter().filter_map(|number| Some((number, bodies.remove(number)?))) {
                let issues = self.ok_or_corrupt(read(&body), "documentation issues")?.into_iter().filter(|issue| {
                    rule.as_ref().is_none_or(|rule| *rule == issue.rule) && at_least.is_none_or(|least| issue.severity >= least)
                });
                entries.extend(issues.map(|issue| DocIssueEntry { path: paths[number].clone(), issue }));
            }
        }
        Ok(first(entries, *limit))
    }
}

/// Reads the issues of a file.
pub(super) fn read(body: &[u8]) -> Option<Vec<DocIssue>> {
    codec::unpack(&codec::decompress(body, b"")?)
}
