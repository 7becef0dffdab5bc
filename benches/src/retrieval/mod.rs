//! How well functions are found by what they are for.
//!
//! The question is the first sentence of a function's documentation; that documentation is taken
//! out of what is indexed. A channel is measured by the rank that it gives the function among all
//! functions of the repository.

mod forget;
mod ranking;
mod sample;
mod score;

pub use forget::Forgetful;
pub use ranking::{Ranker, TermCount, by_vectors};
pub use sample::{Question, is_function, sample};
pub use score::Score;
