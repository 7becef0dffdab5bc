//! Contexts: what is in them, in which order, and that nothing but the index decides about it.

#![allow(clippy::unwrap_used)]

#[path = "support/cases.rs"]
mod cases;

mod support;

use std::sync::Arc;

use codira_contracts::{IndexBackend, PathPrefix};
use codira_indexer::{
    Embedding, EmbeddingPolicy, IndexRequest, Indexer, IndexerOptions, LexicalEngine,
    retrieval::{Channel, Context, ContextQuery, context},
};
use codira_memory::MemoryBackend;
use proptest::prelude::*;
use support::{CHANGED, Repo, Toy};
use tokio_util::sync::CancellationToken;

/// Paths that count less come before and after the rest in the order of paths.
const FILES: [(&str, &str); 5] = [
    ("benches/cache.toy", "def invalidate_cache\n"),
    ("cache.toy", "def invalidate_cache\ncall clear\ndef read_cache\ndef clear\n"),
    ("store.toy", "def drop_entries\ndef unrelated\n"),
    ("tests/cache.toy", "def invalidate_cache\n"),
    ("vendor/cache.toy", "def invalidate_cache\n"),
];

/// An index of [`FILES`], with vectors.
async fn indexed(request: IndexRequest) -> (MemoryBackend, Embedding) {
    let repo = Repo::of(FILES);
    let embedding = Embedding::new(Arc::new(LexicalEngine::new()), EmbeddingPolicy::default());
    let indexer = Indexer::new(MemoryBackend::default(), repo.root(), vec![Arc::new(Toy::new())], IndexerOptions::default());
    let indexer = indexer.with_embedding(embedding.clone());
    indexer.run(request, &|_| {}, &CancellationToken::new()).await.unwrap();
    (indexer.backend().clone(), embedding)
}

fn about(question: &str) -> ContextQuery {
    ContextQuery { question: question.to_owned(), prefix: PathPrefix::root(), budget: 4000, limit: 20 }
}

async fn ask(query: &ContextQuery) -> Context {
    let (backend, embedding) = indexed(CHANGED()).await;
    context(&backend.open_reader().await.unwrap(), Some(&embedding), query).await.unwrap()
}

fn hits(context: &Context) -> Vec<String> {
    context.answers.iter().map(|item| format!("{}#{}", item.path, item.id)).collect()
}

#[tokio::test]
async fn the_best_comes_first_and_tests_and_code_of_others_later() {
    let found = ask(&about("where is the cache invalidated")).await;
    let hits = hits(&found);
    assert_eq!(hits[0], "cache.toy#invalidate_cache");
    let position = |wanted: &str| hits.iter().position(|hit| hit == wanted).unwrap();
    assert!(position("benches/cache.toy#invalidate_cache") > 0, "{hits:?}");
    let of_tests = self::hits(&ask(&about("tests where the cache is invalidated")).await);
    let later = |hits: &[String]| hits.iter().position(|hit| hit == "tests/cache.toy#invalidate_cache").unwrap();
    assert!(later(&of_tests) < later(&hits), "unless they are asked for: {of_tests:?}");
}

#[tokio::test]
async fn each_hit_has_its_reasons() {
    let found = ask(&about("where is the cache invalidated")).await;
    let channels = |id: &str| {
        let item = found.answers.iter().find(|item| item.id == id).unwrap();
        item.reasons.iter().map(|reason| (reason.channel, reason.detail.clone())).collect::<Vec<_>>()
    };
    let best = channels("invalidate_cache");
    assert!(best.contains(&(Channel::Names, "cache, invalidated".to_owned())), "{best:?}");
    assert!(best.iter().any(|(channel, _)| *channel == Channel::Vectors), "{best:?}");
    // It shares no word with the question.
    assert!(channels("clear").contains(&(Channel::Graph, "called by invalidate_cache".to_owned())));
    assert!(ask(&about("drop_entries")).await.answers[0].reasons.iter().any(|reason| reason.channel == Channel::Exact));
}

#[tokio::test]
async fn a_function_is_found_by_what_it_does_though_its_name_tells_nothing() {
    let bodies = "def f(key):\n    expired = entries.pop(key)\n    log(expired)\n\n\ndef g(key):\n    \"\"\"Pops expired.\"\"\"\n    f(key)\n";
    let repo = Repo::of([("store/entries.py", bodies)]);
    let indexer = Indexer::new(MemoryBackend::default(), repo.root(), codira_languages::analyzers(), IndexerOptions::default());
    indexer.run(CHANGED(), &|_| {}, &CancellationToken::new()).await.unwrap();
    let reader = indexer.backend().open_reader().await.unwrap();
    let found = context(&reader, None, &about("which entries pop as expired")).await.unwrap();
    let reason = |id: &str| {
        let item = found.answers.iter().find(|item| item.id == id).unwrap();
        item.reasons.iter().find(|reason| reason.channel == Channel::Bodies).map(|reason| reason.detail.clone())
    };
    assert_eq!(reason("f"), Some("entries, pop, expired".to_owned()));
    assert_eq!(reason("g"), None, "its documentation says so, which is for another channel to find");
}

#[tokio::test]
async fn lines_keep_to_the_budget_and_are_shown_once() {
    for budget in [0, 10, 20, 40, 80, 4000] {
        let found = ask(&ContextQuery { budget, ..about("where is the cache invalidated") }).await;
        assert!(found.tokens <= budget, "{} of {budget}", found.tokens);
        assert_eq!(found.more, budget < 4000);
        let mut lines: Vec<_> =
            found.answers.iter().flat_map(|item| item.lines.iter().map(|line| (item.path.clone(), line.number))).collect();
        let number = lines.len();
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), number);
    }
    let one = ask(&ContextQuery { limit: 1, ..about("where is the cache invalidated") }).await;
    assert!(one.more && one.answers.len() == 1);
    assert_eq!(ask(&about("")).await.answers, []);
    assert_eq!(
        ask(&ContextQuery { prefix: PathPrefix::new("store.toy").unwrap(), ..about("cache entries") }).await.answers[0].id,
        "drop_entries"
    );
}

#[tokio::test]
async fn a_context_depends_on_the_index_and_the_question_alone() {
    let one = ask(&about("where is the cache invalidated")).await;
    let (backend, embedding) = indexed(IndexRequest { jobs: std::num::NonZeroUsize::MIN, ..CHANGED() }).await;
    let query = about("where is the cache invalidated");
    let two = context(&backend.open_reader().await.unwrap(), Some(&embedding), &query).await.unwrap();
    assert_eq!(one, two);
}

proptest! {
    #![proptest_config(cases::costly("tests/regressions/context.txt", 8))]

    #[test]
    fn no_question_panics(question in any::<String>(), budget in 0_usize..200, limit in 0_usize..5) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(ask(&ContextQuery { budget, limit, ..about(&question) }));
        prop_assert!(found.answers.len() <= limit && found.tokens <= budget);
    }
}
