//! Brokers, controllers, links, partitions and replicas, in Kafka's names.

use super::row;
use crate::protocol::ids::{BrokerId, ControllerId, Node, TopicPartition};
use crate::view::broker_view::Gauge;
use crate::view::cluster_view::ClusterView;
use crate::view::inspector_view::{Field, InspectorRow, Value};
use crate::view::selection::Selection;

type Inspected = (Vec<InspectorRow>, Vec<Selection>);

pub(super) fn share(gauge: Gauge) -> Value {
    Value::Share { used: gauge.used, capacity: gauge.capacity }
}

pub(super) fn broker(view: &ClusterView, id: BrokerId) -> Option<Inspected> {
    let broker = view.broker(id)?;
    let mut rows = vec![
        row(Field::State, Value::Process(broker.state, broker.since)),
        row(Field::Registration, Value::Registration(broker.registration)),
        row(Field::Rack, broker.rack.as_ref().map_or(Value::Nothing, |rack| Value::Name(rack.0.clone()))),
        row(Field::LeaderCount, Value::Number(i64::from(broker.leader_count))),
        row(Field::MetadataOffset, Value::Offset(broker.metadata_offset)),
        row(Field::RequestQueue, share(broker.request_queue)),
        row(Field::PageCache, Value::Bytes(broker.page_cache.used)),
        row(Field::DiskSlowFactor, Value::Factor(broker.disk_slow_factor)),
    ];
    let groups: Vec<String> = broker.coordinates.iter().map(ToString::to_string).collect();
    rows.push(row(
        Field::Coordinates,
        if groups.is_empty() { Value::Nothing } else { Value::Name(groups.join(", ").into()) },
    ));
    let related = broker.replicas.iter().map(|replica| Selection::Replica(id, replica.partition)).collect();
    Some((rows, related))
}

pub(super) fn controller(view: &ClusterView, id: ControllerId) -> Option<Inspected> {
    let controller = view.quorum.controllers.iter().find(|controller| controller.id == id)?;
    let rows = vec![
        row(Field::State, Value::Process(controller.state, controller.since)),
        row(Field::Role, Value::Quorum(controller.role)),
        row(Field::QuorumEpoch, Value::Number(i64::from(controller.epoch.0))),
        row(
            Field::VotedFor,
            controller.voted_for.map_or(Value::Nothing, |voted| Value::Node(Some(Node::Controller(voted)))),
        ),
        row(Field::LogEndOffset, Value::Offset(controller.log_end_offset)),
        row(Field::HighWatermark, Value::Offset(view.quorum.high_watermark)),
    ];
    Some((rows, Vec::new()))
}

pub(super) fn link(view: &ClusterView, from: Node, to: Node) -> Inspected {
    let ways = [view.link(from, to), view.link(to, from)];
    let is_cut = ways.iter().flatten().any(|link| link.is_cut);
    let delay = ways.iter().flatten().map(|link| link.extra_delay).max();
    let mut rows = vec![row(Field::State, Value::Cut(is_cut))];
    if let Some(delay) = delay.filter(|delay| delay.as_nanos() > 0) {
        rows.push(row(Field::Delay, Value::Lasting(Some(delay))));
    }
    (rows, [from, to].into_iter().map(of_node).collect())
}

/// A process as a thing to select.
pub(super) fn of_node(node: Node) -> Selection {
    match node {
        Node::Controller(id) => Selection::Controller(id),
        Node::Broker(id) => Selection::Broker(id),
        Node::Client(id) => Selection::Client(id),
        Node::Server(id) => Selection::Server(id),
    }
}

pub(super) fn partition(view: &ClusterView, id: TopicPartition) -> Option<Inspected> {
    let partition = view.partition(id)?;
    let rows = vec![
        row(Field::Leader, Value::Node(partition.leader.map(Node::Broker))),
        row(Field::LeaderEpoch, Value::Number(i64::from(partition.leader_epoch.0))),
        row(Field::Replicas, Value::Brokers(partition.replicas.clone())),
        row(Field::Isr, Value::Brokers(partition.isr.clone())),
        row(Field::Elr, Value::Brokers(partition.elr.clone())),
        row(Field::LogStartOffset, Value::Offset(partition.log_start_offset)),
        row(Field::HighWatermark, Value::Offset(partition.high_watermark)),
        row(Field::LogEndOffset, Value::Offset(partition.log_end_offset)),
    ];
    Some((rows, partition.replicas.iter().map(|broker| Selection::Replica(*broker, id)).collect()))
}

pub(super) fn replica(view: &ClusterView, broker: BrokerId, id: TopicPartition) -> Option<Inspected> {
    let replica = view.broker(broker)?.replica(id)?;
    let rows = vec![
        row(Field::Role, Value::Replica(replica.role)),
        row(Field::Isr, view.partition(id).map_or(Value::Nothing, |partition| Value::Brokers(partition.isr.clone()))),
        row(Field::LeaderEpoch, Value::Number(i64::from(replica.leader_epoch.0))),
        row(Field::LogStartOffset, Value::Offset(replica.log_start_offset)),
        row(Field::HighWatermark, Value::Offset(replica.high_watermark)),
        row(Field::LogEndOffset, Value::Offset(replica.log_end_offset)),
        row(Field::FlushedOffset, Value::Offset(replica.flushed_offset)),
        row(Field::Size, Value::Bytes(replica.size_bytes)),
    ];
    Some((rows, vec![Selection::Broker(broker), Selection::Partition(id)]))
}
