//! What is embedded when, by which engine, and how often: once.

#![allow(clippy::unwrap_used)]

#[path = "support/cases.rs"]
mod cases;

mod support;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use codira_contracts::{
    BoxError, EmbeddingSpec, EmbeddingState, IndexBackend, IndexReader, PendingRequest, Precision, SymbolKind, Vector,
};
use codira_indexer::{
    Embedding, EmbeddingBacklog, EmbeddingCounts, EmbeddingEngine, EmbeddingMode, EmbeddingPolicy, IndexReport, IndexRequest,
    Indexer, IndexerOptions, Ineligible, LexicalEngine, Outcome, PathPatterns,
};
use proptest::prelude::*;
use support::{CHANGED, Counting, Repo, Toy, full};
use tokio_util::sync::CancellationToken;

/// An engine that counts how often it embedded each text.
struct Counted {
    spec: EmbeddingSpec,
    embedded: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Counted {
    fn new(model: &str) -> Self {
        let spec = EmbeddingSpec {
            engine: "counted".to_owned(),
            engine_version: "1".to_owned(),
            model: model.to_owned(),
            model_version: "1".to_owned(),
            dimension: 2,
            precision: Precision::F32,
        };
        Self { spec, embedded: Arc::default() }
    }
}

impl EmbeddingEngine for Counted {
    fn spec(&self) -> &EmbeddingSpec {
        &self.spec
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, BoxError> {
        let mut embedded = self.embedded.lock().unwrap();
        texts.iter().for_each(|text| *embedded.entry((*text).to_owned()).or_default() += 1);
        Ok(texts.iter().map(|text| Vector::new(vec![1.0, text.len() as f32]).unwrap()).collect())
    }
}

/// A repository, its index, and the texts that were embedded for it.
struct World {
    repo: Repo,
    backend: Counting,
    engine: Arc<Counted>,
    policy: EmbeddingPolicy,
    analyzed: Arc<AtomicUsize>,
}

impl World {
    fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let engine = Arc::new(Counted::new("one"));
        let (backend, policy) = (Counting::default(), EmbeddingPolicy::default());
        Self { repo: Repo::of(files), backend, engine, policy, analyzed: Arc::default() }
    }

    fn embedding(&self) -> Embedding {
        Embedding::new(self.engine.clone(), self.policy.clone())
    }

    fn indexer(&mut self) -> Indexer<Counting> {
        let toy = Toy::new();
        self.analyzed = toy.counter();
        let indexer = Indexer::new(self.backend.clone(), self.repo.root(), vec![Arc::new(toy)], IndexerOptions::default());
        indexer.with_embedding(self.embedding())
    }

    async fn run(&mut self, request: IndexRequest) -> IndexReport {
        self.indexer().run(request, &|_| {}, &CancellationToken::new()).await.unwrap()
    }

    async fn embed_pending(&mut self) -> EmbeddingCounts {
        self.indexer().embed_pending(CHANGED(), &|_| {}, &CancellationToken::new()).await.unwrap().counts
    }

    /// The texts that were embedded since this was last asked, and how often.
    fn embedded(&self) -> Vec<(String, usize)> {
        std::mem::take(&mut *self.engine.embedded.lock().unwrap()).into_iter().collect()
    }

    /// Whether every row of the index has the spec in use, and its vector; and how many there are.
    fn rows(&self) -> (bool, usize) {
        let spec = self.embedding().spec().clone();
        let rows: Vec<_> = self.backend.files().into_iter().flat_map(|file| file.embeddings).collect();
        let good = |row: &codira_contracts::EmbeddingRow| row.spec == spec && matches!(row.state, EmbeddingState::Computed(_));
        (rows.iter().all(good), rows.len())
    }

