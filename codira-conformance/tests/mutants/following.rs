//! Edges that do not follow a change: facts, keys and dependants that a store gets wrong.

use std::collections::BTreeSet;

use codira_contracts::{
    resolve::{Fact, FactKey, KnownFacts, Offer, Resolution},
    *,
};

use crate::{
    deriving::{Change, Derives, Files, Kept, Situation, facts, steps},
    judge::faults,
};

const FACTS: &str = "graph::edges_follow_each_fact";
const SIZE: &str = "graph::edges_follow_changes_of_any_size";

faults! {
    keys_alone_are_compared: "a name whose fact changed, but not its key, is not looked at again", FACTS =>
        Derives::by(ComparesKeys);
    names_that_come_are_not_seen: "only names that went are looked at again", FACTS =>
        Derives::by(SeesWhatGoes);
    names_that_go_are_not_seen: "only names that came are looked at again", FACTS =>
        Derives::by(SeesWhatComes);
    facts_are_compared_by_length: "a fact of the same length as before is the same", FACTS =>
        Derives::by(ComparesLengths);
    facts_are_compared_without_order: "a fact that has its parts in another order is the same", FACTS =>
        Derives::by(ComparesBags);
    facts_are_compared_without_bases: "a fact is compared up to the bases of the type", FACTS =>
        Derives::by(ComparesIds);
    names_are_compared_without_case: "a name that differs in case is the same", FACTS =>
        Derives::by(ComparesLowerCase);
    a_former_module_is_forgotten: "the names of a module that was renamed are not looked at again", FACTS =>
        Derives::by(ForgetsTheModule);
    a_name_with_a_second_file_is_settled: "a name that another file defines, too, is not looked at again", FACTS =>
        Derives::by(TrustsTheOther);
    removals_turn_nothing: "what referred to a removed file is not looked at again", FACTS =>
        Derives::by(IgnoresRemovals);
    a_removal_after_deriving_turns_nothing: "what refers to a file that was derived and then removed is not looked at again", FACTS =>
        Derives::by(RemovesUnderivedAlone);
    names_are_followed_into_neighbours: "where one file changed, names are followed into the modules that it imports", FACTS =>
        Derives::by(KnowsNeighbours);
    removed_facts_stay: "what a removed file offered is found until the next session", FACTS =>
        Derives::by(KeepsGoneFacts);
    a_removal_takes_the_facts_of_others: "with a file go the facts of all files under its keys", FACTS =>
        Derives::by(RemovesByKey);
    facts_of_the_former_language_stay: "a file of another language still offers what it offered before", FACTS =>
        Derives::by(KeepsFormerFacts);
    the_language_is_no_change: "a file of another language, and else the same, is not derived again", FACTS =>
        Derives::by(OverlooksLanguage);
    a_file_of_the_same_state_is_the_same: "a file of the same hash, size and time is not derived again", FACTS =>
        Derives::by(TrustsTheState);
    only_new_facts_resolve_a_file: "a file that was put is resolved again if its facts changed", FACTS =>
        Derives::by(SkipsSameFacts);
    only_new_records_resolve_a_file: "a file is resolved again if its imports or uses changed", FACTS =>
        Derives::by(SkipsSameRecords);
    records_are_counted: "a file with as many symbols, imports and uses as before is not resolved again", FACTS =>
        Derives::by(SkipsSameCounts);
    sites_are_no_change: "a file of which only sites changed keeps its edges", FACTS =>
        Derives::by(SkipsSites);
    owners_of_imports_are_no_change: "a file of which only the owner of an import changed keeps its facts", FACTS =>
        Derives::by(SkipsOwners);
    visibility_is_no_change: "a file of which only visibilities changed keeps its facts", FACTS =>
        Derives::by(SkipsVisibility);
    kinds_are_no_change: "a file of which only kinds of symbols changed keeps its facts", FACTS =>
        Derives::by(SkipsKinds);
    what_was_not_found_is_not_noted: "a file is found by the names that it found, not by those it sought", FACTS =>
        Derives::by(NotesWhatIsThere);
    only_direct_imports_are_noted: "a file is found by the modules that it imports, not by those behind", FACTS =>
        Derives::by(NotesDirectImports);
    globs_are_not_noted: "a file is not found by the globs that it went through", FACTS =>
        Derives::by(NotesNoGlobs);
    modules_are_not_noted: "a file is not found by the modules that it looked for", FACTS =>
        Derives::by(NotesNoModules);
    members_are_not_noted: "a file is not found by the members that it looked for", FACTS =>
        Derives::by(NotesNoMembers);
    dependants_are_of_the_directory: "only files beside a changed one are resolved again", FACTS =>
        Derives::by(FollowsTheDirectory);
    dependants_are_of_the_language: "only files of the language of a changed one are resolved again", FACTS =>
        Derives::by(FollowsTheLanguage);
    import_targets_stay: "a file that is resolved again keeps the targets of its imports", FACTS =>
        Derives::by(KeepsTargets);
    references_stay: "a file that is resolved again keeps its references", FACTS =>
        Derives::by(KeepsReferences);
    calls_stay: "a file that is resolved again keeps its calls", FACTS =>
        Derives::by(KeepsCalls);
    external_edges_stay: "what led out of the repository is never looked at again", FACTS =>
        Derives::by(KeepsExternal);
    a_change_after_deriving_is_measured_by_the_commit: "after deriving early, a file that is put again is compared with the commit", FACTS =>
        Derives::by(ComparesWithTheCommit);
    dependants_are_resolved_once: "a file that was resolved early in a session is not resolved again for others", FACTS =>
        Derives::by(FollowsOnce);
    a_file_is_derived_once: "a file that was derived early in a session is not derived again", FACTS =>
        Derives::by(DerivesOnce);
    a_thousand_files_follow: "a thousand files are resolved again, and no more", SIZE =>
        Derives::by(FollowsAThousand);
    a_thousand_names_follow: "of a file, a thousand names are looked at again, and no more", SIZE =>
        Derives::by(ChangesAThousand);
    facts_of_a_thousand_files_are_known: "facts of a thousand files are looked up, and no more", SIZE =>
        Derives::by(KnowsAThousand);
    four_thousand_names_are_noted: "a file is found by four thousand names, and no more", SIZE =>
        Derives::by(NotesFourThousand);
    four_thousand_facts_are_kept: "of a file, four thousand facts are kept, and no more", SIZE =>
        Derives::by(KeepsFourThousand);
}

