//! Inventories that are merged, sorted as numbers or written in part.

use std::sync::Mutex;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
};

const WHOLE: &str = "storing::inventories_are_replaced_whole";

mutants! {
    a_second_write_adds: Merges, "a second inventory of a session adds its analyzers to the first", WHOLE;
    the_first_write_counts: FirstCounts, "of two inventories of a session, the first counts", WHOLE;
    former_analyzers_stay: FormerStay, "an inventory adds its analyzers to those of the commit", WHOLE;
    coverage_alone_is_not_written: CoverageAlone, "an inventory of the same analyzers is not written", WHOLE;
    analyzers_alone_are_not_written: AnalyzersAlone, "an inventory of the same coverage is not written", WHOLE;
    no_analyzers_are_not_written: NoAnalyzers, "an inventory without analyzers is not written", WHOLE;
    the_default_is_not_written: DefaultAside, "an inventory that is the default is not written", WHOLE;
    globs_of_a_known_tool_stay: GlobsStay, "an analyzer of the same tool keeps its globs", WHOLE;
    complete_is_for_ever: CompleteStays, "coverage that is complete stays so", WHOLE;
    a_refused_inventory_clears: RefusalClears, "an inventory that is refused leaves none", WHOLE;
    a_refused_inventory_is_written_in_part: RefusalWrites, "of an inventory that is refused, each tool is written once", WHOLE;
    analyzers_are_kept_by_name: ByName, "of analyzers of one name, the last version stays", WHOLE;
    names_of_analyzers_have_no_case: WithoutCase, "of analyzers whose names differ in case, the last stays", WHOLE;
    tools_are_trimmed: Trims, "names and versions of analyzers lose the blanks at their ends", WHOLE;
    versions_are_numbers: Numbers, "analyzers of one name are listed by the numbers of their versions", WHOLE;
    versions_order_by_length: Lengths, "analyzers of one name are listed by the lengths of their versions", WHOLE;
    globs_are_joined_by_commas: Joins, "the globs of an analyzer are kept as one text with commas", WHOLE;
    an_inventory_has_a_hundred_analyzers: Hundred, "an inventory keeps a hundred analyzers", WHOLE;
}

/// What was written last, in the session that is open and in those that are over.
#[derive(Default)]
struct Written {
    session: Option<RunInventory>,
    committed: RunInventory,
}

/// Backends that write another inventory than they were given. Sessions that are given up are not undone.
macro_rules! writing {
    ($($fault:ident: $write:expr;)*) => {$(
        #[derive(Default)]
        struct $fault(Mutex<Written>);

        #[async_trait]
        impl Fault for $fault {
            async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
                let scope = request.scope;
                let session = base.begin_index_session(request).await?;
                let mut written = self.0.lock().unwrap();
                if let Some(last) = written.session.take() {
                    written.committed = last;
                }
                if scope == WriteScope::Full {
                    written.committed = RunInventory::default();
                }
                drop(written);
                Ok(session)
            }

            async fn write_inventory(&self, session: &mut DynSession, inventory: RunInventory) -> Answer<()> {
                let refused = inventory.clone().normalize();
                let write: fn(&Written, RunInventory) -> Option<RunInventory> = $write;
                let other = write(&self.0.lock().unwrap(), inventory);
                if let Some(mut other) = other && (refused.is_ok() || other.clone().normalize().is_ok()) {
                    session.write_inventory(other.clone()).await?;
                    other.normalize()?;
                    self.0.lock().unwrap().session = Some(other);
                }
                refused
            }
        }
    )*};
}

/// The analyzers of both, each tool once.
fn both(first: &RunInventory, then: RunInventory) -> RunInventory {
    let known = first.analyzers.iter().filter(|known| !then.analyzers.iter().any(|own| own.tool == known.tool)).cloned();
    RunInventory { analyzers: then.analyzers.iter().cloned().chain(known).collect(), ..then }
}

/// The last analyzer of those that are alike.
fn last_of(mut inventory: RunInventory, alike: impl Fn(&Tool) -> String) -> RunInventory {
    let mut kept: Vec<AnalyzerInventory> = Vec::new();
    inventory.analyzers.sort();
    for analyzer in inventory.analyzers {
        kept.retain(|known| alike(&known.tool) != alike(&analyzer.tool));
        kept.push(analyzer);
    }
    RunInventory { analyzers: kept, ..inventory }
}

