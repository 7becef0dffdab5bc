//! The bound of the files that were put and are not written yet: puts wait for room, in bytes of
//! memory.

use std::sync::Arc;

use codira_contracts::MemoryBudget;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The share of memory for files that are not written yet, in thousandths of the budget.
const SHARE: u64 = 40;

/// What the smallest file takes, and a removal.
const UNIT_BYTES: usize = 4 << 10;

/// Room for a number of bytes.
#[derive(Debug)]
pub(super) struct Room {
    free: Arc<Semaphore>,
    largest: u32,
}

impl Room {
    /// The room of a session with this budget.
    pub(super) fn of(memory: MemoryBudget) -> Self {
        let units = (memory.per_mille(SHARE) / UNIT_BYTES).clamp(2, Semaphore::MAX_PERMITS.min(1 << 30));
        // Half a room holds the largest file, and the queue is written when it fills the other
        // half: no put waits for ever.
        Self { free: Arc::new(Semaphore::new(units)), largest: u32::try_from(units / 2).unwrap_or(u32::MAX) }
    }

    /// Waits until there is room for so many bytes, or for half of all. It is free again when what
    /// it returns is dropped.
    pub(super) async fn reserve(&self, bytes: usize) -> Reserved {
        let units = u32::try_from(bytes / UNIT_BYTES + 1).unwrap_or(u32::MAX).min(self.largest);
        Reserved(Arc::clone(&self.free).acquire_many_owned(units).await.expect("the semaphore is never closed"))
    }

    /// How much is reserved when the queue is to be written.
    pub(super) fn half(&self) -> usize {
        self.largest as usize
    }
}

/// Room that is taken.
#[derive(Debug)]
pub(super) struct Reserved(OwnedSemaphorePermit);

impl Reserved {
    /// How much, in the unit of [`Room::half`].
    pub(super) fn units(&self) -> usize {
        self.0.num_permits()
    }
}
