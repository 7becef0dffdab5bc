//! Narrowing: what a request names, forgotten where it also names something else.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    answers::{Edges, Imports, Inventory, Issues, Lines, Nearest, Rows, Symbols, Units, limited, same},
    fault::{Answer, Fault},
    judge::faults,
};

const FILTER: &str = "asking::narrowing_is_a_filter";

faults! {
    symbols_are_limited_before_their_kind: "symbols are limited before those of a kind are taken", FILTER => Symbols::limited_first(
        |asked| SymbolRequest { kind: None, ..asked },
        |asked, entries| entries.retain(|entry| asked.kind.is_none_or(|kind| kind == entry.symbol.kind)),
    );
    the_inventory_is_limited_before_its_kind: "the inventory is limited before those of a kind are taken", FILTER => Inventory::limited_first(
        |asked| SymbolInventoryRequest { kind: None, ..asked },
        |asked, entries| entries.retain(|entry| asked.kind.is_none_or(|kind| kind == entry.symbol.kind)),
    );
    a_rule_begins_others: "issues of a rule are those of every rule that begins so", FILTER => Issues::limited_last(
        |asked| DocIssueRequest { rule: None, ..asked },
        |asked, entries| {
            entries.retain(|entry| asked.rule.as_ref().is_none_or(|rule| {
                entry.issue.rule == *rule || !rule.is_empty() && entry.issue.rule.starts_with(rule.as_str())
            }));
        },
    );
    edges_are_limited_before_the_prefix: "edges are limited before those inside a prefix are taken", FILTER => Edges::limited_first(
        |asked| asked.within(everywhere()),
        |asked, entries| entries.retain(|edge| asked.prefix.covers(&edge.owner.key.path)),
    );
    edges_are_limited_before_their_kind: "edges are limited before those of a kind are taken", FILTER =>
        EdgesKindAfterLimit;
    imports_are_limited_before_the_prefix: "imports are limited before those inside a prefix are taken", FILTER => Imports::limited_first(
        |asked| asked.within(everywhere()),
        |asked, entries| entries.retain(|entry| asked.prefix.covers(&entry.path)),
    );
    units_are_limited_before_the_prefix: "documentation is limited before what is inside a prefix is taken", FILTER => Units::limited_first(
        |asked| asked.within(everywhere()),
        |asked, entries| entries.retain(|entry| asked.prefix.covers(&entry.path)),
    );
    units_are_limited_before_the_owner: "documentation is limited before that of an owner is taken", FILTER => Units::limited_first(
        |asked| DocumentationRequest { owner: None, ..asked },
        |asked, entries| entries.retain(|entry| {
            asked.owner.as_ref().is_none_or(|key| key.path == entry.path && Some(&key.id) == entry.unit.owner.as_ref())
        }),
    );
    issues_are_limited_before_their_severity: "issues are limited before the severe ones are taken", FILTER => Issues::limited_first(
        |asked| DocIssueRequest { at_least: None, ..asked },
        |asked, entries| entries.retain(|entry| asked.at_least.is_none_or(|minimum| entry.issue.severity >= minimum)),
    );
    issues_are_limited_before_their_language: "issues are limited before those of a language are taken", FILTER =>
        LanguageAfterLimit;
    issues_are_limited_before_their_rule: "issues are limited before those of a rule are taken", FILTER => Issues::limited_first(
        |asked| DocIssueRequest { rule: None, ..asked },
        |asked, entries| entries.retain(|entry| asked.rule.as_ref().is_none_or(|rule| *rule == entry.issue.rule)),
    );
    issues_are_limited_before_the_prefix: "issues are limited before those inside a prefix are taken", FILTER => Issues::limited_first(
        |asked| asked.within(everywhere()),
        |asked, entries| entries.retain(|entry| asked.prefix.covers(&entry.path)),
    );
    lines_are_limited_before_the_prefix: "lines are limited before those inside a prefix are taken", FILTER => Lines::limited_first(
        |asked| asked.within(everywhere()),
        |asked, entries| entries.retain(|line| asked.prefix.covers(&line.path)),
    );
    rows_are_limited_before_their_spec: "rows that wait are limited before those of a spec are taken", FILTER => Rows::limited_first(
        |asked| PendingRequest { spec: None, ..asked },
        |asked, entries| entries.retain(|row| asked.spec.as_ref().is_none_or(|spec| *spec == row.spec)),
    );
    rows_are_limited_before_the_prefix: "rows that wait are limited before those inside a prefix are taken", FILTER => Rows::limited_first(
        |asked| asked.within(everywhere()),
        |asked, entries| entries.retain(|row| asked.prefix.covers(&row.key.path)),
    );
    candidates_are_limited_before_the_prefix: "candidates are limited before those inside a prefix are taken", FILTER => Nearest::limited_first(
        |asked| asked.within(everywhere()),
        |asked, entries| entries.retain(|candidate| asked.prefix.covers(&candidate.owner.key().path)),
    );
    an_empty_rule_is_none: "issues of the empty rule are those of every rule", FILTER => Issues::limited_first(
        |asked| DocIssueRequest { rule: asked.rule.filter(|rule| !rule.is_empty()), ..asked },
        |_, _| {},
    );
    an_empty_language_is_none: "issues of the empty language are those of every language", FILTER => Issues::limited_first(
        |asked| DocIssueRequest { language: asked.language.filter(|language| !language.as_str().is_empty()), ..asked },
        |_, _| {},
    );
    languages_ignore_case: "issues are those of languages that differ in case, too", FILTER =>
        LanguageIgnoresCase;
    severities_are_sorted_as_words: "severities are compared as words", FILTER => Issues::limited_last(
        |asked| DocIssueRequest { at_least: None, ..asked },
        |asked, entries| entries.retain(|entry| asked.at_least.is_none_or(|minimum| entry.issue.severity.as_str() >= minimum.as_str())),
    );
    severities_are_equal_or_nothing: "issues at least so severe are those exactly so severe", FILTER => Issues::limited_last(
        |asked| DocIssueRequest { at_least: None, ..asked },
        |asked, entries| entries.retain(|entry| asked.at_least.is_none_or(|minimum| entry.issue.severity == minimum)),
    );
    a_rule_forgets_the_severity: "where a rule is asked for, issues of every severity are found", FILTER => Issues::limited_first(
        |asked| DocIssueRequest { at_least: asked.at_least.filter(|_| asked.rule.is_none()), ..asked },
        |_, _| {},
    );
    a_language_forgets_the_prefix: "where a language is asked for, issues outside the prefix are found", FILTER => Issues::limited_first(
        |asked| if asked.language.is_some() { asked.within(everywhere()) } else { asked },
        |_, _| {},
    );
    an_owner_forgets_the_prefix: "where an owner is asked for, documentation outside the prefix is found", FILTER => Units::limited_first(
        |asked| if asked.owner.is_some() { asked.within(everywhere()) } else { asked },
        |_, _| {},
    );
    an_owner_is_an_id: "the documentation of an owner is that of every symbol of its id", FILTER => Units::limited_last(
        |asked| DocumentationRequest { owner: None, ..asked },
        |asked, entries| entries.retain(|entry| asked.owner.as_ref().is_none_or(|key| Some(&key.id) == entry.unit.owner.as_ref())),
    );
    equal_issues_are_one: "issues that are equal are listed once", FILTER => Issues::limited_last(
        same,
        |_, entries| entries.dedup(),
    );
    equal_imports_are_one: "imports that are equal are listed once", FILTER => Imports::limited_last(
        same,
        |_, entries| entries.dedup(),
    );
    a_key_forgets_the_kind: "a symbol is found by its key whatever kind is asked for", FILTER => Symbols::limited_first(
        |asked| SymbolRequest { kind: asked.kind.filter(|_| !matches!(asked.matching, SymbolMatch::Key(_))), ..asked },
        |_, _| {},
    );
    children_forget_the_prefix: "the children of a symbol are found outside the prefix", FILTER => Symbols::limited_first(
        |asked| if matches!(asked.matching, SymbolMatch::ChildrenOf(_)) { asked.within(everywhere()) } else { asked },
        |_, _| {},
    );
    a_logical_name_forgets_the_kind: "symbols are found by logical name whatever kind is asked for", FILTER => Symbols::limited_first(
        |asked| SymbolRequest { kind: asked.kind.filter(|_| !matches!(asked.matching, SymbolMatch::LogicalName(_))), ..asked },
        |_, _| {},
    );
    a_limit_that_is_met_loses_one: "where there are as many imports as the limit, the last is lost", FILTER => Imports::limited_first(
        |asked| ImportRequest { limit: None, ..asked },
        |asked, entries| match asked.limit {
            Some(limit) if limit == entries.len() => drop(entries.pop()),
            limit => limited(limit, entries),
        },
    );
    a_limit_beyond_the_end_is_none: "a limit of more than 63 bits finds no edge", FILTER => Edges::limited_first(
        |asked| EdgeRequest { limit: asked.limit.map(|limit| if limit > i64::MAX as usize { 0 } else { limit }), ..asked },
        |_, _| {},
    );
    a_limit_is_one_of_each_file: "a limit of documentation is one of each file", FILTER => Units::limited_first(
        |asked| DocumentationRequest { limit: None, ..asked },
        |asked, entries| {
            let all = std::mem::take(entries);
            let of_files = all.chunk_by(|a, b| a.path == b.path);
            entries.extend(of_files.flat_map(|file| file.iter().take(asked.limit.unwrap_or(usize::MAX)).cloned()));
        },
    );
    a_module_forgets_the_limit: "symbols of a module are found beyond the limit", FILTER => Symbols::limited_first(
        |asked| SymbolRequest { limit: asked.limit.filter(|_| !matches!(asked.matching, SymbolMatch::Module(_))), ..asked },
        |_, _| {},
    );
    an_empty_module_forgets_the_prefix: "what files without a module name import is found outside the prefix", FILTER => Imports::limited_first(
        |asked| if asked.end == ImportEnd::FromModule(String::new()) { asked.within(everywhere()) } else { asked },
        |_, _| {},
    );
}

