//! What a log promises: offsets, segments, cuts, and what a power loss leaves.

use super::*;
use crate::protocol::config::CleanupPolicy;
use crate::protocol::ids::RecordId;
use crate::protocol::record::Record;
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
