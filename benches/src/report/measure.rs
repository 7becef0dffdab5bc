//! Takes the figures: round after round over all work, so that a busy minute of the machine falls
//! on everything equally.

use std::{
    collections::BTreeMap,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::{
    corpus::{Corpus, planted},
    processes::{self, Scope, Taken, Work},
    sqlite,
};

/// What was measured, in which order it is shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Figures {
    /// The machine, in one line.
    pub machine: String,
    /// The day.
    pub day: String,
    /// How often everything was measured.
    pub rounds: usize,
    /// The backends.
    pub backends: Vec<String>,
    /// The trees: made ones by size, then real ones.
    pub trees: Vec<Tree>,
}

/// One tree and what work on it took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tree {
    /// What it is called.
    pub name: String,
    /// Whether it was made.
    pub made: bool,
    /// Its source files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Medians by what was done: `walk`, `cold/sqlite`.
    pub medians: BTreeMap<String, Taken>,
    /// Bytes of the index by backend.
    pub index_bytes: BTreeMap<String, u64>,
}

impl Tree {
    /// The median time of some work, in seconds.
    pub fn wall(&self, what: &str) -> Option<f64> {
        self.medians.get(what).map(|taken| taken.wall)
    }
}

impl Figures {
    /// Measures everything with each of these backends, which the program's registry has.
    ///
    /// # Errors
    ///
    /// Whatever goes wrong.
    pub fn measure(settings: &Settings, backends: &[String]) -> Result<Self, Box<dyn Error>> {
        let mut trees = Vec::new();
        for size in &settings.sizes {
            let directory = tempfile::tempdir()?;
            let corpus = Corpus::new(*size);
            corpus.write_to(directory.path())?;
            let edit = |edits| corpus.write_file(directory.path(), size / 2, edits);
            trees.push(measure_tree(format!("{size} files"), true, directory.path(), &edit, backends, settings.rounds)?);
        }
        for tree in &settings.trees {
            let name = tree.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let directory = tempfile::tempdir()?;
            copy(tree, directory.path())?;
            let (edited, text) = edited_file(directory.path())?;
            let edit = |edits: usize| fs::write(&edited, format!("{text}{}", "\n".repeat(edits)));
            trees.push(measure_tree(name, false, directory.path(), &edit, backends, settings.rounds)?);
        }
        Ok(Self {
            machine: machine(),
            day: time::OffsetDateTime::now_utc().date().to_string(),
            rounds: settings.rounds,
            backends: backends.to_owned(),
            trees,
        })
    }
}

