//! Reuse: what is analyzed and computed again when something changed, and the reason that each
//! file is given.

use std::sync::Arc;

use async_trait::async_trait;
use codira_contracts::{
    BackendDescriptor, BackendError, DynBackend, DynReader, DynSession, IndexBackend, IndexReader, PathPrefix, SessionRequest,
};
use codira_indexer::{
    Embedding, EmbeddingPolicy, Rebuild,
    plan::Reason::{self, AnalyzerChanged, BackendChanged, ContentChanged, Failed, Gone, New, SameContent, Unchanged},
};

use crate::{
    Cx, Outcome, Violation,
    lengths::Lengths,
    project::{How, Project, Ran},
    samples::spec,
    verdict::ensure,
};

pub(crate) fn another_backend_analyzes_everything(cx: &Cx) -> Outcome {
    let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
    let project = Project::of(2, backend)?;
    cx.block_on(async {
        let changes: [fn(&mut BackendDescriptor); 3] =
            [|of| of.tool.name += "-other", |of| of.tool.version += "-other", |of| of.schema += 1];
        for change in changes {
            project.run().await?;
            let mut other = Renamed::new(project.backend());
            change(&mut other.descriptor);
            let what =
                format!("the index is {:?}, and the backend is now {:?}", project.backend().descriptor(), other.descriptor);
            let run = project.run_so(How { through: Some(DynBackend::new(other)), ..How::default() }).await?;
            ensure!(run.report.rebuild == Some(Rebuild::BackendChanged), "{what}: the run says {:?}", run.report.rebuild);
            decided(&run, &[("pkg/f0.py", BackendChanged), ("pkg/f1.py", BackendChanged)])?;
            ensure!(run.analyzed == 2, "{what}: of two files, {} were analyzed", run.analyzed);
        }
        let files = project.backend().open_reader().await?.file_states(&PathPrefix::root()).await?.len();
        ensure!(files == 2, "two files are indexed, and there are {files}");
        Ok(())
    })
}

/// A backend that says otherwise what it is.
struct Renamed {
    backend: DynBackend,
    descriptor: BackendDescriptor,
}

impl Renamed {
    fn new(backend: &(impl IndexBackend + Clone)) -> Self {
        Self { descriptor: backend.descriptor().clone(), backend: DynBackend::new(backend.clone()) }
    }
}

#[async_trait]
impl IndexBackend for Renamed {
    type Reader = DynReader;
    type Session = DynSession;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.descriptor
    }

    async fn open_reader(&self) -> Result<DynReader, BackendError> {
        self.backend.open_reader().await
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<DynSession, BackendError> {
        self.backend.begin_index_session(request).await
    }
}

pub(crate) fn another_analyzer_reads_its_own_files(cx: &Cx) -> Outcome {
    let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
    let project = Project::of(2, backend)?;
    project.write("pkg/native.c", "int run(void) { return 0; }\n", 0)?;
    cx.block_on(async {
        project.run().await?;
        let upgraded = || How { upgraded: true, ..How::default() };
        let run = project.run_so(upgraded()).await?;
        decided(&run, &[("pkg/f0.py", AnalyzerChanged), ("pkg/f1.py", AnalyzerChanged), ("pkg/native.c", Unchanged)])?;
        ensure!(run.analyzed == 2, "two files are of the analyzer that changed, and {} were analyzed", run.analyzed);
        let run = project.run_so(upgraded()).await?;
        ensure!(run.counts.sessions == 0, "the new analyzer is the one of the last run, and a session began");
        Ok(())
    })
}

pub(crate) fn another_spec_costs_vectors_alone(cx: &Cx) -> Outcome {
    let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
    let project = Project::of(2, backend)?;
    cx.block_on(async {
        let by = |model| Embedding::new(Arc::new(Lengths(spec(model))), EmbeddingPolicy::default());
        let how = |embedding: &Embedding| How { embedding: Some(embedding.clone()), ..How::default() };
        let (first, second) = (by("1"), by("2"));
        project.run_so(how(&first)).await?;
        let before = computed(&project, &first).await?;
        ensure!(before > 0, "a run that embeds stores no vector");
        let run = project.run_so(how(&second)).await?;
        decided(&run, &[("pkg/f0.py", Unchanged), ("pkg/f1.py", Unchanged)])?;
        let cost = (run.analyzed, run.counts.files_put);
        ensure!(cost == (0, 0), "the spec changed; analyzed and put were {cost:?} files");
        let after = computed(&project, &second).await?;
        ensure!(after == before, "{before} vectors were stored, and after the spec changed {after}");
        let run = project.run_so(how(&second)).await?;
        ensure!(run.counts.sessions == 0, "the new spec is the one of the last run, and a session began");
        Ok(())
    })
}

/// How many vectors there are of the spec, which must be the only one.
async fn computed(project: &Project, embedding: &Embedding) -> Outcome<u64> {
    let inventory = project.backend().open_reader().await?.inventory().await?.embeddings;
    let [only] = &inventory[..] else {
        return Err(Violation::new(format_args!("there should be vectors of one spec, and there are {inventory:?}")));
    };
    ensure!(only.spec == *embedding.spec(), "vectors are of {}, and should be of {}", only.spec, embedding.spec());
    ensure!(only.pending == 0, "{} vectors wait though they were to be computed", only.pending);
    Ok(only.computed)
}

pub(crate) fn every_file_has_its_reason(cx: &Cx) -> Outcome {
    let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
    let project = Project::of(5, backend)?;
    cx.block_on(async {
        let all = |reason| ["pkg/f0.py", "pkg/f1.py", "pkg/f2.py", "pkg/f3.py", "pkg/f4.py"].map(|path| (path, reason));
        decided(&project.run().await?, &all(New))?;
        decided(&project.run().await?, &all(Unchanged))?;
        project.write("pkg/f0.py", "from .f1 import run1\n", 1)?;
        project.write("pkg/f2.py", "def run2():\n    return 2\n", 1)?;
        project.write("pkg/f2.py", "def run2():\n    return 2\n", 2)?;
        project.remove("pkg/f3.py")?;
        project.write("pkg/f4.py", "a binary\0file\n", 1)?;
        project.write("pkg/f5.py", "", 1)?;
        let run = project.run().await?;
        let mixed = [
            ("pkg/f0.py", ContentChanged),
            ("pkg/f1.py", Unchanged),
            ("pkg/f2.py", ContentChanged),
            ("pkg/f3.py", Gone),
            ("pkg/f4.py", Failed),
            ("pkg/f5.py", New),
        ];
        decided(&run, &mixed)?;
        project.write("pkg/f2.py", "def run2():\n    return 2\n", 3)?;
        let run = project.run().await?;
        let touched = run.reasons().into_iter().find(|(path, _)| *path == "pkg/f2.py");
        ensure!(touched == Some(("pkg/f2.py", SameContent)), "a touched file is {touched:?}");
        ensure!(run.counts.sessions == 0, "a file was touched, and a session began");
        Ok(())
    })
}

/// The run gave these files these reasons.
fn decided(run: &Ran, expected: &[(&str, Reason)]) -> Outcome {
    ensure!(run.reasons() == expected, "the reasons should be {expected:?}, and are {:?}", run.reasons());
    Ok(())
}
