//! The effective value of one key, and its source.

use std::collections::BTreeSet;

use super::{
    ConfigEntry, ConfigSource, Key,
    value::{FromRaw, RawValue},
};
use crate::IndexerError;

/// The effective value of a key.
#[derive(Clone, Debug)]
pub(super) struct Setting<T> {
    pub(super) key: Key,
    pub(super) value: T,
    pub(super) source: ConfigSource,
}

impl<T> Setting<T> {
    /// The default, where no source sets the key.
    pub(super) fn default_of(key: Key, value: T) -> Self {
        Self { key, value, source: ConfigSource::Default }
    }

    /// Sets it to what the caller gives for this run.
    pub(super) fn set_argument(&mut self, value: T) {
        self.value = value;
        self.source = ConfigSource::Argument;
    }

    /// The error that says what is wrong with the value, as the rest of a sentence that begins
    /// with the key.
    fn invalid(&self, problem: String) -> IndexerError {
        IndexerError::InvalidValue { origin: self.source.clone(), key: self.key, problem }
    }
}

impl Setting<Vec<String>> {
    /// Checks that every name is one of `known`.
    pub(super) fn check_known<'k>(&self, known: impl Iterator<Item = &'k str>) -> Result<(), IndexerError> {
        let known: BTreeSet<&str> = known.collect();
        let Some(name) = self.value.iter().find(|name| !known.contains(name.as_str())) else { return Ok(()) };
        let known: Vec<&str> = known.into_iter().collect();
        Err(self.invalid(format!("holds {name:?}; known are {}", known.join(", "))))
    }
}

/// A [`Setting`] of any type.
pub(super) trait AnySetting {
    /// Whose value it is.
    fn key(&self) -> Key;

    /// Sets it to what a file or variable gives.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`](IndexerError::InvalidValue), where the key cannot be that.
    fn set(&mut self, raw: &RawValue, source: ConfigSource) -> Result<(), IndexerError>;

    /// The value as it is shown.
    fn entry(&self) -> ConfigEntry;
}

impl<T: FromRaw> AnySetting for Setting<T> {
    fn key(&self) -> Key {
        self.key
    }

    fn set(&mut self, raw: &RawValue, source: ConfigSource) -> Result<(), IndexerError> {
        self.source = source;
        self.value = T::from_raw(raw).map_err(|problem| self.invalid(problem))?;
        Ok(())
    }

    fn entry(&self) -> ConfigEntry {
        ConfigEntry { key: self.key, value: self.value.to_json(), source: self.source.clone() }
    }
}
