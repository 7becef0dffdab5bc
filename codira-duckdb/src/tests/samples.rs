//! Something to store, and everything that can be asked about it.

use std::{collections::BTreeMap, fs, path::Path};

pub(super) use codira_conformance::sample_file as file;
use codira_contracts::{
    BackendError, EmbeddingSpec, IndexBackend, IndexReader, IndexWriteSession, SessionRequest, WriteScope, resolve::RuleSet,
};

use crate::DuckdbBackend;

/// That of the embeddings of every file.
pub(super) fn spec() -> EmbeddingSpec {
    file("f.py", 0).embeddings.remove(0).spec
}

/// Commits `count` files of one mark; says the generation.
pub(super) async fn commit(backend: &DuckdbBackend, scope: WriteScope, count: usize, mark: u64) -> u64 {
    let mut session = backend.begin_index_session(SessionRequest::new(scope, RuleSet::default())).await.unwrap();
    for number in 0..count {
        session.put_file(file(&format!("pkg/f{number}.py"), mark)).await.unwrap();
    }
    session.commit().await.unwrap().generation
}

/// The answers to everything, as text, or the first error.
pub(super) async fn ask_everything(reader: &impl IndexReader) -> Result<String, BackendError> {
    codira_conformance::ask_everything(reader, DuckdbBackend::in_directory("").descriptor()).await
}

/// The bytes of every file of a directory.
pub(super) fn bytes(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}
