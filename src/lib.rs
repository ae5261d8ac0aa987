//! Correio: a Kafka you can see, stop, rewind and break.
//!
//! The modules below stand in the order of dependency, lowest first; it is also a good order to read them in.

pub mod sim;
pub mod protocol;
pub mod trace;
pub mod kafka;
pub mod queueing;
pub mod shop;
pub mod cluster;
pub mod guarantee;
pub mod scenario;
pub mod report;
pub mod swarm;
pub mod conform;
pub mod metrics;
pub mod playback;
pub mod cause;
pub mod text;
pub mod view;
pub mod lesson;
pub mod app;
#[cfg(feature = "web")]
pub mod ui;
