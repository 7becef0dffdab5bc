//! What programs add by name, and its lookup: the part that backends and embedding engines share.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use crate::{
    ConfigSource, IndexerError,
    error::{duplicate, nearest},
};

/// What kind of thing a program adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PluginKind {
    /// Keeps the index.
    Backend,
    /// Reads the files of a language.
    Language,
    /// Resolve the uses and imports of a language.
    Rules,
    /// Audits the documentation of a language.
    Auditor,
    /// Computes vectors.
    Engine,
}

impl PluginKind {
    /// The kind as JSON has it: `backend`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Language => "language",
            Self::Rules => "rules",
            Self::Auditor => "auditor",
            Self::Engine => "engine",
        }
    }

    /// Several of the kind, in a sentence.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Backend => "backends",
            Self::Language => "languages",
            Self::Rules => "rules",
            Self::Auditor => "auditors",
            Self::Engine => "embedding engines",
        }
    }
}

/// One of the kind, in a sentence.
impl fmt::Display for PluginKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Engine => "embedding engine",
            kind => kind.as_str(),
        })
    }
}

/// What can be registered by name: a [`BackendFactory`](crate::BackendFactory), an
/// [`EngineFactory`](crate::EngineFactory).
pub trait Plugin {
    /// What kind of thing it is.
    const KIND: PluginKind;

    /// The name by which it is chosen.
    fn name(&self) -> &str;

    /// The crate that provides it.
    fn provider(&self) -> &str;
}

/// Something of this workspace that was left out when the program was compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotCompiled {
    /// The name by which it would be chosen.
    pub name: &'static str,
    /// The Cargo feature of `codira-indexer` that brings it.
    pub feature: &'static str,
}

/// What can be chosen by name, each name once.
#[derive(Clone, Debug)]
pub struct PluginRegistry<P> {
    plugins: BTreeMap<String, P>,
    not_compiled: Vec<NotCompiled>,
}

impl<P: Plugin> PluginRegistry<P> {
    /// A registry of nothing.
    pub fn empty() -> Self {
        Self { plugins: BTreeMap::new(), not_compiled: Vec::new() }
    }

    /// A registry of those of `plugins`, whose names differ, and of what of `known` is not among
    /// them.
    pub(crate) fn of(plugins: Vec<P>, known: &[NotCompiled]) -> Self {
        let plugins: BTreeMap<_, _> = plugins.into_iter().map(|plugin| (plugin.name().to_owned(), plugin)).collect();
        let not_compiled = known.iter().filter(|known| !plugins.contains_key(known.name)).copied().collect();
        Self { plugins, not_compiled }
    }

    /// Adds a plugin.
    ///
    /// # Errors
    ///
    /// [`DuplicateName`](IndexerError::DuplicateName), naming both providers, when the name is
    /// taken; the registry stays as it was.
    pub fn register(&mut self, plugin: P) -> Result<(), IndexerError> {
        if let Some(present) = self.plugins.get(plugin.name()) {
            return Err(duplicate(P::KIND.plural(), plugin.name(), (present.provider(), plugin.provider())));
        }
        self.plugins.insert(plugin.name().to_owned(), plugin);
        Ok(())
    }

    /// The names that can be chosen, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.plugins.keys().map(String::as_str)
    }

    /// What can be chosen, by name.
    pub fn plugins(&self) -> impl Iterator<Item = &P> {
        self.plugins.values()
    }

    /// What of this workspace was not compiled in.
    pub fn not_compiled(&self) -> &[NotCompiled] {
        &self.not_compiled
    }

    /// The plugin `name`, which `origin` chose.
    ///
    /// # Errors
    ///
    /// [`UnknownPlugin`](IndexerError::UnknownPlugin), listing the known ones, and
    /// [`PluginNotCompiled`](IndexerError::PluginNotCompiled), naming the feature.
    pub fn find(&self, name: &str, origin: &ConfigSource) -> Result<&P, IndexerError> {
        self.plugins.get(name).ok_or_else(|| self.not_found(name.to_owned(), origin.clone()))
    }

    fn not_found(&self, name: String, origin: ConfigSource) -> IndexerError {
        let (kind, known) = (P::KIND, self.names().map(str::to_owned).collect());
        if let Some(missing) = self.not_compiled.iter().find(|missing| missing.name == name) {
            return IndexerError::PluginNotCompiled { kind, name, origin, feature: missing.feature, known };
        }
        let nearest = nearest(&name, self.names()).map(str::to_owned);
        IndexerError::UnknownPlugin { kind, name, origin, known, nearest }
    }
}
