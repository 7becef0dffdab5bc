//! Paths that a store takes for one another, and calls about one path that it mixes up.

use std::{cmp::Ordering, collections::BTreeSet, sync::Mutex};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    deriving::{Change, Derives, steps},
    fault::{Answer, Fault},
    judge::mutants,
    known_files::KnownFiles,
};

const ODD: &str = "storing::odd_paths_stay_apart";
const LAST: &str = "storing::a_path_holds_what_came_last";

mutants! {
    paths_have_no_case: NoCase, "paths that differ in case are one", ODD;
    paths_have_no_case_of_ascii: NoAsciiCase, "paths that differ in the case of ASCII letters are one", ODD;
    paths_are_composed: Composed, "paths of different Unicode forms are one", ODD;
    paths_are_folded: Folded, "paths with a sharp s and with two are one", ODD;
    paths_are_trimmed: Trimmed, "paths that differ in blanks at their ends are one", ODD;
    paths_end_without_dots: NoDots, "paths that differ in dots at their ends are one", ODD;
    paths_have_no_backslash: NoBackslash, "a backslash in a path is a slash", ODD;
    paths_are_decoded: Decoded, "paths that are percent-encoded are the decoded ones", ODD;
    paths_are_numbers: Numbers, "paths that read as the same number are one", ODD;
    paths_have_no_controls: NoControls, "control characters of a path do not count", ODD;
    paths_have_255_bytes: Of255, "paths that begin with the same 255 bytes are one", ODD;
    paths_have_1024_bytes: Of1024, "paths that begin with the same 1024 bytes are one", ODD;
    removals_take_what_is_below: RemovesBelow, "with a path goes what is below it", ODD;
    removals_take_what_begins_so: RemovesPrefix, "with a path goes every path that begins with it", ODD;
    removals_are_patterns: RemovesLike, "a path that is removed is a pattern of SQL", ODD;
    removals_are_globs: RemovesGlob, "a path that is removed is a pattern of a shell", ODD;
    removals_take_the_name_elsewhere: RemovesName, "with a path goes every path that ends in it", ODD;
    a_file_replaces_its_directory: PutsForDirectory, "a file at a path takes the place of what is below it", ODD;
    a_file_replaces_the_file_above: PutsForAncestors, "a file below a path takes the place of a file there", ODD;
    paths_order_by_utf_16: ByUtf16, "paths order by their UTF-16", ODD;
    paths_order_by_component: ByComponent, "paths order component by component", ODD;
    paths_order_by_number: ByNumber, "paths that hold numbers order by these", ODD;
    paths_order_without_case: ByCase, "paths order without case", ODD;
    paths_order_by_directory: ByDirectory, "the files of a directory come before those below it", ODD;
    a_prefix_ends_before_the_next_character: PrefixIsARange, "a prefix covers what is between it and its end with a zero", ODD;
    removals_come_last: RemovalsLast, "a commit puts first, and then removes", LAST;
    puts_come_last: PutsLast, "a commit removes first, and then puts", LAST;
    the_first_put_counts: FirstPut, "of several files at a path in one session, the first counts", LAST;
    the_language_of_a_path_stays: LanguageStays, "a path keeps the language of its first file", LAST;
    a_removal_after_deriving_is_not_derived: Derives<RemovesEarlyAlone>,
        "what referred to a file that was derived and then removed is not looked at again", LAST;
}

/// Backends that keep a file under a part of its path.
macro_rules! folding {
    ($($fault:ident: $fold:expr;)*) => {$(
        #[derive(Default)]
        struct $fault(KnownFiles);

        #[async_trait]
        impl Fault for $fault {
            async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
                self.0.begin(base, request).await
            }

            async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
                let fold: fn(&str) -> String = $fold;
                let own = fold(file.path().as_str());
                for path in self.0.paths(|path| path != file.path() && fold(path.as_str()) == own) {
                    self.0.remove(&path);
                    session.remove_file(&path).await?;
                }
                self.0.put(&file);
                session.put_file(file).await
            }
        }
    )*};
}

