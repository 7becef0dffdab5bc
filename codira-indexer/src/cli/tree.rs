//! Calls of calls: the tree that `codira calls --tree` prints and `--dot` draws.

use std::{
    collections::HashMap,
    io::{self, Write},
    pin::Pin,
};

use anstyle::Style;
use codira_contracts::{
    BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, IndexReader, RepoPath, Site, SymbolEntry, SymbolKey, SymbolKind,
    SymbolSummary,
};
use serde::Serialize;

use super::{
    edges::{self, Direction, EdgeQuery},
    names::Name,
    output::{Answer, Page},
    style::{self, Clean, Styled},
};

/// One callable in the tree.
#[derive(Serialize)]
pub(crate) struct Node {
    /// What it is: a symbol, or a target that leads nowhere in the repository.
    pub(crate) target: EdgeTarget<SymbolSummary>,
    /// Where the calls are that lead here: in the file of the caller.
    pub(crate) sites: Vec<Site>,
    /// Why it is not followed, where it could be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stopped: Option<Stopped>,
    /// What it calls or, in a tree of callers, who calls it.
    pub(crate) children: Vec<Node>,
}

/// Why the tree does not follow a callable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stopped {
    /// It is one of those that lead here.
    Cycle,
    /// It was followed further up.
    Shown,
    /// The depth is reached.
    Depth,
}

/// The answer of the command, as a tree.
#[derive(Serialize)]
pub(crate) struct Tree {
    #[serde(flatten)]
    pub(crate) roots: Page<Node>,
    #[serde(skip)]
    pub(crate) direction: Direction,
}

/// Follows calls from the symbols of a name, `depth` calls far. The limit of the query is on the
/// symbols that it starts from.
pub(crate) async fn ask(reader: &dyn IndexReader, name: &Name, query: &EdgeQuery, depth: usize) -> Result<Tree, BackendError> {
    let starts = starts(reader, name, query).await?;
    let mut growth = Growth { reader, query, followed: HashMap::new(), ancestors: Vec::new() };
    let mut answers = Vec::new();
    for start in starts.answers {
        answers.push(growth.node(EdgeTarget::Resolved(summary(start)), Vec::new(), depth).await?);
    }
    Ok(Tree { roots: Page { answers, more: starts.more }, direction: query.direction })
}

/// Where a tree starts: a module calls whatever its file does at top level, and is meant only
/// where nothing else has the name.
async fn starts(reader: &dyn IndexReader, name: &Name, query: &EdgeQuery) -> Result<Page<SymbolEntry>, BackendError> {
    let mut found = name.find(reader, &query.filter, None).await?.answers;
    let is_module = |entry: &SymbolEntry| entry.symbol.kind == SymbolKind::Module;
    if !found.iter().all(is_module) {
        found.retain(|entry| !is_module(entry));
    }
    Ok(Page::cut(found, query.limit))
}

fn summary(entry: SymbolEntry) -> SymbolSummary {
    let key = entry.key();
    let SymbolEntry { logical_name, symbol, .. } = entry;
    SymbolSummary { key, kind: symbol.kind, name: symbol.name, logical_name, span: symbol.span }
}

/// A tree while it is built, depth first, so that it depends on nothing but the index.
struct Growth<'a> {
    reader: &'a dyn IndexReader,
    query: &'a EdgeQuery,
    /// How deep each symbol was followed.
    followed: HashMap<SymbolKey, usize>,
    /// The symbols from the root to here.
    ancestors: Vec<SymbolKey>,
}

