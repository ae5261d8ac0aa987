//! A type for every identifier, so that none can be taken for another.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

number_id!(
    /// A broker's `node.id`.
    BrokerId(u16)
);
number_id!(
    /// A controller's `node.id`. Controllers are numbered on their own: "controller 1" is never "broker 1".
    ControllerId(u16)
);
number_id!(
    /// A client process: an application instance that holds a producer, a consumer or both. Dense, from 0, in the order of the scenario.
    ClientId(u16)
);
number_id!(
    /// A topic, by the order of its creation. Kafka's topic ids are UUIDs; these stand for them.
    TopicId(u16)
);
number_id!(
    /// The index of a partition within its topic (the schemas' `PartitionIndex`).
    PartitionIndex(u16)
);
number_id!(
    /// The controller's number for one life of a broker: the offset of its registration record.
    BrokerEpoch(i64)
);
number_id!(
    /// One start of a broker process; a restarted broker is another incarnation.
    Incarnation(u32)
);
number_id!(
    /// Matches a response to its request, within one sender.
    CorrelationId(u32)
);
number_id!(
    /// A producer's 64-bit identity (KIP-98), handed out in blocks by the controller. -1 is "none".
    ProducerId(i64)
);
number_id!(
    /// The epoch of a producer id (KIP-98). -1 is "none".
    ProducerEpoch(i16)
);
number_id!(
    /// A record's own number in the simulation, never on the wire: it lets one record be followed and told from its copies.
    RecordId(u64)
);
number_id!(
    /// An order of the shop.
    OrderId(u32)
);
number_id!(
    /// How many events of a run have been handled; event 1 is the first. Zero: before the run.
    EventNumber(u64)
);

impl EventNumber {
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl ProducerId {
    pub const NONE: Self = Self(-1);
}
impl ProducerEpoch {
    pub const NONE: Self = Self(-1);
}

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Arc<str>);

        impl $name {
            pub fn new(name: &str) -> Self {
                Self(Arc::from(name))
            }
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_id!(
    /// A consumer group's `group.id`.
    GroupId
);
name_id!(
    /// A member of a consumer group; the coordinator makes it up.
    MemberId
);
name_id!(
    /// A topic's name.
    TopicName
);
name_id!(
    /// A rack, as in `broker.rack` and `client.rack`.
    Rack
);

/// One partition of one topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    pub topic: TopicId,
    pub partition: PartitionIndex,
}

impl TopicPartition {
    pub const fn new(topic: TopicId, partition: u16) -> Self {
        Self { topic, partition: PartitionIndex(partition) }
    }
}

number_id!(
    /// A process of another messaging system: RabbitMQ, Amazon SQS or Azure Service Bus.
    ServerId(u16)
);
number_id!(
    /// What a consumer names when it settles a message: RabbitMQ's delivery tag (counted per channel), the receipt handle
    /// of SQS, the lock token of Service Bus.
    Receipt(u64)
);
name_id!(
    /// A queue, exchange, subscription or routing key of another messaging system.
    QueueName
);

/// Anything that has an address in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    Controller(ControllerId),
    Broker(BrokerId),
    /// An application process: a service of the shop, or a plain producer or consumer.
    Client(ClientId),
    /// RabbitMQ, Amazon SQS or Azure Service Bus, where the shop runs on one of them.
    Server(ServerId),
}

/// Short forms for traces: `c1`, `b1`; a client is `client 0` until its name is known.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Controller(id) => write!(f, "c{id}"),
            Self::Broker(id) => write!(f, "b{id}"),
            Self::Client(id) => write!(f, "client{id}"),
            Self::Server(id) => write!(f, "s{id}"),
        }
    }
}