fn symmetric(change: &Change<'_>, of: impl Fn(&Offer) -> (FactKey, Vec<u8>)) -> BTreeSet<FactKey> {
    let parts = |offers: &[Offer]| offers.iter().map(&of).collect::<BTreeSet<_>>();
    let (before, after) = (parts(change.before_offers), parts(change.offers));
    before.symmetric_difference(&after).map(|(key, _)| key.clone()).collect()
}

fn minus(from: &[Offer], without: &[Offer]) -> BTreeSet<FactKey> {
    from.iter().filter(|offer| !without.contains(offer)).map(|offer| offer.key.clone()).collect()
}

fn changed(change: &Change<'_>) -> BTreeSet<FactKey> {
    codira_contracts::resolve::changed_keys(change.before_offers, change.offers)
}

/// Whether two files are the same once a difference is taken away.
fn same_but(change: &Change<'_>, blur: impl Fn(&mut FileAnalysis)) -> bool {
    change.both().is_some_and(|(before, after)| {
        let (mut before, mut after) = (before.analysis.clone(), after.analysis.clone());
        blur(&mut before);
        blur(&mut after);
        before == after
    })
}

fn kept(mut asked: BTreeSet<FactKey>, keeps: impl Fn(&FactKey) -> bool) -> BTreeSet<FactKey> {
    asked.retain(keeps);
    asked
}

