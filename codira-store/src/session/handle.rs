//! The handle of a session: sends work to the session's thread.

use std::{fmt, future::Future, io, pin::Pin, thread::JoinHandle};

use async_trait::async_trait;
use codira_contracts::{
    BackendError, Commit, ComputedEmbedding, Derivation, FileSnapshot, IndexWriteSession, Maintenance, PendingEmbedding,
    PendingRequest, RepoPath, Retention, ReusableEmbedding, ReuseRequest, RunInventory, SessionRequest, Stored, Tool,
    check_dimension, resolve::RuleSet,
};
use tokio::sync::{mpsc, oneshot};

use super::{queue::Queued, room::Room, writer::Writer};
use crate::{Cancel, Draft, Store, WriterLock};

type Pinned<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
type Work<D> = Box<dyn for<'w> FnOnce(&'w mut Writer<D>) -> Pinned<'w, ()> + Send>;

/// What the thread is told.
enum Message<D: Draft> {
    Work(Work<D>),
    /// The lock comes along: once this is sent, the session ends whatever its caller does.
    Commit(WriterLock, oneshot::Sender<Result<Commit, BackendError>>),
    Abort(oneshot::Sender<Result<(), BackendError>>),
}

/// The one session of an index.
///
/// Files are written by a thread of its own while the caller goes on, so no future that a caller
/// drops interrupts a statement. What fails there is reported by the next call, and by commit.
pub struct Session<S: Store> {
    store: S,
    messages: Option<mpsc::UnboundedSender<Message<S::Draft>>>,
    /// For what is put: the one bound of what is sent and not written.
    room: Room,
    rules: RuleSet,
    thread: Option<JoinHandle<()>>,
    cancel: Cancel,
    /// Dropped last, and so free when everything else is gone.
    lock: Option<WriterLock>,
}

impl<S: Store> fmt::Debug for Session<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("store", &self.store).finish_non_exhaustive()
    }
}

impl<S: Store> Session<S> {
    /// Begins the session, whose commit is by this backend.
    pub async fn begin(store: S, backend: Tool, request: SessionRequest) -> Result<Self, BackendError> {
        let lock = store.lock()?;
        let cancel = Cancel::default();
        let (room, rules) = (Room::of(request.memory), request.rules.clone());
        let (sender, receiver) = mpsc::unbounded_channel();
        let (ready, begun) = oneshot::channel();
        let (own, its_cancel) = (store.clone(), cancel.clone());
        let batch_units = room.half();
        let live = move || run(&own, backend, request, batch_units, its_cancel, ready, receiver);
        let thread = std::thread::Builder::new().name("codira-session".to_owned()).spawn(live);
        let thread = thread.map_err(|error| store.at().io("begin", error))?;
        let session = Self { store, messages: Some(sender), room, rules, thread: Some(thread), cancel, lock: Some(lock) };
        begun.await.map_err(|_| session.gone())??;
        Ok(session)
    }

    /// Has `work` done and waits for what comes of it. Once it is sent it is done whole, even if
    /// the caller does not wait.
    async fn call<T: Send + 'static>(
        &self,
        work: impl for<'w> FnOnce(&'w mut Writer<S::Draft>) -> Pinned<'w, Result<T, BackendError>> + Send + 'static,
    ) -> Result<T, BackendError> {
        let (sender, receiver) = oneshot::channel();
        let answer = move |result| drop(sender.send(result));
        self.send(Box::new(move |writer| {
            Box::pin(async move {
                answer(match writer.check() {
                    Err(error) => Err(error),
                    Ok(()) => work(writer).await,
                });
            })
        }))?;
        receiver.await.map_err(|_| self.gone())?
    }

    fn send(&self, work: Work<S::Draft>) -> Result<(), BackendError> {
        self.tell(Message::Work(work))
    }

    fn tell(&self, message: Message<S::Draft>) -> Result<(), BackendError> {
        let messages = self.messages.as_ref().ok_or_else(|| self.gone())?;
        messages.send(message).map_err(|_| self.gone())
    }

    /// What is left to say when the thread ended by a panic.
    fn gone(&self) -> BackendError {
        self.store.at().io("write", io::Error::other("the thread of the session is gone"))
    }
}

#[async_trait]
impl<S: Store> IndexWriteSession for Session<S> {
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError> {
        file.validate()?;
        let room = self.room.reserve(file.memory()).await;
        let path = file.state.path.clone();
        let queued = Queued::put(file, self.rules.clone(), room);
        // Whatever goes wrong from here on is the session's failure, not the file's.
        self.send(Box::new(move |writer| Box::pin(writer.queue(path, queued))))
    }

    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError> {
        let (path, queued) = (path.clone(), Queued::remove(self.room.reserve(0).await));
        self.send(Box::new(move |writer| Box::pin(writer.queue(path, queued))))
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
        let lock = self.lock.take().ok_or_else(|| self.gone())?;
        self.tell(Message::Commit(lock, sender))?;
        // From here on the thread is on its own: dropping this future is not aborting.
        self.thread = None;
        receiver.await.map_err(|_| self.gone())?
    }

    async fn abort(self) -> Result<(), BackendError> {
        let (sender, receiver) = oneshot::channel();
        self.tell(Message::Abort(sender))?;
        receiver.await.map_err(|_| self.gone())?
    }
}

impl<S: Store> Drop for Session<S> {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        self.cancel.cancel();
        self.messages = None;
        // The thread stops within a fraction of a millisecond of work, and closes its connection. A
        // panic there was its last word.
        let _ = thread.join();
    }
}

/// The life of the thread.
fn run<S: Store>(
    store: &S,
    backend: Tool,
    request: SessionRequest,
    batch_units: usize,
    cancel: Cancel,
    ready: oneshot::Sender<Result<(), BackendError>>,
    mut messages: mpsc::UnboundedReceiver<Message<S::Draft>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(store.at().io("begin", error)))),
    };
    runtime.block_on(async {
        let mut writer = match Writer::begin(store, backend, request, cancel.clone(), batch_units).await {
            Ok(writer) => writer,
            Err(error) => return drop(ready.send(Err(error))),
        };
        if ready.send(Ok(())).is_err() {
            return drop(writer.abort().await);
        }
        while let Some(message) = messages.recv().await {
            match message {
                _ if cancel.is_cancelled() => break,
                Message::Work(work) => work(&mut writer).await,
                Message::Commit(lock, answer) => {
                    let result = writer.commit().await;
                    drop(lock);
                    // The caller may have gone away: it is decided all the same.
                    return drop(answer.send(result));
                }
                Message::Abort(answer) => return drop(answer.send(writer.abort().await)),
            }
        }
        drop(writer.abort().await);
    });
}
