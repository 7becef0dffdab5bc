//! Vectors as stores keep them, and an exact search that reads few of them.

mod contenders;
mod pack;
mod sketch;
mod zeros;

pub use contenders::{Bounds, Contenders};
pub use pack::{pack, unpack};
pub use sketch::{Estimator, Sketch};
