//! Choosing a backend by name.

use std::{collections::BTreeMap, fmt, sync::Arc};

use codira_contracts::{BackendDescriptor, DynBackend};

use crate::{
    Config, ConfigSource, IndexerError, Location, backends,
    error::{duplicate, nearest},
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
    /// `file` is the name of the file or directory in which the backend keeps the index of a state directory; whatever has a name
    /// that begins so is its own, and is removed when another backend takes the directory over.
    ///
    /// `open` performs no I/O. It fails where the location lacks what the backend needs: see [`Location::require_url`].
    pub fn new(
        name: impl Into<String>,
        provider: impl Into<String>,
        file: Option<&'static str>,
        open: impl Fn(&Location) -> Result<DynBackend, IndexerError> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), provider: provider.into(), file, open: Arc::new(open) }
    }

    /// The name by which it is chosen.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The crate that provides it.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// What the backend says of itself; performs no I/O.
    ///
    /// # Errors
    ///
    /// Why it cannot be opened there.
    pub fn descriptor(&self, location: &Location) -> Result<BackendDescriptor, IndexerError> {
        use codira_contracts::IndexBackend;
        Ok((self.open)(location)?.descriptor().clone())
    }
}

impl fmt::Debug for BackendFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackendFactory").field("name", &self.name).field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// A backend of this workspace, whether or not it was compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownBackend {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// The Cargo feature of `codira-indexer` that brings it.
    pub feature: &'static str,
}

/// The chosen backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendChoice {
    /// Its name.
    pub name: String,
    /// Who chose it.
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
#[derive(Clone, Debug)]
pub struct BackendRegistry {
    factories: BTreeMap<String, BackendFactory>,
    not_compiled: Vec<KnownBackend>,
}

impl BackendRegistry {
    /// A registry of nothing.
    pub fn empty() -> Self {
        Self { factories: BTreeMap::new(), not_compiled: Vec::new() }
    }

    /// The backends of this workspace that were compiled in. The reference backend keeps nothing and is not among them.
    pub fn first_party() -> Self {
        let factories = backends::first_party().into_iter().map(|factory| (factory.name.clone(), factory));
        let mut registry = Self { factories: factories.collect(), not_compiled: Vec::new() };
        let missing = backends::KNOWN.iter().filter(|known| !registry.factories.contains_key(known.name));
        registry.not_compiled = missing.copied().collect();
        registry
    }

    /// Adds a backend.
    ///
    /// # Errors
    ///
    /// [`DuplicateName`](IndexerError::DuplicateName), naming both providers, when the name is taken; the registry stays as it was.
    pub fn register(&mut self, factory: BackendFactory) -> Result<(), IndexerError> {
        if let Some(present) = self.factories.get(&factory.name) {
            return Err(duplicate("backends", &factory.name, (&present.provider, &factory.provider)));
        }
        self.factories.insert(factory.name.clone(), factory);
        Ok(())
    }

    /// The names that can be chosen, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.factories.keys().map(String::as_str)
    }

    /// The backends that can be chosen, by name.
    pub fn factories(&self) -> impl Iterator<Item = &BackendFactory> {
        self.factories.values()
    }

    /// The backends of this workspace that were not compiled in.
    pub fn not_compiled(&self) -> &[KnownBackend] {
        &self.not_compiled
    }

    /// Opens the chosen backend at `location`. Performs no I/O.
    ///
    /// What it opens keeps the rule of one backend in one state directory: see [`StateDirectory`](crate::StateDirectory).
    ///
    /// # Errors
    ///
    /// [`UnknownBackend`](IndexerError::UnknownBackend), listing the known ones, and
    /// [`BackendNotCompiled`](IndexerError::BackendNotCompiled), naming the feature; what the backend lacks at the location.
    pub fn open(&self, choice: &BackendChoice, location: &Location) -> Result<DynBackend, IndexerError> {
        let Some(factory) = self.factories.get(&choice.name) else { return Err(self.unknown(choice)) };
        let others = self.factories.values().filter(|other| other.name != factory.name);
        let files_of_others = others.filter_map(|other| other.file);
        let (backend, state) = ((factory.open)(location)?, location.state.clone());
        Ok(DynBackend::new(KeptBackend::new(backend, &factory.name, state, factory.file, files_of_others.collect())))
    }

    fn unknown(&self, choice: &BackendChoice) -> IndexerError {
        let BackendChoice { name, source: origin } = choice.clone();
        let known = self.names().map(str::to_owned).collect();
        if let Some(missing) = self.not_compiled.iter().find(|missing| missing.name == name) {
            return IndexerError::BackendNotCompiled { name, origin, feature: missing.feature, known };
        }
        let nearest = nearest(&name, self.names()).map(str::to_owned);
        IndexerError::UnknownBackend { name, origin, known, nearest }
    }
}
