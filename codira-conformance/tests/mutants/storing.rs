//! Storing: values that come back changed, and traces of what is gone.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::{EVERY, SMALL, mutants},
};

mutants! {
    removing_forgets_nothing: RemovesNothing, "a removed file stays", [
        "sessions::incremental_scope_replaces_what_it_names",
        "sessions::the_last_call_about_a_path_wins",
        "sessions::a_session_sees_its_own_writes",
        "storing::a_removed_file_leaves_no_trace",
        "graph::edges_follow_every_change",
        SMALL,
        EVERY,
    ];
    texts_end_at_a_nul: CutsAtNul, "names and sources end at the first NUL", [
        "storing::a_file_reads_back_as_it_was_put",
        "asking::names_match_exactly",
        "asking::texts_are_found_as_whole_words",
        EVERY,
    ];
    a_refused_file_takes_the_former_one_along: RefusesAndRemoves, "a refused put has removed what was there", [
        "storing::a_file_that_breaks_a_rule_is_refused",
        EVERY,
    ];
}

#[derive(Default)]
pub struct RemovesNothing;

#[async_trait]
impl Fault for RemovesNothing {
    async fn remove_file(&self, _session: &mut DynSession, _path: &RepoPath) -> Answer<()> {
        Ok(())
    }
}

fn cut(text: &mut String) {
    if let Some(end) = text.find('\0') {
        text.truncate(end);
    }
}

#[derive(Default)]
struct CutsAtNul;

#[async_trait]
impl Fault for CutsAtNul {
    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        cut(&mut file.analysis.source);
        file.analysis.symbols.iter_mut().for_each(|symbol| cut(&mut symbol.name));
        session.put_file(file).await
    }
}

#[derive(Default)]
struct RefusesAndRemoves;

#[async_trait]
impl Fault for RefusesAndRemoves {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.remove_file(file.path()).await?;
        session.put_file(file).await
    }
}
