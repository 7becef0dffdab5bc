//! Faults of whole answers, as values: what is asked for instead, and what becomes of the answer.

use async_trait::async_trait;
use codira_contracts::*;

use crate::fault::{Answer, Fault};

/// When the limit of a request is applied.
enum Limit {
    /// By the question that is asked instead.
    First,
    /// To what becomes of the answer.
    Last,
}

/// Declares faults of one question each: `ask` says what is asked for, and `then` makes of the
/// answer what the backend takes for the one to the request.
macro_rules! answering {
    ($($fault:ident: $question:ident($request:ty) -> $entry:ty;)*) => {$(
        pub struct $fault {
            ask: fn($request) -> $request,
            then: fn(&$request, &mut Vec<$entry>),
            limit: Limit,
        }

        #[allow(dead_code, reason = "not each question has faults of both kinds")]
        impl $fault {
            pub fn limited_first(ask: fn($request) -> $request, then: fn(&$request, &mut Vec<$entry>)) -> Self {
                Self { ask, then, limit: Limit::First }
            }

            pub fn limited_last(ask: fn($request) -> $request, then: fn(&$request, &mut Vec<$entry>)) -> Self {
                Self { ask, then, limit: Limit::Last }
            }
        }

        #[async_trait]
        impl Fault for $fault {
            async fn $question(&self, reader: &dyn IndexReader, request: &$request) -> Answer<Vec<$entry>> {
                let mut asked = (self.ask)(request.clone());
                if let Limit::Last = self.limit {
                    asked.limit = None;
                }
                let mut entries = reader.$question(&asked).await?;
                (self.then)(request, &mut entries);
                if let Limit::Last = self.limit {
                    limited(request.limit, &mut entries);
                }
                Ok(entries)
            }
        }
    )*};
}

answering! {
    Symbols: symbols(SymbolRequest) -> SymbolEntry;
    Inventory: symbol_inventory(SymbolInventoryRequest) -> SymbolInventoryEntry;
    Edges: edges(EdgeRequest) -> EdgeEntry;
    Imports: imports(ImportRequest) -> ImportEntry;
    Lines: text_references(TextRequest) -> TextReference;
    Units: documentation(DocumentationRequest) -> DocumentationEntry;
    Issues: doc_issues(DocIssueRequest) -> DocIssueEntry;
    Rows: pending_embeddings(PendingRequest) -> PendingEmbedding;
    Nearest: candidates(CandidateRequest) -> Candidate;
}

/// File states that are not all listed.
pub struct States(pub fn(&PathPrefix, &mut Vec<FileState>));

#[async_trait]
impl Fault for States {
    async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
        let mut states = reader.file_states(prefix).await?;
        self.0(prefix, &mut states);
        Ok(states)
    }
}

/// Files of which less is kept than was put.
pub struct Puts(pub fn(&mut FileSnapshot));

#[async_trait]
impl Fault for Puts {
    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        file.validate()?;
        self.0(&mut file);
        session.put_file(file).await
    }
}

/// Only so many of an answer.
pub fn limited<T>(limit: Option<usize>, entries: &mut Vec<T>) {
    entries.truncate(limit.unwrap_or(usize::MAX));
}

/// Asks for what was asked for.
pub fn same<T>(request: T) -> T {
    request
}
