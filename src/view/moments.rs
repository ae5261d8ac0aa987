//! More hand-made moments: what the fixture becomes when other things go wrong, or when there is more of it. Drawings and
//! markup tests start from them.

use super::broker_view::{
    BrokerView, CellView, ControllerView, Gauge, PartitionView, ProcessState, QuorumRole, Registration, ReplicaRole,
    TruncationView,
};
use super::client_view::{GroupState, PositionView};
use super::cluster_view::{ClusterView, LinkView};
use super::fixture;
use super::ledger_view::{Mark, OrderFate};
use crate::protocol::ids::{BrokerId, ClientId, Node, PartitionIndex, TopicPartition};
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::sim::time::{SimDuration, SimTime};

/// All of them, by name.
pub fn moments() -> Vec<(&'static str, ClusterView)> {
    vec![
        ("leader-killed", fixture::cluster()),
        ("at-rest", fixture::cluster()),
        ("followed", calm()),
        ("calm", calm()),
        ("truncated", truncated()),
        ("troubled", troubled()),
        ("election", election()),
        ("isolated", isolated()),
        ("beginning", beginning()),
        ("twelve-partitions", grown(3, 12)),
        ("six-brokers", grown(6, 6)),
        ("twenty-five-brokers", grown(25, 12)),
        ("hundred-brokers", grown(100, 30)),
    ]
}

fn up(broker: &mut BrokerView) {
    broker.state = ProcessState::Running;
    broker.since = SimTime::ZERO;
    broker.registration = Registration::Unfenced;
    broker.request_queue = Gauge { used: 12, capacity: 500 };
    broker.page_cache = Gauge { used: 2_100_000, capacity: 12_000_000 };
    broker.disk = Gauge { used: 90_000, capacity: 1_000_000 };
    broker.metadata_offset = Offset(318);
}

/// Nothing is wrong.
pub fn calm() -> ClusterView {
    let mut view = fixture::cluster();
    view.links.clear();
    let source = view.brokers[1].replicas.clone();
    let broker = &mut view.brokers[0];
    up(broker);
    broker.leader_count = 0;
    for (replica, source) in broker.replicas.iter_mut().zip(source) {
        *replica = source;
        replica.role = ReplicaRole::Follower;
        replica.cells.iter_mut().for_each(|cell| cell.is_committed = cell.offset < replica.high_watermark);
    }
    for partition in view.topics.iter_mut().flat_map(|topic| &mut topic.partitions) {
        partition.isr = partition.replicas.clone();
    }
    view
}

/// A leader that came back has cut off what its successor never had, and one order of it was lost.
pub fn truncated() -> ClusterView {
    let mut view = calm();
    let replica = &mut view.brokers[0].replicas[0];
    let end = replica.log_end_offset;
    let cut: Vec<CellView> = replica.cells.iter().rev().take(3).rev().copied().collect();
    replica.cells.retain(|cell| cell.offset.0 < end.0 - 3);
    replica.log_end_offset = Offset(end.0 - 3);
    replica.high_watermark = replica.log_end_offset;
    replica.in_isr = false;
    replica.ghost = Some(TruncationView { at: view.now, cells: cut });
    if let Some(order) = view.orders.get_mut(2) {
        order.fate = OrderFate::Lost;
    }
    if let Some(order) = view.orders.get_mut(3) {
        order.mailed = Mark { times: 2, first_at: Some(order.placed_at) };
    }
    view
}

/// A slow disk, a paused broker, a full buffer, a group that shares out its partitions anew.
pub fn troubled() -> ClusterView {
    let mut view = calm();
    view.brokers[0].state = ProcessState::Paused;
    view.brokers[0].since = SimTime::from_millis(18_400);
    view.brokers[0].registration = Registration::Fenced;
    for replica in &mut view.brokers[0].replicas {
        replica.in_isr = false;
        replica.log_end_offset = Offset(replica.log_end_offset.0 - 30);
        replica.high_watermark = replica.log_end_offset;
        replica.cells.clear();
    }
    view.brokers[1].disk_slow_factor = 20;
    view.brokers[1].disk = Gauge { used: 980_000, capacity: 1_000_000 };
    view.brokers[1].page_cache = Gauge { used: 12_000_000, capacity: 12_000_000 };
    view.brokers[1].request_queue = Gauge { used: 430, capacity: 500 };
    let checkout = &mut view.producers[0];
    checkout.buffer = Gauge { used: 100, capacity: 100 };
    checkout.blocked_since = Some(SimTime::from_millis(20_100));
    let batches = checkout.batches.clone();
    checkout.batches.extend(batches.iter().cloned().chain(batches.iter().cloned()));
    view.groups[1].state = GroupState::PreparingRebalance;
    view.groups[1].members[2].state = ProcessState::Crashed;
    view.groups[3].lag = 214;
    for position in &mut view.groups[3].positions {
        (position.committed, position.lag) = (Some(Offset(0)), Some(71));
    }
    view
}

