//! Indexes a directory of Python through the backend `demo`, chosen by name, and asks for callers:
//! `cargo run --example ask -- DIRECTORY NAME`.

use std::{error::Error, fmt::Write as _, path::Path};

use codira_contracts::{DynBackend, EdgeEnd, EdgeRequest, IndexBackend, IndexReader, SymbolRequest, UseKind};
use codira_indexer::{
    BackendChoice, BackendFactory, BackendRegistry, ConfigSource, IndexRequest, Indexer, IndexerOptions, Location,
    discover_root,
};
use demo_backend::{FILE_NAME, NAME};
use tokio_util::sync::CancellationToken;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(directory), Some(name)) = (arguments.next(), arguments.next()) else { return Err("DIRECTORY NAME".into()) };
    print!("{}", index_and_ask(Path::new(&directory), &name).await?);
    Ok(())
}

/// Where `name` is, and its callers, after bringing the index of `directory` up to date.
pub async fn index_and_ask(directory: &Path, name: &str) -> Result<String, Box<dyn Error>> {
    let mut registry = BackendRegistry::first_party();
    registry.register(BackendFactory::new(NAME, env!("CARGO_PKG_NAME"), Some(FILE_NAME), |location| {
        Ok(DynBackend::new(demo_backend::in_directory(location.state.path())))
    }))?;

    // A tool would let `Config` say which backend; here it is as after `--backend demo`.
    let choice = BackendChoice { name: NAME.to_owned(), source: ConfigSource::Argument };
    let root = discover_root(directory)?;
    let backend = registry.open(&choice, &Location::of(&root))?;
    let indexer = Indexer::new(backend, root, codira_languages::analyzers(), IndexerOptions::default())
        .with_rules(codira_languages::rules());
    let report = indexer.run(IndexRequest::default(), &|_event| {}, &CancellationToken::new()).await?;

    let reader = indexer.backend().open_reader().await?;
    let mut text = format!("{} of {} files analyzed\n", report.counts.analyzed, reader.totals().await?.files);
    for found in reader.symbols(&SymbolRequest::named(name)).await? {
        writeln!(text, "{}:{} {}", found.path, found.symbol.span.first, found.logical_name)?;
        for edge in reader.edges(&EdgeRequest::new(UseKind::Call, EdgeEnd::To(found.key()))).await? {
            writeln!(text, "    is called by {}", edge.owner.key)?;
        }
    }
    Ok(text)
}
