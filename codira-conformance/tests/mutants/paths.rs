//! Paths that a store takes for one another, and calls about one path that it mixes up.

use std::{cmp, collections::BTreeSet, sync::Mutex};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::faults,
    known_files::KnownFiles,
};

const ODD: &str = "storing::odd_paths_stay_apart";
const LAST: &str = "storing::a_path_holds_what_came_last";

faults! {
    paths_have_no_case: "paths that differ in case are one", ODD =>
        Folding::by(str::to_lowercase);
    paths_have_no_case_of_ascii: "paths that differ in the case of ASCII letters are one", ODD =>
        Folding::by(str::to_ascii_lowercase);
    paths_are_composed: "paths of different Unicode forms are one", ODD =>
        Folding::by(|path| path.replace("e\u{301}", "\u{e9}").replace("A\u{30a}", "\u{c5}").replace('\u{212b}', "\u{c5}"));
    paths_are_folded: "paths with a sharp s and with two are one", ODD =>
        Folding::by(|path| path.replace('\u{df}', "ss"));
    paths_are_trimmed: "paths that differ in blanks at their ends are one", ODD =>
        Folding::by(|path| path.trim().to_owned());
    paths_end_without_dots: "paths that differ in dots at their ends are one", ODD =>
        Folding::by(|path| path.trim_end_matches('.').to_owned());
    paths_have_no_backslash: "a backslash in a path is a slash", ODD =>
        Folding::by(|path| path.replace('\\', "/"));
    paths_are_decoded: "paths that are percent-encoded are the decoded ones", ODD =>
        Folding::by(|path| path.replace("%2f", "/").replace("%2e", "."));
    paths_are_numbers: "paths that read as the same number are one", ODD =>
        Folding::by(|path| path.parse::<f64>().map_or(path.to_owned(), |number| number.to_string()));
    paths_have_no_controls: "control characters of a path do not count", ODD =>
        Folding::by(|path| path.replace(|character: char| character.is_control(), ""));
    paths_have_255_bytes: "paths that begin with the same 255 bytes are one", ODD =>
        Folding::by(|path| String::from_utf8_lossy(&path.as_bytes()[..path.len().min(255)]).into_owned());
    paths_have_1024_bytes: "paths that begin with the same 1024 bytes are one", ODD =>
        Folding::by(|path| String::from_utf8_lossy(&path.as_bytes()[..path.len().min(1024)]).into_owned());
    removals_take_what_is_below: "with a path goes what is below it", ODD =>
        TakesAlong::at_removals(|own, other| is_below(other, own));
    removals_take_what_begins_so: "with a path goes every path that begins with it", ODD =>
        TakesAlong::at_removals(|own, other| other.starts_with(own));
    removals_are_patterns: "a path that is removed is a pattern of SQL", ODD =>
        TakesAlong::at_removals(|own, other| matches_text(own, other, ('%', '_')));
    removals_are_globs: "a path that is removed is a pattern of a shell", ODD =>
        TakesAlong::at_removals(|own, other| matches_text(own, other, ('*', '?')));
    removals_take_the_name_elsewhere: "with a path goes every path that ends in it", ODD =>
        TakesAlong::at_removals(|own, other| other.strip_suffix(own).is_some_and(|rest| rest.ends_with('/')));
    a_file_replaces_its_directory: "a file at a path replaces what is below it", ODD =>
        TakesAlong::at_puts(|own, other| is_below(other, own));
    a_file_replaces_the_file_above: "a file below a path replaces a file there", ODD =>
        TakesAlong::at_puts(is_below);
    paths_order_by_utf_16: "paths order by their UTF-16", ODD =>
        Ordering::by(|one, other| one.encode_utf16().cmp(other.encode_utf16()));
    paths_order_by_component: "paths order component by component", ODD =>
        Ordering::by(|one, other| one.split('/').cmp(other.split('/')));
    paths_order_by_number: "paths that hold numbers order by these", ODD =>
        Ordering::by(|one, other| natural(one).cmp(&natural(other)));
    paths_order_without_case: "paths order without case", ODD =>
        Ordering::by(|one, other| one.to_lowercase().cmp(&other.to_lowercase()));
    paths_order_by_directory: "the files of a directory come before those below it", ODD =>
        Ordering::by(|one, other| {
            let parts = |path: &str| path.rsplit_once('/').map_or((String::new(), path.to_owned()), |(parent, name)| (parent.to_owned(), name.to_owned()));
            parts(one).cmp(&parts(other))
        });
    a_prefix_ends_before_the_next_character: "a prefix covers what is between it and its end with a zero", ODD =>
        PrefixIsARange;
    a_directory_ends_at_a_plane: "of what is below a directory, names beyond U+FFFF are left out", ODD =>
        PrefixEndsEarly;
    removals_come_last: "a commit puts first, and then removes", LAST =>
        AtCommit::new(false);
    puts_come_last: "a commit removes first, and then puts", LAST =>
        AtCommit::new(true);
    the_first_put_counts: "of several files at a path in one session, the first counts", LAST =>
        FirstPut::default();
    the_language_of_a_path_stays: "a path keeps the language of its first file", LAST =>
        LanguageStays::default();
}

