//! What the analyzers of documents share: sections under headings, headings by underlines, and
//! knowing reStructuredText from prose.

#[cfg(any(feature = "plaintext", feature = "python"))]
pub(crate) mod markup;
#[cfg(any(feature = "markdown", feature = "restructuredtext", feature = "plaintext"))]
pub(crate) mod outline;
#[cfg(any(feature = "restructuredtext", feature = "plaintext"))]
pub(crate) mod underlines;
