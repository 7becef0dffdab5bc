//! Documents: files that people read. What the analyzers of Markdown, reStructuredText and plain text share.

#[cfg(any(feature = "plaintext", feature = "python"))]
pub(super) mod markup;
#[cfg(any(feature = "markdown", feature = "restructuredtext", feature = "plaintext"))]
pub(super) mod outline;
#[cfg(any(feature = "restructuredtext", feature = "plaintext"))]
pub(super) mod underlines;
