//! What is measured: pieces of work, each done by a process of its own.

use std::{error::Error, fs, hint::black_box, path::Path, sync::Arc, thread};

use codira_contracts::{ContentHash, DynBackend, IndexBackend, IndexReader, SymbolRequest};
use codira_indexer::{
    BackendChoice, BackendRegistry, ConfigSource, Embedding, EmbeddingPolicy, IndexRequest, Indexer, IndexerOptions,
    LexicalEngine, Location, RepoRoot,
};
use ignore::WalkBuilder;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{code, parse::parse_tree, sqlite};

/// A piece of work on a tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Work {
    /// Finds every file and asks for its size and time.
    Walk,
    /// Finds, reads and hashes every file.
    Hash,
    /// Finds, reads and parses every source file, on every processor.
    Parse,
    /// Brings the index of a backend up to date, whatever that takes.
    Index {
        /// Its name.
        backend: String,
        /// What is indexed.
        scope: Scope,
    },
    /// Asks a backend for the symbols of a name.
    Symbol {
        /// Its name.
        backend: String,
        /// The name of the symbols.
        name: String,
    },
    /// Opens a file of SQLite's with its driver and reads one row of it.
    OneRow {
        /// The file, inside the tree.
        file: String,
    },
    /// The same with a file of DuckDB's.
    #[cfg(feature = "duckdb")]
    OneRowOfDuckdb {
        /// The file, inside the tree.
        file: String,
    },
}

/// What of a tree is indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Source code: what other tools index, too.
    Code,
    /// What the command indexes by default: documents, too, and a vector for each symbol and
    /// section.
    Everything,
}

/// Does the work, with backends of the registry.
///
/// # Errors
///
/// Whatever goes wrong.
pub fn perform(work: &Work, root: &Path, registry: &BackendRegistry) -> Result<(), Box<dyn Error>> {
    let files = || {
        let walk = WalkBuilder::new(root).require_git(false).build().filter_map(Result::ok);
        walk.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
    };
    match work {
        Work::Walk => {
            black_box(files().filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum::<u64>());
        }
        Work::Hash => {
            for bytes in files().filter_map(|entry| fs::read(entry.path()).ok()) {
                black_box(ContentHash::of(&bytes));
            }
        }
        Work::Parse => {
            black_box(parse_tree(root, thread::available_parallelism().map_or(1, usize::from)));
        }
        Work::Index { backend, scope } => {
            let root = RepoRoot::new(root.canonicalize()?)?;
            let (analyzers, embedding) = match scope {
                Scope::Code => (code::analyzers(), None),
                Scope::Everything => {
                    let embedding = Embedding::new(Arc::new(LexicalEngine::new()), EmbeddingPolicy::default());
                    (codira_languages::analyzers(), Some(embedding))
                }
            };
            let mut indexer = Indexer::new(open(backend, &root, registry)?, root, analyzers, IndexerOptions::default())
                .with_rules(codira_languages::rules());
            if let Some(embedding) = embedding {
                indexer = indexer.with_embedding(embedding);
            }
            let run = indexer.run(IndexRequest::default(), &|_| {}, &CancellationToken::new()).await_on_threads()?;
            black_box(run?);
        }
        Work::Symbol { backend, name } => {
            let root = RepoRoot::new(root.canonicalize()?)?;
            let backend = open(backend, &root, registry)?;
            let ask = async {
                let reader = backend.open_reader().await?;
                reader.symbols(&SymbolRequest::named(name)).await
            };
            black_box(ask.await_on_threads()??);
        }
        Work::OneRow { file } => {
            black_box(sqlite::open_and_read_one(&root.join(file))?);
        }
        #[cfg(feature = "duckdb")]
        Work::OneRowOfDuckdb { file } => {
            black_box(crate::duckdb::open_and_read_one(&root.join(file))?);
        }
    }
    Ok(())
}

fn open(backend: &str, root: &RepoRoot, registry: &BackendRegistry) -> Result<DynBackend, Box<dyn Error>> {
    let choice = BackendChoice { name: backend.to_owned(), source: ConfigSource::Argument };
    Ok(registry.open(&choice, &Location::of(root))?)
}

/// Waits for a future on a runtime like the command's.
trait AwaitOnThreads: Future + Sized {
    fn await_on_threads(self) -> std::io::Result<Self::Output> {
        Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(self))
    }
}

impl<T: Future> AwaitOnThreads for T {}
