//! Small histories, all of them.

use codira_contracts::{
    ContentHash, FileSnapshot, Import, ImportCondition, ImportKind, Site, Symbol, SymbolKind, UseForm, UseKind, UseRecord,
    Visibility, WriteScope,
};

use super::{Edit, End, History, Run};
use crate::{samples, vocabulary};

/// All histories of at most so many edits (which should be three) of two files with two contents each, in all ways of dividing them into sessions.
///
/// The first edit puts the first file: what begins with the other is the mirror image, and a removal there removes nothing.
/// Every session but the last is committed; the last ends in each way and has either scope. A history of three edits is
/// left out unless it is committed incrementally, because its last edit adds nothing that a history of two edits does not show. The first session
/// has full scope, so that one index can go through all histories without starting anew.
pub(crate) fn all(most: usize) -> impl Iterator<Item = History> {
    (0..=most).flat_map(sequences).flat_map(|edits| divisions(&edits)).flat_map(|runs| {
        let short = runs.iter().map(Vec::len).sum::<usize>() < 3;
        let ends = if short { vec![End::Commit, End::Abort, End::Drop] } else { vec![End::Commit] };
        let scopes = if short && runs.len() > 1 {
            vec![WriteScope::Incremental, WriteScope::Full]
        } else {
            vec![WriteScope::Incremental]
        };
        let pairs = ends.into_iter().flat_map(move |end| scopes.clone().into_iter().map(move |scope| (end.clone(), scope)));
        pairs.map(move |(end, scope)| history(&runs, end, scope)).collect::<Vec<_>>()
    })
}

fn history(sessions: &[Vec<Edit>], end: End, scope: WriteScope) -> History {
    let last = sessions.len() - 1;
    let run = |(place, edits): (usize, &Vec<Edit>)| Run {
        scope: match place {
            0 => WriteScope::Full,
            place if place == last => scope,
            _ => WriteScope::Incremental,
        },
        edits: edits.clone(),
        end: if place == last { end.clone() } else { End::Commit },
        questions: Vec::new(),
    };
    History(sessions.iter().enumerate().map(run).collect())
}

/// All sequences of so many edits that begin with putting the first file.
fn sequences(length: usize) -> Vec<Vec<Edit>> {
    let choices = |place: usize| if place == 0 { contents(1) } else { edits() };
    (0..length).fold(vec![Vec::new()], |shorter, place| {
        let longer =
            |start: &Vec<Edit>| choices(place).into_iter().map(|edit| [start.clone(), vec![edit]].concat()).collect::<Vec<_>>();
        shorter.iter().flat_map(longer).collect()
    })
}

/// All ways of dividing edits into sessions.
fn divisions(edits: &[Edit]) -> Vec<Vec<Vec<Edit>>> {
    let gaps = edits.len().saturating_sub(1);
    let divided = |cuts: usize| {
        let mut sessions = vec![Vec::new()];
        for (place, edit) in edits.iter().enumerate() {
            if place > 0 && cuts & (1 << (place - 1)) != 0 {
                sessions.push(Vec::new());
            }
            if let Some(session) = sessions.last_mut() {
                session.push(edit.clone());
            }
        }
        sessions
    };
    (0..1 << gaps).map(divided).collect()
}

/// The six edits: either file put with either content, or removed.
fn edits() -> Vec<Edit> {
    let removals = [1, 2].map(|path| Edit::Remove(vocabulary::path(path)));
    [contents(1), contents(2), removals.to_vec()].concat()
}

fn contents(path: usize) -> Vec<Edit> {
    ["run", "helper"].map(|name| Edit::Put(Box::new(content(path, name)))).to_vec()
}

/// A file that defines one function, imports the other file's `run`, and calls it.
fn content(path: usize, name: &str) -> FileSnapshot {
    let other = if path == 1 { ".b" } else { ".a" };
    let mut file = samples::file(vocabulary::path(path).as_str());
    file.state.hash = ContentHash::of(name.as_bytes());
    file.analysis.symbols = vec![Symbol::new("f", SymbolKind::Function, name)];
    file.analysis.imports = vec![Import {
        kind: ImportKind::Name,
        module: other.to_owned(),
        name: Some("run".to_owned()),
        alias: Some("other".to_owned()),
        owner: None,
        visibility: Visibility::Public,
        condition: ImportCondition::Always,
        line: 1,
    }];
    file.analysis.uses = vec![UseRecord {
        kind: UseKind::Call,
        owner: "f".into(),
        form: UseForm::Path,
        text: "other".to_owned(),
        site: Site::new(2, 1),
    }];
    file
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use codira_contracts::{EdgeEnd, EdgeRequest};
    use codira_memory::IndexState;

    use super::*;

    #[test]
    fn the_two_files_call_each_other() {
        let mut draft = Arc::<IndexState>::default().begin(WriteScope::Full);
        for file in [content(1, "run"), content(2, "run")] {
            draft.put_file(file).unwrap();
        }
        let view = Arc::new(draft.seal()).view();
        let edges = view.edges(&EdgeRequest::new(UseKind::Call, EdgeEnd::ToNamed("run".to_owned())));
        assert_eq!(edges.iter().filter(|edge| edge.target.is_resolved()).count(), 2, "{edges:#?}");
    }

    #[test]
    fn there_are_as_many_as_there_should_be() {
        let of = |edits: usize| all(3).filter(|it| it.0.iter().map(|run| run.edits.len()).sum::<usize>() == edits).count();
        // One edit: two contents, three ends. Two: 12 sequences, in one session with three ends, or in two with either scope.
        // Three: 72 sequences, divided in four ways.
        assert_eq!([of(0), of(1), of(2), of(3)], [3, 2 * 3, 12 * (3 + 6), 72 * 4]);
    }
}
