//! `strace`, as it records what another process does, or lets some of it fail or wait.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::trace::Op;

/// The calls that change files, or make changes durable, and those that move the position of a
/// descriptor.
const CALLS: &str = "trace=open,openat,creat,dup,dup2,dup3,lseek,read,readv,\
    write,writev,pwrite64,pwritev,pwritev2,sendfile,copy_file_range,\
    ftruncate,truncate,fallocate,mmap,msync,fsync,fdatasync,sync_file_range,syncfs,sync,\
    rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir";

/// The longest text of one call, in bytes: the tracer sets four times as much aside.
const LONGEST: &str = "16777216";

/// The tracer, to be followed by the program and its arguments: it writes what the program does to
/// `record`.
pub(crate) fn tracer(record: &Path) -> std::process::Command {
    let mut command = std::process::Command::new("strace");
    // Hexadecimal texts, so that every byte that was written can be read back; descriptors with
    // their paths.
    command
        .args(["-f", "--seccomp-bpf", "-y", "-xx", "-s", LONGEST, "-e", "signal=none", "-e", CALLS, "-o"])
        .arg(record)
        .arg("--");
    command
}

/// One sync of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyncCall {
    /// What it makes durable.
    pub(crate) path: PathBuf,
    /// Which of the syncs of this path it is, from one.
    pub(crate) number: u32,
}

/// The syncs of what was done, in order; paths are relative.
pub(crate) fn syncs(ops: &[Op]) -> Vec<SyncCall> {
    let mut counts: BTreeMap<&Path, u32> = BTreeMap::new();
    let syncs = ops.iter().filter_map(|op| match op {
        Op::Sync { path, .. } => Some(path),
        _ => None,
    });
    let mut calls = Vec::new();
    for path in syncs {
        let number = counts.entry(path).or_default();
        *number += 1;
        calls.push(SyncCall { path: path.clone(), number: *number });
    }
    calls
}

/// What fails a sync of the program that follows, and its arguments. Threads count for themselves:
/// where several sync one path, the call of this number of each of them fails.
pub(crate) fn failing_sync(SyncCall { path, number }: &SyncCall) -> std::process::Command {
    let mut command = std::process::Command::new("strace");
    let inject = format!("inject=fsync,fdatasync:error=EIO:when={number}");
    command.args(["-f", "-e", "signal=none", "-e", "trace=fsync,fdatasync", "-e", &inject, "-P"]).arg(path);
    command.args(["-o", "/dev/null", "--"]);
    command
}

/// What delays each call about a lock of the program that follows, and its arguments.
pub(crate) fn slow_locks() -> std::process::Command {
    let mut command = std::process::Command::new("strace");
    command.args(["-f", "--seccomp-bpf", "-e", "signal=none", "-e", "trace=flock,fcntl"]);
    command.args(["-e", "inject=flock,fcntl:delay_enter=100000", "-o", "/dev/null", "--"]);
    command
}
