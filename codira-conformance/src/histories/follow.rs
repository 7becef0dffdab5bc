//! Leading a backend through a history, side by side with the reference.

use std::sync::Arc;

use codira_contracts::{
    BackendDescriptor, BackendError, Commit, ComputedEmbedding, ErrorKind, FileSnapshot, IndexBackend, IndexReader,
    IndexWriteSession, PendingEmbedding, PendingRequest, SymbolKey,
};
use codira_memory::{Draft, IndexState, MemoryBackend, MemoryReader};

use super::{Edit, End, History, Run, Waiting, Whose, draw_model::vector};
use crate::{
    Outcome, Violation,
    cancel::cancelled,
    cx::Settings,
    observe::{keeps_embeddings, observe, same},
    question::Question,
    verdict::ensure,
};

/// How many readers are held open through a history.
const HELD_READERS: usize = 3;

/// A backend and the reference, which are led through the same sessions.
pub(crate) struct Twins<'a, B: IndexBackend> {
    backend: &'a B,
    settings: &'a Settings,
    embeddings: bool,
    model: Arc<IndexState>,
    /// Only asked what it is.
    memory: MemoryBackend,
    /// What is asked after every session.
    everything: Vec<Question>,
    /// Readers that were opened on the way, and what they answered then.
    held: Vec<(B::Reader, String)>,
    /// Whether the answers of sessions are compared, too.
    judging: bool,
    /// A cancelled call may still hold the writer lock.
    unsettled: bool,
}

/// Leads a backend where nothing is indexed through `history`: after every session, every answer
/// is the reference's; and at the end, every reader that was opened on the way still answers as it
/// did.
pub(crate) async fn follow<B: IndexBackend>(backend: &B, settings: &Settings, history: &History) -> Outcome {
    let mut twins = Twins::new(backend, settings, Question::everything());
    twins.compare(&[]).await?;
    for (number, run) in (1..).zip(&history.0) {
        let after = |violation: Violation| violation.during(format_args!("session {number}"));
        twins.lead(run).await.map_err(after)?;
        twins.compare(&run.questions).await.map_err(after)?;
    }
    twins.look_back().await
}

impl<'a, B: IndexBackend> Twins<'a, B> {
    /// A backend where nothing is indexed.
    pub(crate) fn new(backend: &'a B, settings: &'a Settings, everything: Vec<Question>) -> Self {
        let embeddings = keeps_embeddings(backend.descriptor());
        let (model, memory) = (Arc::default(), MemoryBackend::default());
        Self { backend, settings, embeddings, model, memory, everything, held: Vec::new(), judging: true, unsettled: false }
    }

    /// Sessions may answer as they like.
    pub(crate) fn unjudged(self) -> Self {
        Self { judging: false, ..self }
    }

    /// Both go through one session.
    pub(crate) async fn lead(&mut self, run: &Run) -> Outcome {
        let mut session = self.begin(run).await?;
        let mut draft = self.model.begin(run.request());
        for edit in &run.edits {
            self.edit(&mut session, &mut draft, edit).await.map_err(|violation| violation.during(edit))?;
        }
        match &run.end {
            End::Commit | End::CancelBegin(_) => self.commit(session.commit().await?, draft),
            End::Abort => Ok(session.abort().await?),
            End::Drop => {
                drop(session);
                Ok(())
            }
            End::CancelCommit(polls) => match cancelled(*polls, session.commit()).await {
                Some(commit) => self.commit(commit?, draft),
                None => self.commit_perhaps(draft).await,
            },
            End::CancelPut(polls, file) => {
                let file = self.strip(file);
                match cancelled(*polls, session.put_file(file.clone())).await {
                    Some(put) => self.same_refusal(put.map(drop), draft.put_file(file).map(drop))?,
                    None => {
                        let committed = session.commit().await?;
                        return self.put_perhaps(committed, draft, file).await;
                    }
                }
                self.commit(session.commit().await?, draft)
            }
        }
    }

