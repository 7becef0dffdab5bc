//! Edges of a name, from either end: what `calls` and `refs` ask for and how they show it.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use anstyle::Style;
use codira_contracts::{
    BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, IndexReader, PathPrefix, Site, SymbolEntry, SymbolSummary,
    UseKind,
};

use super::{
    names::{Filter, Name},
    output::Page,
    style::{self, Clean, Styled},
    table::{Cell, Table},
};

/// From which end edges are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// From the owner to what it uses.
    Outgoing,
    /// From what is used to its users.
    Incoming,
}

/// What is asked of the edges of a name.
#[derive(Clone, Debug)]
pub(crate) struct EdgeQuery {
    /// Calls or references.
    pub(crate) kind: UseKind,
    /// From which end.
    pub(crate) direction: Direction,
    /// Which symbols of the name are meant.
    pub(crate) filter: Filter,
    /// Where the users are.
    pub(crate) prefix: PathPrefix,
    /// Only edges whose target is known.
    pub(crate) resolved: bool,
    /// At most so many.
    pub(crate) limit: Option<usize>,
}

impl EdgeQuery {
    /// The edges of `name`, ordered by owner, then target.
    ///
    /// Uses that are not resolved count as uses of every symbol of their name.
    pub(crate) async fn ask(&self, reader: &dyn IndexReader, name: &Name) -> Result<Page<EdgeEntry>, BackendError> {
        let mut edges = if name.is_bare() && self.filter.is_open() {
            let end = match self.direction {
                Direction::Outgoing => EdgeEnd::FromNamed(name.as_str().to_owned()),
                Direction::Incoming => EdgeEnd::ToNamed(name.as_str().to_owned()),
            };
            // Where unresolved ones are left out, the number to ask for is not known.
            let limit = if self.resolved { None } else { Page::<EdgeEntry>::to_ask(self.limit) };
            self.edges(reader, end, limit).await?
        } else {
            let symbols = name.find(reader, &self.filter, None).await?.answers;
            self.edges_of(reader, name, &symbols).await?
        };
        if self.resolved {
            edges.retain(|edge| edge.target.is_resolved());
        }
        Ok(Page::cut(edges, self.limit))
    }

    async fn edges_of(
        &self,
        reader: &dyn IndexReader,
        name: &Name,
        symbols: &[SymbolEntry],
    ) -> Result<Vec<EdgeEntry>, BackendError> {
        let mut edges = Vec::new();
        for symbol in symbols {
            let end = match self.direction {
                Direction::Outgoing => EdgeEnd::From(symbol.key()),
                Direction::Incoming => EdgeEnd::To(symbol.key()),
            };
            edges.extend(self.edges(reader, end, None).await?);
        }
        if self.direction == Direction::Incoming && !self.resolved {
            edges.extend(self.edges_by_text(reader, name, symbols).await?);
        }
        edges.sort_by_cached_key(|edge| (edge.owner.key.clone(), edge.target.key()));
        Ok(edges)
    }

    /// Uses that may be of these symbols, though none is resolved; without symbols, uses of what
    /// the name says outright.
    async fn edges_by_text(
        &self,
        reader: &dyn IndexReader,
        name: &Name,
        symbols: &[SymbolEntry],
    ) -> Result<Vec<EdgeEntry>, BackendError> {
        let mut names: Vec<&str> = symbols.iter().map(|entry| entry.symbol.name.as_str()).collect();
        if names.is_empty() {
            names.push(name.last());
        }
        names.sort_unstable();
        names.dedup();
        let mut edges = Vec::new();
        for last in names {
            edges.extend(self.edges(reader, EdgeEnd::ToNamed(last.to_owned()), None).await?);
        }
        edges.retain(|edge| match &edge.target {
            EdgeTarget::Resolved(_) => false,
            EdgeTarget::External { name: full, .. } => symbols.is_empty() && name.ends(full),
            EdgeTarget::Unresolved { text } => !symbols.is_empty() || name.ends(text),
        });
        Ok(edges)
    }

    async fn edges(
        &self,
        reader: &dyn IndexReader,
        end: EdgeEnd,
        limit: Option<usize>,
    ) -> Result<Vec<EdgeEntry>, BackendError> {
        reader.edges(&EdgeRequest { kind: self.kind, end, prefix: self.prefix.clone(), limit }).await
    }
}

/// Why there are no edges: `nothing`, unless no symbol has the name.
pub(crate) async fn why_none(
    reader: &dyn IndexReader,
    name: &Name,
    filter: &Filter,
    nothing: String,
) -> Result<String, BackendError> {
    let is_known = !name.find(reader, filter, Some(1)).await?.answers.is_empty();
    Ok(if is_known { nothing } else { format!("no symbol is called `{}`", name.as_str()) })
}

