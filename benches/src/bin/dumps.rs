//! Compares the indexes of one repository in memory, SQLite and DuckDB:
//! `cargo run --release -p codira-benches --features duckdb --bin dumps -- DIR [EDITS [SEED]]`.
//!
//! The directory is copied, indexed into each, and dumped: everything that can be asked, as lines
//! of JSON. Then lines are added to and taken from random files, some files are removed, and all
//! are indexed again and dumped. Ends with an error where two dumps differ.

use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

use codira_contracts::IndexBackend;
use codira_duckdb::DuckdbBackend;
use codira_indexer::{IndexRequest, Indexer, IndexerOptions, RepoRoot, StateDirectory, dump};
use codira_memory::MemoryBackend;
use codira_sqlite::SqliteBackend;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let source = PathBuf::from(arguments.next().ok_or("usage: dumps DIR [EDITS [SEED]]")?);
    let edits: usize = arguments.next().map_or(Ok(10), |edits| edits.parse())?;
    let seed: u64 = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let directory = tempfile::tempdir()?;
    let root = RepoRoot::new(directory.path().canonicalize()?.join("repository"))?;
    copy(&source, root.as_path())?;
    let state = StateDirectory::of(&root);
    let memory = MemoryBackend::default();
    let sqlite = SqliteBackend::in_directory(state.path().join("sqlite"));
    let duckdb = DuckdbBackend::in_directory(state.path().join("duckdb"));
    compare(&root, &memory, &sqlite, &duckdb).await?;
    for file in [state.path().join("sqlite/index.db"), state.path().join("duckdb/index.duckdb")] {
        println!("{:>10} bytes  {}", fs::metadata(&file)?.len(), file.file_name().unwrap_or_default().display());
    }
    edit(root.as_path(), edits, seed)?;
    compare(&root, &memory, &sqlite, &duckdb).await
}

async fn compare(
    root: &RepoRoot,
    memory: &MemoryBackend,
    sqlite: &SqliteBackend,
    duckdb: &DuckdbBackend,
) -> Result<(), Box<dyn Error>> {
    let expected = index_and_dump("memory", root, memory).await?;
    for (name, found) in
        [("sqlite", index_and_dump("sqlite", root, sqlite).await?), ("duckdb", index_and_dump("duckdb", root, duckdb).await?)]
    {
        if found != expected {
            let line = expected.split(|byte| *byte == b'\n').zip(found.split(|byte| *byte == b'\n')).position(|(a, b)| a != b);
            return Err(format!("the dump of {name} differs from memory's, first in line {line:?}").into());
        }
    }
    println!("{:>10} bytes  each dump: all alike", expected.len());
    Ok(())
}

/// Indexes what changed, and dumps the index.
async fn index_and_dump<B: IndexBackend + Clone>(name: &str, root: &RepoRoot, backend: &B) -> Result<Vec<u8>, Box<dyn Error>> {
    let indexer = Indexer::new(backend.clone(), root.clone(), codira_languages::analyzers(), IndexerOptions::default())
        .with_rules(codira_languages::rules());
    let begun = Instant::now();
    indexer.run(IndexRequest::default(), &|_| {}, &CancellationToken::new()).await?;
    let indexed = begun.elapsed();
    let mut told = Vec::new();
    dump(&backend.open_reader().await?, &mut told).await?;
    println!(
        "{:>10.3} s      {name}: index; then {:.3} s: dump",
        indexed.as_secs_f64(),
        (begun.elapsed() - indexed).as_secs_f64()
    );
    Ok(told)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, to) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() && entry.file_name() != ".codira" {
            copy(&entry.path(), &to)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// Removes every fifth file that is drawn, and in the others takes a line out and puts one of
/// another file in.
fn edit(root: &Path, edits: usize, seed: u64) -> io::Result<()> {
    let mut files = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            if path.is_dir() && !path.ends_with(".codira") {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| ["py", "rs", "c", "h"].iter().any(|known| extension == *known)) {
                files.push(path);
            }
        }
    }
    files.sort();
    // One seed, the same edits each time.
    let mut seed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    for number in 0..edits {
        let path = files[random(files.len())].clone();
        let (Ok(text), Ok(other)) = (fs::read_to_string(&path), fs::read_to_string(&files[random(files.len())])) else {
            continue;
        };
        if number % 5 == 4 {
            fs::remove_file(&path)?;
            continue;
        }
        let mut lines: Vec<&str> = text.lines().collect();
        if !lines.is_empty() {
            lines.remove(random(lines.len()));
        }
        let added = other.lines().nth(random(other.lines().count())).unwrap_or_default();
        lines.insert(random(lines.len() + 1), added);
        fs::write(&path, lines.join("\n") + "\n")?;
    }
    Ok(())
}
