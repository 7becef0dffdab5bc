//! The directory of an index, from outside: the kit knows nothing of what a backend keeps there.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use codira_contracts::ContentHash;
use tempfile::TempDir;

use crate::{Outcome, Violation, verdict::ensure};

/// Directories and files by their path, files with the hash of their content.
pub(crate) type Contents = BTreeMap<PathBuf, Option<ContentHash>>;

/// Every directory and file below `dir`.
pub(crate) fn contents(dir: &Path) -> Outcome<Contents> {
    let mut found = Contents::new();
    visit(dir, &mut |path| {
        let content = if path.is_dir() { None } else { Some(ContentHash::of(&fs::read(path)?)) };
        let below = path.strip_prefix(dir).expect("what is visited is below").to_owned();
        found.insert(below, content);
        Ok(())
    })
    .map_err(Violation::new)?;
    Ok(found)
}

/// Fails unless both are the same.
pub(crate) fn unchanged(when: &str, before: &Contents, now: &Contents) -> Outcome {
    let changed: Vec<_> =
        before.iter().filter(|(path, content)| now.get(*path) != Some(content)).map(|(path, _)| path).collect();
    let new: Vec<_> = now.keys().filter(|path| !before.contains_key(*path)).collect();
    ensure!(changed.is_empty() && new.is_empty(), "{when}: changed or gone {changed:?}, new {new:?}");
    Ok(())
}

/// Every file below `dir`, relative to it.
pub(crate) fn files(dir: &Path) -> Outcome<Vec<PathBuf>> {
    Ok(contents(dir)?.into_iter().filter(|(_, content)| content.is_some()).map(|(path, _)| path).collect())
}

/// A copy of everything in `dir`.
pub(crate) fn copied(dir: &Path) -> io::Result<TempDir> {
    let copy = TempDir::new()?;
    copy_into(dir, copy.path())?;
    Ok(copy)
}

/// Copies everything in `dir` into `target`, which is there.
pub(crate) fn copy_into(dir: &Path, target: &Path) -> io::Result<()> {
    visit(dir, &mut |path| {
        let target = target.join(path.strip_prefix(dir).expect("what is visited is below"));
        if path.is_dir() { fs::create_dir_all(&target) } else { fs::copy(path, &target).map(drop) }
    })
}

/// Takes the permission to write from everything in `dir` and from itself, or gives it back.
pub(crate) fn set_read_only(dir: &Path, read_only: bool) -> io::Result<()> {
    let make = |path: &Path| {
        let mut permissions = fs::metadata(path)?.permissions();
        #[allow(clippy::permissions_set_readonly_false, reason = "the directory is the kit's own and about to be deleted")]
        permissions.set_readonly(read_only);
        fs::set_permissions(path, permissions)
    };
    make(dir)?;
    visit(dir, &mut |path| make(path))
}

/// Whether permissions bind this process: not the superuser.
pub(crate) fn permissions_bind() -> io::Result<bool> {
    let dir = TempDir::new()?;
    set_read_only(dir.path(), true)?;
    let made = fs::write(dir.path().join("probe"), "");
    set_read_only(dir.path(), false)?;
    Ok(made.is_err())
}

/// Calls `f` with every directory and file below `dir`, directories before what is in them.
fn visit(dir: &Path, f: &mut impl FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        f(&path)?;
        if path.is_dir() {
            visit(&path, f)?;
        }
    }
    Ok(())
}
