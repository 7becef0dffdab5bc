//! What can be written on the command line, and the help for it.

use std::{collections::BTreeSet, num::NonZeroUsize, path::PathBuf};

use anstream::ColorChoice;
use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use codira_contracts::{DocumentationKind, PathPrefix, Severity, SymbolKind};
use codira_indexer::EmbeddingMode;
use codira_indexer::auditors;

/// Index a repository and ask it: symbols, calls, references, imports, documentation.
#[derive(Debug, Parser)]
#[command(name = "codira", version, after_help = MANUAL, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

// Lines of eighty columns at most: clap folds longer ones without their indentation.
const MANUAL: &str = "\
Examples:
  codira index                  index the repository around this directory
  codira sym Flask.run          what Flask.run is, and where
  codira calls run --incoming   who calls run

Names:
  run                  every symbol of this name
  Flask.run            by logical name; Flask::run is the same
  flask.app.Flask.run  inside a module; the end or the beginning of its name
                       will do: app.Flask.run, flask.Flask.run
  flask.app            a module
  src/app.py#Flask     by identity, as --json has it: path and id

Output:
  A terminal gets pages, everything else one line an answer:
  `path:line:column: text`, with further fields behind tabs, and column 1 where
  an answer takes whole lines. Paths are relative to the root of the repository.
  --json prints one object, which docs/json.md describes.

Exit status:
  0    something was found, or done
  1    nothing was found
  2    arguments, a path or the configuration are wrong; nothing was done
  3    it failed
  130  interrupted; the index is as its last commit left it";

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// A directory of the repository [default: the current one]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Common options")]
    pub(crate) path: Option<PathBuf>,
    /// The backend that keeps the index
    #[arg(long, global = true, value_name = "NAME", help_heading = "Common options")]
    pub(crate) backend: Option<String>,
    /// Print one JSON object
    #[arg(long, global = true, help_heading = "Common options")]
    pub(crate) json: bool,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true, help_heading = "Common options")]
    pub(crate) quiet: bool,
    /// Use colours: auto, always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Common options"
    )]
    pub(crate) color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring the index up to date
    #[command(after_help = "Example:\n  codira index ~/src/flask --explain")]
    Index(Index),
    /// Show what a name is, and where
    #[command(after_help = "Example:\n  codira sym Flask.run --full")]
    Sym(Sym),
    /// List symbols, with how much each calls and is called
    #[command(after_help = "Example:\n  codira symlist --prefix src/flask --kind class")]
    Symlist(Symlist),
    /// Show what a name calls, or who calls it
    #[command(after_help = "Examples:\n  codira calls Flask.run\n  codira calls run --incoming --resolved\n  \
                            codira calls main --tree --depth 4\n  codira calls main --dot | dot -Tsvg > calls.svg")]
    Calls(Calls),
    /// Show where a name is referred to, and where its word stands
    #[command(after_help = "References name a callable without calling it: as argument, value, decorator or\nbase. Text \
                            is every line with the word, calls, comments and strings included.\n\nExample:\n  \
                            codira refs Flask --text --prefix docs")]
    Refs(Refs),
    /// Show what a module or file imports, or who imports it
    #[command(after_help = "Examples:\n  codira imports flask.app\n  codira imports src/server.h --incoming")]
    Imports(Imports),
    /// Find documentation by words: sections of documents, and what modules, types and functions say of themselves
    #[command(after_help = "Words are found in any form and order; rare ones count more, and titles more than text.\n\n\
                            Examples:\n  codira docs query cache\n  codira docs how to install --kind section")]
    Docs(Docs),
    /// Find what is most similar to a text: symbols and sections, by their vectors
    #[command(
        after_help = "Examples:\n  codira emb invalidate the cache of queries\n  codira emb retry after a timeout --kind function"
    )]
    Emb(Emb),
    /// Gather what a question is about: places with their lines, for people and language models
    #[command(after_help = "Names, documentation, vectors, documentation issues and calls are asked apart, and merged.\n\n\
                            Examples:\n  codira ctx where is the query cache invalidated --explain\n  \
                            codira ctx how does a task get scheduled --format prompt --budget 2000")]
    Ctx(Ctx),
    /// Show what is wrong with documentation, in the languages that `audit.languages` names
    #[command(after_help = "Nothing is audited until `[audit]` in .codira/config.toml says what; docs/audit.md tells\nall of \
                            it. Status 1 means that nothing was found.\n\nExamples:\n  codira audit --prefix src --severity warning\n  \
                            codira audit --format sarif > audit.sarif")]
    Audit(Audit),
    /// Show which source files the index says nothing of, by extension
    #[command(
        after_help = "`coverage.roots` in .codira/config.toml says which directories count. Status 1 means that nothing\nis \
                            missing.\n\nExamples:\n  codira cov\n  codira index --require-full-coverage"
    )]
    Cov(Cov),
    /// List backends: which are compiled in, which is chosen and why, which holds the index
    #[command(after_help = "Example:\n  codira backends --json")]
    Backends,
    /// Show the effective configuration, and who set each value
    #[command(after_help = "Example:\n  CODIRA_INDEX_JOBS=1 codira config")]
    Config,
}

