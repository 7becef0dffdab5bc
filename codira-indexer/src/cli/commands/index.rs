//! `codira index`: what a run did.

use std::{
    io::{self, Write},
    num::NonZeroUsize,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    CoverageDemand, EmbeddingBacklog, EmbeddingMode, IndexReport, IndexRequest, IndexScope, Outcome, Rebuild, RepoRoot,
    Timings,
    cli::{
        embedded::{self, Embedded},
        failure::{Failure, Status},
        invocation::Invocation,
        output::Answer,
        style::{self, Clean, Styled, count},
    },
    plan::Trust,
};

/// Bring the index up to date
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  codira index ~/src/flask --explain")]
pub(crate) struct Args {
    /// A directory of the repository; its root is the nearest with .codira or .git, else itself
    /// [default: the current one]
    #[arg(value_name = "PATH", conflicts_with = "path")]
    directory: Option<PathBuf>,
    /// Analyze every file, and replace whatever is there
    #[arg(long)]
    full: bool,
    /// Find changes by content, not by size and modification time
    #[arg(long)]
    verify: bool,
    /// Say of each file what was done with it, and why
    #[arg(long)]
    explain: bool,
    /// Compute vectors now, later with --embeddings-only, or remove them and have none [default:
    /// configured]
    #[arg(long, value_name = "WHEN", hide_possible_values = true)]
    embeddings: Option<Embeddings>,
    /// Compute the vectors that were put off, and do nothing else
    #[arg(long, conflicts_with_all = ["full", "verify", "explain", "embeddings"])]
    embeddings_only: bool,
    /// Fail, and commit nothing, where a source file would be left out
    #[arg(long)]
    require_full_coverage: bool,
    /// Analyze so many files at once [default: configured]
    #[arg(long, value_name = "N", value_parser = |text: &str| text.parse::<NonZeroUsize>().map_err(|_| "must be at least 1"))]
    jobs: Option<NonZeroUsize>,
}

impl Args {
    /// Runs, and prints what was done unless nothing is to be said.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let repository = invocation.repository_at(self.directory.as_deref())?;
        let request = IndexRequest {
            scope: if self.full { IndexScope::Full } else { IndexScope::Changed },
            trust: if self.verify { Trust::Hash } else { Trust::Stat },
            jobs: self.jobs.unwrap_or_else(|| repository.config.jobs()),
            coverage: if self.require_full_coverage { CoverageDemand::Full } else { CoverageDemand::Any },
            embeddings: self.embeddings.map_or_else(|| repository.config.embedding_mode(), Into::into),
            embedding_backlog: EmbeddingBacklog::WorkOff,
        };
        let backend = repository.backend()?;
        if self.embeddings_only {
            let started = Instant::now();
            let report = repository.embed_pending(backend, request).await?;
            return invocation.report(&Embedded::new(report, started.elapsed()));
        }
        let report = repository.index(backend, request).await?;
        invocation.report(&Indexed::new(report, repository.root, self.explain))
    }
}

/// When to compute vectors.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Embeddings {
    /// In the run
    Now,
    /// With --embeddings-only
    Deferred,
    /// Never
    Off,
}

impl From<Embeddings> for EmbeddingMode {
    fn from(embeddings: Embeddings) -> Self {
        match embeddings {
            Embeddings::Now => Self::Now,
            Embeddings::Deferred => Self::Deferred,
            Embeddings::Off => Self::Off,
        }
    }
}

/// The answer of the command.
#[derive(Serialize)]
struct Indexed {
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
    /// The answer of a run on the repository at `root`; with `explain`, it says what was done with
    /// each file.
    fn new(report: IndexReport, root: RepoRoot, explain: bool) -> Self {
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
