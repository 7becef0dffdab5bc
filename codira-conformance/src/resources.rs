//! What a process and an index have open: how leaks are told from what a backend keeps for the
//! next one.

use std::{fmt, fs, path::Path};

use crate::{Outcome, Violation, directory::files};

/// Counts of what must not grow with the number of sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resources {
    open_files: usize,
    threads: usize,
    files: usize,
    temporary_files: usize,
}

impl Resources {
    /// Those of this process, and of an index in `dir`. Open files and threads are known on Linux
    /// alone.
    pub(crate) fn now(dir: &Path) -> Outcome<Self> {
        let of_process = |what: &str| {
            if cfg!(target_os = "linux") { entries(&Path::new("/proc/self").join(what)) } else { Ok(0) }
        };
        Ok(Self {
            open_files: of_process("fd")?,
            threads: of_process("task")?,
            files: files(dir)?.len(),
            temporary_files: entries(&std::env::temp_dir())?,
        })
    }

    /// Whether more than `most` are open than before, or twice as many files are left: a store may
    /// need one for a commit.
    pub(crate) fn grown_since(self, before: Self, most: usize) -> bool {
        self.open_files > before.open_files + most
            || self.threads > before.threads + most
            || self.files > before.files + 2 * most
            || self.temporary_files > before.temporary_files + most
    }
}

impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { open_files, threads, files, temporary_files } = self;
        write!(f, "{open_files} open files, {threads} threads, {files} files and {temporary_files} temporary ones")
    }
}

fn entries(dir: &Path) -> Outcome<usize> {
    fs::read_dir(dir).map(Iterator::count).map_err(|error| Violation::new(format_args!("{}: {error}", dir.display())))
}