fn everywhere() -> PathPrefix {
    PathPrefix::root()
}

struct EdgesKindAfterLimit;

#[async_trait]
impl Fault for EdgesKindAfterLimit {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = Vec::new();
        for kind in UseKind::ALL {
            let of_kind = reader.edges(&EdgeRequest { kind: *kind, limit: None, ..request.clone() }).await?;
            edges.extend(of_kind.into_iter().map(|edge| (*kind, edge)));
        }
        edges.sort_by(|(_, a), (_, b)| (&a.owner.key, a.target.key()).cmp(&(&b.owner.key, b.target.key())));
        limited(request.limit, &mut edges);
        Ok(edges.into_iter().filter(|(kind, _)| *kind == request.kind).map(|(_, edge)| edge).collect())
    }
}

/// Issues of the languages that `same` takes for the one that is asked for, limited first where
/// `early` says so.
async fn issues_of(
    reader: &dyn IndexReader,
    request: &DocIssueRequest,
    early: bool,
    same: impl Fn(&Language, &Language) -> bool + Send,
) -> Answer<Vec<DocIssueEntry>> {
    let limit = request.limit.filter(|_| early);
    let mut issues = Vec::new();
    for entry in reader.doc_issues(&DocIssueRequest { language: None, limit, ..request.clone() }).await? {
        let file = reader.file(&entry.path).await?;
        let language = file.map(|file| file.analysis.language);
        if request.language.as_ref().zip(language.as_ref()).is_none_or(|(asked, its)| same(asked, its)) {
            issues.push(entry);
        }
    }
    limited(request.limit, &mut issues);
    Ok(issues)
}

struct LanguageAfterLimit;

#[async_trait]
impl Fault for LanguageAfterLimit {
    async fn doc_issues(&self, reader: &dyn IndexReader, request: &DocIssueRequest) -> Answer<Vec<DocIssueEntry>> {
        issues_of(reader, request, true, |asked, its| asked == its).await
    }
}

struct LanguageIgnoresCase;

#[async_trait]
impl Fault for LanguageIgnoresCase {
    async fn doc_issues(&self, reader: &dyn IndexReader, request: &DocIssueRequest) -> Answer<Vec<DocIssueEntry>> {
        issues_of(reader, request, false, |asked, its| asked.as_str().eq_ignore_ascii_case(its.as_str())).await
    }
}
