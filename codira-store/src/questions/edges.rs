//! Edges, from either end: posting lists lead from what is at an end to the files in which edges
//! begin.

use std::sync::Arc;

use codira_contracts::{
    BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, ExternalKind, PathPrefix, StableId, SymbolKey, last_name,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    batches::{FilesToRead, first, is_full},
    index::Index,
};
use crate::{
    FileOutline,
    compact::{FileEdge, ResolvedUse},
    postings::Key,
    tables::{FileRow, Tables},
};

impl<T: Tables> Index<'_, T> {
    /// The edges of one kind at one end.
    pub(super) async fn edges(&mut self, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
        let mut entries = Vec::new();
        if is_full(&entries, request.limit) {
            return Ok(entries);
        }
        let (files, wanted) = self.files_with_edges(request).await?;
        for files in FilesToRead::new::<T>(&files, request.limit).batches() {
            let read = self.edges_of(files).await?;
            let taken_of = |outline: &FileOutline, edge: &FileEdge| edge.kind == request.kind && wanted.takes(outline, edge);
            let mut taken: Vec<(&FileOutline, Vec<&FileEdge>)> = Vec::with_capacity(read.len());
            for (outline, edges) in &read {
                taken.push((outline, edges.iter().filter(|edge| taken_of(outline, edge)).collect()));
            }
            let own = read.iter().map(|(outline, _)| outline.clone());
            let mut outlines: Outlines = files.iter().copied().zip(own).collect();
            let targets = taken.iter().flat_map(|(_, edges)| edges.iter().filter_map(|edge| target(edge)));
            let others: FxHashSet<u32> = targets.filter(|file| !outlines.contains_key(file)).collect();
            let mut others: Vec<u32> = others.into_iter().collect();
            others.sort_unstable();
            for some in others.chunks(T::BATCH_DOCUMENTS) {
                outlines.extend(some.iter().copied().zip(self.outlines(some).await?));
            }
            for (outline, edges) in taken {
                let edges = edges.into_iter().filter(|edge| wanted.takes_target(edge, &outlines));
                let of_file = edges.map(|edge| entry(outline, edge, &outlines)).collect::<Option<Vec<_>>>();
                let mut of_file = self.ok_or_corrupt(of_file, "the end of an edge")?;
                of_file.sort_by(|a, b| order(a).cmp(&order(b)));
                entries.extend(of_file);
            }
            if is_full(&entries, request.limit) {
                break;
            }
        }
        Ok(first(entries, request.limit))
    }

    /// The files in which the edges of a request begin, and perhaps others, by path; and which of
    /// their edges are wanted.
    async fn files_with_edges<'r>(
        &mut self,
        request: &'r EdgeRequest,
    ) -> Result<(Vec<FileRow>, WantedEdges<'r>), BackendError> {
        let EdgeRequest { end, prefix, .. } = request;
        Ok(match end {
            EdgeEnd::From(key) => (self.file_inside(&key.path, prefix).await?, WantedEdges::Owner(&key.id)),
            EdgeEnd::To(key) => match self.file_at(&key.path).await? {
                Some(FileRow { number, .. }) => {
                    let files = self.files_of(&[Key::Target(&key.path, &key.id)], prefix).await?;
                    (files, WantedEdges::Target(number, &key.id))
                }
                None => (Vec::new(), WantedEdges::Owner(&key.id)),
            },
            EdgeEnd::FromNamed(name) => (self.files_of(&[Key::Name(name)], prefix).await?, WantedEdges::OwnerNamed(name)),
            EdgeEnd::ToNamed(name) => {
                let mut symbols = Vec::new();
                let files = self.files_of(&[Key::Name(name)], &PathPrefix::root()).await?;
                for numbers in FilesToRead::new::<T>(&files, None).batches() {
                    for outline in self.outlines(numbers).await? {
                        let named = outline.symbols.iter().filter(|symbol| symbol.name == *name);
                        symbols.extend(named.map(|symbol| (outline.path.clone(), symbol.id.clone())));
                    }
                }
                let mut keys: Vec<Key<'_>> = symbols.iter().map(|(path, id)| Key::Target(path, id)).collect();
                keys.push(Key::Outside(name));
                let targets = files.iter().map(|file| file.number).collect();
                (self.files_of(&keys, prefix).await?, WantedEdges::TargetNamed(targets, name))
            }
            EdgeEnd::ToExternal(name) => (self.files_of(&[Key::Outside(name)], prefix).await?, WantedEdges::External(name)),
        })
    }
}

