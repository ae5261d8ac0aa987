//! What a log promises: offsets, segments, cuts, and what a power loss leaves.

use super::*;
use crate::protocol::config::{CleanupPolicy, Thousandths};
use crate::protocol::ids::{ProducerEpoch, ProducerId, RecordId};
use crate::protocol::offset::Sequence;
use crate::protocol::record::{ControlRecord, Record};
use crate::trace::event::DeletionReason;

fn batch(records: u64) -> RecordBatch {
    let records: Vec<Record> = (0..records)
        .map(|id| Record { id: RecordId(id), timestamp: SimTime::ZERO, key: None, value: None, headers: Vec::new() })
        .collect();
    RecordBatch::new(records.into(), 100)
}

/// A log of batches given as "epoch x records", one after another.
fn log(batches: &[(i32, u64)]) -> Log {
    let mut log = Log::default();
    for (epoch, records) in batches {
        log.append_as_leader(batch(*records), LeaderEpoch(*epoch), &TopicConfig::default());
    }
    log
}

#[test]
fn offsets_follow_each_other_and_epochs_know_where_they_end() {
    let log = log(&[(0, 3), (0, 2), (2, 1)]);
    assert_eq!(log.log_end_offset(), Offset(6));
    let end = log.end_offset_for_epoch(LeaderEpoch(0));
    assert_eq!((end.leader_epoch, end.end_offset), (LeaderEpoch(0), Offset(5)));
}

#[test]
fn an_epoch_without_a_record_is_forgotten_by_a_truncation_to_the_end_of_the_log() {
    let mut log = log(&[(0, 3)]);
    log.begin_epoch(LeaderEpoch(2));
    assert_eq!(log.truncate_to(Offset(3)), Offset(3));
    assert_eq!(log.last_epoch(), LeaderEpoch(0));
}

#[test]
fn truncation_inside_a_batch_takes_the_whole_batch() {
    let mut log = log(&[(0, 3), (1, 3)]);
    assert_eq!(log.truncate_to(Offset(4)), Offset(3));
    assert_eq!((log.log_end_offset(), log.last_epoch()), (Offset(3), LeaderEpoch(0)));
}

#[test]
fn a_read_gives_whole_batches_below_the_end_and_at_least_one() {
    let log = log(&[(0, 3), (0, 3), (0, 3)]);
    let read = |from, end, bytes| {
        log.read(Offset(from), Offset(end), bytes).iter().map(|b| b.base_offset.0).collect::<Vec<_>>()
    };
    assert_eq!(read(1, 9, 1), [0]);
    assert_eq!(read(3, 9, 1_000), [3, 6]);
    assert_eq!(read(0, 6, 1_000), [0, 3]);
    assert_eq!(read(6, 6, 1_000), [0i64; 0]);
}

#[test]
fn a_power_loss_loses_what_has_not_reached_the_platter() {
    let mut log = log(&[(0, 3)]);
    log.will_be_flushed(SimTime::from_millis(100));
    log.append_as_leader(batch(2), LeaderEpoch(0), &TopicConfig::default());
    log.will_be_flushed(SimTime::from_millis(900));
    assert_eq!(log.settle(SimTime::from_millis(50)), Offset(0));
    assert_eq!(log.settle(SimTime::from_millis(500)), Offset(3));
    assert_eq!(log.settle(SimTime::from_millis(900)), Offset(5));
}

#[test]
fn a_segment_rolls_when_the_next_batch_would_not_fit() {
    let config = TopicConfig { segment_bytes: 250, ..TopicConfig::default() };
    let mut log = Log::default();
    let rolled: Vec<_> =
        (0..5).map(|_| log.append_as_leader(batch(1), LeaderEpoch(0), &config).rolled.map(|o| o.0)).collect();
    assert_eq!(rolled, [None, None, Some(2), None, Some(4)]);
    assert_eq!(log.advance_start(Offset(3)), Some(Offset(0)));
    let deleted = log.delete_old_segments(SimTime::ZERO, Offset(5), &TopicConfig::default());
    let deleted: Vec<_> = deleted.iter().map(|gone| (gone.base_offset, gone.next_offset, gone.reason)).collect();
    assert_eq!(deleted, [(Offset(0), Offset(2), DeletionReason::BelowLogStart)]);
    assert_eq!(log.read(Offset(3), Offset(5), 1_000).len(), 2);
}

/// A log with a segment for each batch, whose only record was written at that second; each takes 100 bytes.
fn aged(seconds: &[u64]) -> Log {
    let config = TopicConfig { segment_bytes: 100, ..TopicConfig::default() };
    let mut log = Log::default();
    for second in seconds {
        let mut batch = batch(1);
        batch.max_timestamp = SimTime::from_millis(second * 1_000);
        log.append_as_leader(batch, LeaderEpoch(0), &config);
    }
    log
}

/// What is deleted at second 20, with everything below `high_watermark` committed: base offsets, and where the log starts.
fn deleted(log: &mut Log, high_watermark: i64, config: &TopicConfig) -> (Vec<(i64, DeletionReason)>, i64) {
    let gone = log.delete_old_segments(SimTime::from_millis(20_000), Offset(high_watermark), config);
    (gone.iter().map(|gone| (gone.base_offset.0, gone.reason)).collect(), log.log_start_offset().0)
}