folding! {
    NoCase: str::to_lowercase;
    NoAsciiCase: str::to_ascii_lowercase;
    Composed: |path| path.replace("e\u{301}", "\u{e9}").replace("A\u{30a}", "\u{c5}").replace('\u{212b}', "\u{c5}");
    Folded: |path| path.replace('\u{df}', "ss");
    Trimmed: |path| path.trim().to_owned();
    NoDots: |path| path.trim_end_matches('.').to_owned();
    NoBackslash: |path| path.replace('\\', "/");
    Decoded: |path| path.replace("%2f", "/").replace("%2e", ".");
    Numbers: |path| path.parse::<f64>().map_or(path.to_owned(), |number| number.to_string());
    NoControls: |path| path.replace(|character: char| character.is_control(), "");
    Of255: |path| String::from_utf8_lossy(&path.as_bytes()[..path.len().min(255)]).into_owned();
    Of1024: |path| String::from_utf8_lossy(&path.as_bytes()[..path.len().min(1024)]).into_owned();
}

/// Backends of which a put or removal takes other paths along.
macro_rules! taking_along {
    ($($call:ident { $($fault:ident: $takes:expr;)* })*) => {$($(
        #[derive(Default)]
        struct $fault(KnownFiles);

        impl $fault {
            async fn take_along(&self, session: &mut DynSession, own: &RepoPath) -> Answer<()> {
                let takes: fn(&str, &str) -> bool = $takes;
                for path in self.0.paths(|path| path != own && takes(own.as_str(), path.as_str())) {
                    self.0.remove(&path);
                    session.remove_file(&path).await?;
                }
                Ok(())
            }
        }

        #[async_trait]
        impl Fault for $fault {
            async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
                self.0.begin(base, request).await
            }

            async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
                if stringify!($call) == "put" {
                    self.take_along(session, file.path()).await?;
                }
                self.0.put(&file);
                session.put_file(file).await
            }

            async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
                if stringify!($call) == "remove" {
                    self.take_along(session, path).await?;
                }
                self.0.remove(path);
                session.remove_file(path).await
            }
        }
    )*)*};
}

fn is_below(path: &str, of: &str) -> bool {
    path.strip_prefix(of).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a pattern matches, in which `many` stands for any characters and `one` for one.
fn matches(pattern: &[char], text: &[char], (many, one): (char, char)) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((first, rest)) if *first == many => (0..=text.len()).any(|from| matches(rest, &text[from..], (many, one))),
        Some((first, rest)) => text
            .split_first()
            .is_some_and(|(character, text)| (first == character || *first == one) && matches(rest, text, (many, one))),
    }
}

fn matches_text(pattern: &str, text: &str, signs: (char, char)) -> bool {
    matches(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>(), signs)
}

taking_along! {
    remove {
        RemovesBelow: |own, other| is_below(other, own);
        RemovesPrefix: |own, other| other.starts_with(own);
        RemovesLike: |own, other| matches_text(own, other, ('%', '_'));
        RemovesGlob: |own, other| matches_text(own, other, ('*', '?'));
        RemovesName: |own, other| other.strip_suffix(own).is_some_and(|rest| rest.ends_with('/'));
    }
    put {
        PutsForDirectory: |own, other| is_below(other, own);
        PutsForAncestors: |own, other| is_below(own, other);
    }
}

/// Backends that list files in an order of their own.
macro_rules! ordering {
    ($($fault:ident: $order:expr;)*) => {$(
        #[derive(Default)]
        struct $fault;

        #[async_trait]
        impl Fault for $fault {
            async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
                let order: fn(&str, &str) -> Ordering = $order;
                let mut states = reader.file_states(prefix).await?;
                states.sort_by(|one, other| order(one.path.as_str(), other.path.as_str()));
                Ok(states)
            }
        }
    )*};
}

