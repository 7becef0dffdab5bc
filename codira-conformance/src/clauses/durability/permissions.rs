//! Durability: an index has the permissions of the other files that its process makes.

use std::{collections::BTreeMap, fs, path::Path};

use codira_contracts::IndexBackend;

use crate::{Cx, Outcome, Violation, directory, stamped, verdict::ensure};

/// The permissions to read a file, as far as the system tells.
#[cfg(unix)]
fn readers_of(path: &Path) -> std::io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o444)
}

#[cfg(not(unix))]
fn readers_of(path: &Path) -> std::io::Result<u32> {
    fs::metadata(path).map(|_| 0)
}

pub(crate) fn the_index_is_as_readable_as_other_files(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let beside = tempfile::TempDir::new().map_err(Violation::new)?;
        let new = beside.path().join("new");
        fs::write(&new, "").map_err(Violation::new)?;
        let expected = readers_of(&new).map_err(Violation::new)?;
        let mut readers = Vec::new();
        // From nothing, over one, of full scope, and over one that is read.
        for stamp in 1..=4 {
            if stamp == 4 {
                readers.push(index.backend.open_reader().await?);
            }
            stamped::commit(&index.backend, stamp).await?;
            let mut others = BTreeMap::new();
            for file in directory::files(index.path())? {
                let found = readers_of(&index.path().join(&file)).map_err(Violation::new)?;
                if found != expected {
                    others.insert(file, format!("{found:o}"));
                }
            }
            ensure!(
                others.is_empty(),
                "a new file of this process is read by {expected:o}; after commit {stamp}, others: {others:?}"
            );
        }
        Ok(())
    })
}
