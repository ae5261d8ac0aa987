//! Calls of `send()` that have to wait.

use super::*;

#[test]
fn a_full_buffer_blocks_the_caller_until_memory_comes_back_or_max_block_ms_is_over() {
    let settings = [
        ("buffer.memory", "400"),
        ("batch.size", "200"),
        ("max.block.ms", "50"),
        ("max.in.flight.requests.per.connection", "1"),
    ];
    let mut script = Script::ready(&settings);
    script.send(&[1, 2], 0);
    let [third, fourth] = [script.hand_in(3, 0), script.hand_in(4, 0)];
    assert_eq!([third, fourth], [0, 1].map(|ticket| Send::Blocked { ticket: SendTicket(ticket) }));
    script.pass(10);
    script.produced(Ok(0));
    assert_eq!(script.player.take_unblocked(), [SendTicket(0)]);
    script.pass(40);
    assert_eq!(script.player.take_unblocked(), [SendTicket(1)]);
    script.check(expect![[r#"
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:00.000.000    RecordAccepted { record: RecordId(2), partition: p0, key: None }
        00:00.000.000    SendBlocked { record: RecordId(3), reason: BufferFull }
        00:00.000.000    SendBlocked { record: RecordId(4), reason: BufferFull }
        00:00.010.000    RecordAcknowledged { record: RecordId(1), partition: p0, offset: Offset(0), leader_epoch: LeaderEpoch(0) }
        00:00.010.000    RecordAccepted { record: RecordId(3), partition: p0, key: None }
        00:00.010.000    SendUnblocked { record: RecordId(3), waited: SimDuration(10000000) }
        00:00.010.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.010.000 b1 Produce acks=-1 p0[2] pid=9/0 seq=1
        00:00.050.000    RecordFailed { record: RecordId(4), error: RequestTimedOut, was_sent: false }
        00:00.050.000    SendUnblocked { record: RecordId(4), waited: SimDuration(50000000) }
    "#]]);
    assert_eq!(script.results(), [(1, Ok(0)), (4, Err(ErrorCode::RequestTimedOut))]);
}

#[test]
fn a_topic_that_does_not_exist_blocks_for_max_block_ms_and_is_asked_for_again_and_again() {
    let mut script = Script::start(&[("max.block.ms", "300"), ("enable.idempotence", "false")]);
    let empty = ClusterMetadata { topics: Vec::new(), ..cluster(&[], 0) };
    script.answer_metadata(&empty);
    assert!(matches!(script.hand_in(1, 0), Send::Blocked { .. }));
    for _ in 0..3 {
        script.pass(100);
        if script.count("Metadata") > 0 {
            script.answer_metadata(&empty);
        }
    }
    script.check(expect![[r#"
        00:00.000.000 b1 Metadata
        00:00.000.000    MetadataUpdated {  }
        00:00.000.000    SendBlocked { record: RecordId(1), reason: NoMetadata }
        00:00.089.800 b1 Metadata
        00:00.205.800 b1 Metadata
        00:00.300.000    RecordFailed { record: RecordId(1), error: RequestTimedOut, was_sent: false }
        00:00.300.000    SendUnblocked { record: RecordId(1), waited: SimDuration(300000000) }
    "#]]);
    assert_eq!(script.results(), [(1, Err(ErrorCode::RequestTimedOut))]);
}

#[test]
fn what_one_who_gave_up_had_gathered_goes_to_the_next_in_line() {
    let settings = [("buffer.memory", "600"), ("batch.size", "300"), ("max.block.ms", "50"), ("linger.ms", "0")];
    let mut script = Script::ready(&settings);
    script.send(&[1], 0);
    script.send(&[2], 1);
    let large = Record { value: Some(vec![0; 400].into()), ..record(3) };
    let large = ProducerRecord { topic: TopicName::new("t"), partition: Some(PartitionIndex(0)), record: large };
    assert!(matches!(script.act(|producer, out| producer.send(large, out)), Send::Blocked { .. }));
    script.pass(10);
    assert!(matches!(script.hand_in(4, 1), Send::Blocked { .. }));
    script.produced(Ok(0));
    assert_eq!(script.player.take_unblocked(), []);
    script.pass(40);
    assert_eq!(script.player.take_unblocked(), [SendTicket(0), SendTicket(1)]);
    assert_eq!(script.results(), [(1, Ok(0)), (3, Err(ErrorCode::RequestTimedOut))]);
}
