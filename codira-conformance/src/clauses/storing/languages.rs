//! Documentation issues are those of the language that their file has.

use std::collections::BTreeSet;

use codira_contracts::{
    AuditPolicy, DocIssue, DocIssueRequest, FileSnapshot, IndexBackend, IndexReader, IndexWriteSession, Language, Maintenance,
    RepoPath, Retention,
    WriteScope::{Full, Incremental},
};

use super::an_issue;
use crate::{Cx, Outcome, Violation, samples::defining, toy::request, verdict::ensure, vocabulary::HOSTILE};

/// Languages that differ in as little as texts can.
const LANGUAGES: &[&str] = &[
    "toy",
    "Toy",
    "TOY",
    "toy ",
    " toy",
    "toys",
    "to",
    "t\u{f6}y",
    "to\u{308}y",
    "TOY\u{130}",
    "",
    "open",
    "plain",
    "plain\0",
    HOSTILE,
];

fn language(name: &str) -> Language {
    Language::new(name.to_owned())
}

/// A file at `path` with issues enough to be told by their number: one of them is there twice.
fn with_issues(path: &str, of: &str, issues: usize) -> FileSnapshot {
    let mut file = defining(path, &["run"]);
    file.analysis.language = language(of);
    let issue = |number: usize| DocIssue { message: format!("{}", number / 2), ..an_issue() };
    file.analysis.doc_issues = (0..issues).map(issue).collect();
    file
}

fn keeping(languages: &[&str]) -> Retention {
    let audited = languages.iter().map(|name| language(name)).collect::<BTreeSet<_>>();
    Retention { policy: AuditPolicy { audited }, specs: Vec::new() }
}

/// What an index should hold.
#[derive(Default)]
struct Expected(Vec<FileSnapshot>);

impl Expected {
    fn put(&mut self, file: FileSnapshot) {
        self.remove(file.path().as_str());
        self.0.push(file);
        self.0.sort_by(|a, b| a.path().cmp(b.path()));
    }

    fn remove(&mut self, path: &str) {
        self.0.retain(|file| file.path().as_str() != path);
    }

    /// Removes the issues that are not kept; says how many there were.
    fn maintain(&mut self, Retention { policy, .. }: &Retention) -> u64 {
        let stale = self.0.iter_mut().filter(|file| !policy.keeps(&file.analysis.language));
        stale.map(|file| file.analysis.doc_issues.drain(..).count() as u64).sum()
    }

    /// Fails unless the index holds this, and says of each policy and each language what follows
    /// from it.
    async fn check(&self, backend: &impl IndexBackend) -> Outcome {
        let reader = backend.open_reader().await?;
        for file in &self.0 {
            let found = reader.file(file.path()).await?;
            ensure!(found.as_ref() == Some(file), "{} should be {file:#?}, and reads back as {found:#?}", file.path());
        }
        let policies = LANGUAGES.iter().map(|name| vec![*name]).chain([vec![], LANGUAGES.to_vec(), vec!["toy", "TOY", "else"]]);
        for audited in policies {
            let retention = keeping(&audited);
            let stale = self.0.iter().filter(|file| !retention.policy.keeps(&file.analysis.language));
            let expected = stale.map(|file| file.analysis.doc_issues.len() as u64).sum::<u64>();
            let found = reader.maintenance(&retention).await?;
            let expected = Maintenance { stale_doc_issues: expected, orphaned_embeddings: 0 };
            ensure!(found == expected, "where {audited:?} are audited, this is to be done: {expected:?}; said is {found:?}");
        }
        for name in LANGUAGES.iter().chain(&["else"]) {
            let request = DocIssueRequest { language: Some(language(name)), ..DocIssueRequest::default() };
            let found: Vec<RepoPath> = reader.doc_issues(&request).await?.into_iter().map(|entry| entry.path).collect();
            let of_language = self.0.iter().filter(|file| file.analysis.language.as_str() == *name);
            let expected: Vec<RepoPath> =
                of_language.flat_map(|file| file.analysis.doc_issues.iter().map(|_| file.path().clone())).collect();
            ensure!(found == expected, "issues in the language {name:?} are in {expected:?}, and found are {found:?}");
        }
        Ok(())
    }
}

/// One call of a session.
enum Call {
    Put(&'static str, &'static str, usize),
    Remove(&'static str),
    /// Keeps the issues of these languages.
    Maintain(&'static [&'static str]),
    Derive,
}

use Call::{Derive, Maintain, Put, Remove};

/// Sessions in which files change their language before, after and between purges.
const SESSIONS: &[&[Call]] = &[
    // Of what was committed, by languages that differ in case.
    &[Maintain(&["toy", "Toy", "open", "toy ", ""])],
    // What is put after a purge stays, of any language.
    &[Maintain(&["toy"]), Put("late", "TOY", 3), Put("early", "toy", 2)],
    // The language of the file as it is now decides, not that of the commit.
    &[Put("late", "toy", 3), Put("early", "TOY", 2), Maintain(&["toy", "open"])],
    // Put twice: the last language counts.
    &[Put("late", "toy", 1), Put("late", "TOY", 4), Put("early", "TOY", 5), Put("early", "toy", 6), Maintain(&["toy"])],
    &[Put("late", "open", 1), Put("late", "toy", 4), Derive, Put("late", "plain", 7), Derive, Maintain(&["plain"])],
    // Purged, put in another language, and purged by another policy.
    &[Put("a", "toy", 2), Maintain(&["open"]), Put("a", "open", 2), Maintain(&["toy", "open"]), Put("b", "plain", 2)],
    // Two purges in one session, of which each finds what the other keeps.
    &[Put("a", "toy", 2), Put("b", "Toy", 3), Put("c", "TOY", 4), Maintain(&["toy", "Toy"]), Maintain(&["Toy", "TOY"])],
    // Removed, and put again in another language.
    &[Put("a", "toy", 5), Remove("a"), Put("a", "TOY", 6), Remove("b"), Remove("late"), Maintain(&["TOY"])],
    &[Put("b", "toy", 3), Put("c", "TOY", 2), Maintain(&[])],
    &[Remove("a"), Maintain(&[]), Put("a", "toy", 1)],
];

pub(crate) fn issues_have_the_language_of_their_file(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut expected = Expected::default();
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for (number, name) in LANGUAGES.iter().enumerate() {
            let file = with_issues(&format!("file{number}"), name, number % 4 + 1);
            session.put_file(file.clone()).await?;
            expected.put(file);
        }
        session.commit().await?;
        expected.check(&index.backend).await?;
        for (number, calls) in (1..).zip(SESSIONS) {
            let during = |violation: Violation| violation.during(format_args!("session {number} of those that change languages"));
            let mut session = index.backend.begin_index_session(request(Incremental)).await?;
            for call in *calls {
                match call {
                    Put(path, language, issues) => {
                        let file = with_issues(path, language, *issues);
                        session.put_file(file.clone()).await?;
                        expected.put(file);
                    }
                    Remove(path) => {
                        session.remove_file(&crate::samples::path(path)).await?;
                        expected.remove(path);
                    }
                    Maintain(languages) => {
                        let retention = keeping(languages);
                        let found = session.maintain(&retention).await?.stale_doc_issues;
                        let stale = expected.maintain(&retention);
                        ensure!(
                            found == stale,
                            "in session {number}, {stale} issues are of other languages than {languages:?}, and removed are {found}"
                        );
                    }
                    Derive => drop(session.rebuild_derived().await?),
                }
            }
            session.commit().await?;
            expected.check(&index.backend).await.map_err(during)?;
        }
        Ok(())
    })
}
