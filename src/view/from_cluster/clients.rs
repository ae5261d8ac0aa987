//! Checkout and other producers.

use super::{History, since, state};
use crate::cluster::process::{Actor, Process};
use crate::cluster::world::Cluster;
use crate::kafka::producer::Producer;
use crate::protocol::config::PRODUCER_PROPERTIES;
use crate::protocol::ids::TopicName;
use crate::view::broker_view::Gauge;
use crate::view::client_view::{CustomerView, ProducerView};
use crate::view::mark::KeyMark;
use std::sync::Arc;

/// What a producer's card always shows.
const ON_THE_CARD: [&str; 2] = ["acks", "linger.ms"];
/// How many customers are drawn one by one.
const CUSTOMERS_MAX: u16 = 12;
/// How far back an order may be whose customer still waits.
const ORDERS_BACK: usize = 256;

pub(super) fn producers(cluster: &Cluster, history: History<'_>) -> Vec<ProducerView> {
    cluster.processes.iter().filter_map(|process| producer(cluster, process, history)).collect()
}

fn producer(cluster: &Cluster, process: &Process, history: History<'_>) -> Option<ProducerView> {
    let client = process.client()?;
    let (producer, topic, customers) = match &process.actor {
        Actor::Checkout(checkout) => (&checkout.producer, &checkout.options.topic, customers(cluster, checkout.options.customers)),
        Actor::Load(load) => (&load.producer, &load.options.topic, Vec::new()),
        Actor::Controller(_) | Actor::Broker(_) | Actor::Service(_) => return None,
    };
    let blocked = if let Actor::Checkout(checkout) = &process.actor { checkout.waiting_customers().1 as u32 } else { 0 };
    Some(ProducerView {
        client,
        name: Arc::clone(&process.name),
        state: state(process),
        since: since(history, process),
        topic: topic_id(cluster, topic)?,
        customers,
        buffer: Gauge { used: 0, capacity: producer.config().buffer_memory.max(0) as u64 },
        in_flight: Gauge { used: 0, capacity: producer.config().max_in_flight_requests_per_connection.max(0) as u64 },
        batches: Vec::new(),
        blocked_since: None,
        blocked_calls: blocked,
        sent: cluster.records.accepted(),
        acknowledged: cluster.records.acknowledged(),
        failed: cluster.records.failed(),
        settings: settings(producer),
    })
}

fn topic_id(cluster: &Cluster, name: &TopicName) -> Option<crate::protocol::ids::TopicId> {
    cluster.image()?.topic_named(name).map(|topic| topic.topic)
}

fn settings(producer: &Producer) -> Vec<(&'static str, Arc<str>)> {
    let config = producer.config();
    let is_shown = |name: &str, default: &str, value: &str| ON_THE_CARD.contains(&name) || value != default;
    let all = PRODUCER_PROPERTIES.iter().filter_map(|property| Some((property, config.get(property.name)?)));
    all.filter(|(property, value)| is_shown(property.name, property.default, value)).map(|(property, value)| (property.name, Arc::from(value))).collect()
}

fn customers(cluster: &Cluster, count: u16) -> Vec<CustomerView> {
    let entries = cluster.ledger.entries();
    let is_waiting = |customer: u16| {
        let newest = entries.iter().rev().take(ORDERS_BACK);
        newest.filter(|entry| entry.customer == customer && entry.answered_at.is_none() && entry.failed.is_none()).last().map(|entry| entry.order)
    };
    (0..count.min(CUSTOMERS_MAX))
        .map(|customer| CustomerView { customer, key: KeyMark::of_number(u64::from(customer)), waiting: is_waiting(customer) })
        .collect()
}
