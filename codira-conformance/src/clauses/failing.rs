//! Failing: damage, foreign files, no space and no permission. The kit sees a directory of files,
//! whatever is in them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    Cx, Outcome, Violation,
    directory::{copied, files, set_read_only},
    process::{Bounds, Order, Other, Refusal, Reply, crash_points, next},
    stamped,
    verdict::ensure,
};

/// The commit that is damaged.
const LAST: u64 = 2;

/// An index in a directory, closed; and another process that opens damaged copies of it, and may
/// crash.
struct Scene {
    dir: TempDir,
    other: Other,
}

/// What became of asking a damaged index.
enum Asked {
    /// Every answer is right.
    Right,
    Refused(Refusal),
}

impl Scene {
    fn set(cx: &Cx) -> Outcome<Self> {
        let dir = cx.block_on(async {
            let index = cx.index().await?;
            stamped::commit_up_to(&index.backend, LAST).await?;
            Outcome::Ok(index.without_backend())
        })?;
        let elsewhere = TempDir::new().map_err(Violation::new)?;
        let other = Other::start(cx, elsewhere.path())?;
        Ok(Self { dir, other })
    }

    fn files(&self) -> Outcome<Vec<PathBuf>> {
        files(self.dir.path())
    }

    /// A copy of the index in which one file has other content; `None` removes it.
    fn with(&self, file: &Path, content: Option<&[u8]>) -> Outcome<TempDir> {
        let copy = copied(self.dir.path()).map_err(Violation::new)?;
        let path = copy.path().join(file);
        let damaged = match content {
            Some(content) => fs::write(path, content),
            None => fs::remove_file(path),
        };
        damaged.map_err(Violation::new)?;
        Ok(copy)
    }

    fn content(&self, file: &Path) -> Outcome<Vec<u8>> {
        fs::read(self.dir.path().join(file)).map_err(Violation::new)
    }

    /// Asks everything in the other process.
    fn inspect(&mut self, dir: &Path) -> Outcome<Asked> {
        match self.other.ask(&Order::Inspect(dir.to_owned()))? {
            Reply::Done(LAST) => Ok(Asked::Right),
            Reply::Refused(refusal) => Ok(Asked::Refused(refusal)),
            Reply::Wrong(difference) => {
                Err(Violation::new(format_args!("the answers are wrong, and no error says so: {difference}")))
            }
            reply => Err(Violation::new(format_args!("commit {LAST} is there, and a reader says: {reply}"))),
        }
    }

    /// Fails unless every answer is right, or a reader says one of `kinds`, which is returned, and
    /// names the index.
    fn noticed(&mut self, dir: &Path, kinds: &[&str]) -> Outcome<Option<String>> {
        let Asked::Refused(Refusal { kind, says, .. }) = self.inspect(dir)? else { return Ok(None) };
        ensure!(kinds.contains(&&*kind), "expected is one of {kinds:?}, and a reader says {kind}: {says}");
        names(&says, dir)?;
        Ok(Some(kind))
    }
}

/// Fails unless an error names something in `dir`.
fn names(says: &str, dir: &Path) -> Outcome {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    ensure!(says.contains(&*name), "the error does not name the index in {}: {says}", dir.display());
    Ok(())
}

/// Lengths to which a file is cut: nothing, one byte, all but one, and multiples of 512, as many
/// as moments at which a process is killed.
fn lengths(whole: usize) -> Vec<usize> {
    let points = crash_points() as usize * 2;
    let step = whole.div_ceil(points).next_multiple_of(512);
    let mut lengths: Vec<usize> = [0, 1, whole.saturating_sub(1)].into_iter().chain((step..whole).step_by(step)).collect();
    lengths.retain(|length| *length < whole);
    lengths
}

pub(crate) fn truncated_files_are_noticed(cx: &Cx) -> Outcome {
    let mut scene = Scene::set(cx)?;
    for file in scene.files()? {
        let whole = scene.content(&file)?;
        for length in lengths(whole.len()) {
            let damaged = scene.with(&file, Some(&whole[..length]))?;
            let noticed = scene.noticed(damaged.path(), &["Corrupt"]);
            noticed.map_err(|violation| {
                violation.during(format_args!("{} cut to {length} of {} bytes", file.display(), whole.len()))
            })?;
        }
    }
    scene.other.dismiss()
}

