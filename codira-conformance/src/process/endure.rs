//! Sessions and readers by the hundred in a process of their own, where nothing else opens files
//! or starts threads.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use codira_contracts::{
    BackendError, ErrorKind, IndexBackend, IndexReader, IndexWriteSession, PathPrefix,
    WriteScope::{Full, Incremental},
};

use crate::{Outcome, cancel::cancelled, resources::Resources, samples::file, toy::request, verdict::ensure};

/// So many rounds come before the first count: what a backend keeps for later is there then.
const WARM_UP: u64 = 8;
/// Which rounds commit: one of so many.
const COMMITS: u64 = 4;

/// Goes through every life of a session and a reader, so many times; fails where what is open
/// grows with their number. What ends on its own may take so long for it.
pub(super) async fn endure(backend: &impl IndexBackend, dir: &Path, rounds: u64, settling: Duration) -> Outcome<u64> {
    let mut commits = 0;
    for number in 0..WARM_UP {
        commits += round(backend, number).await?;
    }
    let before = Resources::now(dir)?;
    for number in 0..rounds {
        commits += round(backend, number).await?;
    }
    let most = rounds as usize / 5;
    let begun = Instant::now();
    let mut after = Resources::now(dir)?;
    while after.grown_since(before, most) && begun.elapsed() < settling {
        tokio::task::yield_now().await;
        after = Resources::now(dir)?;
    }
    ensure!(
        !after.grown_since(before, most),
        "{rounds} rounds of sessions and readers left more behind: before there were {before}, and now {after}"
    );
    Ok(commits)
}

/// A session that is dropped, one that is aborted, one that is refused, and a beginning and an
/// opening that are dropped; a reader; and in some rounds a commit.
async fn round(backend: &impl IndexBackend, number: u64) -> Result<u64, BackendError> {
    let mut session = backend.begin_index_session(request(Incremental)).await?;
    session.put_file(file("pkg/a.toy")).await?;
    drop(backend.begin_index_session(request(Full)).await);
    drop(cancelled(1, backend.begin_index_session(request(Full))).await);
    let mut commits = 0;
    if number.is_multiple_of(COMMITS) {
        session.commit().await?;
        commits += 1;
    } else if number % 2 == 1 {
        session.rebuild_derived().await?;
        drop(session);
    } else {
        session.abort().await?;
    }
    drop(cancelled(1, backend.open_reader()).await);
    match backend.open_reader().await {
        Ok(reader) => drop(reader.file_states(&PathPrefix::root()).await?),
        Err(error) if error.kind() == ErrorKind::NotIndexed => {}
        Err(error) => return Err(error),
    }
    Ok(commits)
}
