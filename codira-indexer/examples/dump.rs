//! Prints everything that a repository's index answers, as lines of JSON:
//! `cargo run --example dump -- DIR`.
//!
//! Two indexes of the same files have the same dump, however they came to be:
//!
//! ```sh
//! codira index repo && cargo run --example dump -- repo > incremental
//! codira index repo --full && cargo run --example dump -- repo > full
//! cmp incremental full
//! ```

use std::{
    error::Error,
    io::{self, BufWriter, Write},
    path::Path,
};

use codira_contracts::IndexBackend;
use codira_indexer::{BackendChoice, BackendRegistry, Config, Environment, discover_root, dump};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let root = discover_root(Path::new(&directory))?;
    let config = Config::load(&root, &Environment::from_process())?;
    let backend = BackendRegistry::first_party().open(&BackendChoice::of(&config), &config.location(&root))?;
    let mut out = BufWriter::new(io::stdout().lock());
    dump(&backend.open_reader().await?, &mut out).await?;
    Ok(out.flush()?)
}
