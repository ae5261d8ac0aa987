//! What travels between an application and RabbitMQ, Amazon SQS or Azure Service Bus: the methods, actions and frames that
//! the simulation uses, by their own names. A message's content is a [`Record`], as with Kafka, so that one order can be
//! followed whatever carries it.

use super::ids::{QueueName, Receipt, RecordId};
use super::record::{Bytes, Record, record_size};
use crate::sim::time::{SimDuration, SimTime};

/// One frame, in either direction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum QueueMessage {
    // AMQP 0-9-1: an application and RabbitMQ, over one channel.
    /// A new connection of this application: whatever it had open before is gone.
    ConnectionOpen,
    BasicPublish(BasicPublish),
    /// `prefetch` is `basic.qos` of this consumer; 0: no limit.
    BasicConsume {
        queue: QueueName,
        prefetch: u16,
        auto_ack: bool,
    },
    BasicAck {
        tag: Receipt,
        multiple: bool,
    },
    /// `basic.nack`; with `multiple` off also `basic.reject`.
    BasicNack {
        tag: Receipt,
        multiple: bool,
        requeue: bool,
    },
    BasicDeliver(Received),
    /// A mandatory message that no queue took (`NO_ROUTE`).
    BasicReturn {
        record: RecordId,
    },
    /// A publisher confirm: `basic.ack` or `basic.nack` from the server.
    Confirm {
        sequence: u64,
        is_ack: bool,
    },
    ConnectionBlocked,
    ConnectionUnblocked,

    // HTTP: an application and Amazon SQS (and the SNS topic in front of it).
    SendMessage(SendMessage),
    /// To `SendMessage`, and to a Service Bus send.
    SendResult {
        call: u64,
        error: Option<QueueError>,
    },
    ReceiveMessage {
        call: u64,
        queue: QueueName,
        max: u8,
        /// Long polling; zero: answer at once.
        wait: SimDuration,
    },
    ReceiveResult {
        call: u64,
        messages: Vec<Received>,
        error: Option<QueueError>,
    },
    DeleteMessage {
        queue: QueueName,
        receipt: Receipt,
    },
    ChangeMessageVisibility {
        queue: QueueName,
        receipt: Receipt,
        timeout: SimDuration,
    },

    // AMQP 1.0: an application and Azure Service Bus.
    Send(SendMessage),
    /// Opens a receiving link, or adds credit to it; with `wants_session` it takes the next free session.
    Flow {
        queue: QueueName,
        credit: u32,
        wants_session: bool,
        mode: ReceiveMode,
    },
    Transfer(Received),
    Disposition {
        queue: QueueName,
        receipt: Receipt,
        outcome: Disposition,
    },
    RenewLock {
        queue: QueueName,
        receipt: Receipt,
    },
    /// Lets the session of this link go.
    CloseSession {
        queue: QueueName,
    },

    /// To a settlement that came too late: the message is somebody else's again.
    SettlementRefused {
        receipt: Receipt,
        error: QueueError,
    },
}

/// `basic.publish`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BasicPublish {
    pub exchange: QueueName,
    pub routing_key: QueueName,
    /// Return it when no queue takes it.
    pub is_mandatory: bool,
    /// `delivery_mode` 2.
    pub is_persistent: bool,
    /// The message's own time to live.
    pub expiration: Option<SimDuration>,
    /// Its number on a channel in confirm mode, from 1; 0: no confirm is asked for.
    pub sequence: u64,
    pub record: Record,
}

/// A message sent to SQS or Service Bus.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SendMessage {
    pub call: u64,
    /// A queue, or a topic that hands a copy to each of its queues or subscriptions.
    pub to: QueueName,
    /// `MessageGroupId` of a FIFO queue, `SessionId` of Service Bus.
    pub group: Option<Bytes>,
    /// `MessageDeduplicationId`, or `MessageId` with duplicate detection.
    pub deduplication: Option<RecordId>,
    pub record: Record,
}

/// A message in a consumer's hands, until it is settled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Received {
    pub queue: QueueName,
    pub receipt: Receipt,
    pub record: Record,
    /// How often it has been handed out, this time included: `ApproximateReceiveCount` of SQS; RabbitMQ's `redelivered`
    /// flag says whether it is more than 1, Service Bus calls one less `DeliveryCount`.
    pub count: u32,
    /// Where it has died before, newest first: RabbitMQ's `x-death`.
    pub deaths: Vec<Death>,
    pub session: Option<Bytes>,
}

/// One entry of `x-death`: how often a message died in one queue for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Death {
    pub queue: QueueName,
    pub reason: DeathReason,
    pub exchange: QueueName,
    pub routing_key: QueueName,
    pub count: u32,
    pub first_at: SimTime,
}

/// Why a message left its queue without having been settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeathReason {
    /// A consumer refused it for good.
    Rejected,
    /// Its time to live was over.
    Expired,
    /// The queue was full.
    MaxLength,
    /// It was handed out as often as the queue allows.
    DeliveryLimit,
    /// The server stopped, and it was not on disk.
    NotStored,
    /// No queue wanted it.
    Unroutable,
}

