//! What follows from the files of a state: its files, resolved by the rules of the session that
//! committed it.

use std::collections::BTreeMap;

use codira_contracts::{
    Edge, FileSnapshot, ImportTarget, RepoPath,
    resolve::{KnownFacts, Progress, RuleSet},
};
use serde::{Deserialize, Serialize};

/// The edges and import targets of all files. A store that answers with this crate keeps it with
/// the files, as reading brings no rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    /// Every edge, by keys of owner and target.
    pub edges: Vec<Edge>,
    /// Where the imports of each file lead, in its order.
    pub imports: BTreeMap<RepoPath, Vec<ImportTarget>>,
}

impl Graph {
    pub(crate) fn derive(files: &BTreeMap<RepoPath, FileSnapshot>, rules: &RuleSet) -> Self {
        let facts = KnownFacts::complete(files.iter().map(|(path, file)| (path.clone(), rules.offers(path, &file.analysis))));
        let mut graph = Self::default();
        for (path, file) in files {
            let Progress::Done(resolution) = rules.resolve(path, &file.analysis, &facts) else {
                unreachable!("complete facts leave nothing to ask for")
            };
            graph.edges.extend(resolution.edges);
            graph.imports.insert(path.clone(), resolution.imports);
        }
        graph.edges.sort_by(|a, b| (&a.owner, &a.target).cmp(&(&b.owner, &b.target)));
        graph
    }
}
