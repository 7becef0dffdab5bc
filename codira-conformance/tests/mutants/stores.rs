//! Faults that only a backend with files can have.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::MemoryBackend;

use crate::{
    demo_backend,
    fault::{Answer, Fault},
    judge::mutants,
};

mutants! {
    each_backend_value_has_a_lock: LockOfTheValue, "two backend values of one repository have a writer lock each",
        "sessions::all_backends_of_a_repository_share_the_writer_lock";
    a_reader_leaves_a_mark: LeavesAMark, "opening a reader writes down that it was opened",
        "isolation::reading_changes_no_byte",
        "warm::an_unchanged_repository_writes_no_byte";
    a_reader_asks_for_permission_to_write: NeedsPermission, "opening a reader needs permission to write",
        "isolation::a_read_only_directory_can_be_read";
    opening_makes_a_file: MakesAFile, "opening a reader where nothing is indexed makes a file",
        "isolation::nothing_is_indexed_at_first";
}

/// The sound backend underneath, small and quick.
fn durable(dir: &Path) -> DynBackend {
    DynBackend::new(demo_backend::in_directory(dir))
}

#[derive(Default)]
struct LockOfTheValue {
    taken: AtomicBool,
}

#[async_trait]
impl Fault for LockOfTheValue {
    fn base(&self, dir: &Path) -> DynBackend {
        durable(dir)
    }

    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        match base.begin_index_session(request.clone()).await {
            // The lock of another value: this one has no session open.
            Err(BackendError::SessionBusy { .. }) if !self.taken.load(SeqCst) => {
                DynBackend::new(MemoryBackend::default()).begin_index_session(request.clone()).await
            }
            session => {
                self.taken.store(session.is_ok() || self.taken.load(SeqCst), SeqCst);
                session
            }
        }
    }

    fn ended(&self) {
        self.taken.store(false, SeqCst);
    }
}

#[derive(Default)]
struct LeavesAMark {
    dir: OnceLock<PathBuf>,
}

#[async_trait]
impl Fault for LeavesAMark {
    fn base(&self, dir: &Path) -> DynBackend {
        self.dir.get_or_init(|| dir.to_owned());
        durable(dir)
    }

    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        let reader = base.open_reader().await?;
        if let Some(dir) = self.dir.get().filter(|dir| may_write(dir)) {
            // Where it cannot, it does without.
            let file = OpenOptions::new().create(true).append(true).open(dir.join("opened"));
            let _ = file.and_then(|mut file| file.write_all(b"."));
        }
        Ok(reader)
    }
}

/// By the permissions alone, because a superuser may write in spite of them.
fn may_write(dir: &Path) -> bool {
    fs::metadata(dir).is_ok_and(|metadata| !metadata.permissions().readonly())
}

#[derive(Default)]
struct NeedsPermission {
    dir: OnceLock<PathBuf>,
}

#[async_trait]
impl Fault for NeedsPermission {
    fn base(&self, dir: &Path) -> DynBackend {
        self.dir.get_or_init(|| dir.to_owned());
        durable(dir)
    }

    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        match self.dir.get() {
            Some(dir) if !may_write(dir) => {
                let denied = io::Error::from(io::ErrorKind::PermissionDenied);
                Err(BackendError::io("demo", "open", dir.display(), denied))
            }
            _ => base.open_reader().await,
        }
    }
}

#[derive(Default)]
struct MakesAFile {
    dir: OnceLock<PathBuf>,
}

#[async_trait]
impl Fault for MakesAFile {
    fn base(&self, dir: &Path) -> DynBackend {
        self.dir.get_or_init(|| dir.to_owned());
        durable(dir)
    }

    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        let opened = base.open_reader().await;
        if let (Err(_), Some(dir)) = (&opened, self.dir.get()) {
            let _ = fs::write(dir.join("made"), b"");
        }
        opened
    }
}
