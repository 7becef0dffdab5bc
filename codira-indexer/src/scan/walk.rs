//! Walking the tree, as Git sees it.

use std::{
    collections::BTreeMap,
    fs::{FileType, Metadata},
    io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::mpsc,
    time::UNIX_EPOCH,
};

use codira_contracts::RepoPath;
use ignore::{DirEntry, WalkBuilder, WalkState};
use tokio_util::sync::CancellationToken;

use super::{Hidden, Owner, Owners, Scan, ScannedFile, languages};
use crate::{FailedFile, IndexerError, IndexerOptions, RepoRoot, SkipReason, SkippedFile, UncoveredExtension, state};

/// Walks the repository at `root` on `jobs` threads.
///
/// Follows no symbolic link, and enters neither `.git` nor `.codira` nor the directory of the
/// index. `.gitignore` files count whether or not there is a Git repository; those above the root
/// count where the root lies inside one.
///
/// # Errors
///
/// [`Io`](IndexerError::Io) when the root itself cannot be read;
/// [`Cancelled`](IndexerError::Cancelled).
pub(crate) fn scan(
    root: &RepoRoot,
    owners: &Owners,
    options: &IndexerOptions,
    jobs: NonZeroUsize,
    cancel: &CancellationToken,
) -> Result<Scan, IndexerError> {
    let walk = walker(root, options, jobs).build_parallel();
    let eye = Eye { root: root.as_path(), owners, options };
    let (sender, sightings) = mpsc::channel();
    walk.run(|| {
        let mut sightings = Sightings { sender: sender.clone(), seen: Vec::new() };
        Box::new(move |entry| {
            if cancel.is_cancelled() {
                return WalkState::Quit;
            }
            sightings.seen.extend(eye.see(entry));
            WalkState::Continue
        })
    });
    drop(sender);
    if cancel.is_cancelled() {
        return Err(IndexerError::Cancelled);
    }
    let mut scan = Scan::default();
    let mut uncovered = BTreeMap::<String, UncoveredExtension>::new();
    for sighting in sightings.into_iter().flatten() {
        match sighting {
            Sighting::File(file) => scan.files.push(file),
            Sighting::Skipped(skipped) => scan.skipped.push(skipped),
            Sighting::Uncovered { extension, path } => {
                let language = languages::by_extension(&extension);
                let first = || UncoveredExtension { extension: extension.clone(), language, files: 0, example: path.clone() };
                let found = uncovered.entry(extension.clone()).or_insert_with(first);
                found.files += 1;
                found.example = path.min(std::mem::take(&mut found.example));
            }
            Sighting::Failed { path, error } if path == root.as_path() => {
                return Err(IndexerError::Io { operation: "read", path, source: error });
            }
            Sighting::Failed { path, error } => {
                let path = relative(root.as_path(), &path).to_string_lossy().into_owned();
                scan.failures.push(FailedFile { path, message: error.to_string() });
            }
        }
    }
    scan.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    scan.skipped.sort_unstable();
    scan.failures.sort_unstable();
    scan.uncovered = uncovered.into_values().collect();
    Ok(scan)
}

fn walker(root: &RepoRoot, options: &IndexerOptions, jobs: NonZeroUsize) -> WalkBuilder {
    let path = root.as_path();
    // Outside of a Git repository, ignore files above the root are about something else: the
    // dotfiles of a home directory, say.
    let inside_git = path.ancestors().skip(1).any(|directory| directory.join(".git").exists());
    let parents = inside_git && !path.join(".git").exists();
    let base = path.to_owned();
    let exclude = options.exclude.clone();
    let state_directory = options.state_directory.as_ref().and_then(|state| path.join(state).canonicalize().ok());
    let mut walker = WalkBuilder::new(path);
    walker
        .current_dir(path)
        .hidden(options.hidden == Hidden::Skip)
        .parents(parents)
        .require_git(false)
        .follow_links(false)
        .threads(jobs.get())
        .filter_entry(move |entry| {
            let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            let is_state = entry.file_name() == ".git" || entry.file_name() == state::NAME;
            let is_state = is_state || Some(entry.path()) == state_directory.as_deref();
            entry.depth() == 0 || !is_directory || !is_state && !exclude.matches_directory(relative(&base, entry.path()))
        });
    walker
}

