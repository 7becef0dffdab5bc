//! The reader: an open file, and the questions that it passes on to its thread.

use std::{
    path::{Path, PathBuf},
    pin::pin,
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use codira_contracts::{BackendError, IndexReader, for_each_question};
use codira_store::questions::{
    Answer, DocumentationQuestions, EdgeQuestions, EmbeddingQuestions, FileQuestions, ImportQuestions, StateQuestions,
    SymbolQuestions, TextQuestions,
};

use super::snapshot::Snapshot;
use crate::{
    engine::Database,
    errors::at,
    files::{Found, inspect},
    instance::Use,
    schema::{self, Schema},
    worker::{Started, Worker},
};

/// A handle on one committed state: a file that is open, and that nobody changes.
///
/// Questions that are asked at the same time are answered one after another; open several readers to have them answered
/// together.
#[derive(Debug)]
pub struct DuckdbReader {
    worker: Worker<Snapshot>,
    location: PathBuf,
}

impl DuckdbReader {
    pub(crate) async fn open(index: PathBuf, schema: Schema) -> Result<Self, BackendError> {
        let path = index.clone();
        let open = move || Snapshot::new(open_index(&path, schema)?, schema.number());
        let Started { worker, opened, .. } = Worker::start(open).map_err(|error| at(&index).io("open", error))?;
        opened.await.map_err(|_| gone(&index))??;
        Ok(Self { worker, location: index })
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Snapshot) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, BackendError> {
        self.worker.call(question).await.ok_or_else(|| gone(&self.location))?
    }
}

fn gone(index: &Path) -> BackendError {
    at(index).io("read", std::io::Error::other("the thread of the reader is gone"))
}

/// Opens the index at `path`, if it is one of this schema.
pub(crate) fn open_index(path: &Path, schema: Schema) -> Result<Database, BackendError> {
    let at = at(path);
    match inspect(path).map_err(|error| at.io("open", error))? {
        Found::Nothing => return Err(BackendError::NotIndexed { location: at.to_string() }),
        Found::Foreign(problem) => return Err(at.corrupt(problem, None)),
        Found::Database => {}
    }
    let database = Database::open(path, path, Use::Read)?;
    let (found, expected) = (schema::number_of(&database)?, schema.number());
    if found == expected {
        return Ok(database);
    }
    Err(BackendError::SchemaMismatch { location: at.to_string(), found, expected })
}

/// Asks the tables on the reader's thread.
macro_rules! ask_tables {
    ([] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl IndexReader for DuckdbReader {
            $(async fn $question(&self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                $(let $given = $given.clone();)*
                self.ask(move |snapshot| answered(snapshot.$question($(&$given),*))).await
            })*
        }
    };
}
for_each_question!(ask_tables);

/// The answer to a question of tables that block, so that it waits for nothing.
fn answered<T>(answer: impl Answer<T>) -> Result<T, BackendError> {
    let mut answer = pin!(answer);
    loop {
        if let Poll::Ready(answer) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return answer;
        }
    }
}
