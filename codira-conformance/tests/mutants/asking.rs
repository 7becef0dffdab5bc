//! Asking: entries that do not belong to an answer, or that are missing.

use std::collections::BTreeSet;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault, Lookups},
    judge::mutants,
};

mutants! {
    names_ignore_case: IgnoresCase, "names are compared without case",
        "asking::names_match_exactly";
    names_hold_wildcards: LikesNames, "the wildcards of LIKE match in names",
        "asking::names_match_exactly";
    an_empty_name_matches_all: EmptyMatchesAll, "an empty name matches every symbol",
        "asking::names_match_exactly";
    modules_ignore_accents: ComposesModules, "module names are composed before they are compared",
        "asking::names_match_exactly";
    a_quote_is_doubled: DoublesQuotes, "a name with a quote is looked for with two",
        "asking::names_match_exactly";
    kinds_are_not_looked_at: AnyKind, "symbols are found whatever kind is asked for",
        "asking::an_answer_has_what_the_request_names";
    prefixes_are_text: PrefixIsText, "a prefix covers every path whose text begins with it",
        "asking::a_prefix_is_a_path_or_directory";
    prefixes_hold_wildcards: LikesPrefixes, "the wildcards of LIKE match in prefixes",
        "asking::a_prefix_is_a_path_or_directory";
    a_prefix_covers_directories_only: PrefixIsADirectory, "a prefix does not cover the file of its own path",
        "asking::a_prefix_is_a_path_or_directory";
    prefixes_narrow_targets: PrefixOfTargets, "a prefix narrows edges by the file of their target",
        "asking::a_prefix_is_a_path_or_directory";
    logical_names_have_two_parts: LogicalNamesOfTwoParts, "a symbol in a method is not found by its logical name",
        "asking::logical_names_lead_to_their_symbols";
    logical_names_are_qualified: LogicalNamesAreQualified, "a symbol is found by its qualified name, too",
        "asking::logical_names_lead_to_their_symbols";
    children_of_a_name: ChildrenByName, "the children of a symbol are those of every symbol of its name",
        "asking::members_are_found_from_their_parent";
    overloads_include_the_symbol: OverloadsIncludeItself, "an overload is among its own overloads",
        "asking::members_are_found_from_their_parent";
    overloads_of_any_parent: OverloadsOfAnyParent, "overloads are found in other classes of the file",
        "asking::members_are_found_from_their_parent";
    overloads_have_a_parent: OverloadsHaveAParent, "a symbol without a parent has no overloads",
        "asking::members_are_found_from_their_parent";
    texts_are_found_in_words: TextsInWords, "a text is found inside longer words",
        "asking::texts_are_found_as_whole_words";
    a_text_is_found_once_in_a_file: OncePerFile, "only the first line of a file is found",
        "asking::texts_are_found_as_whole_words";
    texts_are_found_at_their_last: LastOccurrence, "a text is found where it last occurs in a line",
        "asking::texts_are_found_as_whole_words";
    what_is_not_there_is_an_error: MissingIsAnError, "asking for a file that is not there is an error",
        "asking::what_is_not_there_has_an_empty_answer";
    a_stranger_has_the_first_parent: StrangersHaveNoParent, "the children of an unknown symbol are those without a parent",
        "asking::what_is_not_there_has_an_empty_answer";
}

/// Every symbol, in the order of answers.
async fn every_symbol(reader: &dyn IndexReader) -> Answer<Vec<SymbolEntry>> {
    let mut entries = Vec::new();
    for entry in reader.symbol_inventory(&SymbolInventoryRequest::default()).await? {
        entries.extend(reader.symbol(&entry.symbol.key).await?);
    }
    Ok(entries)
}

/// The symbols that `matches` finds, narrowed by the rest of a request.
async fn symbols_where(
    reader: &dyn IndexReader,
    request: &SymbolRequest,
    matches: impl Fn(&SymbolEntry) -> bool + Send,
) -> Answer<Vec<SymbolEntry>> {
    let mut found = every_symbol(reader).await?;
    found.retain(|entry| matches(entry) && request.prefix.covers(&entry.path));
    found.retain(|entry| request.kind.is_none_or(|kind| kind == entry.symbol.kind));
    found.truncate(request.limit.unwrap_or(usize::MAX));
    Ok(found)
}

