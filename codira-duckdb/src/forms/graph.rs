//! The edges of a file: uses and meanings read together.

use codira_contracts::{Site, UseKind};

use super::{
    meanings::{Meaning, Meanings},
    uses::Uses,
};
use crate::codec;

/// What a file makes of others.
#[derive(Debug)]
pub(crate) struct Graph {
    /// By owner, kind and meaning.
    pub(crate) edges: Vec<Edge>,
}

/// One edge for each owner, kind and target, with all its sites.
#[derive(Debug)]
pub(crate) struct Edge {
    /// The place of the symbol in the document.
    pub(crate) owner: usize,
    pub(crate) kind: UseKind,
    pub(crate) meaning: Meaning,
    /// Sorted, each once.
    pub(crate) sites: Vec<Site>,
}

impl Graph {
    /// Reads a graph from uses and the blob of meanings.
    pub(crate) fn read(uses: &Uses<'_>, meanings: &[u8]) -> Option<Self> {
        let meanings = codec::expand(meanings, b"")?;
        let meanings = Meanings::read(&meanings)?;
        let alike = uses.alike()?;
        let mut sites: Vec<Vec<Site>> = vec![Vec::new(); alike.len()];
        for (which, site) in uses.sites()? {
            sites.get_mut(which)?.push(site);
        }
        let of_uses = meanings.of_uses(&alike)?;
        let edges = alike.iter().zip(of_uses).zip(sites);
        let edges = edges.map(|((like, meaning), sites)| Edge { owner: like.owner, kind: like.kind, meaning, sites });
        let mut edges: Vec<Edge> = edges.collect();
        edges.sort_by(|a, b| (a.owner, a.kind, &a.meaning).cmp(&(b.owner, b.kind, &b.meaning)));
        // What is used in several forms is one edge when it means the same.
        edges.dedup_by(|next, kept| {
            let same = (next.owner, next.kind, &next.meaning) == (kept.owner, kept.kind, &kept.meaning);
            if same {
                kept.sites.append(&mut next.sites);
            }
            same
        });
        for edge in &mut edges {
            edge.sites.sort_unstable();
            edge.sites.dedup();
        }
        Some(Self { edges })
    }
}
