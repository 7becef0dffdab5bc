//! What is true of an index as a whole: who wrote it, and how much it holds.

use codira_contracts::{
    AnalyzerInventory, Coverage, EdgeCounts, EmbeddingState, IndexBackend, IndexReader, IndexWriteSession, RunInventory,
    SymbolInventoryRequest, Tool, Totals, UseKind,
    WriteScope::{Full, Incremental},
};

use super::drawn_files;
use crate::toy::request;
use crate::{Cx, Fixture, Outcome, observe::keeps_embeddings, verdict::ensure, vocabulary::HOSTILE};

pub(crate) fn inventories_read_back_as_written<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let analyzer = |name: &str, version: &str, globs: &[&str]| AnalyzerInventory {
            tool: Tool::new(name, version),
            globs: globs.iter().map(|glob| (*glob).to_owned()).collect(),
        };
        let sorted = [analyzer("", "", &[]), analyzer("c", "1", &["*.h", "*.c", "*.h"]), analyzer("c", "2", &[HOSTILE, ""])];
        let descriptor = index.backend.descriptor();
        let mut expected = RunInventory::default();
        for (generation, coverage) in
            (1..).zip([Some(Coverage::Complete), None, Some(Coverage::Incomplete), Some(Coverage::Unknown)])
        {
            let mut session = index.backend.begin_index_session(request(Incremental)).await?;
            if let Some(coverage) = coverage {
                session.write_inventory(RunInventory::default()).await?;
                session.write_inventory(RunInventory { coverage, analyzers: sorted.iter().rev().cloned().collect() }).await?;
                expected = RunInventory { coverage, analyzers: sorted.to_vec() };
            }
            session.commit().await?;
            let mut dropped = index.backend.begin_index_session(request(Full)).await?;
            dropped.write_inventory(RunInventory::default()).await?;
            drop(dropped);
            let reader = index.backend.open_reader().await?;
            let runtime = reader.inventory().await?;
            let found = RunInventory { coverage: runtime.coverage, analyzers: runtime.analyzers.clone() };
            ensure!(found == expected, "written was {expected:#?}, and found is {found:#?}");
            ensure!(runtime.generation == generation, "the inventory of commit {generation} says {}", runtime.generation);
            let own = runtime.backend == descriptor.tool && runtime.schema == descriptor.schema;
            ensure!(own, "the inventory names another backend than the descriptor: {runtime:?}");
        }
        Ok(())
    })
}

pub(crate) fn totals_count_what_is_stored<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut totals = Totals::default();
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for file in drawn_files(40, keeps_embeddings(index.backend.descriptor()))? {
            let analysis = &file.analysis;
            let uses = |kind| analysis.uses.iter().filter(|it| it.kind == kind).count() as u64;
            totals.files += 1;
            totals.symbols += analysis.symbols.len() as u64;
            totals.imports += analysis.imports.len() as u64;
            totals.calls += uses(UseKind::Call);
            totals.references += uses(UseKind::Reference);
            totals.documentation += analysis.documentation.len() as u64;
            totals.doc_issues += analysis.doc_issues.len() as u64;
            let pending = file.embeddings.iter().filter(|row| matches!(row.state, EmbeddingState::Pending { .. })).count();
            totals.embeddings += (file.embeddings.len() - pending) as u64;
            totals.pending_embeddings += pending as u64;
            session.put_file(file).await?;
        }
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        // Edges follow from the files: their counts at each symbol are another clause's.
        for entry in reader.symbol_inventory(&SymbolInventoryRequest::default()).await? {
            for EdgeCounts { outgoing_resolved, outgoing_other, .. } in [entry.calls, entry.references] {
                totals.edges += outgoing_resolved + outgoing_other;
                totals.resolved_edges += outgoing_resolved;
            }
        }
        let found = reader.totals().await?;
        ensure!(found == totals, "stored are {totals:#?}, and the totals are {found:#?}");
        Ok(())
    })
}
