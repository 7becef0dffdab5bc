//! The keys of the configuration, and the sources that set them.

use std::{fmt, path::PathBuf};

use serde::{Serialize, Serializer};

/// A key of the configuration. See [`Key::ALL`] for every one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(pub(super) &'static Declaration);

/// The declaration of a key, without its default.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Declaration {
    name: &'static str,
    expected: &'static str,
    meaning: &'static str,
    /// Its environment variable, where that does not follow from the name.
    variable: Option<&'static str>,
}

impl Declaration {
    /// The key `name`, whose values are as `expected`, with this meaning, which may begin with
    /// blanks.
    pub(super) const fn new(name: &'static str, expected: &'static str, meaning: &'static str) -> Self {
        Self { name, expected, meaning: meaning.trim_ascii_start(), variable: None }
    }

    /// The same, with an environment variable that does not follow from its name.
    pub(super) const fn set_by(self, variable: &'static str) -> Self {
        Self { variable: Some(variable), ..self }
    }
}

impl Key {
    /// The key as a configuration file has it, with its table: `index.jobs`.
    pub const fn as_str(self) -> &'static str {
        self.0.name
    }

    /// The environment variable that sets it: `CODIRA_INDEX_JOBS` for `index.jobs`, and so on for
    /// all but a few.
    pub fn variable(self) -> String {
        let derived = || format!("CODIRA_{}", self.0.name.replace('.', "_").to_ascii_uppercase());
        self.0.variable.map_or_else(derived, str::to_owned)
    }

    /// What a value must be: `a whole number of at least 1`.
    pub const fn expected(self) -> &'static str {
        self.0.expected
    }

    /// What it decides, in one sentence for people.
    pub const fn meaning(self) -> &'static str {
        self.0.meaning
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

/// The source of a value. Later variants are weaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ConfigSource {
    /// The caller, for this run.
    Argument,
    /// An environment variable.
    Environment {
        /// Its name.
        variable: String,
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
    /// No source: the default.
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
