//! What another process did to its files, as `strace` wrote it down.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Something that was done to what is below a directory. Paths are relative to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// A file was opened: made where it was missing, and emptied where that was asked for.
    Open { path: PathBuf, truncate: bool },
    /// Bytes were written.
    Write { path: PathBuf, offset: u64, bytes: Vec<u8> },
    /// Bytes of another file were written.
    Copy { from: PathBuf, from_offset: u64, path: PathBuf, offset: u64, length: u64 },
    /// A file got another length.
    Resize { path: PathBuf, length: u64 },
    /// A file, or the names in a directory, were made durable, as far as was done before so many
    /// operations.
    Sync { path: PathBuf, before: usize },
    /// Everything was.
    SyncAll { before: usize },
    /// A name leads elsewhere.
    Rename { from: PathBuf, to: PathBuf },
    /// A file has another name.
    Link { from: PathBuf, to: PathBuf },
    /// A name is gone.
    Remove { path: PathBuf },
    /// A directory is there.
    MakeDirectory { path: PathBuf },
    /// A file may be changed through memory, which no call shows.
    Map { path: PathBuf },
    /// The program said this on its standard output.
    Say { text: String },
}

/// Why a record cannot be replayed.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) String);

/// Reads what was done below `dir`, in order.
pub(crate) fn read(record: &str, dir: &Path) -> Result<Vec<Op>, Unreadable> {
    let mut reading = Reading { dir, ops: Vec::new(), descriptors: BTreeMap::new() };
    // Calls of several threads are written in two parts where they overlap.
    let mut unfinished: BTreeMap<&str, (String, usize)> = BTreeMap::new();
    for line in record.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
            unfinished.insert(thread, (begun.to_owned(), reading.ops.len()));
        } else if let Some(resumed) = rest.strip_prefix("<... ") {
            let Some((begun, before)) = unfinished.remove(thread) else { continue };
            let Some((_, end)) = resumed.split_once(" resumed>") else { continue };
            reading.call(&format!("{begun}{end}"), before)?;
        } else {
            let before = reading.ops.len();
            reading.call(rest, before)?;
        }
    }
    Ok(reading.ops)
}

/// What an open descriptor writes to next.
#[derive(Clone, Default)]
struct Descriptor {
    position: u64,
    append: bool,
    /// Whether each write is durable when it returns.
    synchronous: bool,
}

struct Reading<'a> {
    dir: &'a Path,
    ops: Vec<Op>,
    descriptors: BTreeMap<String, Descriptor>,
}

