//! Vectors as stores keep them, and an exact search that reads few of them.

mod candidates;
mod pack;
mod quantized;
mod zeros;

pub use candidates::{Bounds, CandidateSet};
pub use pack::{pack, unpack};
pub use quantized::{Estimator, QuantizedVector};
