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
    it_is_another_each_time: NewVersions, "a backend has another version each time it is opened",
        "refusals::what_a_backend_claims_never_changes";
    an_unclaimed_capability_works: ClaimsTooLittle, "it keeps embeddings, and does not claim to",
        "refusals::embeddings_are_refused_when_not_claimed";
    a_claimed_capability_is_missing: ClaimsTooMuch, "it claims to keep embeddings, and refuses them",
        "graph::deriving_early_changes_no_answer";
    embeddings_are_left_out: LeavesOut, "a file with embeddings is put without them, where they are not claimed",
        "refusals::embeddings_are_refused_when_not_claimed";
    a_refusal_is_of_another_kind: RefusesOtherwise, "a call about embeddings is refused as invalid input, where they are not claimed",
        "refusals::embeddings_are_refused_when_not_claimed";
    a_refusal_names_another_capability: RefusesDurability, "what is refused is refused for want of durability",
        "refusals::embeddings_are_refused_when_not_claimed";
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

/// Declares backends that do without embeddings in their own way, where [`KeepsNoEmbeddings`] does
/// so rightly.
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
