//! Lists: orders that are another's, and limits that cut elsewhere.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::{EVERY, mutants},
};

mutants! {
    files_are_listed_backwards: FilesBackwards, "file states are listed backwards",
        "sessions::a_dropped_commit_publishes_all_or_nothing";
    ids_are_sorted_by_locale: SortsByLocale, "symbols of one line are listed by id without case",
        "asking::every_list_is_in_its_documented_order";
    spans_are_not_looked_at: SortsById, "symbols of a file are listed by id, wherever they stand",
        "asking::every_list_is_in_its_documented_order";
    owners_are_listed_backwards: EdgesBackwards, "edges are listed backwards",
        "rules::a_language_without_rules_stays_in_its_file";
    sites_are_unsorted: SitesUnsorted, "the sites of an edge are listed backwards",
        "graph::edges_are_those_of_the_resolver";
    imports_are_listed_by_line: ImportsByLine, "the imports of a file are listed by line",
        "asking::every_list_is_in_its_documented_order";
    issues_are_listed_by_rule: IssuesByRule, "the issues of a file are listed by rule",
        "asking::an_answer_has_what_the_request_names";
    units_are_listed_by_title: UnitsByTitle, "documentation units are listed by title",
        "asking::every_list_is_in_its_documented_order";
    lines_are_listed_by_number: LinesByNumber, "lines in which a text occurs are listed by number, then path",
        "asking::texts_are_found_as_whole_words";
    pending_rows_are_listed_by_key: PendingByKey, "rows that wait are listed by key, then spec",
        "embeddings::pending_rows_wait_until_they_are_stored";
    specs_are_listed_backwards: SpecsBackwards, "specs are listed backwards",
        "embeddings::pending_rows_wait_until_they_are_stored";
    units_of_an_owner_are_unsorted: OwnedUnitsBackwards, "the documentation units of one owner are listed backwards",
        "asking::an_answer_has_what_the_request_names";
    issues_above_a_severity: IssuesAbove, "asking for issues at least so severe gives those above",
        "asking::an_answer_has_what_the_request_names";
    a_limit_of_zero_is_none: ZeroIsNoLimit, "a limit of zero is none",
        EVERY;
    a_limit_gives_one_more: OneMore, "a limit gives one more",
        "asking::a_limit_gives_the_first";
    a_limit_comes_before_the_order: LimitsBeforeSorting, "a limit takes the last of a list",
        "asking::a_limit_gives_the_first";
    a_limit_comes_before_the_prefix: LimitsBeforeNarrowing, "a limit is applied before the prefix",
        "asking::a_limit_gives_the_first";
    a_limit_of_lines_counts_files: LimitsFiles, "a limit of lines is one of files",
        "asking::a_limit_gives_the_first";
}

/// Declares backends that put the whole answer to a request into another order, before it is
/// limited.
macro_rules! sorting {
    ($($fault:ident: $question:ident($request:ty) -> $entry:ty, $sort:expr;)*) => {$(
        #[derive(Default)]
        struct $fault;

        #[async_trait]
        impl Fault for $fault {
            async fn $question(&self, reader: &dyn IndexReader, request: &$request) -> Answer<Vec<$entry>> {
                let sort: fn(&mut Vec<$entry>) = $sort;
                let mut entries = reader.$question(&<$request>::clone(request).limit(usize::MAX)).await?;
                sort(&mut entries);
                entries.truncate(request.limit.unwrap_or(usize::MAX));
                Ok(entries)
            }
        }
    )*};
}

sorting! {
    SortsByLocale: symbols(SymbolRequest) -> SymbolEntry, |entries| {
        entries.sort_by_cached_key(|it| (it.path.clone(), it.symbol.span, it.symbol.id.as_str().to_lowercase()));
    };
    SortsById: symbol_inventory(SymbolInventoryRequest) -> SymbolInventoryEntry, |entries| {
        entries.sort_by(|a, b| a.symbol.key.cmp(&b.symbol.key));
    };
    EdgesBackwards: edges(EdgeRequest) -> EdgeEntry, |entries| entries.reverse();
    SitesUnsorted: edges(EdgeRequest) -> EdgeEntry, |entries| {
        entries.iter_mut().for_each(|edge| edge.sites.reverse());
    };
    ImportsByLine: imports(ImportRequest) -> ImportEntry, |entries| {
        entries.sort_by_cached_key(|it| (it.path.clone(), it.import.line));
    };
    IssuesByRule: doc_issues(DocIssueRequest) -> DocIssueEntry, |entries| {
        entries.sort_by_cached_key(|it| (it.path.clone(), it.issue.rule.clone()));
    };
    UnitsByTitle: documentation(DocumentationRequest) -> DocumentationEntry, |entries| {
        entries.sort_by_cached_key(|it| (it.path.clone(), it.unit.title.clone()));
    };
    LinesByNumber: text_references(TextRequest) -> TextReference, |entries| {
        entries.sort_by_cached_key(|it| (it.site, it.path.clone()));
    };
    PendingByKey: pending_embeddings(PendingRequest) -> PendingEmbedding, |entries| {
        entries.sort_by_cached_key(|it| (it.key.clone(), it.spec.clone()));
    };
}

