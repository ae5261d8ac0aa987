//! The other messaging systems of the course: RabbitMQ, Amazon SQS and Azure Service Bus, each as one actor in the same
//! world as Kafka's, and the clients that the shop holds of them. Like Kafka's actors they ask, and the cluster acts.

pub mod rabbitmq;
pub mod sqs;
pub mod service_bus;
pub mod sender;
pub mod receiver;
#[cfg(test)]
mod testing;

use crate::protocol::ids::Node;
use crate::protocol::message::Message;
use crate::protocol::queueing::QueueInspection;
use crate::protocol::timer::Timer;
use crate::sim::rng::Seed;
use crate::trace::Outbox;
use rabbitmq::RabbitMq;
use rabbitmq::options::RabbitMqOptions;
use service_bus::ServiceBus;
use service_bus::options::ServiceBusOptions;
use sqs::Sqs;
use sqs::options::SqsOptions;

/// Which system, and what it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueServerOptions {
    RabbitMq(RabbitMqOptions),
    Sqs(SqsOptions),
    ServiceBus(ServiceBusOptions),
}

impl QueueServerOptions {
    /// What a person calls it.
    pub const fn product(&self) -> &'static str {
        match self {
            Self::RabbitMq(_) => "RabbitMQ",
            Self::Sqs(_) => "Amazon SQS",
            Self::ServiceBus(_) => "Azure Service Bus",
        }
    }
}

/// One of these systems, running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueServer {
    RabbitMq(RabbitMq),
    Sqs(Sqs),
    ServiceBus(ServiceBus),
}

impl QueueServer {
    pub fn new(options: QueueServerOptions, seed: Seed) -> Self {
        match options {
            QueueServerOptions::RabbitMq(options) => Self::RabbitMq(RabbitMq::new(options)),
            QueueServerOptions::Sqs(options) => Self::Sqs(Sqs::new(options, seed)),
            QueueServerOptions::ServiceBus(options) => Self::ServiceBus(ServiceBus::new(options)),
        }
    }

    pub fn on_start(&mut self, out: &mut Outbox) {
        match self {
            Self::RabbitMq(server) => server.on_start(out),
            Self::Sqs(server) => server.on_start(out),
            Self::ServiceBus(server) => server.on_start(out),
        }
    }
    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        match self {
            Self::RabbitMq(server) => server.on_message(from, message, out),
            Self::Sqs(server) => server.on_message(from, message, out),
            Self::ServiceBus(server) => server.on_message(from, message, out),
        }
    }
    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match self {
            Self::RabbitMq(server) => server.on_timer(timer, out),
            Self::Sqs(server) => server.on_timer(timer, out),
            Self::ServiceBus(server) => server.on_timer(timer, out),
        }
    }
    pub fn on_crash(&mut self, out: &mut Outbox) {
        match self {
            Self::RabbitMq(server) => server.on_crash(out),
            Self::Sqs(server) => server.on_crash(),
            Self::ServiceBus(server) => server.on_crash(),
        }
    }

    /// Every queue as it stands.
    pub fn inspect(&self) -> Vec<QueueInspection> {
        match self {
            Self::RabbitMq(server) => server.inspect(),
            Self::Sqs(server) => server.inspect(),
            Self::ServiceBus(server) => server.inspect(),
        }
    }
}
