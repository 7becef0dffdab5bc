//! Refusals: capabilities that are claimed and missing, or there and not claimed.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
    odd::KeepsNoEmbeddings,
};

mutants! {
    it_is_another_each_time: NewVersions, "a backend has another version each time it is opened", [
        "storing::a_replaced_file_leaves_no_trace",
        "storing::a_removed_file_leaves_no_trace",
        "refusals::what_a_backend_claims_never_changes",
    ];
    an_unclaimed_capability_works: ClaimsTooLittle, "it keeps embeddings, and does not claim to", [
        "refusals::embeddings_are_refused_when_not_claimed",
    ];
    a_claimed_capability_is_missing: ClaimsTooMuch, "it claims to keep embeddings, and refuses them", [
        "sessions::a_dropped_call_has_happened_or_has_not",
        "sessions::full_scope_replaces_everything",
        "sessions::a_session_sees_its_own_writes",
        "isolation::a_session_shows_nothing_before_its_commit",
        "isolation::a_reader_shows_one_state_for_ever",
        "storing::a_file_reads_back_as_it_was_put",
        "storing::a_replaced_file_leaves_no_trace",
        "storing::a_removed_file_leaves_no_trace",
        "storing::a_file_that_breaks_a_rule_is_refused",
        "storing::totals_count_what_is_stored",
        "asking::every_list_is_in_its_documented_order",
        "asking::a_prefix_is_a_path_or_directory",
        "asking::a_limit_gives_the_first",
        "asking::an_answer_has_what_the_request_names",
        "asking::what_is_not_there_has_an_empty_answer",
        "rules::edges_are_those_of_the_session",
        "rules::other_rules_derive_anew",
        "rules::a_session_given_up_leaves_the_rules",
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
        "graph::deriving_early_changes_no_answer",
        "graph::each_edge_is_found_from_both_ends",
        "embeddings::vectors_are_kept_bit_for_bit",
        "embeddings::pending_rows_wait_until_they_are_stored",
        "embeddings::a_stale_vector_is_not_kept",
        "embeddings::a_row_of_nobody_is_refused",
        "embeddings::a_text_keeps_its_vector_when_it_moves",
        "embeddings::candidates_are_the_exact_top",
        "embeddings::many_vectors_are_all_compared",
        "embeddings::another_dimension_is_refused",
        "embeddings::specs_never_mix",
        "embeddings::pruning_removes_orphans",
    ];
    embeddings_are_left_out: LeavesOut, "a file with embeddings is put without them, where they are not claimed", [
        "refusals::embeddings_are_refused_when_not_claimed",
    ];
    a_refusal_is_of_another_kind: RefusesOtherwise, "a call about embeddings is refused as invalid input, where they are not claimed", [
        "refusals::embeddings_are_refused_when_not_claimed",
    ];
    a_refusal_names_another_capability: RefusesDurability, "what is refused is refused for want of durability", [
        "refusals::embeddings_are_refused_when_not_claimed",
    ];
}

#[derive(Default)]
struct ClaimsTooLittle;

#[async_trait]
impl Fault for ClaimsTooLittle {
    fn describe(&self, descriptor: &mut BackendDescriptor) {
        descriptor.capabilities.clear();
    }
}

struct NewVersions(u64);

impl Default for NewVersions {
    fn default() -> Self {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        Self(OPENED.fetch_add(1, SeqCst))
    }
}

#[async_trait]
impl Fault for NewVersions {
    fn describe(&self, descriptor: &mut BackendDescriptor) {
        descriptor.tool.version = self.0.to_string();
    }

    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let inventory = reader.inventory().await?;
        Ok(RuntimeInventory { backend: Tool { version: self.0.to_string(), ..inventory.backend.clone() }, ..inventory })
    }
}

/// Declares backends that do without embeddings in their own way, where [`KeepsNoEmbeddings`] does so rightly.
macro_rules! without_embeddings {
    ($($fault:ident claims $claims:literal, puts $put:expr, refuses $refuse:expr;)*) => {$(
        #[derive(Default)]
        struct $fault(KeepsNoEmbeddings);

        #[async_trait]
        impl Fault for $fault {
            fn describe(&self, descriptor: &mut BackendDescriptor) {
                if !$claims {
                    self.0.describe(descriptor);
                }
            }

            async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
                let put: fn(&mut FileSnapshot) = $put;
                put(&mut file);
                self.0.put_file(session, file).await
            }

            async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
                self.0.reusable_in_session(session, request).await
            }

            async fn pending_in_session(&self, session: &mut DynSession, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
                self.0.pending_in_session(session, request).await
            }

            async fn queue_embeddings(&self, session: &mut DynSession, rows: Vec<PendingEmbedding>) -> Answer<()> {
                let refuse: fn(BackendError) -> BackendError = $refuse;
                self.0.queue_embeddings(session, rows).await.map_err(refuse)
            }

            async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
                self.0.store_embeddings(session, rows).await
            }

            async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
                self.0.reusable_embeddings(reader, request).await
            }

            async fn pending_embeddings(&self, reader: &dyn IndexReader, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
                self.0.pending_embeddings(reader, request).await
            }

            async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
                self.0.candidates(reader, request).await
            }
        }
    )*};
}

without_embeddings! {
    ClaimsTooMuch claims true, puts |_| {}, refuses |refusal| refusal;
    LeavesOut claims false, puts |file| file.embeddings.clear(), refuses |refusal| refusal;
    RefusesOtherwise claims false, puts |_| {}, refuses |refusal| BackendError::invalid("embeddings", refusal.to_string());
    RefusesDurability claims false, puts |_| {}, refuses |_| {
        BackendError::Unsupported { backend: "memory".to_owned(), capability: Capability::Durable }
    };
}
