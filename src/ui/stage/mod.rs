//! The stage: the cluster as a drawing. One component a part, each given plain data of the view and its place in the
//! layout. Parts know nothing of clicks: whatever can be selected carries its code as its id, and the stage listens once
//! for all.

mod broker;
mod customers;
mod envelope;
mod group;
mod links;
mod orders;
mod patterns;
mod picture;
mod producer;
mod queueing;
mod quorum;
mod replica;
mod resting;
mod shapes;
mod target;
mod tile;
mod viewer;

pub use picture::StagePicture;
pub use resting::RestingMessages;
pub use target::{element_id, selection_of_element_id};
pub use viewer::{Stage, StageProps, focus};
