//! The ordered maps and sets of the simulator: the names, the interface and the order of the standard library's trees,
//! but kept as sorted vectors.
//!
//! Nearly all of them hold a handful of entries, or grow at their end only. There a vector is quicker to search and
//! much quicker to clone than a tree, and each type of map adds a few hundred bytes to the page in place of kilobytes.
//! Adding or removing in the middle of a large one moves all that follows: what grows without end, and not at its end,
//! is a tree of the standard library's.

mod map;
mod set;

pub use map::{BTreeMap, Entry};
pub use set::BTreeSet;

#[cfg(test)]
mod tests;
