//! Rules of languages: other rules write other edges, and no file is analyzed for it.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Arc, atomic::Ordering};

use codira_contracts::{
    EdgeEnd, EdgeRequest, EdgeTarget, ExternalKind, FileAnalysis, ImportTarget, IndexBackend, IndexReader, Language, RepoPath,
    RulesInventory, Tool, UseKind,
    resolve::{self, Facts, LanguageRules, Offer, Progress, Resolution, RuleSet},
};
use codira_indexer::{IndexReport, Indexer, IndexerOptions};
use support::{CHANGED, Counting, Repo, Toy};
use tokio_util::sync::CancellationToken;

/// Rules by which every name is one of the standard library.
struct Elsewhere {
    tool: Tool,
    languages: [Language; 1],
}

impl Elsewhere {
    fn rules(version: &str) -> RuleSet {
        let rules = Self { tool: Tool::new("elsewhere", version), languages: [Language::new("toy")] };
        RuleSet::new([Arc::new(rules) as Arc<dyn LanguageRules>]).unwrap()
    }
}

impl LanguageRules for Elsewhere {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn languages(&self) -> &[Language] {
        &self.languages
    }

    fn offers(&self, _: &RepoPath, _: &FileAnalysis) -> Vec<Offer> {
        Vec::new()
    }

    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, _: &dyn Facts) -> Progress {
        let groups = resolve::groups(&analysis.uses);
        let external = |text: &str| EdgeTarget::External { kind: ExternalKind::System, name: text.to_owned() };
        let targets = groups.iter().map(|group| external(&group.record.text)).collect();
        let imports = vec![ImportTarget::External; analysis.imports.len()];
        Progress::Done(Resolution::new(path, groups, targets, imports, Default::default()))
    }
}

async fn run(repo: &Repo, backend: &Counting, toy: Toy, rules: RuleSet) -> IndexReport {
    let indexer = Indexer::new(backend.clone(), repo.root(), vec![Arc::new(toy)], IndexerOptions::default()).with_rules(rules);
    indexer.run(CHANGED(), &|_| {}, &CancellationToken::new()).await.unwrap()
}

async fn targets(backend: &Counting) -> Vec<EdgeTarget> {
    let edges = EdgeRequest::new(UseKind::Call, EdgeEnd::ToNamed("f".to_owned()));
    let edges = backend.open_reader().await.unwrap().edges(&edges).await.unwrap();
    edges.iter().map(|edge| edge.target.key()).collect()
}

#[tokio::test]
async fn other_rules_write_other_edges_and_analyze_nothing() {
    let (repo, backend) = (Repo::of([("a.toy", "def f\ncall f\n"), ("b.toy", "def g\ncall f\n")]), Counting::default());
    run(&repo, &backend, Toy::new(), RuleSet::default()).await;
    let alone = targets(&backend).await;
    assert!(matches!(&*alone, [EdgeTarget::Resolved(_), EdgeTarget::Unresolved { .. }]), "{alone:?}");

    let toy = Toy::new();
    let analyzed = toy.counter();
    let report = run(&repo, &backend, toy, Elsewhere::rules("1")).await;
    assert_eq!((analyzed.load(Ordering::SeqCst), report.counts.kept), (0, 2));
    let external = EdgeTarget::External { kind: ExternalKind::System, name: "f".to_owned() };
    assert_eq!(targets(&backend).await, [external.clone(), external]);

    run(&repo, &backend, Toy::new(), RuleSet::default()).await;
    assert_eq!(targets(&backend).await, alone);
    assert_eq!(backend.sessions(), 3);
}

/// The version is all that a store sees of rules.
#[tokio::test]
async fn another_version_is_written_and_the_same_begins_no_session() {
    let (repo, backend) = (Repo::of([("a.toy", "def f\ncall f\n")]), Counting::default());
    for (version, sessions) in [("1", 1), ("1", 1), ("2", 2), ("2", 2)] {
        run(&repo, &backend, Toy::new(), Elsewhere::rules(version)).await;
        assert_eq!(backend.sessions(), sessions, "after rules of version {version}");
        let inventory = backend.open_reader().await.unwrap().inventory().await.unwrap();
        let row = RulesInventory { language: Language::new("toy"), tool: Tool::new("elsewhere", version) };
        assert_eq!(inventory.rules, [row]);
    }
}
