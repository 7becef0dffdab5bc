//! The handle of a session: sends work to the session's thread.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use async_trait::async_trait;
use codira_contracts::{
    BackendError, Commit, ComputedEmbedding, Derivation, FileSnapshot, IndexWriteSession, Maintenance, PendingEmbedding,
    PendingRequest, RepoPath, Retention, ReusableEmbedding, ReuseRequest, RunInventory, SessionRequest, Stored, Tool,
    check_dimension,
};
use codira_store::WriterLock;
use duckdb::InterruptHandle;
use tokio::sync::oneshot;

use super::writer::Writer;
use crate::{
    errors::at,
    files::Files,
    schema::Schema,
    worker::{Started, Worker},
};

/// The one session of an index.
///
/// Files are written by a thread of its own while the caller goes on. What fails there is reported by the next call, and by
/// commit.
pub struct DuckdbSession {
    files: Files,
    worker: Option<Worker<Option<Writer>>>,
    thread: Option<JoinHandle<()>>,
    stop: Arc<Stop>,
    /// Dropped last, and so free when everything else is gone.
    lock: Option<WriterLock>,
}

/// Makes the thread give up, even in the middle of a statement.
#[derive(Default)]
struct Stop {
    sign: Arc<AtomicBool>,
    statement: Mutex<Option<Arc<InterruptHandle>>>,
}

impl Stop {
    fn give(&self) {
        self.sign.store(true, Ordering::Relaxed);
        if let Some(handle) = &*self.statement.lock().unwrap_or_else(PoisonError::into_inner) {
            handle.interrupt();
        }
    }
}

impl std::fmt::Debug for DuckdbSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DuckdbSession").field("files", &self.files).finish_non_exhaustive()
    }
}

impl DuckdbSession {
    pub(crate) async fn begin(files: Files, schema: Schema, tool: Tool, request: SessionRequest) -> Result<Self, BackendError> {
        let failed = |error| at(files.directory()).io("prepare", error);
        std::fs::create_dir_all(files.directory()).map_err(failed)?;
        let lock = WriterLock::take(files.lock(), at(&files.index()))?;
        let stop = Arc::new(Stop::default());
        let (own, its) = (files.clone(), stop.clone());
        let open = move || {
            let mut writer = Writer::open(own, schema, tool, request)?;
            writer.stop = its.sign.clone();
            *its.statement.lock().unwrap_or_else(PoisonError::into_inner) = Some(writer.database.interrupt_handle());
            Ok(Some(writer))
        };
        let Started { worker, opened, thread } = Worker::start(open).map_err(failed)?;
        let session = Self { files, worker: Some(worker), thread: Some(thread), stop, lock: Some(lock) };
        opened.await.map_err(|_| session.gone())??;
        Ok(session)
    }

    /// Has `work` done and waits for what comes of it.
    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, BackendError> + Send + 'static,
    ) -> Result<T, BackendError> {
        let worker = self.worker.as_ref().ok_or_else(|| self.gone())?;
        let done = worker.call(move |state| {
            let writer = state.as_mut().filter(|writer| !writer.is_stopped())?;
            Some(writer.check().and_then(|()| work(writer)))
        });
        done.await.flatten().ok_or_else(|| self.gone())?
    }

    /// Has `work` done; whatever goes wrong is the session's failure.
    async fn send(&self, work: impl FnOnce(&mut Writer) + Send + 'static) -> Result<(), BackendError> {
        let worker = self.worker.as_ref().ok_or_else(|| self.gone())?;
        let job = |state: &mut Option<Writer>| {
            if let Some(writer) = state.as_mut().filter(|writer| !writer.is_stopped()) {
                work(writer);
            }
        };
        worker.send(job).await.ok_or_else(|| self.gone())
    }

    /// What is left to say when the thread ended by a panic.
    fn gone(&self) -> BackendError {
        at(&self.files.index()).io("write", std::io::Error::other("the thread of the session is gone"))
    }
}

#[async_trait]
impl IndexWriteSession for DuckdbSession {
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError> {
        file.validate()?;
        // Nobody waits: this is the long path.
        self.send(move |writer| writer.put(file.state.path.clone(), Some(file))).await
    }

    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError> {
        let path = path.clone();
        self.send(move |writer| writer.put(path, None)).await
    }

    async fn maintain(&mut self, retention: &Retention) -> Result<Maintenance, BackendError> {
        let retention = retention.clone();
        self.call(move |writer| writer.maintain(&retention)).await
    }

    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        let request = request.clone();
        self.call(move |writer| writer.reusable_embeddings(&request)).await
    }

    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        let request = request.clone();
        self.call(move |writer| writer.pending_embeddings(&request)).await
    }

    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        self.call(move |writer| writer.queue_embeddings(rows)).await
    }

    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        rows.iter().try_for_each(|row| check_dimension(&row.key, &row.spec, &row.vector))?;
        self.call(move |writer| writer.store_embeddings(rows)).await
    }

    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError> {
        self.call(Writer::derive).await
    }

    async fn write_inventory(&mut self, mut inventory: RunInventory) -> Result<(), BackendError> {
        inventory.normalize()?;
        self.call(move |writer| {
            writer.inventory = inventory;
            Ok(())
        })
        .await
    }

    async fn commit(mut self) -> Result<Commit, BackendError> {
        let worker = self.worker.take().ok_or_else(|| self.gone())?;
        let (answer, answered) = oneshot::channel();
        let Some(slot) = worker.reserve().await else { return Err(self.gone()) };
        let lock = self.lock.take();
        slot.send(move |state| {
            let result = state.take().map(Writer::commit);
            drop(lock);
            // The caller may have gone away: it is decided all the same.
            drop(answer.send(result));
        });
        // From here on the thread is on its own: dropping this future is not aborting.
        self.thread = None;
        answered.await.ok().flatten().ok_or_else(|| self.gone())?
    }

    async fn abort(self) -> Result<(), BackendError> {
        let worker = self.worker.as_ref().ok_or_else(|| self.gone())?;
        let given_up = worker.call(|state| state.take().map(Writer::abandon)).await;
        given_up.flatten().ok_or_else(|| self.gone())?
    }
}

impl Drop for DuckdbSession {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.stop.give();
        self.worker = None;
        // The thread stops within a statement, and closes the draft. A panic there was its last word.
        let _ = thread.join();
    }
}
