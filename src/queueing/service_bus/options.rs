//! What an Azure Service Bus namespace is told: queues and subscriptions, and the topics that feed them.

use crate::protocol::ids::QueueName;
use crate::sim::time::SimDuration;

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceBusOptions {
    /// Queues and subscriptions; each brings its own dead-letter queue.
    pub entities: Vec<EntityOptions>,
    /// A topic and its subscriptions, each of which gets a copy of every message.
    pub topics: Vec<(QueueName, Vec<QueueName>)>,
}

/// A queue or a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityOptions {
    /// `orders` or `orders/email`.
    pub name: QueueName,
    /// How long a peeked message is locked (`LockDuration`, 60 s by default, 5 minutes at the most).
    pub lock_duration: SimDuration,
    /// `MaxDeliveryCount`, 10 by default.
    pub max_delivery_count: u32,
    /// `RequiresSession`: messages of a session go to one receiver at a time, in order.
    pub requires_session: bool,
    /// `DefaultMessageTimeToLive`.
    pub time_to_live: Option<SimDuration>,
    /// `EnableDeadLetteringOnMessageExpiration`.
    pub dead_letters_expired: bool,
    /// `DuplicateDetectionHistoryTimeWindow`, when duplicates are looked for.
    pub duplicate_window: Option<SimDuration>,
}

impl EntityOptions {
    /// A queue as the portal makes it.
    pub fn new(name: &str) -> Self {
        Self {
            name: QueueName::new(name),
            lock_duration: SimDuration::from_secs(60),
            max_delivery_count: 10,
            requires_session: false,
            time_to_live: None,
            dead_letters_expired: false,
            duplicate_window: None,
        }
    }

    /// The name of its dead-letter queue.
    pub fn dead_letter_queue(&self) -> QueueName {
        QueueName::new(&format!("{}/$DeadLetterQueue", self.name))
    }
}
