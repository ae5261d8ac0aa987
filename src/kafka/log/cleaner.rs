//! Compaction: of each key only the newest record stays, below the active segment. Offsets never change, so holes are left.
//! A tombstone, which deletes its key, stays for `delete.retention.ms` after the pass that first met it, so that readers see
//! it (`Cleaner`, `LogCleanerManager`, KIP-534).
//!
//! Simplified: the map of keys never fills, and a pass takes no time, only the disk's.

use super::Log;
use super::segment::Segment;
use crate::protocol::config::{TopicConfig, millis};
use crate::protocol::ids::ProducerId;
use crate::protocol::offset::Offset;
use crate::protocol::record::{BATCH_OVERHEAD, Bytes, Record, RecordBatch, record_size};
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimTime;
use std::sync::Arc;

/// What there is to clean in a log (`LogToClean`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleanable {
    /// From here on nothing has been compacted yet.
    pub first_dirty_offset: Offset,
    /// From here on nothing may be compacted yet.
    pub first_uncleanable_offset: Offset,
    /// Bytes between the two.
    pub dirty_bytes: u64,
    /// Bytes before them that have been through a pass.
    pub clean_bytes: u64,
    /// `max.compaction.lag.ms` has passed for the oldest of it.
    pub is_overdue: bool,
}

impl Cleanable {
    /// Dirty bytes in a thousand of all that would be gone through.
    pub fn dirty_per_mille(&self) -> i64 {
        let total = self.dirty_bytes + self.clean_bytes;
        (self.dirty_bytes * 1_000).checked_div(total).unwrap_or(0) as i64
    }
    /// True when a pass is worth while: `min.cleanable.dirty.ratio` is exceeded, or it is overdue.
    pub fn is_worth_it(&self, config: &TopicConfig) -> bool {
        let is_dirty_enough = self.dirty_per_mille() > config.min_cleanable_dirty_ratio.0;
        self.dirty_bytes > 0 && (self.is_overdue || is_dirty_enough)
    }
}

/// What a pass did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// Everything below has been through a pass now.
    pub up_to: Offset,
    /// Records that were removed.
    pub removed: u32,
    /// Bytes written anew.
    pub bytes: u64,
}

impl Log {
    /// `LogCleanerManager.cleanableOffsets`: the dirty part goes up to the last stable offset, the active segment, or the
    /// first segment with a record younger than `min.compaction.lag.ms`, whichever comes first.
    pub fn cleanable(&self, now: SimTime, last_stable_offset: Offset, config: &TopicConfig) -> Cleanable {
        let first_dirty_offset = self.cleaner_checkpoint.max(self.log_start_offset);
        let closed = &self.segments[..self.segments.len() - 1];
        let dirty = || closed.iter().filter(|segment| segment.base_offset >= first_dirty_offset);
        let lag = millis(config.min_compaction_lag_ms);
        let too_young = dirty().find(|segment| now.since(segment.largest_timestamp) < lag);
        let limit = too_young.map_or(last_stable_offset, |segment| segment.base_offset.min(last_stable_offset));
        // Whole segments only: one that reaches across the limit waits for the next pass, and so does the active one.
        let bases = self.segments.iter().map(|segment| segment.base_offset);
        let first_uncleanable_offset =
            bases.filter(|base| *base <= limit).max().unwrap_or(first_dirty_offset).max(first_dirty_offset);
        let size = |from: Offset, to: Offset| -> u64 {
            let within = closed.iter().filter(|segment| segment.base_offset >= from && segment.base_offset < to);
            within.map(|segment| segment.size).sum()
        };
        let oldest = dirty().filter_map(|segment| segment.first_timestamp).min();
        Cleanable {
            first_dirty_offset,
            first_uncleanable_offset,
            dirty_bytes: size(first_dirty_offset, first_uncleanable_offset),
            clean_bytes: size(Offset::ZERO, first_dirty_offset),
            is_overdue: oldest.is_some_and(|oldest| now.since(oldest) > millis(config.max_compaction_lag_ms)),
        }
    }

