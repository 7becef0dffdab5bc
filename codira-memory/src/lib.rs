//! The reference backend: the contract of [`codira_contracts`], executed in memory.
//!
//! Three plain, synchronous values are the specification that every backend is compared with:
//!
//! - [`IndexState`] keeps the files of one commit, and the [`Graph`] that follows from them;
//! - [`Draft`] is a session: a state being changed, beside the one it began from;
//! - [`View`] answers every question about a state by looking at all of its files.
//!
//! [`MemoryBackend`] is a thin asynchronous shell around them. It serves tests and tools that need
//! an index for as long as they run. It is not fast, and keeps nothing when the process ends.
//!
//! A new backend may begin with them as its engine: a [`StateStore`] loads and saves whole states
//! ([`SavedState`]), and a [`StoredBackend`] over it is a backend. Later it answers one question
//! after the other by itself, while the conformance kit stays green. `docs/writing-a-backend.md`
//! goes this way.
//!
//! ```
//! use codira_contracts::{
//!     ContentHash, FileAnalysis, FileSnapshot, FileState, IndexBackend, IndexReader, IndexWriteSession, Language, RepoPath,
//!     SessionRequest, Symbol, SymbolKind, SymbolRequest, Tool, resolve::RuleSet,
//! };
//! use codira_memory::MemoryBackend;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), codira_contracts::BackendError> {
//! let mut analysis = FileAnalysis::new(Language::new("python"), "app");
//! analysis.symbols = vec![Symbol::new("run", SymbolKind::Function, "run")];
//! let state = FileState {
//!     path: RepoPath::new("app.py")?,
//!     hash: ContentHash::of(b"def run(): ..."),
//!     size: 14,
//!     modified: 0,
//!     analyzer: Tool::new("python", "1"),
//! };
//!
//! let backend = MemoryBackend::default();
//! let mut session = backend.begin_index_session(SessionRequest::full(RuleSet::default())).await?;
//! session.put_file(FileSnapshot { state, analysis, embeddings: Vec::new() }).await?;
//! session.commit().await?;
//!
//! let found = backend.open_reader().await?.symbols(&SymbolRequest::named("run")).await?;
//! assert_eq!(found[0].path.as_str(), "app.py");
//! # Ok(())
//! # }
//! ```

mod backend;
mod draft;
mod graph;
mod lock;
mod session;
mod state;
mod stored;
mod view;

pub use backend::{MemoryBackend, MemoryReader, MemorySession};
pub use draft::Draft;
pub use graph::Graph;
pub use lock::WriterLock;
pub use state::{IndexState, SavedState};
pub use stored::{StateStore, StoredBackend, StoredSession};
pub use view::View;
