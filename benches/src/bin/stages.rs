//! `stages DIR`: what each computation of an index run takes on one thread: analyzing, offering,
//! and resolving the files of a tree, without any store.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use codira_benches::parse::sources;
use codira_contracts::{
    FileAnalysis, RepoPath,
    resolve::{KnownFacts, Progress},
};
use codira_languages::{LanguageAnalyzer, SourceFile};

fn main() -> ExitCode {
    let Some(root) = std::env::args().nth(1).map(PathBuf::from) else {
        eprintln!("usage: stages DIR");
        return ExitCode::from(2);
    };
    let (read, texts) = timed(|| texts(&root));
    let (analyze, analyses) = timed(|| texts.iter().filter_map(|(path, text)| analyze(path, text)).collect::<Vec<_>>());
    let rules = codira_languages::rules();
    let (offer, facts) = timed(|| {
        let offers = |(path, analysis): &(RepoPath, FileAnalysis)| (path.clone(), rules.offers(path, analysis));
        KnownFacts::complete(analyses.iter().map(offers))
    });
    let (resolve, edges) = timed(|| {
        let edges = analyses.iter().map(|(path, analysis)| match rules.resolve(path, analysis, &facts) {
            Progress::Done(resolution) => resolution.edges.len(),
            Progress::Needs(_) => 0,
        });
        edges.sum::<usize>()
    });
    println!("{} files, {edges} edges", analyses.len());
    for (stage, took) in [("read", read), ("analyze", analyze), ("offer", offer), ("resolve", resolve)] {
        println!("{stage:8} {:6.0} ms", took.as_secs_f64() * 1000.0);
    }
    ExitCode::SUCCESS
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed(), done)
}

fn texts(root: &Path) -> Vec<(RepoPath, String)> {
    let text = |path: PathBuf| {
        let inside = path.strip_prefix(root).ok()?.to_str()?.to_owned();
        Some((RepoPath::new(inside).ok()?, fs::read_to_string(path).ok()?))
    };
    sources(root).into_iter().filter_map(|(path, _)| text(path)).collect()
}

fn analyze(path: &RepoPath, text: &str) -> Option<(RepoPath, FileAnalysis)> {
    let analyzer = codira_languages::analyzers().into_iter().find(|it| handles(&**it, path))?;
    Some((path.clone(), analyzer.analyze(SourceFile { path, text })))
}

fn handles(analyzer: &dyn LanguageAnalyzer, path: &RepoPath) -> bool {
    analyzer.globs().iter().any(|glob| glob.rsplit_once('.').map(|(_, extension)| extension) == path.extension())
}
