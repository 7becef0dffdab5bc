//! Calls whose futures are dropped before they are finished.

use codira_contracts::{
    AnalyzerInventory, BackendError, Commit, ComputedEmbedding, ContentHash, Coverage, EmbeddingRow, FileSnapshot,
    IndexBackend, IndexReader, IndexWriteSession, PathPrefix, PendingEmbedding, PendingRequest, Retention, ReuseRequest,
    RunInventory, Tool,
    WriteScope::{Full, Incremental},
    for_each_call,
};

use super::{commit, listed, refused};
use crate::{
    Cx, Outcome,
    cancel::cancelled,
    clauses::storing::an_issue,
    observe::keeps_embeddings,
    question::Question,
    samples::{defining, file, key, path, spec, vector},
    toy::request,
    verdict::ensure,
};

/// More polls than a call of any sensible backend takes.
const POLLS: u8 = 32;

pub(crate) fn a_dropped_beginning_leaves_no_session(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for polls in 0..POLLS {
            let begun = cancelled(polls, index.backend.begin_index_session(request(Incremental))).await;
            let finished = begun.is_some();
            drop(begun.transpose()?);
            let session = cx.settings().begin_when_free(&index.backend, request(Incremental)).await?;
            ensure!(index.backend.open_reader().await.is_err(), "a dropped beginning committed something");
            session.abort().await?;
            if finished {
                break;
            }
        }
        Ok(())
    })
}

pub(crate) fn a_dropped_beginning_does_not_end_an_open_session(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for scope in [Full, Incremental] {
            let mut session = index.backend.begin_index_session(request(scope)).await?;
            session.put_file(file("pkg/a.toy")).await?;
            for polls in 0..POLLS {
                let begun = cancelled(polls, index.backend.begin_index_session(request(Full))).await;
                let finished = begun.is_some();
                begun.map_or(Ok(()), refused)?;
                refused(index.backend.begin_index_session(request(Incremental)).await)
                    .map_err(|violation| violation.during(format_args!("after a beginning dropped after {polls} polls")))?;
                if finished {
                    break;
                }
            }
            session.commit().await?;
        }
        let generation = index.backend.open_reader().await?.inventory().await?.generation;
        ensure!(
            generation == 2,
            "two sessions committed beside beginnings that were dropped, and the last is number {generation}"
        );
        Ok(())
    })
}

pub(crate) fn a_dropped_abort_ends_the_session(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        commit(&index.backend, Full, &["pkg/a.toy"]).await?;
        for polls in 0..POLLS {
            let mut session = index.backend.begin_index_session(request(Full)).await?;
            session.put_file(file("pkg/b.toy")).await?;
            let aborted = cancelled(polls, session.abort()).await.transpose()?;
            drop(cx.settings().begin_when_free(&index.backend, request(Incremental)).await?);
            let listed = listed(&index.backend).await?;
            ensure!(listed == ["pkg/a.toy"], "an abort dropped after {polls} polls left {listed:?}");
            if aborted.is_some() {
                break;
            }
        }
        let Commit { generation, .. } = commit(&index.backend, Incremental, &[]).await?;
        ensure!(generation == 2, "sessions that were given up counted: the second commit is number {generation}");
        Ok(())
    })
}

pub(crate) fn a_dropped_put_leaves_nothing_half_done(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for polls in 0..POLLS {
            let (old, new) = (defining("pkg/a.toy", &["run", "old"]), defining("pkg/a.toy", &["run", "new"]));
            let mut session = index.backend.begin_index_session(request(Full)).await?;
            session.put_file(old.clone()).await?;
            let put = cancelled(polls, session.put_file(new.clone())).await;
            session.put_file(file("pkg/b.toy")).await?;
            session.commit().await?;
            let found = index.backend.open_reader().await?.file(new.path()).await?;
            ensure!(found == Some(old) || found == Some(new), "a put dropped after {polls} polls left {found:#?}");
            ensure!(listed(&index.backend).await?.len() == 2, "the put after it is lost");
            if put.transpose()?.is_some() {
                break;
            }
        }
        Ok(())
    })
}

pub(crate) fn a_dropped_commit_publishes_all_or_nothing(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        commit(&index.backend, Full, &["pkg/a.toy"]).await?;
        for polls in 0..POLLS {
            let mut session = index.backend.begin_index_session(request(Full)).await?;
            session.put_file(file("pkg/b.toy")).await?;
            session.put_file(file("src/a.plain")).await?;
            let committed = cancelled(polls, session.commit()).await.transpose()?;
            drop(cx.settings().begin_when_free(&index.backend, request(Incremental)).await?);
            let listed = listed(&index.backend).await?;
            let all = listed == ["pkg/b.toy", "src/a.plain"];
            let nothing = listed == ["pkg/a.toy"] && committed.is_none();
            ensure!(all || nothing, "a commit dropped after {polls} polls left {listed:?}");
            if committed.is_some() {
                break;
            }
            commit(&index.backend, Full, &["pkg/a.toy"]).await?;
        }
        Ok(())
    })
}

/// Every call of a session, so made that it changes more than one row, if it changes any.
#[derive(Clone, Copy, Debug)]
enum Call {
    Put,
    Remove,
    Maintain,
    AskReusable,
    AskPending,
    Queue,
    Store,
    Derive,
    WriteInventory,
}

