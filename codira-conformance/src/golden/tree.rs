//! The repository of a story, in a directory of its own.

use std::{
    fs,
    io::{Error, Result},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use codira_indexer::RepoRoot;
use tempfile::TempDir;

use super::story::{Act, Flag};

/// The files of a story as they are now.
pub(super) struct Tree {
    dir: TempDir,
    /// The step that is being done. What it writes has a time of its own, long ago, so that no
    /// file is racy.
    pub(super) step: u64,
}

impl Tree {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { dir: TempDir::new()?, step: 0 })
    }

    pub(super) fn root(&self) -> Result<RepoRoot> {
        RepoRoot::new(self.dir.path().canonicalize()?).map_err(Error::other)
    }

    /// Does what the act does to files.
    pub(super) fn apply(&self, act: &Act) -> Result<()> {
        match act {
            Act::Write { path, flags, text } => {
                self.write(path, &bytes(text.clone(), flags))?;
                if flags.iter().any(|flag| matches!(flag, Flag::Executable)) { self.make_executable(path) } else { Ok(()) }
            }
            Act::Change { path, old, new } => {
                let text = fs::read_to_string(self.at(path))?;
                if text.matches(old.as_str()).count() != 1 {
                    return Err(Error::other(format!("what is to be changed is not once in {path}:\n{old}")));
                }
                self.write(path, text.replacen(old.as_str(), new, 1).as_bytes())
            }
            Act::Remove(path) => fs::remove_file(self.at(path)),
            Act::Move { from, to } => {
                self.make_directory_of(to)?;
                fs::rename(self.at(from), self.at(to))
            }
            Act::Touch(path) => self.set_time(path),
            // These change how it is indexed, and no file.
            Act::Exclude(_)
            | Act::Limit(_)
            | Act::Without(_)
            | Act::Upgrade(_)
            | Act::Everything
            | Act::Audit(_)
            | Act::Embed { .. }
            | Act::WorkOff => Ok(()),
        }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn make_directory_of(&self, path: &str) -> Result<()> {
        self.at(path).parent().map_or(Ok(()), fs::create_dir_all)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.make_directory_of(path)?;
        fs::write(self.at(path), bytes)?;
        self.set_time(path)
    }

    fn make_executable(&self, path: &str) -> Result<()> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(self.at(path), fs::Permissions::from_mode(0o755))?;
        }
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }

    fn set_time(&self, path: &str) -> Result<()> {
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_600_000_000 + self.step, 500_000_000);
        fs::File::options().write(true).open(self.at(path))?.set_modified(time)
    }
}

fn bytes(mut text: String, flags: &[Flag]) -> Vec<u8> {
    if flags.iter().any(|flag| matches!(flag, Flag::Open)) {
        text.truncate(text.trim_end_matches('\n').len());
    }
    let mut latin1 = false;
    for flag in flags {
        match flag {
            Flag::Crlf => text = text.replace('\n', "\r\n"),
            Flag::Bom => text.insert(0, '\u{feff}'),
            Flag::Open | Flag::Executable => {}
            Flag::Latin1 => latin1 = true,
            Flag::Nul => text.push('\0'),
            Flag::Times(times) => text = text.repeat(*times),
        }
    }
    if latin1 { text.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect() } else { text.into_bytes() }
}
