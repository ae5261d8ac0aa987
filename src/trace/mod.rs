//! Facts: what happened in a run, in order, each with the event that caused it.

pub mod event;
mod reasons;
pub mod names;
pub mod line;

use crate::protocol::ids::{EventNumber, Node};
use crate::protocol::message::Message;
use crate::protocol::timer::Timer;
use crate::sim::time::SimTime;
use event::TraceEvent;

/// What an actor asks for while it handles one event.
pub type Outbox = crate::sim::outbox::Outbox<Node, Message, Timer, TraceEvent>;

/// One thing an actor asked for.
pub type Effect = crate::sim::outbox::Effect<Node, Message, Timer, TraceEvent>;

/// One fact with its place in the run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TraceRecord {
    /// The event during which it happened.
    pub number: EventNumber,
    /// The event that scheduled that one; zero at the root of a chain.
    pub caused_by: EventNumber,
    pub at: SimTime,
    /// Where it happened; `None` for what a hand, a script or the world did.
    pub node: Option<Node>,
    pub event: TraceEvent,
}
