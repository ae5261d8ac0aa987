//! RabbitMQ, SQS or Service Bus, when the shop runs on one of them.

use super::{History, since, state};
use crate::cluster::process::{Actor, Process};
use crate::cluster::world::{Cluster, QUEUE_SERVER};
use crate::protocol::queueing::{QueueInspection, QueuedMessage};
use crate::protocol::record::{Bytes, Record};
use crate::queueing::QueueServer;
use crate::view::mark::KeyMark;
use crate::view::queue_view::{MESSAGES_MAX, QueueClientView, QueueServerView, QueueView, QueuedView};
use std::sync::Arc;

pub(super) fn server(cluster: &Cluster, history: History<'_>) -> Option<QueueServerView> {
    let (process, server) = cluster.queue_server()?;
    let clients = || cluster.processes.iter().filter_map(|process| client(process, history));
    let mut ordered: Vec<QueueClientView> = clients().filter(|client| client.is_sender).collect();
    ordered.extend(clients().filter(|client| !client.is_sender));
    Some(QueueServerView {
        id: QUEUE_SERVER,
        product: cluster.options.queue_server.as_ref().map_or("", |options| options.product()),
        state: state(process),
        since: since(history, process),
        is_alarmed: matches!(server, QueueServer::RabbitMq(rabbitmq) if rabbitmq.is_alarmed()),
        queues: server.inspect().into_iter().map(queue).collect(),
        clients: ordered,
    })
}

fn queue(queue: QueueInspection) -> QueueView {
    let pictures = |messages: &[QueuedMessage]| messages.iter().take(MESSAGES_MAX).map(queued).collect();
    QueueView {
        name: Arc::clone(&queue.name.0),
        is_dead_letter: queue.is_dead_letter,
        ready_count: queue.ready.len() as u32,
        in_flight_count: queue.in_flight.len() as u32,
        ready: pictures(&queue.ready),
        in_flight: pictures(&queue.in_flight),
    }
}

fn queued(message: &QueuedMessage) -> QueuedView {
    QueuedView { record: message.record, key: mark(message.key.as_ref()), count: message.count }
}

fn of_record(record: &Record, count: u32) -> QueuedView {
    QueuedView { record: record.id, key: mark(record.key.as_ref()), count }
}

fn mark(key: Option<&Bytes>) -> KeyMark {
    KeyMark::of_key(key.and_then(|key| std::str::from_utf8(key).ok()))
}

fn client(process: &Process, history: History<'_>) -> Option<QueueClientView> {
    let (is_sender, is_blocked, queues, held) = match &process.actor {
        Actor::QueueCheckout(checkout) => {
            let pending: Vec<QueuedView> = checkout.sender.pending().map(|record| of_record(record, 0)).collect();
            (true, checkout.sender.is_blocked(), Vec::new(), pending)
        }
        Actor::QueueService(service) => {
            let in_hand = service.receiver.in_hand().iter();
            let held = in_hand.map(|received| of_record(&received.record, received.count)).collect();
            let queues = service.receiver.queues().iter().map(|queue| Arc::clone(&queue.0)).collect();
            (false, false, queues, held)
        }
        Actor::Controller(_)
        | Actor::Broker(_)
        | Actor::Checkout(_)
        | Actor::Service(_)
        | Actor::ShareService(_)
        | Actor::Load(_)
        | Actor::QueueServer(_) => return None,
    };
    Some(QueueClientView {
        client: process.client()?,
        name: Arc::clone(&process.name),
        state: state(process),
        since: since(history, process),
        is_sender,
        queues,
        held_count: held.len() as u32,
        held: if process.state.is_up() { held.into_iter().take(MESSAGES_MAX).collect() } else { Vec::new() },
        is_blocked,
        talks_to: QUEUE_SERVER,
    })
}
