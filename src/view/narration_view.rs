//! What the page says about what just happened: the fact itself, and the settings that made it happen so. The words
//! are the text catalogue's.

use crate::cluster::intervention::ConfigPlace;
use crate::protocol::ids::{EventNumber, Node};
use crate::sim::time::SimTime;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// One fact to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NarrationView {
    pub at: SimTime,
    pub number: EventNumber,
    pub node: Option<Node>,
    pub event: TraceEvent,
    /// Settings that decided it, each of which opens its knob.
    pub chips: Vec<ChipView>,
    /// How many other facts of the same kind happened with this one.
    pub others: u32,
    /// True for the daily work of the shop, told when nothing heavier has happened for a while.
    pub is_daily: bool,
}

/// A setting with its value now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChipView {
    /// Where the knob is.
    pub place: ConfigPlace,
    pub property: &'static str,
    pub value: Arc<str>,
}
