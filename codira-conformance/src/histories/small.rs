//! Small histories, all of them.

use codira_contracts::{
    ContentHash, FileSnapshot, Import, ImportCondition, ImportKind, RepoPath, Site, Symbol, SymbolKind, UseForm, UseKind,
    UseRecord, Visibility, WriteScope,
};

use super::{Edit, End, History, Run};
use crate::{samples, toy::Edition};

/// Where the files of a history lie that is alone in its index.
const HOME: &str = "pkg";

/// All histories of at most two edits of two files with two contents each, in all ways of dividing
/// them into sessions.
///
/// The first edit puts the first file: what begins with the other is the mirror image, and a
/// removal there removes nothing. Every session but the last is committed; the last ends in each
/// way and has either scope. The first session has full scope, so that one index can go through
/// all histories without starting anew.
pub(crate) fn alone() -> impl Iterator<Item = History> {
    (0..=2).flat_map(|length| sequences(length, HOME)).flat_map(|edits| divisions(&edits)).flat_map(|runs| {
        let ends = [End::Commit, End::Abort, End::Drop];
        let scopes =
            if runs.len() > 1 { vec![WriteScope::Incremental, WriteScope::Full] } else { vec![WriteScope::Incremental] };
        let pairs = ends.into_iter().flat_map(move |end| scopes.clone().into_iter().map(move |scope| (end.clone(), scope)));
        pairs.map(move |(end, scope)| history(&runs, end, scope)).collect::<Vec<_>>()
    })
}

/// Histories that have their sessions in common, and nothing else: the files of each lie in a
/// directory of its own.
pub(crate) struct SideBySide {
    /// All of them at once.
    pub(crate) together: History,
    /// Each for itself.
    pub(crate) each: Vec<History>,
    /// The directories.
    pub(crate) directories: Vec<String>,
}

/// All histories of three edits that are committed incrementally, those of one division into
/// sessions side by side. Other ends and scopes of the last edit show nothing that a history of
/// two edits does not show.
pub(crate) fn side_by_side() -> Vec<SideBySide> {
    let directories: Vec<String> = (0..sequences(3, HOME).len()).map(|number| format!("h{number}")).collect();
    let sequences: Vec<Vec<Edit>> =
        directories.iter().enumerate().map(|(n, directory)| sequences(3, directory).swap_remove(n)).collect();
    let divided: Vec<Vec<Vec<Vec<Edit>>>> = sequences.iter().map(|edits| divisions(edits)).collect();
    let of_division = |division: usize| {
        let each: Vec<&Vec<Vec<Edit>>> = divided.iter().map(|ways| &ways[division]).collect();
        let session = |index: usize| each.iter().flat_map(|sessions| sessions[index].clone()).collect();
        let sessions: Vec<Vec<Edit>> = (0..each[0].len()).map(session).collect();
        let committed = |sessions: &Vec<Vec<Edit>>| history(sessions, End::Commit, WriteScope::Incremental);
        let (together, each) = (committed(&sessions), each.into_iter().map(committed).collect());
        SideBySide { together, each, directories: directories.clone() }
    };
    (0..divided[0].len()).map(of_division).collect()
}

fn history(sessions: &[Vec<Edit>], end: End, scope: WriteScope) -> History {
    let last = sessions.len() - 1;
    let run = |(index, edits): (usize, &Vec<Edit>)| Run {
        scope: match index {
            0 => WriteScope::Full,
            index if index == last => scope,
            _ => WriteScope::Incremental,
        },
        edition: Edition::First,
        edits: edits.clone(),
        end: if index == last { end.clone() } else { End::Commit },
        questions: Vec::new(),
    };
    History(sessions.iter().enumerate().map(run).collect())
}

/// All sequences of so many edits that begin with putting the first file.
fn sequences(length: usize, directory: &str) -> Vec<Vec<Edit>> {
    let choices = |index: usize| if index == 0 { contents(directory, 'a') } else { edits(directory) };
    (0..length).fold(vec![Vec::new()], |shorter, index| {
        let longer =
            |start: &Vec<Edit>| choices(index).into_iter().map(|edit| [start.clone(), vec![edit]].concat()).collect::<Vec<_>>();
        shorter.iter().flat_map(longer).collect()
    })
}

/// All ways of dividing edits into sessions.
fn divisions(edits: &[Edit]) -> Vec<Vec<Vec<Edit>>> {
    let gaps = edits.len().saturating_sub(1);
    let divided = |cuts: usize| {
        let mut sessions = vec![Vec::new()];
        for (index, edit) in edits.iter().enumerate() {
            if index > 0 && cuts & (1 << (index - 1)) != 0 {
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
fn edits(directory: &str) -> Vec<Edit> {
    let removals = ['a', 'b'].map(|file| Edit::Remove(path(directory, file)));
    [contents(directory, 'a'), contents(directory, 'b'), removals.to_vec()].concat()
}

fn contents(directory: &str, file: char) -> Vec<Edit> {
    ["run", "helper"].map(|name| Edit::Put(Box::new(content(directory, file, name)))).to_vec()
}

/// The path of a file of a history.
pub(crate) fn path(directory: &str, file: char) -> RepoPath {
    samples::path(&format!("{directory}/{file}.toy"))
}

/// A file that defines one function, imports the other file's `run`, and calls it.
fn content(directory: &str, file: char, name: &str) -> FileSnapshot {
    let other = if file == 'a' { ".b" } else { ".a" };
    let module = format!("{directory}.{file}");
    let mut file = samples::file(path(directory, file).as_str());
    file.analysis.module = module;
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
    use crate::toy::request;

    #[test]
    fn the_two_files_call_each_other() {
        let mut draft = Arc::<IndexState>::default().begin(request(WriteScope::Full));
        for file in [content(HOME, 'a', "run"), content(HOME, 'b', "run")] {
            draft.put_file(file).unwrap();
        }
        let view = Arc::new(draft.seal()).view();
        let edges = view.edges(&EdgeRequest::new(UseKind::Call, EdgeEnd::ToNamed("run".to_owned())));
        assert_eq!(edges.iter().filter(|edge| edge.target.is_resolved()).count(), 2, "{edges:#?}");
    }

    #[test]
    fn there_are_as_many_as_there_should_be() {
        let of = |edits: usize| alone().filter(|it| it.0.iter().map(|run| run.edits.len()).sum::<usize>() == edits).count();
        // One edit: two contents, three ends. Two: 12 sequences, in one session with three ends,
        // or in two with either scope. Three: 72 sequences, divided in four ways.
        assert_eq!([of(0), of(1), of(2)], [3, 2 * 3, 12 * (3 + 6)]);
        assert_eq!(side_by_side().iter().map(|it| it.each.len()).collect::<Vec<_>>(), [72; 4]);
        assert_eq!(side_by_side().iter().map(|it| it.together.0.len()).collect::<Vec<_>>(), [1, 2, 2, 3]);
    }
}
