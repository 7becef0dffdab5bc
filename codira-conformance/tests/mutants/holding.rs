//! Sessions that are not held as long as they should be, or not where they should be; and errors
//! that say too little.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, ThreadId},
};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::MemoryBackend;

use crate::{
    demo_backend,
    fault::{Answer, Fault},
    judge::mutants,
    sessions::failure,
    specs::fault,
};

const LONG: &str = "sessions::a_session_may_be_held_for_long";
const ANYWHERE: &str = "sessions::sessions_and_readers_work_on_any_thread";
const NAMES: &str = "sessions::errors_name_the_index_and_the_holder";
const SHORT: &str = "sessions::short_sessions_never_overlap";

mutants! {
    a_session_gives_way_to_the_hundredth: GivesWay, "the hundredth session that is refused is let in", LONG;
    a_holder_is_forgotten: ForgetsTheHolder, "from the fiftieth refusal on the holder is unknown", LONG;
    the_last_writes_of_a_session_are_kept: KeepsTheLastWrites, "a session keeps the last thirty files that it put", LONG;
    readers_take_writes_along: ReadersDropWrites, "the writes of a session are lost once forty readers have come by", LONG;

    a_session_is_bound_to_its_thread: BoundSession, "a session can be used on the thread alone on which it began", ANYWHERE;
    a_commit_is_bound_to_its_thread: BoundCommit, "a session can be committed on the thread alone on which it began", ANYWHERE;
    a_reader_is_bound_to_its_thread: BoundReader, "a reader can be asked on the thread alone on which it was opened", ANYWHERE;
    a_session_is_dropped_in_a_runtime: DropsInARuntime, "a session can be dropped in a runtime alone", ANYWHERE;
    a_session_lingers_outside: LingersOutside, "a session that is dropped outside of a runtime keeps the writer lock", ANYWHERE;
    a_backend_is_dropped_in_a_runtime: ClosesInARuntime, "a backend can be dropped in a runtime alone", ANYWHERE;

    a_refusal_has_no_location: RefusesNowhere, "a refused session is not told of which index", NAMES;
    a_refusal_names_another_directory: RefusesElsewhere, "a refused session is told of a lock, and not where", NAMES;
    a_holder_has_no_program: HolderWithoutProgram, "a refused session is told the process of the holder alone", NAMES;
    not_indexed_has_no_location: NotIndexedNowhere, "where nothing is indexed, a reader does not say where", NAMES;

    a_lock_that_is_looked_at_first: LooksThenTakes, "whether another session is open is looked up, and noted a moment later", SHORT;
    a_tenth_commit_is_lost: LosesATenthCommit, "each tenth commit is lost", SHORT;
}

/// Another index's session, for one that must not begin.
async fn another(request: SessionRequest) -> Answer<DynSession> {
    DynBackend::new(MemoryBackend::default()).begin_index_session(request).await
}

#[derive(Default)]
struct GivesWay(AtomicUsize);

#[async_trait]
impl Fault for GivesWay {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        match base.begin_index_session(request.clone()).await {
            Err(BackendError::SessionBusy { .. }) if self.0.fetch_add(1, SeqCst) >= 99 => another(request).await,
            begun => begun,
        }
    }
}

/// A refusal, changed.
pub async fn refusing(
    base: &DynBackend,
    request: SessionRequest,
    change: impl FnOnce(&mut String, &mut Holder),
) -> Answer<DynSession> {
    base.begin_index_session(request).await.map_err(|error| match error {
        BackendError::SessionBusy { mut location, mut holder } => {
            change(&mut location, &mut holder);
            BackendError::SessionBusy { location, holder }
        }
        other => other,
    })
}

#[derive(Default)]
struct ForgetsTheHolder(AtomicUsize);

#[async_trait]
impl Fault for ForgetsTheHolder {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        refusing(base, request, |_, holder| {
            if self.0.fetch_add(1, SeqCst) >= 49 {
                *holder = Holder::new("another program", 0);
            }
        })
        .await
    }
}

#[derive(Default)]
struct KeepsTheLastWrites(Mutex<VecDeque<RepoPath>>);

#[async_trait]
impl Fault for KeepsTheLastWrites {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        let first = {
            let mut paths = self.0.lock().unwrap();
            paths.push_back(file.path().clone());
            if paths.len() > 30 { paths.pop_front() } else { None }
        };
        session.put_file(file).await?;
        match first {
            Some(first) => session.remove_file(&first).await,
            None => Ok(()),
        }
    }

    fn ended(&self) {
        self.0.lock().unwrap().clear();
    }
}

