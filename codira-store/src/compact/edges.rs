//! The edges of a file: uses and resolved uses read together.

use super::{ResolvedUse, ResolvedUses, Uses};
use codira_contracts::{Site, UseKind};

/// An [edge](codira_contracts::Edge) that a symbol of the file owns, with an index and a number for
/// its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdge {
    /// The index of the owner among the file's symbols.
    pub owner: usize,
    /// What kind of uses it stands for.
    pub kind: UseKind,
    /// Where it leads.
    pub target: ResolvedUse,
    /// Where it is used: sorted, each once.
    pub sites: Vec<Site>,
}

/// One edge for each owner, kind and target, with all its sites; by owner, kind and target. `None`
/// when the two do not belong together.
pub fn edges(uses: &Uses<'_>, resolved_uses: &ResolvedUses<'_>) -> Option<Vec<FileEdge>> {
    let groups = uses.groups()?;
    let mut sites: Vec<Vec<Site>> = vec![Vec::new(); groups.len()];
    for (which, site) in uses.sites()? {
        sites.get_mut(which)?.push(site);
    }
    let edges = groups.iter().zip(resolved_uses.of_uses(&groups)?).zip(sites);
    let edges = edges.map(|((group, target), sites)| FileEdge { owner: group.owner, kind: group.kind, target, sites });
    let mut edges: Vec<FileEdge> = edges.collect();
    edges.sort_by(|a, b| (a.owner, a.kind, &a.target).cmp(&(b.owner, b.kind, &b.target)));
    // What is used in several forms is one edge when it has the same target.
    edges.dedup_by(|next, kept| {
        let same = (next.owner, next.kind, &next.target) == (kept.owner, kept.kind, &kept.target);
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
