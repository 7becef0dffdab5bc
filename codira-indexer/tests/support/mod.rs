//! A temporary repository, a toy language, and a backend that counts.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate that uses its own part")]

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use codira_contracts::{
    AnalysisStatus, BackendDescriptor, BackendError, Diagnostic, FileAnalysis, FileSnapshot, IndexBackend, Language, RepoPath,
    SessionRequest, Site, Symbol, SymbolKind, Tool, UseForm, UseKind, UseRecord,
};
use codira_indexer::{IndexReport, IndexRequest, IndexScope, Indexer, IndexerError, IndexerOptions, RepoRoot, plan::Reason};
use codira_languages::{LanguageAnalyzer, SourceFile};
use codira_memory::{MemoryBackend, MemoryReader, MemorySession};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A repository that goes with the test.
pub struct Repo {
    directory: TempDir,
}

impl Repo {
    /// An empty repository.
    pub fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    /// A repository of these files.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let repo = Self::new();
        files.into_iter().for_each(|(path, text)| repo.write(path, text));
        repo
    }

    pub fn root(&self) -> RepoRoot {
        RepoRoot::new(self.path().canonicalize().unwrap()).unwrap()
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file, last modified long ago, at a time that follows from the content: equal
    /// content is an equal file.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let content = content.as_ref();
        let sum: u64 = content.iter().zip(1..).map(|(&byte, index)| u64::from(byte) * index).sum();
        self.write_at(path, content, SystemTime::UNIX_EPOCH + Duration::new(1_600_000_000 + sum, 500));
    }

    /// Writes a file, last modified at `modified`.
    pub fn write_at(&self, path: &str, content: impl AsRef<[u8]>, modified: SystemTime) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).unwrap();
    }

    /// Everything below the root, by path.
    pub fn listing(&self) -> Vec<String> {
        fn visit(directory: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                found.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
                if path.is_dir() && !path.is_symlink() {
                    visit(&path, root, found);
                }
            }
        }
        let mut found = Vec::new();
        visit(self.path(), self.path(), &mut found);
        found.sort();
        found
    }
}

type Hook = dyn Fn(&RepoPath, &str) + Send + Sync;

/// A toy language. Each line is a word and a name: `def f` defines, `call f` calls from what was
/// defined last, `partial` is not understood, `panic` panics, `twice f` defines with an id that is
/// taken.
pub struct Toy {
    tool: Tool,
    globs: Vec<&'static str>,
    hook: Box<Hook>,
    analyzed: Arc<AtomicUsize>,
}

impl Toy {
    /// Version one, for `*.toy` files.
    pub fn new() -> Self {
        Self::with_hook(|_, _| {})
    }

    /// An analyzer that shows `hook` each file and line first.
    pub fn with_hook(hook: impl Fn(&RepoPath, &str) + Send + Sync + 'static) -> Self {
        Self { tool: Tool::new("toy", "1"), globs: vec!["**/*.toy"], hook: Box::new(hook), analyzed: Arc::default() }
    }

    pub fn tool(self, name: &str, version: &str) -> Self {
        Self { tool: Tool::new(name, version), ..self }
    }

    pub fn globs(self, globs: Vec<&'static str>) -> Self {
        Self { globs, ..self }
    }

    /// How many files it was asked to analyze, as it goes on.
    pub fn counter(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.analyzed)
    }
}

impl LanguageAnalyzer for Toy {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        static TOY: std::sync::LazyLock<Language> = std::sync::LazyLock::new(|| Language::new("toy"));
        &TOY
    }

    fn globs(&self) -> &[&'static str] {
        &self.globs
    }

    fn claims(&self, _: &RepoPath, first_line: &str) -> bool {
        first_line == "#!/usr/bin/toy"
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        self.analyzed.fetch_add(1, Ordering::SeqCst);
        let mut analysis = FileAnalysis::new(self.language().clone(), file.path.as_str());
        analysis.symbols.push(Symbol::new("module", SymbolKind::Module, file.path.as_str()));
        analysis.source = file.text.to_owned();
        for (line, number) in file.text.lines().zip(1..) {
            (self.hook)(file.path, line);
            let (word, name) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "def" => analysis.symbols.push(Symbol::new(name, SymbolKind::Function, name)),
                "twice" => analysis.symbols.push(Symbol::new("module", SymbolKind::Function, name)),
                "call" => analysis.uses.push(UseRecord {
                    kind: UseKind::Call,
                    owner: analysis.symbols.last().unwrap().id.clone(),
                    form: UseForm::Path,
                    text: name.to_owned(),
                    site: Site::new(number, 6),
                }),
                "partial" => {
                    let diagnostic = Diagnostic { line: number, message: "not understood".to_owned() };
                    analysis.status = AnalysisStatus::Partial(vec![diagnostic]);
                }
                "panic" => panic!("line {number} says so"),
                _ => {}
            }
        }
        analysis
    }
}

/// A backend that counts what is opened.
#[derive(Clone, Default)]
pub struct Counting {
    pub inner: MemoryBackend,
    pub readers: Arc<AtomicUsize>,
    pub sessions: Arc<AtomicUsize>,
}

impl Counting {
    pub fn sessions(&self) -> usize {
        self.sessions.load(Ordering::SeqCst)
    }

    /// The committed files, by path.
    pub fn files(&self) -> Vec<FileSnapshot> {
        self.inner.state().files().cloned().collect()
    }
}

#[async_trait]
impl IndexBackend for Counting {
    type Reader = MemoryReader;
    type Session = MemorySession;

    fn descriptor(&self) -> &BackendDescriptor {
        self.inner.descriptor()
    }

    async fn open_reader(&self) -> Result<MemoryReader, BackendError> {
        self.readers.fetch_add(1, Ordering::SeqCst);
        self.inner.open_reader().await
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<MemorySession, BackendError> {
        self.sessions.fetch_add(1, Ordering::SeqCst);
        self.inner.begin_index_session(request).await
    }
}

/// What changed, indexed.
pub const CHANGED: fn() -> IndexRequest = IndexRequest::default;

/// Everything, indexed again.
pub fn full() -> IndexRequest {
    IndexRequest { scope: IndexScope::Full, ..IndexRequest::default() }
}

/// Runs `request` over `repo` with one toy analyzer and the default options.
pub async fn run<B: IndexBackend + Clone>(repo: &Repo, backend: &B, toy: Toy, request: IndexRequest) -> IndexReport {
    try_run(repo, backend, toy, IndexerOptions::default(), request).await.unwrap()
}

pub async fn try_run<B: IndexBackend + Clone>(
    repo: &Repo,
    backend: &B,
    toy: Toy,
    options: IndexerOptions,
    request: IndexRequest,
) -> Result<IndexReport, IndexerError> {
    let indexer = Indexer::new(backend.clone(), repo.root(), vec![Arc::new(toy)], options);
    indexer.run(request, &|_| {}, &CancellationToken::new()).await
}

/// The decisions of a report, as `path: reason`.
pub fn decisions(report: &IndexReport) -> Vec<String> {
    report.files.iter().map(|file| format!("{}: {}", file.path, file.reason)).collect()
}

/// The skipped files of a report, as `path: reason`.
pub fn skipped(report: &IndexReport) -> Vec<String> {
    report.skipped.iter().map(|file| format!("{}: {}", file.path, file.reason)).collect()
}

/// The reason for one path.
pub fn reason(report: &IndexReport, path: &str) -> Option<Reason> {
    report.files.iter().find(|file| file.path.as_str() == path).map(|file| file.reason)
}
