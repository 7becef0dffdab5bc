//! What is true of an index as a whole: which backend wrote it, and how much it holds.

use codira_contracts::{
    AnalyzerInventory, Coverage, EdgeCounts, EmbeddingState, ErrorKind, IndexBackend, IndexReader, IndexWriteSession,
    RunInventory, RuntimeInventory, SymbolInventoryRequest, Tool, Totals, UseKind,
    WriteScope::{self, Full, Incremental},
};

use super::drawn_files;
use crate::{
    Cx, Outcome, Violation, observe::keeps_embeddings, samples::file, toy::request, verdict::ensure, vocabulary::HOSTILE,
};

pub(crate) fn inventories_read_back_as_written(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
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

fn analyzer(name: &str, version: &str, globs: &[&str]) -> AnalyzerInventory {
    AnalyzerInventory { tool: Tool::new(name, version), globs: globs.iter().map(|glob| (*glob).to_owned()).collect() }
}

/// Tools that a store takes for one another, in their order: that of texts.
fn alike() -> Vec<AnalyzerInventory> {
    let versions = ["", " 1", "01", "1", "1 ", "1.0", "1.10", "1.2", "1.9", "10", "2", "9", "V1", "v1", "v10", "v9", "\u{e9}"];
    let names = ["", "C", "\u{212b}", "\u{c5}", "c", "c ", "c1", "c10", "c9", "cc", HOSTILE];
    let globs: [&[&str]; 3] = [&[], &["*.c", "*.h", "*.c"], &["b,a", "", " *"]];
    let tools = names.iter().flat_map(|name| versions.iter().map(move |version| (*name, *version)));
    let mut all: Vec<_> =
        tools.zip(globs.into_iter().cycle()).map(|((name, version), globs)| analyzer(name, version, globs)).collect();
    all.sort_by(|a, b| (&a.tool.name, &a.tool.version).cmp(&(&b.tool.name, &b.tool.version)));
    all
}

/// What one session writes, one after the other; what is refused is written in vain.
fn written() -> Vec<(WriteScope, &'static str, Vec<RunInventory>)> {
    use Coverage::{Complete, Incomplete, Unknown};
    let run = |coverage, analyzers: &[AnalyzerInventory]| RunInventory { coverage, analyzers: analyzers.to_vec() };
    let alike = alike();
    let few = &alike[..3];
    let other = [analyzer("c", "1", &["another"]), analyzer("d", "1", &[])];
    let twice = [analyzer("d", "1", &[]), analyzer("c", "2", &[]), analyzer("d", "1", &["other"])];
    vec![
        (Full, "tools that are alike", vec![run(Complete, &alike)]),
        (Incremental, "nothing", vec![]),
        (Incremental, "coverage alone", vec![run(Incomplete, &alike)]),
        (Incremental, "the same again", vec![run(Incomplete, &alike)]),
        (Incremental, "the same backwards", vec![run(Incomplete, &alike.iter().rev().cloned().collect::<Vec<_>>())]),
        (Incremental, "analyzers alone", vec![run(Incomplete, few)]),
        (Incremental, "coverage alone, which is unknown again", vec![run(Unknown, few)]),
        (Incremental, "more, then less", vec![run(Complete, &alike), run(Complete, few)]),
        (Incremental, "less, then more", vec![run(Unknown, few), run(Incomplete, &other)]),
        (Incremental, "others, then what there was", vec![run(Complete, &alike), run(Incomplete, &other)]),
        (Incremental, "one that is refused", vec![run(Complete, &twice)]),
        (Incremental, "one, and one that is refused", vec![run(Unknown, &other), run(Complete, &twice)]),
        (Incremental, "one after one that is refused", vec![run(Complete, &twice), run(Complete, few)]),
        (Incremental, "globs alone", vec![run(Complete, &[analyzer("", "", &["*"]), few[1].clone(), few[2].clone()])]),
        (Incremental, "the order of globs", vec![run(Complete, &[analyzer("c", "1", &["*.h", "*.c"])])]),
        (Incremental, "the order of globs again", vec![run(Complete, &[analyzer("c", "1", &["*.c", "*.h"])])]),
        (Incremental, "a version alone", vec![run(Complete, &[analyzer("c", "1.0", &["*.c", "*.h"])])]),
        (Incremental, "no analyzer", vec![run(Complete, &[])]),
        (Full, "the default, over one that says something", vec![run(Complete, &alike), RunInventory::default()]),
        (Full, "coverage alone", vec![run(Incomplete, &[])]),
        (Full, "nothing at all", vec![]),
        (Full, "tools that are alike", vec![run(Unknown, &alike)]),
        (Full, "nothing at all again", vec![]),
    ]
}

pub(crate) fn inventories_are_replaced_whole(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut expected = RunInventory::default();
        for (scope, says, inventories) in written() {
            let mut session = index.backend.begin_index_session(request(scope)).await?;
            if scope == Full {
                expected = RunInventory::default();
            }
            for (number, inventory) in inventories.into_iter().enumerate() {
                let mut sorted = inventory.clone();
                let is_right = sorted.normalize().is_ok();
                match session.write_inventory(inventory).await {
                    Ok(()) => ensure!(is_right, "{says}: an inventory that lists a tool twice is accepted"),
                    Err(error) if !is_right && error.kind() == ErrorKind::InvalidInput => {}
                    Err(error) => return Err(Violation::from(error).during(says)),
                }
                if is_right {
                    expected = sorted;
                }
                // Whatever comes between changes nothing.
                if number == 0 {
                    session.put_file(file("between.toy")).await?;
                    session.rebuild_derived().await?;
                }
            }
            session.commit().await?;
            let RuntimeInventory { coverage, analyzers, .. } = index.backend.open_reader().await?.inventory().await?;
            let found = RunInventory { coverage, analyzers };
            ensure!(found == expected, "{says} was written: {expected:#?}, and found is {found:#?}");
        }
        Ok(())
    })
}

pub(crate) fn totals_count_what_is_stored(cx: &Cx) -> Outcome {
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
