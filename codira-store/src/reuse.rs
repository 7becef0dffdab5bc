//! Vectors that a session has gathered and not written yet.

use codira_contracts::{ContentHash, EmbeddingState, FileSnapshot, ReuseRequest, SymbolKey, Vector};
use rustc_hash::FxHashSet;

/// The vectors that files bring of the texts of a request, each with the hash of its text and where it belongs, in the order of
/// the files: for a session that gathers files before it writes them.
pub fn reusable_of<'a>(
    files: impl IntoIterator<Item = &'a FileSnapshot>,
    request: &'a ReuseRequest,
) -> impl Iterator<Item = (ContentHash, SymbolKey, &'a Vector)> {
    let texts: FxHashSet<ContentHash> = request.texts.iter().copied().collect();
    let rows = files.into_iter().flat_map(|file| file.embeddings.iter().map(|row| (&file.state.path, row)));
    rows.filter_map(move |(path, row)| match &row.state {
        EmbeddingState::Computed(vector) if texts.contains(&row.text_hash) && row.spec == request.spec => {
            Some((row.text_hash, SymbolKey { path: path.clone(), id: row.owner.clone() }, vector))
        }
        _ => None,
    })
}
