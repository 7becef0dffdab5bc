//! Traces: what is gone, or is another file's, and is found all the same.

use std::collections::BTreeSet;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    commits::Commits,
    fault::{Answer, Fault},
    judge::mutants,
};

mutants! {
    a_removed_file_is_still_found_by_its_words: RemovedTextStays, "the lines of a removed file are found as before",
        "storing::a_removed_file_leaves_no_trace";
    a_replaced_file_is_still_found_by_its_words: ReplacedTextStays, "the former lines of a replaced file are found beside its new ones",
        "storing::a_replaced_file_leaves_no_trace";
    new_words_of_a_replaced_file_are_not_found: NewWordsUnknown, "a replaced file is not found by words that it had not before",
        "storing::a_replaced_file_leaves_no_trace";
    issues_of_a_replaced_file_stay: ReplacedIssuesStay, "the issues of a replaced file stay beside its new ones",
        "storing::purging_removes_what_policy_skips";
    ids_are_unique_in_the_repository: IdsAreGlobal, "a symbol whose id another file has is lost",
        "storing::files_share_no_identities";
    ids_of_units_are_unique_in_the_repository: UnitIdsAreGlobal, "a documentation unit whose id another file has is lost",
        "storing::files_share_no_identities";
}

/// The lines of the commit before, in files that are gone, or that are there still with another
/// text.
async fn former_lines(
    commits: &Commits,
    reader: &dyn IndexReader,
    request: &TextRequest,
    gone: bool,
) -> Answer<Vec<TextReference>> {
    let Some(before) = commits.of(reader.inventory().await?.generation - 1) else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for line in before.text_references(request).await? {
        let (then, now) = (before.file(&line.path).await?, reader.file(&line.path).await?);
        if now.is_none() == gone && now != then {
            lines.push(line);
        }
    }
    Ok(lines)
}

#[derive(Default)]
struct RemovedTextStays(Commits);

#[async_trait]
impl Fault for RemovedTextStays {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn text_references(&self, reader: &dyn IndexReader, request: &TextRequest) -> Answer<Vec<TextReference>> {
        let mut lines = reader.text_references(request).await?;
        lines.extend(former_lines(&self.0, reader, request, true).await?);
        Ok(lines)
    }
}

#[derive(Default)]
struct ReplacedTextStays(Commits);

#[async_trait]
impl Fault for ReplacedTextStays {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn text_references(&self, reader: &dyn IndexReader, request: &TextRequest) -> Answer<Vec<TextReference>> {
        let mut lines = reader.text_references(request).await?;
        lines.extend(former_lines(&self.0, reader, request, false).await?);
        Ok(lines)
    }
}

#[derive(Default)]
struct NewWordsUnknown(Commits);

#[async_trait]
impl Fault for NewWordsUnknown {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn text_references(&self, reader: &dyn IndexReader, request: &TextRequest) -> Answer<Vec<TextReference>> {
        let mut lines = reader.text_references(request).await?;
        if let Some(before) = self.0.of(reader.inventory().await?.generation - 1) {
            let known = before.text_references(&TextRequest { limit: None, ..request.clone() }).await?;
            let states = before.file_states(&PathPrefix::root()).await?;
            lines.retain(|line| {
                known.iter().any(|it| it.path == line.path) || !states.iter().any(|state| state.path == line.path)
            });
        }
        Ok(lines)
    }
}

#[derive(Default)]
struct ReplacedIssuesStay(Commits);

#[async_trait]
impl Fault for ReplacedIssuesStay {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn doc_issues(&self, reader: &dyn IndexReader, request: &DocIssueRequest) -> Answer<Vec<DocIssueEntry>> {
        let mut issues = reader.doc_issues(request).await?;
        let Some(before) = self.0.of(reader.inventory().await?.generation - 1) else { return Ok(issues) };
        for issue in before.doc_issues(request).await? {
            let now = reader.file(&issue.path).await?;
            if now.is_some_and(|file| !file.analysis.doc_issues.contains(&issue.issue)) {
                issues.push(issue);
            }
        }
        Ok(issues)
    }
}

/// The ids that files at lesser paths have, as `ids` tells them.
async fn taken(
    reader: &dyn IndexReader,
    path: &RepoPath,
    ids: impl Fn(&FileAnalysis) -> Vec<StableId> + Send,
) -> Answer<BTreeSet<StableId>> {
    let mut taken = BTreeSet::new();
    for state in reader.file_states(&PathPrefix::root()).await?.iter().take_while(|state| state.path < *path) {
        let file = reader.file(&state.path).await?;
        taken.extend(file.iter().flat_map(|file| ids(&file.analysis)));
    }
    Ok(taken)
}

#[derive(Default)]
struct IdsAreGlobal;

#[async_trait]
impl Fault for IdsAreGlobal {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::Key(key) = &request.matching else { return reader.symbols(request).await };
        let ids = |analysis: &FileAnalysis| analysis.symbols.iter().map(|symbol| symbol.id.clone()).collect();
        if taken(reader, &key.path, ids).await?.contains(&key.id) {
            return Ok(Vec::new());
        }
        reader.symbols(request).await
    }
}

#[derive(Default)]
struct UnitIdsAreGlobal;

#[async_trait]
impl Fault for UnitIdsAreGlobal {
    async fn documentation(&self, reader: &dyn IndexReader, request: &DocumentationRequest) -> Answer<Vec<DocumentationEntry>> {
        let mut seen = BTreeSet::new();
        let units = reader.documentation(request).await?;
        Ok(units.into_iter().filter(|entry| seen.insert(entry.unit.id.clone())).collect())
    }
}
