//! What was true of the last run: the backend that wrote the index, its analyzers, and what is
//! stored.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{AuditPolicy, BackendError, EmbeddingSpec, Language, Tool, symbol::words};

words! {
    /// Whether every source file had an analyzer in the last run.
    Coverage, "coverage" {
        /// Not stated.
        Unknown = "unknown",
        /// Some source files have no analyzer, or could not be analyzed.
        Incomplete = "incomplete",
        /// Every source file was analyzed.
        Complete = "complete",
    }
}

/// What is true of a committed state as a whole: which backend wrote it, and from what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeInventory {
    /// The backend that wrote it, by name and version.
    pub backend: Tool,
    /// The version of its schema.
    pub schema: u32,
    /// Whether every source file was covered.
    pub coverage: Coverage,
    /// The number of the commit; the first is one.
    pub generation: u64,
    /// The rules by which its edges were derived, by language.
    pub rules: Vec<RulesInventory>,
    /// The analyzers of the last run, by tool.
    pub analyzers: Vec<AnalyzerInventory>,
    /// How many embeddings are stored, by spec; none without
    /// [`Capability::Embeddings`](crate::Capability::Embeddings).
    pub embeddings: Vec<EmbeddingInventory>,
}

/// The rules of one language, of the session that committed last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RulesInventory {
    /// The language.
    pub language: Language,
    /// The rules that resolve its files.
    pub tool: Tool,
}

/// One analyzer of the last run, or one auditor: everything that the stored analyses depend on.
/// Inventories order by tool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AnalyzerInventory {
    /// The analyzer or auditor; the version of an auditor tells how it is set, too.
    pub tool: Tool,
    /// The globs or patterns by which it finds its files, in its own order.
    pub globs: Vec<String>,
}

/// What a session says of the run that it belongs to. A session of full scope that says nothing
/// leaves the [default](Default); an incremental one leaves what was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInventory {
    /// Whether every source file was covered.
    pub coverage: Coverage,
    /// The analyzers of the run, each tool once, in any order.
    pub analyzers: Vec<AnalyzerInventory>,
}

impl RunInventory {
    /// Brings the analyzers into the order in which they are kept; each session does so in
    /// `write_inventory`.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the tool, when one is listed twice.
    pub fn normalize(&mut self) -> Result<(), BackendError> {
        self.analyzers.sort();
        match self.analyzers.windows(2).find(|pair| pair[0].tool == pair[1].tool) {
            None => Ok(()),
            Some(twice) => Err(BackendError::invalid(&twice[0].tool, "an inventory lists each tool once, and this one twice")),
        }
    }
}

impl Default for RunInventory {
    fn default() -> Self {
        Self { coverage: Coverage::Unknown, analyzers: Vec::new() }
    }
}

/// How many embeddings are stored under one spec. Inventories order by spec; a spec without rows
/// is not listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddingInventory {
    /// The spec.
    pub spec: EmbeddingSpec,
    /// Rows with their vector.
    pub computed: u64,
    /// Rows that wait for it.
    pub pending: u64,
}

/// How much of everything is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Files.
    pub files: u64,
    /// Symbols.
    pub symbols: u64,
    /// Imports.
    pub imports: u64,
    /// Use records of kind call.
    pub calls: u64,
    /// Use records of kind reference.
    pub references: u64,
    /// Edges of both kinds.
    pub edges: u64,
    /// Edges whose target is resolved.
    pub resolved_edges: u64,
    /// Documentation units.
    pub documentation: u64,
    /// Documentation issues.
    pub doc_issues: u64,
    /// Embeddings with their vector.
    pub embeddings: u64,
    /// Embeddings that wait for it.
    pub pending_embeddings: u64,
}

/// What stays of documentation issues and embeddings, whatever becomes of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Issues of files in the languages that are audited stay.
    pub policy: AuditPolicy,
    /// Embeddings of these specs stay.
    pub specs: Vec<EmbeddingSpec>,
}

/// What a [`Retention`] does not keep: of a reader, what there is of it; of a session, what was
/// removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Stored issues of files whose language is not audited now.
    pub stale_doc_issues: u64,
    /// Stored embeddings, pending ones included, whose spec is not in use now.
    pub orphaned_embeddings: u64,
}

impl Maintenance {
    /// Whether there is anything to do.
    pub fn is_needed(&self) -> bool {
        *self != Self::default()
    }
}
