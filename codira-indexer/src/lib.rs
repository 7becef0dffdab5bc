//! Indexes a repository into any codira backend, and keeps the index up to date.
//!
//! - An [`Indexer`] runs: it scans the repository, decides about each file, analyzes what changed,
//!   and commits it in one session. It reports each decision with its reason, sends its progress
//!   as [`IndexEvent`]s, and can be cancelled.
//! - A [`BackendRegistry`] opens backends by name at a [`Location`]; [`Config`] has the chosen
//!   name, and the source of the choice.
//! - A [`LanguageRegistry`] holds the languages that can be indexed and audited, ours of
//!   `codira-languages` and others.
//! - An [`EngineRegistry`] opens embedding engines by name.
//! - [`Registries`] are these three together. With the feature `cli`, `cli::run` is the command
//!   `codira` over them.
//! - [`Auditing`] is the set of auditors of documentation, with their options.
//! - [`retrieval`] gives ranked answers to questions in words.
//!
//! Nothing here depends on the `codira` command, on global state or on a particular runtime. With
//! `default-features = false` no backend and no parser is compiled. Analyzers and auditors come
//! from the caller; those of this workspace are in `codira-languages`.
//!
//! Indexing a directory into memory with an analyzer of one's own, and asking:
//!
//! ```
//! use std::sync::{Arc, LazyLock};
//!
//! use codira_contracts::{
//!     FileAnalysis, IndexBackend, IndexReader, Language, LineSpan, RepoPath, Symbol, SymbolKind, SymbolRequest, Tool,
//! };
//! use codira_languages::{LanguageAnalyzer, SourceFile};
//! use codira_indexer::{IndexRequest, Indexer, IndexerOptions, discover_root};
//! use codira_memory::MemoryBackend;
//! use tokio_util::sync::CancellationToken;
//!
//! /// Every section of an INI file is a symbol.
//! struct Ini;
//!
//! static INI: LazyLock<(Tool, Language)> = LazyLock::new(|| (Tool::new("ini", "1"), Language::new("ini")));
//!
//! impl LanguageAnalyzer for Ini {
//!     fn tool(&self) -> &Tool {
//!         &INI.0
//!     }
//!     fn language(&self) -> &Language {
//!         &INI.1
//!     }
//!     fn globs(&self) -> &[&'static str] {
//!         &["**/*.ini"]
//!     }
//!     fn claims(&self, _: &RepoPath, _: &str) -> bool {
//!         false
//!     }
//!     fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
//!         let mut analysis = FileAnalysis::new(INI.1.clone(), file.path.as_str());
//!         for (line, number) in file.text.lines().zip(1..) {
//!             if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
//!                 let section = Symbol::new(format!("{name}@{}", analysis.symbols.len()), SymbolKind::Namespace, name);
//!                 analysis.symbols.push(Symbol { span: LineSpan::new(number, number), ..section });
//!             }
//!         }
//!         analysis
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let directory = tempfile::tempdir()?;
//! std::fs::write(directory.path().join("app.ini"), "[server]\nport = 80\n\n[log]\n")?;
//!
//! let root = discover_root(directory.path())?;
//! let indexer = Indexer::new(MemoryBackend::default(), root, vec![Arc::new(Ini)], IndexerOptions::default());
//! let report = indexer.run(IndexRequest::default(), &|_event| {}, &CancellationToken::new()).await?;
//! assert_eq!(report.counts.analyzed, 1);
//!
//! let found = indexer.backend().open_reader().await?.symbols(&SymbolRequest::named("log")).await?;
//! assert_eq!((found[0].path.as_str(), found[0].symbol.span.first), ("app.ini", 4));
//! # Ok(())
//! # }
//! ```

mod audit;
mod backends;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
mod dump;
mod embedding;
mod error;
mod events;
mod languages;
mod location;
pub mod plan;
mod plugins;
mod registries;
mod registry;
mod report;
pub mod retrieval;
mod root;
mod run;
mod scan;
mod state;
mod test_code;
mod words;

pub use audit::{Audit, AuditOptions, Auditing, Inclusion, ShownConvention};
pub use config::{BackendUrl, Config, ConfigEntry, ConfigSource, Environment, Key, Refresh};
pub use dump::{DumpError, dump};
#[cfg(feature = "model")]
pub use embedding::ModelEngine;
pub use embedding::{
    Embedding, EmbeddingEngine, EmbeddingPolicy, EngineFactory, EngineRegistry, EngineSettings, Ineligible, LexicalEngine,
};
pub use error::IndexerError;
pub use events::IndexEvent;
pub use languages::LanguageRegistry;
pub use location::Location;
pub use plugins::{NotCompiled, Plugin, PluginKind, PluginRegistry};
pub use registries::Registries;
pub use registry::{BackendChoice, BackendFactory, BackendRegistry};
pub use report::{
    Counts, CoverageReport, EmbeddingCounts, EmbeddingReport, FailedFile, FileDecision, IndexReport, LeftOutFile, Outcome,
    PartialFile, Rebuild, SkipReason, SkippedFile, Timings, UncoveredExtension, UncoveredLanguage,
};
pub use root::RepoRoot;
pub use run::{CoverageDemand, EmbeddingBacklog, EmbeddingMode, IndexRequest, IndexScope, Indexer, IndexerOptions};
pub use scan::{Hidden, PathPatterns};
pub use state::{StateDirectory, StateRefusal, discover_root};

/// The examples of the README, compiled.
#[cfg(all(doctest, feature = "cli", feature = "sqlite"))]
#[doc = include_str!("../../README.md")]
struct Readme;
