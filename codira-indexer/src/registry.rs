//! Choosing a backend by name.

use std::{fmt, sync::Arc};

use codira_contracts::{BackendDescriptor, DynBackend};

use crate::{
    Config, ConfigSource, IndexerError, Location, backends,
    plugins::{Plugin, PluginKind, PluginRegistry},
    state::KeptBackend,
};

/// How a backend is opened.
type Open = dyn Fn(&Location) -> Result<DynBackend, IndexerError> + Send + Sync;

/// Opens a backend at a location.
///
/// ```
/// use codira_contracts::DynBackend;
/// use codira_indexer::{BackendFactory, BackendRegistry, Location};
/// use codira_memory::MemoryBackend;
///
/// let mut registry = BackendRegistry::empty();
/// let open = |_: &Location| Ok(DynBackend::new(MemoryBackend::default()));
/// registry.register(BackendFactory::new("memory", "my-tool", None, open))?;
/// assert_eq!(registry.names().collect::<Vec<_>>(), ["memory"]);
/// # Ok::<(), codira_indexer::IndexerError>(())
/// ```
#[derive(Clone)]
pub struct BackendFactory {
    name: String,
    provider: String,
    file: Option<&'static str>,
    open: Arc<Open>,
}

impl BackendFactory {
    /// A factory of the backend `name`, which the crate `provider` provides.
    ///
    /// `file` is the name of the file or directory in which the backend keeps the index of a state
    /// directory. Every file with a name that begins so belongs to the backend, and is removed
    /// when another one takes the directory over.
    ///
    /// `open` performs no I/O. It fails where the location lacks what the backend needs: see
    /// [`Location::require_url`].
    pub fn new(
        name: impl Into<String>,
        provider: impl Into<String>,
        file: Option<&'static str>,
        open: impl Fn(&Location) -> Result<DynBackend, IndexerError> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), provider: provider.into(), file, open: Arc::new(open) }
    }

    /// The description of the backend; performs no I/O.
    ///
    /// # Errors
    ///
    /// Why it cannot be opened there.
    pub fn descriptor(&self, location: &Location) -> Result<BackendDescriptor, IndexerError> {
        use codira_contracts::IndexBackend;
        Ok((self.open)(location)?.descriptor().clone())
    }
}

impl Plugin for BackendFactory {
    const KIND: PluginKind = PluginKind::Backend;

    fn name(&self) -> &str {
        &self.name
    }

    fn provider(&self) -> &str {
        &self.provider
    }
}

impl fmt::Debug for BackendFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackendFactory").field("name", &self.name).field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// The chosen backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendChoice {
    /// Its name.
    pub name: String,
    /// The source that chose it.
    pub source: ConfigSource,
}

impl BackendChoice {
    /// The effective choice of `config`.
    pub fn of(config: &Config) -> Self {
        let (name, source) = config.backend();
        Self { name: name.to_owned(), source: source.clone() }
    }
}

/// The backends that can be chosen, by name.
pub type BackendRegistry = PluginRegistry<BackendFactory>;

impl PluginRegistry<BackendFactory> {
    /// The backends of this workspace that were compiled in. The reference backend keeps nothing
    /// and is not among them.
    pub fn first_party() -> Self {
        Self::of(backends::first_party(), backends::KNOWN)
    }

    /// Opens the chosen backend at `location`. Performs no I/O.
    ///
    /// What it opens keeps the rule of one backend in one state directory: see
    /// [`StateDirectory`](crate::StateDirectory).
    ///
    /// # Errors
    ///
    /// Those of [`find`](Self::find), and what the backend lacks at the location.
    pub fn open(&self, choice: &BackendChoice, location: &Location) -> Result<DynBackend, IndexerError> {
        let factory = self.find(&choice.name, &choice.source)?;
        let others = self.plugins().filter(|other| other.name != factory.name);
        let files_of_others = others.filter_map(|other| other.file);
        let (backend, state) = ((factory.open)(location)?, location.state.clone());
        Ok(DynBackend::new(KeptBackend::new(backend, &factory.name, state, factory.file, files_of_others.collect())))
    }
}