/// Runs of digits as numbers, all else as it is.
fn natural(path: &str) -> Vec<(u64, char)> {
    let mut parts: Vec<(u64, char)> = Vec::new();
    for character in path.chars() {
        match (character.to_digit(10), parts.last_mut()) {
            (Some(digit), Some((number, '0'))) => *number = (*number * 10 + u64::from(digit)).min(u64::MAX / 100),
            (Some(digit), _) => parts.push((u64::from(digit), '0')),
            (None, _) => parts.push((0, character)),
        }
    }
    parts
}

ordering! {
    ByUtf16: |one, other| one.encode_utf16().cmp(other.encode_utf16());
    ByComponent: |one, other| one.split('/').cmp(other.split('/'));
    ByNumber: |one, other| natural(one).cmp(&natural(other));
    ByCase: |one, other| one.to_lowercase().cmp(&other.to_lowercase());
    ByDirectory: |one, other| {
        let parts = |path: &str| path.rsplit_once('/').map_or((String::new(), path.to_owned()), |(parent, name)| (parent.to_owned(), name.to_owned()));
        parts(one).cmp(&parts(other))
    };
}

#[derive(Default)]
struct PrefixIsARange;

#[async_trait]
impl Fault for PrefixIsARange {
    async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
        if *prefix == PathPrefix::root() {
            return reader.file_states(prefix).await;
        }
        let mut states = reader.file_states(&PathPrefix::root()).await?;
        let (from, to) = (prefix.to_string(), format!("{prefix}0"));
        states.retain(|state| (&*from..&*to).contains(&state.path.as_str()));
        Ok(states)
    }
}

/// What the calls of a session come to.
#[derive(Default)]
struct Calls {
    puts: Vec<FileSnapshot>,
    removals: Vec<RepoPath>,
}

macro_rules! at_the_commit {
    ($($fault:ident: $first:ident;)*) => {$(
        #[derive(Default)]
        struct $fault(Mutex<Calls>);

        #[async_trait]
        impl Fault for $fault {
            async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
                session.put_file(file.clone()).await?;
                self.0.lock().unwrap().puts.push(file);
                Ok(())
            }

            async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
                self.0.lock().unwrap().removals.push(path.clone());
                session.remove_file(path).await
            }

            async fn commit(&self, _: &DynBackend, mut session: DynSession) -> Answer<Commit> {
                let Calls { puts, removals } = std::mem::take(&mut *self.0.lock().unwrap());
                let puts_last = stringify!($first) == "removals";
                let mut put = puts_last.then_some(puts.clone()).unwrap_or_default();
                for path in removals {
                    session.remove_file(&path).await?;
                }
                for file in put.drain(..) {
                    session.put_file(file).await?;
                }
                session.commit().await
            }

            fn ended(&self) {
                *self.0.lock().unwrap() = Calls::default();
            }
        }
    )*};
}

at_the_commit! {
    RemovalsLast: puts;
    PutsLast: removals;
}

#[derive(Default)]
struct FirstPut(Mutex<BTreeSet<RepoPath>>);

#[async_trait]
impl Fault for FirstPut {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        file.validate()?;
        if self.0.lock().unwrap().insert(file.path().clone()) { session.put_file(file).await } else { Ok(()) }
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.0.lock().unwrap().remove(path);
        session.remove_file(path).await
    }

    fn ended(&self) {
        self.0.lock().unwrap().clear();
    }
}

#[derive(Default)]
struct LanguageStays(KnownFiles);

#[async_trait]
impl Fault for LanguageStays {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.0.begin(base, request).await
    }

    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        if let Some(before) = self.0.all().get(file.path()) {
            file.analysis.language = before.analysis.language.clone();
        }
        self.0.put(&file);
        session.put_file(file).await
    }
}

steps! {
    RemovesEarlyAlone {
        fn changed(&self, change: &Change<'_>) -> BTreeSet<resolve::FactKey> {
            let path = change.before.map(|kept| kept.file.path());
            if change.removes() && path.is_some_and(|path| change.resolved.contains(path)) {
                return BTreeSet::new();
            }
            resolve::changed_keys(change.before_offers, change.offers)
        }
    }
}
