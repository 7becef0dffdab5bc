//! Drawing histories.

use codira_contracts::{AnalyzerInventory, ComputedEmbedding, Coverage, RunInventory, WriteScope};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    Edit, End, Focus, History, Run, Waiting, Whose,
    draw_model::{file, numbers, path, spec, tool, word},
};
use crate::{
    question::{
        Question,
        draw::{key, pending, query, retention, reuse, text_hash},
    },
    toy::Edition,
    vocabulary::{TEXTS, USES},
};

/// A history of a few sessions.
pub(crate) fn history() -> impl Strategy<Value = History> {
    Focus::any().prop_flat_map(|focus| vec(run(focus, end(focus).boxed()), 1..6)).prop_map(History)
}

/// A history of sessions that are all committed.
pub(crate) fn committed_history() -> impl Strategy<Value = History> {
    Focus::any().prop_flat_map(|focus| vec(run(focus, Just(End::Commit).boxed()), 1..5)).prop_map(History)
}

/// A history of sessions that are committed or given up, but never cut off.
pub(crate) fn plain_history() -> impl Strategy<Value = History> {
    let end = || prop_oneof![6 => Just(End::Commit), 1 => Just(End::Abort), 1 => Just(End::Drop)].boxed();
    Focus::any().prop_flat_map(move |focus| vec(run(focus, end()), 2..9)).prop_map(History)
}

fn run(focus: Focus, end: BoxedStrategy<End>) -> impl Strategy<Value = Run> {
    let scope = prop_oneof![5 => Just(WriteScope::Incremental), 1 => Just(WriteScope::Full)];
    let edition = prop_oneof![8 => Just(Edition::First), 1 => Just(Edition::Second), 1 => Just(Edition::Without)];
    let drawn = (scope, edition, vec(edit(focus), 0..6), end, vec(Question::any(focus), 0..20));
    drawn.prop_map(|(scope, edition, edits, end, questions)| Run { scope, edition, edits, end, questions })
}

fn end(focus: Focus) -> impl Strategy<Value = End> {
    prop_oneof![
        10 => Just(End::Commit),
        1 => Just(End::Abort),
        1 => Just(End::Drop),
        1 => (0..6u8).prop_map(End::CancelCommit),
        1 => (0..6u8, file(focus)).prop_map(|(polls, file)| End::CancelPut(polls, Box::new(file))),
        1 => (0..6u8).prop_map(End::CancelBegin),
    ]
}

fn edit(focus: Focus) -> impl Strategy<Value = Edit> {
    let waiting = (whose(focus), spec(), word(TEXTS)).prop_map(|(of, spec, text)| Waiting { of, spec, text });
    prop_oneof![
        36 => file(focus).prop_map(|file| Edit::Put(Box::new(file))),
        6 => path(focus).prop_map(Edit::Remove),
        2 => retention().prop_map(Edit::Maintain),
        2 => vec(waiting, 0..4).prop_map(Edit::Queue),
        2 => (0..4usize, numbers()).prop_map(|(limit, numbers)| Edit::ComputePending(limit, numbers)),
        1 => vec(computed(focus), 0..3).prop_map(Edit::Store),
        1 => inventory().prop_map(Edit::WriteInventory),
        1 => Just(Edit::RebuildDerived),
        1 => reuse().prop_map(Edit::AskReusable),
        1 => pending().prop_map(Edit::AskPending),
    ]
}

fn whose(focus: Focus) -> impl Strategy<Value = Whose> {
    prop_oneof![8 => (0..16usize).prop_map(Whose::Present), 1 => key(focus).prop_map(Whose::Key)]
}

fn computed(focus: Focus) -> impl Strategy<Value = ComputedEmbedding> {
    let drawn = (key(focus), spec(), text_hash(), query());
    drawn.prop_map(|(key, spec, text_hash, vector)| ComputedEmbedding { key, spec, text_hash, vector })
}

