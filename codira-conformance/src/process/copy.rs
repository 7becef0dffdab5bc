//! The other process: does as it is told, until its input ends.

use std::{
    io::Write,
    path::Path,
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use codira_contracts::{
    BackendError, ComputedEmbedding, ContentHash, DynBackend, DynReader, DynSession, ErrorKind, IndexBackend, IndexReader,
    IndexWriteSession, PendingRequest,
    WriteScope::{self, Full, Incremental},
};

use super::{MARK, Order, Refusal, Reply, endure::endure, next};
use crate::{
    Cx, Outcome, Violation,
    observe::keeps_embeddings,
    samples::{file, vector},
    stamped::{self, Shown},
    storm::{self, Witness},
    toy::request,
};

/// How long work may go on after the input has ended.
const LINGERING: Duration = Duration::from_secs(20);

/// Does as it is told, and ends the process.
pub(crate) fn serve(cx: &Cx, dir: &Path) -> ! {
    std::panic::set_hook(Box::new(|panic| {
        say(&Reply::Panicked(panic.to_string()));
        process::exit(101);
    }));
    let ended = Arc::new(AtomicBool::new(false));
    let orders = listen(Arc::clone(&ended));
    cx.block_on(async {
        let backend = match cx.open(dir).await {
            Ok(backend) => backend,
            Err(error) => return say(&refused(error, false)),
        };
        say(&Reply::Done(0));
        let mut copy = Copy { cx, dir, backend, session: None, reader: None, ended };
        while let Ok(order) = orders.recv() {
            say(&copy.dispatch(order).await.unwrap_or_else(|error| refused(error, false)));
        }
    });
    process::exit(0)
}

fn say(reply: &Reply) {
    let line = serde_json::to_string(reply).expect("replies are plain");
    // The runner may have begun a line. When nothing reads it, the process is about to end.
    let _ = writeln!(std::io::stdout(), "\n{MARK}{line}").and_then(|()| std::io::stdout().flush());
}

/// Reads orders, also while one is carried out, so that the end of input is noticed at any time.
fn listen(ended: Arc<AtomicBool>) -> Receiver<Order> {
    let (sender, orders) = mpsc::channel();
    thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            let order = serde_json::from_str(&line).expect("orders are written by this crate");
            if sender.send(order).is_err() {
                break;
            }
        }
        ended.store(true, Ordering::Relaxed);
        drop(sender);
        thread::sleep(LINGERING);
        process::exit(1);
    });
    orders
}

/// The error with its causes.
fn refusal(error: &BackendError, opened: bool) -> Refusal {
    let mut says = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        says += &format!(": {cause}");
        source = cause.source();
    }
    Refusal { kind: format!("{:?}", error.kind()), says, opened }
}

fn refused(error: BackendError, opened: bool) -> Reply {
    Reply::Refused(refusal(&error, opened))
}

struct Copy<'a> {
    cx: &'a Cx,
    dir: &'a Path,
    backend: DynBackend,
    session: Option<DynSession>,
    reader: Option<DynReader>,
    ended: Arc<AtomicBool>,
}

