//! The reader: a connection to one committed state, and the questions that it passes on.

use std::path::PathBuf;

use async_trait::async_trait;
use codira_contracts::{BackendError, IndexReader, RuntimeInventory, for_each_question};
use codira_store::questions::{
    DocumentationQuestions, EdgeQuestions, EmbeddingQuestions, FileQuestions, ImportQuestions, StateQuestions, SymbolQuestions,
    TextQuestions,
};
use tokio::sync::Mutex;

use super::{
    index::{Cache, Index},
    inventory,
};
use crate::{errors::at, snapshot::Snapshot};

/// A handle on one committed state.
///
/// It has one connection, so questions that are asked at the same time are answered one after another; open several readers
/// to have them answered together.
#[derive(Debug)]
pub struct SqliteReader {
    state: Mutex<(Snapshot, Cache)>,
    location: PathBuf,
    head: RuntimeInventory,
}

impl SqliteReader {
    pub(crate) async fn new(mut snapshot: Snapshot, schema: u32) -> Result<Self, BackendError> {
        let location = snapshot.location.clone();
        let head = inventory::head(&mut snapshot.connection, schema, at(&location)).await?;
        Ok(Self { state: Mutex::new((snapshot, Cache::default())), location, head })
    }
}

/// Asks the tables on the reader's connection.
macro_rules! ask_tables {
    ([] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl IndexReader for SqliteReader {
            $(async fn $question(&self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                let mut state = self.state.lock().await;
                let (Snapshot { connection, .. }, cache) = &mut *state;
                Index { connection, head: &self.head, cache, at: at(&self.location) }.$question($($given),*).await
            })*
        }
    };
}
for_each_question!(ask_tables);
