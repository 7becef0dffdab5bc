//! Why something could not be done, and what to do about it.

use std::{fmt, io, path::PathBuf};

use codira_contracts::{BackendError, BoxError, ErrorKind};

use crate::{
    config::{ConfigSource, Key},
    plugins::PluginKind,
    state::StateRefusal,
};

/// Why the indexer could not do what it was asked.
///
/// Every message names the path, key or name that it is about; [`remedy`](Self::remedy) says what
/// to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexerError {
    /// There is nothing at the path of a repository.
    #[error("{}: no such directory", path.display())]
    NoSuchDirectory {
        /// The path, as it was given.
        path: PathBuf,
    },

    /// The path of a repository is that of a file.
    #[error("{}: not a directory", path.display())]
    NotADirectory {
        /// The path, as it was given.
        path: PathBuf,
    },

    /// The file system refused something that the indexer itself did.
    #[error("cannot {operation} {}", path.display())]
    Io {
        /// What it was doing, as a verb: `read`.
        operation: &'static str,
        /// What it was doing it to.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },

    /// A configuration file is not TOML.
    #[error("{}, line {line}: {message}", path.display())]
    ConfigSyntax {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
        /// What the parser says.
        message: String,
    },

    /// A configuration file sets a key that does not exist.
    #[error("{}, line {line}: unknown key `{key}`{}", path.display(), did_you_mean(nearest))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
        /// The key, with its tables.
        key: String,
        /// The known key that is spelt most like it, if one is near.
        nearest: Option<Key>,
    },

    /// A key is set to something that it cannot be.
    #[error("{origin}: `{key}` {problem}")]
    InvalidValue {
        /// The source that set it.
        origin: ConfigSource,
        /// The key.
        key: Key,
        /// What is wrong with the value: `must be at least 1, and is 0`.
        problem: String,
    },

    /// Full coverage is demanded, and source files would be left out of the index.
    #[error("the index would not cover everything: {}", gaps.join("; "))]
    IncompleteCoverage {
        /// What would be left out, a line each, sorted.
        gaps: Vec<String>,
    },

    /// Nothing of the kind has the name.
    #[error("unknown {kind} `{name}` ({origin}); known are {}{}", list(known), did_you_mean(nearest))]
    UnknownPlugin {
        /// What was chosen: a backend, an embedding engine.
        kind: PluginKind,
        /// The name.
        name: String,
        /// The source that chose it.
        origin: ConfigSource,
        /// The names that are known, in order.
        known: Vec<String>,
        /// The known name that is spelt most like it, if one is near.
        nearest: Option<String>,
    },

    /// Something of this workspace was chosen that was left out when the program was compiled.
    #[error("the {kind} `{name}` ({origin}) was not compiled in; known are {}", list(known))]
    PluginNotCompiled {
        /// What was chosen: a backend, an embedding engine.
        kind: PluginKind,
        /// The name.
        name: String,
        /// The source that chose it.
        origin: ConfigSource,
        /// The Cargo feature of `codira-indexer` that brings it.
        feature: &'static str,
        /// The names that are known, in order.
        known: Vec<String>,
    },

    /// A backend needs a setting that has no value.
    #[error("the backend `{backend}` needs `{key}`, and it is not set")]
    MissingSetting {
        /// The backend.
        backend: String,
        /// The key.
        key: Key,
    },

    /// Two providers registered one name.
    #[error("two {what} are registered as `{name}`: by {first} and by {second}")]
    DuplicateName {
        /// What is registered, in the plural: `backends`.
        what: &'static str,
        /// The name.
        name: String,
        /// The provider that comes first by name.
        first: String,
        /// The other one.
        second: String,
    },

    /// A language was registered with an analyzer or an auditor of another one.
    #[error("the language `{language}` of {provider} has `{tool}`, which is of the language `{tool_language}`")]
    WrongLanguage {
        /// The language that was registered.
        language: String,
        /// The provider that registered it.
        provider: String,
        /// The analyzer or auditor, with its version.
        tool: String,
        /// The language that it says it is of.
        tool_language: String,
    },

    /// A pattern is no glob.
    #[error("{subject}: `{glob}` is no glob: {problem}")]
    InvalidGlob {
        /// Whose pattern it is.
        subject: String,
        /// The pattern.
        glob: String,
        /// What is wrong with it.
        problem: String,
    },

    /// The directory of an embedding model lacks something, or holds something else.
    #[error("the model in {}: {problem}", directory.display())]
    Model {
        /// The directory, as configured.
        directory: PathBuf,
        /// What is wrong: `there is no config.json`.
        problem: String,
        /// What the reading of a file says.
        #[source]
        source: Option<BoxError>,
    },

    /// The indexer was given no embedding engine.
    #[error("there is no embedding engine")]
    NoEngine,

    /// The embedding engine failed.
    #[error("the embedding engine failed")]
    Engine(#[source] BoxError),

    /// The run was cancelled; what was committed before stays, batches of vectors too.
    #[error("cancelled; the index is as its last commit left it")]
    Cancelled,

    /// The store refused or failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

impl IndexerError {
    /// What the caller can do, as one sentence for people; `None` where the message says it all.
    pub fn remedy(&self) -> Option<String> {
        let remedy = match self {
            Self::NoSuchDirectory { .. } => "name a directory that exists".to_owned(),
            Self::NotADirectory { .. } => "name the directory of a repository".to_owned(),
            Self::Io { .. } => "check that the path exists and that its permissions allow this".to_owned(),
            Self::ConfigSyntax { path, .. } | Self::UnknownKey { path, .. } => {
                format!("correct {}; `codira config` lists every key", path.display())
            }
            Self::InvalidValue { .. } => "correct the value; `codira config` lists every key".to_owned(),
            Self::UnknownPlugin { kind: PluginKind::Backend, .. } => {
                "choose a known one; `codira backends` lists them".to_owned()
            }
            Self::UnknownPlugin { .. } => "choose a known one; `codira plugins` lists them".to_owned(),
            Self::PluginNotCompiled { kind: PluginKind::Engine, feature, .. } => {
                format!("build codira-indexer with the feature `{feature}`, or set `embeddings.engine` to another one")
            }
            Self::PluginNotCompiled { feature, .. } => format!("build codira-indexer with the feature `{feature}`"),
            Self::MissingSetting { key, .. } => {
                format!("set it in .codira/config.toml, or as the environment variable {}", key.variable())
            }
            Self::DuplicateName { .. } => "register one of them under another name".to_owned(),
            Self::WrongLanguage { .. } => "register what is of one language together".to_owned(),
            Self::InvalidGlob { .. } => "correct the pattern".to_owned(),
            Self::Model { .. } => {
                "name a directory with config.json, tokenizer.json and model.safetensors, as sentence-transformers saves \
                 them, in `embeddings.model`; nothing is downloaded"
                    .to_owned()
            }
            Self::Engine(_) => "set `embeddings.mode` to \"off\" to index without embeddings".to_owned(),
            Self::NoEngine => "give the indexer one".to_owned(),
            Self::IncompleteCoverage { .. } => {
                "exclude what should not be indexed, name source directories in `coverage.roots`, or do not demand it"
                    .to_owned()
            }
            Self::Cancelled => return None,
            Self::Backend(error) => backend_remedy(error),
        };
        Some(remedy)
    }
}

/// What to do about an error of the store: the contract's own words, where no command says it
/// better.
fn backend_remedy(error: &BackendError) -> String {
    if let Some(refusal) = StateRefusal::of(error) {
        return refusal.remedy();
    }
    let command = match error.kind() {
        ErrorKind::NotIndexed => "index the repository first: `codira index`",
        ErrorKind::SchemaMismatch => "run `codira index`, which migrates an older index; a newer one needs a newer codira",
        ErrorKind::Corrupt => "run `codira index --full`, which replaces what is there",
        ErrorKind::PermissionDenied => "grant access, or keep the index elsewhere with `--state-dir DIR`",
        kind => kind.advice(),
    };
    command.to_owned()
}

/// Two providers registered `name`. They are named in order, whichever came first.
pub(crate) fn duplicate(what: &'static str, name: &str, (one, other): (&str, &str)) -> IndexerError {
    let (first, second) = (one.min(other).to_owned(), one.max(other).to_owned());
    IndexerError::DuplicateName { what, name: name.to_owned(), first, second }
}

fn did_you_mean(nearest: &Option<impl fmt::Display>) -> String {
    nearest.as_ref().map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The name of `known` that is spelt most like `name`, if one is near enough to be meant.
pub(crate) fn nearest<T: AsRef<str>>(name: &str, known: impl IntoIterator<Item = T>) -> Option<T> {
    let similarity = |known: &T| strsim::jaro_winkler(name, known.as_ref());
    known.into_iter().filter(|known| similarity(known) > 0.8).max_by(|a, b| similarity(a).total_cmp(&similarity(b)))
}
