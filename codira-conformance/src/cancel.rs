//! Futures that are dropped before they finish.

use std::{future::poll_fn, pin::pin, task::Poll};

/// Polls `future` at most `polls` times, then drops it; `None` when it had not finished. Without
/// polls it never starts.
pub(crate) async fn cancelled<T>(polls: u8, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            // Waiting for a wake-up that the last poll asked for would be one poll too many.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
