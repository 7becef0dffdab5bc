//! The guide for authors shows code that exists, and the store that it begins with holds the contract.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use async_trait::async_trait;
use codira_conformance::{Cx, Fixture, Settings, Verdict, clauses};
use codira_contracts::{BackendDescriptor, BackendError, Capability, IndexBackend, SessionRequest, Tool};
use codira_memory::MemoryReader;

// As the guide says: two files are those of the demo, and the store is one's own.
#[path = "../../examples/demo-backend/src/place.rs"]
mod place;
#[path = "../../examples/demo-backend/src/session.rs"]
#[allow(unreachable_pub, reason = "it is public in the crate whose file it is")]
mod session;
mod store;

use session::DemoSession;
use store::Store;

const NAME: &str = "nail";
const FILE_NAME: &str = "nail";

static DESCRIPTOR: LazyLock<BackendDescriptor> = LazyLock::new(|| BackendDescriptor {
    tool: Tool::new(NAME, "1"),
    schema: 1,
    capabilities: vec![Capability::Durable, Capability::LocalFiles, Capability::Embeddings],
});

struct Nail(PathBuf);

#[async_trait]
impl IndexBackend for Nail {
    type Reader = MemoryReader;
    type Session = DemoSession;

    fn descriptor(&self) -> &BackendDescriptor {
        &DESCRIPTOR
    }

    async fn open_reader(&self) -> Result<MemoryReader, BackendError> {
        Ok(MemoryReader::of(&DESCRIPTOR, &Arc::new(Store::new(self.0.join(FILE_NAME)).load()?)))
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<DemoSession, BackendError> {
        DemoSession::begin(&self.0, Store::new(self.0.join(FILE_NAME)), request)
    }
}

struct InDirectory;

#[async_trait]
impl Fixture for InDirectory {
    type Backend = Nail;

    async fn open(&self, dir: &Path) -> Result<Nail, BackendError> {
        Ok(Nail(dir.to_owned()))
    }
}

/// Judges every clause but the histories, which meet the same session in the matrix, and is what the clauses of several
/// processes start again.
#[test]
fn the_smallest_store_holds_the_contract() {
    let restart = Some("the_smallest_store_holds_the_contract".to_owned());
    let cx = Cx::new(InDirectory, Settings { restart, ..Settings::default() });
    for clause in clauses().into_iter().filter(|clause| !clause.id.starts_with("history::")) {
        if let Verdict::Broken(violation) = cx.judge(&clause) {
            panic!("{}: {}\n\n{violation}", clause.id, clause.says);
        }
    }
}

#[test]
fn every_block_of_rust_is_part_of_code_that_is_tested() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let demo = here.join("examples/demo-backend");
    let files = [
        "src/lib.rs",
        "src/place.rs",
        "src/session.rs",
        "tests/conformance.rs",
        "examples/ask.rs",
        "examples/report.rs",
        "benches/compare.rs",
    ];
    let own = ["tests/guide/store.rs", "tests/mutants/known.rs"].map(|file| here.join(file));
    let files = files.map(|file| demo.join(file)).into_iter().chain(own);
    let code: Vec<String> = files.map(|file| fs::read_to_string(file).unwrap()).collect();
    let guide = fs::read_to_string(here.join("../docs/writing-a-backend.md")).unwrap();
    let blocks: Vec<&str> = guide.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 5, "the guide shows code");
    for block in blocks {
        assert!(code.iter().any(|file| file.contains(block)), "the guide shows code that is nowhere:\n\n{block}");
    }
}
