//! Told histories: real source trees, indexed step by step by the real indexer.

use crate::{Cx, Fixture, Outcome, golden};

pub(crate) fn stories_read_as_accepted<F: Fixture>(cx: &Cx<F>) -> Outcome {
    golden::read_as_accepted(cx)
}
