//! A directory of Brook, indexed and asked.

use std::path::Path;

use codira_contracts::{EdgeEnd, EdgeRequest, IndexBackend as _, IndexReader as _, RepoRoot, UseKind};
use codira_indexer::{IndexRequest, Indexer, IndexerOptions, LanguageRegistry};
use codira_memory::MemoryBackend;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn callers_are_found() {
    let mut languages = LanguageRegistry::first_party();
    languages.register(toy_language::brook()).unwrap();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample");
    let root = RepoRoot::new(directory.canonicalize().unwrap()).unwrap();
    let indexer = Indexer::new(MemoryBackend::default(), root, languages.analyzers(), IndexerOptions::default());
    let report = indexer.run(IndexRequest::default(), &|_event| {}, &CancellationToken::new()).await.unwrap();
    assert_eq!(report.counts.analyzed, 2);

    let reader = indexer.backend().open_reader().await.unwrap();
    let request = EdgeRequest::new(UseKind::Call, EdgeEnd::ToNamed("greet".to_owned()));
    let callers: Vec<_> = reader.edges(&request).await.unwrap().into_iter().map(|edge| edge.owner.key.to_string()).collect();
    assert_eq!(callers, ["main.brook#module"]);
}
