//! Indexes a repository into any codira backend.

pub mod analyzers;
mod backends;
pub mod config;
mod dump;
mod error;
mod events;
mod registry;
mod report;
mod run;
mod scan;
mod state;

pub use config::{Config, ConfigEntry, ConfigSource, Environment, Key, Refresh};
pub use dump::{DumpError, dump};
pub use error::IndexerError;
pub use events::IndexEvent;
pub use registry::{BackendChoice, BackendFactory, BackendRegistry};
pub use report::{
    Counts, FailedFile, FileDecision, IndexReport, Outcome, PartialFile, Rebuild, SkipReason, SkippedFile, Timings,
    UncoveredLanguage,
};
pub use run::{IndexRequest, IndexScope, Indexer, IndexerOptions};
pub use scan::{Hidden, PathPatterns};
pub use state::{StateDirectory, discover_root};
