//! The edges of a file: uses and resolved uses read together.

use super::{ResolvedUse, ResolvedUses, Uses};
use codira_contracts::{Site, UseKind};

/// An [edge](codira_contracts::Edge) that a symbol of the file owns, with places and numbers for its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdge {
    /// The place of the owner among the file's symbols.
    pub owner: usize,
    /// What kind of uses it stands for.
    pub kind: UseKind,
    /// Where it leads.
    pub meaning: ResolvedUse,
    /// Where it is used: sorted, each once.
    pub sites: Vec<Site>,
}

/// One edge for each owner, kind and meaning, with all its sites; by owner, kind and meaning. `None` when the two do not belong
/// together.
pub fn edges(uses: &Uses<'_>, resolved_uses: &ResolvedUses<'_>) -> Option<Vec<FileEdge>> {
    let alike = uses.alike()?;
    let mut sites: Vec<Vec<Site>> = vec![Vec::new(); alike.len()];
    for (which, site) in uses.sites()? {
        sites.get_mut(which)?.push(site);
    }
    let edges = alike.iter().zip(resolved_uses.of_uses(&alike)?).zip(sites);
    let edges = edges.map(|((like, meaning), sites)| FileEdge { owner: like.owner, kind: like.kind, meaning, sites });
    let mut edges: Vec<FileEdge> = edges.collect();
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
    Some(edges)
}