impl Reading<'_> {
    /// One call, whole. `before` operations had been done when it began.
    fn call(&mut self, text: &str, before: usize) -> Result<(), Unreadable> {
        let Some((name, rest)) = text.split_once('(') else { return Ok(()) };
        // Results of short lines stand in a column of their own.
        let Some((before_result, result)) = rest.rsplit_once(" = ") else { return Ok(()) };
        let Some(given) = before_result.trim_end().strip_suffix(')') else { return Ok(()) };
        let result = result.trim();
        if result.starts_with('-') || result.starts_with('?') {
            return Ok(());
        }
        let arguments = arguments(given);
        let argument = |index: usize| arguments.get(index).copied().unwrap_or_default();
        let unreadable = || Unreadable(format!("a call that is not understood: {text:.200}"));
        let number = |index: usize| argument(index).parse::<u64>().map_err(|_| unreadable());
        let done = leading_number(result).ok_or_else(unreadable)?;
        match name {
            "open" | "openat" | "creat" => self.open(name, &arguments, result),
            "dup" | "dup2" | "dup3" => {
                if let Some(descriptor) = self.descriptors.get(descriptor_of(argument(0))).cloned() {
                    self.descriptors.insert(done.to_string(), descriptor);
                }
            }
            "lseek" => self.at(argument(0)).position = done,
            "read" | "readv" => self.at(argument(0)).position += done,
            "write" | "writev" => self.write(argument(0), None, bytes(argument(1)), done),
            "pwrite64" => self.write(argument(0), Some(number(3)?), bytes(argument(1)), done),
            "pwritev" | "pwritev2" => self.write(argument(0), Some(number(3)?), bytes(argument(1)), done),
            "copy_file_range" => self.copy((argument(0), argument(1)), (argument(2), argument(3)), done)?,
            "sendfile" => self.copy((argument(1), argument(2)), (argument(0), "NULL"), done)?,
            "ftruncate" => self.resize(argument(0), number(1)?),
            "truncate" => self.named(argument(0)).into_iter().for_each(|path| {
                let length = argument(1).parse().unwrap_or_default();
                self.ops.push(Op::Resize { path, length });
            }),
            "fallocate" => self.allocate(argument(0), argument(1), number(2)? + number(3)?)?,
            "mmap" => {
                let shared = argument(3).contains("MAP_SHARED") && argument(2).contains("PROT_WRITE");
                if let Some(path) = self.below(argument(4)).filter(|_| shared) {
                    self.ops.push(Op::Map { path });
                }
            }
            "fsync" | "fdatasync" => {
                if let Some(path) = self.below(argument(0)) {
                    self.ops.push(Op::Sync { path, before });
                }
            }
            "sync" | "syncfs" => self.ops.push(Op::SyncAll { before }),
            "rename" | "link" | "symlink" => self.two_names(name, (None, argument(0)), (None, argument(1))),
            "renameat" | "renameat2" | "linkat" => {
                self.two_names(name, (Some(argument(0)), argument(1)), (Some(argument(2)), argument(3)));
            }
            "unlink" | "rmdir" => self.named(argument(0)).into_iter().for_each(|path| self.ops.push(Op::Remove { path })),
            "unlinkat" => {
                self.named_at(argument(0), argument(1)).into_iter().for_each(|path| self.ops.push(Op::Remove { path }));
            }
            "mkdir" => self.named(argument(0)).into_iter().for_each(|path| self.ops.push(Op::MakeDirectory { path })),
            "mkdirat" => {
                let path = self.named_at(argument(0), argument(1));
                path.into_iter().for_each(|path| self.ops.push(Op::MakeDirectory { path }));
            }
            // A range is no barrier, and what a map holds is not in the record.
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, name: &str, arguments: &[&str], result: &str) {
        let flags = match name {
            "open" => arguments.get(1).copied().unwrap_or_default(),
            "creat" => "O_CREAT|O_WRONLY|O_TRUNC",
            _ => arguments.get(2).copied().unwrap_or_default(),
        };
        let has = |flag: &str| flags.split('|').any(|set| set == flag);
        let synchronous = has("O_SYNC") || has("O_DSYNC");
        let descriptor = Descriptor { position: 0, append: has("O_APPEND"), synchronous };
        self.descriptors.insert(descriptor_of(result).to_owned(), descriptor);
        let writes = has("O_CREAT") || has("O_TRUNC");
        if let Some(path) = self.below(result).filter(|_| writes && !has("O_DIRECTORY")) {
            self.ops.push(Op::Open { path, truncate: has("O_TRUNC") });
        }
    }

    fn write(&mut self, to: &str, offset: Option<u64>, mut bytes: Vec<u8>, done: u64) {
        bytes.truncate(usize::try_from(done).unwrap_or(usize::MAX));
        if descriptor_of(to) == "1" {
            self.ops.push(Op::Say { text: String::from_utf8_lossy(&bytes).into_owned() });
        }
        let descriptor = self.at(to);
        let (append, synchronous) = (descriptor.append, descriptor.synchronous);
        let position = offset.unwrap_or(descriptor.position);
        if offset.is_none() {
            descriptor.position += done;
        }
        let Some(path) = self.below(to) else { return };
        // The offset is the end of the file, which the disk knows.
        let offset = if append { u64::MAX } else { position };
        self.ops.push(Op::Write { path: path.clone(), offset, bytes });
        if synchronous {
            self.ops.push(Op::Sync { path, before: self.ops.len() });
        }
    }

    /// Bytes that the system copied, each side at its own position or at one that was given.
    fn copy(&mut self, from: (&str, &str), to: (&str, &str), length: u64) -> Result<(), Unreadable> {
        let mut start = |(descriptor, position): (&str, &str)| match position.trim_matches(['[', ']']).parse() {
            Ok(given) => given,
            Err(_) => {
                let at = self.at(descriptor);
                at.position += length;
                at.position - length
            }
        };
        let (from_offset, offset) = (start(from), start(to));
        let Some(path) = self.below(to.0) else { return Ok(()) };
        let Some(from) = self.below(from.0) else {
            return Err(Unreadable(format!("the system copied to {path:?} what the record has not")));
        };
        self.ops.push(Op::Copy { from, from_offset, path, offset, length });
        Ok(())
    }

    fn resize(&mut self, of: &str, length: u64) {
        self.below(of).into_iter().for_each(|path| self.ops.push(Op::Resize { path, length }));
    }

    /// Space set aside behind the end of a file reads as zeros.
    fn allocate(&mut self, of: &str, mode: &str, end: u64) -> Result<(), Unreadable> {
        let Some(path) = self.below(of) else { return Ok(()) };
        match mode {
            "0" => self.ops.push(Op::Write { path, offset: end, bytes: Vec::new() }),
            "FALLOC_FL_KEEP_SIZE" => {}
            _ => return Err(Unreadable(format!("space was freed inside of a file: {mode}"))),
        }
        Ok(())
    }

    fn two_names(&mut self, call: &str, from: (Option<&str>, &str), to: (Option<&str>, &str)) {
        let path = |(dir, name): (Option<&str>, &str)| match dir {
            Some(dir) => self.named_at(dir, name),
            None => self.named(name),
        };
        let op = match (path(from), path(to)) {
            (Some(from), Some(to)) if call.starts_with("rename") => Op::Rename { from, to },
            (Some(from), Some(to)) => Op::Link { from, to },
            (Some(path), None) if call.starts_with("rename") => Op::Remove { path },
            _ => return,
        };
        self.ops.push(op);
    }

    fn at(&mut self, descriptor: &str) -> &mut Descriptor {
        self.descriptors.entry(descriptor_of(descriptor).to_owned()).or_default()
    }

    /// What a descriptor leads to, where that is below the directory and not removed.
    fn below(&self, descriptor: &str) -> Option<PathBuf> {
        let (_, rest) = descriptor.split_once('<')?;
        let (path, rest) = rest.split_once('>')?;
        if rest.starts_with("(deleted)") {
            return None;
        }
        self.relative(path_of(&unescape(path)))
    }

    fn named(&self, name: &str) -> Option<PathBuf> {
        self.relative(path_of(&bytes(name)))
    }

    fn named_at(&self, dir: &str, name: &str) -> Option<PathBuf> {
        let name = path_of(&bytes(name));
        if name.is_absolute() {
            return self.relative(name);
        }
        Some(self.below(dir)?.join(name))
    }

    fn relative(&self, path: PathBuf) -> Option<PathBuf> {
        path.strip_prefix(self.dir).ok().map(Path::to_owned)
    }
}

