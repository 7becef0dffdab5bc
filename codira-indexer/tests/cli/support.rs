//! A temporary repository, and the command run in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

/// A repository that goes with the test. Nothing of the user's own configuration reaches it.
pub(crate) struct Repo {
    directory: TempDir,
}

impl Repo {
    /// An empty repository.
    pub(crate) fn empty() -> Self {
        let directory = TempDir::new().unwrap();
        fs::create_dir_all(directory.path().join("repo/.git")).unwrap();
        Self { directory }
    }

    /// The tour: a small shop in three languages.
    pub(crate) fn tour() -> Self {
        let repo = Self::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tour"), &repo.path()).unwrap();
        repo
    }

    /// The tour, indexed.
    pub(crate) fn indexed() -> Self {
        let repo = Self::tour();
        let run = repo.run(&["index"]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        repo
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join("repo")
    }

    /// Writes a file of the repository.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// The command, in the repository.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_codira"));
        command.args(args).current_dir(self.path()).env_clear().env("HOME", self.directory.path());
        command
    }

    /// Runs the command.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.finish(self.command(args))
    }

    /// Runs a command that [`command`](Self::command) made.
    pub(crate) fn finish(&self, mut command: Command) -> Run {
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(self.path().to_str().unwrap(), "[repo]");
        Run { status: status.code().expect("no signal ends it"), stdout: text(stdout), stderr: text(stderr) }
    }

    /// What a command finds, without a word on standard error.
    pub(crate) fn found(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!((run.status, &*run.stderr), (0, ""), "{args:?}");
        run.stdout
    }
}

/// The commands, as the help lists them.
pub(crate) fn commands() -> Vec<String> {
    let help = Repo::empty().found(&["--help"]);
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    // What a long line is folded into is indented further.
    let first_lines = list.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let names = first_lines.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// What a command did; the path of the repository reads `[repo]`.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A run as a snapshot: its output and its status.
impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "status {}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }
}

/// Copies a directory. The files were last modified long ago: an index trusts their times.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
            fs::File::options().write(true).open(target)?.set_modified(long_ago)?;
        }
    }
    Ok(())
}
