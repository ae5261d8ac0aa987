//! The world of a run: every node, every link, one clock, one queue; and everything that a hand or a script may do to it.

pub mod options;
pub mod intervention;
pub mod process;
pub mod world;
mod intervene;
pub mod groups;
pub mod records;
pub mod step;
mod size;
#[cfg(test)]
pub(crate) mod testing;