/// What a file was resolved to, with the edges of before where `stays` says so.
fn staying(before: &Resolution, mut now: Resolution, stays: impl Fn(&Edge) -> bool) -> Resolution {
    now.edges.retain(|edge| !stays(edge));
    now.edges.extend(before.edges.iter().filter(|edge| stays(edge)).cloned());
    now.edges.sort();
    now
}

steps! {
    ComparesKeys {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> {
            symmetric(change, |offer| (offer.key.clone(), Vec::new()))
        }
    }
    SeesWhatGoes {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> { minus(change.before_offers, change.offers) }
    }
    SeesWhatComes {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> { minus(change.offers, change.before_offers) }
    }
    ComparesLengths {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> {
            symmetric(change, |offer| (offer.key.clone(), vec![0; offer.fact.as_bytes().len()]))
        }
    }
    ComparesBags {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> {
            symmetric(change, |Offer { key, fact }| {
                let mut bytes = fact.as_bytes().to_vec();
                bytes.sort_unstable();
                (key.clone(), bytes)
            })
        }
    }
    ComparesIds {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> {
            let of = |fact: &Fact| String::from_utf8_lossy(fact.as_bytes()).split("bases").next().map(str::to_owned);
            symmetric(change, |offer| (offer.key.clone(), of(&offer.fact).unwrap_or_default().into_bytes()))
        }
    }
    ComparesLowerCase {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> {
            let lower = |offer: &Offer| (offer.key.name.to_lowercase(), offer.fact.clone());
            let both = |offers: &[Offer]| offers.iter().map(lower).collect::<BTreeSet<_>>();
            let (before, after) = (both(change.before_offers), both(change.offers));
            let turned: BTreeSet<_> = before.symmetric_difference(&after).map(|(name, _)| name.clone()).collect();
            kept(changed(change), |key| turned.contains(&key.name.to_lowercase()))
        }
    }
    ForgetsTheModule {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> {
            let scopes: BTreeSet<&String> = change.offers.iter().map(|offer| &offer.key.scope).collect();
            kept(changed(change), |key| change.removes() || scopes.contains(&key.scope))
        }
    }
    TrustsTheOther {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> {
            let own = change.file.or(change.before.map(|kept| &kept.file)).map(FileSnapshot::path);
            let others = || change.all.iter().filter(|(path, _)| Some(*path) != own);
            kept(changed(change), |key| !others().any(|(_, kept)| kept.offers.iter().any(|offer| offer.key == *key)))
        }
    }
    IgnoresRemovals {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> {
            if change.removes() { BTreeSet::new() } else { changed(change) }
        }
    }
    RemovesUnderivedAlone {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> {
            let derived = change.before.is_some_and(|kept| change.resolved.contains(kept.file.path()));
            if change.removes() && derived { BTreeSet::new() } else { changed(change) }
        }
    }
    KeepsGoneFacts {
        fn facts(&self, situation: &Situation<'_>) -> KnownFacts {
            let all = situation.all.iter().chain(situation.gone);
            KnownFacts::complete(all.map(|(path, kept)| (path.clone(), kept.offers.clone())))
        }
    }
    KnowsNeighbours {
        fn facts(&self, situation: &Situation<'_>) -> KnownFacts {
            if situation.changed.len() != 1 {
                return facts(situation.all);
            }
            let changed = || situation.changed.iter().filter_map(|path| situation.all.get(path));
            let imported: BTreeSet<&str> =
                changed().flat_map(|kept| &kept.file.analysis.imports).map(|import| &*import.module).collect();
            let near = |path: &RepoPath, kept: &Kept| {
                situation.changed.contains(path) || imported.contains(&*kept.file.analysis.module)
            };
            let known = situation.all.iter().filter(|(path, kept)| near(path, kept));
            KnownFacts::complete(known.map(|(path, kept)| (path.clone(), kept.offers.clone())))
        }
    }
    KnowsAThousand {
        fn facts(&self, situation: &Situation<'_>) -> KnownFacts {
            KnownFacts::complete(situation.all.iter().take(1_000).map(|(path, kept)| (path.clone(), kept.offers.clone())))
        }
    }
    RemovesByKey {
        fn facts(&self, situation: &Situation<'_>) -> KnownFacts {
            let gone = || situation.gone.values().flat_map(|kept| &kept.offers);
            let left = |path: &RepoPath, kept: &Kept| {
                let stays = |offer: &&Offer| situation.changed.contains(path) || !gone().any(|gone| gone.key == offer.key);
                kept.offers.iter().filter(stays).cloned().collect::<Vec<_>>()
            };
            KnownFacts::complete(situation.all.iter().map(|(path, kept)| (path.clone(), left(path, kept))))
        }
    }
    KeepsFormerFacts {
        fn offers(&self, before: Option<&Kept>, file: &FileSnapshot, mut offers: Vec<Offer>) -> Vec<Offer> {
            if let Some(before) = before.filter(|before| before.file.analysis.language != file.analysis.language) {
                offers.extend(before.offers.iter().cloned());
                offers.sort();
                offers.dedup();
            }
            offers
        }
    }
    OverlooksLanguage {
        fn overlooks(&self, change: &Change<'_>) -> bool {
            same_but(change, |analysis| analysis.language = Language::from_static("any"))
        }
    }
    TrustsTheState {
        fn overlooks(&self, change: &Change<'_>) -> bool {
            change.both().is_some_and(|(before, after)| before.state == after.state)
        }
    }
    SkipsSameFacts {
        fn skips(&self, change: &Change<'_>) -> bool { changed(change).is_empty() }
    }
    SkipsSameRecords {
        fn skips(&self, change: &Change<'_>) -> bool {
            same_but(change, |analysis| {
                analysis.symbols.clear();
                analysis.module.clear();
                analysis.language = Language::from_static("any");
            })
        }
    }
    SkipsSameCounts {
        fn skips(&self, change: &Change<'_>) -> bool {
            let counts = |file: &FileSnapshot| {
                let FileAnalysis { symbols, imports, uses, .. } = &file.analysis;
                (symbols.len(), imports.len(), uses.len())
            };
            change.both().is_some_and(|(before, after)| counts(before) == counts(after))
        }
    }
    SkipsSites {
        fn skips(&self, change: &Change<'_>) -> bool {
            same_but(change, |analysis| analysis.uses.iter_mut().for_each(|record| record.site = Site::new(1, 1)))
        }
    }
    SkipsOwners {
        fn overlooks(&self, change: &Change<'_>) -> bool {
            same_but(change, |analysis| {
                analysis.symbols.clear();
                analysis.imports.iter_mut().for_each(|import| import.owner = None);
            })
        }
    }
    SkipsVisibility {
        fn overlooks(&self, change: &Change<'_>) -> bool {
            same_but(change, |analysis| {
                analysis.symbols.iter_mut().for_each(|symbol| symbol.visibility = Visibility::Public);
            })
        }
    }
    SkipsKinds {
        fn overlooks(&self, change: &Change<'_>) -> bool {
            same_but(change, |analysis| {
                analysis.symbols.iter_mut().for_each(|symbol| symbol.kind = SymbolKind::Function);
            })
        }
    }
    NotesWhatIsThere {
        fn asked(&self, _: &FileSnapshot, asked: BTreeSet<FactKey>, all: &Files) -> BTreeSet<FactKey> {
            kept(asked, |key| all.values().any(|kept| kept.offers.iter().any(|offer| offer.key == *key)))
        }
    }
    NotesDirectImports {
        fn asked(&self, file: &FileSnapshot, asked: BTreeSet<FactKey>, _: &Files) -> BTreeSet<FactKey> {
            let FileAnalysis { module, imports, .. } = &file.analysis;
            let package = module.rsplit_once('.').map_or("", |(package, _)| package);
            let whole = |import: &Import| match import.module.strip_prefix('.') {
                Some(rest) => format!("toy:{package}.{rest}"),
                None => format!("toy:{}", import.module),
            };
            let scopes: BTreeSet<String> = imports.iter().map(whole).chain([format!("toy:{module}")]).collect();
            kept(asked, |key| !key.scope.starts_with("toy:") || scopes.contains(&key.scope))
        }
    }
    NotesNoGlobs {
        fn asked(&self, _: &FileSnapshot, asked: BTreeSet<FactKey>, _: &Files) -> BTreeSet<FactKey> {
            kept(asked, |key| key.name != "*")
        }
    }
    NotesNoModules {
        fn asked(&self, _: &FileSnapshot, asked: BTreeSet<FactKey>, _: &Files) -> BTreeSet<FactKey> {
            kept(asked, |key| !key.name.is_empty())
        }
    }
    NotesNoMembers {
        fn asked(&self, _: &FileSnapshot, asked: BTreeSet<FactKey>, _: &Files) -> BTreeSet<FactKey> {
            kept(asked, |key| !key.name.contains('.'))
        }
    }
    FollowsTheDirectory {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            let beside = |path: &RepoPath| situation.changed.iter().any(|changed| changed.parent() == path.parent());
            dependants.into_iter().filter(beside).collect()
        }
    }
    FollowsTheLanguage {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            let language = |path: &RepoPath| {
                let kept = situation.all.get(path).or(situation.gone.get(path));
                kept.map(|kept| kept.file.analysis.language.clone())
            };
            let of_one = |path: &RepoPath| situation.changed.iter().any(|changed| language(changed) == language(path));
            dependants.into_iter().filter(of_one).collect()
        }
    }
    KeepsTargets {
        fn again(&self, before: &Resolution, mut now: Resolution, was_put: bool) -> Resolution {
            if !was_put {
                now.imports = before.imports.clone();
            }
            now
        }
    }
    KeepsReferences {
        fn again(&self, before: &Resolution, now: Resolution, was_put: bool) -> Resolution {
            staying(before, now, |edge| !was_put && edge.kind == UseKind::Reference)
        }
    }
    KeepsCalls {
        fn again(&self, before: &Resolution, now: Resolution, was_put: bool) -> Resolution {
            staying(before, now, |edge| !was_put && edge.kind == UseKind::Call)
        }
    }
    KeepsExternal {
        fn asked(&self, _: &FileSnapshot, asked: BTreeSet<FactKey>, all: &Files) -> BTreeSet<FactKey> {
            let modules: BTreeSet<&String> = all.values().flat_map(|kept| &kept.offers).map(|offer| &offer.key.scope).collect();
            kept(asked, |key| modules.contains(&key.scope))
        }
    }
    ComparesWithTheCommit {
        fn compared<'a>(&self, _: Option<&'a Kept>, committed: Option<&'a Kept>) -> Option<&'a Kept> { committed }
    }
    FollowsOnce {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            dependants.into_iter().filter(|path| !situation.resolved.contains(path)).collect()
        }
    }
    FollowsAThousand {
        fn dependants(&self, mut dependants: Vec<RepoPath>, _: &Situation<'_>) -> Vec<RepoPath> {
            dependants.truncate(1_000);
            dependants
        }
    }
    ChangesAThousand {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> { changed(change).into_iter().take(1_000).collect() }
    }
    NotesFourThousand {
        fn asked(&self, _: &FileSnapshot, asked: BTreeSet<FactKey>, _: &Files) -> BTreeSet<FactKey> {
            asked.into_iter().take(4_000).collect()
        }
    }
    KeepsFourThousand {
        fn offers(&self, _: Option<&Kept>, _: &FileSnapshot, mut offers: Vec<Offer>) -> Vec<Offer> {
            offers.truncate(4_000);
            offers
        }
    }
    DerivesOnce {
        fn overlooks(&self, change: &Change<'_>) -> bool {
            change.both().is_some_and(|(before, _)| change.resolved.contains(before.path()))
        }
    }
}
