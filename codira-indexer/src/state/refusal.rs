//! Why a state directory is not used, though the file system would allow it.

use std::path::PathBuf;

use codira_contracts::{BackendError, ErrorKind};

/// Why a [`StateDirectory`](crate::StateDirectory) refuses.
///
/// Backends opened through a [`BackendRegistry`](crate::BackendRegistry) report it as
/// [`BackendError::Layer`]; [`of`](Self::of) finds it there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateRefusal {
    /// The index there belongs to another backend: one repository has one index.
    #[error("{} belongs to the backend `{owner}`, and `{backend}` was asked", directory.display())]
    OwnedByAnother {
        /// The state directory.
        directory: PathBuf,
        /// The backend that was asked.
        backend: String,
        /// The backend that has the index.
        owner: String,
    },

    /// The index there is that of another repository.
    #[error("{} holds the index of {}, and not of {}", directory.display(), owner.display(), root.display())]
    OtherRepository {
        /// The state directory.
        directory: PathBuf,
        /// The root of the repository that it was asked for.
        root: PathBuf,
        /// The root of the repository whose index it holds.
        owner: PathBuf,
    },

    /// The directory has files in it, and none of them is of codira.
    #[error("{} holds other files, and no index", directory.display())]
    NotEmpty {
        /// The directory.
        directory: PathBuf,
    },

    /// The directory contains the repository itself, which it would hide from Git.
    #[error("{} contains the repository {}", directory.display(), root.display())]
    ContainsRepository {
        /// The directory.
        directory: PathBuf,
        /// The root of the repository.
        root: PathBuf,
    },
}

impl StateRefusal {
    /// The refusal that `error` reports, if it reports one.
    pub fn of(error: &BackendError) -> Option<&Self> {
        match error {
            BackendError::Layer { error, .. } => error.downcast_ref(),
            _ => None,
        }
    }

    /// The refusal as what a backend reports. Not a `From`: a second one into `BackendError` would
    /// leave the type of `?` open in crates that use this one.
    pub(super) fn into_error(self) -> BackendError {
        let kind = match self {
            Self::OwnedByAnother { .. } => ErrorKind::NotIndexed,
            _ => ErrorKind::InvalidInput,
        };
        BackendError::Layer { kind, error: Box::new(self) }
    }

    /// What the caller can do, as one sentence for people.
    pub fn remedy(&self) -> String {
        match self {
            Self::OwnedByAnother { backend, owner, .. } => {
                format!("ask it with `--backend {owner}`, or move the index with `codira index --backend {backend}`")
            }
            Self::OtherRepository { directory, root, .. } => format!(
                "name another directory with `--state-dir`; if the repository was moved, write {} into {}",
                root.display(),
                directory.join(super::ROOT_RECORD).display()
            ),
            Self::NotEmpty { .. } | Self::ContainsRepository { .. } => {
                "name a directory that is empty or does not exist, with `--state-dir`".to_owned()
            }
        }
    }
}
