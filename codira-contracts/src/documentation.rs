//! Documentation units, and what auditors find wrong with documentation.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{BackendError, Language, LineSpan, StableId, Tool, symbol::words};

words! {
    /// The markup of a documentation text.
    DocumentationFormat, "documentation format" {
        /// Markdown.
        Markdown = "markdown",
        /// reStructuredText.
        ReStructuredText = "restructuredtext",
        /// Text without markup, or with markup that was not read.
        PlainText = "plaintext",
    }
}

words! {
    /// What a documentation unit is about.
    DocumentationKind, "documentation kind" {
        /// A whole document, or what stands before its first heading.
        Document = "document",
        /// A section of a document.
        Section = "section",
        /// A module.
        Module = "module",
        /// A type.
        Type = "type",
        /// A function or method.
        Function = "function",
        /// Any other symbol.
        Symbol = "symbol",
    }
}

/// A piece of documentation that stands on its own: a section of a document, or the documentation
/// of a symbol.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Documentation {
    /// Identity in the file, shared with its symbols.
    pub id: StableId,
    /// Its markup.
    pub format: DocumentationFormat,
    /// What it is about.
    pub kind: DocumentationKind,
    /// Its heading, or the name of its owner.
    pub title: String,
    /// The headings above it, outermost first, its own not included.
    pub heading_path: Vec<String>,
    /// The lines it takes.
    pub span: LineSpan,
    /// The text.
    pub text: String,
    /// The symbol of the same file that it documents.
    pub owner: Option<StableId>,
}

words! {
    /// How much a documentation issue matters.
    Severity, "severity" {
        /// A matter of taste.
        Info = "info",
        /// Readers miss something.
        Warning = "warning",
        /// Readers are told something wrong.
        Error = "error",
    }
}

/// One thing that an auditor finds wrong with a file's documentation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DocIssue {
    /// The rule, by its stable id: `D103`, `missing-returns`.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, as a sentence for people.
    pub message: String,
    /// The lines it is about.
    pub span: LineSpan,
    /// The convention that says so: `numpy 1`.
    pub convention: Tool,
    /// The auditor that found it.
    pub auditor: Tool,
    /// The symbol of the same file that it is about.
    pub owner: Option<StableId>,
}

/// Which languages are audited now. Stored issues of files in other languages are stale.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPolicy {
    /// The languages whose files are audited.
    pub audited: BTreeSet<Language>,
}

impl AuditPolicy {
    /// Whether issues of a file in `language` may stay.
    pub fn keeps(&self, language: &Language) -> bool {
        self.audited.contains(language)
    }
}
