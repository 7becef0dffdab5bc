//! Configuration: its values, their sources, and the options of a run that follow.
//!
//! From strongest to weakest: an explicit argument, an environment variable, `.codira/config.toml`
//! of the repository, the user's `codira/config.toml`, the default. Lists are replaced, not
//! joined.
//!
//! ```toml
//! [backend]
//! name = "sqlite"
//!
//! [state]
//! directory = "/var/cache/codira/shop"
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

mod declare;
mod environment;
mod file;
mod key;
mod keys;
mod setting;
mod url;
mod value;

use std::{num::NonZeroUsize, path::PathBuf, sync::Arc};

use codira_contracts::Language;
use codira_languages::DocumentationAuditor;
use serde::Serialize;

pub use environment::Environment;
pub use key::{ConfigSource, Key};
pub use keys::Config;
pub use url::BackendUrl;
use value::RawValue;
pub use value::{ByteSize, Refresh};

use crate::{
    AuditOptions, Auditing, Embedding, EmbeddingMode, EmbeddingPolicy, EngineRegistry, EngineSettings, IndexerError,
    IndexerOptions, Location, RepoRoot, StateDirectory, state,
};

/// One effective value, as `codira config` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigEntry {
    /// The key.
    pub key: Key,
    /// Its value, as a configuration file would hold it.
    pub value: serde_json::Value,
    /// Its source.
    pub source: ConfigSource,
}

impl Config {
    /// Reads the configuration of the repository at `root`: the files that exist, and the
    /// environment.
    ///
    /// # Errors
    ///
    /// [`ConfigSyntax`](IndexerError::ConfigSyntax), [`UnknownKey`](IndexerError::UnknownKey) and
    /// [`InvalidValue`](IndexerError::InvalidValue), naming file, line and key;
    /// [`Io`](IndexerError::Io) for a file that exists and cannot be read.
    pub fn load(root: &RepoRoot, environment: &Environment) -> Result<Self, IndexerError> {
        let mut config = Self::default();
        if let Some(path) = environment.user_config_file() {
            config.take(file::read(&path, |path, line| ConfigSource::UserFile { path, line })?)?;
        }
        let path = Self::file_of(root);
        config.take(file::read(&path, |path, line| ConfigSource::RepositoryFile { path, line })?)?;
        config.take(environment.settings())?;
        Ok(config)
    }

    /// The configuration file of the repository at `root`, whether or not it exists. It is in
    /// `.codira` wherever the state is.
    pub fn file_of(root: &RepoRoot) -> PathBuf {
        root.as_path().join(state::NAME).join("config.toml")
    }

    /// Takes over settings that are stronger than what is there.
    fn take(&mut self, stronger: Vec<(Key, RawValue, ConfigSource)>) -> Result<(), IndexerError> {
        let mut settings = self.settings_mut();
        for (key, raw, source) in stronger {
            if let Some(setting) = settings.iter_mut().find(|setting| setting.key() == key) {
                setting.set(&raw, source)?;
            }
        }
        Ok(())
    }

    /// Chooses the backend `name` for this run, before every other source.
    pub fn set_backend(&mut self, name: impl Into<String>) {
        self.backend.name.set_argument(name.into());
    }

    /// The name of the backend, and the source that chose it.
    pub fn backend(&self) -> (&str, &ConfigSource) {
        (&self.backend.name.value, &self.backend.name.source)
    }

    /// Keeps the state in `directory` for this run, wherever it is configured to be. A relative
    /// one begins at the root.
    pub fn set_state_directory(&mut self, directory: PathBuf) {
        self.state.directory.set_argument(directory);
    }

    /// Where the backend keeps the index of the repository at `root`.
    pub fn location(&self, root: &RepoRoot) -> Location {
        Location {
            state: StateDirectory::at(root, &self.state.directory.value),
            url: self.backend.url.value.clone(),
            repository: self.backend.repository.value.clone(),
        }
    }

    /// The key of [`Location::url`].
    pub(crate) fn url_key(&self) -> Key {
        self.backend.url.key
    }

    /// The key of [`Location::repository`].
    pub(crate) fn repository_key(&self) -> Key {
        self.backend.repository.key
    }

    /// How many files are analyzed at once.
    pub fn jobs(&self) -> NonZeroUsize {
        self.index.jobs.value
    }

    /// Whether a query brings a stale index up to date first.
    pub fn refresh(&self) -> Refresh {
        self.query.refresh.value
    }

    /// When vectors are computed.
    pub fn embedding_mode(&self) -> EmbeddingMode {
        self.embeddings.mode.value
    }

    /// What is embedded, and by which of `engines`, in the repository at `root`. Finds the model,
    /// where one is chosen.
    ///
    /// # Errors
    ///
    /// Those of [`EngineRegistry::open`].
    pub fn embedding(&self, root: &RepoRoot, engines: &EngineRegistry) -> Result<Embedding, IndexerError> {
        let policy = EmbeddingPolicy {
            skip_kinds: self.embeddings.skip_kinds.value.clone(),
            min_words: self.embeddings.min_words.value,
            exclude: self.embeddings.exclude.value.clone(),
        };
        let settings = EngineSettings { root: root.clone(), model: self.embeddings.model.value.clone() };
        let chosen = &self.embeddings.engine;
        let engine = engines.open(&chosen.value, &chosen.source, &settings)?;
        Ok(Embedding::new(engine, policy))
    }

    /// What is audited by which of `auditors`.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`](IndexerError::InvalidValue) for a language, convention or rule that none
    /// of them knows.
    pub fn auditing(&self, auditors: Vec<Arc<dyn DocumentationAuditor>>) -> Result<Auditing, IndexerError> {
        let each = || auditors.iter();
        self.audit.languages.check_known(each().map(|auditor| auditor.language().as_str()))?;
        let conventions = each().flat_map(|auditor| auditor.conventions()).map(|convention| convention.name.as_str());
        self.audit.conventions.check_known(conventions)?;
        self.audit.ignore.check_known(each().flat_map(|auditor| auditor.rules()).map(|rule| rule.id))?;
        let options = AuditOptions {
            languages: self.audit.languages.value.iter().cloned().map(Language::new).collect(),
            conventions: self.audit.conventions.value.clone(),
            include: self.audit.include.value.clone(),
            exclude: self.audit.exclude.value.clone(),
            private: self.audit.private.value,
            nested: self.audit.nested.value,
            tests: self.audit.tests.value,
            ignore: self.audit.ignore.value.iter().cloned().collect(),
        };
        Ok(Auditing::new(auditors, options))
    }

    /// What an [`Indexer`](crate::Indexer) has to know.
    pub fn indexer_options(&self) -> IndexerOptions {
        IndexerOptions {
            max_file_size: self.index.max_file_size.value.0,
            hidden: self.index.hidden.value,
            include: self.index.include.value.clone(),
            exclude: self.index.exclude.value.clone(),
            coverage_roots: self.coverage.roots.value.clone(),
            memory: self.index.memory.value,
            state_directory: Some(self.state.directory.value.clone()),
        }
    }

    /// Every key with its effective value and its source, in the order of [`Key::ALL`].
    pub fn entries(&self) -> Vec<ConfigEntry> {
        self.settings().into_iter().map(|setting| setting.entry()).collect()
    }
}
