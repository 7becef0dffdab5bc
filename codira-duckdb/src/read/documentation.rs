//! Documentation units and documentation issues.

use codira_contracts::{
    BackendError, DocIssue, DocIssueEntry, DocIssueRequest, Documentation, DocumentationEntry, DocumentationRequest, Severity,
};
use codira_store::questions::DocumentationQuestions;
use duckdb::types::Value;

use super::{
    filter::Which,
    sheet::Sheet,
    snapshot::{Name, OWN, Snapshot, Table},
};
use crate::codec;

const ISSUES: Table = Table { name: "doc_issue", order: "ordinal, 0::UINTEGER, ''", columns: "body" };

impl DocumentationQuestions for Snapshot {
    async fn documentation(&mut self, request: &DocumentationRequest) -> Result<Vec<DocumentationEntry>, BackendError> {
        let DocumentationRequest { owner, prefix, limit } = request;
        let limit = limit.unwrap_or(usize::MAX);
        let mut entries = Vec::new();
        if let Some(owner) = owner {
            if let Some((sheet, _)) = self.symbol(owner)?.filter(|_| prefix.covers(&owner.path)) {
                entries.extend(sheet_units(&sheet).filter(|entry| entry.unit.owner.as_ref() == Some(&owner.id)));
            }
            entries.truncate(limit);
            return Ok(entries);
        }
        let files = documented(self, request, limit)?;
        let sheets = self.sheets(files.iter().copied())?;
        entries.extend(files.iter().flat_map(|file| sheet_units(&sheets[file])));
        entries.truncate(limit);
        Ok(entries)
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

/// The files that have the first units, by path.
fn documented(snapshot: &Snapshot, request: &DocumentationRequest, limit: usize) -> Result<Vec<u32>, BackendError> {
    let which = Which::all().and("documentation > 0", []).and_below(&request.prefix);
    let counts = snapshot.select("id, documentation", "file", &which, |row| Ok((row.get::<u32>(0)?, row.get::<u32>(1)?)))?;
    let names = snapshot.names(counts.iter().map(|(file, _)| *file))?;
    let mut counts = counts;
    counts.sort_unstable_by(|(a, _), (b, _)| names[a].path.cmp(&names[b].path));
    let mut before = 0_usize;
    let first = counts.into_iter().take_while(|(_, count)| {
        let wanted = before < limit;
        before = before.saturating_add(*count as usize);
        wanted
    });
    Ok(first.map(|(file, _)| file).collect())
}

/// The units of a file, in the order of answers.
fn sheet_units(sheet: &Sheet) -> impl Iterator<Item = DocumentationEntry> {
    let mut units: Vec<&Documentation> = sheet.documentation.iter().collect();
    units.sort_by(|a, b| (a.span, &a.id).cmp(&(b.span, &b.id)));
    units.into_iter().map(|unit| DocumentationEntry { path: sheet.name.path.clone(), unit: unit.clone() })
}
