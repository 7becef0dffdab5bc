//! Something to store, and everything that can be asked about it.

use std::{collections::BTreeMap, fs, path::Path};

pub(super) use codira_conformance::sample_file as file;
use codira_contracts::{
    BackendError, EmbeddingSpec, IndexBackend, IndexReader, IndexWriteSession, SessionRequest, WriteScope, resolve::RuleSet,
};

use crate::SqliteBackend;

/// That of the embeddings of every file.
pub(super) fn spec() -> EmbeddingSpec {
    file("f.py", 0).embeddings.remove(0).spec
}

/// Commits `count` files of one mark; says the generation.
pub(super) async fn commit(backend: &SqliteBackend, scope: WriteScope, count: usize, mark: u64) -> u64 {
    let mut session = backend.begin_index_session(SessionRequest::new(scope, RuleSet::default())).await.unwrap();
    for number in 0..count {
        session.put_file(file(&format!("pkg/f{number}.py"), mark)).await.unwrap();
    }
    session.commit().await.unwrap().generation
}

/// The answers to everything, as text, or the first error.
pub(super) async fn ask_everything(reader: &impl IndexReader) -> Result<String, BackendError> {
    codira_conformance::ask_everything(reader, SqliteBackend::in_directory("").descriptor()).await
}

/// Every file of a directory, with its bytes and the time of its last change.
pub(super) fn bytes(directory: &Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let content = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, (fs::read(entry.path()).unwrap(), entry.metadata().unwrap().modified().unwrap()))
    };
    entries.map(content).collect()
}

/// The names in a directory.
pub(super) fn names(directory: &Path) -> Vec<String> {
    bytes(directory).into_keys().collect()
}

/// Copies every file of a directory to another one.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in names(from) {
        fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}