/// The outcome for one entry.
enum Sighting {
    File(ScannedFile),
    Skipped(SkippedFile),
    Uncovered { extension: String, path: String },
    Failed { path: PathBuf, error: io::Error },
}

/// The entries that one thread sees. They are sent when the thread is done: sent one by one,
/// threads would wait for each other.
struct Sightings {
    sender: mpsc::Sender<Vec<Sighting>>,
    seen: Vec<Sighting>,
}

impl Drop for Sightings {
    fn drop(&mut self) {
        // The receiver lives until the walk ends.
        let _ = self.sender.send(std::mem::take(&mut self.seen));
    }
}

/// The state that judging an entry needs.
#[derive(Clone, Copy)]
struct Eye<'a> {
    root: &'a Path,
    owners: &'a Owners,
    options: &'a IndexerOptions,
}

impl Eye<'_> {
    /// Judges an entry; `None` when it is of no interest.
    fn see(&self, entry: Result<DirEntry, ignore::Error>) -> Option<Sighting> {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let (path, error) = dissect(error);
                return Some(Sighting::Failed { path: path.unwrap_or_else(|| self.root.to_owned()), error });
            }
        };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            return None;
        }
        let relative = relative(self.root, entry.path());
        let lossy = relative.to_string_lossy();
        if self.options.exclude.matches(&lossy) || !self.options.include.admits(&lossy) {
            return None;
        }
        let skipped = |reason| Some(Sighting::Skipped(SkippedFile { path: lossy.to_string(), reason }));
        let owner = self.owners.by_glob(relative);
        if kind.is_symlink() {
            let interesting = owner.is_some() || entry.path().is_dir();
            return if interesting { skipped(SkipReason::Symlink) } else { None };
        }
        let extension = relative.extension().and_then(|extension| extension.to_str());
        let owner = match (owner, extension) {
            (Some(analyzer), _) => Owner::Analyzer(analyzer),
            (None, Some(extension)) => {
                let counts = self.options.coverage_roots.admits(&lossy);
                let uncovered = || Sighting::Uncovered { extension: extension.to_owned(), path: lossy.to_string() };
                return counts.then(uncovered);
            }
            (None, None) if kind.is_file() => Owner::FirstLine,
            (None, None) => return None,
        };
        if !kind.is_file() {
            return skipped(SkipReason::Special);
        }
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return Some(Sighting::Failed { path: entry.path().to_owned(), error: dissect(error).1 }),
        };
        if owner == Owner::FirstLine && !may_be_script(kind, &metadata) {
            return None;
        }
        let Some(path) = repo_path(relative) else { return skipped(SkipReason::NameNotUtf8) };
        let size = metadata.len();
        if size > self.options.max_file_size {
            return if owner == Owner::FirstLine { None } else { skipped(SkipReason::TooLarge { size }) };
        }
        Some(Sighting::File(ScannedFile { path, size, modified: modified(&metadata), owner }))
    }
}

/// Whether a file without extension is worth a look at its first line: a script is executable,
/// where systems have such a mark.
fn may_be_script(kind: FileType, metadata: &Metadata) -> bool {
    #[cfg(unix)]
    let executable = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let executable = true;
    kind.is_file() && executable && metadata.len() > 0
}

fn relative<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}

/// The path as the index keeps it; `None` when it is not UTF-8.
fn repo_path(relative: &Path) -> Option<RepoPath> {
    let parts: Option<Vec<&str>> = relative.components().map(|part| part.as_os_str().to_str()).collect();
    RepoPath::new(parts?.join("/")).ok()
}

/// The modification time in nanoseconds since the Unix epoch; of a file system without such times,
/// the epoch.
pub(crate) fn modified(metadata: &Metadata) -> i64 {
    let nanoseconds = |time: std::time::SystemTime| match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN + 1, |nanoseconds| -nanoseconds),
    };
    metadata.modified().map_or(0, nanoseconds)
}

/// The path that a walk's error is about, and what the system says.
fn dissect(error: ignore::Error) -> (Option<PathBuf>, io::Error) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), dissect(*err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => dissect(*err),
        ignore::Error::Io(error) => (None, error),
        other => (None, io::Error::other(other)),
    }
}
