//! Configuration: what is set, by whom, and what follows for a run.
//!
//! From strongest to weakest: an explicit argument, an environment variable, `.codira/config.toml` of the repository, the
//! user's `codira/config.toml`, the default. Lists are replaced, not joined.
//!
//! ```toml
//! [backend]
//! name = "sqlite"
//!
//! [index]
//! max_file_size = "8 MiB"
//! exclude = ["vendor/", "*_pb2.py"]
//!
//! [embeddings]
//! mode = "deferred"
//! exclude = ["tests/"]
//!
//! [audit]
//! languages = ["python"]
//! conventions = ["numpy"]
//! ignore = ["missing-raises"]
//!
//! [query]
//! refresh = "never"
//! ```

mod environment;
mod file;
mod key;
mod value;

use std::{collections::BTreeSet, num::NonZeroUsize, path::PathBuf, sync::Arc, thread};

use codira_contracts::{DocumentationAuditor, EmbeddingEngine, Language, RepoRoot, SymbolKind};
use serde::Serialize;

pub use environment::Environment;
pub use key::{ConfigSource, Key};
pub use value::{EngineChoice, FileSize, Refresh};
use value::{FromRaw, RawValue};

use crate::{
    AuditOptions, Auditing, Embedding, EmbeddingMode, EmbeddingPolicy, Hidden, Inclusion, IndexerError, IndexerOptions,
    LexicalEngine, PathPatterns, StateDirectory,
};

/// The effective configuration of one repository.
#[derive(Clone, Debug)]
pub struct Config {
    backend: Setting<String>,
    jobs: Setting<NonZeroUsize>,
    max_file_size: Setting<FileSize>,
    hidden: Setting<Hidden>,
    include: Setting<PathPatterns>,
    exclude: Setting<PathPatterns>,
    embeddings_mode: Setting<EmbeddingMode>,
    embeddings_engine: Setting<EngineChoice>,
    embeddings_model: Setting<PathBuf>,
    embeddings_skip_kinds: Setting<Vec<SymbolKind>>,
    embeddings_min_words: Setting<NonZeroUsize>,
    embeddings_exclude: Setting<PathPatterns>,
    audit_languages: Setting<Vec<String>>,
    audit_conventions: Setting<Vec<String>>,
    audit_include: Setting<PathPatterns>,
    audit_exclude: Setting<PathPatterns>,
    audit_private: Setting<Inclusion>,
    audit_nested: Setting<Inclusion>,
    audit_tests: Setting<Inclusion>,
    audit_ignore: Setting<Vec<String>>,
    coverage_roots: Setting<PathPatterns>,
    refresh: Setting<Refresh>,
}

/// One effective value, as `codira config` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigEntry {
    /// The key.
    pub key: Key,
    /// Its value, as a configuration file would hold it.
    pub value: serde_json::Value,
    /// Who set it.
    pub source: ConfigSource,
}

/// A value, and who set it.
#[derive(Clone, Debug)]
struct Setting<T> {
    value: T,
    source: ConfigSource,
}

impl<T> Setting<T> {
    fn default(value: T) -> Self {
        Self { value, source: ConfigSource::Default }
    }
}

impl<T: FromRaw> Setting<T> {
    fn set(&mut self, key: Key, raw: &RawValue, source: ConfigSource) -> Result<(), IndexerError> {
        match T::from_raw(raw) {
            Ok(value) => *self = Self { value, source },
            Err(problem) => return Err(IndexerError::InvalidValue { origin: source, key, problem }),
        }
        Ok(())
    }

    fn entry(&self, key: Key) -> ConfigEntry {
        ConfigEntry { key, value: self.value.to_json(), source: self.source.clone() }
    }
}

impl Setting<Vec<String>> {
    /// Checks that every name is one of `known`.
    fn known<'k>(&self, key: Key, known: impl Iterator<Item = &'k str>) -> Result<(), IndexerError> {
        let known: BTreeSet<&str> = known.collect();
        let Some(name) = self.value.iter().find(|name| !known.contains(name.as_str())) else { return Ok(()) };
        let known: Vec<&str> = known.into_iter().collect();
        let problem = format!("holds {name:?}; known are {}", known.join(", "));
        Err(IndexerError::InvalidValue { origin: self.source.clone(), key, problem })
    }
}

