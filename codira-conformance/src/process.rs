//! Other processes: the test binary starts itself again, and the copy does as it is told.
//!
//! A copy is told what to do in lines of JSON on its input, and answers in such lines on its
//! output. It ends when its input ends, so that none outlives the test, however that ends.

use std::{
    env, fmt,
    io::{BufRead, BufReader, Lines, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::{
    Cx, Outcome, Violation, directory,
    power::{self, SyncCall},
    stamped,
    verdict::ensure,
};

pub(crate) mod copy;
mod endure;

/// Where the copy works; set only for copies.
const DIRECTORY: &str = "CODIRA_CONFORMANCE_DIRECTORY";

/// What begins a line of the copy, among those of the test runner.
pub(crate) const MARK: &str = "=> ";

/// How many random moments are tried where `CODIRA_CRASH_POINTS` does not say: the chapters take
/// seconds.
const CRASH_POINTS: u32 = 10;

/// What the other process is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Take one step of the session that commits `stamp`.
    Step { stamp: u64, step: usize },
    /// Drop the session.
    Drop,
    /// The whole session that commits this stamp.
    Commit(u64),
    /// This many incremental sessions, one after the other, beside other writers. Where the very
    /// first is refused, that is said, too, and it goes on trying.
    Write(u64),
    /// One reader after the other, each whole and none older than the one before, until this
    /// generation is reached.
    WatchUntil(u64),
    /// Open a reader and keep it.
    Open,
    /// Ask the reader that is open.
    Look,
    /// Open a reader and ask it.
    Read,
    /// A session that gives the first pending rows, this many, their vectors.
    Embed(usize),
    /// A session of full scope with this many kilobytes that no compression makes less.
    Fill(u64),
    /// The same with incremental scope.
    Grow(u64),
    /// This many short sessions, beside other processes that share the witness in this directory;
    /// says how many of them committed.
    Storm(PathBuf, u64),
    /// This many rounds of sessions and readers, which leave nothing behind; says how many commits
    /// were made.
    Endure(u64),
    /// Open another backend, on this directory, and ask a reader.
    Inspect(PathBuf),
    /// On this directory, begin a session of incremental scope, and drop it, then commit one of
    /// full scope and ask a reader.
    Replace(PathBuf),
    /// The same with the backend that is open.
    Renew,
}

/// What the other process says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// It is done. Where the order is about a commit, its number.
    Done(u64),
    /// The backend refused.
    Refused(Refusal),
    /// The backend did what it must not do.
    Wrong(String),
    /// The index was replaced.
    Replaced { incremental: Option<Refusal>, replaced: Option<String> },
    /// A panic; the process ends.
    Panicked(String),
}

/// An error of the backend, as far as it can be told to another process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Refusal {
    /// The name of the kind.
    pub(crate) kind: String,
    /// The error in full.
    pub(crate) says: String,
    /// Whether a reader had been opened before.
    pub(crate) opened: bool,
}

impl fmt::Display for Reply {
    /// In whole lines, as people read it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(number) => write!(f, "it is done ({number})"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Wrong(what) => f.write_str(what),
            Self::Replaced { incremental: None, replaced } => write!(f, "it replaced {replaced:?}"),
            Self::Replaced { incremental: Some(refusal), replaced } => {
                write!(f, "it replaced {replaced:?}, after an incremental session: {refusal}")
            }
            Self::Panicked(what) => write!(f, "panicked: {what}"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.says)
    }
}

