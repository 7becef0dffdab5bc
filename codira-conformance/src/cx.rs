//! What a clause may use: a runtime, indexes in directories of their own, and a watchdog.

use std::{
    any::Any,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use codira_contracts::{BackendError, DynBackend, ErrorKind, IndexBackend, SessionRequest};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    Clause, Fixture, Outcome, Verdict, Violation,
    clauses::{Applies, OtherSchema},
    counting::{Counting, Counts},
    fixture::Erased,
    power, process,
};

/// Where this is set, the directories of a clause that fails are kept, and named with the failure.
const KEEP: &str = "CODIRA_KEEP";

/// How a backend is judged.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory in which the seeds of failing random histories are kept, to be met again
    /// first of all.
    pub regressions: Option<PathBuf>,
    /// The name, to this test binary's own runner, of a test that judges a clause with the same
    /// fixture. Clauses about several processes start it again, as
    /// `BINARY NAME --exact --include-ignored --nocapture --test-threads 1`, and are broken where
    /// this is `None`.
    pub restart: Option<String>,
    /// The directory in which the author keeps stores of other schemas: see the
    /// [crate's documentation](crate#stores-of-other-schemas).
    pub stores: Option<PathBuf>,
    /// Whether to look for the shortest history that fails.
    pub shrink: bool,
    /// How long a clause may take without coming any further before it is given up. Only a backend
    /// that hangs meets it.
    pub patience: Duration,
    /// How long the writer lock may stay taken after a cancelled call, whose work may go on
    /// elsewhere.
    pub settling: Duration,
}

impl Default for Settings {
    /// Keeps no seeds and no stores, has no other processes, looks for the shortest history, and
    /// has patience for two minutes, with cancelled calls for twenty seconds.
    fn default() -> Self {
        Self {
            regressions: None,
            restart: None,
            stores: None,
            shrink: true,
            patience: Duration::from_secs(120),
            settling: Duration::from_secs(20),
        }
    }
}

/// Everything that a clause may use. Clones share it.
pub struct Cx(Arc<Shared>);

struct Shared {
    fixture: Arc<Erased>,
    runtime: Arc<Runtime>,
    settings: Settings,
    /// Directories of indexes that are kept, where that is asked for.
    kept: Mutex<Vec<PathBuf>>,
    /// Counts what the clause set out to do, and what it asked of backends, so that a long clause
    /// can be told from one that hangs.
    steps: AtomicU64,
    asked: Arc<Mutex<Counts>>,
}

impl Clone for Cx {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// An open index in a directory of its own, which is deleted with it.
pub(crate) struct Index {
    pub(crate) backend: DynBackend,
    dir: TempDir,
}

impl Index {
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The backend apart from the directory, which is to be kept as long as it is used.
    pub(crate) fn into_parts(self) -> (DynBackend, TempDir) {
        (self.backend, self.dir)
    }

    /// The directory that is left when the backend is dropped.
    pub(crate) fn without_backend(self) -> TempDir {
        self.dir
    }
}

impl Cx {
    /// Prepares to judge the backend of `fixture`.
    pub fn new(fixture: impl Fixture, settings: Settings) -> Self {
        // More than one thread, because reading many rows costs some drivers ten times as much on
        // one.
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build().expect("the system gives a runtime its threads");
        Self::sharing(Arc::new(Erased::new(fixture)), Arc::new(runtime), settings)
    }
}

impl Cx {
    fn sharing(fixture: Arc<Erased>, runtime: Arc<Runtime>, settings: Settings) -> Self {
        Self(Arc::new(Shared {
            fixture,
            runtime,
            settings,
            kept: Mutex::default(),
            steps: AtomicU64::new(0),
            asked: Arc::default(),
        }))
    }

    /// Checks one clause, in a thread of its own: whatever the backend does, this returns.
    ///
    /// Where this process was started by a clause that needs several, this does that clause's work
    /// instead, and ends the process.
    pub fn judge(&self, clause: &Clause) -> Verdict {
        if let Some(dir) = process::directory_of_copy() {
            process::copy::serve(self, &dir);
        }
        match clause.check {
            Some(check) => self.expecting(clause.id, self.check(clause, check)),
            None => Verdict::NotCompiled { feature: clause.feature.unwrap_or_default() },
        }
    }

    fn check(&self, clause: &Clause, check: fn(&Self) -> Outcome) -> Verdict {
        let (sender, verdict) = mpsc::channel();
        // Of its own: what it keeps, and how far it has come.
        let own = Self::sharing(Arc::clone(&self.0.fixture), Arc::clone(&self.0.runtime), self.0.settings.clone());
        let (cx, applies) = (own.clone(), clause.applies);
        let judge = thread::Builder::new().name(clause.id.to_owned()).spawn(move || {
            let outcome = match cx.applies(applies) {
                Ok(true) => match missing(applies) {
                    None => check(&cx).map(|()| Verdict::Holds),
                    Some(why) => Ok(Verdict::NotRun { why }),
                },
                Ok(false) => Ok(Verdict::NotClaimed),
                Err(error) => Err(error.into()),
            };
            // The receiver is gone once patience has run out.
            let kept = std::mem::take(&mut *cx.kept());
            let outcome = match outcome {
                Err(violation) if !kept.is_empty() => Err(violation.with(format_args!("Kept, the last one last: {kept:?}"))),
                outcome => {
                    cx.kept().extend(kept);
                    cx.forget_kept();
                    outcome
                }
            };
            let _ = sender.send(outcome.unwrap_or_else(Violation::verdict));
        });
        let judge = judge.expect("the system gives a clause its thread");
        let mut before = own.progress();
        let patience = self.0.settings.patience;
        loop {
            match verdict.recv_timeout(patience) {
                Ok(verdict) => return verdict,
                Err(RecvTimeoutError::Disconnected) => {
                    let panic = judge.join().err();
                    return Verdict::Broken(panic.map_or_else(|| Violation::new("no verdict"), |panic| panicked(&*panic)));
                }
                Err(RecvTimeoutError::Timeout) => {
                    let now = own.progress();
                    if now == before {
                        return Verdict::Broken(Violation::new(format_args!("nothing happened for {patience:?}: it hangs")));
                    }
                    before = now;
                }
            }
        }
    }