/// Prints edges, one line a site: `path:line:column: owner -> target`, then what the target is and
/// where.
pub(crate) fn lines(edges: &[EdgeEntry], out: &mut dyn Write) -> io::Result<()> {
    for EdgeEntry { owner, target, sites } in edges {
        let path = Clean(&owner.key.path);
        let (name, what) = (target_name(target), target_kind(target));
        let (owner, location) = (style::title(owner), target_location(target));
        for site in sites {
            write!(out, "{path}:{site}: {owner} -> {name}\t{what}")?;
            match &location {
                Some(location) => writeln!(out, "\t{location}")?,
                None => writeln!(out)?,
            }
        }
    }
    Ok(())
}

/// Prints edges by owner or by target, whichever end was asked about.
pub(crate) fn page(edges: &[EdgeEntry], direction: Direction, out: &mut dyn Write) -> io::Result<()> {
    match direction {
        Direction::Outgoing => page_by_owner(edges, out),
        Direction::Incoming => page_by_target(edges, out),
    }
}

fn page_by_owner(edges: &[EdgeEntry], out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::default();
    for group in edges.chunk_by(|a, b| a.owner.key == b.owner.key) {
        table.heading(symbol_heading(&group[0].owner));
        for EdgeEntry { target, sites, .. } in group {
            table.row([
                Cell::new(style::DIM, some_sites(sites)),
                Cell::new(target_style(target), target_name(target)),
                Cell::new(style::KIND, target_kind(target)),
                Cell::new(style::PATH, target_location(target).unwrap_or_default()),
            ]);
        }
    }
    table.print(out, "  ")
}

fn page_by_target(edges: &[EdgeEntry], out: &mut dyn Write) -> io::Result<()> {
    let mut by_target: BTreeMap<EdgeTarget, Vec<&EdgeEntry>> = BTreeMap::new();
    for edge in edges {
        by_target.entry(edge.target.key()).or_default().push(edge);
    }
    let mut table = Table::default();
    for group in by_target.values() {
        table.heading(match &group[0].target {
            EdgeTarget::Resolved(symbol) => symbol_heading(symbol),
            target => {
                format!("{}  {}", Styled(target_style(target), target_name(target)), Styled(style::KIND, target_kind(target)))
            }
        });
        for EdgeEntry { owner, sites, .. } in group {
            table.row([
                Cell::new(style::PATH, format_args!("{}:{}", Clean(&owner.key.path), some_sites(sites))),
                Cell::new(Style::new(), style::title(owner)),
                Cell::new(style::KIND, owner.kind),
            ]);
        }
    }
    table.print(out, "  ")
}

fn symbol_heading(symbol: &SymbolSummary) -> String {
    let name = Styled(style::NAME, Clean(&symbol.logical_name));
    format!("{name}  {}  {}", Styled(style::KIND, symbol.kind), Styled(style::PATH, style::location(symbol)))
}

/// The first sites, and how many more there are.
fn some_sites(sites: &[Site]) -> String {
    const SHOWN: usize = 3;
    let mut shown: Vec<String> = sites.iter().take(SHOWN).map(Site::to_string).collect();
    if sites.len() > SHOWN {
        shown.push(format!("+{}", sites.len() - SHOWN));
    }
    shown.join(" ")
}

/// What the target is called.
pub(crate) fn target_name(target: &EdgeTarget<SymbolSummary>) -> String {
    match target {
        EdgeTarget::Resolved(symbol) => style::title(symbol),
        EdgeTarget::External { name, .. } => Clean(name).to_string(),
        EdgeTarget::Unresolved { text } => Clean(text).to_string(),
    }
}

/// What the target is: its kind, or that it is not known.
pub(crate) fn target_kind(target: &EdgeTarget<SymbolSummary>) -> String {
    match target {
        EdgeTarget::Resolved(symbol) => symbol.kind.to_string(),
        EdgeTarget::External { kind, .. } => format!("external {kind}"),
        EdgeTarget::Unresolved { .. } => "unresolved".to_owned(),
    }
}

/// Where the target is, if it is in the repository.
pub(crate) fn target_location(target: &EdgeTarget<SymbolSummary>) -> Option<String> {
    match target {
        EdgeTarget::Resolved(symbol) => Some(style::location(symbol)),
        EdgeTarget::External { .. } | EdgeTarget::Unresolved { .. } => None,
    }
}

/// Emphasizes known targets.
pub(crate) fn target_style(target: &EdgeTarget<SymbolSummary>) -> Style {
    match target {
        EdgeTarget::Resolved(_) => Style::new(),
        EdgeTarget::External { .. } => style::DIM,
        EdgeTarget::Unresolved { .. } => style::WARNING,
    }
}
