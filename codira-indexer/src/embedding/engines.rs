//! Choosing an embedding engine by name.

use std::{fmt, path::PathBuf, sync::Arc};

use codira_contracts::Tool;

use super::LexicalEngine;
use crate::{
    ConfigSource, EmbeddingEngine, IndexerError, RepoRoot,
    plugins::{NotCompiled, Plugin, PluginKind, PluginRegistry},
};

/// The configuration that an engine is opened with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineSettings {
    /// The root of the repository.
    pub root: RepoRoot,
    /// `embeddings.model`: the directory of a model, absolute or relative to the root; empty where
    /// it is not set.
    pub model: PathBuf,
}

/// What opens an engine.
type Open = dyn Fn(&EngineSettings) -> Result<Arc<dyn EmbeddingEngine>, IndexerError> + Send + Sync;

/// Opens an embedding engine.
#[derive(Clone)]
pub struct EngineFactory {
    tool: Tool,
    provider: String,
    open: Arc<Open>,
}

impl EngineFactory {
    /// A factory of the engine with the name and version of `tool`, which the crate `provider`
    /// provides.
    ///
    /// `open` may read files, and does no lasting work: vectors are computed when they are asked
    /// for.
    pub fn new(
        tool: Tool,
        provider: impl Into<String>,
        open: impl Fn(&EngineSettings) -> Result<Arc<dyn EmbeddingEngine>, IndexerError> + Send + Sync + 'static,
    ) -> Self {
        Self { tool, provider: provider.into(), open: Arc::new(open) }
    }

    /// The name and version of the engine.
    pub fn tool(&self) -> &Tool {
        &self.tool
    }
}

impl Plugin for EngineFactory {
    const KIND: PluginKind = PluginKind::Engine;

    fn name(&self) -> &str {
        &self.tool.name
    }

    fn provider(&self) -> &str {
        &self.provider
    }
}

impl fmt::Debug for EngineFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineFactory").field("tool", &self.tool).field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// The embedding engines that `embeddings.engine` can name.
///
/// ```
/// use std::sync::Arc;
///
/// use codira_contracts::Tool;
/// use codira_indexer::{EngineFactory, EngineRegistry, LexicalEngine};
///
/// let mut engines = EngineRegistry::first_party();
/// let again = EngineFactory::new(Tool::new("lexical", "9"), "my-tool", |_| Ok(Arc::new(LexicalEngine::new())));
/// assert_eq!(
///     engines.register(again).unwrap_err().to_string(),
///     "two embedding engines are registered as `lexical`: by codira-indexer and by my-tool"
/// );
/// ```
pub type EngineRegistry = PluginRegistry<EngineFactory>;

impl PluginRegistry<EngineFactory> {
    /// The engines of this crate that were compiled in.
    pub fn first_party() -> Self {
        let provider = env!("CARGO_PKG_NAME");
        let lexical = EngineFactory::new(Tool::new(LexicalEngine::NAME, LexicalEngine::VERSION), provider, |_| {
            Ok(Arc::new(LexicalEngine::new()))
        });
        let engines = vec![
            lexical,
            #[cfg(feature = "model")]
            EngineFactory::new(Tool::new(super::ModelEngine::NAME, super::ModelEngine::VERSION), provider, |settings| {
                Ok(Arc::new(super::ModelEngine::open(&settings.root.as_path().join(&settings.model))?))
            }),
        ];
        Self::of(engines, &[NotCompiled { name: "model", feature: "model" }])
    }

    /// Opens the engine `name`, which `origin` chose.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Self::find), and why the engine cannot be opened:
    /// [`Model`](IndexerError::Model) where the configured directory holds none.
    pub fn open(
        &self,
        name: &str,
        origin: &ConfigSource,
        settings: &EngineSettings,
    ) -> Result<Arc<dyn EmbeddingEngine>, IndexerError> {
        (self.find(name, origin)?.open)(settings)
    }
}
