//! The floor of indexing: reading the files and parsing them with the analyzers' own parsers, and
//! nothing else.

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
};

use ignore::WalkBuilder;

/// A language with a first-party analyzer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Parsed by ruff's parser.
    Python,
    /// Parsed by rust-analyzer's parser.
    Rust,
    /// Parsed by tree-sitter.
    C,
}

impl Language {
    /// The language of a file, by its extension.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "py" | "pyi" | "pyw" => Some(Self::Python),
            "rs" => Some(Self::Rust),
            "c" | "h" => Some(Self::C),
            _ => None,
        }
    }

    /// Parses `text` and drops the tree.
    fn parse(self, text: &str) {
        match self {
            Self::Python => {
                drop(black_box(ruff_python_parser::parse_unchecked_source(text, ruff_python_ast::PySourceType::Python)))
            }
            Self::Rust => {
                let edition = ra_ap_parser::Edition::CURRENT;
                let input = ra_ap_parser::LexedStr::new(edition, text).to_input(edition);
                drop(black_box(ra_ap_parser::TopEntryPoint::SourceFile.parse(&input)));
            }
            Self::C => {
                let mut parser = tree_sitter::Parser::new();
                if parser.set_language(&tree_sitter_c::LANGUAGE.into()).is_ok() {
                    drop(black_box(parser.parse(text, None)));
                }
            }
        }
    }
}

/// What was parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// The source files below `root`, as the walk finds them.
pub fn sources(root: &Path) -> Vec<(PathBuf, Language)> {
    WalkBuilder::new(root)
        .require_git(false)
        .build()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter_map(|entry| Language::of(entry.path()).map(|language| (entry.into_path(), language)))
        .collect()
}

/// Reads and parses every source file below `root` on `jobs` threads. Files that are not UTF-8 are
/// passed over.
pub fn parse_tree(root: &Path, jobs: usize) -> Parsed {
    let files = sources(root);
    let (next, parsed, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some((path, language)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Ok(text) = fs::read_to_string(path) else { continue };
                    language.parse(&text);
                    parsed.fetch_add(1, Ordering::Relaxed);
                    bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
                }
            });
        }
    });
    Parsed { files: parsed.into_inner(), bytes: bytes.into_inner() }
}
