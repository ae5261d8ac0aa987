//! A hand-made moment of `kill-the-leader`: broker 1 is down, broker 2 leads what it led, one batch is on its way.
//! Markup tests and drawings start from it; no run produces it.

use super::broker_view::{
    BrokerView, CellView, ControllerView, Gauge, PartitionView, ProcessState, QuorumRole, QuorumView, Registration,
    ReplicaRole, ReplicaView, TopicView,
};
use super::client_view::{
    BatchState, BatchView, CustomerView, GroupState, GroupView, MemberView, PositionView, ProcessingView, ProducerView,
    ServiceRole,
};
use super::cluster_view::{ClusterView, LinkView};
use super::flight_view::{FlightKind, FlightView};
use super::ledger_view::{Mark, OrderFate, OrderView};
use super::mark::KeyMark;
use crate::protocol::ids::{
    BrokerId, ClientId, ControllerId, EventNumber, GroupId, Node, OrderId, Rack, RecordId, TopicId, TopicPartition,
};
use crate::protocol::offset::{Generation, LeaderEpoch, Offset, QuorumEpoch};
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

/// When it is.
pub const NOW: SimTime = SimTime::from_millis(21_482);

const CHECKOUT: ClientId = ClientId(0);
/// Partition, leader after the crash, leader epoch, log end offset.
const PARTITIONS: [(u16, u16, i32, i64); 3] = [(0, 2, 5, 47), (1, 2, 3, 43), (2, 3, 3, 51)];
/// Group, role, how many members, lag in each partition.
const GROUPS: [(&str, ServiceRole, u16, [u64; 3]); 4] = [
    ("email", ServiceRole::Email, 1, [0, 0, 0]),
    ("stock", ServiceRole::Stock, 3, [0, 2, 0]),
    ("analytics", ServiceRole::Analytics, 1, [0, 1, 0]),
    ("notification", ServiceRole::Notification, 2, [0, 5, 0]),
];

fn orders_partition(index: u16) -> TopicPartition {
    TopicPartition::new(TopicId(0), index)
}

/// The whole moment.
pub fn cluster() -> ClusterView {
    ClusterView {
        now: NOW,
        event: EventNumber(8_214),
        quorum: quorum(),
        brokers: (1..=3).map(broker).collect(),
        topics: vec![orders_topic()],
        expected_topics: Vec::new(),
        producers: vec![checkout()],
        groups: GROUPS.iter().scan(1, |first, group| Some(service(first, group))).collect(),
        queue_server: None,
        links: vec![
            LinkView {
                from: Node::Client(CHECKOUT),
                to: Node::Broker(BrokerId(3)),
                is_cut: true,
                extra_delay: SimDuration::ZERO,
            },
            LinkView {
                from: Node::Broker(BrokerId(3)),
                to: Node::Broker(BrokerId(2)),
                is_cut: false,
                extra_delay: SimDuration::from_millis(40),
            },
        ],
        orders: (41..=45).map(order).collect(),
    }
}

/// Messages on their way at that moment.
pub fn flights() -> Vec<FlightView> {
    let checkout = Node::Client(CHECKOUT);
    let broker = |id| Node::Broker(BrokerId(id));
    vec![
        flight(1, FlightKind::Produce, "Produce", checkout, broker(2), false, &[0, 2]),
        flight(2, FlightKind::Produce, "Produce", checkout, broker(3), false, &[1]),
        flight(3, FlightKind::Produce, "Produce", broker(2), checkout, true, &[]),
        flight(4, FlightKind::Replication, "Fetch", broker(2), broker(3), true, &[3]),
        flight(5, FlightKind::Replication, "Fetch", broker(3), broker(2), false, &[]),
        flight(6, FlightKind::Consume, "Fetch", broker(2), Node::Client(ClientId(1)), true, &[0]),
        flight(7, FlightKind::Consume, "Fetch", broker(3), Node::Client(ClientId(3)), true, &[2]),
        flight(8, FlightKind::Control, "BrokerHeartbeat", broker(3), Node::Controller(ControllerId(2)), false, &[]),
        flight(
            9,
            FlightKind::Quorum,
            "Fetch",
            Node::Controller(ControllerId(2)),
            Node::Controller(ControllerId(1)),
            true,
            &[],
        ),
        flight(10, FlightKind::Commit, "OffsetCommit", Node::Client(ClientId(1)), broker(2), false, &[]),
    ]
}

