//! States of files, which are read lot by lot: under test, two files are a lot.

use codira_contracts::{IndexBackend, IndexReader, PathPrefix, WriteScope};

use super::samples::{commit, file};
use crate::SqliteBackend;

#[tokio::test]
async fn states_are_all_there_in_lots_that_are_full_or_not() {
    for count in 0..6 {
        let directory = tempfile::tempdir().unwrap();
        let backend = SqliteBackend::in_directory(directory.path());
        commit(&backend, WriteScope::Full, count, 7).await;
        let reader = backend.open_reader().await.unwrap();
        let states: Vec<_> = (0..count).map(|number| file(&format!("pkg/f{number}.py"), 7).state).collect();
        for prefix in ["", "pkg"] {
            assert_eq!(reader.file_states(&PathPrefix::new(prefix).unwrap()).await.unwrap(), states, "{count} in {prefix:?}");
        }
        assert_eq!(reader.file_states(&PathPrefix::new("pkg/f").unwrap()).await.unwrap(), [], "no prefix of a name");
    }
}
