//! Documentation units and documentation issues.

use codira_contracts::{BackendError, DocIssue, DocIssueEntry, DocIssueRequest, DocumentationRequest, Severity};
use codira_store::questions::{DocumentationQuestions, FilesToRead};
use duckdb::types::Value;

use super::{
    filter::Which,
    snapshot::{Name, OWN, Snapshot, Table},
};
use crate::codec;

const ISSUES: Table = Table { name: "doc_issue", order: "ordinal, 0::UINTEGER, ''", columns: "body" };

impl DocumentationQuestions for Snapshot {
    async fn documented_files(&mut self, request: &DocumentationRequest) -> Result<FilesToRead, BackendError> {
        let which = Which::all().and("documentation > 0", []).and_below(&request.prefix);
        let mut counts =
            self.select("id, documentation", "file", &which, |row| Ok((row.get::<u32>(0)?, row.get::<u32>(1)?)))?;
        let names = self.names(counts.iter().map(|(file, _)| *file))?;
        counts.sort_unstable_by(|(a, _), (b, _)| names[a].path.cmp(&names[b].path));
        let limit = request.limit.unwrap_or(usize::MAX);
        let mut before = 0_usize;
        let first = counts.into_iter().take_while(|(_, count)| {
            let wanted = before < limit;
            before = before.saturating_add(*count as usize);
            wanted
        });
        Ok(FilesToRead::together(first.map(|(file, _)| file).collect()))
    }

    async fn doc_issues(&mut self, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
        let mut which = Which::all().and_is("rule", request.rule.clone());
        if let Some(severity) = &request.at_least {
            which = which.and("severity >= ?", [codec::code(Severity::ALL, severity).into()]);
        }
        if let Some(language) = &request.language {
            let of_language = "file IN (SELECT id FROM file WHERE language = ?)";
            which = which.and(of_language, [Value::from(language.as_str().to_owned())]);
        }
        let found = self.listed(ISSUES, which, &request.prefix, request.limit, |row| {
            row.blob::<DocIssue>(OWN, "a documentation issue", codec::unpack)
        })?;
        Ok(found.into_iter().map(|(Name { path, .. }, issue)| DocIssueEntry { path, issue }).collect())
    }
}
