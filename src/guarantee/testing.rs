//! What the tests of promises have in common: a shop that has run for a while, and facts out of the blue.

use crate::cluster::testing::shop;
use crate::cluster::world::Cluster;
use crate::protocol::ids::{EventNumber, ProducerEpoch, ProducerId, RecordId, TopicId, TopicPartition};
use crate::protocol::offset::{Offset, Sequence};
use crate::protocol::record::{Record, RecordBatch};
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;

pub(super) const P0: TopicPartition = TopicPartition::new(TopicId(0), 0);

/// A partition of orders that has some by then.
pub(super) const fn orders_0() -> TopicPartition {
    P0
}

/// The shop, so many seconds after its beginning.
pub(super) fn shop_at(seconds: u64) -> Cluster {
    let mut cluster = shop(1);
    cluster.run_until(SimTime::ZERO + SimDuration::from_secs(seconds), &mut ());
    cluster
}

/// A fact that nobody in the cluster has brought about.
pub(super) fn fact(event: TraceEvent) -> TraceRecord {
    TraceRecord { number: EventNumber(1), caused_by: EventNumber(0), at: SimTime::ZERO, node: None, event }
}

/// A batch of one record by producer 7.
pub(super) fn batch(base_offset: i64, sequence: i32) -> RecordBatch {
    let record = Record { id: RecordId(1), timestamp: SimTime::ZERO, key: None, value: None, headers: Vec::new() };
    RecordBatch {
        base_offset: Offset(base_offset),
        producer_id: ProducerId(7),
        producer_epoch: ProducerEpoch(0),
        base_sequence: Sequence(sequence),
        ..RecordBatch::new(vec![record].into(), 70)
    }
}
