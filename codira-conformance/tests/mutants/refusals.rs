//! Refusals: capabilities that are claimed and missing, or there and not claimed.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{fault::Fault, judge::mutants};

mutants! {
    an_unclaimed_capability_works: ClaimsTooLittle, "it keeps embeddings, and does not claim to", [
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
