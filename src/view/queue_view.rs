//! RabbitMQ, SQS or Service Bus at one moment: its queues with what is ready and what is handed out, and the applications
//! at both sides.

use super::broker_view::ProcessState;
use super::mark::KeyMark;
use crate::protocol::ids::{ClientId, RecordId, ServerId};
use crate::sim::time::SimTime;
use std::sync::Arc;

/// How many messages of a queue are drawn one by one.
pub const MESSAGES_MAX: usize = 40;

/// The server, and all that talks to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueServerView {
    pub id: ServerId,
    /// `RabbitMQ`, `Amazon SQS` or `Azure Service Bus`.
    pub product: &'static str,
    pub state: ProcessState,
    pub since: SimTime,
    /// Publishers must wait: its memory is full.
    pub is_alarmed: bool,
    pub queues: Vec<QueueView>,
    /// Senders first, then receivers, in the order of the scenario.
    pub clients: Vec<QueueClientView>,
}

/// One queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueView {
    pub name: Arc<str>,
    /// What other queues could not get rid of lies here.
    pub is_dead_letter: bool,
    pub ready_count: u32,
    pub in_flight_count: u32,
    /// The first that are ready, the head first.
    pub ready: Vec<QueuedView>,
    /// The oldest that were handed out and are not settled.
    pub in_flight: Vec<QueuedView>,
}

/// A message in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuedView {
    pub record: RecordId,
    pub key: KeyMark,
    /// How often it has been handed out.
    pub count: u32,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueClientView {
    pub client: ClientId,
    pub name: Arc<str>,
    pub state: ProcessState,
    pub since: SimTime,
    pub is_sender: bool,
    /// The queues that it consumes; a sender has none.
    pub queues: Vec<Arc<str>>,
    /// Not confirmed yet (a sender), or received and not settled (a receiver); the one in hand first.
    pub held: Vec<QueuedView>,
    pub held_count: u32,
    /// A sender that must not publish.
    pub is_blocked: bool,
    /// Whom it talks to.
    pub talks_to: ServerId,
}

impl QueueServerView {
    pub fn client(&self, id: ClientId) -> Option<&QueueClientView> {
        self.clients.iter().find(|client| client.client == id)
    }
}

impl QueueClientView {
    /// The server, while the application is up to talk to it.
    pub fn server(&self) -> Option<ServerId> {
        self.state.is_up().then_some(self.talks_to)
    }
}
