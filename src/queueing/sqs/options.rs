//! What Amazon SQS is told: its queues, and the SNS topics that hand copies to them.

use crate::protocol::ids::QueueName;
use crate::sim::rng::Ratio;
use crate::sim::time::SimDuration;

/// Most messages in flight in one queue (SQS quotas, standard and FIFO).
pub const IN_FLIGHT_MAX: u32 = 120_000;

/// The service, as far as one account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqsOptions {
    pub queues: Vec<SqsQueueOptions>,
    /// SNS: a topic and the queues that get a copy of each of its messages.
    pub topics: Vec<(QueueName, Vec<QueueName>)>,
    /// How often a standard queue hands a message out and does not hide it, because one of its servers did not hear.
    pub duplicates: Ratio,
    /// A standard queue hands out any of so many of its oldest messages: its order is no promise.
    pub disorder: u32,
}

/// A queue's attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqsQueueOptions {
    pub name: QueueName,
    pub is_fifo: bool,
    /// How long a received message stays hidden (`VisibilityTimeout`, 30 s by default).
    pub visibility_timeout: SimDuration,
    /// `MessageRetentionPeriod`, 4 days by default.
    pub retention: SimDuration,
    pub redrive: Option<Redrive>,
    /// `IN_FLIGHT_MAX`, or less in tests.
    pub in_flight_max: u32,
    /// Other queues leave their failures here: so it is drawn.
    pub is_dead_letter: bool,
}

/// `RedrivePolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    pub dead_letter_queue: QueueName,
    pub max_receive_count: u32,
}
