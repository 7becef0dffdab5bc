//! Where Rust's modules are: paths read by Cargo's conventions.

use codira_contracts::RepoPath;

/// A file as a part of a crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileLocation<'p> {
    /// The directory in which its parent looks for it, and its name there; `None` for the root of
    /// a crate.
    pub(super) own: Option<(&'p str, &'p str)>,
    /// The directory in which it looks for its submodules.
    pub(super) children: &'p str,
}

impl<'p> FileLocation<'p> {
    /// The location of a file; `None` for files that are no Rust source.
    pub(super) fn of(path: &'p RepoPath) -> Option<Self> {
        let stem = path.file_name().strip_suffix(".rs")?;
        let directory = path.parent().unwrap_or_default();
        if is_crate_root(path) {
            return Some(Self { own: None, children: directory });
        }
        if stem == "mod" {
            return Some(Self { own: split(directory), children: directory });
        }
        Some(Self { own: Some((directory, stem)), children: path.as_str().strip_suffix(".rs")? })
    }
}

/// A directory as its parent and its name.
fn split(directory: &str) -> Option<(&str, &str)> {
    let (parent, name) = directory.rsplit_once('/').unwrap_or(("", directory));
    (!name.is_empty()).then_some((parent, name))
}

/// The package of a file and, inside it, the directory that holds the sources of its crate:
/// `tokio` and `tokio/src`.
pub(super) fn package(path: &RepoPath) -> (&str, &str) {
    let path = path.as_str();
    let mut start = 0;
    let mut best: Option<(&str, &str, &str)> = None;
    for part in path.split('/') {
        let end = start + part.len();
        let is_below = best.is_some_and(|(_, _, name)| name == "src" || part != "src");
        // Below `src` other such names are modules, while another `src` is that of another
        // package.
        if end < path.len() && (part == "src" || matches!(part, "tests" | "examples" | "benches") && !is_below) {
            best = Some((path[..start].trim_end_matches('/'), &path[..end], part));
        }
        start = end + 1;
    }
    best.map_or(("", ""), |(package, sources, _)| (package, sources))
}

/// Whether a file is where Cargo looks for the root of a crate.
fn is_crate_root(path: &RepoPath) -> bool {
    let directory = path.parent().unwrap_or_default();
    let (above, name) = directory.rsplit_once('/').unwrap_or(("", directory));
    let above = above.rsplit('/').next().unwrap_or_default();
    let is_main = matches!(path.file_name(), "lib.rs" | "main.rs");
    let below_src = directory.split('/').any(|part| part == "src");
    match name {
        "src" => is_main,
        "bin" if above == "src" => path.file_name() != "mod.rs",
        "tests" | "examples" | "benches" if !below_src => path.file_name() != "mod.rs",
        _ if below_src => is_main && directory.contains("src/bin/"),
        _ => is_main || path.file_name() == "build.rs",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn locations_follow_cargo() {
        let location = |path: &str| {
            let path = RepoPath::new(path).unwrap();
            let FileLocation { own, children } = FileLocation::of(&path).unwrap();
            (own.map(|(directory, name)| format!("{directory} {name}")), children.to_owned())
        };
        let module = |own: &str, children: &str| (Some(own.to_owned()), children.to_owned());
        let root = |children: &str| (None, children.to_owned());
        assert_eq!(location("src/lib.rs"), root("src"));
        assert_eq!(location("tokio/src/main.rs"), root("tokio/src"));
        assert_eq!(location("src/bin/tool.rs"), root("src/bin"));
        assert_eq!(location("src/bin/tool/main.rs"), root("src/bin/tool"));
        assert_eq!(location("tests/it.rs"), root("tests"));
        assert_eq!(location("build.rs"), root(""));
        assert_eq!(location("src/sync/mutex.rs"), module("src/sync mutex", "src/sync/mutex"));
        assert_eq!(location("src/sync/mod.rs"), module("src sync", "src/sync"));
        assert_eq!(location("tests/common/mod.rs"), module("tests common", "tests/common"));
        assert_eq!(location("src/tests/unit.rs"), module("src/tests unit", "src/tests/unit"));
    }

    #[test]
    fn a_package_holds_its_source_directories() {
        let package = |path: &str| super::package(&RepoPath::new(path).unwrap()).0.to_owned();
        assert_eq!(package("src/lib.rs"), "");
        assert_eq!(package("crates/a/src/x/y.rs"), "crates/a");
        assert_eq!(package("crates/a/tests/it.rs"), "crates/a");
        assert_eq!(package("src/tools/b/src/main.rs"), "src/tools/b");
        assert_eq!(package("a/src/tests/unit.rs"), "a");
    }
}