    /// One pass (`Cleaner.doClean`): learns the newest offset of each key of the dirty part, and copies all below it anew
    /// without what is outdated by that.
    pub fn clean(&mut self, cleanable: &Cleanable, now: SimTime, config: &TopicConfig) -> Cleaned {
        let (from, to) = (cleanable.first_dirty_offset, cleanable.first_uncleanable_offset);
        let count = self.segments[1..].iter().take_while(|segment| segment.base_offset <= to).count();
        let newest = self.newest_offsets(count, from);
        let delete_horizon = now + millis(config.delete_retention_ms);
        let mut removed = 0;
        let mut cleaned: Vec<Segment> = Vec::new();
        let mut merged_size = 0;
        for segment in self.segments.drain(..count).collect::<Vec<_>>() {
            // As many neighbours as fit into one segment become one (`groupSegmentsBySize`), by what they were.
            merged_size += segment.size;
            if cleaned.is_empty() || merged_size > config.segment_bytes.max(0) as u64 {
                cleaned.push(Segment::new(segment.base_offset));
                merged_size = segment.size;
            }
            let into = cleaned.last_mut().expect("one was just made");
            let is_kept = |offset: Offset, record: &Record, horizon: Option<SimTime>| {
                let Some(key) = &record.key else { return false };
                let is_newest = newest.get(key).is_none_or(|newest| offset >= *newest);
                is_newest && (record.value.is_some() || horizon.is_none_or(|horizon| now < horizon))
            };
            for batch in segment.batches.iter() {
                let must_stay = self.producers.is_last_of_producer(batch);
                let is_aborted = self.is_aborted(batch);
                let stays = |offset: Offset, record: &Record, horizon| !is_aborted && is_kept(offset, record, horizon);
                let (batch, gone) = filtered(batch, must_stay, delete_horizon, &stays);
                removed += gone;
                if let Some(batch) = batch {
                    into.push(batch);
                }
            }
            into.largest_timestamp = into.largest_timestamp.max(segment.largest_timestamp);
        }
        let bytes = cleaned.iter().map(|segment| segment.size).sum();
        self.segments.splice(0..0, cleaned);
        self.cleaner_checkpoint = to;
        Cleaned { up_to: to, removed, bytes }
    }

    /// The newest offset of each key among records from `first_dirty_offset` on in the first `count` segments; what was
    /// aborted does not count (`Cleaner.buildOffsetMap`).
    fn newest_offsets(&self, count: usize, first_dirty_offset: Offset) -> BTreeMap<Bytes, Offset> {
        let mut newest = BTreeMap::new();
        let dirty = self.segments[..count].iter().filter(|segment| segment.base_offset >= first_dirty_offset);
        for batch in dirty.flat_map(|segment| segment.batches.iter()) {
            if batch.control.is_some() || self.is_aborted(batch) {
                continue;
            }
            for (offset, record) in batch.iter() {
                if let Some(key) = &record.key {
                    newest.insert(Arc::clone(key), offset);
                }
            }
        }
        newest
    }

    /// True for records of a transaction that was aborted.
    fn is_aborted(&self, batch: &RecordBatch) -> bool {
        let is_own = |(producer_id, first_offset): &(ProducerId, Offset)| {
            *producer_id == batch.producer_id && *first_offset <= batch.base_offset
        };
        batch.is_transactional
            && self.aborted_transactions.between(batch.base_offset, batch.next_offset()).iter().any(is_own)
    }
}

