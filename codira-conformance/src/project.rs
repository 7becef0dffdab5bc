//! A small project on disk, indexed by the real indexer through a backend that counts.

use std::{
    fs, io,
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime},
};

use codira_contracts::{DynBackend, IndexBackend};
use codira_indexer::{Embedding, IndexReport, IndexRequest, Indexer, IndexerOptions, RepoRoot, plan::Reason};
use codira_languages::{LanguageAnalyzer, c::CAnalyzer, python::PythonAnalyzer};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::{
    Outcome, Violation,
    counting::{Counting, Counts},
    watched::Watched,
};

/// Files in a directory of their own, and the backend that keeps their index.
pub(crate) struct Project {
    dir: TempDir,
    backend: Counting,
}

/// What a run did, and what it cost.
pub(crate) struct Ran {
    pub(crate) report: IndexReport,
    pub(crate) counts: Counts,
    /// How many files were analyzed.
    pub(crate) analyzed: u64,
}

/// How a run differs from the usual one.
#[derive(Default)]
pub(crate) struct How {
    /// The analyzer of Python comes in its next version.
    pub(crate) upgraded: bool,
    /// Vectors are computed so.
    pub(crate) embedding: Option<Embedding>,
    /// This stands in for the backend of the project.
    pub(crate) through: Option<DynBackend>,
}

impl Project {
    /// So many files of Python, each with a function that calls the one of the next.
    pub(crate) fn of(files: usize, backend: impl IndexBackend) -> Outcome<Self> {
        let dir = TempDir::new().map_err(Violation::new)?;
        let project = Self { dir, backend: Counting::new(backend) };
        for number in 0..files {
            let next = (number + 1) % files;
            let text = format!(
                "from .f{next} import run{next}\n\ndef run{number}():\n    \"\"\"Runs as number {number} of all.\"\"\"\n    return run{next}()\n"
            );
            project.write(&format!("pkg/f{number}.py"), &text, 0)?;
        }
        Ok(project)
    }

    pub(crate) fn backend(&self) -> &Counting {
        &self.backend
    }

    /// Writes a file, last modified so many seconds after another time long ago.
    pub(crate) fn write(&self, path: &str, text: &str, later: u64) -> Outcome {
        let path = self.dir.path().join(path);
        let written = || -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            fs::write(&path, text)?;
            let time = SystemTime::UNIX_EPOCH + Duration::new(1_600_000_000 + later, 500_000_000);
            fs::File::options().write(true).open(&path)?.set_modified(time)
        };
        written().map_err(Violation::new)
    }

    pub(crate) fn remove(&self, path: &str) -> Outcome {
        fs::remove_file(self.dir.path().join(path)).map_err(Violation::new)
    }

    /// Indexes as a user would.
    pub(crate) async fn run(&self) -> Outcome<Ran> {
        self.run_so(How::default()).await
    }

    pub(crate) async fn run_so(&self, How { upgraded, embedding, through }: How) -> Outcome<Ran> {
        let python = Watched::new(Arc::new(PythonAnalyzer::new()));
        let python = if upgraded { python.upgraded() } else { python };
        let c = Watched::new(Arc::new(CAnalyzer::new()));
        let counters = [python.counter(), c.counter()];
        let analyzers: Vec<Arc<dyn LanguageAnalyzer>> = vec![Arc::new(python), Arc::new(c)];
        let root = self.dir.path().canonicalize().map_err(Violation::new)?;
        let backend = match through {
            Some(backend) => Counting::new(backend),
            None => self.backend.clone(),
        };
        backend.take();
        let mut indexer = Indexer::new(backend.clone(), RepoRoot::new(root)?, analyzers, IndexerOptions::default())
            .with_rules(codira_languages::rules());
        if let Some(embedding) = embedding {
            indexer = indexer.with_embedding(embedding);
        }
        let report = indexer.run(IndexRequest::default(), &|_| {}, &CancellationToken::new()).await;
        let report = report.map_err(|error| Violation::new(format_args!("indexing failed: {error}")))?;
        let analyzed = counters.iter().map(|counter| counter.load(Ordering::Relaxed)).sum();
        Ok(Ran { report, counts: backend.take(), analyzed })
    }
}

impl Ran {
    /// The reason for each file, by path.
    pub(crate) fn reasons(&self) -> Vec<(&str, Reason)> {
        self.report.files.iter().map(|file| (file.path.as_str(), file.reason)).collect()
    }
}
