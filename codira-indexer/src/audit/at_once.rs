//! An audit of what is indexed, for an index in which no issues are kept.

use std::collections::BTreeMap;

use codira_contracts::{BackendError, DocIssueEntry, DocIssueRequest, FileSnapshot, IndexReader, Language};
use codira_languages::AuditedFile;
use serde::Serialize;

use super::Auditing;

/// What an audit of an index found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// The issues, in the order of [`IndexReader::doc_issues`].
    pub issues: Vec<DocIssueEntry>,
    /// Which conventions the documentation shows, by language; the most frequent first, then by name.
    pub conventions: Vec<ShownConvention>,
}

/// A convention that documentation shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownConvention {
    /// The language.
    pub language: Language,
    /// The name of the convention, as its auditor knows it.
    pub convention: String,
    /// How many pieces of documentation show it.
    pub pieces: u64,
}

impl Auditing {
    /// Audits the indexed files that a request is about, and writes nothing. Other languages than the audited ones are passed over, and
    /// so is what the options leave out. The request's limit bounds the issues, not the work: conventions are counted in all files.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub async fn at_once(
        &self,
        reader: &(impl IndexReader + ?Sized),
        request: &DocIssueRequest,
    ) -> Result<Audit, BackendError> {
        let DocIssueRequest { rule, at_least, language, prefix, limit } = request;
        let mut audit = Audit::default();
        let mut shown: BTreeMap<(Language, String), u64> = BTreeMap::new();
        for state in reader.file_states(prefix).await?.iter().filter(|state| self.options.includes(&state.path)) {
            let Some(FileSnapshot { mut analysis, .. }) = reader.file(&state.path).await? else { continue };
            let of_language = language.as_ref().is_none_or(|language| *language == analysis.language);
            let Some(auditor) = self.auditor(&analysis.language).filter(|_| of_language) else { continue };
            let text = std::mem::take(&mut analysis.source);
            let file = AuditedFile { path: &state.path, text: &text, analysis: &analysis, convention: None };
            for convention in auditor.shown(file) {
                *shown.entry((analysis.language.clone(), convention.name.clone())).or_default() += 1;
            }
            self.audit(&state.path, &text, &mut analysis);
            let asked = analysis.doc_issues.into_iter().filter(|issue| {
                rule.as_ref().is_none_or(|rule| *rule == issue.rule) && at_least.is_none_or(|least| issue.severity >= least)
            });
            audit.issues.extend(asked.map(|issue| DocIssueEntry { path: state.path.clone(), issue }));
        }
        audit.issues.truncate(limit.unwrap_or(usize::MAX));
        let row = |((language, convention), pieces)| ShownConvention { language, convention, pieces };
        audit.conventions = shown.into_iter().map(row).collect();
        audit.conventions.sort_by(|a, b| a.language.cmp(&b.language).then(b.pieces.cmp(&a.pieces)));
        Ok(audit)
    }
}
