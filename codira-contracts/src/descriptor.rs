//! What a backend says of itself, and what callers and sessions tell each other.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{BackendError, Tool, resolve::RuleSet, symbol::words};

words! {
    /// Something that a backend may or may not be able to do, and by which a user would choose.
    Capability, "capability" {
        /// Commits outlive the process, and other processes see them, wherever they are kept.
        Durable = "durable",
        /// The index is files in the state directory, and nothing else: they can be moved, copied,
        /// protected from writing, and damaged. A store on a server does not claim this.
        LocalFiles = "local-files",
        /// It keeps embeddings and answers by similarity. Without it, every method about
        /// embeddings and every file that carries some is refused with
        /// [`Unsupported`](crate::ErrorKind::Unsupported).
        Embeddings = "embeddings",
    }
}

/// What a backend is. Made without I/O.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendDescriptor {
    /// Its name, as configured, and version.
    pub tool: Tool,
    /// The version of its schema.
    pub schema: u32,
    /// What it can do beyond the core of the contract, in the order of [`Capability::ALL`].
    pub capabilities: Vec<Capability>,
}

impl BackendDescriptor {
    /// Whether the backend claims `capability`.
    pub fn claims(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }

    /// Fails unless the backend claims `capability`.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported), naming the backend and the capability.
    pub fn require(&self, capability: Capability) -> Result<(), BackendError> {
        if self.claims(capability) {
            return Ok(());
        }
        Err(BackendError::Unsupported { backend: self.tool.name.clone(), capability })
    }
}

/// How much of the index a session replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WriteScope {
    /// Everything: the session starts empty. It may begin on an index that is damaged or foreign,
    /// which its commit replaces.
    Full,
    /// What it names: the session starts from the last commit.
    Incremental,
}

/// Asks for a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRequest {
    /// How much of the index it replaces.
    pub scope: WriteScope,
    /// The rules by which it resolves.
    pub rules: RuleSet,
    /// How much memory it should use. It changes no answer.
    pub memory: MemoryBudget,
}

impl SessionRequest {
    /// A session with the default budget of memory.
    pub fn new(scope: WriteScope, rules: RuleSet) -> Self {
        Self { scope, rules, memory: MemoryBudget::default() }
    }

    /// A session of full scope.
    pub fn full(rules: RuleSet) -> Self {
        Self::new(WriteScope::Full, rules)
    }

    /// A session of incremental scope.
    pub fn incremental(rules: RuleSet) -> Self {
        Self::new(WriteScope::Incremental, rules)
    }
}

/// How many bytes of memory a run should use, its buffers and caches together. Each of them takes
/// a share of it. It is a target, and no limit that is enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MemoryBudget(pub u64);

impl MemoryBudget {
    /// So many parts in a thousand of it, in bytes.
    pub fn per_mille(self, parts: u64) -> usize {
        usize::try_from(self.0 / 1000 * parts).unwrap_or(usize::MAX)
    }
}

impl Default for MemoryBudget {
    /// 512 MiB: enough to index a hundred thousand files without reading anything twice.
    fn default() -> Self {
        Self(512 << 20)
    }
}

/// A commit that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The number of the commit: one more than that of the state the session began from, where
    /// that could be read; else one.
    pub generation: u64,
    /// What was replaced, when it was no readable index: a sentence for people.
    pub replaced: Option<String>,
}

/// What deriving took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Derivation {
    /// How many files had their uses and imports resolved again by this call, each counted once.
    pub resolved_files: u64,
}

/// What became of vectors that were handed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Vectors that are kept now.
    pub stored: u64,
    /// Vectors without a pending row: the row is gone, or its text is another.
    pub stale: u64,
}

/// The holder of the writer lock: named by a refusal, and written into lock files.
///
/// ```
/// use codira_contracts::Holder;
///
/// let holder = Holder::new("codira 0.1.0", 4711);
/// assert_eq!(holder.to_string(), "codira 0.1.0 (process 4711)");
/// assert_eq!(holder.to_string().parse::<Holder>()?, holder);
/// # Ok::<(), codira_contracts::BackendError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The program.
    pub program: String,
    /// Its process id.
    pub process: u32,
}

impl Holder {
    /// Names a holder.
    pub fn new(program: impl Into<String>, process: u32) -> Self {
        Self { program: program.into(), process }
    }

    /// This process: the name of its executable, and its id.
    pub fn current() -> Self {
        let program = std::env::args_os().next().unwrap_or_default();
        let name = std::path::Path::new(&program).file_name().unwrap_or_default().to_string_lossy();
        Self::new(if name.is_empty() { "an unnamed program".into() } else { name }, std::process::id())
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {})", self.program, self.process)
    }
}

impl FromStr for Holder {
    type Err = BackendError;

    fn from_str(text: &str) -> Result<Self, BackendError> {
        let parsed = text.trim_end().strip_suffix(')').and_then(|text| {
            let (program, process) = text.rsplit_once(" (process ")?;
            Some(Self::new(program, process.parse().ok()?))
        });
        parsed.ok_or_else(|| BackendError::invalid(format_args!("{text:?}"), "a holder reads `program (process id)`"))
    }
}
