//! The environment as a value, so that nothing but the command reads the process's own.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use super::{ConfigSource, Key, value::RawValue};

/// The environment variables that configuration depends on.
///
/// ```
/// use codira_indexer::Environment;
///
/// let environment = Environment::new([("CODIRA_INDEX_BACKEND", "sqlite"), ("HOME", "/home/ada")]);
/// assert_eq!(environment.user_config_file().unwrap().to_str(), Some("/home/ada/.config/codira/config.toml"));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

/// The names alone: values may be secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl Environment {
    /// An environment of these variables alone.
    pub fn new<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        Self { variables: variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }

    /// The environment of this process; variables that are no text are left out.
    pub fn from_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(text).collect() }
    }

    /// The value of a variable; empty counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where the user's configuration is, whether or not it exists: `codira/config.toml` in
    /// `$XDG_CONFIG_HOME`, else in `$HOME/.config`. A relative `$XDG_CONFIG_HOME` is ignored, as
    /// its specification asks.
    pub fn user_config_file(&self) -> Option<PathBuf> {
        let xdg = self.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let directory = xdg.or_else(|| Some(PathBuf::from(self.get("HOME")?).join(".config")))?;
        Some(directory.join("codira").join("config.toml"))
    }

    /// The keys that variables set.
    pub(super) fn settings(&self) -> Vec<(Key, RawValue, ConfigSource)> {
        let setting = |&key: &Key| {
            let variable = key.variable();
            let text = self.get(&variable)?.to_owned();
            Some((key, RawValue::Text(text), ConfigSource::Environment { variable }))
        };
        Key::ALL.iter().filter_map(setting).collect()
    }
}
