//! Languages that a store takes for one another, and purges that look at another file than the one that is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
    known_files::KnownFiles,
};

const LANGUAGES: &str = "storing::issues_are_of_the_language_that_their_file_has";

mutants! {
    a_purge_has_no_case: PurgesWithoutCase, "a purge keeps the issues of languages that differ in case from an audited one", LANGUAGES;
    a_purge_trims: PurgesTrimmed, "a purge keeps the issues of languages that differ in blanks from an audited one", LANGUAGES;
    a_purge_keeps_what_begins_so: PurgesPrefixes, "a purge keeps the issues of languages that begin like an audited one", LANGUAGES;
    a_purge_by_no_language_keeps_all: PurgesNothing, "where no language is audited, nothing is purged", LANGUAGES;
    a_purge_keeps_the_unnamed_language: KeepsUnnamed, "the issues of a language without a name are never purged", LANGUAGES;
    maintenance_has_no_case: CountsWithoutCase, "maintenance counts no issues of languages that differ in case from an audited one",
        LANGUAGES;
    maintenance_by_no_language_is_none: CountsNothing, "where no language is audited, there is no maintenance", LANGUAGES;
    a_purge_counts_each_issue_once: PurgeCountsOnce, "issues of a file that are equal are purged as one", LANGUAGES;
    issues_are_found_without_case: FindsWithoutCase, "issues are found by a language that differs in case", LANGUAGES;
    issues_are_found_by_what_begins_so: FindsPrefixes, "issues are found by what their language begins with", LANGUAGES;
    a_purge_looks_at_the_commit: LooksAtTheCommit, "a purge asks which language the file had in the commit", LANGUAGES;
    a_purge_looks_at_the_first_put: LooksAtTheFirstPut, "a purge asks which language the file had when it was first put in the session",
        LANGUAGES;
    a_purge_leaves_what_was_put: LeavesPuts, "a purge leaves files that were put in the session", LANGUAGES;
    a_purge_comes_at_the_commit: PurgesLate, "a purge also takes the issues of what is put after it", LANGUAGES;
    one_purge_in_a_session: PurgesOnce, "a second purge in a session does nothing", LANGUAGES;
}

fn languages<'a>(known: &'a BTreeMap<RepoPath, FileSnapshot>) -> impl Iterator<Item = &'a Language> {
    known.values().map(|file| &file.analysis.language)
}

/// The policy that keeps every known language that is like an audited one.
fn keeping_alike(
    known: &BTreeMap<RepoPath, FileSnapshot>,
    retention: &Retention,
    alike: impl Fn(&str, &str) -> bool,
) -> Retention {
    let audited = &retention.policy.audited;
    let is_kept = |language: &&Language| audited.iter().any(|it| alike(it.as_str(), language.as_str()));
    let audited = languages(known).filter(is_kept).chain(audited).cloned().collect();
    Retention { policy: AuditPolicy { audited }, ..retention.clone() }
}

/// The policy that keeps everything.
fn keeping_all(known: &BTreeMap<RepoPath, FileSnapshot>, retention: &Retention) -> Retention {
    Retention { policy: AuditPolicy { audited: languages(known).cloned().collect() }, ..retention.clone() }
}

/// Backends that purge, or count, by another policy than they were given.
macro_rules! policies {
    ($($call:ident { $($fault:ident: $policy:expr;)* })*) => {$($(
        #[derive(Default)]
        struct $fault(KnownFiles);

        impl $fault {
            fn policy(&self, retention: &Retention) -> Retention {
                let policy: fn(&BTreeMap<RepoPath, FileSnapshot>, &Retention) -> Retention = $policy;
                policy(&self.0.all(), retention)
            }
        }

        #[async_trait]
        impl Fault for $fault {
            async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
                self.0.begin(base, request).await
            }

            async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
                self.0.put(&file);
                session.put_file(file).await
            }

            async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
                let policy = if stringify!($call) == "purge" { self.policy(retention) } else { retention.clone() };
                session.maintain(&policy).await
            }

            async fn maintenance(&self, reader: &dyn IndexReader, retention: &Retention) -> Answer<Maintenance> {
                let policy = if stringify!($call) == "count" { self.policy(retention) } else { retention.clone() };
                reader.maintenance(&policy).await
            }
        }
    )*)*};
}

policies! {
    purge {
        PurgesWithoutCase: |known, retention| keeping_alike(known, retention, |one, other| one.to_lowercase() == other.to_lowercase());
        PurgesTrimmed: |known, retention| keeping_alike(known, retention, |one, other| one.trim() == other.trim());
        PurgesPrefixes: |known, retention| keeping_alike(known, retention, |one, other| !one.is_empty() && other.starts_with(one));
        PurgesNothing: |known, retention| match retention.policy.audited.is_empty() {
            true => keeping_all(known, retention),
            false => retention.clone(),
        };
        KeepsUnnamed: |known, retention| keeping_alike(known, retention, |_, other| other.is_empty());
    }
    count {
        CountsWithoutCase: |known, retention| keeping_alike(known, retention, |one, other| one.to_lowercase() == other.to_lowercase());
        CountsNothing: |known, retention| match retention.policy.audited.is_empty() {
            true => keeping_all(known, retention),
            false => retention.clone(),
        };
    }
}

#[derive(Default)]
struct PurgeCountsOnce(KnownFiles);

#[async_trait]
impl Fault for PurgeCountsOnce {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.0.put(&file);
        session.put_file(file).await
    }

    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let removed = session.maintain(retention).await?;
        let mut twice = 0;
        for file in self.0.all().values_mut().filter(|file| !retention.policy.keeps(&file.analysis.language)) {
            let issues: Vec<DocIssue> = file.analysis.doc_issues.drain(..).collect();
            let once: BTreeSet<String> = issues.iter().map(|issue| format!("{issue:?}")).collect();
            twice += (issues.len() - once.len()) as u64;
        }
        Ok(Maintenance { stale_doc_issues: removed.stale_doc_issues.saturating_sub(twice), ..removed })
    }
}

