//! Checkout and other producers.

use super::brokers::key_mark;
use super::{History, since, state};
use crate::cluster::process::{Actor, Process};
use crate::cluster::world::Cluster;
use crate::kafka::accumulator::batch::ProducerBatch;
use crate::kafka::producer::Producer;
use crate::protocol::config::{PRODUCER_PROPERTIES, millis};
use crate::protocol::ids::TopicName;
use crate::sim::time::SimTime;
use crate::view::broker_view::Gauge;
use crate::view::client_view::{BatchState, BatchView, CustomerView, ProducerView};
use crate::view::flight_view::FLIGHT_RECORDS_MAX;
use crate::view::mark::KeyMark;
use std::sync::Arc;

/// What a producer's card always shows.
const ON_THE_CARD: [&str; 2] = ["acks", "linger.ms"];
/// How many settings a card shows.
const SETTINGS_MAX: usize = 4;
/// How many batches are shown of one producer.
const BATCHES_MAX: usize = 12;
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
        Actor::Checkout(checkout) => {
            (&checkout.producer, &checkout.options.topic, customers(cluster, checkout.options.customers))
        }
        Actor::Load(load) => (&load.producer, &load.options.topic, Vec::new()),
        Actor::Controller(_)
        | Actor::Broker(_)
        | Actor::Service(_)
        | Actor::ShareService(_)
        | Actor::QueueServer(_)
        | Actor::QueueCheckout(_)
        | Actor::QueueService(_) => return None,
    };
    Some(ProducerView {
        client,
        name: Arc::clone(&process.name),
        state: state(process),
        since: since(history, process),
        topic: topic_id(cluster, topic)?,
        customers,
        paying: if let Actor::Checkout(checkout) = &process.actor { checkout.waiting_customers().0 as u32 } else { 0 },
        buffer: buffer(producer),
        in_flight: Gauge {
            used: producer.in_flight().map(|(_, requests)| u64::from(requests)).max().unwrap_or(0),
            capacity: producer.config().max_in_flight_requests_per_connection.max(0) as u64,
        },
        batches: if process.state.is_up() { batches(producer, cluster.now()) } else { Vec::new() },
        blocked_since: producer.blocked().first().map(|call| call.since),
        blocked_calls: producer.blocked().len() as u32,
        sent: cluster.records.accepted(),
        acknowledged: cluster.records.acknowledged(),
        failed: cluster.records.failed(),
        settings: settings(producer),
    })
}

fn buffer(producer: &Producer) -> Gauge {
    let (used, capacity) = producer.buffer();
    Gauge { used, capacity }
}

/// Batches that are on their way first, then those that wait, by partition.
fn batches(producer: &Producer, now: SimTime) -> Vec<BatchView> {
    let linger = millis(producer.config().linger_ms);
    let on_their_way =
        producer.in_flight_batches().iter().map(|sent| batch(&sent.batch, BatchState::InFlight(sent.broker)));
    let waiting = producer.queued_partitions().flat_map(|partition| producer.queued(partition)).map(|queued| {
        let is_ready = queued.is_full() || queued.attempts > 0 || queued.waited(now) >= linger;
        batch(queued, if is_ready { BatchState::Ready } else { BatchState::Filling })
    });
    on_their_way.chain(waiting).take(BATCHES_MAX).collect()
}

fn batch(batch: &ProducerBatch, state: BatchState) -> BatchView {
    BatchView {
        partition: batch.partition,
        state,
        bytes: u64::from(batch.estimated_size()),
        attempt: batch.attempts + u32::from(matches!(state, BatchState::InFlight(_))),
        records: batch.records().iter().take(FLIGHT_RECORDS_MAX).map(|record| (record.id, key_mark(record))).collect(),
        record_count: batch.record_count().max(0) as u32,
    }
}

fn topic_id(cluster: &Cluster, name: &TopicName) -> Option<crate::protocol::ids::TopicId> {
    let known = cluster.image().and_then(|image| image.topic_named(name)).map(|topic| topic.topic);
    known.or_else(|| {
        super::metadata::expected_topics(cluster).into_iter().find(|topic| topic.name == name.0).map(|topic| topic.id)
    })
}

fn settings(producer: &Producer) -> Vec<(&'static str, Arc<str>)> {
    let config = producer.config();
    let is_shown = |name: &str, default: &str, value: &str| ON_THE_CARD.contains(&name) || value != default;
    let all = PRODUCER_PROPERTIES.iter().filter_map(|property| Some((property, config.get(property.name)?)));
    let shown = all.filter(|(property, value)| is_shown(property.name, property.default, value));
    shown.map(|(property, value)| (property.name, Arc::from(value))).take(SETTINGS_MAX).collect()
}

fn customers(cluster: &Cluster, count: u16) -> Vec<CustomerView> {
    let entries = cluster.ledger.entries();
    let is_waiting = |customer: u16| {
        let newest = entries.iter().rev().take(ORDERS_BACK);
        newest
            .filter(|entry| entry.customer == customer && entry.answered_at.is_none() && entry.failed.is_none())
            .last()
            .map(|entry| entry.order)
    };
    (0..count.min(CUSTOMERS_MAX))
        .map(|customer| CustomerView {
            customer,
            key: KeyMark::of_number(u64::from(customer)),
            waiting: is_waiting(customer),
        })
        .collect()
}