macro_rules! count_calls {
    ([] $(fn $call:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        /// How many calls the contract has.
        const CALLS: usize = [$(stringify!($call)),*].len();
    };
}
for_each_call!(count_calls);

impl Call {
    const ALL: [Self; CALLS] = [
        Self::Put,
        Self::Remove,
        Self::Maintain,
        Self::AskReusable,
        Self::AskPending,
        Self::Queue,
        Self::Store,
        Self::Derive,
        Self::WriteInventory,
    ];

    fn is_about_embeddings(self) -> bool {
        matches!(self, Self::AskReusable | Self::AskPending | Self::Queue | Self::Store)
    }

    fn changes_answers(self) -> bool {
        !matches!(self, Self::AskReusable | Self::AskPending | Self::Derive)
    }

    async fn make(self, session: &mut impl IndexWriteSession) -> Result<(), BackendError> {
        let waiting =
            |id: &str| PendingEmbedding { key: key("pkg/a.toy", id), spec: spec("2"), text: format!("{id} under another") };
        let computed = |id: &str| ComputedEmbedding {
            key: key("pkg/a.toy", id),
            spec: spec("1"),
            text_hash: ContentHash::of(id.as_bytes()),
            vector: vector(&[1.0, 2.0]),
        };
        match self {
            Self::Put => session.put_file(defining("pkg/a.toy", &["run", "other"])).await,
            Self::AskReusable => {
                let texts = ["run", "stop"].map(|id| ContentHash::of(id.as_bytes())).to_vec();
                session.reusable_embeddings(&ReuseRequest { spec: spec("1"), texts }).await.map(drop)
            }
            Self::AskPending => session.pending_embeddings(&PendingRequest::default()).await.map(drop),
            Self::Derive => session.rebuild_derived().await.map(drop),
            Self::Remove => session.remove_file(&path("pkg/a.toy")).await,
            Self::Maintain => session.maintain(&Retention::default()).await.map(drop),
            Self::WriteInventory => {
                let analyzers = ["c", "python"].map(|name| AnalyzerInventory { tool: Tool::new(name, "1"), globs: Vec::new() });
                session.write_inventory(RunInventory { coverage: Coverage::Complete, analyzers: analyzers.to_vec() }).await
            }
            Self::Queue => session.queue_embeddings(vec![waiting("run"), waiting("stop")]).await,
            Self::Store => session.store_embeddings(vec![computed("run"), computed("stop")]).await.map(drop),
        }
    }
}

pub(crate) fn a_dropped_call_happens_whole_or_not_at_all(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let embeddings = keeps_embeddings(index.backend.descriptor());
        let without = left_by(&index.backend, async |_| Ok(())).await?;
        for call in Call::ALL.into_iter().filter(|call| embeddings || !call.is_about_embeddings()) {
            let with = left_by(&index.backend, async |session| call.make(session).await).await?;
            let changes = call.changes_answers();
            ensure!((with != without) == changes, "{call:?} changes answers: {}, and should: {changes}", with != without);
            for polls in 0..POLLS {
                let mut finished = false;
                let made = async |session: &mut _| {
                    finished = cancelled(polls, call.make(session)).await.transpose()?.is_some();
                    // What was asked in vain can be asked again.
                    if changes { Ok(()) } else { call.make(session).await }
                };
                let left = left_by(&index.backend, made).await?;
                let possible = left == with || left == without && !finished;
                ensure!(possible, "{call:?}, dropped after {polls} polls, left {left:#?}");
                if finished {
                    break;
                }
            }
            // Whether or not it has happened, made again it has.
            let again = async |session: &mut _| {
                let _ = cancelled(1, call.make(session)).await.transpose()?;
                call.make(session).await
            };
            let left = left_by(&index.backend, again).await?;
            ensure!(left == with, "{call:?}, dropped and then made again, left {left:#?}");
        }
        Ok(())
    })
}

/// What two files and the inventory are after a call in a session that begins with them and puts
/// another.
async fn left_by<B: IndexBackend>(
    backend: &B,
    call: impl AsyncFnOnce(&mut B::Session) -> Result<(), BackendError>,
) -> Outcome<Vec<String>> {
    let mut session = backend.begin_index_session(request(Full)).await?;
    for path in ["pkg/a.toy", "pkg/b.toy"] {
        session.put_file(rich(path, keeps_embeddings(backend.descriptor()))).await?;
    }
    session.commit().await?;
    let mut session = backend.begin_index_session(request(Incremental)).await?;
    call(&mut session).await?;
    session.put_file(file("src/a.plain")).await?;
    session.commit().await?;
    let files = ["pkg/a.toy", "pkg/b.toy"].map(|it| Question::File(path(it)));
    let reader = backend.open_reader().await?;
    let mut left = Vec::new();
    for question in files.iter().chain([&Question::FileStates(PathPrefix::root()), &Question::Inventory]) {
        left.extend(question.ask(&reader, backend.descriptor()).await?);
    }
    Ok(left)
}

/// A file with two issues, and two rows that wait where the backend keeps such.
fn rich(path: &str, embeddings: bool) -> FileSnapshot {
    let mut file = defining(path, &["run", "stop"]);
    file.analysis.doc_issues = vec![an_issue(), an_issue()];
    if embeddings {
        file.embeddings = ["run", "stop"].map(|id| EmbeddingRow::pending(id.into(), spec("1"), id)).to_vec();
    }
    file
}
