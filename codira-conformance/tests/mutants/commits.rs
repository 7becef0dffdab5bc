//! Readers on every commit, for faults that answer from the wrong one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use codira_contracts::*;

use crate::fault::Answer;

#[derive(Default)]
pub struct Commits(Mutex<BTreeMap<u64, Arc<dyn IndexReader>>>);

impl Commits {
    /// Commits the session, and keeps a reader on the outcome.
    pub async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        let commit = session.commit().await?;
        let reader = Arc::from(base.open_reader().await?);
        self.0.lock().unwrap().insert(commit.generation, reader);
        Ok(commit)
    }

    /// The reader on the commit of this number, where there is one.
    pub fn of(&self, generation: u64) -> Option<Arc<dyn IndexReader>> {
        self.0.lock().unwrap().get(&generation).cloned()
    }

    /// The reader on the commit with which the file at `path` got the content that it has for
    /// `reader`.
    pub async fn since(&self, path: &RepoPath, reader: &dyn IndexReader) -> Answer<Option<Arc<dyn IndexReader>>> {
        let file = reader.file(path).await?;
        let mut since = None;
        for generation in (1..=reader.inventory().await?.generation).rev() {
            match self.of(generation) {
                Some(earlier) if earlier.file(path).await? == file => since = Some(earlier),
                _ => break,
            }
        }
        Ok(since)
    }
}
