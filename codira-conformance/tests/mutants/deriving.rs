//! A backend that derives by the change, as a store does, beside the reference that keeps its
//! files. Each step is one of [`Steps`], so that a fault gets one of them wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use codira_contracts::{
    resolve::{FactKey, KnownFacts, Offer, Progress, Resolution, RuleSet, changed_keys},
    *,
};
use codira_memory::{Graph, IndexState, MemoryReader, SavedState};

use crate::{
    backend::Mutant,
    fault::{Answer, Fault},
    judge::judge_backend,
};

/// What is kept of one file.
#[derive(Clone)]
pub struct Kept {
    pub file: FileSnapshot,
    pub offers: Vec<Offer>,
    pub resolution: Resolution,
}

/// All that is kept, by path.
pub type Files = BTreeMap<RepoPath, Kept>;

/// A file that was put or removed.
pub struct Change<'a> {
    pub before: Option<&'a Kept>,
    pub file: Option<&'a FileSnapshot>,
    pub before_offers: &'a [Offer],
    pub offers: &'a [Offer],
    /// All files, that one as it was before.
    pub all: &'a Files,
    /// The files that were resolved before in this session.
    pub resolved: &'a BTreeSet<RepoPath>,
}

impl Change<'_> {
    /// Whether there was a file, and is none.
    pub fn removes(&self) -> bool {
        self.file.is_none()
    }

    /// The file before and after, where there are both.
    pub fn both(&self) -> Option<(&FileSnapshot, &FileSnapshot)> {
        Some((&self.before?.file, self.file?))
    }
}

/// What one derivation knows of what came before it.
pub struct Situation<'a> {
    pub all: &'a Files,
    /// The files that were put or removed since the last derivation.
    pub changed: &'a BTreeSet<RepoPath>,
    /// The keys that changed.
    pub keys: &'a BTreeSet<FactKey>,
    /// The files that were resolved before in this session.
    pub resolved: &'a BTreeSet<RepoPath>,
    /// What was removed in this derivation.
    pub gone: &'a Files,
    /// The state that the session began from.
    pub committed: &'a Files,
    pub rules: &'a RuleSet,
}