#[test]
fn segments_older_than_retention_ms_go_from_the_front() {
    let config = TopicConfig { retention_ms: 15_000, ..TopicConfig::default() };
    let (gone, start) = deleted(&mut aged(&[1, 4, 5, 9]), 4, &config);
    assert_eq!((gone, start), (vec![(0, DeletionReason::Age), (1, DeletionReason::Age)], 2));
}

#[test]
fn an_old_segment_behind_a_young_one_stays() {
    let config = TopicConfig { retention_ms: 15_000, ..TopicConfig::default() };
    assert_eq!(deleted(&mut aged(&[9, 1, 1]), 3, &config), (vec![], 0));
}

#[test]
fn nothing_above_the_high_watermark_goes_however_old_it_is() {
    let config = TopicConfig { retention_ms: 1_000, ..TopicConfig::default() };
    assert_eq!(deleted(&mut aged(&[1, 2, 3]), 1, &config), (vec![(0, DeletionReason::Age)], 1));
}

#[test]
fn an_active_segment_that_is_too_old_is_closed_and_goes_too() {
    let config = TopicConfig { retention_ms: 1_000, ..TopicConfig::default() };
    let mut log = aged(&[1, 2, 3]);
    assert_eq!(deleted(&mut log, 3, &config).1, 3);
    assert_eq!((log.segments().len(), log.log_end_offset(), log.size()), (1, Offset(3), 0));
    // The empty one that is left is not deleted again.
    assert_eq!(deleted(&mut log, 3, &config), (vec![], 3));
}

#[test]
fn retention_bytes_is_what_is_left_at_least() {
    let keep = |bytes| TopicConfig { retention_bytes: bytes, ..TopicConfig::default() };
    let size = |bytes: i64| deleted(&mut aged(&[19, 19, 19, 19]), 4, &keep(bytes)).1;
    assert_eq!([size(-1), size(0), size(199), size(200), size(201), size(400)], [0, 4, 2, 2, 1, 0]);
}

#[test]
fn a_compacted_topic_keeps_old_segments() {
    let config = TopicConfig { retention_ms: 1_000, cleanup_policy: CleanupPolicy::Compact, ..TopicConfig::default() };
    assert_eq!(deleted(&mut aged(&[1, 2, 3]), 3, &config), (vec![], 0));
}

#[test]
fn a_time_is_found_in_the_first_segment_that_reaches_it() {
    let log = aged(&[1, 4, 5, 9]);
    // Records of these batches say zero themselves: only the segment's own largest timestamp is asked.
    assert_eq!(log.offset_for_time(SimTime::from_millis(9_500)).0, Offset(4));
}

/// A log of keyed records, a segment for every two; "a1" writes value 1 for key a, "a-" deletes it. Then an empty active one.
fn keyed(words: &str) -> Log {
    let config = TopicConfig { segment_bytes: 200, ..TopicConfig::default() };
    let mut log = Log::default();
    for (index, word) in words.split_whitespace().enumerate() {
        let (key, value) = word.split_at(1);
        let record = Record {
            id: RecordId(index as u64),
            timestamp: SimTime::from_millis(index as u64),
            key: Some(key.as_bytes().into()),
            value: (value != "-").then(|| value.as_bytes().into()),
            headers: Vec::new(),
        };
        log.append_as_leader(RecordBatch::new([record].into(), 100), LeaderEpoch(0), &config);
    }
    log.roll();
    log
}

/// What is left, as "offset:key value".
fn contents(log: &Log) -> String {
    let text = |bytes: &Option<crate::protocol::record::Bytes>| {
        bytes.as_ref().map_or("-".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned())
    };
    let records = log.batches().flat_map(|batch| batch.iter());
    let words = records.map(|(offset, record)| format!("{offset}:{}{}", text(&record.key), text(&record.value)));
    words.collect::<Vec<_>>().join(" ")
}

fn compact(log: &mut Log, at_millis: u64, config: &TopicConfig) -> Cleaned {
    let now = SimTime::from_millis(at_millis);
    let cleanable = log.cleanable(now, log.log_end_offset(), config);
    log.clean(&cleanable, now, config)
}

const ONE_SEGMENT_EACH: i64 = 100;

fn compacted_topic() -> TopicConfig {
    TopicConfig {
        cleanup_policy: CleanupPolicy::Compact,
        segment_bytes: ONE_SEGMENT_EACH,
        delete_retention_ms: 1_000,
        ..TopicConfig::default()
    }
}

#[test]
fn the_active_segment_is_never_compacted() {
    let mut log = keyed("a1 b1");
    let config = TopicConfig::default();
    for word in ["a2", "a3"] {
        let record = Record {
            id: RecordId(9),
            timestamp: SimTime::ZERO,
            key: Some(b"a".as_slice().into()),
            value: Some(word.as_bytes()[1..].into()),
            headers: Vec::new(),
        };
        log.append_as_leader(RecordBatch::new([record].into(), 100), LeaderEpoch(0), &config);
    }
    compact(&mut log, 10, &compacted_topic());
    assert_eq!(contents(&log), "0:a1 1:b1 2:a2 3:a3");
}