/// Keeps a file under a part of its path.
struct Folding {
    known: KnownFiles,
    fold: fn(&str) -> String,
}

impl Folding {
    fn by(fold: fn(&str) -> String) -> Self {
        Self { known: KnownFiles::default(), fold }
    }
}

#[async_trait]
impl Fault for Folding {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.known.begin(base, request).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        let own = (self.fold)(file.path().as_str());
        for path in self.known.paths(|path| path != file.path() && (self.fold)(path.as_str()) == own) {
            self.known.remove(&path);
            session.remove_file(&path).await?;
        }
        self.known.put(&file);
        session.put_file(file).await
    }
}

/// Takes other paths along when a file is put, or when one is removed.
struct TakesAlong {
    known: KnownFiles,
    at_puts: bool,
    takes: fn(&str, &str) -> bool,
}

impl TakesAlong {
    fn at_puts(takes: fn(&str, &str) -> bool) -> Self {
        Self { known: KnownFiles::default(), at_puts: true, takes }
    }

    fn at_removals(takes: fn(&str, &str) -> bool) -> Self {
        Self { at_puts: false, ..Self::at_puts(takes) }
    }

    async fn take_along(&self, session: &mut DynSession, own: &RepoPath) -> Answer<()> {
        for path in self.known.paths(|path| path != own && (self.takes)(own.as_str(), path.as_str())) {
            self.known.remove(&path);
            session.remove_file(&path).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Fault for TakesAlong {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.known.begin(base, request).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        if self.at_puts {
            self.take_along(session, file.path()).await?;
        }
        self.known.put(&file);
        session.put_file(file).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        if !self.at_puts {
            self.take_along(session, path).await?;
        }
        self.known.remove(path);
        session.remove_file(path).await
    }
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

/// Lists files in an order of its own.
struct Ordering(fn(&str, &str) -> cmp::Ordering);

impl Ordering {
    fn by(order: fn(&str, &str) -> cmp::Ordering) -> Self {
        Self(order)
    }
}

#[async_trait]
impl Fault for Ordering {
    async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
        let mut states = reader.file_states(prefix).await?;
        states.sort_by(|one, other| (self.0)(one.path.as_str(), other.path.as_str()));
        Ok(states)
    }
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

struct PrefixEndsEarly;

#[async_trait]
impl Fault for PrefixEndsEarly {
    async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
        let mut states = reader.file_states(prefix).await?;
        if let Some((below, _)) = prefix.below() {
            states.retain(|state| state.path.as_str() < &*format!("{below}\u{ffff}"));
        }
        Ok(states)
    }
}

/// What the calls of a session come to.
#[derive(Default)]
struct Calls {
    puts: Vec<FileSnapshot>,
    removals: Vec<RepoPath>,
}

/// Puts and removes once more at the commit, the one or the other last.
struct AtCommit {
    puts_last: bool,
    calls: Mutex<Calls>,
}

impl AtCommit {
    fn new(puts_last: bool) -> Self {
        Self { puts_last, calls: Mutex::default() }
    }
}

#[async_trait]
impl Fault for AtCommit {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.put_file(file.clone()).await?;
        self.calls.lock().unwrap().puts.push(file);
        Ok(())
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.calls.lock().unwrap().removals.push(path.clone());
        session.remove_file(path).await
    }

    async fn commit(&self, _: &DynBackend, mut session: DynSession) -> Answer<Commit> {
        let Calls { puts, removals } = std::mem::take(&mut *self.calls.lock().unwrap());
        for path in removals {
            session.remove_file(&path).await?;
        }
        for file in puts.into_iter().filter(|_| self.puts_last) {
            session.put_file(file).await?;
        }
        session.commit().await
    }

    fn ended(&self) {
        *self.calls.lock().unwrap() = Calls::default();
    }
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