/// The steps of deriving, right unless a fault says otherwise.
#[rustfmt::skip]
pub trait Steps: Send + Sync + 'static {
    /// Whether a put passes unseen.
    fn overlooks(&self, _: &Change<'_>) -> bool { false }
    /// What is kept of what a file offers.
    fn offers(&self, _before: Option<&Kept>, _file: &FileSnapshot, offers: Vec<Offer>) -> Vec<Offer> { offers }
    /// The state that a file is compared with: as it is now, or as it was committed.
    fn compared<'a>(&self, now: Option<&'a Kept>, _committed: Option<&'a Kept>) -> Option<&'a Kept> { now }
    /// The keys that changed with a file.
    fn changed(&self, change: &Change<'_>) -> BTreeSet<FactKey> { changed_keys(change.before_offers, change.offers) }
    /// Whether a file that was put keeps what it was resolved to.
    fn skips(&self, _: &Change<'_>) -> bool { false }
    /// The keys that a file is found by, of those that it asked for.
    fn asked(&self, _file: &FileSnapshot, asked: BTreeSet<FactKey>, _: &Files) -> BTreeSet<FactKey> { asked }
    /// The files to be resolved again, of those that asked for a changed key; those that were put
    /// apart.
    fn dependants(&self, dependants: Vec<RepoPath>, _: &Situation<'_>) -> Vec<RepoPath> { dependants }
    /// The facts by which files are resolved.
    fn facts(&self, situation: &Situation<'_>) -> KnownFacts { facts(situation.all) }
    /// What is kept of a file that was resolved again.
    fn again(&self, _before: &Resolution, now: Resolution, _was_put: bool) -> Resolution { now }
    /// What the backend says that it resolved.
    fn says(&self, resolved: u64, _: &Situation<'_>) -> u64 { resolved }
}

/// The facts of these files.
pub fn facts(files: &Files) -> KnownFacts {
    KnownFacts::complete(files.iter().map(|(path, kept)| (path.clone(), kept.offers.clone())))
}

struct Draft {
    rules: RuleSet,
    now: Files,
    committed: Files,
    /// What was put and removed since the last derivation.
    pending: BTreeMap<RepoPath, Option<FileSnapshot>>,
    resolved: BTreeSet<RepoPath>,
    /// Whether other rules were in force before.
    anew: bool,
}

/// The backend.
pub struct Derives {
    steps: Box<dyn Steps>,
    draft: Mutex<Option<Draft>>,
    /// What the last commit kept, and by which rules.
    committed: Mutex<(Files, RuleSet)>,
    states: Mutex<BTreeMap<u64, Arc<IndexState>>>,
}

impl Derives {
    pub fn by(steps: impl Steps) -> Self {
        let (draft, committed, states) = Default::default();
        Self { steps: Box::new(steps), draft, committed, states }
    }

    fn derive(&self, draft: &mut Draft) -> Derivation {
        let Draft { rules, now, committed, pending, resolved, anew } = draft;
        let (mut keys, mut puts, mut changed, mut gone) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), Files::new());
        for (path, file) in std::mem::take(pending) {
            let before = self.steps.compared(now.get(&path), committed.get(&path)).cloned();
            let offers = file.as_ref().map(|file| rules.offers(&path, &file.analysis)).unwrap_or_default();
            let offers = match &file {
                Some(file) => self.steps.offers(before.as_ref(), file, offers),
                None => offers,
            };
            let before_offers = before.as_ref().map_or(&[][..], |kept| &kept.offers);
            let change =
                Change { before: before.as_ref(), file: file.as_ref(), before_offers, offers: &offers, all: now, resolved };
            if self.steps.overlooks(&change) {
                continue;
            }
            keys.extend(self.steps.changed(&change));
            let skips = before.is_some() && self.steps.skips(&change);
            changed.insert(path.clone());
            match file {
                Some(file) => {
                    let resolution = now.remove(&path).map(|kept| kept.resolution);
                    if !(skips && resolution.is_some()) {
                        puts.insert(path.clone());
                    }
                    now.insert(path, Kept { file, offers, resolution: resolution.unwrap_or_default() });
                }
                None => gone.extend(now.remove(&path).map(|kept| (path, kept))),
            }
        }
        let asking = |kept: &Kept| kept.resolution.asked.iter().any(|key| keys.contains(key));
        let dependants: Vec<RepoPath> =
            now.iter().filter(|(path, kept)| !puts.contains(*path) && asking(kept)).map(|(path, _)| path.clone()).collect();
        let situation = Situation { all: now, changed: &changed, keys: &keys, resolved, gone: &gone, committed, rules };
        let facts = self.steps.facts(&situation);
        let again: BTreeSet<RepoPath> = match std::mem::take(anew) {
            true => now.keys().cloned().collect(),
            false => puts.iter().cloned().chain(self.steps.dependants(dependants, &situation)).collect(),
        };
        let says = self.steps.says(again.len() as u64, &situation);
        let resolutions: Vec<(RepoPath, Resolution)> = again
            .iter()
            .filter_map(|path| {
                let Kept { file, resolution, .. } = now.get(path)?;
                let Progress::Done(mut found) = rules.resolve(path, &file.analysis, &facts) else { return None };
                found.asked = self.steps.asked(file, found.asked, now);
                Some((path.clone(), self.steps.again(resolution, found, puts.contains(path))))
            })
            .collect();
        for (path, resolution) in resolutions {
            if let Some(kept) = now.get_mut(&path) {
                kept.resolution = resolution;
            }
        }
        resolved.extend(again);
        Derivation { resolved_files: says }
    }

    fn note(&self, path: &RepoPath, file: Option<FileSnapshot>) {
        if let Some(draft) = &mut *self.draft.lock().unwrap() {
            draft.pending.insert(path.clone(), file);
        }
    }
}

/// The state of a reader, with the edges and targets that were derived. What a fault has left of
/// what is not there, is left out.
async fn state(reader: &dyn IndexReader, kept: &Files, rules: &RuleSet) -> Answer<IndexState> {
    let RuntimeInventory { backend: writer, generation, coverage, analyzers, .. } = reader.inventory().await?;
    let mut files = Vec::new();
    for FileState { path, .. } in reader.file_states(&PathPrefix::root()).await? {
        files.extend(reader.file(&path).await?);
    }
    let symbols = |file: &FileSnapshot| {
        let key = |symbol: &Symbol| SymbolKey { path: file.path().clone(), id: symbol.id.clone() };
        file.analysis.symbols.iter().map(key).collect::<Vec<_>>()
    };
    let keys: BTreeSet<SymbolKey> = files.iter().flat_map(symbols).collect();
    let is_there =
        |edge: &&Edge| keys.contains(&edge.owner) && !matches!(&edge.target, EdgeTarget::Resolved(key) if !keys.contains(key));
    let edges = kept.values().flat_map(|kept| kept.resolution.edges.iter().filter(is_there).cloned());
    let mut edges: Vec<Edge> = edges.collect();
    edges.sort_by(|a, b| (&a.owner, &a.target).cmp(&(&b.owner, &b.target)));
    let targets = |file: &FileSnapshot| {
        let mut targets = kept.get(file.path()).map(|kept| kept.resolution.imports.clone()).unwrap_or_default();
        targets.resize(file.analysis.imports.len(), ImportTarget::Unresolved);
        (file.path().clone(), targets)
    };
    let graph = Graph { edges, imports: files.iter().map(targets).collect() };
    let inventory = RunInventory { coverage, analyzers };
    Ok(IndexState::restore(SavedState { writer, generation, inventory, rules: rules.inventory(), graph, files }))
}

#[async_trait]
impl Fault for Derives {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        let (committed, former) = self.committed.lock().unwrap().clone();
        let now = if request.scope == WriteScope::Full { Files::new() } else { committed.clone() };
        let anew = former != request.rules;
        let (pending, resolved) = Default::default();
        *self.draft.lock().unwrap() = Some(Draft { rules: request.rules, now, committed, pending, resolved, anew });
        Ok(session)
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.put_file(file.clone()).await?;
        self.note(&file.path().clone(), Some(file));
        Ok(())
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        session.remove_file(path).await?;
        self.note(path, None);
        Ok(())
    }

    async fn rebuild_derived(&self, session: &mut DynSession) -> Answer<Derivation> {
        session.rebuild_derived().await?;
        Ok(self.draft.lock().unwrap().as_mut().map(|draft| self.derive(draft)).unwrap_or_default())
    }

    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        let draft = self.draft.lock().unwrap().take();
        let Some(mut draft) = draft else { return session.commit().await };
        self.derive(&mut draft);
        let commit = session.commit().await?;
        let state = state(&*base.open_reader().await?, &draft.now, &draft.rules).await?;
        self.states.lock().unwrap().insert(commit.generation, Arc::new(state));
        *self.committed.lock().unwrap() = (draft.now, draft.rules);
        Ok(commit)
    }

    async fn answering(&self, opened: &Arc<dyn IndexReader>) -> Answer<Arc<dyn IndexReader>> {
        let generation = opened.inventory().await?.generation;
        match self.states.lock().unwrap().get(&generation) {
            Some(state) => Ok(Arc::new(MemoryReader::new(state))),
            None => Ok(Arc::clone(opened)),
        }
    }

    fn ended(&self) {
        *self.draft.lock().unwrap() = None;
    }
}

/// Declares faults that get steps of deriving wrong.
macro_rules! steps {
    ($($fault:ident { $($step:item)* })*) => {$(
        struct $fault;

        impl $crate::deriving::Steps for $fault {
            $($step)*
        }
    )*};
}
pub(crate) use steps;

/// Every step is right.
struct Right;

impl Steps for Right {}

#[test]
fn a_backend_that_derives_by_the_change_breaks_nothing() {
    judge_backend(module_path!(), "nothing", &[], Mutant(|| Arc::new(Derives::by(Right))));
}
