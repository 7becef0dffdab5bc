//! Told histories: what only real sources are large enough to show.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::{TOLD, mutants},
};

mutants! {
    sites_are_counted_in_a_byte: FewSites, "an edge keeps its first 255 sites", [TOLD];
}

#[derive(Default)]
struct FewSites;

#[async_trait]
impl Fault for FewSites {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        edges.iter_mut().for_each(|edge| edge.sites.truncate(255));
        Ok(edges)
    }
}
