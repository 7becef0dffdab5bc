//! What to do with each file, and why: the same for every backend.

use std::fmt;

use codira_contracts::{BackendDescriptor, ContentHash, FileState, RuntimeInventory, Tool};
use serde::Serialize;

/// Why a file is kept, analyzed or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Kept: size and modification time are as stored.
    Unchanged,
    /// Kept: the content is as stored, by its hash.
    SameContent,
    /// Analyzed: the index does not have it.
    New,
    /// Analyzed: its content changed.
    ContentChanged,
    /// Analyzed: another analyzer owns it now, or another version of its own.
    AnalyzerChanged,
    /// Analyzed: its documentation is audited in another way than it was, or by another auditor.
    AuditChanged,
    /// Analyzed: the index was written by another backend, version or schema.
    BackendChanged,
    /// Analyzed: the stored index cannot be read.
    IndexUnreadable,
    /// Analyzed: everything was asked to be.
    Requested,
    /// Removed: the file is gone, is ignored now, or no analyzer owns it.
    Gone,
    /// Removed: the file is there, and could not be read or analyzed.
    Failed,
}

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It stays as it is stored.
    Keep,
    /// It is analyzed and put.
    Analyze,
    /// It is removed.
    Remove,
}

impl Reason {
    /// What is done for this reason.
    pub const fn action(self) -> Action {
        match self {
            Self::Unchanged | Self::SameContent => Action::Keep,
            Self::New
            | Self::ContentChanged
            | Self::AnalyzerChanged
            | Self::AuditChanged
            | Self::BackendChanged
            | Self::IndexUnreadable
            | Self::Requested => Action::Analyze,
            Self::Gone | Self::Failed => Action::Remove,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unchanged => "unchanged",
            Self::SameContent => "same-content",
            Self::New => "new",
            Self::ContentChanged => "content-changed",
            Self::AnalyzerChanged => "analyzer-changed",
            Self::AuditChanged => "audit-changed",
            Self::BackendChanged => "backend-changed",
            Self::IndexUnreadable => "index-unreadable",
            Self::Requested => "requested",
            Self::Gone => "gone",
            Self::Failed => "failed",
        })
    }
}

/// A file as a scan sees it.
#[derive(Clone, Copy, Debug)]
pub struct SeenFile<'a> {
    /// Its size in bytes.
    pub size: u64,
    /// Its modification time in nanoseconds since the Unix epoch.
    pub modified: i64,
    /// The hash of its content, once it was computed.
    pub hash: Option<ContentHash>,
    /// The analyzer that owns it now.
    pub analyzer: &'a Tool,
}

/// How much a plan trusts size and modification time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Equal size and modification time mean equal content.
    #[default]
    Stat,
    /// Only the hash tells.
    Hash,
}

/// The decision about one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This is to be done, for this reason.
    Because(Reason),
    /// Ask again with the hash of the content.
    NeedsHash,
}

/// Decides about one file that a scan sees; `stored` is what the index has of it.
///
/// ```
/// use codira_contracts::{ContentHash, FileState, RepoPath, Tool};
/// use codira_indexer::plan::{self, Decision, Reason, SeenFile, Trust};
///
/// let python = Tool::new("python", "1");
/// let stored = FileState {
///     path: RepoPath::new("app.py")?,
///     hash: ContentHash::of(b"pass\n"),
///     size: 5,
///     modified: 1_000,
///     analyzer: python.clone(),
/// };
/// let seen = SeenFile { size: 5, modified: 1_000, hash: None, analyzer: &python };
/// assert_eq!(plan::decide(Some(&stored), &seen, Trust::Stat), Decision::Because(Reason::Unchanged));
/// assert_eq!(plan::decide(Some(&stored), &seen, Trust::Hash), Decision::NeedsHash);
/// assert_eq!(plan::decide(None, &seen, Trust::Stat), Decision::Because(Reason::New));
/// # Ok::<(), codira_contracts::BackendError>(())
/// ```
pub fn decide(stored: Option<&FileState>, seen: &SeenFile<'_>, trust: Trust) -> Decision {
    let Some(stored) = stored else { return Decision::Because(Reason::New) };
    if stored.analyzer != *seen.analyzer {
        return Decision::Because(Reason::AnalyzerChanged);
    }
    if stored.size != seen.size {
        return Decision::Because(Reason::ContentChanged);
    }
    match seen.hash {
        None if trust == Trust::Stat && stored.modified == seen.modified => Decision::Because(Reason::Unchanged),
        None => Decision::NeedsHash,
        Some(hash) if hash == stored.hash => Decision::Because(Reason::SameContent),
        Some(_) => Decision::Because(Reason::ContentChanged),
    }
}

/// Why everything must be analyzed again, if it must: the index was written by something other
/// than `descriptor` describes.
pub fn rebuild(stored: &RuntimeInventory, descriptor: &BackendDescriptor) -> Option<Reason> {
    (stored.backend != descriptor.tool || stored.schema != descriptor.schema).then_some(Reason::BackendChanged)
}

/// The modification time to store for a file that was read at `read_at`, both in nanoseconds since
/// the Unix epoch.
///
/// A file written in the same instant as it was read may change once more without its time
/// changing. Git calls such entries racy. Their time is stored as [`UNTRUSTED`], which no file
/// has, so that the next run hashes them. The instant is 20 milliseconds, the granularity of
/// kernel clocks with a margin, or two seconds where the file system stores no fractions.
pub fn modified_to_store(modified: i64, read_at: i64) -> i64 {
    let instant = if modified % 1_000_000_000 == 0 { 2_000_000_000 } else { 20_000_000 };
    if modified.saturating_add(instant) > read_at { UNTRUSTED } else { modified }
}

/// The modification time that is equal to no file's. See [`modified_to_store`].
pub const UNTRUSTED: i64 = i64::MIN;