    async fn begin(&mut self, run: &Run) -> Outcome<B::Session> {
        if let End::CancelBegin(polls) = run.end {
            if let Some(session) = cancelled(polls, self.backend.begin_index_session(run.request())).await {
                return Ok(session?);
            }
            self.unsettled = true;
        }
        if std::mem::take(&mut self.unsettled) {
            return self.settings.begin_when_free(self.backend, run.request()).await;
        }
        Ok(self.backend.begin_index_session(run.request()).await?)
    }

    fn commit(&mut self, Commit { generation, replaced }: Commit, draft: Draft) -> Outcome {
        let model = draft.seal();
        let expected = model.generation();
        if self.judging {
            ensure!(generation == expected, "the commit is number {generation}, and should be {expected}");
            ensure!(replaced.is_none(), "the commit says that it replaced something unreadable: {replaced:?}");
        }
        self.model = Arc::new(model);
        Ok(())
    }

    /// A commit that was dropped has published everything or nothing; the generation tells which.
    async fn commit_perhaps(&mut self, draft: Draft) -> Outcome {
        drop(self.settings.begin_when_free(self.backend, draft.request()).await?);
        let sealed = draft.seal();
        match self.backend.open_reader().await {
            Ok(reader) if reader.inventory().await?.generation == sealed.generation() => self.model = Arc::new(sealed),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotIndexed => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// A put that was dropped has put the whole file or nothing of it; the file tells which.
    async fn put_perhaps(&mut self, committed: Commit, draft: Draft, file: FileSnapshot) -> Outcome {
        let found = self.backend.open_reader().await?.file(file.path()).await?;
        let mut with = draft.clone();
        let path = file.path().clone();
        let was_put = with.put_file(file).is_ok() && found.as_ref() == with.state().file(&path);
        self.commit(committed, if was_put { with } else { draft })
    }

    async fn edit(&self, session: &mut B::Session, draft: &mut Draft, edit: &Edit) -> Outcome {
        if !self.embeddings && edit.is_about_embeddings() {
            return Ok(());
        }
        match edit {
            Edit::Put(file) => {
                let file = self.strip(file);
                self.same_refusal(session.put_file(file.clone()).await, draft.put_file(file))
            }
            Edit::Remove(path) => {
                draft.remove_file(path);
                Ok(session.remove_file(path).await?)
            }
            Edit::Maintain(retention) => self.same_answer(session.maintain(retention).await, Ok(draft.maintain(retention))),
            Edit::Queue(rows) => {
                let keys = keys(draft.state());
                let rows: Vec<_> = rows.iter().filter_map(|row| row.pending(&keys)).collect();
                self.same_refusal(session.queue_embeddings(rows.clone()).await, draft.queue_embeddings(rows))
            }
            Edit::ComputePending(limit, numbers) => {
                let pending = draft.pending_embeddings(&PendingRequest::default().limit(*limit));
                let rows: Vec<_> = pending.into_iter().filter_map(|row| compute(row, numbers)).collect();
                self.same_answer(session.store_embeddings(rows.clone()).await, draft.store_embeddings(rows))
            }
            Edit::Store(rows) => {
                self.same_answer(session.store_embeddings(rows.clone()).await, draft.store_embeddings(rows.clone()))
            }
            Edit::WriteInventory(inventory) => {
                self.same_refusal(session.write_inventory(inventory.clone()).await, draft.write_inventory(inventory.clone()))
            }
            Edit::RebuildDerived => Ok(session.rebuild_derived().await.map(drop)?),
            Edit::AskReusable(request) => {
                self.same_answer(session.reusable_embeddings(request).await, Ok(draft.reusable_embeddings(request)))
            }
            Edit::AskPending(request) => {
                self.same_answer(session.pending_embeddings(request).await, Ok(draft.pending_embeddings(request)))
            }
        }
    }

    /// The file without what the backend does not claim to keep.
    fn strip(&self, file: &FileSnapshot) -> FileSnapshot {
        let mut file = file.clone();
        if !self.embeddings {
            file.embeddings.clear();
        }
        file
    }

    fn same_answer<T: std::fmt::Debug>(&self, got: Result<T, BackendError>, expected: Result<T, BackendError>) -> Outcome {
        let text = |answer: Result<T, BackendError>| match answer {
            Ok(answer) => Ok(format!("{answer:#?}\n")),
            Err(error) if error.kind() == ErrorKind::InvalidInput => Ok("refused: InvalidInput\n".to_owned()),
            Err(error) => Err(Violation::from(error)),
        };
        let (expected, got) = (text(expected)?, text(got)?);
        if self.judging { same("the session answers otherwise", &expected, &got) } else { Ok(()) }
    }

    fn same_refusal(&self, got: Result<(), BackendError>, expected: Result<(), BackendError>) -> Outcome {
        match (got, expected) {
            (Ok(()), Err(refused)) if self.judging => {
                Err(Violation::new(format_args!("accepted, and should be refused: {refused}")))
            }
            (got, expected) => self.same_answer(got, expected),
        }
    }

    /// Both give the same answers, to everything and to `questions`.
    pub(crate) async fn compare(&mut self, questions: &[Question]) -> Outcome {
        let reader = match self.backend.open_reader().await {
            Err(error) if error.kind() == ErrorKind::NotIndexed => {
                ensure!(self.model.generation() == 0, "nothing is indexed, and {} was committed", self.model.generation());
                return Ok(());
            }
            reader => reader?,
        };
        ensure!(self.model.generation() > 0, "a reader opens, and nothing was committed");
        let model = MemoryReader::new(&self.model);
        let (own, memory) = (self.backend.descriptor(), self.memory.descriptor());
        let expected = self.observe(&model, memory, &self.everything).await?;
        same("the answers differ", &expected, &self.observe(&reader, own, &self.everything).await?)?;
        let answers = self.observe(&reader, own, questions).await?;
        same("the answers differ", &self.observe(&model, memory, questions).await?, &answers)?;
        if self.held.len() < HELD_READERS {
            self.held.push((reader, expected));
        }
        Ok(())
    }

    /// Every reader that was opened on the way still answers as it did.
    pub(crate) async fn look_back(self) -> Outcome {
        for (reader, before) in &self.held {
            let now = self.observe(reader, self.backend.descriptor(), &self.everything).await?;
            let generation = reader.inventory().await?.generation;
            same(format_args!("a reader opened at generation {generation} answers otherwise now"), before, &now)?;
        }
        Ok(())
    }

    async fn observe(&self, reader: &impl IndexReader, of: &BackendDescriptor, questions: &[Question]) -> Outcome<String> {
        observe(reader, of, questions, self.embeddings).await
    }
}

impl Edit {
    pub(super) fn is_about_embeddings(&self) -> bool {
        use Edit as E;
        matches!(self, E::Queue(_) | E::ComputePending(..) | E::Store(_) | E::AskReusable(_) | E::AskPending(_))
    }
}

impl Waiting {
    /// The row, for one of `keys`; none where there are none.
    pub(super) fn pending(&self, keys: &[SymbolKey]) -> Option<PendingEmbedding> {
        let key = match &self.of {
            Whose::Key(key) => key,
            Whose::Present(index) => keys.get(index.checked_rem(keys.len())?)?,
        };
        Some(PendingEmbedding { key: key.clone(), spec: self.spec.clone(), text: self.text.clone() })
    }
}

/// Every symbol and documentation unit.
fn keys(state: &IndexState) -> Vec<SymbolKey> {
    let of_file = |file: &FileSnapshot| {
        let symbols = file.analysis.symbols.iter().map(|symbol| &symbol.id);
        let ids = symbols.chain(file.analysis.documentation.iter().map(|unit| &unit.id));
        ids.map(|id| SymbolKey { path: file.path().clone(), id: id.clone() }).collect::<Vec<_>>()
    };
    state.files().flat_map(of_file).collect()
}

fn compute(PendingEmbedding { key, spec, text }: PendingEmbedding, numbers: &[f32]) -> Option<ComputedEmbedding> {
    let vector = vector(&spec, numbers)?;
    Some(ComputedEmbedding { key, spec, text_hash: codira_contracts::ContentHash::of(text.as_bytes()), vector })
}
