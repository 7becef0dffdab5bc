//! Every short order of the calls that make, change and remove a row.

use codira_contracts::{
    CandidateRequest, ComputedEmbedding, EmbeddingRow, FileSnapshot, IndexBackend, IndexWriteSession, Owners, PendingEmbedding,
    PendingRequest, RepoPath, ReusableEmbedding, ReuseRequest, Stored,
    WriteScope::{self, Full, Incremental},
};

use super::{
    hash,
    plain::{Files, compared, kept, same_rows},
};
use crate::{
    Cx, Outcome, Violation,
    samples::{defining, key, path, row, spec, unit, vector},
    toy::request,
    verdict::ensure,
};

/// One of the two texts that an owner has in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    First,
    Second,
}
use Text::{First, Second};

/// What a call does to a file with one owner.
#[derive(Clone, Copy, Debug)]
enum Call {
    PutBare,
    PutPending,
    PutComputed,
    Remove,
    Queue(Text),
    Store(Text),
}

impl Call {
    const ALL: [Self; 8] = [
        Self::PutBare,
        Self::PutPending,
        Self::PutComputed,
        Self::Remove,
        Self::Queue(First),
        Self::Queue(Second),
        Self::Store(First),
        Self::Store(Second),
    ];
}

/// What a session began with.
#[derive(Clone, Copy, Debug)]
enum Begun {
    Pending,
    Computed,
}

/// One file, the calls about it, and what they have led to.
#[derive(Clone, Debug)]
struct Story {
    begun: Begun,
    calls: Vec<Call>,
    number: usize,
    now: Option<FileSnapshot>,
}

impl Story {
    fn path(&self) -> String {
        format!("s{}.toy", self.number)
    }

    /// Symbols and units own rows in turn.
    fn owner(&self) -> &'static str {
        if self.number.is_multiple_of(2) { "run" } else { "unit" }
    }

    fn text(&self, text: Text) -> String {
        format!("{text:?} of {}", self.number)
    }

    /// No two vectors are the same.
    fn vector(&self, step: usize) -> [f32; 2] {
        [self.number as f32 + 1.0, step as f32]
    }

    fn pending(&self, text: Text) -> EmbeddingRow {
        EmbeddingRow::pending(self.owner().into(), spec("1"), self.text(text))
    }

    fn computed(&self, text: Text, step: usize) -> EmbeddingRow {
        row(self.owner(), spec("1"), &self.text(text), &self.vector(step))
    }

    fn file(&self, rows: Option<EmbeddingRow>) -> FileSnapshot {
        let mut file = defining(&self.path(), &["run"]);
        file.analysis.documentation = vec![unit("unit", "text")];
        file.embeddings.extend(rows);
        file
    }

    /// What was called, for people.
    fn until(&self, step: usize) -> String {
        format!("{}: {:?} at first, then {:?}\n", self.path(), self.begun, &self.calls[..=step])
    }

    /// The file before the session.
    fn before(&self) -> FileSnapshot {
        self.file(Some(match self.begun {
            Begun::Pending => self.pending(First),
            Begun::Computed => self.computed(First, 0),
        }))
    }
}

/// Every order of so many calls, after each beginning.
fn stories(length: u32) -> Vec<Story> {
    let orders = Call::ALL.len().pow(length);
    let story = |number: usize| {
        let begun = if number < orders { Begun::Pending } else { Begun::Computed };
        let call = |step: u32| Call::ALL[number % orders / Call::ALL.len().pow(step) % Call::ALL.len()];
        Story { begun, calls: (0..length).map(call).collect(), number, now: None }
    };
    (0..2 * orders).map(story).collect()
}

/// What is handed in at one step, of all files together.
#[derive(Default)]
struct Step {
    put: Vec<FileSnapshot>,
    remove: Vec<RepoPath>,
    queue: Vec<PendingEmbedding>,
    store: Vec<ComputedEmbedding>,
    stored: Stored,
}

