//! What a file makes of others: content and resolved uses read together.

use codira_contracts::Import;

use super::content::Content;
use crate::{
    codec,
    compact::{self, FileEdge, ResolvedImport, ResolvedUses},
};

/// The edges that begin in a file, by owner, kind and target.
pub(crate) fn edges(content: &[u8], resolved_uses: &[u8]) -> Option<Vec<FileEdge>> {
    compact::edges(&Content::read(content)?.uses()?, &codec::unpack::<ResolvedUses<'_>>(resolved_uses)?)
}

/// Its imports and where they lead, in the order of the analysis.
pub(crate) fn imports(content: &[u8], resolved_uses: &[u8]) -> Option<Vec<(Import, ResolvedImport)>> {
    let (imports, _) = Content::read(content)?.records()?;
    let targets = codec::unpack::<ResolvedUses<'_>>(resolved_uses)?.of_imports()?;
    (imports.len() == targets.len()).then(|| imports.into_iter().zip(targets).collect())
}
