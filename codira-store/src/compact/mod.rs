//! Compact forms of what a file uses and of what that resolves to, for stores that keep a file as
//! one document.
//!
//! Uses and edges are most of what is said of a file, and most of that is said again and again.
//! [`Uses`] keep a group of equal uses once. [`ResolvedUses`] say what came of
//! [resolving](codira_contracts::resolve) them, without what their texts say already. [`edges`]
//! reads both together, so that a store keeps no edge. The forms go through serde; indexes and
//! numbers in them are differences to what came before, so that most are small and many are equal:
//! store them in a format of variable length, and compress.
//!
//! What is read is never trusted: bytes that a store cannot have written give `None`.
//!
//! ```
//! use codira_contracts::{
//!     FileAnalysis, Language, RepoPath, Site, Symbol, SymbolKind, UseForm, UseKind, UseRecord,
//!     resolve::{KnownFacts, Progress, RuleSet},
//! };
//! use codira_store::compact::{self, ResolvedUse, ResolvedUses, Uses};
//!
//! let path = RepoPath::new("a.toy")?;
//! let mut analysis = FileAnalysis::new(Language::new("toy"), "a");
//! let function = |name: &str| Symbol { parent: Some("a".into()), ..Symbol::new(name, SymbolKind::Function, name) };
//! analysis.symbols = vec![Symbol::new("a", SymbolKind::Module, "a"), function("f"), function("g")];
//! let site = Site::new(2, 5);
//! let call = UseRecord { kind: UseKind::Call, owner: "f".into(), form: UseForm::Path, text: "g".to_owned(), site };
//! analysis.uses = vec![call];
//! let progress = RuleSet::default().resolve(&path, &analysis, &KnownFacts::default());
//! let Progress::Done(resolution) = progress else { panic!("names are sought in the file alone") };
//!
//! // This is what a store keeps; the file has number 7.
//! let uses = Uses::of(&analysis).expect("every owner is a symbol");
//! let resolved_uses = ResolvedUses::of(&resolution, &analysis.uses, |_| Some(7)).expect("every file has a number");
//!
//! let edges = compact::edges(&uses, &resolved_uses).expect("both are of one file");
//! assert_eq!(edges[0].owner, 1);
//! assert_eq!(edges[0].target, ResolvedUse::Symbol { file: 7, id: "g".into() });
//! assert_eq!(edges[0].sites, [site]);
//! # Ok::<(), codira_contracts::BackendError>(())
//! ```

mod edges;
mod resolved_uses;
mod uses;

pub use edges::{FileEdge, edges};
pub use resolved_uses::{ResolvedImport, ResolvedUse, ResolvedUses};
pub use uses::{UseGroup, Uses};
