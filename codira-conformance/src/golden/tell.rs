//! Telling a story of a backend: indexing the tree after each step, and writing down what happened.

use std::{error::Error, sync::Arc};

use codira_contracts::{IndexBackend as _, Language, Maintenance};
use codira_indexer::{
    AuditOptions, Auditing, Counts, Embedding, EmbeddingCounts, EmbeddingMode, EmbeddingPolicy, EmbeddingReport, IndexReport,
    IndexRequest, IndexScope, Indexer, IndexerOptions, Outcome as Ending, PathPatterns, Rebuild,
    plan::{Action, Reason},
};
use codira_languages::{
    DocumentationAuditor, LanguageAnalyzer,
    c::{CAnalyzer, CAuditor},
    markdown::MarkdownAnalyzer,
    plaintext::PlainTextAnalyzer,
    python::{PythonAnalyzer, PythonAuditor},
    restructuredtext::ReStructuredTextAnalyzer,
    rust::{RustAnalyzer, RustAuditor},
};
use tokio_util::sync::CancellationToken;

use super::{
    ask::{Answers, ask, difference, numbers},
    story::{Act, Step, Story},
    tree::Tree,
};
use crate::{Outcome, Violation, counting::Counting, lengths::Lengths, observe::keeps_embeddings, samples, watched::Watched};

/// What is configured at a step.
#[derive(Default)]
struct Configured {
    excluded: Vec<&'static str>,
    limit: Option<u64>,
    without: Vec<&'static str>,
    upgraded: Vec<&'static str>,
    audited: Vec<&'static str>,
    embedded: Option<(EmbeddingMode, &'static str)>,
}

/// The transcript of the story, where `backend` keeps the index.
pub(super) async fn tell(story: &Story, backend: &Counting) -> Outcome<String> {
    let mut tree = Tree::new().map_err(Violation::new)?;
    let mut told = format!("{}\n", story.title);
    let (mut configured, mut before) = (Configured::default(), Answers::default());
    for Step { title, acts } in &story.steps {
        tree.step += 1;
        told += &format!("\n== {}. {title}\n\n", tree.step);
        for act in acts {
            tree.apply(act).map_err(|error| Violation::new(error).during(title))?;
            configured.apply(act);
            told += &format!("   {}\n", done(act));
        }
        let everything = acts.iter().any(|act| matches!(act, Act::Everything));
        let scope = if everything { IndexScope::Full } else { IndexScope::Changed };
        let root = tree.root().map_err(Violation::new)?;
        let mut indexer = Indexer::new(backend.clone(), root, configured.analyzers(), configured.options()?)
            .with_rules(codira_languages::rules());
        indexer = indexer.with_auditing(configured.auditing());
        let mut request = IndexRequest { scope, ..IndexRequest::default() };
        if let Some((mode, model)) = configured.embedded {
            request.embeddings = mode;
            indexer =
                indexer.with_embedding(Embedding::new(Arc::new(Lengths(samples::spec(model))), EmbeddingPolicy::default()));
        }
        let cancel = CancellationToken::new();
        let report = indexer.run(request, &|_| {}, &cancel).await.map_err(|error| failed(&error))?;
        if !acts.is_empty() {
            told += "\n";
        }
        reported(&report).iter().for_each(|line| told += &format!("   {line}\n"));
        if acts.iter().any(|act| matches!(act, Act::WorkOff)) {
            let report = indexer.embed_pending(request, &|_| {}, &cancel).await.map_err(|error| failed(&error))?;
            told += &format!("   worked off: {}\n", embedded(&report));
        }
        let reader = backend.open_reader().await?;
        let (now, ends) = ask(&reader, keeps_embeddings(backend.descriptor())).await?;
        told += &difference(&before, &now);
        // They are many questions, and say little that the other end does not.
        if [1, story.steps.len() as u64].contains(&tree.step) {
            told += "\nfrom the other ends\n";
            ends.count(&reader).await?.iter().for_each(|line| told += &format!("   {line}\n"));
        }
        before = now;
    }
    Ok(told)
}

fn failed(error: &dyn Error) -> Violation {
    let mut text = format!("indexing failed: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!("\n  caused by: {cause}");
        source = cause.source();
    }
    Violation::new(text)
}

impl Configured {
    fn apply(&mut self, act: &Act) {
        match act {
            Act::Exclude(pattern) => self.excluded.push(pattern),
            Act::Limit(bytes) => self.limit = Some(*bytes),
            Act::Without(tool) => self.without.push(tool),
            Act::Upgrade(tool) => self.upgraded.push(tool),
            Act::Audit(languages) => self.audited.clone_from(languages),
            Act::Embed { mode, model } => self.embedded = Some((*mode, model)),
            _ => {}
        }
    }

    /// Named one by one: what else a program compiled into the indexer must not change a
    /// transcript.
    fn analyzers(&self) -> Vec<Arc<dyn LanguageAnalyzer>> {
        let all: [Arc<dyn LanguageAnalyzer>; 6] = [
            Arc::new(CAnalyzer::new()),
            Arc::new(PythonAnalyzer::new()),
            Arc::new(RustAnalyzer::new()),
            Arc::new(MarkdownAnalyzer::new()),
            Arc::new(ReStructuredTextAnalyzer::new()),
            Arc::new(PlainTextAnalyzer::new()),
        ];
        let there = all.into_iter().filter(|analyzer| !self.without.contains(&analyzer.tool().name.as_str()));
        there
            .map(|analyzer| match self.upgraded.contains(&analyzer.tool().name.as_str()) {
                true => Arc::new(Watched::new(analyzer).upgraded()),
                false => analyzer,
            })
            .collect()
    }

