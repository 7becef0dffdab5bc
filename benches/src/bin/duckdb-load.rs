//! Loading DuckDB compared with its bare Appender:
//! `cargo run --release -p codira-benches --features duckdb --bin duckdb-load -- DIR`.
//!
//! The files of `DIR` are analyzed once. Then a session puts them all and commits; and the rows
//! that it wrote are read back and written by the Appender into the same tables of a new file,
//! checkpointed likewise. Of both, the best of five.

use std::{
    error::Error,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use codira_benches::code;
use codira_contracts::{
    FileSnapshot, IndexBackend, IndexReader, IndexWriteSession, PathPrefix, SessionRequest, resolve::RuleSet,
};
use codira_duckdb::{DuckdbBackend, FILE_NAME};
use codira_indexer::{IndexRequest, Indexer, IndexerOptions, discover_root};
use codira_memory::MemoryBackend;
use duckdb::{Config, Connection, appender_params_from_iter, types::Value};
use tokio_util::sync::CancellationToken;

/// A table: its statement and its rows.
struct Table {
    name: String,
    sql: String,
    rows: Vec<Vec<Value>>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("usage: duckdb-load DIR")?);
    let memory = MemoryBackend::default();
    let indexer = Indexer::new(memory.clone(), discover_root(&directory)?, code::analyzers(), IndexerOptions::default())
        .with_rules(codira_languages::rules());
    indexer.run(IndexRequest::default(), &|_| {}, &CancellationToken::new()).await?;
    let reader = memory.open_reader().await?;
    let mut files = Vec::new();
    for state in reader.file_states(&PathPrefix::root()).await? {
        files.extend(reader.file(&state.path).await?);
    }
    let directory = tempfile::tempdir()?;
    let (mut session, mut bare) = (Duration::MAX, Duration::MAX);
    let (mut put, mut rows) = (Duration::MAX, 0);
    for _ in 0..5 {
        let (all, derived) = load(&directory.path().join("session"), files.clone()).await?;
        session = session.min(all);
        put = put.min(all - derived);
        let tables = read(&directory.path().join("session").join(FILE_NAME))?;
        rows = tables.iter().map(|table| table.rows.len()).sum();
        bare = bare.min(append(&directory.path().join("bare.duckdb"), &tables)?);
    }
    println!("{} files, {rows} rows", files.len());
    println!("bare Appender     {:.3} s", bare.as_secs_f64());
    println!("session           {:.3} s, ratio {:.2}", session.as_secs_f64(), bare.as_secs_f64() / session.as_secs_f64());
    println!("without resolving {:.3} s, ratio {:.2}", put.as_secs_f64(), bare.as_secs_f64() / put.as_secs_f64());
    Ok(())
}

/// Puts all files and commits: how long that takes, and how long resolving takes of it.
async fn load(directory: &Path, files: Vec<FileSnapshot>) -> Result<(Duration, Duration), Box<dyn Error>> {
    let begun = Instant::now();
    let mut session =
        DuckdbBackend::in_directory(directory).begin_index_session(SessionRequest::full(RuleSet::default())).await?;
    for file in files {
        session.put_file(file).await?;
    }
    session.queue_embeddings(Vec::new()).await?;
    let resolving = Instant::now();
    session.rebuild_derived().await?;
    let derived = resolving.elapsed();
    session.commit().await?;
    Ok((begun.elapsed(), derived))
}

fn read(path: &Path) -> Result<Vec<Table>, Box<dyn Error>> {
    let connection = Connection::open_with_flags(path, Config::default().access_mode(duckdb::AccessMode::ReadOnly)?)?;
    let mut statement = connection.prepare("SELECT table_name, sql FROM duckdb_tables()")?;
    let tables =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<Vec<(String, String)>, _>>()?;
    let table = |(name, sql): (String, String)| {
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{name}\""))?;
        let mut found = statement.query([])?;
        let columns = found.as_ref().map_or(0, duckdb::Statement::column_count);
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push((0..columns).map(|column| row.get(column)).collect::<Result<Vec<Value>, _>>()?);
        }
        Ok(Table { name, sql, rows })
    };
    tables.into_iter().map(table).collect()
}

fn append(path: &Path, tables: &[Table]) -> Result<Duration, Box<dyn Error>> {
    let _ = std::fs::remove_file(path);
    let begun = Instant::now();
    let config = Config::default()
        .with("storage_compatibility_version", "latest")?
        .with("default_block_size", "16384")?
        .with("checkpoint_threshold", "0B")?;
    let connection = Connection::open_with_flags(path, config)?;
    connection.execute_batch("BEGIN")?;
    for Table { name, sql, rows } in tables {
        connection.execute_batch(sql)?;
        let mut appender = connection.appender(name)?;
        for row in rows {
            appender.append_row(appender_params_from_iter(row))?;
        }
        appender.flush()?;
    }
    connection.execute_batch("COMMIT; CHECKPOINT")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(begun.elapsed())
}
