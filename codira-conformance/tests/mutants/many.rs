//! Many entries: answers that end, begin again or lose one where a batch does.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    answers::{Edges, Imports, Inventory, Issues, Lines, Puts, Rows, States, Symbols, Units, same},
    fault::{Answer, Fault},
    judge::faults,
};

const ANY_NUMBER: &str = "asking::answers_of_any_number";

faults! {
    symbols_end_at_a_thousand: "no answer has more than a thousand symbols", ANY_NUMBER =>
        Symbols::limited_last(same, |_, entries| entries.truncate(BATCH));
    the_inventory_loses_the_last_of_a_batch: "where the inventory fills its last batch of a thousand, that is lost", ANY_NUMBER =>
        Inventory::limited_last(same, |_, entries| {
            if entries.len() % BATCH == 0 {
                entries.truncate(entries.len().saturating_sub(BATCH));
            }
        });
    a_batch_of_edges_begins_again: "the edge at which a batch of a thousand ends begins the next one, too", ANY_NUMBER =>
        Edges::limited_last(same, |_, entries| {
            if entries.len() > BATCH {
                entries.insert(BATCH, entries[BATCH - 1].clone());
            }
        });
    sites_end_at_a_thousand: "an edge has no more than a thousand sites", ANY_NUMBER =>
        Edges::limited_last(same, |_, entries| entries.iter_mut().for_each(|edge| edge.sites.truncate(BATCH)));
    sites_are_counted_in_a_byte: "of the sites of an edge every 256th is lost", ANY_NUMBER =>
        Edges::limited_last(same, |_, entries| {
            for edge in entries {
                let mut index = 0;
                edge.sites.retain(|_| {
                    index += 1;
                    index % 256 != 0
                });
            }
        });
    a_batch_of_imports_skips_one: "between batches of a thousand imports one is skipped", ANY_NUMBER =>
        Imports::limited_last(same, |_, entries| {
            if entries.len() > BATCH {
                entries.remove(BATCH);
            }
        });
    imports_are_sorted_as_texts: "the positions of imports are compared as texts", ANY_NUMBER =>
        Imports::limited_last(same, |asked, entries| {
            if matches!(asked.end, ImportEnd::FromFile(_)) {
                by_texts(entries);
            }
        });
    batches_of_lines_are_turned: "batches of four thousand lines come last one first", ANY_NUMBER =>
        Lines::limited_last(same, |_, entries| {
            let all = std::mem::take(entries);
            entries.extend(all.chunks(4_000).rev().flatten().cloned());
        });
    lines_end_before_ten_thousand: "no answer has more than 9 999 lines", ANY_NUMBER =>
        Lines::limited_last(same, |_, entries| entries.truncate(9_999));
    units_of_an_owner_end_at_a_thousand: "an owner has no more than a thousand documentation units", ANY_NUMBER =>
        Units::limited_last(same, |asked, entries| {
            entries.truncate(if asked.owner.is_some() { BATCH } else { usize::MAX });
        });
    issues_of_a_full_batch_are_lost: "where issues fill batches of a thousand, the last is lost", ANY_NUMBER =>
        Issues::limited_last(same, |_, entries| {
            if entries.len() >= BATCH && entries.len() % BATCH == 0 {
                entries.pop();
            }
        });
    issues_of_a_file_are_sorted_as_texts: "the positions of issues are compared as texts", ANY_NUMBER =>
        Issues::limited_last(same, |asked, entries| {
            if asked.rule.is_some() {
                by_texts(entries);
            }
        });
    files_end_at_four_thousand: "no more than four thousand files are listed", ANY_NUMBER =>
        States(|_, states| states.truncate(4_000));
    files_of_a_directory_end_at_a_thousand: "no more than a thousand files of a directory are listed", ANY_NUMBER =>
        States(|prefix, states| states.truncate(if prefix.as_str().contains('/') { BATCH } else { usize::MAX }));
    files_end_at_ten_thousand: "no more than ten thousand files are listed", ANY_NUMBER =>
        States(|_, states| states.truncate(10_000));
    rows_end_at_999: "no answer has more than 999 rows that wait", ANY_NUMBER =>
        Rows::limited_last(same, |_, entries| entries.truncate(999));
    incoming_edges_are_few: "no more than 1 000 edges are counted in at a symbol", ANY_NUMBER =>
        Inventory::limited_last(same, |_, entries| {
            entries.iter_mut().for_each(|entry| entry.calls.incoming = entry.calls.incoming.min(BATCH as u64));
        });
    totals_are_few: "no more than 16 383 imports are counted", ANY_NUMBER =>
        FewTotals;
    uses_end_at_sixteen_thousand: "of a file no more than 16 384 uses are kept", ANY_NUMBER =>
        Puts(|file| file.analysis.uses.truncate(16_384));
    callers_are_few: "the edges to a symbol are those of no more than four thousand files", ANY_NUMBER =>
        Edges::limited_last(same, |asked, entries| {
            let mut paths: Vec<RepoPath> = entries.iter().map(|edge| edge.owner.key.path.clone()).collect();
            paths.dedup();
            if let (EdgeEnd::To(_), Some(last)) = (&asked.end, paths.get(4_000)) {
                entries.retain(|edge| edge.owner.key.path < *last);
            }
        });
    a_limit_is_of_a_batch: "a limit beyond a thousand is one of a thousand", ANY_NUMBER =>
        Symbols::limited_last(same, |asked, entries| {
            entries.truncate(asked.limit.map_or(usize::MAX, |limit| limit.min(BATCH)));
        });
}

/// How many a batch has.
const BATCH: usize = 1_000;

/// Sorts what stood in a list by the texts of its indices there.
fn by_texts<T>(entries: &mut Vec<T>) {
    let mut numbered: Vec<(String, T)> =
        entries.drain(..).enumerate().map(|(index, entry)| (index.to_string(), entry)).collect();
    numbered.sort_by(|(a, _), (b, _)| a.cmp(b));
    entries.extend(numbered.into_iter().map(|(_, entry)| entry));
}

struct FewTotals;

#[async_trait]
impl Fault for FewTotals {
    async fn totals(&self, reader: &dyn IndexReader) -> Answer<Totals> {
        let totals = reader.totals().await?;
        Ok(Totals { imports: totals.imports.min(16_383), ..totals })
    }
}
