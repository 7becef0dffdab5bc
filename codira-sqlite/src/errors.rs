//! What SQLite and the file system report, as errors of the contract. The one place that knows
//! result codes.

use std::path::Path;

use codira_contracts::BackendError;
pub(crate) use codira_store::At;

use crate::NAME;

/// Where something failed in a file of an index.
pub(crate) fn at(path: &Path) -> At<'_> {
    At { backend: NAME, path }
}

/// Primary result codes, as <https://www.sqlite.org/rescode.html> numbers them.
mod code {
    pub(super) const ERROR: i32 = 1;
    pub(super) const PERM: i32 = 3;
    pub(super) const READONLY: i32 = 8;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const AUTH: i32 = 23;
    pub(super) const NOTADB: i32 = 26;
    /// Extended: fewer bytes than the header promises.
    pub(super) const IOERR_SHORT_READ: i32 = 522;
    /// Extended: writing failed. A full device has a code of its own; what remains are quotas and
    /// limits on the size of files.
    pub(super) const IOERR_WRITE: i32 = 778;
}

pub(crate) trait Failed {
    /// SQLite failed, or gave what cannot be read.
    fn failed(&self, operation: &str, error: sqlx::Error) -> BackendError;
}

impl Failed for At<'_> {
    fn failed(&self, operation: &str, error: sqlx::Error) -> BackendError {
        match error {
            sqlx::Error::Io(source) => self.io(operation, source),
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::RowNotFound => self.corrupt("a row is not as this program writes it", Some(error.into())),
            sqlx::Error::Database(ref database) => {
                let extended = database.code().and_then(|code| code.parse().ok()).unwrap_or(0_i32);
                match (extended, extended & 0xff) {
                    (code::IOERR_SHORT_READ, _) => self.corrupt("the file is shorter than it says", Some(error.into())),
                    (code::IOERR_WRITE, _) | (_, code::FULL) => self.no_space(error),
                    (_, code::CORRUPT) => self.corrupt("the file is damaged", Some(error.into())),
                    (_, code::NOTADB) => self.corrupt("the file is no SQLite database", Some(error.into())),
                    // Statements are right for the schema that the header names: the tables are
                    // not.
                    (_, code::ERROR) => self.corrupt("its tables are not those of its schema", Some(error.into())),
                    (_, code::PERM | code::READONLY | code::AUTH) => self.forbidden(error),
                    _ => self.other(operation, error),
                }
            }
            error => self.other(operation, error),
        }
    }
}
