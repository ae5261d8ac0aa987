//! Brokers and their logs.

use super::{History, since, state};
use crate::cluster::process::Process;
use crate::cluster::world::Cluster;
use crate::kafka::broker::Broker;
use crate::kafka::log::Log;
use crate::kafka::metadata_image::MetadataImage;
use crate::protocol::ids::{BrokerId, OrderId, RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::protocol::record::{Record, RecordBatch};
use crate::sim::time::SimDuration;
use crate::trace::event::TraceEvent;
use crate::view::broker_view::{
    BrokerView, CELLS_MAX, CellView, Gauge, Registration, ReplicaRole, ReplicaView, SEGMENTS_MAX, TruncationView,
};
use crate::view::mark::KeyMark;

/// How long records that were cut off are shown as ghosts.
const GHOST_LASTS: SimDuration = SimDuration::from_millis(1_200);
/// How many ghosts a log shows.
const GHOSTS_MAX: i64 = 12;
/// The disk gauge is full when the disk is this far behind.
const DISK_FULL: SimDuration = SimDuration::from_secs(1);

pub(super) fn brokers(cluster: &Cluster, history: History<'_>) -> Vec<BrokerView> {
    cluster.brokers().map(|(process, broker)| view(cluster, process, broker, history)).collect()
}

fn view(cluster: &Cluster, process: &Process, broker: &Broker, history: History<'_>) -> BrokerView {
    let image = cluster.image();
    let is_up = process.state.is_up();
    let disk = &broker.disk.hardware;
    let (queued, dirty, behind) = if is_up {
        (broker.memory.requests.queue_len() as u64, disk.dirty_bytes(cluster.now()), disk.flush(cluster.now()))
    } else {
        (0, 0, SimDuration::ZERO)
    };
    let replicas: Vec<ReplicaView> =
        rows(image).into_iter().filter_map(|id| replica(cluster, process, broker, image, id, history)).collect();
    BrokerView {
        id: broker.id,
        rack: broker.rack.clone(),
        state: state(process),
        since: since(history, process),
        registration: registration(image, broker.id),
        request_queue: Gauge { used: queued, capacity: broker.config.queued_max_requests.max(0) as u64 },
        page_cache: Gauge { used: dirty, capacity: disk.options().page_cache_bytes },
        disk: Gauge { used: behind.as_micros(), capacity: DISK_FULL.as_micros() },
        is_disk_full: disk.is_full(),
        disk_slow_factor: disk.slow_factor(),
        metadata_offset: broker.memory.image.next_offset(),
        leader_count: if is_up {
            broker.memory.partitions.values().filter(|partition| partition.is_leader()).count() as u32
        } else {
            0
        },
        coordinates: if is_up {
            broker.memory.groups.groups().into_iter().map(|group| group.id).collect()
        } else {
            Vec::new()
        },
        replicas,
    }
}

/// The partitions of the applications' own topics.
fn rows(image: Option<&MetadataImage>) -> Vec<TopicPartition> {
    let Some(image) = image else { return Vec::new() };
    let topics = image.topics().filter(|topic| !super::metadata::is_internal(&topic.name));
    topics
        .flat_map(|topic| (0..topic.partitions.len() as u16).map(|index| TopicPartition::new(topic.topic, index)))
        .collect()
}

fn registration(image: Option<&MetadataImage>, broker: BrokerId) -> Registration {
    match image.and_then(|image| image.broker(broker)) {
        None => Registration::Unregistered,
        Some(known) if known.is_fenced => Registration::Fenced,
        Some(known) if known.is_in_controlled_shutdown => Registration::ControlledShutdown,
        Some(_) => Registration::Unfenced,
    }
}

fn replica(
    cluster: &Cluster,
    process: &Process,
    broker: &Broker,
    image: Option<&MetadataImage>,
    id: TopicPartition,
    history: History<'_>,
) -> Option<ReplicaView> {
    let registration = image?.partition(id)?;
    let log = broker.disk.logs.get(&id);
    if log.is_none() && !registration.replicas.contains(&broker.id) {
        return None;
    }
    let known = broker.memory.partitions.get(&id).filter(|_| process.state.is_up());
    let high_watermark = known
        .map(|partition| partition.high_watermark)
        .or_else(|| broker.disk.high_watermark_checkpoint.get(&id).copied());
    let high_watermark = high_watermark.unwrap_or(Offset::ZERO);
    Some(ReplicaView {
        partition: id,
        role: match known {
            _ if !process.state.is_up() => ReplicaRole::Offline,
            Some(partition) if partition.is_leader() => ReplicaRole::Leader,
            Some(_) | None => ReplicaRole::Follower,
        },
        in_isr: registration.isr.contains(&broker.id),
        in_elr: registration.elr.contains(&broker.id),
        leader_epoch: known
            .map_or_else(|| log.map_or(registration.leader_epoch, Log::last_epoch), |partition| partition.leader_epoch),
        log_start_offset: log.map_or(Offset::ZERO, Log::log_start_offset),
        high_watermark,
        log_end_offset: log.map_or(Offset::ZERO, Log::log_end_offset),
        flushed_offset: log.map_or(Offset::ZERO, Log::recovery_point),
        size_bytes: log.map_or(0, Log::size),
        segments: log.map_or_else(Vec::new, segments),
        cells: log.map_or_else(Vec::new, |log| cells(cluster, log, high_watermark)),
        ghost: ghost(cluster, broker.id, id, history),
    })
}

/// Where the newest segments of a log begin, oldest first.
fn segments(log: &Log) -> Vec<Offset> {
    let all = log.segments();
    all[all.len().saturating_sub(SEGMENTS_MAX)..].iter().map(|segment| segment.base_offset).collect()
}

/// The newest records of a log, oldest first.
fn cells(cluster: &Cluster, log: &Log, high_watermark: Offset) -> Vec<CellView> {
    let mut cells = Vec::with_capacity(CELLS_MAX);
    for batch in log.batches().rev() {
        let records: Vec<_> = batch.iter().collect();
        for (offset, record) in records.into_iter().rev() {
            if cells.len() == CELLS_MAX || offset < log.log_start_offset() {
                cells.reverse();
                return cells;
            }
            cells.push(cell(cluster, batch, offset, record, high_watermark));
        }
    }
    cells.reverse();
    cells
}

fn cell(cluster: &Cluster, batch: &RecordBatch, offset: Offset, record: &Record, high_watermark: Offset) -> CellView {
    CellView {
        offset,
        record: record.id,
        order: order_of(cluster, record.id),
        key: key_mark(record),
        leader_epoch: batch.leader_epoch,
        is_committed: offset < high_watermark,
        is_control: batch.control.is_some(),
    }
}

/// The order that a record carries.
pub(super) fn order_of(cluster: &Cluster, record: RecordId) -> Option<OrderId> {
    let order = OrderId((record.0 & 0xffff_ffff) as u32);
    cluster.ledger.entry(order).filter(|entry| entry.record == Some(record)).map(|entry| entry.order)
}

/// The stamp of a record's key.
pub(super) fn key_mark(record: &Record) -> KeyMark {
    KeyMark::of_key(record.key.as_ref().and_then(|key| std::str::from_utf8(key).ok()))
}

fn ghost(cluster: &Cluster, broker: BrokerId, id: TopicPartition, history: History<'_>) -> Option<TruncationView> {
    let node = Some(crate::protocol::ids::Node::Broker(broker));
    let still_seen = |at| cluster.now().since(at) <= GHOST_LASTS;
    let lost = history.milestones.iter().rev().take_while(|record| still_seen(record.at)).find_map(|record| {
        match &record.event {
            TraceEvent::LogTruncated { partition, from, to, .. } if record.node == node && *partition == id => {
                Some((record.at, *to, *from))
            }
            TraceEvent::UnflushedLost { partition, from, to } if record.node == node && *partition == id => {
                Some((record.at, *from, *to))
            }
            // Nothing else takes records out of a log's end.
            _ => None,
        }
    });
    let (at, first, end) = lost?;
    let ghosts = (first.0..end.0.min(first.0 + GHOSTS_MAX)).map(|offset| CellView {
        offset: Offset(offset),
        record: RecordId(0),
        order: None,
        key: KeyMark::NO_KEY,
        leader_epoch: crate::protocol::offset::LeaderEpoch::NONE,
        is_committed: false,
        is_control: false,
    });
    Some(TruncationView { at, cells: ghosts.collect() })
}
