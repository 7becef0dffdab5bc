//! What a file makes of others: content and meanings read together.

use std::sync::Arc;

use codira_contracts::Import;
use codira_store::compact::{self, FileEdge, Landing, Meanings};

use super::content::Content;
use crate::codec;

/// What a file makes of others.
#[derive(Debug)]
pub(crate) struct Graph {
    /// By owner, kind and meaning.
    pub(crate) edges: Arc<[FileEdge]>,
    /// In the order of the analysis.
    pub(crate) imports: Vec<(Import, Landing)>,
}

impl Graph {
    /// Reads a graph from the bytes of content and meanings.
    pub(crate) fn read(content: &[u8], meanings: &[u8]) -> Option<Self> {
        let (content, meanings) = (Content::read(content)?, codec::unpack::<Meanings<'_>>(meanings)?);
        let edges = compact::edges(&content.uses()?, &meanings)?.into();
        let (imports, _) = content.records()?;
        let landings = meanings.of_imports()?;
        (imports.len() == landings.len()).then(|| Self { edges, imports: imports.into_iter().zip(landings).collect() })
    }
}