    /// Why a clause is not judged, as far as that is known before: for lists of tests.
    pub(crate) fn not_judged(&self, clause: &Clause) -> Option<String> {
        if clause.check.is_none() {
            return Some(crate::not_compiled(clause.feature.unwrap_or_default()));
        }
        match self.applies(clause.applies) {
            Ok(false) => Some(crate::not_claimed(clause.applies)),
            Ok(true) => missing(clause.applies).map(|why| format!("not run: {why}")),
            // The test will say so.
            Err(_) => None,
        }
    }

    /// The name of the backend under test.
    pub(crate) fn backend_name(&self) -> Result<String, BackendError> {
        self.block_on(async { Ok(self.index().await?.backend.descriptor().tool.name.clone()) })
    }

    fn applies(&self, applies: Applies) -> Result<bool, BackendError> {
        if let Applies::WithStore(schemas) = applies {
            return Ok(schemas.iter().all(|schema| !self.stores(*schema).is_empty()));
        }
        let descriptor = self.block_on(async { Ok(self.index().await?.backend.descriptor().clone()) })?;
        Ok(match applies {
            Applies::Always | Applies::WithStore(_) => true,
            Applies::With(capabilities) | Applies::WithTracer(capabilities) => {
                capabilities.iter().all(|it| descriptor.claims(*it))
            }
            Applies::Without(capabilities) => !capabilities.iter().any(|it| descriptor.claims(*it)),
        })
    }

    /// The stores of other schemas that the author keeps, by name.
    pub(crate) fn stores(&self, schema: OtherSchema) -> Vec<PathBuf> {
        let Some(entries) = self.settings().stores.as_deref().and_then(|dir| dir.read_dir().ok()) else { return Vec::new() };
        let kept = |path: &PathBuf| {
            path.is_dir() && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(schema.prefix()))
        };
        let mut stores: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(kept).collect();
        stores.sort();
        stores
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.steps.fetch_add(1, Ordering::Relaxed);
        self.0.runtime.block_on(future)
    }

    /// Opens an index where there was none.
    pub(crate) async fn index(&self) -> Result<Index, BackendError> {
        let dir = self.directory().map_err(|error| BackendError::io("the kit", "make", "a temporary directory", error))?;
        let backend = self.open(dir.path()).await?;
        Ok(Index { backend, dir })
    }

    /// A directory that is deleted with the value, unless directories are to be kept.
    fn directory(&self) -> std::io::Result<TempDir> {
        let mut dir = TempDir::new()?;
        if std::env::var_os(KEEP).is_some() {
            dir.disable_cleanup(true);
            self.kept().push(dir.path().to_owned());
        }
        Ok(dir)
    }

    fn kept(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Deletes the directories that were kept so far: they show no failure.
    pub(crate) fn forget_kept(&self) {
        for dir in self.kept().drain(..) {
            // What is left is in the temporary directory of the system.
            let _ = std::fs::remove_dir_all(dir);
        }
    }

    /// Opens the index in `dir` once more.
    pub(crate) async fn open(&self, dir: &Path) -> Result<DynBackend, BackendError> {
        let backend = self.0.fixture.open(dir).await?;
        Ok(DynBackend::new(Counting::sharing(backend, Arc::clone(&self.0.asked))))
    }

    /// How far the clause has come.
    fn progress(&self) -> (u64, Counts) {
        let asked = *self.0.asked.lock().unwrap_or_else(PoisonError::into_inner);
        (self.0.steps.load(Ordering::Relaxed), asked)
    }

    pub(crate) fn fixture(&self) -> &Erased {
        &self.0.fixture
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }
}

impl Settings {
    /// Begins a session once a cancelled call has released the writer lock.
    pub(crate) async fn begin_when_free<B: IndexBackend>(&self, backend: &B, asked: SessionRequest) -> Outcome<B::Session> {
        let begin = async {
            loop {
                match backend.begin_index_session(asked.clone()).await {
                    Err(busy) if busy.kind() == ErrorKind::SessionBusy => tokio::task::yield_now().await,
                    other => return other,
                }
            }
        };
        match tokio::time::timeout(self.settling, begin).await {
            Ok(session) => Ok(session?),
            Err(_) => Err(Violation::new("a cancelled call never released the writer lock")),
        }
    }
}

/// What a clause needs and this machine has not.
fn missing(applies: Applies) -> Option<String> {
    matches!(applies, Applies::WithTracer(_)).then(power::missing).flatten()
}

pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Violation {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    Violation::new(format_args!("panicked: {}", text.unwrap_or("without a message")))
}
