//! Sessions and readers that leave something behind: open files, threads, drafts and copies.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    holding::{durable, refusing},
    judge::mutants,
    specs::fault,
};

const BEHIND: &str = "processes::hundreds_of_sessions_leave_nothing_behind";

mutants! {
    a_session_leaves_a_file_open: LeavesOpenFiles, "each session leaves a file open", BEHIND;
    a_refusal_leaves_a_file_open: RefusalsLeaveOpenFiles, "each session that is refused leaves a file open", BEHIND;
    a_commit_leaves_a_file_open: CommitsLeaveOpenFiles, "each commit leaves a file open", BEHIND;
    a_reader_leaves_a_thread: ReadersLeaveThreads, "each reader leaves a thread", BEHIND;
    a_dropped_session_leaves_a_draft: LeavesDrafts, "each session that is dropped or aborted leaves a file in the directory", BEHIND;
    a_reader_leaves_a_copy: ReadersLeaveCopies, "each reader leaves a file among the temporary ones", BEHIND;
}

/// Whether this process only serves a clause: others are not to be filled with threads and files.
fn is_a_copy() -> bool {
    std::env::var_os("CODIRA_CONFORMANCE_DIRECTORY").is_some()
}

/// Leaves a file open for ever.
fn leave_open() {
    if is_a_copy() {
        std::mem::forget(File::open(std::env::temp_dir()));
    }
}

fault!(LeavesOpenFiles {
    fn ended(&self) {
        leave_open();
    }
});

fault!(RefusalsLeaveOpenFiles {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        refusing(base, request, |_, _| leave_open()).await
    }
});

fault!(CommitsLeaveOpenFiles {
    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        leave_open();
        session.commit().await
    }
});

fault!(ReadersLeaveThreads {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        if is_a_copy() {
            thread::spawn(|| loop {
                thread::park();
            });
        }
        base.open_reader().await
    }
});

#[derive(Default)]
struct LeavesDrafts {
    dir: OnceLock<PathBuf>,
    number: AtomicUsize,
}

#[async_trait]
impl Fault for LeavesDrafts {
    fn base(&self, dir: &Path) -> DynBackend {
        self.dir.get_or_init(|| dir.to_owned());
        durable(dir)
    }

    async fn abort(&self, session: DynSession) -> Answer<()> {
        self.dropped(session);
        Ok(())
    }

    fn dropped(&self, session: DynSession) {
        drop(session);
        if let Some(dir) = self.dir.get() {
            let _ = fs::write(dir.join(format!("draft-{}", self.number.fetch_add(1, SeqCst))), "");
        }
    }
}

#[derive(Default)]
struct ReadersLeaveCopies(AtomicUsize);

#[async_trait]
impl Fault for ReadersLeaveCopies {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        if is_a_copy() {
            let _ = fs::write(std::env::temp_dir().join(format!("copy-{}", self.0.fetch_add(1, SeqCst))), "");
        }
        base.open_reader().await
    }
}
