//! Decides what is done with each file, before any is read.

use codira_contracts::{FileState, RepoPath};

use super::previous::PreviousIndex;
use crate::{
    Auditing, FileDecision, RepoRoot,
    plan::{self, Decision, Reason, SeenFile, Trust},
    scan::{AnalyzerIndex, Owner, Owners, Scan, ScannedFile},
};

/// The plan of a run.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Files that have to be read.
    pub(super) read: Vec<Task>,
    /// Files that are kept without being read.
    pub(super) kept: Vec<FileDecision>,
    /// Stored files that the scan did not find.
    pub(super) removed: Vec<FileDecision>,
}

/// One file to read.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) path: RepoPath,
    pub(super) analyzer: AnalyzerIndex,
    pub(super) purpose: Purpose,
}

/// Why a file is read.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// To be analyzed, for this reason.
    Analyze(Reason),
    /// To find by its hash whether it changed since it was stored so.
    Compare(FileState),
}

impl Plan {
    /// Decides about everything that `scan` saw and `previous` holds.
    pub(super) fn make(
        root: &RepoRoot,
        owners: &Owners,
        auditing: &Auditing,
        scan: &Scan,
        previous: &PreviousIndex,
        trust: Trust,
    ) -> Self {
        let audit = previous.stored().map(|stored| auditing.since(&stored.analyzers));
        let mut plan = Self::default();
        let gone = |state: &FileState| FileDecision { path: state.path.clone(), reason: why_unseen(scan, &state.path) };
        // What was seen and what is stored are both in the order of paths.
        let mut rest = previous.stored().map_or(&[][..], |stored| &stored.files);
        for file in &scan.files {
            let before = rest.iter().take_while(|state| state.path < file.path).count();
            let (unseen, from_here) = rest.split_at(before);
            plan.removed.extend(unseen.iter().map(gone));
            let stored = from_here.first().filter(|state| state.path == file.path);
            rest = &from_here[usize::from(stored.is_some())..];
            let Some(analyzer) = owner(root, owners, file, stored, trust) else {
                plan.removed.extend(stored.map(gone));
                continue;
            };
            let decision = match previous.rebuild() {
                Some(rebuild) => Decision::Because(rebuild.reason()),
                None => {
                    let tool = owners.analyzer(analyzer).tool();
                    let sight = SeenFile { size: file.size, modified: file.modified, hash: None, analyzer: tool };
                    plan::decide(stored, &sight, trust)
                }
            };
            let is_kept = match decision {
                Decision::Because(reason) => reason.action() == plan::Action::Keep,
                Decision::NeedsHash => true,
            };
            let language = owners.analyzer(analyzer).language();
            let decision = match &audit {
                Some(audit) if is_kept && audit.concern(language, &file.path) => Decision::Because(Reason::AuditChanged),
                _ => decision,
            };
            let path = file.path.clone();
            match (decision, stored) {
                (Decision::Because(reason), _) if reason.action() == plan::Action::Keep => {
                    plan.kept.push(FileDecision { path, reason });
                }
                (Decision::Because(reason), _) => {
                    plan.read.push(Task { path, analyzer, purpose: Purpose::Analyze(reason) });
                }
                (Decision::NeedsHash, Some(stored)) => {
                    plan.read.push(Task { path, analyzer, purpose: Purpose::Compare(stored.clone()) });
                }
                // Only what is stored can be compared.
                (Decision::NeedsHash, None) => {
                    plan.read.push(Task { path, analyzer, purpose: Purpose::Analyze(Reason::New) });
                }
            }
        }
        plan.removed.extend(rest.iter().map(gone));
        plan
    }
}

/// The analyzer of a file, if it has one. Of a script that is stored as it is, the one that it
/// had: nothing is read.
fn owner(
    root: &RepoRoot,
    owners: &Owners,
    file: &ScannedFile,
    stored: Option<&FileState>,
    trust: Trust,
) -> Option<AnalyzerIndex> {
    match file.owner {
        Owner::Analyzer(analyzer) => Some(analyzer),
        Owner::FirstLine => {
            let unchanged =
                stored.filter(|stored| trust == Trust::Stat && stored.size == file.size && stored.modified == file.modified);
            let same = unchanged.and_then(|stored| owners.by_tool(&stored.analyzer));
            same.or_else(|| owners.by_first_line(&file.path, &root.join(&file.path)))
        }
    }
}

/// Why a stored file was not found: it, or a directory above it, is there and cannot be read; or
/// it is gone.
fn why_unseen(scan: &Scan, path: &RepoPath) -> Reason {
    let skipped = scan.skipped.iter().any(|skipped| skipped.path == path.as_str());
    let holds =
        |directory: &str| path.as_str().strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if skipped || scan.failures.iter().any(|failure| holds(&failure.path)) { Reason::Failed } else { Reason::Gone }
}
