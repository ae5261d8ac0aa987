//! Records and the batches they travel in (record format v2).

use super::ids::{ProducerEpoch, ProducerId, RecordId};
use super::offset::{LeaderEpoch, Offset, Sequence};
use crate::sim::time::SimTime;
use std::sync::Arc;

/// Bytes shared between all copies of a record.
pub type Bytes = Arc<[u8]>;

/// One record: what an application sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// Which record this is in the simulation; not on the wire. Resends and copies keep it.
    pub id: RecordId,
    /// When the application sent it (CreateTime).
    pub timestamp: SimTime,
    pub key: Option<Bytes>,
    /// `None` is a tombstone.
    pub value: Option<Bytes>,
    pub headers: Vec<Header>,
}

/// A record header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    pub key: Arc<str>,
    pub value: Bytes,
}

/// What the one record of a control batch says (KIP-98).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ControlRecord {
    Commit,
    Abort,
}

/// A batch as it lies in a log and travels in Produce and Fetch. Offsets follow each other from `base_offset`, except
/// after compaction, when `offset_deltas` says which are left.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordBatch {
    pub base_offset: Offset,
    /// Offset of the last record less `base_offset`; kept by compaction.
    pub last_offset_delta: i32,
    /// The epoch of the leader that appended it.
    pub leader_epoch: LeaderEpoch,
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    pub base_sequence: Sequence,
    pub is_transactional: bool,
    pub control: Option<ControlRecord>,
    /// Size on the wire and on disk, in bytes, compressed as it is.
    pub size: u32,
    pub max_timestamp: SimTime,
    /// From then on compaction may take its tombstones (KIP-534); `None` until a pass has met them.
    pub delete_horizon: Option<SimTime>,
    /// False when a disk has spoilt it: its CRC does not match any more.
    pub is_intact: bool,
    /// Delta of each record's offset from `base_offset`; `None` while no record has been compacted away.
    pub offset_deltas: Option<Arc<[i32]>>,
    pub records: Arc<[Record]>,
}

impl RecordBatch {
    /// A batch fresh from a producer: no offset, no epoch, no producer identity.
    pub fn new(records: Arc<[Record]>, size: u32) -> Self {
        assert!(!records.is_empty(), "a batch holds at least one record");
        let max_timestamp = records.iter().map(|record| record.timestamp).max().unwrap_or_default();
        Self {
            base_offset: Offset::ZERO,
            last_offset_delta: records.len() as i32 - 1,
            leader_epoch: LeaderEpoch::NONE,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
            is_transactional: false,
            control: None,
            size,
            max_timestamp,
            delete_horizon: None,
            is_intact: true,
            offset_deltas: None,
            records,
        }
    }
    pub fn last_offset(&self) -> Offset {
        self.base_offset.plus(i64::from(self.last_offset_delta))
    }
    /// The offset after this batch.
    pub fn next_offset(&self) -> Offset {
        self.last_offset().next()
    }
    pub fn last_sequence(&self) -> Sequence {
        if self.base_sequence == Sequence::NONE {
            Sequence::NONE
        } else {
            self.base_sequence.plus(self.last_offset_delta)
        }
    }
    /// Each record with its offset.
    pub fn iter(&self) -> impl Iterator<Item = (Offset, &Record)> {
        self.records.iter().enumerate().map(|(index, record)| {
            let delta = self.offset_deltas.as_ref().map_or(index as i32, |deltas| deltas[index]);
            (self.base_offset.plus(i64::from(delta)), record)
        })
    }
}

/// Bytes of a batch header in record format v2 (`DefaultRecordBatch.RECORD_BATCH_OVERHEAD`).
pub const BATCH_OVERHEAD: u32 = 61;

/// Size in bytes of one record inside a batch, given the deltas that are written into it (`DefaultRecord.sizeInBytes`).
pub fn record_size(record: &Record, offset_delta: i32, timestamp_delta_millis: i64) -> u32 {
    let body = 1 + varint(timestamp_delta_millis) + varint(i64::from(offset_delta)) + fields_size(record);
    varint(i64::from(body)) + body
}

/// The most bytes that a batch of this record alone can take (`DefaultRecordBatch.estimateBatchSizeUpperBound`): what a
/// producer reserves for it.
pub fn batch_size_upper_bound(record: &Record) -> u32 {
    BATCH_OVERHEAD + RECORD_OVERHEAD_MAX + fields_size(record)
}

/// The most bytes that a record's length, attributes and deltas can take (`DefaultRecord.MAX_RECORD_OVERHEAD`).
const RECORD_OVERHEAD_MAX: u32 = 21;

fn fields_size(record: &Record) -> u32 {
    let field = |bytes: Option<&Bytes>| bytes.map_or(1, |bytes| varint(bytes.len() as i64) + bytes.len() as u32);
    let headers: u32 = record
        .headers
        .iter()
        .map(|header| varint(header.key.len() as i64) + header.key.len() as u32 + field(Some(&header.value)))
        .sum();
    field(record.key.as_ref()) + field(record.value.as_ref()) + varint(record.headers.len() as i64) + headers
}

/// Bytes of a zig-zag varint (`ByteUtils.sizeOfVarlong`).
pub fn varint(value: i64) -> u32 {
    let zigzag = ((value << 1) ^ (value >> 63)) as u64;
    (64 - zigzag.leading_zeros()).div_ceil(7).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varint_grows_by_a_byte_every_seven_bits() {
        assert_eq!([-1, 0, 63, 64, 8191, 8192, -64, -65].map(varint), [1, 1, 1, 2, 2, 3, 1, 2]);
    }

    #[test]
    fn an_empty_record_takes_seven_bytes() {
        let record = Record { id: RecordId(0), timestamp: SimTime::ZERO, key: None, value: None, headers: Vec::new() };
        assert_eq!(record_size(&record, 0, 0), 7);
    }
}
