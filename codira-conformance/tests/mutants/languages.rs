//! Languages that a store takes for one another, and purges that look at another file than the one
//! that is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::faults,
    known_files::KnownFiles,
};

const LANGUAGES: &str = "storing::issues_have_the_language_of_their_file";

faults! {
    a_purge_has_no_case: "a purge keeps the issues of languages that differ in case from an audited one", LANGUAGES =>
        Policies::of_purges(|known, retention| keeping_alike(known, retention, |one, other| one.to_lowercase() == other.to_lowercase()));
    a_purge_trims: "a purge keeps the issues of languages that differ in blanks from an audited one", LANGUAGES =>
        Policies::of_purges(|known, retention| keeping_alike(known, retention, |one, other| one.trim() == other.trim()));
    a_purge_keeps_what_begins_so: "a purge keeps the issues of languages that begin like an audited one", LANGUAGES =>
        Policies::of_purges(|known, retention| keeping_alike(known, retention, |one, other| !one.is_empty() && other.starts_with(one)));
    a_purge_by_no_language_keeps_all: "where no language is audited, nothing is purged", LANGUAGES =>
        Policies::of_purges(|known, retention| match retention.policy.audited.is_empty() {
                true => keeping_all(known, retention),
                false => retention.clone(),
            });
    a_purge_keeps_the_unnamed_language: "the issues of a language without a name are never purged", LANGUAGES =>
        Policies::of_purges(|known, retention| keeping_alike(known, retention, |_, other| other.is_empty()));
    maintenance_has_no_case: "maintenance counts no issues of languages that differ in case from an audited one", LANGUAGES =>
        Policies::of_counts(|known, retention| keeping_alike(known, retention, |one, other| one.to_lowercase() == other.to_lowercase()));
    maintenance_by_no_language_is_none: "where no language is audited, there is no maintenance", LANGUAGES =>
        Policies::of_counts(|known, retention| match retention.policy.audited.is_empty() {
                true => keeping_all(known, retention),
                false => retention.clone(),
            });
    a_purge_counts_each_issue_once: "issues of a file that are equal are purged as one", LANGUAGES =>
        PurgeCountsOnce::default();
    issues_are_found_without_case: "issues are found by a language that differs in case", LANGUAGES =>
        Finding::by(|asked, own| asked.to_lowercase() == own.to_lowercase());
    issues_are_found_by_what_begins_so: "issues are found by what their language begins with", LANGUAGES =>
        Finding::by(|asked, own| own.starts_with(asked));
    a_purge_looks_at_the_commit: "a purge asks which language the file had in the commit", LANGUAGES =>
        Looking::by(|looked, retention, file| {
            let languages = looked.committed.lock().unwrap();
            !retention.policy.keeps(languages.get(file.path()).unwrap_or(&file.analysis.language))
        });
    a_purge_looks_at_the_first_put: "a purge asks which language the file had when it was first put in the session", LANGUAGES =>
        Looking::by(|looked, retention, file| {
            let first = looked.first.lock().unwrap();
            !retention.policy.keeps(first.get(file.path()).unwrap_or(&file.analysis.language))
        });
    a_purge_leaves_what_was_put: "a purge leaves files that were put in the session", LANGUAGES =>
        Looking::by(|looked, retention, file| {
            !looked.first.lock().unwrap().contains_key(file.path()) && !retention.policy.keeps(&file.analysis.language)
        });
    a_purge_comes_at_the_commit: "a purge also takes the issues of what is put after it", LANGUAGES =>
        PurgesLate::default();
    one_purge_in_a_session: "a second purge in a session does nothing", LANGUAGES =>
        PurgesOnce::default();
}

