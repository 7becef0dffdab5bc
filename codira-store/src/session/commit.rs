//! How a session ends: published whole, or given up.

use codira_contracts::{BackendError, Commit};

use super::writer::{Run, Writer};
use crate::{Draft, codec, tables::State};

impl<D: Draft> Writer<D> {
    /// Publishes the session. On an error nothing was published.
    pub(super) async fn commit(mut self) -> Result<Commit, BackendError> {
        if let Err(error) = self.finish().await {
            let _ = self.abort().await;
            return Err(error);
        }
        let generation = self.generation + 1;
        let run: Run = (self.inventory, self.rules.inventory());
        let state = State { generation, backend: self.backend, run: codec::compress(&codec::pack(&run), b"") };
        // What is replaced may be in the way of what replaces it.
        drop(self.base);
        self.draft.commit(state).await?;
        Ok(Commit { generation, replaced: self.replaced })
    }

    /// Writes what is still missing.
    async fn finish(&mut self) -> Result<(), BackendError> {
        self.derive().await?;
        self.write_postings().await
    }

    /// Leaves everything as it was.
    pub(super) async fn abort(self) -> Result<(), BackendError> {
        drop(self.base);
        self.draft.abort().await
    }
}
