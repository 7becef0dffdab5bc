//! The keys of the configuration, and the places where they are set.

use std::{fmt, path::PathBuf};

use serde::{Serialize, Serializer};

/// A key of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// `backend.name`
    BackendName,
    /// `index.jobs`
    IndexJobs,
    /// `index.max_file_size`
    IndexMaxFileSize,
    /// `index.hidden`
    IndexHidden,
    /// `index.include`
    IndexInclude,
    /// `index.exclude`
    IndexExclude,
    /// `embeddings.mode`
    EmbeddingsMode,
    /// `embeddings.engine`
    EmbeddingsEngine,
    /// `embeddings.model`
    EmbeddingsModel,
    /// `embeddings.skip_kinds`
    EmbeddingsSkipKinds,
    /// `embeddings.min_words`
    EmbeddingsMinWords,
    /// `embeddings.exclude`
    EmbeddingsExclude,
    /// `audit.languages`
    AuditLanguages,
    /// `audit.conventions`
    AuditConventions,
    /// `audit.include`
    AuditInclude,
    /// `audit.exclude`
    AuditExclude,
    /// `audit.private`
    AuditPrivate,
    /// `audit.nested`
    AuditNested,
    /// `audit.tests`
    AuditTests,
    /// `audit.ignore`
    AuditIgnore,
    /// `coverage.roots`
    CoverageRoots,
    /// `query.refresh`
    QueryRefresh,
}

impl Key {
    /// Every key, in the order in which they are shown.
    pub const ALL: &[Self] = &[
        Self::BackendName,
        Self::IndexJobs,
        Self::IndexMaxFileSize,
        Self::IndexHidden,
        Self::IndexInclude,
        Self::IndexExclude,
        Self::EmbeddingsMode,
        Self::EmbeddingsEngine,
        Self::EmbeddingsModel,
        Self::EmbeddingsSkipKinds,
        Self::EmbeddingsMinWords,
        Self::EmbeddingsExclude,
        Self::AuditLanguages,
        Self::AuditConventions,
        Self::AuditInclude,
        Self::AuditExclude,
        Self::AuditPrivate,
        Self::AuditNested,
        Self::AuditTests,
        Self::AuditIgnore,
        Self::CoverageRoots,
        Self::QueryRefresh,
    ];

