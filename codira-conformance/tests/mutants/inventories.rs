//! Inventories that are merged, sorted as numbers or written in part.

use std::sync::Mutex;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::faults,
};

const WHOLE: &str = "storing::inventories_are_replaced_whole";

faults! {
    a_second_write_adds: "a second inventory of a session adds its analyzers to the first", WHOLE =>
        Writing::by(|written, inventory| right(inventory, |inventory| match &written.session {
            Some(first) => Some(both(first, inventory)),
            None => Some(inventory),
        }));
    the_first_write_counts: "of two inventories of a session, the first counts", WHOLE =>
        Writing::by(|written, inventory| right(inventory, |inventory| written.session.is_none().then_some(inventory)));
    former_analyzers_stay: "an inventory adds its analyzers to those of the commit", WHOLE =>
        Writing::by(|written, inventory| right(inventory, |inventory| Some(both(&written.committed, inventory))));
    coverage_alone_is_not_written: "an inventory of the same analyzers is not written", WHOLE =>
        Writing::by(|written, inventory| right(inventory, |mut inventory| {
            inventory.normalize().ok()?;
            (inventory.analyzers != written.last().analyzers).then_some(inventory)
        }));
    analyzers_alone_are_not_written: "an inventory of the same coverage is not written", WHOLE =>
        Writing::by(|written, inventory| right(inventory, |inventory| {
            (inventory.coverage != written.last().coverage).then_some(inventory)
        }));
    no_analyzers_are_not_written: "an inventory without analyzers is not written", WHOLE =>
        Writing::by(|_, inventory| right(inventory, |inventory| (!inventory.analyzers.is_empty()).then_some(inventory)));
    the_default_is_not_written: "an inventory that is the default is not written", WHOLE =>
        Writing::by(|_, inventory| right(inventory, |inventory| (inventory != RunInventory::default()).then_some(inventory)));
    globs_of_a_known_tool_stay: "an analyzer of the same tool keeps its globs", WHOLE =>
        Writing::by(|written, inventory| right(inventory, |mut inventory| {
            for analyzer in &mut inventory.analyzers {
                if let Some(known) = written.committed.analyzers.iter().find(|known| known.tool == analyzer.tool) {
                    analyzer.globs = known.globs.clone();
                }
            }
            Some(inventory)
        }));
    complete_is_for_ever: "coverage that is complete stays so", WHOLE =>
        Writing::by(|written, inventory| right(inventory, |mut inventory| {
            if written.last().coverage == Coverage::Complete {
                inventory.coverage = Coverage::Complete;
            }
            Some(inventory)
        }));
    a_refused_inventory_clears: "an inventory that is refused leaves none", WHOLE =>
        Writing::by(|_, inventory| Some(if is_right(&inventory) { inventory } else { RunInventory::default() }));
    a_refused_inventory_is_written_in_part: "of an inventory that is refused, each tool is written once", WHOLE =>
        Writing::by(|_, inventory| match is_right(&inventory) {
            true => Some(inventory),
            false => Some(last_of(inventory, ToString::to_string)),
        });
    analyzers_are_kept_by_name: "of analyzers of one name, the last version stays", WHOLE =>
        Writing::by(|_, inventory| right(inventory, |inventory| Some(last_of(inventory, |tool| tool.name.clone()))));
    names_of_analyzers_have_no_case: "of analyzers whose names differ in case, the last stays", WHOLE =>
        Writing::by(|_, inventory| right(inventory, |inventory| {
            Some(last_of(inventory, |tool| format!("{} {}", tool.name.to_lowercase(), tool.version)))
        }));
    tools_are_trimmed: "names and versions of analyzers lose the blanks at their ends", WHOLE =>
        Writing::by(|_, inventory| right(inventory, |mut inventory| {
            for AnalyzerInventory { tool, .. } in &mut inventory.analyzers {
                *tool = Tool::new(tool.name.trim(), tool.version.trim());
            }
            Some(last_of(inventory, |tool| format!("{:?}", (&tool.name, &tool.version))))
        }));
    versions_are_numbers: "analyzers of one name are listed by the numbers of their versions", WHOLE =>
        Listing::by(|version| version.parse().unwrap_or_default());
    versions_order_by_length: "analyzers of one name are listed by the lengths of their versions", WHOLE =>
        Listing::by(|version| version.len() as u64);
    globs_are_joined_by_commas: "the globs of an analyzer are kept as one text with commas", WHOLE =>
        Writing::by(|_, inventory| right(inventory, |mut inventory| {
            for AnalyzerInventory { globs, .. } in inventory.analyzers.iter_mut().filter(|analyzer| !analyzer.globs.is_empty()) {
                *globs = globs.join(",").split(',').map(str::to_owned).collect();
            }
            Some(inventory)
        }));
    an_inventory_has_a_hundred_analyzers: "an inventory keeps a hundred analyzers", WHOLE =>
        Writing::by(|_, inventory| right(inventory, |mut inventory| {
            inventory.normalize().ok()?;
            inventory.analyzers.truncate(100);
            Some(inventory)
        }));
}

/// What was written last, in the session that is open and in those that are over.
#[derive(Default)]
struct Written {
    session: Option<RunInventory>,
    committed: RunInventory,
}

/// Writes another inventory than it was given. Sessions that are given up are not undone.
struct Writing {
    written: Mutex<Written>,
    write: fn(&Written, RunInventory) -> Option<RunInventory>,
}

impl Writing {
    fn by(write: fn(&Written, RunInventory) -> Option<RunInventory>) -> Self {
        Self { written: Mutex::default(), write }
    }
}

#[async_trait]
impl Fault for Writing {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let scope = request.scope;
        let session = base.begin_index_session(request).await?;
        let mut written = self.written.lock().unwrap();
        if let Some(last) = written.session.take() {
            written.committed = last;
        }
        if scope == WriteScope::Full {
            written.committed = RunInventory::default();
        }
        Ok(session)
    }

    async fn write_inventory(&self, session: &mut DynSession, inventory: RunInventory) -> Answer<()> {
        let refused = inventory.clone().normalize();
        let other = (self.write)(&self.written.lock().unwrap(), inventory);
        if let Some(mut other) = other {
            other.normalize()?;
            session.write_inventory(other.clone()).await?;
            self.written.lock().unwrap().session = Some(other);
        }
        refused
    }
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

/// Lists analyzers of one name in an order of its own.
struct Listing(fn(&str) -> u64);

impl Listing {
    fn by(key: fn(&str) -> u64) -> Self {
        Self(key)
    }
}

#[async_trait]
impl Fault for Listing {
    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let mut inventory = reader.inventory().await?;
        inventory.analyzers.sort_by_key(|analyzer| (analyzer.tool.name.clone(), (self.0)(&analyzer.tool.version)));
        Ok(inventory)
    }
}
