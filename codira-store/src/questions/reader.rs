//! The reader: the tables of one committed state, and the questions that it passes on.

use std::fmt;

use async_trait::async_trait;
use codira_contracts::{BackendError, IndexReader, RuntimeInventory, for_each_question};
use tokio::sync::Mutex;

use super::index::{Cache, Index};
use crate::{session::run_of, tables::Tables};

/// A handle on one committed state.
///
/// Questions that are asked at the same time are answered one after another; open several readers
/// to have them answered together.
pub struct Reader<T> {
    state: Mutex<(T, Cache)>,
    head: RuntimeInventory,
}

impl<T: Tables> Reader<T> {
    /// A reader of the state that these tables hold, which have this schema.
    pub async fn new(mut tables: T, schema: u32) -> Result<Self, BackendError> {
        let state = tables.state().await?;
        let (run, rules) = run_of(&state).ok_or_else(|| tables.at().unreadable("the inventory"))?;
        let head = RuntimeInventory {
            backend: state.backend,
            schema,
            coverage: run.coverage,
            generation: state.generation,
            rules,
            analyzers: run.analyzers,
            embeddings: Vec::new(),
        };
        Ok(Self { state: Mutex::new((tables, Cache::default())), head })
    }
}

impl<T> fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("head", &self.head).finish_non_exhaustive()
    }
}

/// Asks the tables.
macro_rules! ask_tables {
    ([] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl<T: Tables> IndexReader for Reader<T> {
            $(async fn $question(&self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                let mut state = self.state.lock().await;
                let (tables, cache) = &mut *state;
                Index { tables, head: &self.head, cache }.$question($($given),*).await
            })*
        }
    };
}
for_each_question!(ask_tables);
