//! Ranked documentation: what comes first, why, and where it is.

#![cfg(feature = "languages")]
#![allow(clippy::unwrap_used)]

#[path = "support/cases.rs"]
mod cases;

mod support;

use codira_contracts::{DocumentationEntry, DocumentationKind, IndexBackend, PathPrefix};
use codira_indexer::{
    Indexer, IndexerOptions,
    retrieval::{DocumentationQuery, Field, Hit, documentation},
};
use proptest::prelude::*;
use support::{CHANGED, Counting, Repo};
use tokio_util::sync::CancellationToken;

const FILES: [(&str, &str); 5] = [
    ("docs/caching.md", "# Caching\n\nHow answers are kept.\n\n## Invalidation\n\nA cache is invalidated by signals.\n"),
    ("docs/install.md", "# Installing\n\nMake a cache directory first, then\nanother cache, and one more cache.\n"),
    ("docs/notes.txt", "Nothing about it.\n"),
    (
        "app.py",
        "\"\"\"The app.\"\"\"\n\n\ndef clear():\n    \"\"\"\n    Empty all of it.\n\n    The caches are gone then.\n    \"\"\"\n",
    ),
    ("lib.rs", "//! The library.\n\n/// Keeps answers.\n///\n/// Each cache is small.\npub struct Store;\n"),
];

async fn indexed() -> (Repo, Counting) {
    let (repo, backend) = (Repo::of(FILES), Counting::default());
    let indexer = Indexer::new(backend.clone(), repo.root(), codira_languages::analyzers(), IndexerOptions::default());
    indexer.run(CHANGED(), &|_| {}, &CancellationToken::new()).await.unwrap();
    (repo, backend)
}

async fn ask(backend: &Counting, query: DocumentationQuery) -> Vec<Hit<DocumentationEntry>> {
    documentation(&backend.open_reader().await.unwrap(), &query).await.unwrap()
}

fn about(words: &str) -> DocumentationQuery {
    DocumentationQuery { words: words.to_owned(), ..DocumentationQuery::default() }
}

fn titles(hits: &[Hit<DocumentationEntry>]) -> Vec<&str> {
    hits.iter().map(|hit| hit.entry.unit.title.as_str()).collect()
}

#[tokio::test]
async fn titles_count_more_than_text_and_rare_words_more_than_common_ones() {
    let (_repo, backend) = indexed().await;
    let hits = ask(&backend, about("caching")).await;
    assert_eq!(titles(&hits)[0], "Caching");
    assert_eq!(hits[0].reasons[0].field, Field::Title);
    assert_eq!(titles(&ask(&backend, about("when is the cache invalidated")).await)[0], "Invalidation");
    assert!(ask(&backend, about("unheard")).await.is_empty());
    assert!(ask(&backend, about("")).await.is_empty());
}

#[tokio::test]
async fn answers_can_be_narrowed() {
    let (_repo, backend) = indexed().await;
    let sections = DocumentationQuery { kind: Some(DocumentationKind::Section), ..about("cache") };
    assert!(ask(&backend, sections).await.iter().all(|hit| hit.entry.unit.kind == DocumentationKind::Section));
    let inside = DocumentationQuery { prefix: PathPrefix::new("lib.rs").unwrap(), ..about("cache") };
    assert_eq!(titles(&ask(&backend, inside).await), ["Store"]);
}

#[tokio::test]
async fn tests_and_release_notes_come_later_unless_they_are_asked_for() {
    let section = "# Freezing\n\nA freezer freezes.\n";
    let repo = Repo::of([("CHANGES.md", section), ("docs/freezing.md", section), ("tests/freezing.md", section)]);
    let backend = Counting::default();
    let indexer = Indexer::new(backend.clone(), repo.root(), codira_languages::analyzers(), IndexerOptions::default());
    indexer.run(CHANGED(), &|_| {}, &CancellationToken::new()).await.unwrap();
    let paths = async |words| {
        let hits = ask(&backend, about(words)).await;
        hits.into_iter().map(|hit| hit.entry.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(paths("freezing").await, ["docs/freezing.md", "CHANGES.md", "tests/freezing.md"]);
    assert_eq!(paths("what changed in freezing").await, ["CHANGES.md", "docs/freezing.md", "tests/freezing.md"]);
    assert_eq!(paths("tests of freezing").await, ["docs/freezing.md", "tests/freezing.md", "CHANGES.md"]);
}

#[tokio::test]
async fn a_snippet_is_a_line_of_the_file() {
    let (repo, backend) = indexed().await;
    let hits = ask(&backend, about("cache gone directory answers")).await;
    assert_eq!(hits.len(), 5);
    for hit in hits {
        let snippet = hit.snippet.unwrap();
        let text = std::fs::read_to_string(repo.path().join(hit.entry.path.as_str())).unwrap();
        let line = text.lines().nth(snippet.line as usize - 1).unwrap();
        assert!(line.contains(&snippet.text), "{line:?} {snippet:?}");
    }
}

proptest! {
    #![proptest_config(cases::costly("tests/regressions/documentation.txt", 4))]

    /// Whatever is asked, the first answers under a limit are the first without it, and scores
    /// fall.
    #[test]
    fn a_limit_cuts_the_list(words in "[a-zA-Z_ äß?(){}\"]{0,40}|(cache|keep|the|app|install)( (cache|gone|first))*", limit in 0..8_usize) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (_repo, backend) = indexed().await;
            let all = ask(&backend, about(&words)).await;
            assert!(all.windows(2).all(|pair| pair[0].score >= pair[1].score));
            let mut first = all.clone();
            first.truncate(limit);
            assert_eq!(ask(&backend, DocumentationQuery { limit: Some(limit), ..about(&words) }).await, first);
        });
    }
}
