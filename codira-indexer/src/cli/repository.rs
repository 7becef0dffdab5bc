//! The repository that a command is about: found, configured, opened, and brought up to date.

use std::path::{self, Path};

use crate::{
    BackendChoice, Config, CoverageReport, Embedding, EmbeddingBacklog, EmbeddingMode, EmbeddingReport, Environment,
    IndexEvent, IndexReport, IndexRequest, Indexer, IndexerError, Location, Outcome, Refresh, Registries, RepoRoot,
    discover_root,
};
use codira_contracts::{BackendError, DynBackend, DynReader, ErrorKind, IndexBackend};
use tokio_util::sync::CancellationToken;

use super::{
    failure::Failure,
    options::Global,
    progress::Progress,
    style::{self, Styled},
};

/// A repository and its configuration. Finding it changes nothing.
pub(crate) struct Repository<'a> {
    pub(crate) root: RepoRoot,
    pub(crate) config: Config,
    pub(crate) registries: &'a Registries,
    pub(crate) choice: BackendChoice,
    quiet: bool,
}

impl<'a> Repository<'a> {
    /// Finds the repository that contains `directory`, else the one that contains the current
    /// directory.
    pub(crate) fn find(directory: Option<&Path>, global: &Global, registries: &'a Registries) -> Result<Self, Failure> {
        let root = discover_root(directory.unwrap_or(Path::new(".")))?;
        let mut config = Config::load(&root, &Environment::from_process())?;
        if let Some(name) = &global.backend {
            config.set_backend(name);
        }
        if let Some(directory) = &global.state_dir {
            let directory = path::absolute(directory).map_err(|error| Failure::System("find the state directory", error))?;
            config.set_state_directory(directory);
        }
        let choice = BackendChoice::of(&config);
        Ok(Self { root, config, registries, choice, quiet: global.quiet })
    }

    /// Where its index is.
    pub(crate) fn location(&self) -> Location {
        self.config.location(&self.root)
    }

    /// The chosen backend.
    pub(crate) fn backend(&self) -> Result<DynBackend, Failure> {
        Ok(self.registries.backends.open(&self.choice, &self.location())?)
    }

    /// A reader of the index, brought up to date first where `refresh` and the configuration have
    /// it so.
    pub(crate) async fn reader(&self, refresh: bool) -> Result<DynReader, Failure> {
        let backend = self.backend()?;
        let reader = backend.open_reader().await?;
        if !refresh || self.config.refresh() == Refresh::Never {
            return Ok(reader);
        }
        match self.index(backend.clone(), self.refresh()).await {
            Ok(IndexReport { outcome: Outcome::Committed { .. }, counts, .. }) => {
                let (analyzed, removed) = (style::count(counts.analyzed, "file", "files"), counts.removed);
                self.note(format_args!("the index was stale: {analyzed} analyzed again, {removed} removed"));
                Ok(backend.open_reader().await?)
            }
            Ok(_) => Ok(reader),
            Err(Failure::Indexer(IndexerError::Backend(error))) if leaves_readers_alone(&error) => {
                self.note(format_args!("answering from the last commit, which may be stale: {error}"));
                Ok(reader)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Brings the index up to date, with a progress bar, until it is interrupted.
    pub(crate) async fn index(&self, backend: DynBackend, request: IndexRequest) -> Result<IndexReport, Failure> {
        let indexer = self.indexer(backend, request.embeddings)?;
        self.followed(async |events, cancel| indexer.run(request, events, cancel).await).await
    }

    /// Computes the vectors that were put off, in the same way.
    pub(crate) async fn embed_pending(&self, backend: DynBackend, request: IndexRequest) -> Result<EmbeddingReport, Failure> {
        let engine = self.configured_embedding()?;
        let indexer = self.indexer(backend, EmbeddingMode::Off)?.with_embedding(engine);
        self.followed(async |events, cancel| indexer.embed_pending(request, events, cancel).await).await
    }

    /// Does something that has a progress bar and can be interrupted.
    async fn followed<T>(
        &self,
        work: impl AsyncFnOnce(&(dyn Fn(IndexEvent) + Send + Sync), &CancellationToken) -> Result<T, IndexerError>,
    ) -> Result<T, Failure> {
        let cancel = CancellationToken::new();
        let interrupted = tokio::spawn(cancel_when_interrupted(cancel.clone()));
        let progress = Progress::new(!self.quiet);
        let done = work(&|event: IndexEvent| progress.follow(event), &cancel).await;
        interrupted.abort();
        Ok(done?)
    }

    /// What brings the index up to date before a question, as it is configured.
    ///
    /// Embeddings that `codira index` was told to leave out or put off are not made by a question.
    fn refresh(&self) -> IndexRequest {
        IndexRequest {
            jobs: self.config.jobs(),
            embeddings: self.config.embedding_mode(),
            embedding_backlog: EmbeddingBacklog::Leave,
            ..IndexRequest::default()
        }
    }

    /// The indexer, with the configured engine unless embeddings are off.
    fn indexer(&self, backend: DynBackend, embeddings: EmbeddingMode) -> Result<Indexer<DynBackend>, Failure> {
        let languages = &self.registries.languages;
        let auditing = self.config.auditing(languages.auditors())?;
        let indexer = Indexer::new(backend, self.root.clone(), languages.analyzers(), self.config.indexer_options());
        let indexer = indexer.with_rules(languages.rules());
        let indexer = indexer.with_auditing(auditing);
        match embeddings {
            EmbeddingMode::Off => Ok(indexer),
            EmbeddingMode::Now | EmbeddingMode::Deferred => Ok(indexer.with_embedding(self.configured_embedding()?)),
        }
    }

    /// Compares the repository with its index.
    pub(crate) async fn coverage(&self) -> Result<CoverageReport, Failure> {
        let indexer = self.indexer(self.backend()?, EmbeddingMode::Off)?;
        let jobs = self.config.jobs();
        self.followed(async |_, cancel| indexer.coverage(jobs, cancel).await).await
    }

    /// What is embedded, and by which engine, as it is configured.
    fn configured_embedding(&self) -> Result<Embedding, Failure> {
        Ok(self.config.embedding(&self.root, &self.registries.engines)?)
    }

    /// What the index has embeddings of; `None` where they are off.
    pub(crate) fn embedding(&self) -> Result<Option<Embedding>, Failure> {
        match self.config.embedding_mode() {
            EmbeddingMode::Off => Ok(None),
            EmbeddingMode::Now | EmbeddingMode::Deferred => Ok(Some(self.configured_embedding()?)),
        }
    }

    /// Prints a note on standard error, apart from the answers.
    pub(crate) fn note(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            anstream::eprintln!("{} {text}", Styled(style::WARNING, "note:"));
        }
    }
}

/// Whether a refresh that fails in this way still leaves the last commit to be asked.
fn leaves_readers_alone(error: &BackendError) -> bool {
    matches!(error.kind(), ErrorKind::SessionBusy | ErrorKind::PermissionDenied | ErrorKind::NoSpace)
}

/// The first interruption cancels the run in order; the second ends the process at once.
async fn cancel_when_interrupted(cancel: CancellationToken) {
    while tokio::signal::ctrl_c().await.is_ok() {
        if cancel.is_cancelled() {
            std::process::exit(130);
        }
        cancel.cancel();
    }
}