/// A batch as a pass leaves it, and how many records it lost. An empty one is dropped, unless it is all that remembers its
/// producer's last sequence. A batch with a tombstone gets the time from which that may go, if it has none yet.
fn filtered(
    batch: &RecordBatch,
    must_stay: bool,
    delete_horizon: SimTime,
    is_kept: &impl Fn(Offset, &Record, Option<SimTime>) -> bool,
) -> (Option<RecordBatch>, u32) {
    if batch.control.is_some() {
        return (Some(batch.clone()), 0);
    }
    let kept: Vec<(i32, Record)> = batch
        .iter()
        .filter(|(offset, record)| is_kept(*offset, record, batch.delete_horizon))
        .map(|(offset, record)| ((offset.0 - batch.base_offset.0) as i32, record.clone()))
        .collect();
    let gone = (batch.records.len() - kept.len()) as u32;
    if kept.is_empty() && !must_stay {
        return (None, gone);
    }
    let has_tombstone = kept.iter().any(|(_, record)| record.value.is_none());
    let mut left = batch.clone();
    if has_tombstone {
        left.delete_horizon.get_or_insert(delete_horizon);
    }
    if gone > 0 {
        let sizes = |records: &mut dyn Iterator<Item = &Record>| -> u64 {
            records.map(|record| u64::from(record_size(record, 0, 0))).sum()
        };
        let before = sizes(&mut batch.records.iter()).max(1);
        let after = sizes(&mut kept.iter().map(|(_, record)| record));
        // Compressed data shrink by the same share.
        left.size = BATCH_OVERHEAD + (u64::from(batch.size.saturating_sub(BATCH_OVERHEAD)) * after / before) as u32;
        if let Some(latest) = kept.iter().map(|(_, record)| record.timestamp).max() {
            left.max_timestamp = latest;
        }
        let (deltas, records): (Vec<i32>, Vec<Record>) = kept.into_iter().unzip();
        left.offset_deltas = Some(deltas.into());
        left.records = records.into();
    }
    (Some(left), gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::RecordId;
    use crate::protocol::offset::LeaderEpoch;

    /// A topic that is compacted whenever there is anything to compact; a segment holds two of the records below.
    fn config() -> TopicConfig {
        let mut config = TopicConfig { segment_bytes: 200, delete_retention_ms: 1_000, ..TopicConfig::default() };
        config.min_cleanable_dirty_ratio.0 = 0;
        config
    }

    /// A log of single records: a key, and whether it has a value.
    fn log(records: &[(&str, bool)]) -> Log {
        let mut log = Log::default();
        for (number, (key, has_value)) in records.iter().enumerate() {
            let record = Record {
                id: RecordId(number as u64),
                timestamp: SimTime::ZERO,
                key: Some(key.as_bytes().into()),
                value: has_value.then(|| "value".as_bytes().into()),
                headers: Vec::new(),
            };
            log.append_as_leader(RecordBatch::new(vec![record].into(), 100), LeaderEpoch(0), &config());
        }
        log
    }

    fn pass(log: &mut Log, now_ms: u64, limit: i64) -> Option<Cleaned> {
        let now = SimTime::from_millis(now_ms);
        let cleanable = log.cleanable(now, Offset(limit), &config());
        cleanable.is_worth_it(&config()).then(|| log.clean(&cleanable, now, &config()))
    }

    fn offsets(log: &Log) -> Vec<i64> {
        let batches = log.segments().iter().flat_map(|segment| segment.batches.iter());
        batches.flat_map(|batch| batch.iter().map(|(offset, _)| offset.0).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn of_each_key_the_newest_stays_at_its_offset_and_the_active_segment_is_left_alone() {
        let mut log = log(&[("a", true), ("b", true), ("a", true), ("c", true), ("a", true), ("a", true)]);
        let cleaned = pass(&mut log, 10, 6).expect("it is worth while");
        assert_eq!((cleaned.up_to, cleaned.removed), (Offset(4), 1));
        assert_eq!(offsets(&log), [1, 2, 3, 4, 5]);
        assert_eq!((log.log_start_offset(), log.log_end_offset()), (Offset(0), Offset(6)));
        assert_eq!(pass(&mut log, 20, 6), None, "nothing new, nothing to do");
    }

    #[test]
    fn what_is_not_yet_decided_waits_for_a_later_pass() {
        let mut log = log(&[("a", true), ("a", true), ("a", true), ("a", true), ("b", true)]);
        assert_eq!(pass(&mut log, 10, 1), None, "the first segment reaches across the last stable offset");
        assert_eq!(pass(&mut log, 10, 3).expect("the first segment can go").up_to, Offset(2));
        assert_eq!(offsets(&log), [1, 2, 3, 4]);
    }

    #[test]
    fn a_tombstone_stays_until_readers_have_had_time_to_see_it() {
        let mut log = log(&[("a", true), ("a", false), ("b", true), ("b", true), ("c", true)]);
        pass(&mut log, 10, 4).expect("it is worth while");
        assert_eq!(offsets(&log), [1, 3, 4], "the deleted value is gone, its tombstone is not");
        for (key, now_ms) in [("d", 500), ("e", 2_000)] {
            for _ in 0..2 {
                let record = Record {
                    id: RecordId(99),
                    timestamp: SimTime::ZERO,
                    key: Some(key.as_bytes().into()),
                    value: Some("value".as_bytes().into()),
                    headers: Vec::new(),
                };
                log.append_as_leader(RecordBatch::new(vec![record].into(), 100), LeaderEpoch(0), &config());
            }
            let end = log.log_end_offset().0;
            pass(&mut log, now_ms, end).expect("there is something new");
            assert_eq!(offsets(&log).contains(&1), now_ms < 1_010, "at {now_ms} ms");
        }
    }
}