fn flight(
    id: u64,
    kind: FlightKind,
    api: &'static str,
    from: Node,
    to: Node,
    is_response: bool,
    keys: &[u64],
) -> FlightView {
    FlightView {
        id,
        from,
        to,
        kind,
        is_response,
        api,
        partition: Some(orders_partition(0)),
        records: keys.iter().map(|key| (RecordId(100 + key), KeyMark::of_number(*key))).collect(),
        record_count: keys.len() as u32,
        bytes: 200 + 160 * keys.len() as u64,
        sent_at: SimTime::from_nanos(NOW.as_nanos() - 100_000 * id),
        arrives_at: SimTime::from_nanos(NOW.as_nanos() + 600_000),
    }
}

fn quorum() -> QuorumView {
    let controller = |id| ControllerView {
        id: ControllerId(id),
        state: ProcessState::Running,
        since: SimTime::ZERO,
        role: if id == 2 { QuorumRole::Leader } else { QuorumRole::Follower },
        epoch: QuorumEpoch(4),
        voted_for: Some(ControllerId(2)),
        log_end_offset: Offset(318),
    };
    QuorumView {
        controllers: (1..=3).map(controller).collect(),
        leader: Some(ControllerId(2)),
        epoch: QuorumEpoch(4),
        high_watermark: Offset(318),
        log_end_offset: Offset(318),
    }
}

fn broker(id: u16) -> BrokerView {
    let is_down = id == 1;
    BrokerView {
        id: BrokerId(id),
        rack: Some(Rack::new(["a", "b", "c"][usize::from(id) - 1])),
        state: if is_down { ProcessState::Crashed } else { ProcessState::Running },
        since: if is_down { SimTime::from_millis(12_482) } else { SimTime::ZERO },
        registration: if is_down { Registration::Fenced } else { Registration::Unfenced },
        request_queue: Gauge { used: if is_down { 0 } else { 210 }, capacity: 500 },
        page_cache: Gauge { used: if is_down { 0 } else { 4_800_000 }, capacity: 12_000_000 },
        disk: Gauge { used: if is_down { 0 } else { 300_000 }, capacity: 1_000_000 },
        disk_slow_factor: 1,
        is_disk_full: false,
        metadata_offset: Offset(if id == 3 { 316 } else { 318 }),
        leader_count: [0, 2, 1][usize::from(id) - 1],
        coordinates: if id == 2 { vec![GroupId::new("email")] } else { Vec::new() },
        replicas: PARTITIONS.iter().map(|partition| replica(id, *partition)).collect(),
    }
}

fn replica(broker: u16, (index, leader, epoch, log_end_offset): (u16, u16, i32, i64)) -> ReplicaView {
    let (role, behind) = match broker {
        1 => (ReplicaRole::Offline, 4),
        id if id == leader => (ReplicaRole::Leader, 0),
        _ => (ReplicaRole::Follower, 1),
    };
    let (end, committed) = (log_end_offset - behind, log_end_offset - 2);
    let cell = |offset: i64| CellView {
        offset: Offset(offset),
        record: RecordId((offset * 3 + i64::from(index)) as u64),
        order: Some(OrderId(offset as u32)),
        key: KeyMark::of_number((offset * 7 + i64::from(index)) as u64 % 5),
        leader_epoch: LeaderEpoch(epoch),
        is_committed: offset < committed.min(end),
        is_control: false,
    };
    ReplicaView {
        partition: orders_partition(index),
        role,
        in_isr: broker != 1,
        in_elr: false,
        leader_epoch: LeaderEpoch(if broker == 1 { epoch - 1 } else { epoch }),
        log_start_offset: Offset(20),
        high_watermark: Offset(committed.min(end)),
        log_end_offset: Offset(end),
        flushed_offset: Offset(end - 6),
        size_bytes: 160 * end as u64,
        segments: vec![Offset(20), Offset(43)],
        cells: ((end - 20).max(20)..end).map(cell).collect(),
        ghost: None,
    }
}

fn orders_topic() -> TopicView {
    let partition = |&(index, leader, epoch, log_end_offset): &(u16, u16, i32, i64)| PartitionView {
        partition: orders_partition(index),
        leader: Some(BrokerId(leader)),
        leader_epoch: LeaderEpoch(epoch),
        replicas: [1, 2, 3].map(|id| BrokerId((id + index - 1) % 3 + 1)).to_vec(),
        isr: vec![BrokerId(2), BrokerId(3)],
        elr: Vec::new(),
        last_known_elr: Vec::new(),
        adding_replicas: Vec::new(),
        removing_replicas: Vec::new(),
        high_watermark: Offset(log_end_offset - 2),
        log_end_offset: Offset(log_end_offset),
        log_start_offset: Offset(20),
    };
    TopicView {
        id: TopicId(0),
        name: Arc::from("orders"),
        is_internal: false,
        replication_factor: 3,
        min_insync_replicas: 2,
        configs: vec![(Arc::from("min.insync.replicas"), Arc::from("2"))],
        partitions: PARTITIONS.iter().map(partition).collect(),
    }
}

