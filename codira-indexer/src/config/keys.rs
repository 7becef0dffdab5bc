//! The declarations of all keys of the configuration. A new key is added here alone.

use std::{num::NonZeroUsize, path::PathBuf, thread};

use codira_contracts::{MemoryBudget, SymbolKind};

use super::{
    BackendUrl, ByteSize, Key, Refresh,
    declare::declare_keys,
    key::Declaration,
    setting::{AnySetting, Setting},
    value::FromRaw,
};
use crate::{AuditOptions, EmbeddingMode, EmbeddingPolicy, Hidden, Inclusion, IndexerOptions, LexicalEngine, PathPatterns};

declare_keys! {
    backend {
        /// The backend that keeps the index.
        name: String = "sqlite".to_owned(), set_by "CODIRA_INDEX_BACKEND";
        /// The URL of the server that keeps the index, for a backend that has one; empty means
        /// none. Its password is not shown.
        url: Option<BackendUrl> = None;
        /// The name of the repository on that server; empty means none.
        repository: Option<String> = None;
    }
    state {
        /// The directory of the index, absolute or relative to the root: the repository's own, and
        /// empty when it is first used.
        directory: PathBuf = PathBuf::from(crate::state::NAME), set_by "CODIRA_STATE_DIR";
    }
    index {
        /// How many files are analyzed at once.
        jobs: NonZeroUsize = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        /// How much memory a run should use for its buffers and caches: bytes, or text such as
        /// "256 MiB". Each file takes one more kilobyte.
        memory: MemoryBudget = IndexerOptions::default().memory;
        /// Larger files are skipped: bytes, or text such as "4 MiB".
        max_file_size: ByteSize = ByteSize(IndexerOptions::default().max_file_size);
        /// Whether files and directories whose name begins with a dot are indexed: "skip" or
        /// "index".
        hidden: Hidden = Hidden::default();
        /// Only files that match one of these patterns, in .gitignore syntax, are indexed; empty
        /// means all.
        include: PathPatterns = PathPatterns::default();
        /// Files that match one of these patterns, in .gitignore syntax, are not indexed.
        exclude: PathPatterns = PathPatterns::default();
    }
    embeddings {
        /// When vectors are computed: "now", "deferred" (by `codira index --embeddings-only`) or
        /// "off".
        mode: EmbeddingMode = EmbeddingMode::default();
        /// The engine that computes vectors: "lexical", "model" from a local directory, or another
        /// that `codira plugins` lists.
        engine: String = LexicalEngine::NAME.to_owned();
        /// The directory of the model, absolute or relative to the root; empty means none.
        model: PathBuf = PathBuf::new();
        /// Symbols of these kinds get no vectors.
        skip_kinds: Vec<SymbolKind> = EmbeddingPolicy::default().skip_kinds;
        /// What has fewer words gets no vector.
        min_words: NonZeroUsize = EmbeddingPolicy::default().min_words;
        /// Files that match one of these patterns, in .gitignore syntax, get no vectors.
        exclude: PathPatterns = EmbeddingPolicy::default().exclude;
    }
    audit {
        /// The languages whose documentation is audited whenever a file changes, by name. Empty
        /// means none: `codira audit` then audits every language when it is asked.
        languages: Vec<String> = Vec::new();
        /// The conventions that documentation is held to, by name; in a language without one, the
        /// one that each text shows.
        conventions: Vec<String> = Vec::new();
        /// Only files that match one of these patterns, in .gitignore syntax, are audited; empty
        /// means all.
        include: PathPatterns = AuditOptions::default().include;
        /// Files that match one of these patterns, in .gitignore syntax, are not audited.
        exclude: PathPatterns = AuditOptions::default().exclude;
        /// What happens to code that is not public: "skip" or "audit".
        private: Inclusion = AuditOptions::default().private;
        /// What happens to functions and classes inside of others: "skip" or "audit".
        nested: Inclusion = AuditOptions::default().nested;
        /// What happens to tests: "skip" or "audit".
        tests: Inclusion = AuditOptions::default().tests;
        /// Rules whose findings are dropped, by id.
        ignore: Vec<String> = Vec::new();
    }
    coverage {
        /// Only files that match one of these patterns, in .gitignore syntax, count for coverage;
        /// empty means all.
        roots: PathPatterns = IndexerOptions::default().coverage_roots;
    }
    query {
        /// Whether a query brings a stale index up to date first: "auto" or "never".
        refresh: Refresh = Refresh::default();
    }
}
