//! What is said of a file while what was said before is still on its way.

use codira_contracts::{IndexBackend, IndexReader, IndexWriteSession, RepoPath, SessionRequest, WriteScope, resolve::RuleSet};

use super::samples::file;
use crate::SqliteBackend;

#[tokio::test]
async fn the_last_word_on_a_file_wins_while_the_one_before_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let backend = SqliteBackend::in_directory(directory.path());
    let path = |number: usize| format!("pkg/f{number}.py");
    for scope in [WriteScope::Full, WriteScope::Incremental] {
        let mut session = backend.begin_index_session(SessionRequest::new(scope, RuleSet::default())).await.unwrap();
        for step in 0..300 {
            session.put_file(file(&path(step), 1)).await.unwrap();
            if let Some(before) = step.checked_sub(40) {
                match before % 3 {
                    0 => session.put_file(file(&path(before), 2)).await.unwrap(),
                    1 => session.remove_file(&RepoPath::new(path(before)).unwrap()).await.unwrap(),
                    _ => {}
                }
            }
        }
        session.commit().await.unwrap();
        let reader = backend.open_reader().await.unwrap();
        for number in 0..300 {
            let found = reader.file(&RepoPath::new(path(number)).unwrap()).await.unwrap();
            let expected = match number % 3 {
                _ if number >= 260 => Some(file(&path(number), 1)),
                0 => Some(file(&path(number), 2)),
                1 => None,
                _ => Some(file(&path(number), 1)),
            };
            assert_eq!(found, expected, "{number}");
        }
    }
}