/// When to compute vectors.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Embeddings {
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

#[derive(Debug, Args)]
pub(crate) struct Index {
    /// A directory of the repository; its root is the nearest with .codira or .git, else itself [default: the current one]
    #[arg(value_name = "PATH", conflicts_with = "path")]
    pub(crate) directory: Option<PathBuf>,
    /// Analyze every file, and replace whatever is there
    #[arg(long)]
    pub(crate) full: bool,
    /// Find changes by content, not by size and modification time
    #[arg(long)]
    pub(crate) verify: bool,
    /// Say of each file what was done with it, and why
    #[arg(long)]
    pub(crate) explain: bool,
    /// Compute vectors now, later with --embeddings-only, or remove them and have none [default: configured]
    #[arg(long, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) embeddings: Option<Embeddings>,
    /// Compute the vectors that were put off, and do nothing else
    #[arg(long, conflicts_with_all = ["full", "verify", "explain", "embeddings"])]
    pub(crate) embeddings_only: bool,
    /// Fail, and commit nothing, where a source file would be left out
    #[arg(long)]
    pub(crate) require_full_coverage: bool,
    /// Analyze so many files at once [default: configured]
    #[arg(long, value_name = "N", value_parser = |text: &str| text.parse::<NonZeroUsize>().map_err(|_| "must be at least 1"))]
    pub(crate) jobs: Option<NonZeroUsize>,
}

/// What every question takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Question {
    /// Only answers in this file or directory, relative to the root
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
    pub(crate) prefix: PathPrefix,
    /// At most so many answers
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Ask the index as it is, even if files have changed since
    #[arg(long)]
    pub(crate) no_refresh: bool,
}

/// Which symbols of a name are meant.
#[derive(Clone, Debug, Args)]
pub(crate) struct Named {
    /// A name: run, Flask.run, flask.app.Flask.run
    pub(crate) name: String,
    /// Only of symbols of this kind: class, function, method, ...
    #[arg(long, value_parser = kind_parser(), hide_possible_values = true)]
    pub(crate) kind: Option<SymbolKind>,
    /// Only of symbols defined in this file or directory, relative to the root
    #[arg(long = "in", value_name = "PATH", default_value = "", hide_default_value = true)]
    pub(crate) within: PathPrefix,
}

fn kind_parser() -> impl TypedValueParser<Value = SymbolKind> {
    PossibleValuesParser::new(SymbolKind::ALL.iter().map(|kind| kind.as_str())).try_map(|word| word.parse::<SymbolKind>())
}

fn documentation_kind_parser() -> impl TypedValueParser<Value = DocumentationKind> {
    let words = DocumentationKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<DocumentationKind>())
}

#[derive(Debug, Args)]
pub(crate) struct Sym {
    /// A name: run, Flask.run, flask.app.Flask.run
    pub(crate) name: String,
    /// Only symbols of this kind: class, function, method, ...
    #[arg(long, value_parser = kind_parser(), hide_possible_values = true)]
    pub(crate) kind: Option<SymbolKind>,
    /// Show all documentation, overloads and members
    #[arg(short = 'v', long)]
    pub(crate) full: bool,
    #[command(flatten)]
    pub(crate) question: Question,
}

#[derive(Debug, Args)]
pub(crate) struct Symlist {
    /// Only symbols of this kind: class, function, method, ...
    #[arg(long, value_parser = kind_parser(), hide_possible_values = true)]
    pub(crate) kind: Option<SymbolKind>,
    #[command(flatten)]
    pub(crate) question: Question,
}

