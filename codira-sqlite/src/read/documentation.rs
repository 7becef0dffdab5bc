//! Documentation units and documentation issues.

use codira_contracts::{BackendError, DocIssue, DocIssueEntry, DocIssueRequest, DocumentationRequest, Severity};
use codira_store::questions::{DocumentationQuestions, FilesToRead, first, is_full};
use rustc_hash::FxHashMap;
use sqlx::AssertSqlSafe;

use super::{
    index::{DOCUMENTED, FAULTY, Index, to_read},
    rows::ok_or_corrupt,
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    codec,
    errors::{At, Failed as _},
    postings::Key,
    write::rows::list,
};

/// Which documentation issues have these files? A list of numbers and a parenthesis follow.
const ISSUES: &str = "SELECT file, body FROM doc_issue WHERE file IN (";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[Statement::of(ISSUES).then("1,2)")];

impl DocumentationQuestions for Index<'_> {
    async fn documented_files(&mut self, request: &DocumentationRequest) -> Result<FilesToRead, BackendError> {
        Ok(to_read(&self.files_inside(DOCUMENTED, &request.prefix).await?, request.limit))
    }

    async fn doc_issues(&mut self, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
        let DocIssueRequest { rule, at_least, language, prefix, limit } = request;
        let mut files = match (rule, at_least) {
            (Some(rule), _) => self.files_of(&[Key::Rule(rule)], prefix).await?,
            (None, Some(least)) if *least > Severity::Info => {
                let severities = Severity::ALL.iter().filter(|severity| *severity >= least);
                self.files_of(&severities.map(|severity| Key::Severity(*severity)).collect::<Vec<_>>(), prefix).await?
            }
            (None, _) => self.files_inside(FAULTY, prefix).await?,
        };
        files.retain(|file| language.as_ref().is_none_or(|language| language.as_str() == file.language));
        let paths: FxHashMap<u32, _> = files.iter().map(|file| (file.number, &file.path)).collect();
        let mut entries = Vec::new();
        for numbers in to_read(&files, *limit).batches() {
            if is_full(&entries, *limit) {
                break;
            }
            let sql = AssertSqlSafe(format!("{ISSUES}{})", list(numbers.iter().copied())));
            let rows = sqlx::query_as(sql).persistent(false).fetch_all(&mut *self.connection).await;
            let rows: Vec<(u32, Vec<u8>)> = rows.map_err(|error| self.at.failed("read", error))?;
            let mut bodies: FxHashMap<u32, Vec<u8>> = rows.into_iter().collect();
            // A file may have lost its issues since.
            for (number, body) in numbers.iter().filter_map(|number| Some((number, bodies.remove(number)?))) {
                let issues = read(&body, self.at)?.into_iter().filter(|issue| {
                    rule.as_ref().is_none_or(|rule| *rule == issue.rule) && at_least.is_none_or(|least| issue.severity >= least)
                });
                entries.extend(issues.map(|issue| DocIssueEntry { path: paths[number].clone(), issue }));
            }
        }
        Ok(first(entries, *limit))
    }
}

/// Reads the issues of a file.
pub(super) fn read(body: &[u8], at: At<'_>) -> Result<Vec<DocIssue>, BackendError> {
    ok_or_corrupt(codec::decompress(body, b"").and_then(|bytes| codec::unpack(&bytes)), "documentation issues", at)
}
