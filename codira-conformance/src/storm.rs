//! Sessions as short as can be, beside others: a witness of the kit's own sees whether two of them
//! are ever open at once.
//!
//! The witness is a file that is made when a session has begun, and removed before it ends. It is
//! there already only when the backend lets two in.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    thread,
};

use codira_contracts::{ErrorKind, IndexBackend, IndexWriteSession, WriteScope};

use crate::{Outcome, Violation, samples::file, toy::request};

/// How long a session lingers, in turns that it leaves to others.
const TURNS: usize = 4;
/// Which sessions commit, which takes longest: one of so many.
const COMMITS: u64 = 3;

pub(crate) struct Witness(PathBuf);

impl Witness {
    /// A witness in `dir`, which all watched processes share.
    pub(crate) fn in_directory(dir: &Path) -> Self {
        Self(dir.join("session"))
    }

    fn enter(&self) -> Outcome {
        match File::create_new(&self.0) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Violation::new("two sessions are open at once")),
            Err(error) => Err(Violation::new(error)),
        }
    }

    fn leave(&self) -> Outcome {
        match fs::remove_file(&self.0) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Violation::new("two sessions were open at once")),
            Err(error) => Err(Violation::new(error)),
        }
    }
}

/// Holds so many sessions, one after the other, beside others that do the same; says how many of
/// them committed.
pub(crate) async fn hold(backend: &impl IndexBackend, witness: &Witness, sessions: u64) -> Outcome<u64> {
    let (mut held, mut commits) = (0, 0);
    while held < sessions {
        let mut session = match backend.begin_index_session(request(WriteScope::Incremental)).await {
            Err(busy) if busy.kind() == ErrorKind::SessionBusy => {
                thread::yield_now();
                continue;
            }
            begun => begun?,
        };
        witness.enter()?;
        let put = session.put_file(file("pkg/a.toy")).await;
        (0..TURNS).for_each(|_| thread::yield_now());
        // What ends a session lets the next one in.
        witness.leave()?;
        put?;
        held += 1;
        match held % COMMITS {
            0 => {
                session.commit().await?;
                commits += 1;
            }
            1 => session.abort().await?,
            _ => drop(session),
        }
    }
    Ok(commits)
}
