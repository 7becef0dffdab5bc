//! Where something failed, for the errors of the contract.

use std::{error::Error, fmt, io, path::Path};

use codira_contracts::{BackendError, BoxError};

/// The file that errors name, and the backend whose it is.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The name of the backend.
    pub backend: &'static str,
    /// The file.
    pub path: &'a Path,
}

impl At<'_> {
    /// What is there is damaged, or no index.
    pub fn corrupt(&self, problem: impl Into<String>, source: Option<BoxError>) -> BackendError {
        BackendError::Corrupt { location: self.to_string(), problem: problem.into(), source }
    }

    /// A part of the index is not as this program writes it.
    pub fn unreadable(&self, what: &str) -> BackendError {
        self.corrupt(format!("{what} cannot be read"), None)
    }

    /// A file operation failed.
    pub fn io(&self, operation: &str, source: io::Error) -> BackendError {
        BackendError::io(self.backend, operation, self, source)
    }

    /// The device is full, or a limit is reached.
    pub fn no_space(&self, source: impl Into<BoxError>) -> BackendError {
        BackendError::NoSpace { location: self.to_string(), source: source.into() }
    }

    /// The system, or the engine, does not allow it.
    pub fn forbidden(&self, source: impl Into<BoxError>) -> BackendError {
        BackendError::PermissionDenied { location: self.to_string(), source: source.into() }
    }

    /// Something else went wrong.
    pub fn other(&self, operation: &str, source: impl Into<BoxError>) -> BackendError {
        let (backend, operation) = (self.backend.to_owned(), operation.to_owned());
        BackendError::Failed { backend, operation, location: self.to_string(), source: source.into() }
    }
}

/// An error once more, for the calls that follow the one that failed: of the same kind, in the same
/// words. Sources become text.
///
/// ```
/// use std::{io, path::Path};
///
/// use codira_store::{At, again};
///
/// let at = At { backend: "mine", path: Path::new(".codira/index") };
/// let full = at.no_space(io::Error::other("no space left on device"));
/// let told = again(&full);
/// assert_eq!((told.kind(), told.to_string()), (full.kind(), full.to_string()));
/// ```
pub fn again(error: &BackendError) -> BackendError {
    let mut source = String::new();
    let mut next = error.source();
    while let Some(error) = next {
        let colon = if source.is_empty() { "" } else { ": " };
        source += &format!("{colon}{error}");
        next = error.source();
    }
    match error {
        BackendError::NoSpace { location, .. } => BackendError::NoSpace { location: location.clone(), source: source.into() },
        BackendError::PermissionDenied { location, .. } => {
            BackendError::PermissionDenied { location: location.clone(), source: source.into() }
        }
        BackendError::Corrupt { location, problem, .. } => BackendError::Corrupt {
            location: location.clone(),
            problem: problem.clone(),
            source: (!source.is_empty()).then(|| source.into()),
        },
        BackendError::Failed { backend, operation, location, .. } => BackendError::Failed {
            backend: backend.clone(),
            operation: operation.clone(),
            location: location.clone(),
            source: source.into(),
        },
        error => BackendError::Layer { kind: error.kind(), error: error.to_string().into() },
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}