/// Declares backends that compare the names of symbols in their own way.
macro_rules! comparing_names {
    ($($fault:ident: $same:expr;)*) => {$(
        #[derive(Default)]
        struct $fault;

        #[async_trait]
        impl Fault for $fault {
            async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
                let SymbolMatch::Name(asked) = &request.matching else { return reader.symbols(request).await };
                let same: fn(&str, &str) -> bool = $same;
                symbols_where(reader, request, |entry| same(&entry.symbol.name, asked)).await
            }
        }
    )*};
}

comparing_names! {
    IgnoresCase: |name, asked| name.eq_ignore_ascii_case(asked);
    LikesNames: |name, asked| like(asked.as_bytes(), name.as_bytes());
    EmptyMatchesAll: |name, asked| asked.is_empty() || name == asked;
    DoublesQuotes: |name, asked| *name == asked.replace('\'', "''");
}

/// Whether `pattern` matches, its `%` anything and its `_` one character.
fn like(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'%', rest)), _) => like(rest, text) || text.split_first().is_some_and(|(_, text)| like(pattern, text)),
        (Some((b'_', rest)), Some((_, text))) => like(rest, text),
        (Some((one, rest)), Some((other, text))) => one == other && like(rest, text),
        _ => false,
    }
}

#[derive(Default)]
struct ComposesModules;

#[async_trait]
impl Fault for ComposesModules {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::Module(asked) = &request.matching else { return reader.symbols(request).await };
        let composed = |text: &str| text.replace("e\u{301}", "\u{e9}");
        symbols_where(reader, request, |entry| composed(&entry.module) == composed(asked)).await
    }
}

#[derive(Default)]
struct AnyKind;

#[async_trait]
impl Fault for AnyKind {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        reader.symbols(&SymbolRequest { kind: None, ..request.clone() }).await
    }
}

/// Declares backends whose file states are narrowed by a prefix in their own way.
macro_rules! covering {
    ($($fault:ident: $covers:expr;)*) => {$(
        #[derive(Default)]
        struct $fault;

        #[async_trait]
        impl Fault for $fault {
            async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
                let covers: fn(&PathPrefix, &RepoPath) -> bool = $covers;
                let all = reader.file_states(&PathPrefix::root()).await?;
                Ok(all.into_iter().filter(|state| covers(prefix, &state.path)).collect())
            }
        }
    )*};
}

covering! {
    PrefixIsText: |prefix, path| path.as_str().starts_with(prefix.as_str());
    LikesPrefixes: |prefix, path| {
        let below = format!("{}/%", prefix.as_str());
        prefix.covers(path) || like(below.as_bytes(), path.as_str().as_bytes())
    };
    PrefixIsADirectory: |prefix, path| prefix.covers(path) && path.as_str() != prefix.as_str();
}

#[derive(Default)]
struct PrefixOfTargets;

#[async_trait]
impl Fault for PrefixOfTargets {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let all = EdgeRequest { prefix: PathPrefix::root(), limit: None, ..request.clone() };
        let mut edges = reader.edges(&all).await?;
        edges.retain(|edge| match &edge.target {
            EdgeTarget::Resolved(symbol) => request.prefix.covers(&symbol.key.path),
            _ => request.prefix.is_root(),
        });
        edges.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(edges)
    }
}

#[derive(Default)]
struct LogicalNamesOfTwoParts;

#[async_trait]
impl Fault for LogicalNamesOfTwoParts {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        match &request.matching {
            SymbolMatch::LogicalName(name) if name.split('.').count() > 2 => Ok(Vec::new()),
            _ => reader.symbols(request).await,
        }
    }
}

#[derive(Default)]
struct LogicalNamesAreQualified;

#[async_trait]
impl Fault for LogicalNamesAreQualified {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::LogicalName(asked) = &request.matching else { return reader.symbols(request).await };
        symbols_where(reader, request, |entry| [&entry.logical_name, &entry.symbol.qualified_name].contains(&asked)).await
    }
}

#[derive(Default)]
struct ChildrenByName;

#[async_trait]
impl Fault for ChildrenByName {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::ChildrenOf(parent) = &request.matching else { return reader.symbols(request).await };
        let Some(of) = reader.symbol(parent).await? else { return Ok(Vec::new()) };
        let mut children = Vec::new();
        for twin in reader.symbols(&SymbolRequest::named(of.symbol.name)).await? {
            children.extend(reader.children(&twin.key()).await?);
        }
        Ok(children)
    }
}

