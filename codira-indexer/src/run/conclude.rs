//! The ledger of a run, and the report at its end.

use codira_contracts::{AnalyzerInventory, Coverage, RepoPath, RunInventory};

use super::{
    coverage::by_language,
    plan::{Plan, Task},
    previous::PreviousIndex,
    request::CoverageDemand,
};
use crate::{
    Auditing, Counts, EmbeddingReport, FailedFile, FileDecision, IndexReport, IndexerError, Outcome, PartialFile, PathPatterns,
    SkipReason, SkippedFile, Timings, UncoveredLanguage,
    plan::{Action, Reason},
    scan::{Owners, Scan},
};

/// The decisions about files so far, in any order.
pub(super) struct Ledger {
    files: Vec<FileDecision>,
    skipped: Vec<SkippedFile>,
    failures: Vec<FailedFile>,
    partial: Vec<PartialFile>,
    uncovered: Vec<UncoveredLanguage>,
    coverage_roots: PathPatterns,
}

impl Ledger {
    /// A ledger of what is known before any file is read.
    pub(super) fn open(plan: &Plan, scan: Scan, coverage_roots: &PathPatterns) -> Self {
        let files = plan.kept.iter().chain(&plan.removed).cloned().collect();
        let Scan { skipped, failures, uncovered, .. } = scan;
        let (uncovered, coverage_roots) = (by_language(&uncovered), coverage_roots.clone());
        Self { files, skipped, failures, partial: Vec::new(), uncovered, coverage_roots }
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

    /// Whether every source file that counts is in the index, as far as is known.
    fn coverage(&self) -> Coverage {
        if self.gaps().next().is_none() { Coverage::Complete } else { Coverage::Incomplete }
    }

    /// What the index leaves out, a line each.
    fn gaps(&self) -> impl Iterator<Item = String> {
        let counts = |path: &str| self.coverage_roots.admits(path);
        let skipped = self.skipped.iter().filter(move |file| file.reason.is_gap() && counts(&file.path));
        let failed = self.failures.iter().filter(move |file| counts(&file.path));
        let uncovered =
            self.uncovered.iter().map(|gap| format!("{}: no analyzer for {} of its files", gap.language, gap.files));
        let skipped = skipped.map(|file| format!("{}: {}", file.path, file.reason));
        uncovered.chain(skipped).chain(failed.map(|file| format!("{}: {}", file.path, file.message)))
    }

    /// Checks what a run demands.
    ///
    /// # Errors
    ///
    /// [`IncompleteCoverage`](IndexerError::IncompleteCoverage).
    pub(super) fn check(&self, demand: CoverageDemand) -> Result<(), IndexerError> {
        let mut gaps: Vec<String> = self.gaps().collect();
        if demand == CoverageDemand::Any || gaps.is_empty() {
            return Ok(());
        }
        gaps.sort_unstable();
        Err(IndexerError::IncompleteCoverage { gaps })
    }

    /// The inventory that the session stores.
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
        previous: &PreviousIndex,
        embeddings: Option<EmbeddingReport>,
        timings: Timings,
    ) -> IndexReport {
        self.files.sort_unstable();
        self.skipped.sort_unstable();
        self.failures.sort_unstable();
        self.partial.sort_unstable();
        let stored = previous.stored();
        let count = |action: Action| self.files.iter().filter(|file| file.reason.action() == action).count() as u64;
        let was_stored = |file: &&FileDecision| stored.is_some_and(|stored| stored.has(&file.path));
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
            rebuild: previous.rebuild().cloned(),
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
