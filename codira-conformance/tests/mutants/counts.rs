//! Counts and imports: numbers beside the edges, and the ends of imports.

use std::collections::BTreeSet;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    commits::Commits,
    fault::{Answer, Fault},
    judge::{SMALL, mutants},
};

mutants! {
    import_targets_are_one_commit_late: ImportTargetsLate, "where imports lead is that of the commit before",
        "storing::a_replaced_file_leaves_no_trace";
    incoming_edges_are_counted_in_the_file: CountsInTheFile, "edges are counted in at a symbol from its own file only",
        "asking::a_prefix_is_a_path_or_directory";
    edges_are_counted_among_the_listed: CountsAmongListed, "edges are counted in from the files of the symbols that are listed",
        "graph::each_edge_is_found_from_both_ends";
    references_are_counted_as_calls: CountsTogether, "the counts of calls and references are added",
        "storing::totals_count_what_is_stored";
    references_are_counted_in_as_calls: CountsCallsIn, "references are counted in at a symbol as many as calls",
        "graph::each_edge_is_found_from_both_ends";
    imports_are_found_by_what_they_name: ImportsByName, "an import is found from the module that it names, wherever it leads",
        "graph::each_import_is_found_from_both_ends";
    imports_are_not_found_where_they_lead: ImportsOneWay, "no import is found from the file that it leads to",
        SMALL;
    totals_are_stale: StaleTotals, "edges in the totals are counted once, at the first commit",
        "storing::a_replaced_file_leaves_no_trace";
    totals_count_what_waits_twice: CountsWaitingTwice, "embeddings in the totals include those that wait",
        "storing::totals_count_what_is_stored";
    everything_is_derived_again: DerivesEverything, "every commit resolves all files again",
        "graph::deriving_grows_with_the_change";
}

#[derive(Default)]
struct ImportTargetsLate(Commits);

#[async_trait]
impl Fault for ImportTargetsLate {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn imports(&self, reader: &dyn IndexReader, request: &ImportRequest) -> Answer<Vec<ImportEntry>> {
        let mut imports = reader.imports(request).await?;
        for import in &mut imports {
            let Some(then) = self.0.since(&import.path, reader).await? else { continue };
            let same = then.imports(&ImportRequest::new(ImportEnd::FromFile(import.path.clone()))).await?;
            if let Some(same) = same.into_iter().find(|same| same.import == import.import) {
                import.target = same.target;
            }
        }
        Ok(imports)
    }
}

/// The entries with the calls that lead to them counted again: those between files that count.
async fn recounted(
    reader: &dyn IndexReader,
    mut entries: Vec<SymbolInventoryEntry>,
    counts: impl Fn(&RepoPath, &RepoPath) -> bool + Send,
) -> Answer<Vec<SymbolInventoryEntry>> {
    for SymbolInventoryEntry { symbol, calls, .. } in &mut entries {
        let to = EdgeRequest::new(UseKind::Call, EdgeEnd::To(symbol.key.clone()));
        let incoming = reader.edges(&to).await?;
        calls.incoming = incoming.iter().filter(|edge| counts(&edge.owner.key.path, &symbol.key.path)).count() as u64;
    }
    Ok(entries)
}

#[derive(Default)]
struct CountsInTheFile;

#[async_trait]
impl Fault for CountsInTheFile {
    async fn symbol_inventory(
        &self,
        reader: &dyn IndexReader,
        request: &SymbolInventoryRequest,
    ) -> Answer<Vec<SymbolInventoryEntry>> {
        let entries = reader.symbol_inventory(request).await?;
        recounted(reader, entries, |from, to| from == to).await
    }
}

#[derive(Default)]
struct CountsAmongListed;

#[async_trait]
impl Fault for CountsAmongListed {
    async fn symbol_inventory(
        &self,
        reader: &dyn IndexReader,
        request: &SymbolInventoryRequest,
    ) -> Answer<Vec<SymbolInventoryEntry>> {
        let entries = reader.symbol_inventory(request).await?;
        if request.kind.is_none() {
            return Ok(entries);
        }
        let listed: BTreeSet<RepoPath> = entries.iter().map(|entry| entry.symbol.key.path.clone()).collect();
        recounted(reader, entries, |from, _| listed.contains(from)).await
    }
}

#[derive(Default)]
struct CountsTogether;

#[async_trait]
impl Fault for CountsTogether {
    async fn symbol_inventory(
        &self,
        reader: &dyn IndexReader,
        request: &SymbolInventoryRequest,
    ) -> Answer<Vec<SymbolInventoryEntry>> {
        let mut entries = reader.symbol_inventory(request).await?;
        for SymbolInventoryEntry { calls, references, .. } in &mut entries {
            calls.outgoing_other += references.outgoing_other;
        }
        Ok(entries)
    }
}

#[derive(Default)]
struct StaleTotals(Commits);

#[async_trait]
impl Fault for StaleTotals {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn totals(&self, reader: &dyn IndexReader) -> Answer<Totals> {
        let now = reader.totals().await?;
        match self.0.of(1) {
            Some(first) => Ok(Totals { edges: first.totals().await?.edges, ..now }),
            None => Ok(now),
        }
    }
}

#[derive(Default)]
struct CountsWaitingTwice;

#[async_trait]
impl Fault for CountsWaitingTwice {
    async fn totals(&self, reader: &dyn IndexReader) -> Answer<Totals> {
        let totals = reader.totals().await?;
        Ok(Totals { embeddings: totals.embeddings + totals.pending_embeddings, ..totals })
    }
}

#[derive(Default)]
struct DerivesEverything {
    files: std::sync::Mutex<BTreeSet<RepoPath>>,
}

#[async_trait]
impl Fault for DerivesEverything {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.files.lock().unwrap().insert(file.path().clone());
        session.put_file(file).await
    }

    async fn rebuild_derived(&self, session: &mut DynSession) -> Answer<Derivation> {
        session.rebuild_derived().await?;
        Ok(Derivation { resolved_files: self.files.lock().unwrap().len() as u64 })
    }
}

#[derive(Default)]
struct CountsCallsIn;

#[async_trait]
impl Fault for CountsCallsIn {
    async fn symbol_inventory(
        &self,
        reader: &dyn IndexReader,
        request: &SymbolInventoryRequest,
    ) -> Answer<Vec<SymbolInventoryEntry>> {
        let mut entries = reader.symbol_inventory(request).await?;
        entries.iter_mut().for_each(|entry| entry.references.incoming = entry.calls.incoming);
        Ok(entries)
    }
}

#[derive(Default)]
struct ImportsByName;

#[async_trait]
impl Fault for ImportsByName {
    async fn imports(&self, reader: &dyn IndexReader, request: &ImportRequest) -> Answer<Vec<ImportEntry>> {
        let ImportEnd::ToModule(module) = &request.end else { return reader.imports(request).await };
        let mut imports = Vec::new();
        for state in reader.file_states(&request.prefix).await? {
            imports.extend(reader.imports(&ImportRequest::new(ImportEnd::FromFile(state.path))).await?);
        }
        let resolved = reader.imports(&ImportRequest { limit: None, ..request.clone() }).await?;
        imports.retain(|entry| entry.import.module == *module || resolved.contains(entry));
        imports.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(imports)
    }
}

#[derive(Default)]
struct ImportsOneWay;

#[async_trait]
impl Fault for ImportsOneWay {
    async fn imports(&self, reader: &dyn IndexReader, request: &ImportRequest) -> Answer<Vec<ImportEntry>> {
        match &request.end {
            ImportEnd::ToFile(_) => Ok(Vec::new()),
            _ => reader.imports(request).await,
        }
    }
}
