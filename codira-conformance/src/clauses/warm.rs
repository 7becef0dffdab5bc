//! Warm runs: what indexing costs where little or nothing changed, counted instead of timed.

use codira_contracts::{
    DocIssue, EmbeddingRow, FileSnapshot, IndexBackend, IndexReader, IndexWriteSession, LineSpan, Maintenance, PathPrefix,
    Severity, Tool, WriteScope,
};
use codira_indexer::{Outcome as Ending, plan::Reason};

use crate::{
    Cx, Outcome, Violation,
    counting::{Counting, Counts},
    directory::{contents, unchanged},
    project::Project,
    samples::{path, spec},
    toy::request,
    verdict::ensure,
};

pub(crate) fn an_unchanged_repository_begins_no_session(cx: &Cx) -> Outcome {
    let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
    let project = Project::of(3, backend)?;
    cx.block_on(async {
        let first = project.run().await?;
        ensure!(first.counts.sessions == 1, "a first run begins one session, and began {}", first.counts.sessions);
        nothing_to_do(&project).await.map(drop)
    })
}

/// Runs where nothing changed; what that cost.
async fn nothing_to_do(project: &Project) -> Outcome<Counts> {
    let warm = project.run().await?;
    let outcome = &warm.report.outcome;
    ensure!(matches!(outcome, Ending::UpToDate { .. }), "nothing changed, and the run says {outcome:?}");
    ensure!(warm.counts.sessions == 0, "nothing changed, and {} sessions began", warm.counts.sessions);
    ensure!(warm.analyzed == 0, "nothing changed, and {} files were analyzed", warm.analyzed);
    Ok(warm.counts)
}

pub(crate) fn an_unchanged_repository_writes_no_byte(cx: &Cx) -> Outcome {
    let (backend, dir) = cx.block_on(cx.index())?.into_parts();
    let project = Project::of(3, backend)?;
    cx.block_on(project.run())?;
    let before = contents(dir.path())?;
    cx.block_on(nothing_to_do(&project))?;
    unchanged("after a warm run", &before, &contents(dir.path())?)
}

pub(crate) fn questions_of_a_warm_run_do_not_grow_with_files(cx: &Cx) -> Outcome {
    let mut costs = [10, 100].into_iter().map(|files| {
        let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
        let project = Project::of(files, backend)?;
        cx.block_on(project.run())?;
        cx.block_on(nothing_to_do(&project))
    });
    let (few, many) = (costs.next().transpose()?, costs.next().transpose()?);
    ensure!(few == many, "of ten files a warm run asks {few:?}, and of a hundred {many:?}");
    Ok(())
}

pub(crate) fn a_changed_file_is_put_alone(cx: &Cx) -> Outcome {
    let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
    let project = Project::of(5, backend)?;
    cx.block_on(async {
        project.run().await?;
        project.write("pkg/f3.py", "def run3():\n    return 3\n", 1)?;
        let run = project.run().await?;
        let Counts { sessions, files_put, files_removed, .. } = run.counts;
        let cost = (run.analyzed, sessions, files_put, files_removed);
        ensure!(cost == (1, 1, 1, 0), "one file changed; analyzed, sessions, files put and removed are {cost:?}");
        nothing_to_do(&project).await.map(drop)
    })
}

pub(crate) fn stale_issues_ask_for_a_session(cx: &Cx) -> Outcome {
    let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
    let project = Project::of(2, backend)?;
    cx.block_on(async {
        project.run().await?;
        let issue = DocIssue {
            rule: "missing".to_owned(),
            severity: Severity::Warning,
            message: String::new(),
            span: LineSpan::new(1, 1),
            convention: Tool::new("kit", "1"),
            auditor: Tool::new("kit", "1"),
            owner: None,
        };
        edit(project.backend(), |file| file.analysis.doc_issues = vec![issue]).await?;
        is_cleared(&project, |maintenance| maintenance.stale_doc_issues).await
    })
}

pub(crate) fn orphaned_embeddings_ask_for_a_session(cx: &Cx) -> Outcome {
    let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
    let project = Project::of(2, backend)?;
    cx.block_on(async {
        project.run().await?;
        edit(project.backend(), |file| {
            let owner = file.analysis.symbols[0].id.clone();
            file.embeddings = vec![EmbeddingRow::pending(owner, spec("1"), "text".to_owned())];
        })
        .await?;
        is_cleared(&project, |maintenance| maintenance.orphaned_embeddings).await
    })
}

/// Puts one file of a project again, changed.
async fn edit(backend: &Counting, change: impl FnOnce(&mut FileSnapshot)) -> Outcome {
    let file = backend.open_reader().await?.file(&path("pkg/f0.py")).await?;
    let Some(mut file) = file else { return Err(Violation::new("a file that was indexed is not there")) };
    change(&mut file);
    let mut session = backend.begin_index_session(request(WriteScope::Incremental)).await?;
    session.put_file(file).await?;
    session.commit().await?;
    Ok(())
}

/// The next run finds one thing to clear away, and clears it away in a session that puts no file.
async fn is_cleared(project: &Project, count: impl Fn(&Maintenance) -> u64) -> Outcome {
    let run = project.run().await?;
    let found = count(&run.report.maintenance);
    ensure!(found == 1, "one thing is stale, and the run finds {found}");
    let Counts { sessions, files_put, .. } = run.counts;
    ensure!((sessions, files_put) == (1, 0), "clearing away took {sessions} sessions, which put {files_put} files");
    ensure!(run.reasons().iter().all(|(_, reason)| *reason == Reason::Unchanged), "{:?}", run.reasons());
    let reader = project.backend().open_reader().await?;
    let left = reader.maintenance(&Default::default()).await?;
    ensure!(!left.is_needed(), "after the run there is still {left:?}");
    let files = reader.file_states(&PathPrefix::root()).await?.len();
    ensure!(files == 2, "two files are indexed, and after the run there are {files}");
    nothing_to_do(project).await.map(drop)
}
