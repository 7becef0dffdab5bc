//! Keeping book of a run, and the report at its end.

use codira_contracts::{
    AnalyzerInventory, Coverage, RepoPath, RunInventory,
    plan::{Action, Reason},
};

use super::{
    plan::{Plan, Task},
    stored::Found,
};
use crate::{
    Auditing, Counts, EmbeddingReport, FailedFile, FileDecision, IndexReport, Outcome, PartialFile, SkipReason, SkippedFile,
    Timings, UncoveredLanguage,
    scan::{Owners, Scan},
};

/// What is known of the files so far, in any order.
pub(super) struct Ledger {
    files: Vec<FileDecision>,
    skipped: Vec<SkippedFile>,
    failures: Vec<FailedFile>,
    partial: Vec<PartialFile>,
    uncovered: Vec<UncoveredLanguage>,
}

impl Ledger {
    /// A ledger of what is known before any file is read.
    pub(super) fn open(plan: &Plan, scan: Scan) -> Self {
        let files = plan.kept.iter().chain(&plan.removed).cloned().collect();
        let Scan { skipped, failures, uncovered, .. } = scan;
        Self { files, skipped, failures, partial: Vec::new(), uncovered }
    }

    pub(super) fn same(&mut self, task: &Task) {
        self.decide(task, Reason::SameContent);
    }

    pub(super) fn analyzed(&mut self, task: &Task, reason: Reason, diagnostics: Option<usize>) {
        self.decide(task, reason);
        self.partial.extend(diagnostics.map(|diagnostics| PartialFile { path: task.path.clone(), diagnostics }));
    }

    pub(super) fn skipped(&mut self, task: &Task, reason: SkipReason) {
        self.decide(task, Reason::Failed);
        self.skipped.push(SkippedFile { path: task.path.to_string(), reason });
    }

    pub(super) fn failed(&mut self, task: &Task, message: String) {
        self.decide(task, Reason::Failed);
        self.failures.push(FailedFile { path: task.path.to_string(), message });
    }

    /// The files that are in the index as they were before.
    pub(super) fn kept(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.iter().filter(|file| file.reason.action() == Action::Keep).map(|file| &file.path)
    }

    fn decide(&mut self, task: &Task, reason: Reason) {
        self.files.push(FileDecision { path: task.path.clone(), reason });
    }

    /// Whether every source file is in the index, as far as is known.
    fn coverage(&self) -> Coverage {
        let gap = self.skipped.iter().any(|skipped| skipped.reason.is_gap());
        if gap || !self.failures.is_empty() || !self.uncovered.is_empty() { Coverage::Incomplete } else { Coverage::Complete }
    }

    /// What the session says of the run.
    pub(super) fn inventory(&self, owners: &Owners, auditing: &Auditing) -> RunInventory {
        let analyzers = owners.analyzers().map(|analyzer| AnalyzerInventory {
            tool: analyzer.tool().clone(),
            globs: analyzer.globs().iter().map(|glob| (*glob).to_owned()).collect(),
        });
        RunInventory { coverage: self.coverage(), analyzers: analyzers.chain(auditing.inventory()).collect() }
    }

    /// The report.
    pub(super) fn close(
        mut self,
        outcome: Outcome,
        found: &Found,
        embeddings: Option<EmbeddingReport>,
        timings: Timings,
    ) -> IndexReport {
        self.files.sort_unstable();
        self.skipped.sort_unstable();
        self.failures.sort_unstable();
        self.partial.sort_unstable();
        let stored = found.stored();
        let count = |action: Action| self.files.iter().filter(|file| file.reason.action() == action).count() as u64;
        let was_stored = |file: &&FileDecision| stored.is_some_and(|stored| stored.files.contains_key(&file.path));
        let removed = self.files.iter().filter(|file| file.reason.action() == Action::Remove).filter(was_stored);
        let counts = Counts {
            indexed: count(Action::Keep) + count(Action::Analyze),
            analyzed: count(Action::Analyze),
            kept: count(Action::Keep),
            removed: removed.count() as u64,
            skipped: self.skipped.len() as u64,
            failed: self.failures.len() as u64,
            partial: self.partial.len() as u64,
        };
        IndexReport {
            outcome,
            rebuild: found.rebuild().cloned(),
            counts,
            coverage: self.coverage(),
            embeddings,
            maintenance: stored.map(|stored| stored.maintenance).unwrap_or_default(),
            files: self.files,
            skipped: self.skipped,
            failures: self.failures,
            partial: self.partial,
            uncovered: self.uncovered,
            timings,
        }
    }
}