#[derive(Default)]
struct OwnedUnitsBackwards;

#[async_trait]
impl Fault for OwnedUnitsBackwards {
    async fn documentation(&self, reader: &dyn IndexReader, request: &DocumentationRequest) -> Answer<Vec<DocumentationEntry>> {
        let mut units = reader.documentation(request).await?;
        if request.owner.is_some() && request.limit.is_none() {
            units.reverse();
        }
        Ok(units)
    }
}

#[derive(Default)]
struct IssuesAbove;

#[async_trait]
impl Fault for IssuesAbove {
    async fn doc_issues(&self, reader: &dyn IndexReader, request: &DocIssueRequest) -> Answer<Vec<DocIssueEntry>> {
        let mut issues = reader.doc_issues(request).await?;
        issues.retain(|entry| request.at_least.is_none_or(|minimum| entry.issue.severity > minimum));
        Ok(issues)
    }
}

#[derive(Default)]
struct FilesBackwards;

#[async_trait]
impl Fault for FilesBackwards {
    async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
        Ok(reader.file_states(prefix).await?.into_iter().rev().collect())
    }
}

#[derive(Default)]
struct SpecsBackwards;

#[async_trait]
impl Fault for SpecsBackwards {
    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let mut inventory = reader.inventory().await?;
        inventory.embeddings.reverse();
        Ok(inventory)
    }
}

#[derive(Default)]
struct ZeroIsNoLimit;

#[async_trait]
impl Fault for ZeroIsNoLimit {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let limit = request.limit.filter(|limit| *limit > 0);
        reader.symbols(&SymbolRequest { limit, ..request.clone() }).await
    }
}

#[derive(Default)]
struct OneMore;

#[async_trait]
impl Fault for OneMore {
    async fn documentation(&self, reader: &dyn IndexReader, request: &DocumentationRequest) -> Answer<Vec<DocumentationEntry>> {
        let limit = request.limit.map(|limit| limit.saturating_add(1));
        reader.documentation(&DocumentationRequest { limit, ..request.clone() }).await
    }
}

#[derive(Default)]
struct LimitsBeforeSorting;

#[async_trait]
impl Fault for LimitsBeforeSorting {
    async fn imports(&self, reader: &dyn IndexReader, request: &ImportRequest) -> Answer<Vec<ImportEntry>> {
        let mut imports = reader.imports(&ImportRequest { limit: None, ..request.clone() }).await?;
        let surplus = imports.len().saturating_sub(request.limit.unwrap_or(usize::MAX));
        Ok(imports.split_off(surplus))
    }
}

#[derive(Default)]
struct LimitsBeforeNarrowing;

#[async_trait]
impl Fault for LimitsBeforeNarrowing {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let mut symbols = reader.symbols(&SymbolRequest { prefix: PathPrefix::root(), ..request.clone() }).await?;
        symbols.retain(|entry| request.prefix.covers(&entry.path));
        Ok(symbols)
    }
}

#[derive(Default)]
struct LimitsFiles;

#[async_trait]
impl Fault for LimitsFiles {
    async fn text_references(&self, reader: &dyn IndexReader, request: &TextRequest) -> Answer<Vec<TextReference>> {
        let mut lines = reader.text_references(&TextRequest { limit: None, ..request.clone() }).await?;
        let mut paths: Vec<RepoPath> = lines.iter().map(|line| line.path.clone()).collect();
        paths.dedup();
        paths.truncate(request.limit.unwrap_or(usize::MAX));
        lines.retain(|line| paths.contains(&line.path));
        Ok(lines)
    }
}