    /// The key as a configuration file has it, with its table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BackendName => "backend.name",
            Self::IndexJobs => "index.jobs",
            Self::IndexMaxFileSize => "index.max_file_size",
            Self::IndexHidden => "index.hidden",
            Self::IndexInclude => "index.include",
            Self::IndexExclude => "index.exclude",
            Self::EmbeddingsMode => "embeddings.mode",
            Self::EmbeddingsEngine => "embeddings.engine",
            Self::EmbeddingsModel => "embeddings.model",
            Self::EmbeddingsSkipKinds => "embeddings.skip_kinds",
            Self::EmbeddingsMinWords => "embeddings.min_words",
            Self::EmbeddingsExclude => "embeddings.exclude",
            Self::AuditLanguages => "audit.languages",
            Self::AuditConventions => "audit.conventions",
            Self::AuditInclude => "audit.include",
            Self::AuditExclude => "audit.exclude",
            Self::AuditPrivate => "audit.private",
            Self::AuditNested => "audit.nested",
            Self::AuditTests => "audit.tests",
            Self::AuditIgnore => "audit.ignore",
            Self::CoverageRoots => "coverage.roots",
            Self::QueryRefresh => "query.refresh",
        }
    }

    /// The environment variable that sets it.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::BackendName => "CODIRA_INDEX_BACKEND",
            Self::IndexJobs => "CODIRA_INDEX_JOBS",
            Self::IndexMaxFileSize => "CODIRA_INDEX_MAX_FILE_SIZE",
            Self::IndexHidden => "CODIRA_INDEX_HIDDEN",
            Self::IndexInclude => "CODIRA_INDEX_INCLUDE",
            Self::IndexExclude => "CODIRA_INDEX_EXCLUDE",
            Self::EmbeddingsMode => "CODIRA_EMBEDDINGS_MODE",
            Self::EmbeddingsEngine => "CODIRA_EMBEDDINGS_ENGINE",
            Self::EmbeddingsModel => "CODIRA_EMBEDDINGS_MODEL",
            Self::EmbeddingsSkipKinds => "CODIRA_EMBEDDINGS_SKIP_KINDS",
            Self::EmbeddingsMinWords => "CODIRA_EMBEDDINGS_MIN_WORDS",
            Self::EmbeddingsExclude => "CODIRA_EMBEDDINGS_EXCLUDE",
            Self::AuditLanguages => "CODIRA_AUDIT_LANGUAGES",
            Self::AuditConventions => "CODIRA_AUDIT_CONVENTIONS",
            Self::AuditInclude => "CODIRA_AUDIT_INCLUDE",
            Self::AuditExclude => "CODIRA_AUDIT_EXCLUDE",
            Self::AuditPrivate => "CODIRA_AUDIT_PRIVATE",
            Self::AuditNested => "CODIRA_AUDIT_NESTED",
            Self::AuditTests => "CODIRA_AUDIT_TESTS",
            Self::AuditIgnore => "CODIRA_AUDIT_IGNORE",
            Self::CoverageRoots => "CODIRA_COVERAGE_ROOTS",
            Self::QueryRefresh => "CODIRA_QUERY_REFRESH",
        }
    }

    /// What it decides, in one sentence for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::BackendName => "The backend that keeps the index.",
            Self::IndexJobs => "How many files are analyzed at once.",
            Self::IndexMaxFileSize => "Larger files are skipped: bytes, or text such as \"4 MiB\".",
            Self::IndexHidden => {
                "Whether files and directories whose name begins with a dot are indexed: \"skip\" or \"index\"."
            }
            Self::IndexInclude => {
                "Only files that match one of these patterns, in .gitignore syntax, are indexed; empty means all."
            }
            Self::IndexExclude => "Files that match one of these patterns, in .gitignore syntax, are not indexed.",
            Self::EmbeddingsMode => {
                "When vectors are computed: \"now\", \"deferred\" (by `codira index --embeddings-only`) or \"off\"."
            }
            Self::EmbeddingsEngine => "What computes vectors: \"lexical\", or \"model\" from a local directory.",
            Self::EmbeddingsModel => "The directory of the model, absolute or relative to the root; empty means none.",
            Self::EmbeddingsSkipKinds => "Symbols of these kinds get no vectors.",
            Self::EmbeddingsMinWords => "What has fewer words gets no vector.",
            Self::EmbeddingsExclude => "Files that match one of these patterns, in .gitignore syntax, get no vectors.",
            Self::AuditLanguages => {
                "The languages whose documentation is audited: \"python\", \"rust\", \"c\"; empty means none."
            }
            Self::AuditConventions => {
                "The conventions that documentation is held to, by name; in a language without one, the one that each text shows."
            }
            Self::AuditInclude => {
                "Only files that match one of these patterns, in .gitignore syntax, are audited; empty means all."
            }
            Self::AuditExclude => "Files that match one of these patterns, in .gitignore syntax, are not audited.",
            Self::AuditPrivate => "What happens to code that is not public: \"skip\" or \"audit\".",
            Self::AuditNested => "What happens to functions and classes inside of others: \"skip\" or \"audit\".",
            Self::AuditTests => "What happens to tests: \"skip\" or \"audit\".",
            Self::AuditIgnore => "Rules whose findings are dropped, by id.",
            Self::CoverageRoots => {
                "Only files that match one of these patterns, in .gitignore syntax, count for coverage; empty means all."
            }
            Self::QueryRefresh => "Whether a query brings a stale index up to date first: \"auto\" or \"never\".",
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl AsRef<str> for Key {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Who set a value. Later variants are weaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ConfigSource {
    /// The caller, for this run.
    Argument,
    /// An environment variable.
    Environment {
        /// Its name.
        variable: &'static str,
    },
    /// The configuration file of the repository.
    RepositoryFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
    },
    /// The configuration file of the user.
    UserFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
    },
    /// Nobody.
    Default,
}

impl fmt::Display for ConfigSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => f.write_str("argument"),
            Self::Environment { variable } => f.write_str(variable),
            Self::RepositoryFile { path, line } | Self::UserFile { path, line } => {
                write!(f, "{}, line {line}", path.display())
            }
            Self::Default => f.write_str("default"),
        }
    }
}
