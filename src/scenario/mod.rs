//! Scenarios: what a run starts from, as a JSON file that people write. A wrong file gets one clear sentence with the
//! place and the fix, in the reader's language; nothing is ever dropped in silence.

pub mod amount;
mod locate;
pub mod error;
mod tree;
pub mod schema;
pub mod names;
pub mod settings;
pub mod queueing;
pub mod build;
pub mod library;
pub mod recipe;
