//! Vectors of texts that a session is asked for, whether few or many are, and wherever they are
//! just then.

use codira_contracts::{
    ContentHash, IndexBackend, IndexWriteSession, PendingRequest, RepoPath, ReusableEmbedding, ReuseRequest, SessionRequest,
    Vector, WriteScope, resolve::RuleSet,
};

use super::samples::{commit, file, spec};
use crate::{DuckdbBackend, DuckdbSession};

/// Which of these marks have a vector, asked together with so many texts that have none.
async fn found(session: &mut DuckdbSession, marks: &[u64], others: u32) -> Vec<u64> {
    let known = |mark: &u64| ContentHash::of(format!("commit {mark}").as_bytes());
    let mut texts: Vec<ContentHash> = marks.iter().map(known).collect();
    texts.extend((0..others).map(|number| ContentHash::of(&number.to_le_bytes())));
    let found = session.reusable_embeddings(&ReuseRequest { spec: spec(), texts }).await.unwrap();
    let mark = |mark: &&u64| {
        let vector = Vector::new(vec![**mark as f32, 1.0]).unwrap();
        found.contains(&ReusableEmbedding { text_hash: known(mark), vector })
    };
    let marks: Vec<u64> = marks.iter().filter(mark).copied().collect();
    assert_eq!(marks.len(), found.len());
    marks
}

#[tokio::test]
async fn texts_are_found_however_many_are_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let backend = DuckdbBackend::in_directory(directory.path());
    commit(&backend, WriteScope::Full, 3, 1).await;
    for scope in [WriteScope::Incremental, WriteScope::Full] {
        let mut session = backend.begin_index_session(SessionRequest::new(scope, RuleSet::default())).await.unwrap();
        for (others, mark) in [(0, 3), (5_000, 4), (0, 5)] {
            assert_eq!(found(&mut session, &[1, mark], others).await, [1], "of the state that the session began from");
            session.put_file(file("pkg/f1.py", mark)).await.unwrap();
            assert_eq!(
                found(&mut session, &[1, mark - 1, mark], others).await,
                [1, mark],
                "what waits, and not what it replaces"
            );
            session.pending_embeddings(&PendingRequest::default()).await.unwrap();
            assert_eq!(found(&mut session, &[1, mark], others).await, [1, mark], "what is written");
        }
        session.remove_file(&RepoPath::new("pkg/f1.py").unwrap()).await.unwrap();
        assert_eq!(found(&mut session, &[1, 5], 0).await, [1], "what is gone");
        session.abort().await.unwrap();
    }
}