fn is_right(inventory: &RunInventory) -> bool {
    inventory.clone().normalize().is_ok()
}

/// Makes something else of what is right.
fn right(inventory: RunInventory, change: impl FnOnce(RunInventory) -> Option<RunInventory>) -> Option<RunInventory> {
    if is_right(&inventory) { change(inventory) } else { None }
}

impl Written {
    fn last(&self) -> &RunInventory {
        self.session.as_ref().unwrap_or(&self.committed)
    }
}

writing! {
    Merges: |written, inventory| right(inventory, |inventory| match &written.session {
        Some(first) => Some(both(first, inventory)),
        None => Some(inventory),
    });
    FirstCounts: |written, inventory| right(inventory, |inventory| written.session.is_none().then_some(inventory));
    FormerStay: |written, inventory| right(inventory, |inventory| Some(both(&written.committed, inventory)));
    CoverageAlone: |written, inventory| right(inventory, |mut inventory| {
        inventory.normalize().ok()?;
        (inventory.analyzers != written.last().analyzers).then_some(inventory)
    });
    AnalyzersAlone: |written, inventory| right(inventory, |inventory| {
        (inventory.coverage != written.last().coverage).then_some(inventory)
    });
    NoAnalyzers: |_, inventory| right(inventory, |inventory| (!inventory.analyzers.is_empty()).then_some(inventory));
    DefaultAside: |_, inventory| right(inventory, |inventory| (inventory != RunInventory::default()).then_some(inventory));
    GlobsStay: |written, inventory| right(inventory, |mut inventory| {
        for analyzer in &mut inventory.analyzers {
            if let Some(known) = written.committed.analyzers.iter().find(|known| known.tool == analyzer.tool) {
                analyzer.globs = known.globs.clone();
            }
        }
        Some(inventory)
    });
    CompleteStays: |written, inventory| right(inventory, |mut inventory| {
        if written.last().coverage == Coverage::Complete {
            inventory.coverage = Coverage::Complete;
        }
        Some(inventory)
    });
    RefusalClears: |_, inventory| Some(if is_right(&inventory) { inventory } else { RunInventory::default() });
    RefusalWrites: |_, inventory| match is_right(&inventory) {
        true => Some(inventory),
        false => Some(last_of(inventory, ToString::to_string)),
    };
    ByName: |_, inventory| right(inventory, |inventory| Some(last_of(inventory, |tool| tool.name.clone())));
    WithoutCase: |_, inventory| right(inventory, |inventory| {
        Some(last_of(inventory, |tool| format!("{} {}", tool.name.to_lowercase(), tool.version)))
    });
    Trims: |_, inventory| right(inventory, |mut inventory| {
        for AnalyzerInventory { tool, .. } in &mut inventory.analyzers {
            *tool = Tool::new(tool.name.trim(), tool.version.trim());
        }
        Some(last_of(inventory, |tool| format!("{:?}", (&tool.name, &tool.version))))
    });
    Joins: |_, inventory| right(inventory, |mut inventory| {
        for AnalyzerInventory { globs, .. } in inventory.analyzers.iter_mut().filter(|analyzer| !analyzer.globs.is_empty()) {
            *globs = globs.join(",").split(',').map(str::to_owned).collect();
        }
        Some(inventory)
    });
    Hundred: |_, inventory| right(inventory, |mut inventory| {
        inventory.normalize().ok()?;
        inventory.analyzers.truncate(100);
        Some(inventory)
    });
}

/// Backends that list analyzers in an order of their own.
macro_rules! listing {
    ($($fault:ident: $key:expr;)*) => {$(
        #[derive(Default)]
        struct $fault;

        #[async_trait]
        impl Fault for $fault {
            async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
                let key: fn(&str) -> u64 = $key;
                let mut inventory = reader.inventory().await?;
                inventory.analyzers.sort_by_key(|analyzer| (analyzer.tool.name.clone(), key(&analyzer.tool.version)));
                Ok(inventory)
            }
        }
    )*};
}

listing! {
    Numbers: |version| version.parse().unwrap_or_default();
    Lengths: |version| version.len() as u64;
}