fn measure_tree(
    name: String,
    made: bool,
    root: &Path,
    edit: &dyn Fn(usize) -> io::Result<()>,
    backends: &[String],
    rounds: usize,
) -> Result<Tree, Box<dyn Error>> {
    let parsed = crate::parse::parse_tree(root, 2);
    let mut tree = Tree { name, made, files: parsed.files, bytes: parsed.bytes, ..Tree::default() };
    // Outside the tree, so that no walk meets it.
    let driver = tempfile::tempdir()?;
    sqlite::load(&driver.path().join("driver.db"), &[sqlite::rows(10_000)])?;
    #[cfg(feature = "duckdb")]
    crate::duckdb::load(&driver.path().join("driver.duckdb"), 10_000)?;
    let mut taken: BTreeMap<String, Vec<Taken>> = BTreeMap::new();
    for round in 1..=rounds {
        eprintln!("{}: round {round} of {rounds}", tree.name);
        let mut note = |what: String, one: Taken| taken.entry(what).or_default().push(one);
        for (what, work) in [("walk", Work::Walk), ("hash", Work::Hash), ("parse", Work::Parse)] {
            note(what.to_owned(), processes::measure(&work, root)?);
        }
        if let Some(wall) = processes::ctags(root)? {
            note("ctags".to_owned(), Taken { wall: wall.as_secs_f64(), cpu: 0.0, peak: 0 });
        }
        note("one-row".to_owned(), processes::measure(&Work::OneRow { file: "driver.db".to_owned() }, driver.path())?);
        #[cfg(feature = "duckdb")]
        {
            let one_row = Work::OneRowOfDuckdb { file: "driver.duckdb".to_owned() };
            note("one-row-of-duckdb".to_owned(), processes::measure(&one_row, driver.path())?);
        }
        for backend in backends {
            let state = root.join(".codira");
            let index = Work::Index { backend: backend.clone(), scope: Scope::Code };
            edit(0)?;
            // Made trees have no documents.
            if !made {
                forget(&state)?;
                let everything = Work::Index { backend: backend.clone(), scope: Scope::Everything };
                note(format!("everything/{backend}"), processes::measure(&everything, root)?);
            }
            forget(&state)?;
            note(format!("cold/{backend}"), processes::measure(&index, root)?);
            tree.index_bytes.insert(backend.clone(), bytes_of(&state)?);
            // Files younger than the clock's granularity are hashed once more.
            processes::measure(&index, root)?;
            note(format!("warm/{backend}"), processes::measure(&index, root)?);
            edit(round)?;
            note(format!("one-file/{backend}"), processes::measure(&index, root)?);
            let symbol = Work::Symbol { backend: backend.clone(), name: planted(1) };
            note(format!("symbol/{backend}"), processes::measure(&symbol, root)?);
        }
    }
    tree.medians = taken.into_iter().map(|(what, taken)| (what, median(&taken))).collect();
    Ok(tree)
}

/// Each figure's own median.
fn median(taken: &[Taken]) -> Taken {
    let middle = |figure: fn(&Taken) -> f64| {
        let mut figures: Vec<f64> = taken.iter().map(figure).collect();
        figures.sort_unstable_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    Taken { wall: middle(|taken| taken.wall), cpu: middle(|taken| taken.cpu), peak: middle(|taken| taken.peak as f64) as u64 }
}

/// Removes the state of a tree, if there is one.
fn forget(state: &Path) -> io::Result<()> {
    if state.exists() { fs::remove_dir_all(state) } else { Ok(()) }
}

/// The bytes of the files below a directory.
fn bytes_of(directory: &Path) -> io::Result<u64> {
    let bytes = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        if entry.file_type()?.is_dir() { bytes_of(&entry.path()) } else { Ok(entry.metadata()?.len()) }
    };
    fs::read_dir(directory)?.map(bytes).sum()
}

/// Copies a tree, without what is hidden, so that nothing happens to the original.
fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    for entry in ignore::WalkBuilder::new(from).standard_filters(false).hidden(true).build() {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        match entry.file_type() {
            Some(kind) if kind.is_dir() => fs::create_dir_all(target)?,
            Some(kind) if kind.is_file() => drop(fs::copy(entry.path(), target)?),
            _ => {}
        }
    }
    Ok(())
}

/// A file of middling size to edit, and its text.
fn edited_file(root: &Path) -> Result<(PathBuf, String), Box<dyn Error>> {
    let mut sources: Vec<(u64, PathBuf)> = Vec::new();
    for (path, _) in crate::parse::sources(root) {
        sources.push((path.metadata()?.len(), path));
    }
    sources.sort();
    let (_, path) = sources.get(sources.len() / 2).ok_or("there is no source file")?.clone();
    let text = fs::read_to_string(&path)?;
    Ok((path, text))
}

/// The machine, as far as it tells.
fn machine() -> String {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':').map(str::trim).map(str::to_owned));
        line.unwrap_or_default()
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let memory =
        field("/proc/meminfo", "MemTotal").split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok());
    let memory = memory.map_or(0, |kilobytes| kilobytes.div_ceil(1 << 20));
    format!(
        "{processors} processors ({}), {memory} GiB of memory, {}",
        field("/proc/cpuinfo", "model name"),
        std::env::consts::OS
    )
}
