//! What DuckDB and the file system report, as errors of the contract. The one place that reads messages.

use std::{fmt, io, path::Path};

use codira_contracts::{BackendError, BoxError};

use crate::NAME;

/// The file that errors name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a>(pub(crate) &'a Path);

/// What the system says when there is no room; DuckDB passes it on as text.
const NO_ROOM: [&str; 3] = ["No space left on device", "Disk quota exceeded", "File too large"];
/// What it says when it is not allowed.
const FORBIDDEN: [&str; 3] = ["Permission denied", "Read-only file system", "Operation not permitted"];
/// How messages begin, or what they hold, when the file is not as this program wrote it.
const DAMAGED: [&str; 10] = [
    "Corrupt database file",
    "not a valid DuckDB database",
    "Could not read enough bytes",
    "Could not read from file",
    "Serialization Error",
    "Catalog Error",
    "Binder Error",
    "Conversion Error",
    "INTERNAL Error",
    "Trying to read a database file with version",
];

impl At<'_> {
    /// What is there is damaged, or no index.
    pub(crate) fn corrupt(&self, problem: impl Into<String>, source: Option<BoxError>) -> BackendError {
        BackendError::Corrupt { location: self.to_string(), problem: problem.into(), source }
    }

    /// A part of the index is not as this program writes it.
    pub(crate) fn unreadable(&self, what: &str) -> BackendError {
        self.corrupt(format!("{what} cannot be read"), None)
    }

    /// A file operation failed.
    pub(crate) fn io(&self, operation: &str, source: io::Error) -> BackendError {
        BackendError::io(NAME, operation, self, source)
    }

    /// DuckDB failed, or gave what cannot be read.
    pub(crate) fn failed(&self, operation: &str, error: duckdb::Error) -> BackendError {
        let location = self.to_string();
        let text = match &error {
            duckdb::Error::DuckDBFailure(_, Some(message)) => message.as_str(),
            duckdb::Error::DuckDBFailure(_, None) | duckdb::Error::AppendError => "",
            duckdb::Error::InvalidPath(_) => return self.io(operation, io::Error::other("DuckDB takes paths in UTF-8 only")),
            // A value of another type than was written.
            _ => return self.corrupt("a row is not as this program writes it", Some(error.into())),
        };
        let says = |what: &[&str]| what.iter().any(|part| text.contains(part));
        if says(&NO_ROOM) {
            BackendError::NoSpace { location, source: error.into() }
        } else if says(&FORBIDDEN) {
            BackendError::PermissionDenied { location, source: error.into() }
        } else if says(&DAMAGED) {
            self.corrupt("the file is damaged, or its tables are not those of an index", Some(error.into()))
        } else {
            let (backend, operation) = (NAME.to_owned(), operation.to_owned());
            BackendError::Failed { backend, operation, location, source: error.into() }
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

/// The same error once more, for the calls that follow the one that failed. Sources become text.
pub(crate) fn again(error: &BackendError) -> BackendError {
    let chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let source: BoxError = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ").into();
    match error {
        BackendError::NoSpace { location, .. } => BackendError::NoSpace { location: location.clone(), source },
        BackendError::PermissionDenied { location, .. } => {
            BackendError::PermissionDenied { location: location.clone(), source }
        }
        BackendError::Corrupt { location, problem, .. } => {
            BackendError::Corrupt { location: location.clone(), problem: problem.clone(), source: Some(source) }
        }
        BackendError::Failed { operation, location, .. } => {
            BackendError::Failed { backend: NAME.to_owned(), operation: operation.clone(), location: location.clone(), source }
        }
        _ => BackendError::Failed { backend: NAME.to_owned(), operation: "write".to_owned(), location: String::new(), source },
    }
}