/// The kit gives its files names that are text.
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn leading_number(text: &str) -> Option<u64> {
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    // The address of a map begins with a zero.
    text[..digits].parse().ok()
}

/// The number of a descriptor that is written with its path.
fn descriptor_of(text: &str) -> &str {
    text.split('<').next().unwrap_or(text)
}

/// The arguments of a call: what is between its outer commas. Texts are hexadecimal, and have none.
fn arguments(text: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (offset, char) in text.char_indices() {
        match char {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(text[start..offset].trim());
                start = offset + 1;
            }
            _ => {}
        }
    }
    found.push(text[start..].trim());
    found
}

/// The bytes of all texts in an argument: one, or those of a list of buffers.
fn bytes(argument: &str) -> Vec<u8> {
    argument.split('"').skip(1).step_by(2).flat_map(unescape).collect()
}

/// The bytes of a hexadecimal text.
fn unescape(text: &str) -> Vec<u8> {
    text.split("\\x").skip(1).filter_map(|digits| u8::from_str_radix(digits.get(..2)?, 16).ok()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
    }

    #[test]
    fn calls_below_the_directory_are_read() {
        let (a, b, dir) = (hex("/d/a"), hex("/d/b"), hex("/d"));
        let record = format!(
            "7 openat(AT_FDCWD</>, \"{a}\", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 5<{a}>\n\
             7 openat(AT_FDCWD</>, \"{}\", O_RDWR|O_CREAT, 0644) = 6<{}>\n\
             7 write(5<{a}>, \"{}\", 2) = 2\n\
             8 fsync(5<{a}> <unfinished ...>\n\
             7 write(5<{a}>, \"{}\", 2) = 1\n\
             8 <... fsync resumed>)          = 0\n\
             7 pwritev(5<{a}>, [{{iov_base=\"{}\", iov_len=1}}, {{iov_base=\"{}\", iov_len=1}}], 2, 9) = 2\n\
             7 rename(\"{a}\", \"{b}\") = 0\n\
             7 openat(AT_FDCWD</>, \"{b}\", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)\n\
             7 fsync(7<{dir}>) = 0\n\
             7 write(1<pipe:[1]>, \"{}\", 3) = 3\n\
             7 unlink(\"{b}\") = 0\n\
             7 write(5<{b}>(deleted), \"{}\", 1) = 1\n",
            hex("/e"),
            hex("/e"),
            hex("hi"),
            hex("ho"),
            hex("x"),
            hex("y"),
            hex("ok\n"),
            hex("z"),
        );
        let path = PathBuf::from;
        let write = |offset, bytes: &[u8]| Op::Write { path: path("a"), offset, bytes: bytes.to_vec() };
        let expected = vec![
            Op::Open { path: path("a"), truncate: false },
            write(0, b"hi"),
            write(2, b"h"),
            Op::Sync { path: path("a"), before: 2 },
            write(9, b"xy"),
            Op::Rename { from: path("a"), to: path("b") },
            Op::Sync { path: path(""), before: 6 },
            Op::Say { text: "ok\n".to_owned() },
            Op::Remove { path: path("b") },
        ];
        assert_eq!(read(&record, Path::new("/d")).unwrap(), expected);
    }
}
