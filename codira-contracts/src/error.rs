//! Why a call failed, and what to do about it.

use std::{fmt, io};

use crate::{Capability, Holder};

/// The error that a driver reported, kept as the source of a [`BackendError`].
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a call failed.
///
/// One type serves every backend, so that callers and the conformance kit need not know which
/// store is underneath: they branch on [`kind`](Self::kind). What a driver said travels as
/// [`source`](std::error::Error::source), never as a variant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// Nothing was ever committed here.
    #[error("nothing is indexed at {location}")]
    NotIndexed {
        /// Where an index was sought.
        location: String,
    },

    /// Another write session is open on the same index.
    #[error("{location} is being written by {holder}")]
    SessionBusy {
        /// The index.
        location: String,
        /// The holder of the writer lock.
        holder: Holder,
    },

    /// The backend does not claim the capability that the call needs.
    #[error("the backend `{backend}` does not support {capability}")]
    Unsupported {
        /// The backend that refuses.
        backend: String,
        /// What it lacks.
        capability: Capability,
    },

    /// The index has another schema than this backend reads.
    #[error("{location} has schema {found}, and this backend reads schema {expected}")]
    SchemaMismatch {
        /// The index.
        location: String,
        /// The schema that it has.
        found: u32,
        /// The schema that this backend reads.
        expected: u32,
    },

    /// What is there is damaged, or no index.
    #[error("{location} is not a readable index: {problem}")]
    Corrupt {
        /// The index.
        location: String,
        /// What is wrong with it.
        problem: String,
        /// What the driver says.
        #[source]
        source: Option<BoxError>,
    },

    /// The caller asked for, or gave, something that breaks a rule of the contract.
    #[error("{subject}: {problem}")]
    InvalidInput {
        /// The offending path, id or value.
        subject: String,
        /// The rule that it breaks.
        problem: String,
    },

    /// The file system refuses access.
    #[error("no permission for {location}")]
    PermissionDenied {
        /// What was accessed.
        location: String,
        /// What the system says.
        #[source]
        source: BoxError,
    },

    /// The file system is full, or a limit on it is reached.
    #[error("no space left for {location}")]
    NoSpace {
        /// What was written.
        location: String,
        /// What the system says.
        #[source]
        source: BoxError,
    },

    /// The file system or the driver failed in another way.
    #[error("{backend} failed to {operation} {location}")]
    Failed {
        /// The backend, or the layer that failed.
        backend: String,
        /// What it was doing, as a verb: `open`, `commit`.
        operation: String,
        /// What it was doing it to.
        location: String,
        /// What the driver says.
        #[source]
        source: BoxError,
    },

    /// A layer between the caller and the backend refuses, with an error of its own: the layer
    /// that keeps the index in a directory, say.
    #[error("{error}")]
    Layer {
        /// What the caller can do about it.
        kind: ErrorKind,
        /// What the layer says; callers that know it downcast it.
        error: BoxError,
    },
}

/// [`BackendError`] without its payload: what callers branch on, and what the conformance kit
/// compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Index the repository first, or ask the backend that has its index.
    NotIndexed,
    /// Wait for the holder to finish, or stop it.
    SessionBusy,
    /// Choose a backend that claims the capability.
    Unsupported,
    /// An older schema: index again, which migrates it. A newer one: use the newer program.
    SchemaMismatch,
    /// Index the whole repository again, which replaces what is there.
    Corrupt,
    /// Correct what the message names; everything else is as it was.
    InvalidInput,
    /// Grant access to what the message names.
    PermissionDenied,
    /// Make space; the last commit is intact.
    NoSpace,
    /// Try again; if it persists, report the error with its sources.
    Failed,
}

impl ErrorKind {
    /// What the caller can do, as the rest of a sentence for people. A program that has commands
    /// says which.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NotIndexed => "index the repository first",
            Self::SessionBusy => "wait until the holder has finished, or stop it",
            Self::Unsupported => "choose another backend",
            Self::SchemaMismatch => "index again, which migrates an older index; a newer one needs a newer program",
            Self::Corrupt => "index the whole repository again, which replaces what is there",
            Self::InvalidInput => "correct the value; nothing was changed",
            Self::PermissionDenied => "grant access, or run as a user who has it",
            Self::NoSpace => "make space and try again; the last commit is intact",
            Self::Failed => "try again, and if it persists, report the error",
        }
    }
}

impl BackendError {
    /// The kind of this error.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::NotIndexed { .. } => ErrorKind::NotIndexed,
            Self::SessionBusy { .. } => ErrorKind::SessionBusy,
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::SchemaMismatch { .. } => ErrorKind::SchemaMismatch,
            Self::Corrupt { .. } => ErrorKind::Corrupt,
            Self::InvalidInput { .. } => ErrorKind::InvalidInput,
            Self::PermissionDenied { .. } => ErrorKind::PermissionDenied,
            Self::NoSpace { .. } => ErrorKind::NoSpace,
            Self::Failed { .. } => ErrorKind::Failed,
            Self::Layer { kind, .. } => *kind,
        }
    }

    /// An [`InvalidInput`](Self::InvalidInput): `subject` is the offending value, `problem` the
    /// rule that it breaks.
    pub fn invalid(subject: impl fmt::Display, problem: impl Into<String>) -> Self {
        Self::InvalidInput { subject: subject.to_string(), problem: problem.into() }
    }

    /// The error of a file operation, by what the system says: no permission, no space, or failed.
    ///
    /// ```
    /// use codira_contracts::{BackendError, ErrorKind};
    /// use std::io;
    ///
    /// let full = io::Error::from(io::ErrorKind::StorageFull);
    /// let error = BackendError::io("sqlite", "commit", ".codira/index.db", full);
    /// assert_eq!(error.kind(), ErrorKind::NoSpace);
    /// ```
    pub fn io(backend: impl Into<String>, operation: &str, location: impl fmt::Display, source: io::Error) -> Self {
        let location = location.to_string();
        match source.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::PermissionDenied { location, source: source.into() }
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::NoSpace { location, source: source.into() }
            }
            _ => Self::Failed { backend: backend.into(), operation: operation.to_owned(), location, source: source.into() },
        }
    }
}
