//! The shop on another messaging system: one word in the scenario. Each topic becomes what that system fans out with, and
//! each group a queue of its own, which its instances share.

use super::amount::{Duration, Size};
use super::error::ScenarioError;
use super::schema::Scenario;
use crate::cluster::options::{Application, ClientOptions, ClusterOptions, QueueServerOptions};
use crate::protocol::ids::QueueName;
use crate::protocol::queueing::ReceiveMode;
use crate::queueing::rabbitmq::exchange::ExchangeKind;
use crate::queueing::rabbitmq::options::{
    Binding, ExchangeOptions, Overflow, QueueKind, QueueOptions, RabbitMqOptions,
};
use crate::queueing::receiver::ReceiverKind;
use crate::queueing::sender::SenderKind;
use crate::queueing::service_bus::options::{EntityOptions, ServiceBusOptions};
use crate::queueing::sqs::options::{IN_FLIGHT_MAX, Redrive, SqsOptions, SqsQueueOptions};
use crate::sim::rng::Ratio;
use crate::sim::time::SimDuration;
use serde::Deserialize;

/// What carries the shop's orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum System {
    #[default]
    Kafka,
    Rabbitmq,
    Sqs,
    ServiceBus,
}

/// RabbitMQ's settings. Without a word: durable classic queues, persistent messages, confirms, a prefetch of 10.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RabbitMq {
    pub queue_type: QueueType,
    pub prefetch: u16,
    pub auto_ack: bool,
    /// A message that could not be processed goes back to its queue; otherwise it is refused for good.
    pub requeues_failed: bool,
    pub persistent: bool,
    pub mandatory: bool,
    pub confirms: bool,
    pub message_ttl: Option<Duration>,
    pub max_length: Option<u32>,
    pub overflow: OverflowWord,
    /// Gives every queue a dead-letter exchange, with a queue behind it.
    pub dead_letters: bool,
    /// Of quorum queues; 20 as in RabbitMQ 4.
    pub delivery_limit: u32,
    /// Bytes of messages above which publishers must wait.
    pub memory_limit: Size,
}