    fn auditing(&self) -> Auditing {
        let auditors: [Arc<dyn DocumentationAuditor>; 3] =
            [Arc::new(CAuditor::new()), Arc::new(PythonAuditor::new()), Arc::new(RustAuditor::new())];
        let languages = self.audited.iter().map(|language| Language::new(*language)).collect();
        Auditing::new(auditors.into(), AuditOptions { languages, ..AuditOptions::default() })
    }

    fn options(&self) -> Outcome<IndexerOptions> {
        let usual = IndexerOptions::default();
        let exclude = PathPatterns::new(self.excluded.iter().copied());
        let exclude = exclude.map_err(|(pattern, problem)| Violation::new(format_args!("{pattern}: {problem}")))?;
        Ok(IndexerOptions { exclude, max_file_size: self.limit.unwrap_or(usual.max_file_size), ..usual })
    }
}

/// An act, as a line of the transcript.
fn done(act: &Act) -> String {
    match act {
        Act::Write { path, text, .. } => format!("write {path} ({} lines)", text.lines().count()),
        Act::Change { path, old, new } => {
            let (old, new) =
                (old.lines().map(|line| format!("\n     - {line}")), new.lines().map(|line| format!("\n     + {line}")));
            format!("change {path}{}", old.chain(new).collect::<String>())
        }
        Act::Remove(path) => format!("remove {path}"),
        Act::Move { from, to } => format!("move {from} to {to}"),
        Act::Touch(path) => format!("touch {path}"),
        Act::Exclude(pattern) => format!("configure that {pattern} is excluded"),
        Act::Limit(bytes) => format!("configure that larger files than {bytes} bytes are skipped"),
        Act::Without(tool) => format!("take the analyzer {tool} away"),
        Act::Upgrade(tool) => format!("upgrade the analyzer {tool}"),
        Act::Everything => "ask for everything to be analyzed".to_owned(),
        Act::Audit(languages) if languages.is_empty() => "configure that nothing is audited".to_owned(),
        Act::Audit(languages) => format!("configure that {} is audited", languages.join(" and ")),
        Act::Embed { mode: EmbeddingMode::Now, model } => format!("configure that texts are embedded by the model {model}"),
        Act::Embed { mode: EmbeddingMode::Deferred, model } => format!("configure that texts wait for the model {model}"),
        Act::Embed { mode: EmbeddingMode::Off, .. } => "configure that nothing is embedded".to_owned(),
        Act::WorkOff => "have computed what waits".to_owned(),
    }
}

/// What the report of a run says. How many files were resolved again is the backend's own.
fn reported(report: &IndexReport) -> Vec<String> {
    let ending = match &report.outcome {
        Ending::UpToDate { generation } => format!("up to date at generation {generation}"),
        Ending::Committed { generation, replaced: None, .. } => format!("committed generation {generation}"),
        Ending::Committed { generation, replaced: Some(what), .. } => format!("committed generation {generation} over {what}"),
    };
    let why = match &report.rebuild {
        None => "",
        Some(Rebuild::First) => ", the first",
        Some(Rebuild::Requested) => ", all anew as requested",
        Some(Rebuild::BackendChanged) => ", all anew for another backend",
        Some(Rebuild::Unreadable { .. }) => ", all anew for it was unreadable",
    };
    let Counts { indexed, analyzed, kept, removed, skipped, failed, partial } = report.counts;
    let counts = [
        (indexed, "files"),
        (analyzed, "analyzed"),
        (kept, "kept"),
        (removed, "removed"),
        (skipped, "skipped"),
        (failed, "failed"),
        (partial, "understood in part"),
    ];
    let mut lines = vec![format!("{ending}{why}: {}; coverage {}", numbers(&counts), report.coverage)];
    // Unread files are not worth a line.
    let told = report.files.iter().filter(|file| file.reason != Reason::Unchanged);
    lines.extend(told.map(|file| {
        let what = match file.reason.action() {
            Action::Keep => "kept",
            Action::Analyze => "analyzed",
            Action::Remove => "left out",
        };
        format!("{what} {}: {}", file.path, file.reason)
    }));
    lines.extend(report.skipped.iter().map(|file| format!("skipped {}: {}", file.path, file.reason)));
    lines.extend(report.failures.iter().map(|file| format!("failed {}: {}", file.path, file.message)));
    lines
        .extend(report.partial.iter().map(|file| format!("understood in part {}: {} places not", file.path, file.diagnostics)));
    lines.extend(report.embeddings.as_ref().map(|report| format!("embedded: {}", embedded(report))));
    let Maintenance { stale_doc_issues, orphaned_embeddings } = report.maintenance;
    if report.maintenance.is_needed() {
        let cleared = [(stale_doc_issues, "stale issues"), (orphaned_embeddings, "orphaned embeddings")];
        lines.push(format!("cleared {}", numbers(&cleared)));
    }
    lines.extend(report.uncovered.iter().map(|gap| format!("no analyzer of {}: {} files", gap.language, gap.files)));
    lines
}

fn embedded(report: &EmbeddingReport) -> String {
    let EmbeddingCounts { rows, computed, reused, deferred } = report.counts;
    let skipped = report.skipped.iter().map(|(why, count)| format!("; {count} not, {why}"));
    numbers(&[(rows, "rows"), (computed, "computed"), (reused, "reused"), (deferred, "deferred")])
        + &skipped.collect::<String>()
}
