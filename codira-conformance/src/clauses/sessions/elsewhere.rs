//! Sessions and readers on other threads and in other runtimes than they began in, and sessions
//! that are held for long.

use std::thread;

use codira_contracts::{
    BackendError, Capability, Holder, IndexBackend, IndexReader, IndexWriteSession, PathPrefix, PendingEmbedding,
    PendingRequest, ReuseRequest, SymbolRequest,
    WriteScope::{Full, Incremental},
};
use tokio::runtime::{Builder, Runtime};

use super::{an_inventory, listed, refused};
use crate::{
    Cx, Outcome, Violation,
    observe::keeps_embeddings,
    samples::{defining, file, key, path, spec},
    toy::request,
    verdict::ensure,
};

/// Another runtime, on threads of its own.
struct Elsewhere(Runtime);

impl Elsewhere {
    fn new() -> Outcome<Self> {
        Ok(Self(Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(Violation::new)?))
    }

    fn run<T: Send>(&self, future: impl Future<Output = T> + Send) -> Outcome<T> {
        beside(|| self.0.block_on(future))
    }
}

/// Does something on another thread, where no runtime is.
fn beside<T: Send>(work: impl FnOnce() -> T + Send) -> Outcome<T> {
    let done = thread::scope(|scope| scope.spawn(work).join());
    done.map_err(|_| Violation::new("it panicked on another thread"))
}

pub(crate) fn sessions_and_readers_work_on_any_thread(cx: &Cx) -> Outcome {
    let elsewhere = Elsewhere::new()?;
    let index = cx.block_on(cx.index())?;
    let embeddings = keeps_embeddings(index.backend.descriptor());
    let (backend, _dir) = index.into_parts();
    // Begun here, and each call made elsewhere.
    let mut session = cx.block_on(backend.begin_index_session(request(Full)))?;
    elsewhere.run(session.put_file(defining("pkg/a.toy", &["run"])))??;
    elsewhere.run(session.put_file(file("pkg/b.toy")))??;
    elsewhere.run(session.remove_file(&path("pkg/b.toy")))??;
    elsewhere.run(session.rebuild_derived())??;
    elsewhere.run(session.write_inventory(an_inventory()))??;
    if embeddings {
        let row = PendingEmbedding { key: key("pkg/a.toy", "run"), spec: spec("1"), text: "run".to_owned() };
        elsewhere.run(session.queue_embeddings(vec![row]))??;
        elsewhere.run(session.store_embeddings(Vec::new()))??;
        let reuse = ReuseRequest { spec: spec("1"), texts: Vec::new() };
        elsewhere.run(session.reusable_embeddings(&reuse))??;
        let waiting = elsewhere.run(session.pending_embeddings(&PendingRequest::default()))??;
        ensure!(waiting.len() == 1, "one row waits, and listed are {waiting:?}");
    }
    elsewhere.run(session.commit())??;
    // Begun elsewhere, and each call made here; and a reader the other way round.
    let mut session = elsewhere.run(backend.begin_index_session(request(Incremental)))??;
    let reader = elsewhere.run(backend.open_reader())??;
    cx.block_on(async {
        session.put_file(defining("pkg/c.toy", &["run"])).await?;
        session.rebuild_derived().await?;
        session.commit().await?;
        let found = reader.symbols(&SymbolRequest::named("run")).await?;
        ensure!(found.len() == 1, "a reader of the first commit finds {found:?}");
        Outcome::Ok(())
    })?;
    let reader = cx.block_on(backend.open_reader())?;
    let found = elsewhere.run(reader.symbols(&SymbolRequest::named("run")))??;
    ensure!(found.len() == 2, "a reader of the second commit finds {found:?}");
    // Dropped where no runtime is: the writer lock is free at once.
    for scope in [Incremental, Full] {
        let mut session = cx.block_on(backend.begin_index_session(request(scope)))?;
        cx.block_on(session.put_file(file("pkg/d.toy")))?;
        beside(|| drop(session))?;
        elsewhere.run(cx.block_on(backend.begin_index_session(request(scope)))?.abort())??;
    }
    let listed = elsewhere.run(listed(&backend))??;
    ensure!(listed == ["pkg/a.toy", "pkg/c.toy"], "sessions that were given up left {listed:?}");
    beside(|| drop((reader, backend)))
}

/// How often another session is refused, and how many readers come by.
const TIMES: usize = 200;

pub(crate) fn a_session_may_be_held_for_long(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        super::commit(&index.backend, Full, &["pkg/a.toy"]).await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        for number in 0..TIMES {
            let scope = if number % 2 == 0 { Incremental } else { Full };
            refused(index.backend.begin_index_session(request(scope)).await)
                .map_err(|violation| violation.during(format_args!("attempt {number}")))?;
            if number % 4 == 0 {
                session.put_file(file(&format!("pkg/m{number}.toy"))).await?;
                let states = index.backend.open_reader().await?.file_states(&PathPrefix::root()).await?;
                ensure!(states.len() == 1, "beside the session, a reader lists {states:?}");
            }
        }
        session.commit().await?;
        let states = index.backend.open_reader().await?.file_states(&PathPrefix::root()).await?;
        let put = TIMES.div_ceil(4);
        ensure!(
            states.len() == 1 + put,
            "a session that was held for long put {put} files beside one, and there are {}",
            states.len()
        );
        Ok(())
    })
}

pub(crate) fn errors_name_the_index_and_the_holder(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let files = index.backend.descriptor().claims(Capability::LocalFiles);
        let name = index.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let named = |what: &str, location: &str, says: &str| {
            ensure!(!location.trim().is_empty(), "{what} does not say where: {says}");
            ensure!(!files || location.contains(&name), "{what} does not name the index in {name}: {says}");
            ensure!(says.contains(location), "{what} is not at {location}: {says}");
            Ok(())
        };
        let error = index.backend.open_reader().await.err();
        let says = error.as_ref().map(ToString::to_string).unwrap_or_default();
        match error {
            Some(BackendError::NotIndexed { location }) => named("where nothing is indexed, an error", &location, &says)?,
            other => ensure!(false, "where nothing is indexed, a reader opens or says {:?}", other.map(|error| error.kind())),
        }
        for (first, second) in [(Full, Incremental), (Incremental, Full)] {
            let session = index.backend.begin_index_session(request(first)).await?;
            let error = index.backend.begin_index_session(request(second)).await.err();
            let says = error.as_ref().map(ToString::to_string).unwrap_or_default();
            match error {
                Some(BackendError::SessionBusy { location, holder }) => {
                    named("a refusal", &location, &says)?;
                    let own = Holder::current();
                    ensure!(holder == own, "the session is of {own}, and the refusal names {holder}");
                }
                other => ensure!(false, "a second session begins or is refused with {:?}", other.map(|error| error.kind())),
            }
            session.commit().await?;
        }
        Ok(())
    })
}