impl Step {
    /// Takes the next call of a story, and has it do what the contract says.
    fn take(&mut self, story: &mut Story, step: usize) {
        let (key, spec) = (key(&story.path(), story.owner()), spec("1"));
        match story.calls[step] {
            Call::PutBare => story.now = Some(story.file(None)),
            Call::PutPending => story.now = Some(story.file(Some(story.pending(First)))),
            Call::PutComputed => story.now = Some(story.file(Some(story.computed(Second, step + 1)))),
            Call::Remove => {
                story.now = None;
                self.remove.push(path(&story.path()));
            }
            Call::Queue(text) => {
                // A row without an owner would be refused, and all others with it.
                if story.now.is_some() {
                    story.now = Some(story.file(Some(story.pending(text))));
                    self.queue.push(PendingEmbedding { key, spec, text: story.text(text) });
                }
                return;
            }
            Call::Store(text) => {
                let computed = story.computed(text, step + 1);
                let waits = story.now.as_ref().is_some_and(|file| file.embeddings == [story.pending(text)]);
                let (text_hash, vector) = (computed.text_hash, vector(&story.vector(step + 1)));
                self.store.push(ComputedEmbedding { key, spec, text_hash, vector });
                if waits {
                    story.now = Some(story.file(Some(computed)));
                    self.stored.stored += 1;
                } else {
                    self.stored.stale += 1;
                }
                return;
            }
        }
        self.put.extend(story.now.clone());
    }
}

pub(crate) fn rows_are_what_the_last_call_left(cx: &Cx) -> Outcome {
    led(cx, Incremental, 3)?;
    led(cx, Full, 2)
}

fn led(cx: &Cx, scope: WriteScope, length: u32) -> Outcome {
    let mut stories = stories(length);
    let before = Files::of(stories.iter().map(Story::before));
    if scope == Incremental {
        stories.iter_mut().for_each(|story| story.now = Some(story.before()));
    }
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for story in &stories {
            session.put_file(story.before()).await?;
        }
        session.commit().await?;
        let mut session = index.backend.begin_index_session(request(scope)).await?;
        let mut now = Files::default();
        for step in 0..length as usize {
            let mut made = Step::default();
            stories.iter_mut().for_each(|story| made.take(story, step));
            for file in made.put {
                session.put_file(file).await?;
            }
            for path in &made.remove {
                session.remove_file(path).await?;
            }
            session.queue_embeddings(made.queue).await?;
            let stored = session.store_embeddings(made.store).await?;
            ensure!(
                stored == made.stored,
                "call {} of {scope:?}: {:?} is right, and {stored:?} is said",
                step + 1,
                made.stored
            );
            now = Files::of(stories.iter().filter_map(|story| story.now.clone()));
            let told = |violation: Violation| violation.after(stories.iter().map(|it| it.until(step)).collect::<String>());
            let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
            same_rows(format_args!("after call {}, the pending rows", step + 1), &now.pending(), &waiting).map_err(told)?;
            // What the session began from can be reused still; of one key, the present vector
            // counts.
            let mut expected = before.reusable(&spec("1"));
            expected.extend(now.reusable(&spec("1")));
            let expected: Vec<ReusableEmbedding> = expected.into_values().map(|(_, row)| row).collect();
            let texts = stories.iter().flat_map(|it| [hash(&it.text(First)), hash(&it.text(Second))]).collect();
            let found = session.reusable_embeddings(&ReuseRequest { spec: spec("1"), texts }).await?;
            same_rows(format_args!("after call {}, what can be reused", step + 1), &expected, &found).map_err(told)?;
        }
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        kept("after the commit", &reader, &now).await?;
        for among in [Owners::Symbols, Owners::Documentation] {
            let nearest = CandidateRequest::new(among, spec("1"), vector(&[1.0, 1.0]), usize::MAX);
            compared("after the commit", &reader, &now, &nearest).await?;
        }
        Ok(())
    })
}
