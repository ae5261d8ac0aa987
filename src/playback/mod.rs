//! Time travel and pace. A recording replays the run from checkpoints; nothing but the recipe is ever kept of a run.

pub mod weight;
pub mod density;
pub mod recording;
pub mod pacer;
pub mod space_time;
#[cfg(test)]
pub(crate) use crate::cluster::testing;
