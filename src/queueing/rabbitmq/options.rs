//! What a RabbitMQ node is told before it starts: its definitions (exchanges, queues, bindings) and its limits.

use super::exchange::ExchangeKind;
use crate::protocol::ids::QueueName;
use crate::sim::time::SimDuration;

/// A node with its definitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RabbitMqOptions {
    pub exchanges: Vec<ExchangeOptions>,
    pub queues: Vec<QueueOptions>,
    pub bindings: Vec<Binding>,
    /// Bytes of messages above which publishers must wait (`vm_memory_high_watermark`).
    pub memory_limit: u64,
    /// How long a persistent message takes to reach the disk; its confirm waits for that.
    pub sync_time: SimDuration,
}

/// An exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeOptions {
    pub name: QueueName,
    pub kind: ExchangeKind,
}

/// What a queue is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueKind {
    Classic,
    /// A log replicated by Raft; it counts how often a message came back.
    Quorum,
}

/// What a full queue does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    DropHead,
    RejectPublish,
    /// As `RejectPublish`, and what was refused goes to the dead-letter exchange.
    RejectPublishDeadLetter,
}

/// A queue and its optional arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueOptions {
    pub name: QueueName,
    pub kind: QueueKind,
    pub is_durable: bool,
    /// It exists only once somebody consumes from it: what was published before went elsewhere.
    pub is_declared_by_consumer: bool,
    /// `x-message-ttl`.
    pub message_ttl: Option<SimDuration>,
    /// `x-max-length`: messages that are ready.
    pub max_length: Option<u32>,
    pub overflow: Overflow,
    /// `x-dead-letter-exchange`; the empty name is the default exchange.
    pub dead_letter_exchange: Option<QueueName>,
    /// `x-dead-letter-routing-key`; `None`: the message keeps its own.
    pub dead_letter_routing_key: Option<QueueName>,
    /// `x-delivery-limit` of a quorum queue.
    pub delivery_limit: Option<u32>,
    /// Where other queues leave what they could not get rid of: so it is drawn.
    pub is_dead_letter: bool,
}

impl QueueOptions {
    /// A durable classic queue without arguments.
    pub fn classic(name: &str) -> Self {
        Self {
            name: QueueName::new(name),
            kind: QueueKind::Classic,
            is_durable: true,
            is_declared_by_consumer: false,
            message_ttl: None,
            max_length: None,
            overflow: Overflow::DropHead,
            dead_letter_exchange: None,
            dead_letter_routing_key: None,
            delivery_limit: None,
            is_dead_letter: false,
        }
    }
}

/// A queue that wants what an exchange gets under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub exchange: QueueName,
    pub key: QueueName,
    pub queue: QueueName,
}
