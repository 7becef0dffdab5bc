//! An audit of the indexed files, for an index that stores no issues.

use std::collections::BTreeMap;

use codira_contracts::{BackendError, DocIssueEntry, DocIssueRequest, FileSnapshot, IndexReader, Language, RepoPath};
use codira_languages::AuditedFile;
use serde::Serialize;

use super::Auditing;
use crate::run::on_a_thread;

/// The result of an audit of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// The issues, in the order of [`IndexReader::doc_issues`].
    pub issues: Vec<DocIssueEntry>,
    /// Which conventions the documentation shows, by language; the most frequent first, then by
    /// name.
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

/// How many files are read and then audited in one batch, on a thread of its own.
const BATCH_FILES: usize = 64;

/// The result for one file: its issues, and the convention of each piece of documentation that
/// shows one.
struct FileAudit {
    language: Language,
    issues: Vec<DocIssueEntry>,
    shown: Vec<String>,
}

impl Auditing {
    /// Audits the indexed files that a request is about, and writes nothing. Languages that are
    /// not audited and files that the options leave out are skipped. The request's limit bounds
    /// the issues, not the work: conventions are counted in all files.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub async fn audit_index(
        &self,
        reader: &(impl IndexReader + ?Sized),
        request: &DocIssueRequest,
    ) -> Result<Audit, BackendError> {
        let DocIssueRequest { rule, at_least, language, prefix, limit } = request;
        let mut audit = Audit::default();
        let mut shown: BTreeMap<(Language, String), u64> = BTreeMap::new();
        let states = reader.file_states(prefix).await?;
        let paths: Vec<&RepoPath> = states.iter().map(|state| &state.path).filter(|path| self.options.includes(path)).collect();
        for batch in paths.chunks(BATCH_FILES) {
            let mut files = Vec::new();
            for path in batch {
                let file = reader.file(path).await?;
                files.extend(file.filter(|file| language.as_ref().is_none_or(|language| *language == file.analysis.language)));
            }
            let auditing = self.clone();
            let audits: Vec<FileAudit> =
                on_a_thread(move || files.into_iter().filter_map(|file| auditing.audit_file(file)).collect()).await;
            for FileAudit { language, issues, shown: conventions } in audits {
                for convention in conventions {
                    *shown.entry((language.clone(), convention)).or_default() += 1;
                }
                audit.issues.extend(issues.into_iter().filter(|DocIssueEntry { issue, .. }| {
                    rule.as_ref().is_none_or(|rule| *rule == issue.rule) && at_least.is_none_or(|least| issue.severity >= least)
                }));
            }
        }
        audit.issues.truncate(limit.unwrap_or(usize::MAX));
        let row = |((language, convention), pieces)| ShownConvention { language, convention, pieces };
        audit.conventions = shown.into_iter().map(row).collect();
        audit.conventions.sort_by(|a, b| a.language.cmp(&b.language).then(b.pieces.cmp(&a.pieces)));
        Ok(audit)
    }

    /// Audits one indexed file; `None` where its language is not audited.
    fn audit_file(&self, FileSnapshot { state, mut analysis, .. }: FileSnapshot) -> Option<FileAudit> {
        let auditor = self.auditor(&analysis.language)?;
        let text = std::mem::take(&mut analysis.source);
        let file = AuditedFile { path: &state.path, text: &text, analysis: &analysis, convention: None };
        let shown = auditor.shown(file).into_iter().map(|convention| convention.name.clone()).collect();
        self.audit(&state.path, &text, &mut analysis);
        let entry = |issue| DocIssueEntry { path: state.path.clone(), issue };
        Some(FileAudit { language: analysis.language, issues: analysis.doc_issues.into_iter().map(entry).collect(), shown })
    }
}
