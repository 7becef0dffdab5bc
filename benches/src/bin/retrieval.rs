//! `retrieval DIR... [--sample N] [--model DIR]`: how well functions are found by the first
//! sentence of their documentation, which is not indexed. Prints one table for each repository.

use std::{
    collections::BTreeMap,
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Parser;
use codira_benches::{
    code,
    retrieval::{Forgetful, Question, Ranker, Score, TermCount, by_vectors, is_function, sample},
};
use codira_contracts::{EmbeddingSpec, IndexBackend, PathPrefix, StableId, SymbolKey};
use codira_indexer::{
    Embedding, EmbeddingEngine, EmbeddingPolicy, IndexRequest, Indexer, IndexerOptions, LexicalEngine, RepoRoot,
    retrieval::{Channel, Context, ContextItem, ContextQuery, context},
};
use codira_sqlite::SqliteBackend;
use tokio_util::sync::CancellationToken;

/// Measures how well functions are found by what they are for.
#[derive(Parser)]
struct Arguments {
    /// Repositories, or directories of them
    #[arg(required = true)]
    repositories: Vec<PathBuf>,
    /// How many functions of each are asked for
    #[arg(long, default_value_t = 300)]
    sample: usize,
    /// Keep the indexes in this directory, so that the next run of the same questions computes no
    /// vector again
    #[arg(long)]
    keep: Option<PathBuf>,
    /// The directory of a model
    #[cfg(feature = "model")]
    #[arg(long)]
    model: Option<PathBuf>,
}

/// A channel with what it scored, over all questions, over those that name the function, and over
/// those that only describe it.
struct Row {
    channel: String,
    all: Score,
    described: Score,
    named: Score,
}

impl Row {
    fn new(channel: impl Into<String>) -> Self {
        Self { channel: channel.into(), all: Score::default(), described: Score::default(), named: Score::default() }
    }

    fn add(&mut self, question: &Question, ranked: &[SymbolKey]) {
        let score = if question.names_it { &mut self.named } else { &mut self.described };
        let rank = ranked.iter().position(|key| *key == question.answer);
        self.all.add(rank);
        score.add(rank);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let engines = engines(&arguments)?;
    for repository in &arguments.repositories {
        let root = RepoRoot::new(repository.canonicalize()?)?;
        let questions = questions(&root, arguments.sample).await?;
        let mut rows = Vec::new();
        for engine in &engines {
            let state = state(&arguments, repository, engine.spec());
            rows.extend(measure(&root, state, &questions, engine, rows.is_empty()).await?);
        }
        print(repository, &rows);
    }
    Ok(())
}

/// The engines that are measured.
fn engines(arguments: &Arguments) -> Result<Vec<Arc<dyn EmbeddingEngine>>, Box<dyn Error>> {
    let lexical: Arc<dyn EmbeddingEngine> = Arc::new(LexicalEngine::new());
    #[cfg(feature = "model")]
    if let Some(directory) = &arguments.model {
        return Ok(vec![lexical, Arc::new(codira_indexer::ModelEngine::open(directory)?)]);
    }
    #[cfg(not(feature = "model"))]
    let _ = arguments;
    Ok(vec![lexical])
}

/// Where the index of a repository is saved, if it is.
fn state(arguments: &Arguments, repository: &Path, spec: &EmbeddingSpec) -> Option<PathBuf> {
    let name = format!("{} {} {}", repository.display(), arguments.sample, spec.engine).replace('/', "-");
    arguments.keep.as_ref().map(|directory| directory.join(name))
}

/// The questions about a repository.
async fn questions(root: &RepoRoot, count: usize) -> Result<Vec<Question>, Box<dyn Error>> {
    let store = tempfile::tempdir()?;
    let backend = SqliteBackend::in_directory(store.path());
    let indexer =
        Indexer::new(backend, root.clone(), code::analyzers(), IndexerOptions::default()).with_rules(codira_languages::rules());
    indexer.run(IndexRequest::default(), &|_| {}, &CancellationToken::new()).await?;
    Ok(sample(&indexer.backend().open_reader().await?, count).await?)
}

/// What the channels of an index with `engine` score; `words` also those that need no vectors.
async fn measure(
    root: &RepoRoot,
    saved: Option<PathBuf>,
    questions: &[Question],
    engine: &Arc<dyn EmbeddingEngine>,
    words: bool,
) -> Result<Vec<Row>, Box<dyn Error>> {
    let store = tempfile::tempdir()?;
    let backend = SqliteBackend::in_directory(saved.as_deref().unwrap_or(store.path()));
    let analyzers = Forgetful::wrap(code::analyzers(), questions);
    let embedding = Embedding::new(Arc::clone(engine), EmbeddingPolicy::default());
    let spec = embedding.spec().clone();
    let indexer = Indexer::new(backend, root.clone(), analyzers, IndexerOptions::default())
        .with_rules(codira_languages::rules())
        .with_embedding(embedding.clone());
    let report = indexer.run(IndexRequest::default(), &|_| {}, &CancellationToken::new()).await?;
    eprintln!("{}: {:?}, {:?}", spec, report.embeddings.map(|report| report.counts), report.timings.embed);
    let reader = indexer.backend().open_reader().await?;

    let mut rows = Vec::new();
    if words {
        let terms = TermCount::read(&reader).await?;
        let mut row = Row::new("term count");
        questions.iter().for_each(|question| row.add(question, &terms.rank(&question.text)));
        rows.push(row);
    }
    let mut vectors = Row::new(format!("vectors of {}", spec.model));
    for question in questions {
        let vector = engine.embed(&[&question.text]).map_err(|error| error.to_string())?.remove(0);
        vectors.add(question, &by_vectors(&reader, &spec, vector).await?);
    }
    rows.push(vectors);
    let mut merge = Row::new(format!("ctx with vectors of {}", spec.model));
    let mut apart: BTreeMap<Channel, Row> = BTreeMap::new();
    for question in questions {
        let query =
            ContextQuery { question: question.text.clone(), prefix: PathPrefix::root(), budget: usize::MAX, limit: 200 };
        let context = context(&reader, Some(&embedding), &query).await?;
        merge.add(question, &functions(&context, |_| Some(0)));
        for channel in Channel::ALL {
            let of_channel = |item: &ContextItem| Some(item.reasons.iter().find(|reason| reason.channel == channel)?.rank);
            apart
                .entry(channel)
                .or_insert_with(|| Row::new(format!("  its channel {}", channel.as_str())))
                .add(question, &functions(&context, of_channel));
        }
    }
    rows.extend(apart.into_values());
    rows.push(merge);
    Ok(rows)
}

/// The functions of a context for which `rank` knows one, by that; of equal rank, in the order of
/// the context.
fn functions(context: &Context, rank: impl Fn(&ContextItem) -> Option<usize>) -> Vec<SymbolKey> {
    let functions = context.answers.iter().filter(|item| item.kind.is_some_and(is_function));
    let mut ranked: Vec<_> = functions.filter_map(|item| Some((rank(item)?, item))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let key = |(_, item): (usize, &ContextItem)| SymbolKey { path: item.path.clone(), id: StableId::new(&item.id) };
    ranked.into_iter().map(key).collect()
}

fn print(repository: &Path, rows: &[Row]) {
    let Some(first) = rows.first() else { return };
    let (described, named) = (first.described.questions(), first.named.questions());
    println!("\n{}: {} questions, {named} name the function", repository.display(), described + named);
    println!("{:<34} {:>8} {:>10} {:>20} {:>10}", "channel", "MRR@10", "recall@10", "(described) MRR@10", "recall@10");
    for Row { channel, all, described, .. } in rows {
        let [mrr, recall, described_mrr, described_recall] = [all.mrr(), all.recall(), described.mrr(), described.recall()];
        println!("{channel:<34} {mrr:>8.3} {recall:>10.3} {described_mrr:>20.3} {described_recall:>10.3}");
    }
}
