//! Asking: entries that do not belong to an answer, that are missing, or that stand at another place.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::{EVERY, mutants},
};

mutants! {
    names_ignore_case: IgnoresCase, "names are compared without case", [
        "asking::names_match_exactly",
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
        EVERY,
    ];
    prefixes_are_text: PrefixIsText, "a prefix covers every path whose text begins with it", [
        "asking::a_prefix_is_a_path_or_directory",
        EVERY,
    ];
    a_limit_of_zero_is_none: ZeroIsNoLimit, "a limit of zero is none", [
        "asking::a_limit_gives_the_first",
        EVERY,
    ];
}

/// Every symbol, in the order of answers.
async fn every_symbol(reader: &dyn IndexReader) -> Answer<Vec<SymbolEntry>> {
    let mut entries = Vec::new();
    for entry in reader.symbol_inventory(&SymbolInventoryRequest::default()).await? {
        entries.extend(reader.symbol(&entry.symbol.key).await?);
    }
    Ok(entries)
}

/// The symbols by name, as `same` compares the names of a symbol and of a request.
async fn symbols_by(
    reader: &dyn IndexReader,
    request: &SymbolRequest,
    same: impl Fn(&str, &str) -> bool + Send,
) -> Answer<Vec<SymbolEntry>> {
    let SymbolMatch::Name(name) = &request.matching else { return reader.symbols(request).await };
    let mut found = every_symbol(reader).await?;
    found.retain(|entry| same(&entry.symbol.name, name) && request.prefix.covers(&entry.path));
    found.retain(|entry| request.kind.is_none_or(|kind| kind == entry.symbol.kind));
    found.truncate(request.limit.unwrap_or(usize::MAX));
    Ok(found)
}

#[derive(Default)]
struct IgnoresCase;

#[async_trait]
impl Fault for IgnoresCase {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        symbols_by(reader, request, |own, asked| own.eq_ignore_ascii_case(asked)).await
    }
}

#[derive(Default)]
struct PrefixIsText;

#[async_trait]
impl Fault for PrefixIsText {
    async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
        let all = reader.file_states(&PathPrefix::root()).await?;
        Ok(all.into_iter().filter(|state| state.path.as_str().starts_with(prefix.as_str())).collect())
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