/// Backends that find issues by languages that are like the one asked for.
macro_rules! finding {
    ($($fault:ident: $alike:expr;)*) => {$(
        #[derive(Default)]
        struct $fault;

        #[async_trait]
        impl Fault for $fault {
            async fn doc_issues(&self, reader: &dyn IndexReader, request: &DocIssueRequest) -> Answer<Vec<DocIssueEntry>> {
                let Some(language) = &request.language else { return reader.doc_issues(request).await };
                let alike: fn(&str, &str) -> bool = $alike;
                let mut found = Vec::new();
                let any = DocIssueRequest { language: None, limit: None, ..request.clone() };
                for entry in reader.doc_issues(&any).await? {
                    let file = reader.file(&entry.path).await?;
                    if file.is_some_and(|file| alike(language.as_str(), file.analysis.language.as_str())) {
                        found.push(entry);
                    }
                }
                found.truncate(request.limit.unwrap_or(usize::MAX));
                Ok(found)
            }
        }
    )*};
}

finding! {
    FindsWithoutCase: |asked, own| asked.to_lowercase() == own.to_lowercase();
    FindsPrefixes: |asked, own| own.starts_with(asked);
}

/// The languages that a purge looks at instead of those that the files have.
#[derive(Default)]
struct Looked {
    known: KnownFiles,
    /// By path, of the commit or of the first put.
    languages: Mutex<BTreeMap<RepoPath, Language>>,
    /// The files that were put in the session.
    puts: Mutex<BTreeSet<RepoPath>>,
}

impl Looked {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = self.known.begin(base, request).await?;
        let of = |(path, file): (&RepoPath, &FileSnapshot)| (path.clone(), file.analysis.language.clone());
        *self.languages.lock().unwrap() = self.known.all().iter().map(of).collect();
        self.puts.lock().unwrap().clear();
        Ok(session)
    }

    async fn put(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.puts.lock().unwrap().insert(file.path().clone());
        self.known.put(&file);
        session.put_file(file).await
    }

    async fn remove(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.known.remove(path);
        self.languages.lock().unwrap().remove(path);
        session.remove_file(path).await
    }

    /// Purges the files that are stale by what this says of them, and no others.
    async fn purge(&self, session: &mut DynSession, stale: impl Fn(&FileSnapshot) -> bool + Send) -> Answer<Maintenance> {
        let mut removed = Maintenance::default();
        let files: Vec<FileSnapshot> = self.known.all().values().filter(|file| stale(file)).cloned().collect();
        for mut file in files {
            removed.stale_doc_issues += file.analysis.doc_issues.drain(..).count() as u64;
            self.known.put(&file);
            session.put_file(file).await?;
        }
        Ok(removed)
    }
}

/// Backends whose purges look at other languages.
macro_rules! looking {
    ($($fault:ident: $stale:expr;)*) => {$(
        #[derive(Default)]
        struct $fault(Looked);

        #[async_trait]
        impl Fault for $fault {
            async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
                self.0.begin(base, request).await
            }

            async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
                self.0.put(session, file).await
            }

            async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
                self.0.remove(session, path).await
            }

            async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
                let stale: fn(&Looked, &Retention, &FileSnapshot) -> bool = $stale;
                self.0.purge(session, |file| stale(&self.0, retention, file)).await
            }
        }
    )*};
}

looking! {
    LooksAtTheCommit: |looked, retention, file| {
        let languages = looked.languages.lock().unwrap();
        !retention.policy.keeps(languages.get(file.path()).unwrap_or(&file.analysis.language))
    };
    LeavesPuts: |looked, retention, file| {
        !looked.puts.lock().unwrap().contains(file.path()) && !retention.policy.keeps(&file.analysis.language)
    };
}

#[derive(Default)]
struct LooksAtTheFirstPut(Looked);

#[async_trait]
impl Fault for LooksAtTheFirstPut {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = self.0.begin(base, request).await?;
        self.0.languages.lock().unwrap().clear();
        Ok(session)
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        let language = file.analysis.language.clone();
        self.0.languages.lock().unwrap().entry(file.path().clone()).or_insert(language);
        self.0.put(session, file).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.0.remove(session, path).await
    }

    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let first = self.0.languages.lock().unwrap().clone();
        let language = |file: &FileSnapshot| first.get(file.path()).unwrap_or(&file.analysis.language).clone();
        self.0.purge(session, |file| !retention.policy.keeps(&language(file))).await
    }
}

#[derive(Default)]
struct PurgesLate(Mutex<Option<Retention>>);

#[async_trait]
impl Fault for PurgesLate {
    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        *self.0.lock().unwrap() = Some(retention.clone());
        session.maintain(retention).await
    }

    async fn commit(&self, _: &DynBackend, mut session: DynSession) -> Answer<Commit> {
        let last = self.0.lock().unwrap().take();
        if let Some(retention) = last {
            session.maintain(&retention).await?;
        }
        session.commit().await
    }

    fn ended(&self) {
        *self.0.lock().unwrap() = None;
    }
}

#[derive(Default)]
struct PurgesOnce(Mutex<bool>);

#[async_trait]
impl Fault for PurgesOnce {
    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        if std::mem::replace(&mut *self.0.lock().unwrap(), true) {
            return Ok(Maintenance::default());
        }
        session.maintain(retention).await
    }

    fn ended(&self) {
        *self.0.lock().unwrap() = false;
    }
}
