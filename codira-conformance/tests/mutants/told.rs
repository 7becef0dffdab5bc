//! Told and large histories: what only real sources, or many, are large enough to show.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::{LARGE, TOLD, mutants},
};

mutants! {
    sites_are_counted_in_a_byte: FewSites, "an edge keeps its first 255 sites",
        TOLD;
    answers_are_counted_in_ten_bits: FewSymbols, "no list of symbols is longer than 1024",
        LARGE;
    texts_are_looked_up_in_part: FewTexts, "of many texts that are looked up at once, a thousand are",
        LARGE;
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

#[derive(Default)]
struct FewSymbols;

#[async_trait]
impl Fault for FewSymbols {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let mut symbols = reader.symbols(request).await?;
        symbols.truncate(1 << 10);
        Ok(symbols)
    }
}

#[derive(Default)]
struct FewTexts;

#[async_trait]
impl Fault for FewTexts {
    async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let texts = request.texts.iter().take(1_000).copied().collect();
        reader.reusable_embeddings(&ReuseRequest { texts, ..request.clone() }).await
    }
}
