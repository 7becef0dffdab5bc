//! What a file makes of others: content and resolved uses read together.

use std::sync::Arc;

use crate::{
    codec,
    compact::{self, FileEdge, ResolvedImport, ResolvedUses},
};
use codira_contracts::Import;

use super::content::Content;

/// What a file makes of others.
#[derive(Debug)]
pub(crate) struct Graph {
    /// By owner, kind and target.
    pub(crate) edges: Arc<[FileEdge]>,
    /// In the order of the analysis.
    pub(crate) imports: Vec<(Import, ResolvedImport)>,
}

impl Graph {
    /// Reads a graph from the bytes of content and resolved uses.
    pub(crate) fn read(content: &[u8], resolved_uses: &[u8]) -> Option<Self> {
        let (content, resolved_uses) = (Content::read(content)?, codec::unpack::<ResolvedUses<'_>>(resolved_uses)?);
        let edges = compact::edges(&content.uses()?, &resolved_uses)?.into();
        let (imports, _) = content.records()?;
        let targets = resolved_uses.of_imports()?;
        (imports.len() == targets.len()).then(|| Self { edges, imports: imports.into_iter().zip(targets).collect() })
    }
}