fn checkout() -> ProducerView {
    let mark = |number| (RecordId(100 + number), KeyMark::of_number(number));
    ProducerView {
        client: CHECKOUT,
        name: Arc::from("checkout"),
        state: ProcessState::Running,
        since: SimTime::ZERO,
        topic: TopicId(0),
        customers: (0..5)
            .map(|customer| CustomerView {
                customer,
                key: KeyMark::of_number(u64::from(customer)),
                waiting: (customer == 4).then_some(OrderId(45)),
            })
            .collect(),
        paying: 1,
        buffer: Gauge { used: 9, capacity: 100 },
        in_flight: Gauge { used: 2, capacity: 5 },
        batches: vec![
            BatchView {
                partition: orders_partition(0),
                state: BatchState::InFlight(BrokerId(2)),
                bytes: 410,
                attempt: 1,
                records: vec![mark(0), mark(2)],
                record_count: 2,
            },
            BatchView {
                partition: orders_partition(1),
                state: BatchState::Filling,
                bytes: 210,
                attempt: 0,
                records: vec![mark(1)],
                record_count: 1,
            },
            BatchView {
                partition: orders_partition(2),
                state: BatchState::Ready,
                bytes: 210,
                attempt: 0,
                records: vec![mark(3)],
                record_count: 1,
            },
        ],
        blocked_since: None,
        blocked_calls: 0,
        sent: 141,
        acknowledged: 137,
        failed: 0,
        settings: vec![("acks", Arc::from("all")), ("linger.ms", Arc::from("5"))],
    }
}

fn service(first_client: &mut u16, &(name, role, count, lags): &(&str, ServiceRole, u16, [u64; 3])) -> GroupView {
    let clients: Vec<ClientId> = (*first_client..*first_client + count).map(ClientId).collect();
    *first_client += count;
    let reader = |index: u16| clients[usize::from(index) % clients.len()];
    GroupView {
        group: GroupId::new(name),
        role,
        state: GroupState::Stable,
        generation: Generation(2),
        coordinator: Some(BrokerId(2)),
        assignor: Arc::from("range"),
        members: clients
            .iter()
            .enumerate()
            .map(|(place, client)| MemberView {
                client: *client,
                name: Arc::from(format!("{name}-{}", place + 1)),
                member: Some(Arc::from(format!("{name}-{}-7d1c", place + 1))),
                state: ProcessState::Running,
                since: SimTime::ZERO,
                assigned: (0..3).filter(|index| reader(*index) == *client).map(orders_partition).collect(),
                processing: (place == 0).then(|| ProcessingView {
                    record: RecordId(100),
                    key: KeyMark::of_number(0),
                    since: SimTime::from_nanos(NOW.as_nanos() - 3_000_000),
                    until: SimTime::from_nanos(NOW.as_nanos() + 5_000_000),
                }),
                waiting: 1,
            })
            .collect(),
        positions: PARTITIONS
            .iter()
            .zip(lags)
            .map(|(&(index, _, _, end), lag)| PositionView {
                partition: orders_partition(index),
                member: Some(reader(index)),
                position: Some(Offset(end - 2)),
                committed: Some(Offset(end - 2 - lag as i64)),
                log_start_offset: Offset(20),
                high_watermark: Offset(end - 2),
                log_end_offset: Offset(end),
                lag: Some(lag),
            })
            .collect(),
        done: 17,
        done_again: 0,
        lag: lags.iter().sum(),
        rebalances: 1,
    }
}

fn order(number: u32) -> OrderView {
    let at = |millis: u64| SimTime::from_millis(20_000 + u64::from(number - 41) * 250 + millis);
    let mark = |is_done: bool, millis: u64| Mark { times: u32::from(is_done), first_at: is_done.then(|| at(millis)) };
    OrderView {
        order: OrderId(number),
        customer: (number % 5) as u16,
        key: KeyMark::of_number(u64::from(number % 5)),
        placed_at: at(0),
        record: Some(RecordId(u64::from(number))),
        paid: mark(true, 38),
        answered: mark(number < 45, 39),
        answered_after: (number < 45).then_some(SimDuration::from_millis(39)),
        mailed: mark(number < 43, 130),
        reserved: mark(number < 43, 90),
        counted: mark(number < 44, 70),
        notified: mark(number < 43, 110),
        fate: if number < 43 { OrderFate::Complete } else { OrderFate::Underway },
    }
}
