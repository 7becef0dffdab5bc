//! Edges, from either end: lists lead from what is at an end to the files in which edges begin.

use codira_contracts::{BackendError, EdgeEnd, EdgeRequest, PathPrefix};
use codira_store::questions::{Documents, EdgeQuestions, FileEdges, FilesToRead, WantedEdges};

use super::index::{Index, to_read};
use crate::postings::Key;

impl EdgeQuestions for Index<'_> {
    async fn files_with_edges<'r>(&mut self, request: &'r EdgeRequest) -> Result<(FilesToRead, WantedEdges<'r>), BackendError> {
        let EdgeRequest { end, prefix, limit, .. } = request;
        let (files, wanted) = match end {
            EdgeEnd::From(key) => return Ok((self.file_inside(&key.path, prefix).await?, WantedEdges::Owner(&key.id))),
            EdgeEnd::To(key) => match self.file_number(&key.path).await? {
                Some(file) => {
                    let files = self.files_of(&[Key::Target(&key.path, &key.id)], prefix).await?;
                    (files, WantedEdges::Target(file, &key.id))
                }
                None => (Vec::new(), WantedEdges::Owner(&key.id)),
            },
            EdgeEnd::FromNamed(name) => (self.files_of(&[Key::Name(name)], prefix).await?, WantedEdges::OwnerNamed(name)),
            EdgeEnd::ToNamed(name) => {
                let mut symbols = Vec::new();
                let files = self.files_of(&[Key::Name(name)], &PathPrefix::root()).await?;
                for numbers in to_read(&files, None).batches() {
                    for outline in self.outlines(numbers).await? {
                        let named = outline.symbols.iter().filter(|symbol| symbol.name == *name);
                        symbols.extend(named.map(|symbol| (outline.path.clone(), symbol.id.clone())));
                    }
                }
                let mut keys: Vec<Key<'_>> = symbols.iter().map(|(path, id)| Key::Target(path, id)).collect();
                keys.push(Key::Outside(name));
                let targets = files.iter().map(|file| file.number).collect();
                (self.files_of(&keys, prefix).await?, WantedEdges::TargetNamed(targets, name))
            }
            EdgeEnd::ToExternal(name) => (self.files_of(&[Key::Outside(name)], prefix).await?, WantedEdges::External(name)),
        };
        Ok((to_read(&files, *limit), wanted))
    }

    async fn file_edges(&mut self, files: &[u32]) -> Result<Vec<FileEdges>, BackendError> {
        let graphs = self.graphs(files).await?.into_iter();
        Ok(graphs.map(|(outline, graph)| FileEdges { outline, edges: graph.edges.clone() }).collect())
    }
}