impl Default for Config {
    /// The configuration where nobody set anything.
    fn default() -> Self {
        let (options, policy, audit) = (IndexerOptions::default(), EmbeddingPolicy::default(), AuditOptions::default());
        Self {
            backend: Setting::default("sqlite".to_owned()),
            jobs: Setting::default(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)),
            max_file_size: Setting::default(FileSize(options.max_file_size)),
            hidden: Setting::default(options.hidden),
            include: Setting::default(options.include),
            exclude: Setting::default(options.exclude),
            embeddings_mode: Setting::default(EmbeddingMode::default()),
            embeddings_engine: Setting::default(EngineChoice::default()),
            embeddings_model: Setting::default(PathBuf::new()),
            embeddings_skip_kinds: Setting::default(policy.skip_kinds),
            embeddings_min_words: Setting::default(policy.min_words),
            embeddings_exclude: Setting::default(policy.exclude),
            audit_languages: Setting::default(Vec::new()),
            audit_conventions: Setting::default(Vec::new()),
            audit_include: Setting::default(audit.include),
            audit_exclude: Setting::default(audit.exclude),
            audit_private: Setting::default(audit.private),
            audit_nested: Setting::default(audit.nested),
            audit_tests: Setting::default(audit.tests),
            audit_ignore: Setting::default(Vec::new()),
            coverage_roots: Setting::default(options.coverage_roots),
            refresh: Setting::default(Refresh::default()),
        }
    }
}

impl Config {
    /// Reads the configuration of the repository at `root`: the files that exist, and the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigSyntax`](IndexerError::ConfigSyntax), [`UnknownKey`](IndexerError::UnknownKey) and
    /// [`InvalidValue`](IndexerError::InvalidValue), naming file, line and key; [`Io`](IndexerError::Io) for a file that
    /// exists and cannot be read.
    pub fn load(root: &RepoRoot, environment: &Environment) -> Result<Self, IndexerError> {
        let mut config = Self::default();
        if let Some(path) = environment.user_config_file() {
            config.take(file::read(&path, |path, line| ConfigSource::UserFile { path, line })?)?;
        }
        let path = StateDirectory::of(root).config_file();
        config.take(file::read(&path, |path, line| ConfigSource::RepositoryFile { path, line })?)?;
        config.take(environment.settings())?;
        Ok(config)
    }

    /// Takes over settings that are stronger than what is there.
    fn take(&mut self, settings: Vec<(Key, RawValue, ConfigSource)>) -> Result<(), IndexerError> {
        for (key, raw, source) in settings {
            match key {
                Key::BackendName => self.backend.set(key, &raw, source),
                Key::IndexJobs => self.jobs.set(key, &raw, source),
                Key::IndexMaxFileSize => self.max_file_size.set(key, &raw, source),
                Key::IndexHidden => self.hidden.set(key, &raw, source),
                Key::IndexInclude => self.include.set(key, &raw, source),
                Key::IndexExclude => self.exclude.set(key, &raw, source),
                Key::EmbeddingsMode => self.embeddings_mode.set(key, &raw, source),
                Key::EmbeddingsEngine => self.embeddings_engine.set(key, &raw, source),
                Key::EmbeddingsModel => self.embeddings_model.set(key, &raw, source),
                Key::EmbeddingsSkipKinds => self.embeddings_skip_kinds.set(key, &raw, source),
                Key::EmbeddingsMinWords => self.embeddings_min_words.set(key, &raw, source),
                Key::EmbeddingsExclude => self.embeddings_exclude.set(key, &raw, source),
                Key::AuditLanguages => self.audit_languages.set(key, &raw, source),
                Key::AuditConventions => self.audit_conventions.set(key, &raw, source),
                Key::AuditInclude => self.audit_include.set(key, &raw, source),
                Key::AuditExclude => self.audit_exclude.set(key, &raw, source),
                Key::AuditPrivate => self.audit_private.set(key, &raw, source),
                Key::AuditNested => self.audit_nested.set(key, &raw, source),
                Key::AuditTests => self.audit_tests.set(key, &raw, source),
                Key::AuditIgnore => self.audit_ignore.set(key, &raw, source),
                Key::CoverageRoots => self.coverage_roots.set(key, &raw, source),
                Key::QueryRefresh => self.refresh.set(key, &raw, source),
            }?;
        }
        Ok(())
    }

    /// The name of the backend, and who chose it.
    pub fn backend(&self) -> (&str, &ConfigSource) {
        (&self.backend.value, &self.backend.source)
    }

    /// How many files are analyzed at once.
    pub fn jobs(&self) -> NonZeroUsize {
        self.jobs.value
    }

    /// Whether a query brings a stale index up to date first.
    pub fn refresh(&self) -> Refresh {
        self.refresh.value
    }

    /// When vectors are computed.
    pub fn embedding_mode(&self) -> EmbeddingMode {
        self.embeddings_mode.value
    }

