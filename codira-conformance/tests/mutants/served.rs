//! A store that is durable and has no local files, as one on a server: the clauses about files say
//! nothing of it, all others hold.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use codira_conformance::{Applies, Clause, Cx, Fixture, Matrix, Settings, Tally, Verdict, clauses};
use codira_contracts::{BackendDescriptor, Capability, DynBackend};

use crate::{
    backend::Faulty,
    demo_backend,
    fault::{Answer, Fault},
};

/// Keeps the index where no clause looks: beside the directory that is named, which stands for a
/// server's database of that name.
#[derive(Default)]
struct Served {
    databases: Mutex<Vec<PathBuf>>,
}

fn database(dir: &Path) -> PathBuf {
    dir.with_extension("served")
}

impl Drop for Served {
    fn drop(&mut self) {
        let databases = self.databases.get_mut().unwrap_or_else(PoisonError::into_inner);
        databases.iter().for_each(|database| drop(fs::remove_dir_all(database)));
    }
}

#[async_trait]
impl Fixture for Served {
    type Backend = Faulty;

    async fn open(&self, dir: &Path) -> Answer<Faulty> {
        self.databases.lock().unwrap_or_else(PoisonError::into_inner).push(database(dir));
        Ok(Faulty::new(std::sync::Arc::new(OnServer), dir))
    }
}

struct OnServer;

impl Fault for OnServer {
    fn base(&self, dir: &Path) -> DynBackend {
        DynBackend::new(demo_backend::in_directory(database(dir)))
    }

    fn describe(&self, descriptor: &mut BackendDescriptor) {
        descriptor.capabilities.retain(|capability| *capability != Capability::LocalFiles);
    }
}

fn needs(clause: &Clause, capability: Capability) -> bool {
    matches!(clause.applies, Applies::With(capabilities) if capabilities.contains(&capability))
}

#[test]
fn a_durable_store_without_local_files_is_judged_by_no_clause_about_files() {
    let test = module_path!().split_once("::").unwrap().1;
    let restart = format!("{test}::a_durable_store_without_local_files_is_judged_by_no_clause_about_files");
    let cx = Cx::new(Served::default(), Settings { restart: Some(restart), ..Settings::default() });
    let mut matrix = Matrix::new(["served"]);
    let (mut about_files, mut durable) = (Vec::new(), 0);
    for (index, clause) in clauses().iter().enumerate() {
        let files = needs(clause, Capability::LocalFiles);
        if files || needs(clause, Capability::Durable) {
            let verdict = cx.judge(clause);
            assert_eq!(matches!(verdict, Verdict::NotClaimed), files, "{}: {verdict:?}", clause.id);
            matrix.record("served", index, clause.id, verdict);
            if files { about_files.push(clause.id) } else { durable += 1 }
        }
    }
    assert_eq!(
        about_files,
        [
            "isolation::reading_changes_no_byte",
            "isolation::a_read_only_directory_can_be_read",
            "durability::an_index_survives_moving",
            "durability::kills_leave_no_debris",
            "durability::the_index_is_as_readable_as_other_files",
            "failing::truncated_files_are_noticed",
            "failing::foreign_files_are_noticed",
            "failing::overwritten_bytes_cause_no_crash",
            "failing::a_full_session_replaces_what_is_unreadable",
            "failing::a_directory_in_the_way_is_an_error",
            "failing::no_space_keeps_the_last_commit",
            "failing::no_permission_keeps_the_last_commit",
            "failing::a_backend_value_outlives_damage",
            "warm::an_unchanged_repository_writes_no_byte",
        ]
    );
    let Tally { holds, not_claimed, .. } = matrix.tally("served");
    assert_eq!((holds, not_claimed), (durable, about_files.len()), "{matrix}");
    let reason = "not claimed: of a backend that claims `durable` and `local-files`";
    assert!(matrix.markdown().contains(&format!("| `truncated_files_are_noticed` | {reason} |")), "{}", matrix.markdown());
}