/// Which edges of a file are wanted.
#[derive(Clone, Debug)]
enum WantedEdges<'r> {
    /// Those of the symbol of this id.
    Owner(&'r StableId),
    /// Those of symbols of this name.
    OwnerNamed(&'r str),
    /// Those that lead to a symbol of the file of this number.
    Target(u32, &'r StableId),
    /// Those that lead to symbols of this name, all of which are in these files; or to what is
    /// called so elsewhere.
    TargetNamed(FxHashSet<u32>, &'r str),
    /// Those that lead out of the repository to this.
    External(&'r str),
}

impl WantedEdges<'_> {
    /// Whether an edge is wanted, as far as the file tells in which it begins.
    fn takes(&self, outline: &FileOutline, edge: &FileEdge) -> bool {
        match (self, &edge.target) {
            (Self::Owner(id), _) => outline.symbols[edge.owner].id == **id,
            (Self::OwnerNamed(name), _) => outline.symbols[edge.owner].name == *name,
            (Self::Target(file, id), ResolvedUse::Symbol { file: its_file, id: its_id }) => file == its_file && *id == its_id,
            (Self::TargetNamed(files, _), ResolvedUse::Symbol { file, .. }) => files.contains(file),
            (Self::TargetNamed(_, wanted), ResolvedUse::External { name: text, .. } | ResolvedUse::Unresolved { text }) => {
                last_name(text) == *wanted
            }
            (Self::External(wanted), ResolvedUse::External { name, .. }) => name == wanted,
            (Self::Target(..) | Self::External(_), _) => false,
        }
    }

    /// Whether it is, once the files are read to which edges lead. One that leads to a symbol that
    /// is not there is.
    fn takes_target(&self, edge: &FileEdge, outlines: &Outlines) -> bool {
        match self {
            Self::TargetNamed(_, wanted) => symbol(edge, outlines).is_none_or(|(of, index)| of.symbols[index].name == *wanted),
            _ => true,
        }
    }
}

/// Outlines, by the number of their file.
type Outlines = FxHashMap<u32, Arc<FileOutline>>;

/// The symbol to which an edge leads.
fn symbol<'o>(edge: &FileEdge, outlines: &'o Outlines) -> Option<(&'o FileOutline, usize)> {
    let ResolvedUse::Symbol { file, id } = &edge.target else { return None };
    let outline = outlines.get(file)?;
    Some((outline, outline.index_of(id)?))
}

/// The file of the symbol to which an edge leads.
fn target(edge: &FileEdge) -> Option<u32> {
    match edge.target {
        ResolvedUse::Symbol { file, .. } => Some(file),
        ResolvedUse::External { .. } | ResolvedUse::Unresolved { .. } => None,
    }
}

/// The edge of a file as answers tell it; `None` where its target is not there.
fn entry(outline: &FileOutline, edge: &FileEdge, outlines: &Outlines) -> Option<EdgeEntry> {
    let target = match &edge.target {
        ResolvedUse::Symbol { .. } => symbol(edge, outlines).map(|(of, index)| EdgeTarget::Resolved(of.summary(index)))?,
        ResolvedUse::External { kind, name } => EdgeTarget::External { kind: *kind, name: name.clone() },
        ResolvedUse::Unresolved { text } => EdgeTarget::Unresolved { text: text.clone() },
    };
    Some(EdgeEntry { owner: outline.summary(edge.owner), target, sites: edge.sites.clone() })
}

/// What the edges of a file order by: their owner, then their target.
fn order(entry: &EdgeEntry) -> (&StableId, u8, Option<&SymbolKey>, Option<ExternalKind>, &str) {
    let owner = &entry.owner.key.id;
    match &entry.target {
        EdgeTarget::Resolved(symbol) => (owner, 0, Some(&symbol.key), None, ""),
        EdgeTarget::External { kind, name } => (owner, 1, None, Some(*kind), name),
        EdgeTarget::Unresolved { text } => (owner, 2, None, None, text),
    }
}
