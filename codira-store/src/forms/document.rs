//! Files as they were put: read whole, or as much as resolving looks at.

use codira_contracts::{Documentation, FileAnalysis, Language, Symbol};

use super::{
    content::Content,
    outline::{self, Outline},
};
use crate::{codec, tables::Document};

impl Document {
    /// All of it.
    pub(crate) fn analysis(&self) -> Option<FileAnalysis> {
        self.read(|analysis, content, documentation| {
            analysis.uses = content.uses()?.records(&analysis.symbols)?;
            analysis.source = content.source()?.to_owned();
            analysis.documentation = documentation;
            Some(())
        })
    }

    /// What resolving looks at.
    pub(crate) fn for_resolving(&self) -> Option<FileAnalysis> {
        self.read(|analysis, content, _| {
            analysis.uses = content.uses()?.records(&analysis.symbols)?;
            Some(())
        })
    }

    /// What offers are made of.
    pub(crate) fn for_offers(&self) -> Option<FileAnalysis> {
        self.read(|_, _, _| Some(()))
    }

    /// Symbols and documentation units.
    pub(crate) fn outline(&self) -> Option<(Vec<Symbol>, Vec<Documentation>)> {
        let Outline { symbols, documentation } = outline::read(&outline::decompress(&self.outline)?)?;
        Some((symbols.into_owned(), documentation.into_owned()))
    }

    /// The text.
    pub(crate) fn source(&self) -> Option<String> {
        let dictionary = codec::decompress_unchecked(&self.outline, b"")?;
        let content = codec::decompress(&self.content, &dictionary)?;
        Some(Content::read(&content)?.source()?.to_owned())
    }

    /// Content and resolved uses, as [`graph`](super::graph) reads them.
    pub(crate) fn resolved(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let dictionary = codec::decompress_unchecked(&self.outline, b"")?;
        Some((codec::decompress(&self.content, &dictionary)?, codec::decompress(&self.resolved_uses, b"")?))
    }

    fn read(
        &self,
        rest: impl FnOnce(&mut FileAnalysis, Content<'_>, Vec<Documentation>) -> Option<()>,
    ) -> Option<FileAnalysis> {
        let dictionary = outline::decompress(&self.outline)?;
        let Outline { symbols, documentation } = outline::read(&dictionary)?;
        let content = codec::decompress(&self.content, &dictionary)?;
        let content = Content::read(&content)?;
        let (imports, status) = content.records()?;
        let mut analysis = FileAnalysis {
            symbols: symbols.into_owned(),
            imports,
            status,
            ..FileAnalysis::new(Language::new(self.file.language.clone()), self.file.module.clone())
        };
        rest(&mut analysis, content, documentation.into_owned())?;
        Some(analysis)
    }
}
