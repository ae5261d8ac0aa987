//! Records, orders and customers: where they are and what was done for them.

use super::row;
use crate::cluster::records::RecordOutcome;
use crate::cluster::world::Cluster;
use crate::protocol::ids::{BrokerId, OrderId, RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::view::cluster_view::ClusterView;
use crate::view::from_cluster;
use crate::view::inspector_view::{Field, InspectorRow, Value};
use crate::view::ledger_view::OrderView;
use crate::view::mark::KeyMark;
use crate::view::selection::Selection;

type Inspected = (Vec<InspectorRow>, Vec<Selection>);

/// How many orders of a customer are offered.
const ORDERS_MAX: usize = 8;

pub(super) fn record(cluster: &Cluster, view: &ClusterView, id: RecordId) -> Option<Inspected> {
    let fate = cluster.records.get(id)?;
    let (copies, offset) = copies(cluster, fate.partition, id);
    let acknowledged = match fate.outcome {
        RecordOutcome::Acknowledged { .. } => Value::Times(1),
        RecordOutcome::Pending | RecordOutcome::Failed { .. } => Value::Times(0),
    };
    let key = view
        .brokers
        .iter()
        .flat_map(|broker| &broker.replicas)
        .flat_map(|replica| &replica.cells)
        .find(|cell| cell.record == id)
        .map(|cell| cell.key);
    let rows = vec![
        row(Field::Partition, Value::Partitions(vec![fate.partition])),
        row(Field::Offset, offset.map_or(Value::Nothing, Value::Offset)),
        row(Field::Key, key.map_or(Value::Nothing, Value::Key)),
        row(Field::CopiesOn, Value::Brokers(copies)),
        row(Field::Acknowledged, acknowledged),
        row(Field::Done, Value::Times(u32::from(fate.processed))),
    ];
    let order = cluster.ledger.entry(OrderId((id.0 & 0xffff_ffff) as u32)).filter(|entry| entry.record == Some(id));
    let mut related = vec![Selection::Partition(fate.partition)];
    related.extend(order.map(|entry| Selection::Order(entry.order)));
    Some((rows, related))
}

/// The brokers that hold a record, and at which offset.
fn copies(cluster: &Cluster, partition: TopicPartition, id: RecordId) -> (Vec<BrokerId>, Option<Offset>) {
    let mut offset = None;
    let mut holders = Vec::new();
    for (_, broker) in cluster.brokers() {
        let Some(log) = broker.disk.logs.get(&partition) else { continue };
        let found =
            log.batches().rev().find_map(|batch| batch.iter().find(|(_, record)| record.id == id).map(|(at, _)| at));
        if let Some(at) = found {
            holders.push(broker.id);
            offset = Some(at);
        }
    }
    (holders, offset)
}

pub(super) fn order(cluster: &Cluster, id: OrderId) -> Option<Inspected> {
    let order = from_cluster::order(cluster, id)?;
    let times = |mark: crate::view::ledger_view::Mark| Value::Times(mark.times);
    let rows = vec![
        row(Field::Customer, Value::Key(order.key)),
        row(Field::PlacedAt, Value::At(Some(order.placed_at))),
        row(Field::Paid, Value::At(order.paid.first_at)),
        row(Field::AnsweredAfter, Value::Lasting(order.answered_after)),
        row(Field::Mailed, times(order.mailed)),
        row(Field::Reserved, times(order.reserved)),
        row(Field::Counted, times(order.counted)),
        row(Field::Notified, times(order.notified)),
    ];
    Some((rows, related_to(&order)))
}

fn related_to(order: &OrderView) -> Vec<Selection> {
    let mut related = vec![Selection::Customer(order.customer)];
    related.extend(order.record.map(Selection::Record));
    related
}

pub(super) fn customer(cluster: &Cluster, customer: u16) -> Option<Inspected> {
    let entries = cluster.ledger.entries();
    let own: Vec<OrderId> = entries
        .iter()
        .rev()
        .filter(|entry| entry.customer == customer)
        .map(|entry| entry.order)
        .take(ORDERS_MAX)
        .collect();
    let count = entries.iter().filter(|entry| entry.customer == customer).count();
    let rows = vec![
        row(Field::Key, Value::Key(KeyMark::of_number(u64::from(customer)))),
        row(Field::Orders, Value::Number(count as i64)),
    ];
    Some((rows, own.into_iter().map(Selection::Order).collect()))
}