impl DeathReason {
    /// RabbitMQ's word for it in `x-death`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::MaxLength => "maxlen",
            Self::DeliveryLimit => "delivery_limit",
            Self::NotStored => "not_stored",
            Self::Unroutable => "unroutable",
        }
    }
}

/// How a receiver of Service Bus takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReceiveMode {
    PeekLock,
    /// Gone when handed out: at most once.
    ReceiveAndDelete,
}

/// How a message of Service Bus is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    Complete,
    Abandon,
    DeadLetter,
}

/// Why one of these systems says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueError {
    /// No such queue, exchange or topic.
    NotFound,
    /// No queue took it.
    NoRoute,
    /// The queue is full, and refuses what comes.
    QueueFull,
    /// SQS: too many messages in flight.
    OverLimit,
    /// The lock, receipt or visibility timeout is over.
    LockLost,
    /// A queue with sessions takes no message without one, a FIFO queue none without a group.
    GroupMissing,
}

impl QueueError {
    /// The system's own word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::NoRoute => "NO_ROUTE",
            Self::QueueFull => "basic.nack",
            Self::OverLimit => "OverLimit",
            Self::LockLost => "MessageLockLost",
            Self::GroupMissing => "MissingParameter",
        }
    }
}

impl QueueMessage {
    /// Bytes on the wire, roughly: the record, and fixed fields.
    pub fn size(&self) -> u64 {
        match self {
            Self::BasicPublish(publish) => 60 + bytes_of(&publish.record),
            Self::SendMessage(send) | Self::Send(send) => 60 + bytes_of(&send.record),
            Self::BasicDeliver(received) | Self::Transfer(received) => 60 + bytes_of(&received.record),
            Self::ReceiveResult { messages, .. } => {
                60 + messages.iter().map(|received| 60 + bytes_of(&received.record)).sum::<u64>()
            }
            Self::ConnectionOpen
            | Self::BasicConsume { .. }
            | Self::BasicAck { .. }
            | Self::BasicNack { .. }
            | Self::BasicReturn { .. }
            | Self::Confirm { .. }
            | Self::ConnectionBlocked
            | Self::ConnectionUnblocked
            | Self::SendResult { .. }
            | Self::ReceiveMessage { .. }
            | Self::DeleteMessage { .. }
            | Self::ChangeMessageVisibility { .. }
            | Self::Flow { .. }
            | Self::Disposition { .. }
            | Self::RenewLock { .. }
            | Self::CloseSession { .. }
            | Self::SettlementRefused { .. } => 40,
        }
    }

    /// The system's own name of the method, action or frame.
    pub const fn api_name(&self) -> &'static str {
        match self {
            Self::ConnectionOpen => "connection.open",
            Self::BasicPublish(_) => "basic.publish",
            Self::BasicConsume { .. } => "basic.consume",
            Self::BasicAck { .. } => "basic.ack",
            Self::BasicNack { .. } => "basic.nack",
            Self::BasicDeliver(_) => "basic.deliver",
            Self::BasicReturn { .. } => "basic.return",
            Self::Confirm { .. } => "confirm",
            Self::ConnectionBlocked => "connection.blocked",
            Self::ConnectionUnblocked => "connection.unblocked",
            Self::SendMessage(_) => "SendMessage",
            Self::SendResult { .. } => "SendMessage",
            Self::ReceiveMessage { .. } | Self::ReceiveResult { .. } => "ReceiveMessage",
            Self::DeleteMessage { .. } => "DeleteMessage",
            Self::ChangeMessageVisibility { .. } => "ChangeMessageVisibility",
            Self::Send(_) => "send",
            Self::Flow { .. } => "flow",
            Self::Transfer(_) => "transfer",
            Self::Disposition { .. } => "disposition",
            Self::RenewLock { .. } => "renew-lock",
            Self::CloseSession { .. } => "close",
            Self::SettlementRefused { .. } => "refused",
        }
    }

    /// The records that it carries.
    pub fn records(&self) -> Vec<&Record> {
        match self {
            Self::BasicPublish(publish) => vec![&publish.record],
            Self::SendMessage(send) | Self::Send(send) => vec![&send.record],
            Self::BasicDeliver(received) | Self::Transfer(received) => vec![&received.record],
            Self::ReceiveResult { messages, .. } => messages.iter().map(|received| &received.record).collect(),
            // Everything else is about messages that are elsewhere.
            _ => Vec::new(),
        }
    }
}

/// Bytes of a message's content.
pub fn bytes_of(record: &Record) -> u64 {
    u64::from(record_size(record, 0, 0))
}

/// A queue at one moment, for reports and for the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueInspection {
    pub name: QueueName,
    /// Where other queues leave what they could not get rid of.
    pub is_dead_letter: bool,
    /// Waiting to be handed out, first to last.
    pub ready: Vec<QueuedMessage>,
    /// Handed out and not settled, oldest first.
    pub in_flight: Vec<QueuedMessage>,
}

/// A message in such a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    pub record: RecordId,
    pub key: Option<Bytes>,
    /// How often it has been handed out.
    pub count: u32,
}
