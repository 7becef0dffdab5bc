//! Files on their way through resolution: pure computation.

use codira_contracts::{
    EdgeTarget, ExternalKind, FileAnalysis, ImportTarget, RepoPath, SymbolKey, UseKind, last_name,
    resolve::{Facts, Progress, Resolution, RuleSet},
};
use codira_store::compact::ResolvedUses;

use super::{encode::digests, facts::digest, numbers::Numbers};
use crate::{
    codec,
    read::{edges, imports},
};

/// What a row of what was resolved takes in memory, roughly.
const ROW: usize = 40;

/// A file that is to be resolved.
pub(super) struct Unresolved {
    pub(super) number: u32,
    pub(super) path: RepoPath,
    pub(super) analysis: FileAnalysis,
}

/// A file, and how far its resolution came.
pub(super) type Attempt = (Unresolved, Progress);

/// Resolves a file as far as the facts go.
pub(super) fn attempt(file: Unresolved, facts: &dyn Facts, rules: &RuleSet) -> Attempt {
    let progress = rules.resolve(&file.path, &file.analysis, facts);
    (file, progress)
}

/// A file that was resolved.
pub(super) struct Resolved {
    pub(super) file: Unresolved,
    pub(super) resolution: Resolution,
}

/// What is stored of a resolution.
pub(super) struct Derived {
    pub(super) number: u32,
    pub(super) edges: Vec<EdgeRow>,
    /// How many of them lead to a symbol.
    pub(super) resolved: u32,
    /// How far each import leads, the file, and the module that it names.
    pub(super) imports: Vec<(u8, Option<u32>, String)>,
    /// Digests of the keys that were looked up.
    pub(super) asked: Vec<u32>,
    pub(super) resolved_uses: Vec<u8>,
}

/// The row of an edge.
pub(super) struct EdgeRow {
    pub(super) owner: u32,
    pub(super) kind: u8,
    pub(super) reach: u8,
    /// File and number of a symbol.
    pub(super) target: Option<(u32, u32)>,
    /// The last name of anything else.
    pub(super) name: Option<String>,
}

impl Derived {
    /// What it takes in memory, roughly.
    pub(super) fn weight(&self) -> usize {
        self.resolved_uses.len() + ROW * (self.edges.len() + self.imports.len() + self.asked.len())
    }
}

impl Resolved {
    /// The files to which edges and imports lead.
    pub(super) fn leads_to(&self) -> impl Iterator<Item = &RepoPath> {
        let edges = self.resolution.edges.iter().filter_map(|edge| match &edge.target {
            EdgeTarget::Resolved(key) => Some(&key.path),
            EdgeTarget::External { .. } | EdgeTarget::Unresolved { .. } => None,
        });
        let imports = self.resolution.imports.iter().filter_map(|target| match target {
            ImportTarget::Resolved(path) => Some(path),
            ImportTarget::External | ImportTarget::Unresolved => None,
        });
        edges.chain(imports)
    }

    /// What is stored of it; or a file that is not there, and that something leads to.
    pub(super) fn numbered(self, number_of: impl Fn(&RepoPath) -> Option<u32>, numbers: &Numbers) -> Result<Derived, RepoPath> {
        let Self { file: Unresolved { number, path, analysis }, resolution } = self;
        let symbol = |key: &SymbolKey| {
            let place = number_of(&key.path).and_then(|file| Some((file, numbers.of(file, &key.id)?)));
            place.ok_or_else(|| key.path.clone())
        };
        let edge = |edge: &codira_contracts::Edge| {
            let (reach, target, name) = match &edge.target {
                EdgeTarget::Resolved(key) => (edges::RESOLVED, Some(symbol(key)?), None),
                EdgeTarget::External { kind, name } => (codec::code(ExternalKind::ALL, kind) + 1, None, Some(name)),
                EdgeTarget::Unresolved { text } => (edges::UNRESOLVED, None, Some(text)),
            };
            let owner = numbers.of(number, &edge.owner.id).ok_or_else(|| path.clone())?;
            let kind = codec::code(UseKind::ALL, &edge.kind);
            Ok(EdgeRow { owner, kind, reach, target, name: name.map(|text| last_name(text).to_owned()) })
        };
        let edges: Vec<EdgeRow> = resolution.edges.iter().map(edge).collect::<Result<_, RepoPath>>()?;
        let resolved_uses = ResolvedUses::of(&resolution, &analysis.uses, &number_of).ok_or_else(|| path.clone())?;
        let import = |(import, target): (codira_contracts::Import, &ImportTarget)| {
            let (reach, target) = match target {
                ImportTarget::Resolved(path) => (imports::RESOLVED, Some(number_of(path).ok_or_else(|| path.clone())?)),
                ImportTarget::External => (imports::EXTERNAL, None),
                ImportTarget::Unresolved => (imports::UNRESOLVED, None),
            };
            Ok((reach, target, import.module))
        };
        let resolved_uses = codec::compress(&codec::pack(&resolved_uses), b"");
        let imports = analysis.imports.into_iter().zip(&resolution.imports).map(import).collect::<Result<_, RepoPath>>()?;
        let resolved = edges.iter().filter(|edge| edge.target.is_some()).count();
        Ok(Derived {
            number,
            resolved: u32::try_from(resolved).expect("no file has thousands of millions of edges"),
            edges,
            imports,
            asked: digests(resolution.asked.iter().map(digest)),
            resolved_uses,
        })
    }
}