/// What the other process may not do, and what watches it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bounds<'a> {
    /// Nothing is forbidden.
    None,
    /// Files may not become longer than this many blocks of 512 bytes.
    FileSize(u64),
    /// Permissions bind it, also where they do not bind this process.
    Permissions,
    /// Nothing, but what it does to files is written down here.
    Recorded(&'a Path),
    /// This sync fails; its path is absolute.
    FailingSync(&'a SyncCall),
    /// Each call about a lock takes a tenth of a second.
    SlowLocks,
}

/// How many random moments to try.
pub(crate) fn crash_points() -> u32 {
    let asked = env::var("CODIRA_CRASH_POINTS").ok().and_then(|points| points.parse().ok());
    asked.unwrap_or(CRASH_POINTS)
}

/// The directory to work in, where this process is such a copy.
pub(crate) fn directory_of_copy() -> Option<PathBuf> {
    env::var_os(DIRECTORY).map(PathBuf::from)
}

/// Another process with the same fixture. It is killed when this is dropped.
pub(crate) struct Other {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    /// Its temporary files, which it cannot remove when it is killed.
    _temporary: TempDir,
}

impl Other {
    /// Starts another process that has the index in `dir` open.
    pub(crate) fn start(cx: &Cx, dir: &Path) -> Outcome<Self> {
        Self::start_within(cx, dir, Bounds::None)
    }

    /// The same, within bounds.
    pub(crate) fn start_within(cx: &Cx, dir: &Path, bounds: Bounds<'_>) -> Outcome<Self> {
        let Some(test) = &cx.settings().restart else {
            return Err(Violation::new("this needs other processes: say in `Settings::restart` how the test is started again"));
        };
        let temporary = TempDir::new().map_err(Violation::new)?;
        let binary = env::current_exe().map_err(Violation::new)?;
        let mut command = match bounds {
            Bounds::None => Command::new(binary),
            // The limit is a signal first; ignored, it is an error of the write.
            Bounds::FileSize(blocks) => {
                let mut command = Command::new("sh");
                command
                    .args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"", "sh", &blocks.to_string()])
                    .arg(binary);
                command
            }
            Bounds::Recorded(record) => {
                let mut command = power::tracer(record);
                command.arg(binary);
                command
            }
            Bounds::SlowLocks => {
                let mut command = power::slow_locks();
                command.arg(binary);
                command
            }
            Bounds::FailingSync(call) => {
                let mut command = power::failing_sync(call);
                command.arg(binary);
                command
            }
            Bounds::Permissions if directory::permissions_bind().map_err(Violation::new)? => Command::new(binary),
            Bounds::Permissions => {
                let mut command = Command::new("setpriv");
                command.args(["--bounding-set=-all", "--inh-caps=-all"]).arg(binary);
                command
            }
        };
        let command = command
            .args([test, "--exact", "--include-ignored", "--nocapture", "--test-threads", "1"])
            .env(DIRECTORY, dir)
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| {
            let hint = match bounds {
                Bounds::None | Bounds::Recorded(_) | Bounds::FailingSync(_) | Bounds::SlowLocks => "",
                _ => " (where permissions do not bind, `setpriv` is needed, and `sh` to limit the size of files)",
            };
            Violation::new(format_args!("cannot start {:?}: {error}{hint}", command.get_program()))
        })?;
        let (input, output) = (child.stdin.take(), child.stdout.take().expect("the output is a pipe"));
        let mut other = Self { child, input, output: BufReader::new(output).lines(), _temporary: temporary };
        match other.receive()? {
            Reply::Done(_) => Ok(other),
            reply => Err(Violation::new(format_args!("another process cannot open the index: {reply}"))),
        }
    }

    /// Another process, with an open session of the commit after `generation`: nothing is left to
    /// do but the commit.
    pub(crate) fn begun(cx: &Cx, dir: &Path, generation: u64) -> Outcome<Self> {
        let mut other = Self::start(cx, dir)?;
        for step in 0..stamped::steps(generation + 1, false).len() - 1 {
            other.make(&Order::Step { stamp: generation + 1, step })?;
        }
        Ok(other)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends an order, without waiting for an answer.
    pub(crate) fn send(&mut self, order: &Order) -> Outcome {
        let line = serde_json::to_string(order).map_err(Violation::new)?;
        let input = self.input.as_mut().expect("the input is open as long as orders are given");
        writeln!(input, "{line}").and_then(|()| input.flush()).map_err(Violation::new)
    }

    /// Its next answer.
    pub(crate) fn receive(&mut self) -> Outcome<Reply> {
        for line in &mut self.output {
            if let Some(line) = line.map_err(Violation::new)?.strip_prefix(MARK) {
                let reply = serde_json::from_str(line).map_err(Violation::new)?;
                if let Reply::Panicked(what) = reply {
                    return Err(Violation::new(format_args!("another process panicked: {what}")));
                }
                return Ok(reply);
            }
        }
        let status = self.child.wait().map_err(Violation::new)?;
        Err(Violation::new(format_args!("another process died without an answer: {status}")))
    }

    /// Sends an order and waits for the answer.
    pub(crate) fn ask(&mut self, order: &Order) -> Outcome<Reply> {
        self.send(order)?;
        self.receive().map_err(|violation| violation.during(format_args!("{order:?}")))
    }

    /// Sends an order that cannot fail, and waits until it is carried out.
    pub(crate) fn make(&mut self, order: &Order) -> Outcome<u64> {
        self.send(order)?;
        self.made(order)
    }

    /// Waits until the order is carried out.
    pub(crate) fn made(&mut self, order: &Order) -> Outcome<u64> {
        match self.receive() {
            Ok(Reply::Done(generation)) => Ok(generation),
            Ok(Reply::Refused(Refusal { kind, says, .. })) => {
                Err(Violation::new(format_args!("another process, {order:?}: {kind}: {says}")))
            }
            Ok(Reply::Wrong(what)) => Err(Violation::new(format_args!("another process, {order:?}: {what}"))),
            Ok(other) => Err(Violation::new(format_args!("another process, {order:?}: {other:?}"))),
            Err(violation) => Err(violation.during(format_args!("{order:?}"))),
        }
    }

    /// Kills it, as the system does when memory runs out: it can clean nothing up. Says what it
    /// had answered before.
    pub(crate) fn kill(mut self) -> Outcome<Option<Reply>> {
        self.child.kill().map_err(Violation::new)?;
        self.child.wait().map_err(Violation::new)?;
        let mut last = None;
        while let Some(Ok(line)) = self.output.next() {
            if let Some(reply) = line.strip_prefix(MARK).and_then(|line| serde_json::from_str(line).ok()) {
                last = Some(reply);
            }
        }
        Ok(last)
    }

    /// Ends its input: no more orders come.
    pub(crate) fn end_input(&mut self) {
        self.input = None;
    }

    /// Ends its input, and waits until the process has ended.
    pub(crate) fn dismiss(mut self) -> Outcome {
        self.end_input();
        let status = self.child.wait().map_err(Violation::new)?;
        ensure!(status.success(), "another process ended with {status}");
        Ok(())
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Moments inside a span of time, from a seed. The span was measured once, on a machine that may
/// have been busy with other things then, or is now: it follows what the moments meet.
pub(crate) struct Moments {
    state: u64,
    span: Duration,
}

impl Moments {
    /// Moments within `span`.
    pub(crate) fn within(span: Duration) -> Self {
        Self { state: 0xC0D1, span }
    }

    /// The last one came when everything had been done: those that follow come sooner.
    pub(crate) fn late(&mut self) {
        self.span = self.span * 3 / 4;
    }

    /// The last one came before anything was done: those that follow come later.
    pub(crate) fn early(&mut self) {
        self.span = self.span * 4 / 3;
    }

    /// Waits until the next one.
    pub(crate) fn wait(&mut self) {
        let part = next(&mut self.state) as f64 / u64::MAX as f64;
        std::thread::sleep(self.span.mul_f64(part));
    }
}

/// The next number of a sequence that looks random: SplitMix64.
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut number = *state;
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