fn inventory() -> impl Strategy<Value = RunInventory> {
    let analyzer = (tool(), vec(word(USES), 0..3)).prop_map(|(tool, globs)| AnalyzerInventory { tool, globs });
    (select(Coverage::ALL), vec(analyzer, 0..3)).prop_map(|(coverage, analyzers)| RunInventory { coverage, analyzers })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        sync::Arc,
    };

    use codira_contracts::{EdgeEnd, EdgeRequest, EdgeTarget, FileSnapshot, Language, RepoPath, SymbolKey, UseKind};
    use codira_memory::IndexState;
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    use super::*;
    use crate::{
        toy::{OPEN, TOY},
        vocabulary::NAMES,
    };

    /// What becomes of the edges of a file while it stays as it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum Turn {
        Resolves,
        Unresolves,
        /// It resolves no longer, though what it led to is still there.
        BecomesAmbiguous,
        MovesOn,
    }

    /// Histories in which nothing refers to anything would test nothing.
    #[test]
    fn edges_cross_files_and_follow_them() {
        let mut runner = TestRunner::deterministic();
        let mut crossing: BTreeMap<Language, usize> = BTreeMap::new();
        let mut turns: BTreeMap<(Language, Turn), usize> = BTreeMap::new();
        for _ in 0..1024 {
            let mut state = Arc::<IndexState>::default();
            for run in history().new_tree(&mut runner).unwrap().current().0 {
                let mut draft = state.begin(run.request());
                for edit in &run.edits {
                    match edit {
                        Edit::Put(file) => drop(draft.put_file(FileSnapshot::clone(file))),
                        Edit::Remove(path) => draft.remove_file(path),
                        _ => {}
                    }
                }
                let next = Arc::new(draft.seal());
                let (before, after) = (targets(&state), targets(&next));
                for ((path, owner), now) in &after {
                    let language = &next.file(path).unwrap().analysis.language;
                    let crosses = |target: &EdgeTarget| matches!(target, EdgeTarget::Resolved(key) if key.path != *path);
                    *crossing.entry(language.clone()).or_default() += usize::from(now.iter().any(crosses));
                    let Some(earlier) = before.get(&(path.clone(), owner.clone())) else { continue };
                    let same_file = state.file(path).map(|file| &file.analysis) == next.file(path).map(|file| &file.analysis);
                    if !same_file || earlier == now {
                        continue;
                    }
                    let turn = match (earlier.iter().any(crosses), now.iter().any(crosses)) {
                        (false, true) => Turn::Resolves,
                        (true, false) if earlier.iter().filter(|it| crosses(it)).all(|it| is_there(&next, it)) => {
                            Turn::BecomesAmbiguous
                        }
                        (true, false) => Turn::Unresolves,
                        _ => Turn::MovesOn,
                    };
                    *turns.entry((language.clone(), turn)).or_default() += 1;
                }
                state = next;
            }
        }
        for language in [TOY, OPEN] {
            assert!(crossing.get(&language).is_some_and(|edges| *edges >= 20), "{language}: {crossing:#?}");
            for turn in [Turn::Resolves, Turn::Unresolves] {
                assert!(turns.contains_key(&(language.clone(), turn)), "{language}, {turn:?}: {turns:#?}");
            }
        }
        // Two files of the open language seldom offer a second candidate;
        // `graph::edges_follow_every_change` does.
        assert!(turns.contains_key(&(TOY, Turn::BecomesAmbiguous)), "{turns:#?}");
    }

    fn is_there(state: &IndexState, target: &EdgeTarget) -> bool {
        let EdgeTarget::Resolved(key) = target else { return false };
        state.file(&key.path).is_some_and(|file| file.analysis.symbols.iter().any(|symbol| symbol.id == key.id))
    }

    /// The targets of the uses of every symbol, by file and symbol.
    type Targets = BTreeMap<(RepoPath, SymbolKey), BTreeSet<EdgeTarget>>;

    fn targets(state: &Arc<IndexState>) -> Targets {
        let mut targets = Targets::new();
        let view = state.view();
        for name in NAMES {
            for kind in UseKind::ALL {
                for edge in view.edges(&EdgeRequest::new(*kind, EdgeEnd::FromNamed((*name).to_owned()))) {
                    let of = targets.entry((edge.owner.key.path.clone(), edge.owner.key.clone())).or_default();
                    of.insert(edge.target.key());
                }
            }
        }
        targets
    }
}