impl Copy<'_> {
    async fn dispatch(&mut self, order: Order) -> Result<Reply, BackendError> {
        let of = self.backend.descriptor();
        Ok(match order {
            Order::Step { stamp, step } => {
                let step = stamped::steps(stamp, keeps_embeddings(of)).swap_remove(step);
                let commit = stamped::take(step, &self.backend, &mut self.session).await?;
                Reply::Done(commit.map_or(0, |commit| commit.generation))
            }
            Order::Drop => {
                self.session = None;
                Reply::Done(0)
            }
            Order::Commit(stamp) => Reply::Done(stamped::commit(&self.backend, stamp).await?.generation),
            Order::Write(commits) => replied(self.write(commits).await),
            Order::WatchUntil(last) => replied(self.watch_until(last).await),
            Order::Open => {
                let reader = self.backend.open_reader().await?;
                let generation = reader.inventory().await?.generation;
                self.reader = Some(reader);
                Reply::Done(generation)
            }
            Order::Look => match &self.reader {
                Some(reader) => told(stamped::shown(reader, of).await?),
                None => Reply::Wrong("no reader is open".to_owned()),
            },
            Order::Read => told(stamped::shown(&self.backend.open_reader().await?, of).await?),
            Order::Embed(rows) => self.embed(rows).await?,
            Order::Fill(kilobytes) => self.fill(Full, kilobytes).await?,
            Order::Grow(kilobytes) => self.fill(Incremental, kilobytes).await?,
            Order::Storm(dir, sessions) => replied(storm::hold(&self.backend, &Witness::in_directory(&dir), sessions).await),
            Order::Endure(rounds) => replied(endure(&self.backend, self.dir, rounds, self.cx.settings().settling).await),
            Order::Inspect(dir) => inspect(&self.cx.open(&dir).await?).await,
            Order::Replace(dir) => replace(&self.cx.open(&dir).await?).await?,
            Order::Renew => replace(&self.backend).await?,
        })
    }

    async fn write(&self, commits: u64) -> Outcome<u64> {
        let (mut made, mut tried) = (0, false);
        while !self.ended.load(Ordering::Relaxed) {
            match stamped::commit_next(&self.backend).await {
                Ok((stamp, commit)) if stamp != commit.generation => {
                    return Err(Violation::new(format_args!("commit {stamp} says that it is {}", commit.generation)));
                }
                Ok((stamp, _)) => {
                    made += 1;
                    if made == commits {
                        return Ok(stamp);
                    }
                }
                Err(busy) if busy.kind() == ErrorKind::SessionBusy => {
                    if !tried {
                        say(&refused(busy, false));
                    }
                    thread::yield_now();
                }
                Err(error) => return Err(error.into()),
            }
            tried = true;
        }
        Err(Violation::new("ended before it was done"))
    }

    async fn watch_until(&self, last: u64) -> Outcome<u64> {
        let mut seen = 0;
        loop {
            // Once no writer is left, the next look is the last.
            let over = self.ended.load(Ordering::Relaxed);
            match self.backend.open_reader().await {
                Err(error) if error.kind() == ErrorKind::NotIndexed && seen == 0 => {}
                reader => {
                    let now = stamped::whole_of(&reader?, self.backend.descriptor()).await?;
                    if now < seen {
                        return Err(Violation::new(format_args!("the generation went from {seen} to {now}")));
                    }
                    seen = now;
                }
            }
            if seen >= last {
                return Ok(seen);
            }
            if over {
                return Err(Violation::new(format_args!("others made commit {last}, and a reader shows {seen}")));
            }
        }
    }

    async fn embed(&self, rows: usize) -> Result<Reply, BackendError> {
        let mut session = self.backend.begin_index_session(request(Incremental)).await?;
        let pending = session.pending_embeddings(&PendingRequest { limit: Some(rows), ..PendingRequest::default() }).await?;
        let computed = pending.into_iter().map(|row| ComputedEmbedding {
            vector: vector(&embedding(&row.text)),
            text_hash: ContentHash::of(row.text.as_bytes()),
            key: row.key,
            spec: row.spec,
        });
        session.store_embeddings(computed.collect()).await?;
        Ok(Reply::Done(session.commit().await?.generation))
    }

    async fn fill(&self, scope: WriteScope, kilobytes: u64) -> Result<Reply, BackendError> {
        let mut session = self.backend.begin_index_session(request(scope)).await?;
        let mut state = 0;
        // One file, so that it is too long also for a store that keeps one file for each. Packed,
        // digits take half of the space.
        let mut file = file("long.toy");
        file.analysis.source = (0..kilobytes * 64).map(|_| format!("{:015x}\n", next(&mut state) >> 4)).collect();
        session.put_file(file).await?;
        Ok(Reply::Done(session.commit().await?.generation))
    }
}

/// The vector that the kit computes of a text.
pub(crate) fn embedding(text: &str) -> [f32; 2] {
    [text.len() as f32, text.bytes().map(u32::from).sum::<u32>() as f32]
}

fn told(shown: Shown) -> Reply {
    match shown {
        Shown::Whole { generation } => Reply::Done(generation),
        Shown::Wrong(difference) => Reply::Wrong(difference.to_string()),
    }
}

fn replied(outcome: Outcome<u64>) -> Reply {
    match outcome {
        Ok(generation) => Reply::Done(generation),
        Err(violation) => Reply::Wrong(violation.to_string()),
    }
}

async fn inspect(backend: &impl IndexBackend) -> Reply {
    match backend.open_reader().await {
        Err(error) => refused(error, false),
        Ok(reader) => stamped::shown(&reader, backend.descriptor()).await.map_or_else(|error| refused(error, true), told),
    }
}

/// What replaces damaged indexes: a stamp that no other commit of the kit has.
const REPLACEMENT: u64 = 99;

async fn replace(backend: &impl IndexBackend) -> Result<Reply, BackendError> {
    let incremental = backend.begin_index_session(request(Incremental)).await.err().map(|error| refusal(&error, false));
    // Of full scope, as every third is; and one that goes on from it.
    let mut replaced = None;
    for stamp in [REPLACEMENT, REPLACEMENT + 1] {
        let commit = stamped::commit(backend, stamp).await?;
        let reader = backend.open_reader().await?;
        let found = reader.inventory().await?.generation;
        if found != commit.generation {
            let made = commit.generation;
            return Ok(Reply::Wrong(format!("commit {made} was made, and a reader shows {found}")));
        }
        if let Shown::Wrong(difference) = stamped::shown_with_stamp(&reader, backend.descriptor(), stamp).await? {
            return Ok(Reply::Wrong(difference.to_string()));
        }
        if stamp == REPLACEMENT {
            replaced = commit.replaced;
        } else if let Some(again) = commit.replaced {
            return Ok(Reply::Wrong(format!("after the index was replaced, a commit replaced it once more: {again}")));
        }
    }
    Ok(Reply::Replaced { incremental, replaced })
}