    /// What is embedded, and by what, in the repository at `root`. Finds the model, where one is chosen.
    ///
    /// # Errors
    ///
    /// [`Model`](IndexerError::Model) where the configured directory holds none;
    /// [`EngineNotCompiled`](IndexerError::EngineNotCompiled) without the feature that the engine needs.
    pub fn embedding(&self, root: &RepoRoot) -> Result<Embedding, IndexerError> {
        let policy = EmbeddingPolicy {
            skip_kinds: self.embeddings_skip_kinds.value.clone(),
            min_words: self.embeddings_min_words.value,
            exclude: self.embeddings_exclude.value.clone(),
        };
        let engine: Arc<dyn EmbeddingEngine> = match self.embeddings_engine.value {
            EngineChoice::Lexical => Arc::new(LexicalEngine::new()),
            #[cfg(feature = "model")]
            EngineChoice::Model => Arc::new(crate::ModelEngine::open(&root.as_path().join(&self.embeddings_model.value))?),
            #[cfg(not(feature = "model"))]
            EngineChoice::Model => {
                let _ = root;
                return Err(IndexerError::EngineNotCompiled { engine: "model", feature: "model" });
            }
        };
        Ok(Embedding::new(engine, policy))
    }

    /// What is audited by which of `auditors`.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`](IndexerError::InvalidValue) for a language, convention or rule that none of them knows.
    pub fn auditing(&self, auditors: Vec<Arc<dyn DocumentationAuditor>>) -> Result<Auditing, IndexerError> {
        let each = || auditors.iter();
        self.audit_languages.known(Key::AuditLanguages, each().map(|auditor| auditor.language().as_str()))?;
        let conventions = each().flat_map(|auditor| auditor.conventions()).map(|convention| convention.name.as_str());
        self.audit_conventions.known(Key::AuditConventions, conventions)?;
        self.audit_ignore.known(Key::AuditIgnore, each().flat_map(|auditor| auditor.rules()).map(|rule| rule.id))?;
        let options = AuditOptions {
            languages: self.audit_languages.value.iter().cloned().map(Language::new).collect(),
            conventions: self.audit_conventions.value.clone(),
            include: self.audit_include.value.clone(),
            exclude: self.audit_exclude.value.clone(),
            private: self.audit_private.value,
            nested: self.audit_nested.value,
            tests: self.audit_tests.value,
            ignore: self.audit_ignore.value.iter().cloned().collect(),
        };
        Ok(Auditing::new(auditors, options))
    }

    /// What an [`Indexer`](crate::Indexer) has to know.
    pub fn indexer_options(&self) -> IndexerOptions {
        IndexerOptions {
            max_file_size: self.max_file_size.value.0,
            hidden: self.hidden.value,
            include: self.include.value.clone(),
            exclude: self.exclude.value.clone(),
            coverage_roots: self.coverage_roots.value.clone(),
        }
    }

    /// Every key with its effective value and who set it, in the order of [`Key::ALL`].
    pub fn entries(&self) -> Vec<ConfigEntry> {
        let entry = |&key: &Key| match key {
            Key::BackendName => self.backend.entry(key),
            Key::IndexJobs => self.jobs.entry(key),
            Key::IndexMaxFileSize => self.max_file_size.entry(key),
            Key::IndexHidden => self.hidden.entry(key),
            Key::IndexInclude => self.include.entry(key),
            Key::IndexExclude => self.exclude.entry(key),
            Key::EmbeddingsMode => self.embeddings_mode.entry(key),
            Key::EmbeddingsEngine => self.embeddings_engine.entry(key),
            Key::EmbeddingsModel => self.embeddings_model.entry(key),
            Key::EmbeddingsSkipKinds => self.embeddings_skip_kinds.entry(key),
            Key::EmbeddingsMinWords => self.embeddings_min_words.entry(key),
            Key::EmbeddingsExclude => self.embeddings_exclude.entry(key),
            Key::AuditLanguages => self.audit_languages.entry(key),
            Key::AuditConventions => self.audit_conventions.entry(key),
            Key::AuditInclude => self.audit_include.entry(key),
            Key::AuditExclude => self.audit_exclude.entry(key),
            Key::AuditPrivate => self.audit_private.entry(key),
            Key::AuditNested => self.audit_nested.entry(key),
            Key::AuditTests => self.audit_tests.entry(key),
            Key::AuditIgnore => self.audit_ignore.entry(key),
            Key::CoverageRoots => self.coverage_roots.entry(key),
            Key::QueryRefresh => self.refresh.entry(key),
        };
        Key::ALL.iter().map(entry).collect()
    }
}
