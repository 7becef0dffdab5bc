//! What was put, for faults that change a call by what came before it. Sessions that are given up
//! are not undone.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use codira_contracts::*;

/// The files as they were put last, of the commit or the session.
#[derive(Default)]
pub struct KnownFiles(Mutex<BTreeMap<RepoPath, FileSnapshot>>);

impl KnownFiles {
    pub async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Result<DynSession, BackendError> {
        let scope = request.scope;
        let session = base.begin_index_session(request).await?;
        if scope == WriteScope::Full {
            self.all().clear();
        }
        Ok(session)
    }

    pub fn all(&self) -> MutexGuard<'_, BTreeMap<RepoPath, FileSnapshot>> {
        self.0.lock().unwrap()
    }

    pub fn put(&self, file: &FileSnapshot) {
        self.all().insert(file.path().clone(), file.clone());
    }

    pub fn remove(&self, path: &RepoPath) {
        self.all().remove(path);
    }

    /// The paths that are known and are so.
    pub fn paths(&self, are: impl Fn(&RepoPath) -> bool) -> Vec<RepoPath> {
        self.all().keys().filter(|path| are(path)).cloned().collect()
    }
}
