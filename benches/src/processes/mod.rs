//! Whole processes, measured side by side: each piece of work runs in a process of its own, so
//! that peak memory and start-up count.

mod work;

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use codira_indexer::BackendRegistry;
use serde::{Deserialize, Serialize};
pub use work::{Scope, Work, perform};

/// What a process took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// From start to end, in seconds.
    pub wall: f64,
    /// The sum over all processors, in seconds; to the hundredth.
    pub cpu: f64,
    /// The most memory that it held, in bytes.
    pub peak: u64,
}

/// The account of a process at its end.
#[derive(Serialize, Deserialize)]
struct OwnAccount {
    cpu: f64,
    peak: u64,
}

/// The argument after which a process is one of those that are measured.
pub const CHILD: &str = "--measured";

/// Runs `work` on the tree at `root` in a process of its own.
///
/// # Errors
///
/// When the process cannot be started, or fails.
pub fn measure(work: &Work, root: &Path) -> io::Result<Taken> {
    let started = Instant::now();
    let output = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .arg(serde_json::to_string(work)?)
        .arg(root)
        .stderr(Stdio::inherit())
        .output()?;
    let wall = started.elapsed();
    if !output.status.success() {
        return Err(io::Error::other(format!("{work:?} failed on {}", root.display())));
    }
    let OwnAccount { cpu, peak } = serde_json::from_slice(&output.stdout)?;
    Ok(Taken { wall: wall.as_secs_f64(), cpu, peak })
}

/// Runs `ctags` over the tree at `root`, keeping nothing; `None` where there is none.
///
/// # Errors
///
/// When it fails.
pub fn ctags(root: &Path) -> io::Result<Option<Duration>> {
    let started = Instant::now();
    let status = Command::new("ctags").args(["-R", "-f", "/dev/null", "."]).current_dir(root).stderr(Stdio::null()).status();
    match status {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Ok(status) if status.success() => Ok(Some(started.elapsed())),
        Ok(status) => Err(io::Error::other(format!("ctags ended with {status}"))),
        Err(error) => Err(error),
    }
}

/// What a measured process does: its work with backends of the registry, and its account on
/// standard output.
///
/// # Errors
///
/// Whatever goes wrong.
pub fn child(arguments: &[String], registry: &BackendRegistry) -> Result<(), Box<dyn std::error::Error>> {
    let [work, root] = arguments else { return Err("a measured process takes its work and a directory".into()) };
    perform(&serde_json::from_str(work)?, &PathBuf::from(root), registry)?;
    println!("{}", serde_json::to_string(&OwnAccount { cpu: cpu()?, peak: peak()? })?);
    Ok(())
}

/// The peak of this process's memory.
fn peak() -> io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|number| number.parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| io::Error::other("the system does not tell the peak of memory"))
}

/// The time that this process took of all processors.
fn cpu() -> io::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The second field is a name in parentheses, which may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    Ok(ticks.sum::<f64>() / 100.0)
}
