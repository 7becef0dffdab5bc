//! What DuckDB and the file system report, as errors of the contract. The one place that reads
//! messages.

use std::{io, path::Path};

use codira_contracts::BackendError;
pub(crate) use codira_store::At;

use crate::NAME;

/// Where something failed in a file of an index.
pub(crate) fn at(path: &Path) -> At<'_> {
    At { backend: NAME, path }
}

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

pub(crate) trait Failed {
    /// DuckDB failed, or gave what cannot be read.
    fn failed(&self, operation: &str, error: duckdb::Error) -> BackendError;
}

impl Failed for At<'_> {
    fn failed(&self, operation: &str, error: duckdb::Error) -> BackendError {
        let text = match &error {
            duckdb::Error::DuckDBFailure(_, Some(message)) => message.as_str(),
            duckdb::Error::DuckDBFailure(_, None) | duckdb::Error::AppendError => "",
            duckdb::Error::InvalidPath(_) => return self.io(operation, io::Error::other("DuckDB takes paths in UTF-8 only")),
            // A value of another type than was written.
            _ => return self.corrupt("a row is not as this program writes it", Some(error.into())),
        };
        let says = |what: &[&str]| what.iter().any(|part| text.contains(part));
        if says(&NO_ROOM) {
            self.no_space(error)
        } else if says(&FORBIDDEN) {
            self.forbidden(error)
        } else if says(&DAMAGED) {
            self.corrupt("the file is damaged, or its tables are not those of an index", Some(error.into()))
        } else {
            self.other(operation, error)
        }
    }
}
