//! The handle of a session: sends work to the session's thread.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
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
use tokio::sync::{mpsc, oneshot};

use super::writer::Writer;
use crate::{NAME, errors::at, files::Files, schema::Schema};

/// How many calls may wait for the thread: enough to keep it busy, and few files in memory.
const CHANNEL_CAPACITY: usize = 64;

type Pinned<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
type Work = Box<dyn for<'w> FnOnce(&'w mut Writer) -> Pinned<'w, ()> + Send>;

/// What the thread is told.
enum Message {
    Work(Work),
    /// The lock comes along: once this is sent, the session ends whatever its caller does.
    Commit(WriterLock, oneshot::Sender<Result<Commit, BackendError>>),
    Abort(oneshot::Sender<Result<(), BackendError>>),
}

/// The one session of an index.
///
/// Files are written by a thread of its own while the caller goes on. What fails there is reported by the next call, and by
/// commit.
#[derive(Debug)]
pub struct SqliteSession {
    files: Files,
    messages: Option<mpsc::Sender<Message>>,
    thread: Option<JoinHandle<()>>,
    /// Makes the thread give up, even in the middle of a statement.
    stop: Arc<AtomicBool>,
    /// Dropped last, and so free when everything else is gone.
    lock: Option<WriterLock>,
}

impl SqliteSession {
    pub(crate) async fn begin(files: Files, schema: Schema, tool: Tool, request: SessionRequest) -> Result<Self, BackendError> {
        let failed = |error| at(files.directory()).io("prepare", error);
        std::fs::create_dir_all(files.directory()).map_err(failed)?;
        let lock = WriterLock::take(files.lock(), at(&files.database()))?;
        files.probe_directory().map_err(failed)?;
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, receiver) = mpsc::channel(CHANNEL_CAPACITY);
        let (ready, begun) = oneshot::channel();
        let open = Opening { files: files.clone(), schema, tool, request, stop: stop.clone() };
        let spawned = std::thread::Builder::new().name("codira-sqlite".to_owned()).spawn(move || run(open, ready, receiver));
        let thread = spawned.map_err(failed)?;
        let session = Self { files, messages: Some(sender), thread: Some(thread), stop, lock: Some(lock) };
        begun.await.map_err(|_| session.gone())??;
        Ok(session)
    }

    /// Has `work` done and waits for what comes of it. Once it is sent it is done whole, whether or not anybody waits.
    async fn call<T: Send + 'static>(
        &self,
        work: impl for<'w> FnOnce(&'w mut Writer) -> Pinned<'w, Result<T, BackendError>> + Send + 'static,
    ) -> Result<T, BackendError> {
        let (sender, receiver) = oneshot::channel();
        let answer = move |result| drop(sender.send(result));
        self.send(Box::new(move |writer| {
            Box::pin(async move {
                answer(match writer.broken() {
                    Some(error) => Err(error),
                    None => work(writer).await,
                });
            })
        }))
        .await?;
        receiver.await.map_err(|_| self.gone())?
    }

    async fn send(&self, work: Work) -> Result<(), BackendError> {
        let messages = self.messages.as_ref().ok_or_else(|| self.gone())?;
        messages.send(Message::Work(work)).await.map_err(|_| self.gone())
    }

    /// What is left to say when the thread ended by a panic.
    fn gone(&self) -> BackendError {
        let source = std::io::Error::other("the thread of the session is gone");
        BackendError::io(NAME, "write", at(&self.files.database()), source)
    }
}

#[async_trait]
impl IndexWriteSession for SqliteSession {
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError> {
        file.validate()?;
        // Nobody waits: this is the long path, and whatever goes wrong is the session's failure, not the file's.
        self.send(Box::new(move |writer| Box::pin(writer.put(file)))).await
    }

    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError> {
        let path = path.clone();
        self.send(Box::new(move |writer| Box::pin(writer.remove(path)))).await
    }

    async fn maintain(&mut self, retention: &Retention) -> Result<Maintenance, BackendError> {
        let retention = retention.clone();
        self.call(move |writer| Box::pin(writer.maintain(retention))).await
    }

    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        let request = request.clone();
        self.call(move |writer| Box::pin(writer.reusable_embeddings(request))).await
    }

    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        let request = request.clone();
        self.call(move |writer| Box::pin(writer.pending_embeddings(request))).await
    }

    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        self.call(move |writer| Box::pin(writer.queue_embeddings(rows))).await
    }

    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        for row in &rows {
            check_dimension(&row.key, &row.spec, &row.vector)?;
        }
        self.call(move |writer| Box::pin(writer.store_embeddings(rows))).await
    }

    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError> {
        self.call(|writer| Box::pin(writer.derive())).await
    }

    async fn write_inventory(&mut self, mut inventory: RunInventory) -> Result<(), BackendError> {
        inventory.normalize()?;
        self.call(move |writer| Box::pin(writer.set_inventory(inventory))).await
    }

    async fn commit(mut self) -> Result<Commit, BackendError> {
        let (sender, receiver) = oneshot::channel();
        let messages = self.messages.clone().ok_or_else(|| self.gone())?;
        let permit = messages.reserve().await.map_err(|_| self.gone())?;
        let lock = self.lock.take().ok_or_else(|| self.gone())?;
        permit.send(Message::Commit(lock, sender));
        // From here on the thread is on its own: dropping this future is not aborting.
        self.thread = None;
        receiver.await.map_err(|_| self.gone())?
    }

    async fn abort(self) -> Result<(), BackendError> {
        let (sender, receiver) = oneshot::channel();
        let messages = self.messages.as_ref().ok_or_else(|| self.gone())?;
        messages.send(Message::Abort(sender)).await.map_err(|_| self.gone())?;
        receiver.await.map_err(|_| self.gone())?
    }
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.stop.store(true, Ordering::Relaxed);
        self.messages = None;
        // The thread stops within a fraction of a millisecond of work, and closes its connection. A panic there was its last word.
        let _ = thread.join();
    }
}

/// What it takes to open a writer.
struct Opening {
    files: Files,
    schema: Schema,
    tool: Tool,
    request: SessionRequest,
    stop: Arc<AtomicBool>,
}

/// The life of the thread.
fn run(open: Opening, ready: oneshot::Sender<Result<(), BackendError>>, mut messages: mpsc::Receiver<Message>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(at(open.files.directory()).io("begin", error)))),
    };
    let Opening { files, schema, tool, request, stop } = open;
    runtime.block_on(async {
        let mut writer = match Writer::open(files, schema, tool, request, stop.clone()).await {
            Ok(writer) => writer,
            Err(error) => return drop(ready.send(Err(error))),
        };
        if ready.send(Ok(())).is_err() {
            return drop(writer.abandon().await);
        }
        while let Some(message) = messages.recv().await {
            match message {
                _ if stop.load(Ordering::Relaxed) => break,
                Message::Work(work) => work(&mut writer).await,
                Message::Commit(lock, answer) => {
                    let result = writer.commit().await;
                    drop(lock);
                    // The caller may have gone away: it is decided all the same.
                    return drop(answer.send(result));
                }
                Message::Abort(answer) => return drop(answer.send(writer.abandon().await)),
            }
        }
        drop(writer.abandon().await);
    });
}