    fn analyzed(&self) -> usize {
        self.analyzed.load(Ordering::SeqCst)
    }
}

fn mode(embeddings: EmbeddingMode) -> IndexRequest {
    IndexRequest { embeddings, ..CHANGED() }
}

fn counts(report: &IndexReport) -> EmbeddingCounts {
    report.embeddings.as_ref().unwrap().counts
}

fn once(texts: &[&str]) -> Vec<(String, usize)> {
    texts.iter().map(|text| ((*text).to_owned(), 1)).collect()
}

#[tokio::test]
async fn a_text_is_embedded_once_in_a_run_and_never_again() {
    let mut world = World::of([("a.toy", "def f\ncall g\ndef h\n"), ("b.toy", "def f\ncall g\n")]);
    let report = world.run(CHANGED()).await;
    assert_eq!(world.embedded(), once(&["function f\ng", "function h", "module a.toy", "module b.toy"]));
    assert_eq!(counts(&report), EmbeddingCounts { rows: 5, computed: 4, reused: 1, deferred: 0 });
    assert_eq!(world.rows(), (true, 5));

    let report = world.run(CHANGED()).await;
    assert!(matches!(report.outcome, Outcome::UpToDate { .. }));
    assert_eq!(counts(&report), EmbeddingCounts { rows: 5, computed: 0, reused: 5, deferred: 0 });
    world.repo.write("a.toy", "def f\ncall g\ndef h\ndef i\n");
    let report = world.run(CHANGED()).await;
    assert_eq!(world.embedded(), once(&["function i"]));
    assert_eq!(counts(&report), EmbeddingCounts { rows: 6, computed: 1, reused: 5, deferred: 0 }, "unchanged files count");
}

#[tokio::test]
async fn what_moves_keeps_its_vectors() {
    let mut world = World::of([("a.toy", "def f\n")]);
    world.run(CHANGED()).await;
    world.embedded();
    world.repo.remove("a.toy");
    world.repo.write("lib/b.toy", "def f\n");
    world.run(CHANGED()).await;
    assert_eq!(world.embedded(), once(&["module lib/b.toy"]), "the toy names its modules by path");
    world.run(full()).await;
    assert_eq!(world.embedded(), [], "not even where every file is analyzed again");
    assert_eq!(world.rows(), (true, 2));
}

#[tokio::test]
async fn deferred_rows_wait_and_are_worked_off_without_touching_a_file() {
    let mut world = World::of([("a.toy", "def f\n"), ("b.toy", "def f\n")]);
    let report = world.run(mode(EmbeddingMode::Deferred)).await;
    assert_eq!(counts(&report), EmbeddingCounts { rows: 4, computed: 0, reused: 0, deferred: 4 });
    assert_eq!(world.embedded(), []);
    assert!(!world.rows().0);
    let before = world.backend.files();

    assert_eq!(world.embed_pending().await, EmbeddingCounts { rows: 4, computed: 3, reused: 1, deferred: 0 });
    assert_eq!(world.embedded(), once(&["function f", "module a.toy", "module b.toy"]));
    assert_eq!(world.rows(), (true, 4));
    let after = world.backend.files();
    assert!(
        before.iter().zip(&after).all(|(before, after)| (&before.state, &before.analysis) == (&after.state, &after.analysis))
    );
    assert_eq!(world.analyzed(), 0);

    let sessions = world.backend.sessions();
    assert_eq!(world.embed_pending().await, EmbeddingCounts::default());
    assert_eq!(world.backend.sessions(), sessions, "no row is pending, so no session begins");
}

#[tokio::test]
async fn a_later_run_that_computes_now_works_off_pending_rows() {
    let mut world = World::of([("a.toy", "def f\n")]);
    world.run(mode(EmbeddingMode::Deferred)).await;
    world.run(CHANGED()).await;
    assert_eq!(world.embedded(), once(&["function f", "module a.toy"]));
    assert_eq!((world.rows(), world.analyzed()), ((true, 2), 0));
}

#[tokio::test]
async fn another_model_makes_new_vectors_without_analyzing() {
    let mut world = World::of([("a.toy", "def f\n"), ("b.toy", "def g\n")]);
    world.run(CHANGED()).await;
    for embeddings in [EmbeddingMode::Now, EmbeddingMode::Deferred] {
        world.engine = Arc::new(Counted::new(match embeddings {
            EmbeddingMode::Deferred => "three",
            _ => "two",
        }));
        let report = world.run(mode(embeddings)).await;
        assert_eq!(report.maintenance.orphaned_embeddings, 4);
        assert_eq!((counts(&report).rows, world.analyzed()), (4, 0));
    }
    world.embed_pending().await;
    assert_eq!(world.embedded().len(), 4);
    assert_eq!(world.rows(), (true, 4));
    let report = world.run(CHANGED()).await;
    assert!(matches!(report.outcome, Outcome::UpToDate { .. }));
}

#[tokio::test]
async fn off_removes_vectors_and_now_brings_them_back() {
    let mut world = World::of([("a.toy", "def f\n")]);
    world.run(CHANGED()).await;
    let report = world.run(mode(EmbeddingMode::Off)).await;
    assert_eq!((report.embeddings.is_none(), world.rows().1), (true, 0));
    let report = world.run(mode(EmbeddingMode::Off)).await;
    assert!(matches!(report.outcome, Outcome::UpToDate { .. }));
    world.run(CHANGED()).await;
    assert_eq!((world.rows(), world.analyzed()), ((true, 2), 0));
}

#[tokio::test]
async fn a_refresh_leaves_an_index_without_embeddings_as_it_is() {
    let mut world = World::of([("a.toy", "def f\n")]);
    world.run(mode(EmbeddingMode::Off)).await;
    world.repo.write("b.toy", "def g\n");
    let refresh = IndexRequest { embedding_backlog: EmbeddingBacklog::Leave, ..CHANGED() };
    let report = world.run(refresh).await;
    assert_eq!((report.counts.analyzed, report.embeddings.is_none()), (1, true));
    assert_eq!((world.rows().1, world.embedded()), (0, Vec::new()));

    world.run(CHANGED()).await;
    world.repo.write("b.toy", "def h\n");
    let report = world.run(refresh).await;
    assert_eq!(counts(&report).rows, 4, "where there are embeddings, they are kept up to date");
    assert_eq!(world.rows(), (true, 4));
}

#[tokio::test]
async fn a_refresh_leaves_rows_that_wait() {
    let mut world = World::of([("a.toy", "def f\n")]);
    world.run(mode(EmbeddingMode::Deferred)).await;
    world.repo.write("b.toy", "def g\n");
    let report = world.run(IndexRequest { embedding_backlog: EmbeddingBacklog::Leave, ..CHANGED() }).await;
    assert_eq!(counts(&report), EmbeddingCounts { rows: 4, computed: 2, reused: 0, deferred: 2 });
    assert_eq!(world.embedded(), once(&["function g", "module b.toy"]));
}

#[tokio::test]
async fn the_policy_leaves_out_by_kind_length_and_path_and_the_report_counts_it() {
    let mut world = World::of([("a.toy", "def f\ncall g\ndef h\n"), ("vendor/b.toy", "def f\n")]);
    world.policy = EmbeddingPolicy {
        skip_kinds: vec![SymbolKind::Module],
        min_words: 3.try_into().unwrap(),
        exclude: PathPatterns::new(["vendor/"]).unwrap(),
    };
    let report = world.run(CHANGED()).await;
    let expected = [(Ineligible::Kind, 1), (Ineligible::Short, 1), (Ineligible::Path, 2)];
    assert_eq!(report.embeddings.unwrap().skipped, BTreeMap::from(expected));
    assert_eq!(world.embedded(), once(&["function f\ng"]));

    world.policy = EmbeddingPolicy::default();
    world.run(CHANGED()).await;
    assert_eq!((world.rows(), world.analyzed()), ((true, 5), 0), "another policy is another spec");
}

#[tokio::test]
async fn pending_rows_are_answered_until_they_are_computed() {
    let mut world = World::of([("a.toy", "def f\n")]);
    world.run(mode(EmbeddingMode::Deferred)).await;
    let reader = world.backend.open_reader().await.unwrap();
    let pending = reader.pending_embeddings(&PendingRequest::default()).await.unwrap();
    assert_eq!(pending.iter().map(|row| &*row.text).collect::<Vec<_>>(), ["function f", "module a.toy"]);
}

fn embed(engine: &LexicalEngine, texts: &[&str]) -> Vec<Vector> {
    engine.embed(texts).unwrap()
}

#[test]
fn the_lexical_engine_gives_what_it_always_gave() {
    let vectors = embed(&LexicalEngine::new(), &["def get_queryset(self)\nReturns the rows.", ""]);
    let bits = |vector: &Vector| blake(vector.to_bytes());
    // Another digest is another version of the engine.
    assert_eq!(bits(&vectors[0]), "a41c8e73616638be");
    assert!(vectors[1].as_slice().iter().all(|number| number.to_bits() == 0), "a text without words is nowhere");
}

fn blake(bytes: Vec<u8>) -> String {
    codira_contracts::ContentHash::of(&bytes).to_string()[..16].to_owned()
}

#[test]
fn related_texts_are_nearer_than_others() {
    let texts = ["invalidating the query cache", "def invalidate_query_cache(self)", "def parse_http_header(line)"];
    let vectors = embed(&LexicalEngine::new(), &texts);
    let near = |a: usize, b: usize| codira_contracts::score::cosine(vectors[a].as_slice(), vectors[b].as_slice());
    assert!(near(0, 1) > 0.5 && near(0, 2).abs() < 0.3, "{} {}", near(0, 1), near(0, 2));
}

proptest! {
    #![proptest_config(cases::cases("tests/regressions/embedding.txt"))]

    #[test]
    fn a_vector_depends_on_its_text_alone(texts in prop::collection::vec(any::<String>(), 1..8), index in any::<prop::sample::Index>()) {
        let engine = LexicalEngine::new();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let index = index.index(texts.len());
        let batch = embed(&engine, &texts);
        prop_assert_eq!(&batch[index], &embed(&LexicalEngine::new(), &[texts[index]])[0]);
        prop_assert!(batch.iter().all(|vector| vector.as_slice().len() == engine.spec().dimension as usize));
        let length = codira_contracts::score::dot(batch[index].as_slice(), batch[index].as_slice());
        prop_assert!(length == 0.0 || (length - 1.0).abs() < 1e-5, "{}", length);
    }

    #[test]
    fn no_text_is_too_long(word in "[a-zA-Z_é日0-9 ]{0,20}", times in 0_usize..400) {
        prop_assert_eq!(embed(&LexicalEngine::new(), &[&word.repeat(times)]).len(), 1);
    }
}
