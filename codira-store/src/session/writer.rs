//! What the session's thread owns: the draft, and everything it remembers between calls.

use codira_contracts::{
    BackendError, EmbeddingSpec, MemoryBudget, RepoPath, RulesInventory, RunInventory, SessionRequest, Tool, WriteScope,
    resolve::RuleSet,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{encode::Unresolved, lists::Postings, queue::Queue};
use crate::{
    AllOffers, Begun, Cancel, Draft, Store, again, codec,
    tables::{State, Tables as _, WhichFiles},
};

/// The session as its thread sees it.
pub(crate) struct Writer<D: Draft> {
    pub(super) draft: D,
    pub(super) backend: Tool,
    pub(super) cancel: Cancel,
    /// The state from which the session began, once it was asked for, and whether there is one that
    /// can be read.
    pub(super) base: Option<D::Tables>,
    has_base: bool,
    /// The stored files that the session changed, where all others are as in the state from which
    /// it began.
    pub(super) touched: Option<FxHashSet<u32>>,
    pub(super) scope: WriteScope,
    /// What is replaced, if it is no readable index.
    pub(super) replaced: Option<String>,
    /// How many sessions were committed before.
    pub(super) generation: u64,
    pub(super) inventory: RunInventory,
    /// What the session resolves by.
    pub(super) rules: RuleSet,
    /// Whether the stored edges are those of other rules.
    pub(super) rules_changed: bool,
    /// The next free number of a file.
    pub(super) next_file: u32,
    /// Numbers of files by path; of all files, or of those that were looked for.
    pub(super) numbers: FxHashMap<RepoPath, u32>,
    pub(super) has_all_numbers: bool,
    pub(super) queue: Queue,
    pub(super) postings: Postings,
    /// Numbers of specs, once they were asked for.
    pub(super) specs: Option<FxHashMap<EmbeddingSpec, u32>>,
    /// Files to resolve.
    pub(super) dirty: FxHashSet<u32>,
    /// Digests of asked keys whose facts changed.
    pub(super) changed: FxHashSet<u32>,
    /// Whether files were resolved before, so that some may have asked for what changes.
    pub(super) has_resolutions: bool,
    /// What all files offer, while nothing was resolved yet and there is not too much.
    pub(super) offers: Option<AllOffers>,
    /// Analyses of dirty files, without texts, as long as there are not too many.
    pub(super) analyses: FxHashMap<u32, Unresolved>,
    pub(super) analyses_weight: usize,
    pub(super) limits: Limits,
    failure: Option<BackendError>,
}

/// What a session keeps until everything is resolved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How much analyses may weigh, roughly in bytes of memory.
    pub(super) unresolved_bytes: usize,
    /// How many offers.
    pub(super) offers: usize,
}

/// The shares of memory for both, in thousandths of the budget.
const UNRESOLVED_SHARE: u64 = 100;
const OFFERS_SHARE: u64 = 375;
/// What an offer takes in memory, roughly, with what is unpacked of it.
const OFFER_BYTES: usize = 64;

impl Limits {
    fn of(memory: MemoryBudget) -> Self {
        Self { unresolved_bytes: memory.per_mille(UNRESOLVED_SHARE), offers: memory.per_mille(OFFERS_SHARE) / OFFER_BYTES }
    }
}

/// What the state says of the run that wrote it, and by which rules it resolved.
pub(crate) type Run = (RunInventory, Vec<RulesInventory>);

/// Reads [`State::run`].
pub(crate) fn run_of(state: &State) -> Option<Run> {
    codec::unpack(&codec::decompress(&state.run, b"")?)
}

impl<D: Draft> Writer<D> {
    /// Begins a draft, for the holder of the writer lock.
    pub(super) async fn begin<S: Store<Draft = D>>(
        store: &S,
        backend: Tool,
        SessionRequest { scope, rules, memory }: SessionRequest,
        cancel: Cancel,
        batch_units: usize,
    ) -> Result<Self, BackendError> {
        let Begun { draft, is_empty, replaced } = store.begin(scope, memory, &cancel).await?;
        let mut writer = Self {
            draft,
            backend,
            cancel,
            base: None,
            has_base: replaced.is_none(),
            touched: (!is_empty).then(FxHashSet::default),
            scope,
            replaced,
            generation: 0,
            inventory: RunInventory::default(),
            rules,
            rules_changed: false,
            next_file: 1,
            numbers: FxHashMap::default(),
            has_all_numbers: is_empty,
            queue: Queue::new(D::BATCH_FILES, batch_units),
            postings: Postings::default(),
            specs: is_empty.then(FxHashMap::default),
            dirty: FxHashSet::default(),
            changed: FxHashSet::default(),
            has_resolutions: !is_empty,
            offers: is_empty.then(AllOffers::default),
            analyses: FxHashMap::default(),
            analyses_weight: 0,
            limits: Limits::of(memory),
            failure: None,
        };
        match writer.take_over(is_empty).await {
            Ok(()) => Ok(writer),
            Err(error) => {
                let _ = writer.abort().await;
                Err(error)
            }
        }
    }

    /// Goes on from what is there.
    async fn take_over(&mut self, is_empty: bool) -> Result<(), BackendError> {
        if !is_empty {
            let state = self.draft.tables().state().await?;
            let (inventory, rules) = run_of(&state).ok_or_else(|| self.draft.at().unreadable("the inventory"))?;
            self.generation = state.generation;
            self.next_file = self.draft.last_file().await? + 1;
            self.inventory = inventory;
            self.rules_changed = rules != self.rules.inventory();
            return Ok(());
        }
        let state = match self.base().await {
            Ok(Some(base)) => base.state().await.map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match state {
            Ok(state) => self.generation = state.map_or(0, |state| state.generation),
            Err(error @ BackendError::Corrupt { .. }) if self.scope == WriteScope::Full => {
                self.replaced = Some(error.to_string());
                self.forget_base();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The state from which the session began.
    pub(super) async fn base(&mut self) -> Result<Option<&mut D::Tables>, BackendError> {
        if self.base.is_none() && self.has_base {
            self.base = self.draft.base().await?;
            self.has_base = self.base.is_some();
        }
        Ok(self.base.as_mut())
    }

    /// Goes on without the state from which the session began: it cannot be read, or is not needed
    /// any more.
    pub(super) fn forget_base(&mut self) {
        (self.base, self.has_base) = (None, false);
    }

    /// Nothing, or why the session can do nothing any more.
    pub(super) fn check(&self) -> Result<(), BackendError> {
        self.failure.as_ref().map_or(Ok(()), |failure| Err(again(failure)))
    }

    /// What came of work that leaves the draft half changed if it fails: then the session can do
    /// nothing any more.
    pub(super) fn whole<T>(&mut self, done: Result<T, BackendError>) -> Result<T, BackendError> {
        done.map_err(|error| {
            let told = again(&error);
            self.failure.get_or_insert(error);
            told
        })
    }

    /// Makes the numbers of those files known that are stored.
    pub(super) async fn find_files(&mut self, paths: impl Iterator<Item = &RepoPath>) -> Result<(), BackendError> {
        if self.has_all_numbers {
            return Ok(());
        }
        let unknown: FxHashSet<&RepoPath> = paths.filter(|path| !self.numbers.contains_key(*path)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let unknown = unknown.into_iter().cloned().collect();
        let found = self.draft.tables().files(WhichFiles::At(unknown)).await?;
        self.numbers.extend(found.into_iter().map(|file| (file.path, file.number)));
        Ok(())
    }

    pub(super) async fn set_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError> {
        self.inventory = inventory;
        Ok(())
    }
}
