//! What people call a file as a module, by Cargo's conventions for where things are.

use codira_contracts::RepoPath;

/// The module of a file, named from the root of its crate.
///
/// The last `src` in the path is the source directory of a crate, and the directory above it names
/// the crate. At the root of the repository, where no directory does, it is `crate`. Files in
/// `src/bin`, `tests`, `examples` and `benches` are crates of their own. Elsewhere the path itself
/// is the name. `lib.rs` and `main.rs` at the top of a crate are its root, and `mod.rs` is its
/// directory.
pub(super) fn module_of(path: &RepoPath) -> String {
    let stem = path.as_str().strip_suffix(".rs").unwrap_or(path.as_str());
    let parts: Vec<&str> = stem.split('/').collect();
    let (mut names, below) = match parts.iter().rposition(|&part| part == "src").filter(|&src| src + 1 < parts.len()) {
        Some(src) => match &parts[src + 1..] {
            ["bin", below @ ..] if !below.is_empty() => (Vec::new(), below),
            below => (vec![src.checked_sub(1).map_or("crate".to_owned(), |above| name(parts[above]))], below),
        },
        None => {
            let is_targets = |part: &&str| matches!(*part, "tests" | "examples" | "benches");
            let targets = parts[..parts.len() - 1].iter().position(is_targets);
            (Vec::new(), &parts[targets.map_or(0, |targets| targets + 1)..])
        }
    };
    // A directory of a target has its root in `main.rs`, that of a library in `lib.rs`.
    let root_at = if names.is_empty() { 1 } else { 0 };
    for (index, part) in below.iter().enumerate() {
        let is_last = index + 1 == below.len();
        let is_root = is_last && (*part == "mod" || index <= root_at && matches!(*part, "lib" | "main"));
        if !is_root || names.is_empty() && is_last {
            names.push(name(part));
        }
    }
    names.join("::")
}

/// The name of a crate or module in code: `-` becomes `_`, and the version that a vendored
/// directory carries is left out.
pub(super) fn name(part: &str) -> String {
    let part = match part.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|first: char| first.is_ascii_digit()) && version.contains('.') => name,
        _ => part,
    };
    part.replace('-', "_")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_where_cargo_looks_for_them() {
        let named = [
            ("src/lib.rs", "crate"),
            ("src/main.rs", "crate"),
            ("src/sync/mutex.rs", "crate::sync::mutex"),
            ("src/sync/mod.rs", "crate::sync"),
            ("src/bin/tool.rs", "tool"),
            ("src/bin/tool/main.rs", "tool"),
            ("src/bin/tool/args.rs", "tool::args"),
            ("tokio-util/src/codec/mod.rs", "tokio_util::codec"),
            ("vendor/tokio-1.54.1/src/lib.rs", "tokio"),
            ("crates/core/src/main.rs", "core"),
            ("tests/cli.rs", "cli"),
            ("core/tests/support/mod.rs", "support"),
            ("examples/chat/main.rs", "chat"),
            ("benches/run-all.rs", "run_all"),
            ("build.rs", "build"),
            ("tools/gen/lib.rs", "tools::gen::lib"),
            ("src.rs", "src"),
        ];
        for (path, module) in named {
            assert_eq!(module_of(&RepoPath::new(path).unwrap()), module, "{path}");
        }
    }
}