impl Default for RabbitMq {
    fn default() -> Self {
        Self {
            queue_type: QueueType::Classic,
            prefetch: 10,
            auto_ack: false,
            requeues_failed: true,
            persistent: true,
            mandatory: false,
            confirms: true,
            message_ttl: None,
            max_length: None,
            overflow: OverflowWord::DropHead,
            dead_letters: false,
            delivery_limit: 20,
            memory_limit: Size { bytes: 1 << 30 },
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QueueType {
    Classic,
    Quorum,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OverflowWord {
    DropHead,
    RejectPublish,
    RejectPublishDlx,
}

/// The settings of Amazon SQS. Without a word: standard queues, 30 s of visibility timeout, long polls of 20 s.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Sqs {
    /// FIFO queues: the customer is the message group.
    pub fifo: bool,
    pub visibility_timeout: Duration,
    /// Extends the visibility timeout as long as a message is in hand.
    pub extends_visibility: bool,
    /// Gives every queue a dead-letter queue for what was received so often.
    pub max_receive_count: Option<u32>,
    /// Messages of one receive, 1 to 10.
    pub max_messages: u8,
    pub wait_time: Duration,
    /// Of a thousand receives from a standard queue, so many leave the message visible.
    pub duplicates_per_thousand: u16,
    /// A standard queue hands out any of so many of its oldest messages.
    pub disorder: u16,
}

impl Default for Sqs {
    fn default() -> Self {
        Self {
            fifo: false,
            visibility_timeout: Duration(SimDuration::from_secs(30)),
            extends_visibility: false,
            max_receive_count: None,
            max_messages: 1,
            wait_time: Duration(SimDuration::from_secs(20)),
            duplicates_per_thousand: 1,
            disorder: 5,
        }
    }
}

/// The settings of Azure Service Bus. Without a word: peek-lock for 60 s, 10 deliveries, no sessions.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ServiceBus {
    /// The customer is the session.
    pub sessions: bool,
    pub lock_duration: Duration,
    pub renews_locks: bool,
    pub max_delivery_count: u32,
    /// Messages in a receiver's hands; at least one.
    pub prefetch: u32,
    pub receive_and_delete: bool,
    pub time_to_live: Option<Duration>,
    pub dead_letters_expired: bool,
    pub duplicate_window: Option<Duration>,
}

impl Default for ServiceBus {
    fn default() -> Self {
        Self {
            sessions: false,
            lock_duration: Duration(SimDuration::from_secs(60)),
            renews_locks: false,
            max_delivery_count: 10,
            prefetch: 1,
            receive_and_delete: false,
            time_to_live: None,
            dead_letters_expired: false,
            duplicate_window: None,
        }
    }
}

/// How long RabbitMQ's disk takes to make a message safe.
const SYNC_TIME: SimDuration = SimDuration::from_millis(5);
/// How long SQS keeps what nobody deletes.
const RETENTION: SimDuration = SimDuration::from_secs(4 * 24 * 3_600);

/// Puts another system in Kafka's place, when the scenario says so.
pub(super) fn replace_kafka(scenario: &Scenario, mut options: ClusterOptions) -> Result<ClusterOptions, ScenarioError> {
    let place = Place::new(scenario, &options.clients);
    let clients = std::mem::take(&mut options.clients);
    options.clients = clients
        .into_iter()
        .enumerate()
        .map(|(index, client)| place.client(client).ok_or_else(|| only_with_kafka(index)))
        .collect::<Result<_, _>>()?;
    options.queue_server = place.server();
    options.controllers.clear();
    options.brokers.clear();
    options.topics.clear();
    Ok(options)
}

fn only_with_kafka(index: usize) -> ScenarioError {
    ScenarioError::new(
        &format!("clients[{index}]"),
        "esta aplicação só existe com o Kafka".to_owned(),
        "this application exists with Kafka only".to_owned(),
    )
}

/// A topic, and a group that reads it.
struct Subscription {
    topic: QueueName,
    group: QueueName,
    /// Its services start later than the others.
    is_late: bool,
}

/// The system in place, and who talks to whom.
struct Place {
    system: System,
    rabbitmq: RabbitMq,
    sqs: Sqs,
    service_bus: ServiceBus,
    topics: Vec<QueueName>,
    subscriptions: Vec<Subscription>,
}

impl Place {
    fn new(scenario: &Scenario, clients: &[ClientOptions]) -> Self {
        let mut subscriptions: Vec<Subscription> = Vec::new();
        for client in clients {
            let Application::Service(service) = &client.application else { continue };
            for topic in &service.topics {
                let (topic, group) = (QueueName::new(topic.as_str()), QueueName::new(service.group.as_str()));
                if !subscriptions.iter().any(|known| known.topic == topic && known.group == group) {
                    subscriptions.push(Subscription { topic, group, is_late: client.starts_at.is_some() });
                }
            }
        }
        Self {
            system: scenario.broker,
            rabbitmq: scenario.rabbitmq.clone().unwrap_or_default(),
            sqs: scenario.sqs.clone().unwrap_or_default(),
            service_bus: scenario.service_bus.clone().unwrap_or_default(),
            topics: scenario.topics.iter().map(|topic| QueueName::new(&topic.name)).collect(),
            subscriptions,
        }
    }

    fn server(&self) -> Option<QueueServerOptions> {
        match self.system {
            System::Kafka => None,
            System::Rabbitmq => Some(QueueServerOptions::RabbitMq(self.rabbitmq_options())),
            System::Sqs => Some(QueueServerOptions::Sqs(self.sqs_options())),
            System::ServiceBus => Some(QueueServerOptions::ServiceBus(self.service_bus_options())),
        }
    }

    /// The queue of a group: `orders.email`, `orders-email` or `orders/email`, as each system writes it.
    fn queue(&self, topic: &QueueName, group: &QueueName) -> QueueName {
        let fifo = if self.sqs.fifo { ".fifo" } else { "" };
        QueueName::new(&match self.system {
            System::Kafka | System::Rabbitmq => format!("{topic}.{group}"),
            System::Sqs => format!("{topic}-{group}{fifo}"),
            System::ServiceBus => format!("{topic}/{group}"),
        })
    }

    fn queues_of(&self, topic: &QueueName) -> Vec<QueueName> {
        let own = self.subscriptions.iter().filter(|subscription| subscription.topic == *topic);
        own.map(|subscription| self.queue(topic, &subscription.group)).collect()
    }

    /// `None`: this application cannot run on another system.
    fn client(&self, client: ClientOptions) -> Option<ClientOptions> {
        let application = match client.application {
            Application::Checkout(checkout) if !checkout.calls.is_empty() => return None,
            Application::Checkout(checkout) => {
                let topic = QueueName::new(checkout.topic.as_str());
                let kind = self.sender(topic);
                Application::QueueCheckout(checkout, kind)
            }
            Application::Service(service) => {
                let group = QueueName::new(service.group.as_str());
                let topics = service.topics.iter().map(|topic| QueueName::new(topic.as_str()));
                let queues = topics.map(|topic| self.queue(&topic, &group)).collect();
                Application::QueueService(service, self.receiver(), queues)
            }
            Application::Load(_) | Application::ShareService(_) => return None,
            other @ (Application::QueueCheckout(..) | Application::QueueService(..)) => other,
        };
        Some(ClientOptions { application, ..client })
    }

    fn sender(&self, topic: QueueName) -> SenderKind {
        match self.system {
            System::Kafka | System::Rabbitmq => SenderKind::RabbitMq {
                routing_key: topic.clone(),
                exchange: topic,
                is_mandatory: self.rabbitmq.mandatory,
                is_persistent: self.rabbitmq.persistent,
                has_confirms: self.rabbitmq.confirms,
            },
            System::Sqs => SenderKind::Sqs { to: topic, has_groups: self.sqs.fifo },
            System::ServiceBus => SenderKind::ServiceBus { to: topic, has_sessions: self.service_bus.sessions },
        }
    }

    fn receiver(&self) -> ReceiverKind {
        match self.system {
            System::Kafka | System::Rabbitmq => ReceiverKind::RabbitMq {
                prefetch: self.rabbitmq.prefetch,
                auto_ack: self.rabbitmq.auto_ack,
                requeues_failed: self.rabbitmq.requeues_failed,
            },
            System::Sqs => ReceiverKind::Sqs {
                max_messages: self.sqs.max_messages,
                wait: self.sqs.wait_time.0,
                visibility_timeout: self.sqs.visibility_timeout.0,
                extends_visibility: self.sqs.extends_visibility,
            },
            System::ServiceBus => ReceiverKind::ServiceBus {
                prefetch: self.service_bus.prefetch,
                mode: if self.service_bus.receive_and_delete {
                    ReceiveMode::ReceiveAndDelete
                } else {
                    ReceiveMode::PeekLock
                },
                has_sessions: self.service_bus.sessions,
                lock_duration: self.service_bus.lock_duration.0,
                renews_locks: self.service_bus.renews_locks,
            },
        }
    }

    fn rabbitmq_options(&self) -> RabbitMqOptions {
        let said = &self.rabbitmq;
        let mut options = RabbitMqOptions {
            exchanges: Vec::new(),
            queues: Vec::new(),
            bindings: Vec::new(),
            memory_limit: said.memory_limit.bytes,
            sync_time: SYNC_TIME,
        };
        let fanout = |name: QueueName| ExchangeOptions { name, kind: ExchangeKind::Fanout };
        options.exchanges.extend(self.topics.iter().cloned().map(fanout));
        for Subscription { topic, group, is_late } in &self.subscriptions {
            let name = self.queue(topic, group);
            let is_quorum = said.queue_type == QueueType::Quorum;
            let dead = QueueName::new(&format!("{name}.dead"));
            options.queues.push(QueueOptions {
                kind: if is_quorum { QueueKind::Quorum } else { QueueKind::Classic },
                is_declared_by_consumer: *is_late,
                message_ttl: said.message_ttl.map(|time| time.0),
                max_length: said.max_length,
                overflow: match said.overflow {
                    OverflowWord::DropHead => Overflow::DropHead,
                    OverflowWord::RejectPublish => Overflow::RejectPublish,
                    OverflowWord::RejectPublishDlx => Overflow::RejectPublishDeadLetter,
                },
                // The default exchange hands it to the queue that is called like the key.
                dead_letter_exchange: said.dead_letters.then(|| QueueName::new("")),
                dead_letter_routing_key: said.dead_letters.then(|| dead.clone()),
                delivery_limit: is_quorum.then_some(said.delivery_limit),
                ..QueueOptions::classic(name.as_str())
            });
            let (exchange, key) = (topic.clone(), QueueName::new(""));
            options.bindings.push(Binding { exchange, key, queue: name });
            if said.dead_letters {
                options.queues.push(QueueOptions { is_dead_letter: true, ..QueueOptions::classic(dead.as_str()) });
            }
        }
        options
    }

    fn sqs_options(&self) -> SqsOptions {
        let said = &self.sqs;
        let mut queues = Vec::new();
        for Subscription { topic, group, .. } in &self.subscriptions {
            let name = self.queue(topic, group);
            let dead = self.queue(topic, &QueueName::new(&format!("{group}-dead")));
            let queue = SqsQueueOptions {
                name,
                is_fifo: said.fifo,
                visibility_timeout: said.visibility_timeout.0,
                retention: RETENTION,
                redrive: said
                    .max_receive_count
                    .map(|max_receive_count| Redrive { dead_letter_queue: dead.clone(), max_receive_count }),
                in_flight_max: IN_FLIGHT_MAX,
                is_dead_letter: false,
            };
            let dead = SqsQueueOptions { name: dead, redrive: None, is_dead_letter: true, ..queue.clone() };
            let has_dead = queue.redrive.is_some();
            queues.push(queue);
            queues.extend(has_dead.then_some(dead));
        }
        SqsOptions {
            queues,
            topics: self.topics.iter().map(|topic| (topic.clone(), self.queues_of(topic))).collect(),
            duplicates: Ratio::new(u64::from(said.duplicates_per_thousand.min(1_000)), 1_000),
            disorder: u32::from(said.disorder),
        }
    }

    fn service_bus_options(&self) -> ServiceBusOptions {
        let said = &self.service_bus;
        let entity = |Subscription { topic, group, .. }: &Subscription| EntityOptions {
            lock_duration: said.lock_duration.0,
            max_delivery_count: said.max_delivery_count,
            requires_session: said.sessions,
            time_to_live: said.time_to_live.map(|time| time.0),
            dead_letters_expired: said.dead_letters_expired,
            duplicate_window: said.duplicate_window.map(|time| time.0),
            ..EntityOptions::new(self.queue(topic, group).as_str())
        };
        ServiceBusOptions {
            entities: self.subscriptions.iter().map(entity).collect(),
            topics: self.topics.iter().map(|topic| (topic.clone(), self.queues_of(topic))).collect(),
        }
    }
}

/// Topics that applications name must be there on every system.
pub(super) fn check_topics(scenario: &Scenario, topic: &str) -> Result<(), ScenarioError> {
    let known = || scenario.topics.iter().map(|topic| topic.name.as_str());
    if known().any(|name| name == topic) {
        Ok(())
    } else {
        Err(super::error::unknown("tópico", "topic", topic, known()))
    }
}