fn keyed_batch(key: &str, value: u64) -> RecordBatch {
    let record = Record {
        id: RecordId(value),
        timestamp: SimTime::ZERO,
        key: Some(key.as_bytes().into()),
        value: Some(value.to_string().as_bytes().into()),
        headers: Vec::new(),
    };
    RecordBatch::new([record].into(), 100)
}

#[test]
fn a_log_is_worth_compacting_when_its_dirty_part_is_large_enough_or_old_enough() {
    let config = TopicConfig { min_cleanable_dirty_ratio: Thousandths(500), ..compacted_topic() };
    let mut log = keyed("a1 b1 c1 d1");
    compact(&mut log, 10, &config);
    // Four clean records of 100 bytes, then dirty ones.
    let mut dirty = |records: u64| {
        for value in 0..records {
            log.append_as_leader(keyed_batch("e", value), LeaderEpoch(0), &TopicConfig::default());
        }
        log.roll();
        log.cleanable(SimTime::from_millis(20), log.log_end_offset(), &config)
    };
    assert_eq!((dirty(4).dirty_per_mille(), dirty(0).is_worth_it(&config)), (500, false));
    assert!(dirty(1).is_worth_it(&config));
    let overdue = TopicConfig { max_compaction_lag_ms: 15, ..config.clone() };
    let log = keyed("a1 b1");
    assert!(log.cleanable(SimTime::from_millis(16), Offset(2), &overdue).is_overdue);
}

#[test]
fn what_is_young_or_not_stable_yet_is_not_compacted() {
    let log = keyed("a1 a2 a3 a4 a5 a6");
    let young = TopicConfig { min_compaction_lag_ms: 7, ..compacted_topic() };
    let limit = |stable: i64, config: &TopicConfig| {
        log.cleanable(SimTime::from_millis(10), Offset(stable), config).first_uncleanable_offset.0
    };
    assert_eq!([limit(6, &compacted_topic()), limit(6, &young), limit(3, &compacted_topic())], [6, 4, 2]);
}

#[test]
fn compaction_keeps_an_empty_batch_that_remembers_its_producer() {
    let mut log = keyed("a1 b1");
    for (sequence, key) in [(0, "k"), (1, "k")] {
        let mut batch = keyed_batch(key, 7);
        (batch.producer_id, batch.producer_epoch, batch.base_sequence) =
            (ProducerId(4 + i64::from(sequence)), ProducerEpoch(0), Sequence(0));
        log.append_as_leader(batch, LeaderEpoch(0), &TopicConfig::default());
    }
    log.roll();
    compact(&mut log, 10, &compacted_topic());
    let left: Vec<_> = log.batches().map(|batch| (batch.base_offset.0, batch.records.len())).collect();
    assert_eq!(left, [(0, 1), (1, 1), (2, 0), (3, 1)]);
}

#[test]
fn an_aborted_record_never_replaces_a_committed_one() {
    let mut log = keyed("a1 b1");
    let mut aborted = keyed_batch("a", 2);
    (aborted.producer_id, aborted.producer_epoch) = (ProducerId(4), ProducerEpoch(0));
    (aborted.base_sequence, aborted.is_transactional) = (Sequence(0), true);
    let marker = RecordBatch {
        control: Some(ControlRecord::Abort),
        producer_epoch: ProducerEpoch(1),
        base_sequence: Sequence::NONE,
        ..aborted.clone()
    };
    for batch in [aborted, marker] {
        log.append_as_leader(batch, LeaderEpoch(0), &TopicConfig::default());
    }
    log.roll();
    assert_eq!(log.aborted_transactions().between(Offset(0), Offset(4)).len(), 1);
    compact(&mut log, 10, &compacted_topic());
    let left: Vec<_> =
        log.batches().filter(|batch| !batch.records.is_empty()).map(|batch| batch.base_offset.0).collect();
    assert_eq!(left, [0, 1, 3], "both values, and the marker");
}

#[test]
fn a_flush_is_asked_for_each_time_flush_messages_have_gathered() {
    let mut log = Log::default();
    let asked: Vec<bool> = (0..6)
        .map(|_| {
            log.append_as_leader(batch(2), LeaderEpoch(0), &TopicConfig::default());
            log.asks_flush(5)
        })
        .collect();
    assert_eq!(asked, [false, false, true, false, false, true]);
}

#[test]
fn a_flush_takes_with_it_what_the_kernel_would_have_written_later() {
    let mut log = log(&[(0, 3)]);
    log.will_be_flushed(SimTime::from_millis(30_000));
    log.append_as_leader(batch(2), LeaderEpoch(0), &TopicConfig::default());
    log.will_be_flushed(SimTime::from_millis(100));
    assert_eq!(log.settle(SimTime::from_millis(100)), Offset(5));
}
