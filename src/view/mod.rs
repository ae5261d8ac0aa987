//! What the page shows, as plain data: `PartialEq` structs with numbers, identifiers and keys, never words and never
//! pixels of a theme. Everything here is made from a moment of a run by functions without side effects, so that a
//! picture can be tested without a browser and redrawn only when it differs.
//!
//! Times, identifiers and offsets are those of the core, re-exported so that the drawing layer needs no other import.

pub mod mark;
pub mod selection;
pub mod broker_view;
pub mod client_view;
pub mod queue_view;
pub mod cluster_view;
pub mod flight_view;
pub mod ledger_view;
pub mod timeline_view;
pub mod narration_view;
pub mod inspector_view;
pub mod settings_view;
pub mod command_line_view;
pub mod geometry;
pub mod layout;
pub mod traffic;
pub mod highlight;
pub mod ghosts;
pub mod fixture;
pub mod from_cluster;
pub mod charts;
pub mod charts_view;
pub mod chips;
pub mod telling;
pub mod timeline;
pub mod inspect;
pub mod command_line;
pub mod moments;

pub use crate::protocol::ids::{
    BrokerId, ClientId, ControllerId, EventNumber, GroupId, Node, OrderId, RecordId, TopicId, TopicPartition,
};
pub use crate::protocol::offset::{Generation, LeaderEpoch, Offset, QuorumEpoch};
pub use crate::sim::time::{SimDuration, SimTime};
pub use moments::moments;
