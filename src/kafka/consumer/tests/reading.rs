//! Fetching, positions, and what is handed to the application.

use super::*;

#[test]
fn records_come_in_polls_of_max_poll_records_and_the_next_fetch_travels_meanwhile() {
    let mut script = Script::stable(&[("max.poll.records", "3")]);
    script.serve(4);
    assert!(script.player.is_ready_to_poll());
    assert_eq!(script.poll(), [5, 6, 7]);
    assert!(!script.player.is_ready_to_poll());
    assert_eq!(script.player.lag(P0), Some(92));
    assert_eq!(script.poll(), [8]);
    script.check(expect![[r#"
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 3, next: Offset(8) }
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(8), count: 1, next: Offset(9) }
        00:00.000.000 b1 Fetch p0@9/0
    "#]]);
}

#[test]
fn a_new_leader_is_asked_whether_its_log_agrees_and_lost_records_take_the_position_back() {
    let mut script = Script::stable(&[]);
    script.serve(2);
    assert_eq!(script.poll(), [5, 6]);
    script.serve_with(|fetch, _| fetch.error = ErrorCode::NotLeaderOrFollower);
    script.poll();
    script.serve_with(|fetch, _| fetch.error = ErrorCode::NotLeaderOrFollower);
    script.pass(120);
    script.answer_metadata(&cluster(&[3, 2], 1));
    script.answer("OffsetForLeaderEpoch", |_| {
        let end = EpochEndOffset { leader_epoch: LeaderEpoch(0), end_offset: Offset(6) };
        Response::OffsetForLeaderEpoch(OffsetForLeaderEpochResponse { partitions: vec![(P0, ErrorCode::None, end)] })
    });
    script.check(expect![[r#"
        00:00.000.000    RecordsPolled { partition: p0, from: Offset(5), count: 2, next: Offset(7) }
        00:00.000.000 b1 Fetch p0@7/0
        00:00.089.100 b2 Fetch p1@5/0
        00:00.101.900 b1 Fetch p0@7/0
        00:00.115.100 b3 Metadata
        00:00.120.000    MetadataUpdated {  }
        00:00.120.000 b3 OffsetForLeaderEpoch [(p0, LeaderEpoch(1), LeaderEpoch(0))]
        00:00.120.000    PositionReset { partition: p0, to: Offset(6), reason: Truncated }
        00:00.120.000 b3 Fetch p0@6/1
    "#]]);
}

#[test]
fn an_offset_that_is_gone_is_reset_by_the_policy() {
    let mut script = Script::stable(&[]);
    script.serve_with(|fetch, _| fetch.error = ErrorCode::OffsetOutOfRange);
    list_offsets(&mut script, 50);
    script.check(expect![[r#"
        00:00.000.000 b1 ListOffsets [(p0, LeaderEpoch(0), Earliest)]
        00:00.000.000    PositionReset { partition: p0, to: Offset(50), reason: OutOfRange }
        00:00.000.000 b1 Fetch p0@50/0
    "#]]);
}

#[test]
fn without_a_policy_a_missing_offset_is_the_applications_problem() {
    let mut script = Script::start(&[("auto.offset.reset", "none")]);
    script.join(1, &[P0]);
    script.committed(None);
    assert_eq!(script.player.error(), Some(ErrorCode::OffsetOutOfRange));
}

#[test]
fn paused_partitions_are_neither_fetched_nor_returned_and_keep_what_was_buffered() {
    let mut script = Script::stable(&[]);
    script.player.pause(&[P0]);
    script.serve(2);
    assert!(!script.player.is_ready_to_poll());
    assert!(script.poll().is_empty());
    script.act(|consumer, out| consumer.resume(&[P0], out));
    assert_eq!(script.poll(), [5, 6]);
}

#[test]
fn seeking_drops_what_was_buffered_for_the_old_position() {
    let mut script = Script::stable(&[]);
    script.serve(2);
    script.act(|consumer, out| consumer.seek(P0, Offset(20), out));
    assert!(script.poll().is_empty());
    script.check(expect![[r#"
        00:00.000.000    PositionReset { partition: p0, to: Offset(20), reason: Seek }
        00:00.000.000 b1 Fetch p0@20/0
    "#]]);
}

#[test]
fn a_broken_connection_fails_the_fetch_and_is_tried_again_after_a_back_off() {
    let mut script = Script::stable(&[("enable.auto.commit", "false")]);
    script.disconnect(1);
    script.pass(200);
    script.answer_metadata(&cluster(&[1, 2], 0));
    script.check(expect![[r#"
        00:00.000.000    ConnectionLost { node: Client(ClientId(0)), peer: Broker(BrokerId(1)) }
        00:00.041.550 b1 Fetch p0@5/0
        00:00.115.100 b3 Metadata
    "#]]);
}

#[test]
fn the_same_play_twice_is_the_same_consumer() {
    let play = || {
        let mut script = Script::stable(&[]);
        script.serve(2);
        script.poll();
        script.pass(3_000);
        script.player
    };
    assert_eq!(play(), play());
}