#[derive(Default)]
struct OverloadsIncludeItself;

#[async_trait]
impl Fault for OverloadsIncludeItself {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::OverloadsOf(symbol) = &request.matching else { return reader.symbols(request).await };
        let mut overloads = reader.overloads(symbol).await?;
        let own = reader.symbol(symbol).await?;
        overloads.extend(own.filter(|own| own.symbol.kind == SymbolKind::Overload));
        overloads.sort_by(|a, b| a.order().cmp(&b.order()));
        Ok(overloads)
    }
}

#[derive(Default)]
struct OverloadsOfAnyParent;

#[async_trait]
impl Fault for OverloadsOfAnyParent {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::OverloadsOf(symbol) = &request.matching else { return reader.symbols(request).await };
        let Some(of) = reader.symbol(symbol).await? else { return Ok(Vec::new()) };
        let mut overloads = reader.symbols(&SymbolRequest::named(&of.symbol.name)).await?;
        overloads.retain(|entry| entry.symbol.kind == SymbolKind::Overload && entry.path == of.path);
        overloads.retain(|entry| entry.symbol.id != of.symbol.id);
        Ok(overloads)
    }
}

#[derive(Default)]
struct OverloadsHaveAParent;

#[async_trait]
impl Fault for OverloadsHaveAParent {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::OverloadsOf(symbol) = &request.matching else { return reader.symbols(request).await };
        let mut overloads = reader.overloads(symbol).await?;
        overloads.retain(|entry| entry.symbol.parent.is_some());
        Ok(overloads)
    }
}

/// Declares backends that look for a text in a line in their own way: the byte at which they find
/// it.
macro_rules! finding_texts {
    ($($fault:ident: $find:expr;)*) => {$(
        #[derive(Default)]
        struct $fault;

        #[async_trait]
        impl Fault for $fault {
            async fn text_references(
                &self,
                reader: &dyn IndexReader,
                request: &TextRequest,
            ) -> Answer<Vec<TextReference>> {
                let find: fn(&str, &str) -> Option<usize> = $find;
                let mut references = Vec::new();
                for state in reader.file_states(&request.prefix).await? {
                    let source = reader.file(&state.path).await?.map(|file| file.analysis.source).unwrap_or_default();
                    for (line, number) in source.split('\n').zip(1..) {
                        let line = line.strip_suffix('\r').unwrap_or(line);
                        if let Some(column) = find(line, &request.text).filter(|_| !request.text.is_empty()) {
                            let site = Site::new(number, column as u32 + 1);
                            references.push(TextReference { path: state.path.clone(), site, line: line.to_owned() });
                        }
                    }
                }
                references.truncate(request.limit.unwrap_or(usize::MAX));
                Ok(references)
            }
        }
    )*};
}

finding_texts! {
    TextsInWords: |line, text| line.find(text);
    LastOccurrence: |line, text| text::occurrences(line, text).next().and_then(|_| line.rfind(text));
}

#[derive(Default)]
struct OncePerFile;

#[async_trait]
impl Fault for OncePerFile {
    async fn text_references(&self, reader: &dyn IndexReader, request: &TextRequest) -> Answer<Vec<TextReference>> {
        let mut seen = BTreeSet::new();
        let all = reader.text_references(&TextRequest { limit: None, ..request.clone() }).await?;
        let first = all.into_iter().filter(|line| seen.insert(line.path.clone()));
        Ok(first.take(request.limit.unwrap_or(usize::MAX)).collect())
    }
}

#[derive(Default)]
struct MissingIsAnError;

#[async_trait]
impl Fault for MissingIsAnError {
    async fn file(&self, reader: &dyn IndexReader, path: &RepoPath) -> Answer<Option<FileSnapshot>> {
        match reader.file(path).await? {
            None if path.as_str().starts_with("nowhere") => Err(BackendError::invalid(path, "there is no such file")),
            file => Ok(file),
        }
    }
}

#[derive(Default)]
struct StrangersHaveNoParent;

#[async_trait]
impl Fault for StrangersHaveNoParent {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::ChildrenOf(parent) = &request.matching else { return reader.symbols(request).await };
        if reader.symbol(parent).await?.is_some() {
            return reader.children(parent).await;
        }
        let orphans = every_symbol(reader).await?.into_iter();
        Ok(orphans.filter(|entry| entry.path == parent.path && entry.symbol.parent.is_none()).collect())
    }
}