#[derive(Default)]
struct ReadersDropWrites {
    readers: AtomicUsize,
    written: Mutex<Vec<RepoPath>>,
}

#[async_trait]
impl Fault for ReadersDropWrites {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        self.readers.fetch_add(1, SeqCst);
        base.open_reader().await
    }

    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request).await?;
        self.readers.store(0, SeqCst);
        self.written.lock().unwrap().clear();
        Ok(session)
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.written.lock().unwrap().push(file.path().clone());
        session.put_file(file).await
    }

    async fn commit(&self, _base: &DynBackend, mut session: DynSession) -> Answer<Commit> {
        if self.readers.load(SeqCst) >= 40 {
            let written = std::mem::take(&mut *self.written.lock().unwrap());
            for path in written {
                session.remove_file(&path).await?;
            }
        }
        session.commit().await
    }
}

/// The thread on which something began.
#[derive(Default)]
struct Thread(Mutex<Option<ThreadId>>);

impl Thread {
    fn bind(&self) {
        *self.0.lock().unwrap() = Some(thread::current().id());
    }

    fn check(&self) -> Answer<()> {
        let bound = *self.0.lock().unwrap();
        if bound.is_none_or(|bound| bound == thread::current().id()) { Ok(()) } else { Err(failure("it is another thread's")) }
    }
}

#[derive(Default)]
struct BoundSession(Thread);

#[async_trait]
impl Fault for BoundSession {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request).await?;
        self.0.bind();
        Ok(session)
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.0.check()?;
        session.put_file(file).await
    }
}

#[derive(Default)]
struct BoundCommit(Thread);

#[async_trait]
impl Fault for BoundCommit {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request).await?;
        self.0.bind();
        Ok(session)
    }

    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.check()?;
        session.commit().await
    }
}

#[derive(Default)]
struct BoundReader(Thread);

#[async_trait]
impl Fault for BoundReader {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        self.0.bind();
        base.open_reader().await
    }

    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        self.0.check()?;
        reader.symbols(request).await
    }
}

fault!(DropsInARuntime {
    fn dropped(&self, session: DynSession) {
        let _runtime = tokio::runtime::Handle::current();
        drop(session);
    }
});

/// Where no runtime is, a dropped session never ends.
#[derive(Default)]
struct LingersOutside(Mutex<Vec<DynSession>>);

#[async_trait]
impl Fault for LingersOutside {
    fn dropped(&self, session: DynSession) {
        if tokio::runtime::Handle::try_current().is_err() {
            self.0.lock().unwrap().push(session);
        }
    }
}

fault!(ClosesInARuntime {
    fn closed(&self) {
        drop(tokio::runtime::Handle::current());
    }
});

fault!(RefusesNowhere {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        refusing(base, request, |location, _| location.clear()).await
    }
});

/// The sound backend underneath, small and quick.
pub fn durable(dir: &Path) -> DynBackend {
    DynBackend::new(demo_backend::in_directory(dir))
}

fault!(RefusesElsewhere {
    fn base(&self, dir: &Path) -> DynBackend {
        durable(dir)
    }

    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        refusing(base, request, |location, _| *location = "demo.lock".to_owned()).await
    }
});

fault!(HolderWithoutProgram {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        refusing(base, request, |_, holder| holder.program.clear()).await
    }
});

fault!(NotIndexedNowhere {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        base.open_reader().await.map_err(|error| match error {
            BackendError::NotIndexed { .. } => BackendError::NotIndexed { location: String::new() },
            other => other,
        })
    }
});

#[derive(Default)]
struct LooksThenTakes {
    taken: AtomicBool,
}

#[async_trait]
impl Fault for LooksThenTakes {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        if self.taken.load(SeqCst) {
            return Err(BackendError::SessionBusy { location: "memory".to_owned(), holder: Holder::current() });
        }
        thread::yield_now();
        self.taken.store(true, SeqCst);
        match base.begin_index_session(request.clone()).await {
            Err(BackendError::SessionBusy { .. }) => another(request).await,
            begun => begun,
        }
    }

    fn ended(&self) {
        self.taken.store(false, SeqCst);
    }
}

#[derive(Default)]
struct LosesATenthCommit(AtomicUsize);

#[async_trait]
impl Fault for LosesATenthCommit {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        if self.0.fetch_add(1, SeqCst) % 10 == 9 {
            let generation = base.open_reader().await?.inventory().await?.generation + 1;
            return Ok(Commit { generation, replaced: None });
        }
        session.commit().await
    }
}