/// What else may be at the path of a file.
fn foreign(whole: usize) -> [(&'static str, Vec<u8>); 5] {
    let text = b"This is not the file that you are looking for.\n";
    [
        ("a text", text.to_vec()),
        ("a long text", text.repeat(whole / text.len() + 1)),
        ("zeros", vec![0; whole]),
        ("ones", vec![0xFF; whole]),
        // The head of an empty archive, and nothing more.
        ("an archive", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
    ]
}

pub(crate) fn foreign_files_are_noticed(cx: &Cx) -> Outcome {
    let mut scene = Scene::set(cx)?;
    // The file that says that there is an index, if it is one of several.
    let mut head: Option<PathBuf> = None;
    for file in scene.files()? {
        for (what, content) in foreign(scene.content(&file)?.len()) {
            let damaged = scene.with(&file, Some(&content))?;
            let noticed = scene.noticed(damaged.path(), &["Corrupt"]);
            noticed.map_err(|violation| violation.during(format_args!("{what} in place of {}", file.display())))?;
        }
        let during = |violation: Violation| violation.during(format_args!("without {}", file.display()));
        let damaged = scene.with(&file, None)?;
        let kind = scene.noticed(damaged.path(), &["Corrupt", "NotIndexed"]).map_err(during)?;
        if kind.is_some_and(|kind| kind == "NotIndexed")
            && let Some(head) = head.replace(file.clone())
        {
            let both = format_args!("a reader says NotIndexed, and without {} alone, too", head.display());
            return Err(during(Violation::new(both)));
        }
    }
    scene.other.dismiss()
}

/// The file with a few bytes at one offset overwritten, and where.
fn overwritten(mut content: Vec<u8>, state: &mut u64) -> (usize, Vec<u8>) {
    let offset = next(state) as usize % content.len();
    let many = 1 + next(state) as usize % 64;
    for byte in content.iter_mut().skip(offset).take(many) {
        *byte = next(state) as u8;
    }
    (offset, content)
}

pub(crate) fn overwritten_bytes_cause_no_crash(cx: &Cx) -> Outcome {
    let mut scene = Scene::set(cx)?;
    let mut state = 0xC0D1;
    for file in scene.files()? {
        let whole = scene.content(&file)?;
        for _ in 0..if whole.is_empty() { 0 } else { crash_points() * 3 } {
            let (offset, content) = overwritten(whole.clone(), &mut state);
            let damaged = scene.with(&file, Some(&content))?;
            let order = Order::Inspect(damaged.path().to_owned());
            let asked = scene.other.ask(&order).and_then(|reply| match reply {
                // Without checksums another value is as good as the right one.
                Reply::Done(_) | Reply::Wrong(_) => Ok(()),
                Reply::Refused(Refusal { kind, says, .. }) if kind == "Corrupt" || kind == "SchemaMismatch" => {
                    names(&says, damaged.path())
                }
                reply => Err(Violation::new(format_args!("{reply}"))),
            });
            asked.map_err(|violation| violation.during(format_args!("{} overwritten at {offset}", file.display())))?;
        }
    }
    scene.other.dismiss()
}

pub(crate) fn a_full_session_replaces_what_is_unreadable(cx: &Cx) -> Outcome {
    let mut scene = Scene::set(cx)?;
    for file in scene.files()? {
        let whole = scene.content(&file)?;
        let half = whole[..whole.len() / 2].to_vec();
        for (what, content) in foreign(whole.len()).into_iter().chain([("nothing", Vec::new()), ("its half", half)]) {
            let damaged = scene.with(&file, Some(&content))?;
            let mut replaced = || {
                let asked = scene.inspect(damaged.path())?;
                let (incremental, replaced) = match scene.other.ask(&Order::Replace(damaged.path().to_owned()))? {
                    Reply::Replaced { incremental, replaced } => (incremental, replaced),
                    reply => return Err(Violation::new(format_args!("a full session: {reply}"))),
                };
                match asked {
                    Asked::Refused(Refusal { opened: false, .. }) => {
                        let corrupt = incremental.as_ref().is_some_and(|refusal| refusal.kind == "Corrupt");
                        let said = incremental.map_or_else(|| "nothing".to_owned(), |refusal| refusal.to_string());
                        ensure!(corrupt, "no reader can read, and an incremental session is refused with {said}");
                        ensure!(replaced.is_some(), "an unreadable index was replaced, and the commit does not say so");
                    }
                    Asked::Refused(_) => {}
                    Asked::Right => {
                        if let Some(refusal) = incremental {
                            ensure!(false, "readers can read, and an incremental session is refused: {refusal}");
                        }
                        ensure!(replaced.is_none(), "readers can read, and the commit says that it replaced {replaced:?}");
                    }
                }
                Ok(())
            };
            replaced().map_err(|violation| violation.during(format_args!("{what} in place of {}", file.display())))?;
        }
    }
    scene.other.dismiss()
}

pub(crate) fn a_directory_in_the_way_is_an_error(cx: &Cx) -> Outcome {
    let mut scene = Scene::set(cx)?;
    for file in scene.files()? {
        let damaged = scene.with(&file, None)?;
        let path = damaged.path().join(&file);
        fs::create_dir(&path).map_err(Violation::new)?;
        let mut met = || {
            let refused = match scene.inspect(damaged.path())? {
                Asked::Right => None,
                Asked::Refused(refusal) => Some(refusal),
            };
            if let Some(Refusal { kind, says, .. }) = refused {
                ensure!(matches!(&*kind, "Corrupt" | "Failed"), "a reader says {kind}: {says}");
                names(&says, damaged.path())?;
            }
            // A session may take the directory out of the way, or say that it is there.
            match scene.other.ask(&Order::Replace(damaged.path().to_owned()))? {
                Reply::Replaced { .. } => {}
                Reply::Refused(Refusal { kind, says, .. }) => {
                    ensure!(matches!(&*kind, "Corrupt" | "Failed"), "a full session is refused with {kind}: {says}");
                    names(&says, damaged.path())?;
                }
                reply => return Err(Violation::new(format_args!("a full session: {reply}"))),
            }
            if path.is_dir() {
                fs::remove_dir_all(&path).map_err(Violation::new)?;
            }
            match scene.other.ask(&Order::Replace(damaged.path().to_owned()))? {
                Reply::Replaced { .. } => Ok(()),
                reply => Err(Violation::new(format_args!("once the directory is gone, a full session: {reply}"))),
            }
        };
        met().map_err(|violation| violation.during(format_args!("a directory in place of {}", file.display())))?;
    }
    scene.other.dismiss()
}

pub(crate) fn a_backend_value_outlives_damage(cx: &Cx) -> Outcome {
    let scene = Scene::set(cx)?;
    for (number, file) in scene.files()?.into_iter().enumerate() {
        let whole = scene.content(&file)?;
        // Each file is damaged in another way.
        let (what, content) = match number % 3 {
            0 => ("a text", b"This is not the file that you are looking for.\n".to_vec()),
            1 => ("its half", whole[..whole.len() / 2].to_vec()),
            _ => ("zeros", vec![0; whole.len()]),
        };
        let dir = copied(scene.dir.path()).map_err(Violation::new)?;
        let lives_on = || {
            let mut other = Other::start(cx, dir.path())?;
            let shown = other.make(&Order::Read)?;
            ensure!(shown == LAST, "before the damage, a reader shows commit {shown}");
            fs::write(dir.path().join(&file), &content).map_err(Violation::new)?;
            match other.ask(&Order::Read)? {
                Reply::Done(LAST) => {}
                Reply::Refused(Refusal { kind, says, .. }) => {
                    ensure!(matches!(&*kind, "Corrupt" | "NotIndexed"), "a reader says {kind}: {says}");
                    names(&says, dir.path())?;
                }
                reply => return Err(Violation::new(format_args!("a reader says: {reply}"))),
            }
            match other.ask(&Order::Renew)? {
                Reply::Replaced { .. } => {}
                reply => return Err(Violation::new(format_args!("a full session: {reply}"))),
            }
            match other.ask(&Order::Renew)? {
                Reply::Replaced { incremental: None, replaced: None } => {}
                reply => return Err(Violation::new(format_args!("once the index is replaced, {reply}"))),
            }
            other.dismiss()
        };
        lives_on().map_err(|violation| violation.during(format_args!("{what} in place of {}", file.display())))?;
    }
    scene.other.dismiss()
}

/// What a session writes for which there is no space.
const KILOBYTES: u64 = 1024;

/// The longest file of an index, in blocks of 512 bytes.
fn longest(dir: &Path) -> Outcome<u64> {
    let lengths = files(dir)?.into_iter().map(|file| fs::metadata(dir.join(file)).map(|metadata| metadata.len()));
    let lengths = lengths.collect::<Result<Vec<u64>, _>>().map_err(Violation::new)?;
    Ok(lengths.into_iter().max().unwrap_or(0) / 512)
}

/// Lengths of files that a session does not get by with. One that keeps what is there gets by with
/// that, and with a part of what it adds.
fn limits(cx: &Cx, order: &Order) -> Outcome<Vec<u64>> {
    let index = cx.block_on(cx.index())?;
    cx.block_on(stamped::commit_up_to(&index.backend, LAST))?;
    let before = if matches!(order, Order::Grow(_)) { longest(index.path())? } else { 0 };
    let mut other = Other::start(cx, index.path())?;
    other.make(order)?;
    other.dismiss()?;
    let more = longest(index.path())?.saturating_sub(before);
    Ok(vec![0, 24, 700, before + more / 8, before + more / 2])
}

pub(crate) fn no_space_keeps_the_last_commit(cx: &Cx) -> Outcome {
    let orders = [Order::Fill(KILOBYTES), Order::Grow(KILOBYTES)];
    for order in &orders {
        no_space_within(cx, order, &limits(cx, order)?)?;
    }
    Ok(())
}

fn no_space_within(cx: &Cx, order: &Order, limits: &[u64]) -> Outcome {
    for limit in limits.iter().copied() {
        let failed = || {
            let index = cx.block_on(cx.index())?;
            cx.block_on(stamped::commit_up_to(&index.backend, LAST))?;
            let mut other = Other::start_within(cx, index.path(), Bounds::FileSize(limit))?;
            match other.ask(order)? {
                Reply::Refused(Refusal { kind, says, .. }) => {
                    ensure!(kind == "NoSpace", "the session fails with {kind}: {says}");
                    names(&says, index.path())?;
                }
                reply => return Err(Violation::new(format_args!("the session does not fail: {reply}"))),
            }
            // Beside the process, which lives on.
            cx.block_on(stamped::shows(&index.backend, LAST))?;
            let commit = cx.block_on(stamped::commit(&index.backend, LAST + 1))?;
            ensure!(commit.generation == LAST + 1, "after a session that failed, commit {} is made", commit.generation);
            ensure!(commit.replaced.is_none(), "a session that failed left what the next replaced: {:?}", commit.replaced);
            other.dismiss()?;
            cx.block_on(stamped::shows(&index.backend, LAST + 1))
        };
        failed().map_err(|violation: Violation| {
            violation.during(format_args!("{order:?}, with files of at most {limit} blocks of 512 bytes"))
        })?;
    }
    Ok(())
}

pub(crate) fn no_permission_keeps_the_last_commit(cx: &Cx) -> Outcome {
    for last in [0, LAST] {
        let index = cx.block_on(cx.index())?;
        cx.block_on(stamped::commit_up_to(&index.backend, last))?;
        let dir = index.without_backend();
        set_read_only(dir.path(), true).map_err(Violation::new)?;
        let refused = || {
            let mut other = Other::start_within(cx, dir.path(), Bounds::Permissions)?;
            // In both scopes: those of commits two and three.
            for stamp in [2, 3] {
                match other.ask(&Order::Commit(stamp))? {
                    Reply::Refused(Refusal { kind, says, .. }) => {
                        ensure!(kind == "PermissionDenied", "the session is refused with {kind}: {says}");
                        names(&says, dir.path())?;
                    }
                    reply => return Err(Violation::new(format_args!("the session is not refused: {reply}"))),
                }
            }
            match other.ask(&Order::Read)? {
                Reply::Done(shown) if shown == last => {}
                Reply::Refused(Refusal { kind, .. }) if kind == "NotIndexed" && last == 0 => {}
                reply => return Err(Violation::new(format_args!("commit {last} was the last, and a reader: {reply}"))),
            }
            other.dismiss()
        };
        let refused = refused();
        // So that the directory can be deleted.
        set_read_only(dir.path(), false).map_err(Violation::new)?;
        refused?;
        cx.block_on(async {
            let backend = cx.open(dir.path()).await?;
            let commit = stamped::commit(&backend, last + 1).await?;
            ensure!(commit.generation == last + 1, "with permission again, commit {} is made", commit.generation);
            stamped::shows(&backend, last + 1).await
        })?;
    }
    Ok(())
}
