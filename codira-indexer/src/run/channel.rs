//! The channel from analyzers to the writer, bounded by bytes: it holds many small files, or few
//! large ones.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

/// A channel from `Sender`s on threads to one [`Receiver`], which holds at most `capacity` bytes,
/// or one larger item.
pub(super) fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let gauge = Arc::new(Gauge { capacity, level: Mutex::default(), changed: Condvar::new() });
    (Sender { sender, gauge: Arc::clone(&gauge) }, Receiver { receiver, gauge })
}

/// How full the channel is.
struct Gauge {
    capacity: usize,
    level: Mutex<Level>,
    changed: Condvar,
}

#[derive(Default)]
struct Level {
    bytes: usize,
    closed: bool,
}

impl Gauge {
    fn level(&self) -> MutexGuard<'_, Level> {
        self.level.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of an analyzer.
pub(super) struct Sender<T> {
    sender: mpsc::UnboundedSender<(usize, T)>,
    gauge: Arc<Gauge>,
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), gauge: Arc::clone(&self.gauge) }
    }
}

impl<T> Sender<T> {
    /// Sends an item of so many bytes, once there is room for it; `false` when the receiver is
    /// gone.
    pub(super) fn send(&self, bytes: usize, item: T) -> bool {
        let is_full = |level: &mut Level| !level.closed && level.bytes > 0 && level.bytes + bytes > self.gauge.capacity;
        let mut level = self.gauge.changed.wait_while(self.gauge.level(), is_full).unwrap_or_else(PoisonError::into_inner);
        level.bytes += bytes;
        !level.closed && self.sender.send((bytes, item)).is_ok()
    }
}

/// The end of the writer. Dropping it wakes every sender.
pub(super) struct Receiver<T> {
    receiver: mpsc::UnboundedReceiver<(usize, T)>,
    gauge: Arc<Gauge>,
}

impl<T> Receiver<T> {
    /// The next item; `None` when every sender is gone.
    pub(super) async fn recv(&mut self) -> Option<T> {
        let (bytes, item) = self.receiver.recv().await?;
        self.gauge.level().bytes -= bytes;
        self.gauge.changed.notify_all();
        Some(item)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.gauge.level().closed = true;
        self.gauge.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::thread;

    use super::*;

    #[tokio::test]
    async fn everything_arrives_however_large_it_is() {
        let (sender, mut receiver) = channel(100);
        let sizes = [0, 50, 100, 300, 1, 51, 100];
        let worker = thread::spawn(move || sizes.into_iter().all(|size| sender.send(size, size)));
        let mut received = Vec::new();
        while let Some(size) = receiver.recv().await {
            received.push(size);
        }
        assert_eq!(received, sizes);
        assert!(worker.join().unwrap());
    }

    #[test]
    fn a_sender_waits_no_longer_than_there_is_a_receiver() {
        let (sender, receiver) = channel(100);
        assert!(sender.send(100, ()));
        let worker = thread::spawn(move || sender.send(1, ()));
        drop(receiver);
        assert!(!worker.join().unwrap());
    }
}