/// The quorum has no leader, and neither has a partition.
pub fn election() -> ClusterView {
    let mut view = fixture::cluster();
    view.quorum.leader = None;
    let roles = [QuorumRole::Unattached, QuorumRole::Leader, QuorumRole::Candidate];
    for (controller, role) in view.quorum.controllers.iter_mut().zip(roles) {
        let ControllerView { id, .. } = *controller;
        controller.role = role;
        controller.state = if id.0 == 2 { ProcessState::Crashed } else { ProcessState::Running };
        controller.voted_for = Some(crate::protocol::ids::ControllerId(3));
    }
    view.topics[0].partitions[0].leader = None;
    for replica in view.brokers[1..].iter_mut().map(|broker| &mut broker.replicas[0]) {
        replica.role = ReplicaRole::Follower;
        replica.in_isr = false;
    }
    view
}

/// Broker 2 is cut off from everyone.
pub fn isolated() -> ClusterView {
    let mut view = calm();
    let lone = Node::Broker(BrokerId(2));
    let clients = (0..8).map(|id| Node::Client(ClientId(id)));
    let brokers = [1, 3].map(|id| Node::Broker(BrokerId(id)));
    let controllers = view.quorum.controllers.iter().map(|controller| Node::Controller(controller.id));
    let cut = |from, to| LinkView { from, to, is_cut: true, extra_delay: SimDuration::ZERO };
    view.links =
        clients.chain(brokers).chain(controllers).flat_map(|other| [cut(lone, other), cut(other, lone)]).collect();
    view
}

/// The first moments of a run: short logs, no orders yet.
pub fn beginning() -> ClusterView {
    let mut view = calm();
    view.orders.clear();
    for replica in view.brokers.iter_mut().flat_map(|broker| &mut broker.replicas) {
        let records = i64::from(replica.partition.partition.0);
        replica.cells.truncate(records as usize);
        for (offset, cell) in replica.cells.iter_mut().enumerate() {
            (cell.offset, cell.is_committed) = (Offset(offset as i64), true);
        }
        replica.log_start_offset = Offset::ZERO;
        (replica.log_end_offset, replica.high_watermark) = (Offset(records), Offset(records));
    }
    for position in view.groups.iter_mut().flat_map(|group| &mut group.positions) {
        let records = Offset(i64::from(position.partition.partition.0));
        *position = PositionView {
            position: Some(records),
            committed: None,
            log_start_offset: Offset::ZERO,
            high_watermark: records,
            log_end_offset: records,
            lag: None,
            ..*position
        };
    }
    for group in &mut view.groups {
        (group.lag, group.done) = (0, 0);
        group.members.iter_mut().for_each(|member| member.processing = None);
    }
    view
}

/// The same with so many brokers and partitions, three replicas each.
pub fn grown(brokers: u16, partitions: u16) -> ClusterView {
    let mut view = calm();
    let (leader, follower) = (view.brokers[1].replicas[0].clone(), view.brokers[2].replicas[0].clone());
    let pattern = view.brokers[1].clone();
    let partition_pattern = view.topics[0].partitions[0].clone();
    let topic = view.topics[0].id;
    let replicas_of = |index: u16| [0, 1, 2].map(|place| BrokerId((index + place) % brokers + 1));
    view.topics[0].partitions = (0..partitions)
        .map(|index| PartitionView {
            partition: TopicPartition::new(topic, index),
            leader: Some(replicas_of(index)[0]),
            replicas: replicas_of(index).to_vec(),
            isr: replicas_of(index).to_vec(),
            leader_epoch: LeaderEpoch(1),
            ..partition_pattern.clone()
        })
        .collect();
    view.brokers = (1..=brokers)
        .map(|id| {
            let own = (0..partitions).filter(|index| replicas_of(*index).contains(&BrokerId(id)));
            let replicas: Vec<_> = own
                .map(|index| {
                    let is_leader = replicas_of(index)[0] == BrokerId(id);
                    let mut replica = if is_leader { leader.clone() } else { follower.clone() };
                    replica.partition.partition = PartitionIndex(index);
                    replica
                })
                .collect();
            let leader_count = replicas.iter().filter(|replica| replica.role == ReplicaRole::Leader).count() as u32;
            BrokerView { id: BrokerId(id), leader_count, replicas, ..pattern.clone() }
        })
        .collect();
    if brokers > 6 {
        let down = &mut view.brokers[6];
        (down.state, down.registration, down.leader_count) = (ProcessState::Crashed, Registration::Fenced, 0);
        down.replicas.iter_mut().for_each(|replica| replica.role = ReplicaRole::Offline);
        view.brokers[2].replicas.iter_mut().for_each(|replica| replica.in_isr = false);
    }
    let position = view.groups[0].positions[0];
    for group in &mut view.groups {
        let members: Vec<ClientId> = group.members.iter().map(|member| member.client).collect();
        group.positions = (0..partitions)
            .map(|index| PositionView {
                partition: TopicPartition::new(topic, index),
                member: members.get(usize::from(index) % members.len()).copied(),
                ..position
            })
            .collect();
    }
    view
}
