//! Edges, from either end.

use codira_contracts::{BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, PathPrefix, StableId, last_name};
use codira_store::{
    compact::{FileEdge, Meaning},
    questions::EdgeQuestions,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    index::{File, Index, batches, first, is_full},
    rows::sound,
    sheet::Sheet,
};
use crate::postings::Key;

/// Which edges are wanted, once it is known where to look.
enum Wanted<'a> {
    Owner(&'a StableId),
    OwnerNamed(&'a str),
    /// Symbols by file, or things outside by last name.
    Targets(FxHashMap<i64, FxHashSet<StableId>>, Option<&'a str>),
    External(&'a str),
}

impl EdgeQuestions for Index<'_> {
    async fn edges(&mut self, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
        let EdgeRequest { kind, end, prefix, limit } = request;
        let (files, wanted) = find(self, end, prefix).await?;
        let mut entries = Vec::new();
        for files in batches(&files, *limit) {
            if is_full(&entries, *limit) {
                break;
            }
            let graphs = self.graphs(&files).await?;
            let edges = graphs.iter().map(|(sheet, graph)| {
                let edges = graph.edges.iter().filter(|edge| edge.kind == *kind && wanted.takes(sheet, edge));
                (sheet, edges.collect::<Vec<_>>())
            });
            let edges: Vec<(_, Vec<&FileEdge>)> = edges.collect();
            let targets: FxHashSet<i64> =
                edges.iter().flat_map(|(_, edges)| edges.iter().filter_map(|edge| target(edge))).collect();
            let targets: Vec<i64> = targets.into_iter().collect();
            let targets: FxHashMap<i64, _> = targets.iter().copied().zip(self.sheets(&targets).await?).collect();
            for (sheet, edges) in edges {
                let entry = |edge: &&FileEdge| {
                    let target = match &edge.meaning {
                        Meaning::Symbol { file, id } => {
                            let symbol = targets.get(&i64::from(*file)).and_then(|sheet| Some(sheet.summary(sheet.place(id)?)));
                            EdgeTarget::Resolved(sound(symbol, "the target of an edge", self.at)?)
                        }
                        Meaning::External { kind, name } => EdgeTarget::External { kind: *kind, name: name.clone() },
                        Meaning::Unresolved { text } => EdgeTarget::Unresolved { text: text.clone() },
                    };
                    Ok(EdgeEntry { owner: sheet.summary(edge.owner), target, sites: edge.sites.clone() })
                };
                let mut of_file = edges.iter().map(entry).collect::<Result<Vec<_>, BackendError>>()?;
                of_file.sort_by_cached_key(|entry| (entry.owner.key.id.clone(), entry.target.key()));
                entries.extend(of_file);
            }
        }
        Ok(first(entries, *limit))
    }
}

/// The file of the symbol to which an edge leads.
fn target(edge: &FileEdge) -> Option<i64> {
    match edge.meaning {
        Meaning::Symbol { file, .. } => Some(i64::from(file)),
        Meaning::External { .. } | Meaning::Unresolved { .. } => None,
    }
}

/// Where to look, and for what.
async fn find<'a>(
    index: &mut Index<'_>,
    end: &'a EdgeEnd,
    prefix: &PathPrefix,
) -> Result<(Vec<File>, Wanted<'a>), BackendError> {
    Ok(match end {
        EdgeEnd::From(key) => {
            let file = index.file_at(&key.path).await?.filter(|file| prefix.covers(&file.path));
            (file.into_iter().collect(), Wanted::Owner(&key.id))
        }
        EdgeEnd::To(key) => {
            let Some(file) = index.file_at(&key.path).await? else { return Ok((Vec::new(), Wanted::Owner(&key.id))) };
            let files = index.files_of(&[Key::Target(&key.path, &key.id)], prefix).await?;
            let targets = FxHashMap::from_iter([(file.number, FxHashSet::from_iter([key.id.clone()]))]);
            (files, Wanted::Targets(targets, None))
        }
        EdgeEnd::FromNamed(name) => (index.files_of(&[Key::Name(name)], prefix).await?, Wanted::OwnerNamed(name)),
        EdgeEnd::ToNamed(name) => {
            let mut targets: FxHashMap<i64, FxHashSet<StableId>> = FxHashMap::default();
            let mut symbols = Vec::new();
            let files = index.files_of(&[Key::Name(name)], &PathPrefix::root()).await?;
            for numbers in batches(&files, None) {
                for (number, sheet) in numbers.iter().zip(index.sheets(&numbers).await?) {
                    for symbol in sheet.symbols.iter().filter(|symbol| symbol.name == *name) {
                        targets.entry(*number).or_default().insert(symbol.id.clone());
                        symbols.push((sheet.path.clone(), symbol.id.clone()));
                    }
                }
            }
            let mut keys: Vec<Key<'_>> = symbols.iter().map(|(path, id)| Key::Target(path, id)).collect();
            keys.push(Key::Outside(name));
            (index.files_of(&keys, prefix).await?, Wanted::Targets(targets, Some(name)))
        }
        EdgeEnd::ToExternal(name) => (index.files_of(&[Key::Outside(name)], prefix).await?, Wanted::External(name)),
    })
}

impl Wanted<'_> {
    fn takes(&self, sheet: &Sheet, edge: &FileEdge) -> bool {
        match (self, &edge.meaning) {
            (Self::Owner(id), _) => sheet.symbols[edge.owner].id == **id,
            (Self::OwnerNamed(name), _) => sheet.symbols[edge.owner].name == *name,
            (Self::Targets(symbols, _), Meaning::Symbol { file, id }) => {
                symbols.get(&i64::from(*file)).is_some_and(|ids| ids.contains(id))
            }
            (Self::Targets(_, Some(wanted)), Meaning::External { name: text, .. } | Meaning::Unresolved { text }) => {
                last_name(text) == *wanted
            }
            (Self::Targets(_, None), _) => false,
            (Self::External(wanted), Meaning::External { name, .. }) => name == wanted,
            (Self::External(_), _) => false,
        }
    }
}