#[derive(Debug, Args)]
pub(crate) struct Calls {
    #[command(flatten)]
    pub(crate) named: Named,
    /// Show who calls it
    #[arg(long)]
    pub(crate) incoming: bool,
    /// Only calls whose target is known
    #[arg(long)]
    pub(crate) resolved: bool,
    /// Follow calls of calls; the limit is on where to start
    #[arg(long, group = "followed")]
    pub(crate) tree: bool,
    /// Print that tree as a graph for Graphviz
    #[arg(long, group = "followed", conflicts_with = "json")]
    pub(crate) dot: bool,
    /// Follow calls so far [default: 3]
    #[arg(long, value_name = "N", requires = "followed")]
    pub(crate) depth: Option<usize>,
    #[command(flatten)]
    pub(crate) question: Question,
}

#[derive(Debug, Args)]
pub(crate) struct Refs {
    #[command(flatten)]
    pub(crate) named: Named,
    /// Only references that an analyzer found
    #[arg(long, conflicts_with = "text")]
    pub(crate) symbols: bool,
    /// Only lines in which the word stands
    #[arg(long)]
    pub(crate) text: bool,
    /// Only references whose target is known
    #[arg(long)]
    pub(crate) resolved: bool,
    #[command(flatten)]
    pub(crate) question: Question,
}

#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// The words to look for
    #[arg(value_name = "QUERY", required = true)]
    pub(crate) query: Vec<String>,
    /// Only units of this kind: document, section, module, type, function, symbol
    #[arg(long, value_parser = documentation_kind_parser(), hide_possible_values = true)]
    pub(crate) kind: Option<DocumentationKind>,
    #[command(flatten)]
    pub(crate) question: Question,
}

#[derive(Debug, Args)]
pub(crate) struct Cov {
    /// Compare with the index as it is, even if files have changed since
    #[arg(long)]
    pub(crate) no_refresh: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Emb {
    /// The text to compare with
    #[arg(value_name = "QUERY", required = true)]
    pub(crate) query: Vec<String>,
    /// Only symbols of this kind: class, function, method, ...
    #[arg(long, value_parser = kind_parser(), hide_possible_values = true)]
    pub(crate) kind: Option<SymbolKind>,
    #[command(flatten)]
    pub(crate) question: Question,
}

#[derive(Debug, Args)]
pub(crate) struct Ctx {
    /// The question
    #[arg(value_name = "QUERY", required = true)]
    pub(crate) query: Vec<String>,
    /// How many tokens the lines may take together, of four bytes each
    #[arg(long, value_name = "TOKENS", default_value_t = 4000)]
    pub(crate) budget: usize,
    /// Say of each place why it is there
    #[arg(long)]
    pub(crate) explain: bool,
    /// In which form: text, json, or prompt for a language model
    #[arg(long, value_name = "FORM", default_value = "text", hide_possible_values = true, conflicts_with = "json")]
    pub(crate) format: ContextFormat,
    #[command(flatten)]
    pub(crate) question: Question,
}

/// In which form a context is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ContextFormat {
    /// A page for a terminal, lines elsewhere
    Text,
    /// As --json
    Json,
    /// Markdown for a language model
    Prompt,
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// Only issues of this rule: missing-documentation, unknown-parameter, ...
    #[arg(long, value_parser = rule_parser(), hide_possible_values = true)]
    pub(crate) rule: Option<String>,
    /// Only issues at least so severe: info, warning, error
    #[arg(long, value_parser = severity_parser(), hide_possible_values = true)]
    pub(crate) severity: Option<Severity>,
    /// The form of the answer: text, json, or sarif for code scanners
    #[arg(long, default_value = "text", hide_possible_values = true, hide_default_value = true, conflicts_with = "json")]
    pub(crate) format: AuditFormat,
    #[command(flatten)]
    pub(crate) question: Question,
}

/// The form of an audit.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum AuditFormat {
    /// A page or lines
    Text,
    /// What `--json` gives
    Json,
    /// SARIF 2.1.0
    Sarif,
}

fn severity_parser() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.iter().map(|severity| severity.as_str())).try_map(|word| word.parse::<Severity>())
}

fn rule_parser() -> PossibleValuesParser {
    let rules: BTreeSet<&str> =
        auditors::first_party().iter().flat_map(|auditor| auditor.rules()).map(|rule| rule.id).collect();
    PossibleValuesParser::new(rules)
}

#[derive(Debug, Args)]
pub(crate) struct Imports {
    /// A module, or a file relative to the root
    #[arg(value_name = "MODULE")]
    pub(crate) subject: String,
    /// Show who imports it
    #[arg(long)]
    pub(crate) incoming: bool,
    #[command(flatten)]
    pub(crate) question: Question,
}