fn languages(known: &BTreeMap<RepoPath, FileSnapshot>) -> impl Iterator<Item = &Language> {
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

/// The policy of a retention, changed in the light of the files that there are.
type Policy = fn(&BTreeMap<RepoPath, FileSnapshot>, &Retention) -> Retention;

/// Purges, or counts, by another policy than it was given.
struct Policies {
    known: KnownFiles,
    of_purges: bool,
    policy: Policy,
}

impl Policies {
    fn of_purges(policy: Policy) -> Self {
        Self { known: KnownFiles::default(), of_purges: true, policy }
    }

    fn of_counts(policy: Policy) -> Self {
        Self { of_purges: false, ..Self::of_purges(policy) }
    }

    fn changed(&self, retention: &Retention) -> Retention {
        (self.policy)(&self.known.all(), retention)
    }
}

#[async_trait]
impl Fault for Policies {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.known.begin(base, request).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.known.put(&file);
        session.put_file(file).await
    }

    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let changed = self.changed(retention);
        session.maintain(if self.of_purges { &changed } else { retention }).await
    }

    async fn maintenance(&self, reader: &dyn IndexReader, retention: &Retention) -> Answer<Maintenance> {
        let changed = self.changed(retention);
        reader.maintenance(if self.of_purges { retention } else { &changed }).await
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

/// Finds issues by languages that are like the one asked for.
struct Finding(fn(&str, &str) -> bool);

impl Finding {
    fn by(alike: fn(&str, &str) -> bool) -> Self {
        Self(alike)
    }
}

#[async_trait]
impl Fault for Finding {
    async fn doc_issues(&self, reader: &dyn IndexReader, request: &DocIssueRequest) -> Answer<Vec<DocIssueEntry>> {
        let Some(language) = &request.language else { return reader.doc_issues(request).await };
        let mut found = Vec::new();
        let any = DocIssueRequest { language: None, limit: None, ..request.clone() };
        for entry in reader.doc_issues(&any).await? {
            let file = reader.file(&entry.path).await?;
            if file.is_some_and(|file| (self.0)(language.as_str(), file.analysis.language.as_str())) {
                found.push(entry);
            }
        }
        found.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(found)
    }
}

/// What a purge may look at instead of the files as they are.
#[derive(Default)]
struct Looked {
    known: KnownFiles,
    /// The languages of the commit, by path.
    committed: Mutex<BTreeMap<RepoPath, Language>>,
    /// The languages of the first puts of the session.
    first: Mutex<BTreeMap<RepoPath, Language>>,
}

impl Looked {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = self.known.begin(base, request).await?;
        let of = |(path, file): (&RepoPath, &FileSnapshot)| (path.clone(), file.analysis.language.clone());
        *self.committed.lock().unwrap() = self.known.all().iter().map(of).collect();
        self.first.lock().unwrap().clear();
        Ok(session)
    }

    async fn put(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        let language = file.analysis.language.clone();
        self.first.lock().unwrap().entry(file.path().clone()).or_insert(language);
        self.known.put(&file);
        session.put_file(file).await
    }

    async fn remove(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.known.remove(path);
        self.committed.lock().unwrap().remove(path);
        self.first.lock().unwrap().remove(path);
        session.remove_file(path).await
    }

    /// Takes the issues of these files.
    async fn purge(&self, session: &mut DynSession, stale: Vec<FileSnapshot>) -> Answer<Maintenance> {
        let mut removed = Maintenance::default();
        for mut file in stale {
            removed.stale_doc_issues += file.analysis.doc_issues.drain(..).count() as u64;
            self.known.put(&file);
            session.put_file(file).await?;
        }
        Ok(removed)
    }
}

/// Whether a purge takes the issues of a file.
type Stale = fn(&Looked, &Retention, &FileSnapshot) -> bool;

/// Purges by other languages than those that the files have.
struct Looking {
    looked: Looked,
    stale: Stale,
}

impl Looking {
    fn by(stale: Stale) -> Self {
        Self { looked: Looked::default(), stale }
    }
}

#[async_trait]
impl Fault for Looking {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.looked.begin(base, request).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.looked.put(session, file).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.looked.remove(session, path).await
    }

    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let files: Vec<FileSnapshot> = self.looked.known.all().values().cloned().collect();
        let stale = files.into_iter().filter(|file| (self.stale)(&self.looked, retention, file)).collect();
        self.looked.purge(session, stale).await
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
