//! What keeps a partition's records in order: sequences, epochs, and one request at a time.

use super::*;

#[test]
fn idempotent_batches_that_fail_go_again_in_order_and_one_at_a_time() {
    let mut script = Script::ready(&[]);
    script.send(&[1, 2, 3], 0);
    script.produced(Err(ErrorCode::NotEnoughReplicas));
    script.produced(Err(ErrorCode::OutOfOrderSequenceNumber));
    script.produced(Err(ErrorCode::OutOfOrderSequenceNumber));
    script.transcript();
    script.pass(130);
    script.produced(Ok(0));
    script.produced(Ok(1));
    script.produced(Ok(2));
    script.check(expect![[r#"
        00:00.109.300    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 2 }
        00:00.109.300 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:00.130.000    RecordAcknowledged { record: RecordId(1), partition: p0, offset: Offset(0), leader_epoch: LeaderEpoch(0) }
        00:00.130.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 2 }
        00:00.130.000 b1 Produce acks=-1 p0[2] pid=9/0 seq=1
        00:00.130.000    RecordAcknowledged { record: RecordId(2), partition: p0, offset: Offset(1), leader_epoch: LeaderEpoch(0) }
        00:00.130.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 2 }
        00:00.130.000 b1 Produce acks=-1 p0[3] pid=9/0 seq=2
        00:00.130.000    RecordAcknowledged { record: RecordId(3), partition: p0, offset: Offset(2), leader_epoch: LeaderEpoch(0) }
    "#]]);
    assert_eq!(script.results(), [(1, Ok(0)), (2, Ok(1)), (3, Ok(2))]);
}

#[test]
fn without_idempotence_a_failed_batch_is_overtaken() {
    let mut script = Script::ready(&[("enable.idempotence", "false")]);
    script.send(&[1, 2], 0);
    script.produced(Err(ErrorCode::NotEnoughReplicas));
    script.produced(Ok(0));
    script.pass(130);
    script.produced(Ok(1));
    assert_eq!(script.results(), [(2, Ok(0)), (1, Ok(1))]);
}

#[test]
fn with_one_request_in_flight_the_order_is_kept_without_idempotence() {
    let mut script = Script::ready(&[("enable.idempotence", "false"), ("max.in.flight.requests.per.connection", "1")]);
    script.send(&[1, 2], 0);
    script.produced(Err(ErrorCode::NotEnoughReplicas));
    script.pass(130);
    script.produced(Ok(0));
    script.produced(Ok(1));
    assert_eq!(script.results(), [(1, Ok(0)), (2, Ok(1))]);
}

#[test]
fn a_gap_in_the_sequences_is_closed_with_a_new_epoch() {
    let mut script = Script::ready(&[]);
    script.send(&[1], 0);
    script.produced(Ok(0));
    script.send(&[2], 0);
    script.produced(Err(ErrorCode::OutOfOrderSequenceNumber));
    script.pass(130);
    script.produced(Ok(1));
    script.check(expect![[r#"
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:00.000.000    RecordAcknowledged { record: RecordId(1), partition: p0, offset: Offset(0), leader_epoch: LeaderEpoch(0) }
        00:00.000.000    RecordAccepted { record: RecordId(2), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[2] pid=9/0 seq=1
        00:00.000.000    BatchRetried { partition: p0, error: OutOfOrderSequenceNumber, attempt: 1 }
        00:00.000.000    ProducerIdAssigned { producer_id: ProducerId(9), producer_epoch: ProducerEpoch(1) }
        00:00.109.300    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 2 }
        00:00.109.300 b1 Produce acks=-1 p0[2] pid=9/1 seq=0
        00:00.130.000    RecordAcknowledged { record: RecordId(2), partition: p0, offset: Offset(1), leader_epoch: LeaderEpoch(0) }
    "#]]);
}

#[test]
fn a_duplicate_counts_as_written() {
    let mut script = Script::ready(&[]);
    script.send(&[1], 0);
    script.produced(Err(ErrorCode::DuplicateSequenceNumber));
    assert_eq!(script.results(), [(1, Ok(-1))]);
}

#[test]
fn after_a_batch_of_unknown_fate_nothing_new_is_sent_until_what_followed_it_is_answered() {
    let mut script = Script::ready(&[("request.timeout.ms", "2000"), ("delivery.timeout.ms", "3000")]);
    script.send(&[1], 0);
    script.produced(Err(ErrorCode::NotEnoughReplicas));
    script.pass(2_900);
    script.send(&[2], 0);
    script.pass(100);
    script.send(&[3], 0);
    script.transcript();
    script.open = script.open.split_off(script.open.len() - 1);
    script.note("-- the first has expired, the second is in flight, the third waits");
    script.produced(Err(ErrorCode::OutOfOrderSequenceNumber));
    script.pass(130);
    script.produced(Ok(0));
    script.check(expect![[r#"
        -- the first has expired, the second is in flight, the third waits
        00:03.000.000    BatchRetried { partition: p0, error: OutOfOrderSequenceNumber, attempt: 1 }
        00:03.000.000    ProducerIdAssigned { producer_id: ProducerId(9), producer_epoch: ProducerEpoch(1) }
        00:03.091.200    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 2 }
        00:03.091.200 b1 Produce acks=-1 p0[2] pid=9/1 seq=0
        00:03.091.200    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:03.091.200 b1 Produce acks=-1 p0[3] pid=9/1 seq=1
        00:03.130.000    RecordAcknowledged { record: RecordId(2), partition: p0, offset: Offset(0), leader_epoch: LeaderEpoch(0) }
    "#]]);
}

#[test]
fn a_fatal_error_fails_the_batch_and_its_sequence_goes_to_the_next() {
    let mut script = Script::ready(&[]);
    script.send(&[1, 2], 0);
    script.produced(Err(ErrorCode::MessageTooLarge));
    script.produced(Err(ErrorCode::OutOfOrderSequenceNumber));
    script.pass(130);
    script.produced(Ok(0));
    script.check(expect![[r#"
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:00.000.000    RecordAccepted { record: RecordId(2), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[2] pid=9/0 seq=1
        00:00.000.000    RecordFailed { record: RecordId(1), error: MessageTooLarge, was_sent: true }
        00:00.000.000    ProducerIdAssigned { producer_id: ProducerId(9), producer_epoch: ProducerEpoch(1) }
        00:00.000.000    BatchRetried { partition: p0, error: OutOfOrderSequenceNumber, attempt: 1 }
        00:00.109.300    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 2 }
        00:00.109.300 b1 Produce acks=-1 p0[2] pid=9/1 seq=0
        00:00.130.000    RecordAcknowledged { record: RecordId(2), partition: p0, offset: Offset(0), leader_epoch: LeaderEpoch(0) }
    "#]]);
    assert_eq!(script.results(), [(1, Err(ErrorCode::MessageTooLarge)), (2, Ok(0))]);
}
