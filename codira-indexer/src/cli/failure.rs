//! Why a command did not do what it was asked, and with which status the process ends.

use std::{error::Error, io, process::ExitCode};

use crate::IndexerError;
use codira_contracts::{BackendError, ErrorKind};

use super::{
    advice::of_this_program,
    style::{self, Styled},
};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Something was found, or done.
    Found,
    /// Nothing was found.
    NotFound,
    /// The arguments, a path or the configuration are wrong.
    Usage,
    /// It failed.
    Failed,
    /// It was interrupted.
    Interrupted,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Found => 0,
            Status::NotFound => 1,
            Status::Usage => 2,
            Status::Failed => 3,
            // What a shell reports of a program that the signal ends.
            Status::Interrupted => 130,
        })
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The indexer says why.
    #[error(transparent)]
    Indexer(#[from] IndexerError),
    /// No auditor has the rule that is asked for.
    #[error("unknown rule `{rule}`; known are {known}")]
    UnknownRule {
        /// The rule, as it was written.
        rule: String,
        /// The known ones, in a sentence.
        known: String,
    },
    /// Vectors are asked for, and embeddings are off.
    #[error("embeddings are off")]
    EmbeddingsOff,
    /// The answer cannot be written, or the runtime not be started.
    #[error("cannot {0}")]
    System(&'static str, #[source] io::Error),
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        Self::Indexer(error.into())
    }
}

impl Failure {
    /// The status of the process.
    pub(crate) fn status(&self) -> Status {
        let error = match self {
            Self::Indexer(error) => error,
            Self::UnknownRule { .. } | Self::EmbeddingsOff => return Status::Usage,
            Self::System(..) => return Status::Failed,
        };
        match error {
            IndexerError::Cancelled => Status::Interrupted,
            IndexerError::NoSuchDirectory { .. }
            | IndexerError::NotADirectory { .. }
            | IndexerError::Model { .. }
            | IndexerError::ConfigSyntax { .. }
            | IndexerError::UnknownKey { .. }
            | IndexerError::InvalidValue { .. }
            | IndexerError::MissingSetting { .. }
            | IndexerError::UnknownPlugin { .. }
            | IndexerError::PluginNotCompiled { .. } => Status::Usage,
            IndexerError::Backend(error) if error.kind() == ErrorKind::InvalidInput => Status::Usage,
            _ => Status::Failed,
        }
    }

    /// Says on standard error what happened, why, and what to do.
    pub(crate) fn report(&self) {
        anstream::eprintln!("{} {self}", Styled(style::ERROR, "error:"));
        let mut cause = match self {
            Self::Indexer(error) => error.source(),
            Self::UnknownRule { .. } | Self::EmbeddingsOff => None,
            Self::System(_, source) => Some(source as &dyn Error),
        };
        while let Some(error) = cause {
            anstream::eprintln!("  because {error}");
            cause = error.source();
        }
        let remedy = match self {
            Self::Indexer(error) => error.remedy(),
            Self::EmbeddingsOff => {
                Some("set `embeddings.mode` to \"now\" or \"deferred\"; `codira config` says who set it".to_owned())
            }
            Self::UnknownRule { .. } | Self::System(..) => None,
        };
        if let Some(remedy) = remedy {
            anstream::eprintln!("  {} {}", Styled(style::KIND, "help:"), of_this_program(&remedy));
        }
    }
}
