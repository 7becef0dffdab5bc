//! Work that grows with the repository, and what is said of it.

use std::collections::BTreeSet;

use codira_contracts::{resolve::KnownFacts, *};

use crate::{
    deriving::{Derives, Files, Situation, facts, steps},
    judge::faults,
};

const WORK: &str = "graph::deriving_grows_with_the_change";

faults! {
    all_files_are_resolved: "every derivation resolves all files", WORK =>
        Derives::by(ResolvesAll);
    all_files_of_the_language_are_resolved: "a change resolves all files of its language", WORK =>
        Derives::by(ResolvesTheLanguage);
    all_files_of_the_directory_are_resolved: "a change resolves all files of its directory", WORK =>
        Derives::by(ResolvesTheDirectory);
    all_files_with_imports_are_resolved: "a change of any fact resolves all files that import", WORK =>
        Derives::by(ResolvesImporters);
    a_removal_resolves_all: "a removal resolves all files", WORK =>
        Derives::by(ResolvesAtRemovals);
    another_language_resolves_all: "a file of another language resolves all files", WORK =>
        Derives::by(ResolvesAtLanguages);
    a_new_file_resolves_all: "a file that was not there before resolves all files", WORK =>
        Derives::by(ResolvesAtNewFiles);
    a_second_derivation_resolves_all: "the second derivation of a session resolves all files", WORK =>
        Derives::by(ResolvesSecond);
    a_session_without_changes_resolves_all: "a session in which nothing was put resolves all files", WORK =>
        Derives::by(ResolvesWithoutChanges);
    all_uses_of_a_name_are_resolved: "a change resolves all files that seek a name like it, of any module", WORK =>
        Derives::by(ResolvesNames);
    all_offers_are_asked_for: "every derivation asks for what all files offer", WORK =>
        Derives::by(OffersAll);
    deriving_says_too_little: "deriving says how many files were put", WORK =>
        Derives::by(SaysPuts);
}

fn everything(situation: &Situation<'_>) -> Vec<RepoPath> {
    situation.all.keys().cloned().collect()
}

fn if_so(so: bool, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
    if so { everything(situation) } else { dependants }
}

/// The dependants, and all files that are so.
fn and_those(dependants: Vec<RepoPath>, all: &Files, are: impl Fn(&RepoPath) -> bool) -> Vec<RepoPath> {
    dependants.into_iter().chain(all.keys().filter(|path| are(path)).cloned()).collect()
}

fn language(path: &RepoPath, files: &Files) -> Option<Language> {
    files.get(path).map(|kept| kept.file.analysis.language.clone())
}

steps! {
    ResolvesAll {
        fn dependants(&self, _: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> { everything(situation) }
    }
    ResolvesTheLanguage {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            let languages: BTreeSet<_> = situation.changed.iter().filter_map(|path| language(path, situation.all)).collect();
            let of_one = |path: &RepoPath| language(path, situation.all).is_some_and(|own| languages.contains(&own));
            and_those(dependants, situation.all, of_one)
        }
    }
    ResolvesTheDirectory {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            let beside = |path: &RepoPath| situation.changed.iter().any(|changed| changed.parent() == path.parent());
            and_those(dependants, situation.all, beside)
        }
    }
    ResolvesImporters {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            let imports = |path: &RepoPath| situation.all.get(path).is_some_and(|kept| !kept.file.analysis.imports.is_empty());
            and_those(dependants, situation.all, |path| !situation.keys.is_empty() && imports(path))
        }
    }
    ResolvesAtRemovals {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            if_so(!situation.gone.is_empty(), dependants, situation)
        }
    }
    ResolvesAtLanguages {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            let turned = |path: &RepoPath| match (language(path, situation.committed), language(path, situation.all)) {
                (Some(before), Some(now)) => before != now,
                _ => false,
            };
            if_so(situation.changed.iter().any(turned), dependants, situation)
        }
    }
    ResolvesAtNewFiles {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            let is_new = |path: &RepoPath| situation.all.contains_key(path) && !situation.committed.contains_key(path);
            if_so(situation.changed.iter().any(is_new), dependants, situation)
        }
    }
    ResolvesSecond {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            if_so(!situation.resolved.is_empty() && !situation.changed.is_empty(), dependants, situation)
        }
    }
    ResolvesWithoutChanges {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            if_so(situation.changed.is_empty() && situation.resolved.is_empty(), dependants, situation)
        }
    }
    ResolvesNames {
        fn dependants(&self, dependants: Vec<RepoPath>, situation: &Situation<'_>) -> Vec<RepoPath> {
            let names: BTreeSet<&String> = situation.keys.iter().map(|key| &key.name).collect();
            let seeks = |path: &RepoPath| {
                let kept = situation.all.get(path);
                kept.is_some_and(|kept| kept.resolution.asked.iter().any(|key| names.contains(&key.name)))
            };
            and_those(dependants, situation.all, seeks)
        }
    }
    OffersAll {
        fn facts(&self, situation: &Situation<'_>) -> KnownFacts {
            for (path, kept) in situation.all {
                situation.rules.offers(path, &kept.file.analysis);
            }
            facts(situation.all)
        }
    }
    SaysPuts {
        fn says(&self, _: u64, situation: &Situation<'_>) -> u64 { situation.changed.len() as u64 }
    }
}