impl Growth<'_> {
    /// The node of a target, with `depth` calls below it.
    fn node(
        &mut self,
        target: EdgeTarget<SymbolSummary>,
        sites: Vec<Site>,
        depth: usize,
    ) -> Pin<Box<dyn Future<Output = Result<Node, BackendError>> + Send + '_>> {
        Box::pin(async move {
            let key = match &target {
                EdgeTarget::Resolved(symbol) => symbol.key.clone(),
                _ => return Ok(Node { target, sites, stopped: None, children: Vec::new() }),
            };
            let stopped =
                |stopped| Node { target: target.clone(), sites: sites.clone(), stopped: Some(stopped), children: Vec::new() };
            if self.ancestors.contains(&key) {
                return Ok(stopped(Stopped::Cycle));
            }
            if self.followed.get(&key).is_some_and(|followed| *followed >= depth) {
                return Ok(stopped(Stopped::Shown));
            }
            let edges = self.edges(&key, depth).await?;
            if depth == 0 && !edges.is_empty() {
                return Ok(stopped(Stopped::Depth));
            }
            self.ancestors.push(key.clone());
            let mut children = Vec::with_capacity(edges.len());
            for (target, sites) in edges {
                children.push(self.node(target, sites, depth - 1).await?);
            }
            self.ancestors.pop();
            if !children.is_empty() {
                self.followed.insert(key, depth);
            }
            Ok(Node { target, sites, stopped: None, children })
        })
    }

    /// The next level of calls: targets by their first site, or callers by their keys. At depth
    /// zero, one at most.
    async fn edges(&self, key: &SymbolKey, depth: usize) -> Result<Vec<(EdgeTarget<SymbolSummary>, Vec<Site>)>, BackendError> {
        let EdgeQuery { kind, direction, ref prefix, resolved, .. } = *self.query;
        let end = match direction {
            Direction::Outgoing => EdgeEnd::From(key.clone()),
            Direction::Incoming => EdgeEnd::To(key.clone()),
        };
        let limit = (depth == 0 && !resolved).then_some(1);
        let mut edges = self.reader.edges(&EdgeRequest { kind, end, prefix: prefix.clone(), limit }).await?;
        edges.retain(|edge| !resolved || edge.target.is_resolved());
        if direction == Direction::Outgoing {
            edges.sort_by_key(|edge| edge.sites.first().copied());
        }
        let next = |edge: EdgeEntry| match direction {
            Direction::Outgoing => (edge.target, edge.sites),
            Direction::Incoming => (EdgeTarget::Resolved(edge.owner), edge.sites),
        };
        Ok(edges.into_iter().map(next).collect())
    }
}

impl Answer for Tree {
    const COMMAND: &'static str = "calls";

    fn is_empty(&self) -> bool {
        self.roots.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        self.roots.answers.iter().try_for_each(|root| root.lines(self.direction, None, 0, out))
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        self.roots.answers.iter().try_for_each(|root| {
            writeln!(out, "{}", root.label(style::NAME))?;
            root.branches("", out)
        })
    }
}

impl Node {
    /// The file that defines it.
    fn path(&self) -> Option<&RepoPath> {
        match &self.target {
            EdgeTarget::Resolved(symbol) => Some(&symbol.key.path),
            _ => None,
        }
    }

    /// One line a node, behind the location of the first call that leads here; a root behind its
    /// own.
    fn lines(&self, direction: Direction, caller: Option<&RepoPath>, level: usize, out: &mut dyn Write) -> io::Result<()> {
        let file = if direction == Direction::Incoming { self.path() } else { caller };
        match (file, self.sites.first(), &self.target) {
            (Some(path), Some(site), _) => write!(out, "{}:{site}:", Clean(path))?,
            (_, _, EdgeTarget::Resolved(symbol)) => write!(out, "{}:1:", style::location(symbol))?,
            _ => {}
        }
        let indent = "  ".repeat(level);
        write!(out, " {indent}{}\t{}", edges::target_name(&self.target), edges::target_kind(&self.target))?;
        if let Some(location) = edges::target_location(&self.target) {
            write!(out, "\t{location}")?;
        }
        if let Some(stopped) = self.stopped {
            write!(out, "\t({})", stopped.words())?;
        }
        writeln!(out)?;
        self.children.iter().try_for_each(|child| child.lines(direction, self.path(), level + 1, out))
    }

    /// What a branch, which leads to a symbol, or a root reads.
    fn label(&self, name: Style) -> String {
        let location = edges::target_location(&self.target).unwrap_or_default();
        let label = format!("{}  {}", Styled(name, edges::target_name(&self.target)), Styled(style::DIM, location));
        match self.stopped {
            Some(stopped) => format!("{label}  {}", Styled(style::WARNING, format_args!("({})", stopped.words()))),
            None => label,
        }
    }

    /// What is below: a branch for each symbol, and one for all the rest, which leads nowhere.
    fn branches(&self, indent: &str, out: &mut dyn Write) -> io::Result<()> {
        let (symbols, rest): (Vec<_>, Vec<_>) = self.children.iter().partition(|child| child.target.is_resolved());
        for (index, child) in symbols.iter().enumerate() {
            let is_last = index + 1 == symbols.len() && rest.is_empty();
            let (branch, below) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            writeln!(out, "{indent}{branch}{}", child.label(Style::new()))?;
            child.branches(&format!("{indent}{below}"), out)?;
        }
        if !rest.is_empty() {
            const SHOWN: usize = 6;
            let mut names: Vec<String> = rest.iter().take(SHOWN).map(|child| edges::target_name(&child.target)).collect();
            if rest.len() > SHOWN {
                names.push(format!("+{}", rest.len() - SHOWN));
            }
            writeln!(out, "{indent}└─ {}", Styled(style::DIM, format_args!("elsewhere: {}", names.join(", "))))?;
        }
        Ok(())
    }
}

impl Stopped {
    fn words(self) -> &'static str {
        match self {
            Self::Cycle => "cycle",
            Self::Shown => "shown above",
            Self::Depth => "and more",
        }
    }
}
