//! `codira index`: what a run did.

use std::{
    io::{self, Write},
    time::Duration,
};

use codira_contracts::RepoRoot;
use codira_indexer::{IndexReport, Outcome, Rebuild, Timings};
use serde::Serialize;

use super::{
    embedded,
    output::Answer,
    style::{self, Clean, Styled, count},
};

/// The answer of the command.
#[derive(Serialize)]
pub(crate) struct Indexed {
    #[serde(flatten)]
    report: IndexReport,
    seconds: Seconds,
    #[serde(skip)]
    root: RepoRoot,
    #[serde(skip)]
    explain: bool,
}

/// How long the phases took, in seconds.
#[derive(Serialize)]
struct Seconds {
    open: f64,
    scan: f64,
    analyze: f64,
    store: f64,
    embed: f64,
    derive: f64,
    commit: f64,
    total: f64,
}

impl Indexed {
    /// The answer of a run on the repository at `root`; with `explain`, it says what was done with each file.
    pub(crate) fn new(report: IndexReport, root: RepoRoot, explain: bool) -> Self {
        let Timings { open, scan, analyze, store, embed, derive, commit, total } = report.timings;
        let seconds = Seconds {
            open: open.as_secs_f64(),
            scan: scan.as_secs_f64(),
            analyze: analyze.as_secs_f64(),
            store: store.as_secs_f64(),
            embed: embed.as_secs_f64(),
            derive: derive.as_secs_f64(),
            commit: commit.as_secs_f64(),
            total: total.as_secs_f64(),
        };
        Self { report, seconds, root, explain }
    }
}

impl Answer for Indexed {
    const COMMAND: &'static str = "index";

    fn is_empty(&self) -> bool {
        false
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        self.page(out)
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let IndexReport { counts, skipped, failures, partial, uncovered, .. } = &self.report;
        if self.explain {
            for file in &self.report.files {
                writeln!(out, "{}: {}", Clean(&file.path), Styled(style::KIND, file.reason))?;
            }
        }
        for file in skipped {
            writeln!(out, "{}: {}", Clean(&file.path), Styled(style::DIM, format_args!("skipped: {}", file.reason)))?;
        }
        for file in partial {
            let places = count(file.diagnostics as u64, "place", "places");
            let text = format!("understood in part: {places} left out");
            writeln!(out, "{}: {}", Clean(&file.path), Styled(style::WARNING, text))?;
        }
        for file in failures {
            writeln!(out, "{}: {}: {}", Clean(&file.path), Styled(style::ERROR, "failed"), Clean(&file.message))?;
        }
        for gap in uncovered {
            let files = count(gap.files, "file", "files");
            writeln!(out, "{}", Styled(style::DIM, format_args!("{files} in {}: no analyzer", gap.language)))?;
        }
        self.outcome(out)?;
        writeln!(
            out,
            "  {}: {} analyzed, {} kept, {} removed, {} skipped, {} failed",
            count(counts.indexed, "file", "files"),
            counts.analyzed,
            counts.kept,
            counts.removed,
            counts.skipped,
            counts.failed
        )?;
        if let Some(embeddings) = &self.report.embeddings {
            embedded::print(embeddings, out)?;
        }
        self.holdings(out)?;
        writeln!(out, "  {}", Styled(style::DIM, spent(&self.report.timings)))
    }
}

impl Indexed {
    fn outcome(&self, out: &mut dyn Write) -> io::Result<()> {
        let root = &self.root;
        match &self.report.outcome {
            Outcome::UpToDate { generation } => {
                writeln!(out, "{} is up to date, at commit {generation}", Styled(style::NAME, root))
            }
            Outcome::Committed { generation, replaced, .. } => {
                writeln!(out, "{} is indexed, at commit {generation}", Styled(style::NAME, root))?;
                let (why, what) = match &self.report.rebuild {
                    None | Some(Rebuild::First | Rebuild::Requested) => (None, replaced.as_ref()),
                    Some(Rebuild::BackendChanged) => (
                        Some("everything was analyzed again: another backend, version or schema wrote the index"),
                        replaced.as_ref(),
                    ),
                    Some(Rebuild::Unreadable { problem }) => {
                        (Some("everything was analyzed again: the index was not readable"), replaced.as_ref().or(Some(problem)))
                    }
                };
                for line in why.into_iter().chain(what.map(String::as_str)) {
                    writeln!(out, "  {}", Styled(style::WARNING, Clean(line)))?;
                }
                Ok(())
            }
        }
    }

    fn holdings(&self, out: &mut dyn Write) -> io::Result<()> {
        let Outcome::Committed { totals, .. } = &self.report.outcome else { return Ok(()) };
        let symbols = count(totals.symbols, "symbol", "symbols");
        let imports = count(totals.imports, "import", "imports");
        let edges = count(totals.edges, "edge", "edges");
        writeln!(out, "  {symbols}, {imports}, {edges} of which {} are resolved", totals.resolved_edges)
    }
}

/// The phases that took any time worth telling.
fn spent(timings: &Timings) -> String {
    let Timings { open, scan, analyze, store, embed, derive, commit, total } = *timings;
    let phases = [
        ("open", open),
        ("scan", scan),
        ("analyze", analyze),
        ("store", store),
        ("embed", embed),
        ("derive", derive),
        ("commit", commit),
    ];
    let told = phases.into_iter().filter(|(_, spent)| *spent >= Duration::from_millis(5));
    let told: Vec<String> = told.map(|(phase, spent)| format!("{phase} {:.2}", spent.as_secs_f64())).collect();
    let phases = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
    format!("{:.2} s{phases}", total.as_secs_f64())
}
