//! How records reach a broker, and what their senders are told.

use super::*;

#[test]
fn it_asks_for_metadata_and_an_id_then_sends_and_tells_each_record_its_offset() {
    let mut script = Script::start(&[("linger.ms", "5")]);
    let blocked = script.hand_in(1, 0);
    script.answer_metadata(&cluster(&[1, 2], 0));
    assert_eq!(
        (blocked, script.player.take_unblocked()),
        (Send::Blocked { ticket: SendTicket(0) }, vec![SendTicket(0)])
    );
    script.identify(9);
    assert_eq!([script.hand_in(2, 0), script.hand_in(3, 1)], [Send::Accepted; 2]);
    script.pass(5);
    script.produced(Ok(40));
    script.produced(Ok(7));
    script.check(expect![[r#"
        00:00.000.000 b1 Metadata
        00:00.000.000    SendBlocked { record: RecordId(1), reason: NoMetadata }
        00:00.000.000    MetadataUpdated {  }
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    SendUnblocked { record: RecordId(1), waited: SimDuration(0) }
        00:00.000.000 b1 InitProducerId -1/-1
        00:00.000.000    ProducerIdAssigned { producer_id: ProducerId(9), producer_epoch: ProducerEpoch(0) }
        00:00.000.000    RecordAccepted { record: RecordId(2), partition: p0, key: None }
        00:00.000.000    RecordAccepted { record: RecordId(3), partition: p1, key: None }
        00:00.005.000    BatchSent { partition: p0, to: BrokerId(1), records: 2, bytes: 279, attempt: 1 }
        00:00.005.000 b1 Produce acks=-1 p0[1, 2] pid=9/0 seq=0
        00:00.005.000    BatchSent { partition: p1, to: BrokerId(2), records: 1, bytes: 170, attempt: 1 }
        00:00.005.000 b2 Produce acks=-1 p1[3] pid=9/0 seq=0
        00:00.005.000    RecordAcknowledged { record: RecordId(1), partition: p0, offset: Offset(40), leader_epoch: LeaderEpoch(0) }
        00:00.005.000    RecordAcknowledged { record: RecordId(2), partition: p0, offset: Offset(41), leader_epoch: LeaderEpoch(0) }
        00:00.005.000    RecordAcknowledged { record: RecordId(3), partition: p1, offset: Offset(7), leader_epoch: LeaderEpoch(0) }
    "#]]);
    assert_eq!(script.results(), [(1, Ok(40)), (2, Ok(41)), (3, Ok(7))]);
    assert!(script.player.is_flushed());
    assert_eq!(script.player.buffer().0, 0);
}

#[test]
fn at_most_five_requests_are_in_flight_to_one_broker() {
    let mut script = Script::ready(&[]);
    script.send(&[1, 2, 3, 4, 5, 6, 7], 0);
    assert_eq!(script.count("Produce"), 5);
    script.produced(Ok(0));
    script.check(expect![[r#"
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:00.000.000    RecordAccepted { record: RecordId(2), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[2] pid=9/0 seq=1
        00:00.000.000    RecordAccepted { record: RecordId(3), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[3] pid=9/0 seq=2
        00:00.000.000    RecordAccepted { record: RecordId(4), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[4] pid=9/0 seq=3
        00:00.000.000    RecordAccepted { record: RecordId(5), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[5] pid=9/0 seq=4
        00:00.000.000    RecordAccepted { record: RecordId(6), partition: p0, key: None }
        00:00.000.000    RecordAccepted { record: RecordId(7), partition: p0, key: None }
        00:00.000.000    RecordAcknowledged { record: RecordId(1), partition: p0, offset: Offset(0), leader_epoch: LeaderEpoch(0) }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 2, bytes: 279, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[6, 7] pid=9/0 seq=5
    "#]]);
}

#[test]
fn a_new_leader_named_by_the_old_one_gets_the_batch_at_once() {
    let mut script = Script::ready(&[]);
    script.send(&[1], 0);
    script.answer_produce(Err(ErrorCode::NotLeaderOrFollower), Some((BrokerId(3), LeaderEpoch(1))));
    script.check(expect![[r#"
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:00.000.000    BatchRetried { partition: p0, error: NotLeaderOrFollower, attempt: 1 }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(3), records: 1, bytes: 170, attempt: 2 }
        00:00.000.000 b3 Produce acks=-1 p0[1] pid=9/0 seq=0
    "#]]);
}

#[test]
fn a_broken_connection_and_silence_both_lead_to_another_try_elsewhere() {
    let mut script = Script::ready(&[("request.timeout.ms", "2000")]);
    script.send(&[1], 0);
    script.disconnect(1);
    script.pass(150);
    script.answer_metadata(&cluster(&[2, 2], 1));
    script.pass(150);
    script.pass(2_000);
    script.check(expect![[r#"
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:00.000.000    ConnectionLost { node: Client(ClientId(0)), peer: Broker(BrokerId(1)) }
        00:00.000.000    BatchRetried { partition: p0, error: NetworkException, attempt: 1 }
        00:00.089.800 b3 Metadata
        00:00.109.300    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 2 }
        00:00.109.300 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:00.150.000    MetadataUpdated {  }
        00:02.109.300    RequestTimedOut { node: Client(ClientId(0)), peer: Broker(BrokerId(1)) }
        00:02.109.300 b3 Metadata
        00:02.109.300    BatchRetried { partition: p0, error: NetworkException, attempt: 2 }
        00:02.109.300    BatchSent { partition: p0, to: BrokerId(2), records: 1, bytes: 170, attempt: 3 }
        00:02.109.300 b2 Produce acks=-1 p0[1] pid=9/0 seq=0
    "#]]);
}

#[test]
fn what_is_not_delivered_in_time_fails_and_may_have_been_written() {
    let mut script = Script::ready(&[("request.timeout.ms", "2000"), ("delivery.timeout.ms", "3000")]);
    script.send(&[1], 0);
    script.pass(3_000);
    script.check(expect![[r#"
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:02.000.000    RequestTimedOut { node: Client(ClientId(0)), peer: Broker(BrokerId(1)) }
        00:02.000.000 b3 Metadata
        00:02.000.000    BatchRetried { partition: p0, error: NetworkException, attempt: 1 }
        00:02.109.300    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 2 }
        00:02.109.300 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:03.000.000    RecordFailed { record: RecordId(1), error: RequestTimedOut, was_sent: true }
    "#]]);
    assert_eq!(script.results(), [(1, Err(ErrorCode::RequestTimedOut))]);
}

#[test]
fn a_batch_that_is_too_large_for_the_topic_is_split_and_keeps_its_sequence() {
    let mut script = Script::ready(&[("linger.ms", "5"), ("batch.size", "500")]);
    assert_eq!([1, 2, 3].map(|id| script.hand_in(id, 0)), [Send::Accepted; 3]);
    script.pass(5);
    let mut config = script.player.config().clone();
    config.set("batch.size", "200").unwrap();
    script.act(|producer, out| producer.set_config(config, out));
    script.produced(Err(ErrorCode::MessageTooLarge));
    for offset in 0..3 {
        script.produced(Ok(offset));
    }
    script.check(expect![[r#"
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    RecordAccepted { record: RecordId(2), partition: p0, key: None }
        00:00.000.000    RecordAccepted { record: RecordId(3), partition: p0, key: None }
        00:00.005.000    BatchSent { partition: p0, to: BrokerId(1), records: 3, bytes: 388, attempt: 1 }
        00:00.005.000 b1 Produce acks=-1 p0[1, 2, 3] pid=9/0 seq=0
        00:00.005.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.005.000 b1 Produce acks=-1 p0[1] pid=9/0 seq=0
        00:00.005.000    RecordAcknowledged { record: RecordId(1), partition: p0, offset: Offset(0), leader_epoch: LeaderEpoch(0) }
        00:00.005.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.005.000 b1 Produce acks=-1 p0[2] pid=9/0 seq=1
        00:00.005.000    RecordAcknowledged { record: RecordId(2), partition: p0, offset: Offset(1), leader_epoch: LeaderEpoch(0) }
        00:00.005.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.005.000 b1 Produce acks=-1 p0[3] pid=9/0 seq=2
        00:00.005.000    RecordAcknowledged { record: RecordId(3), partition: p0, offset: Offset(2), leader_epoch: LeaderEpoch(0) }
    "#]]);
    assert_eq!(script.results(), [(1, Ok(0)), (2, Ok(1)), (3, Ok(2))]);
    assert_eq!(script.player.buffer().0, 0);
}

#[test]
fn a_record_that_is_too_large_is_refused_at_once() {
    let mut script = Script::ready(&[("max.request.size", "100")]);
    assert_eq!(script.hand_in(1, 0), Send::Refused);
    assert_eq!(script.results(), [(1, Err(ErrorCode::MessageTooLarge))]);
}

#[test]
fn with_acks_0_a_record_is_taken_for_delivered_when_it_is_written() {
    let mut script = Script::ready(&[("acks", "0")]);
    script.send(&[1], 0);
    script.check(expect![[r#"
        00:00.000.000    RecordAccepted { record: RecordId(1), partition: p0, key: None }
        00:00.000.000    BatchSent { partition: p0, to: BrokerId(1), records: 1, bytes: 170, attempt: 1 }
        00:00.000.000 b1 Produce acks=0 p0[1] pid=-1/-1 seq=-1
        00:00.000.000    RecordAcknowledged { record: RecordId(1), partition: p0, offset: Offset(-1), leader_epoch: LeaderEpoch(0) }
    "#]]);
    assert_eq!(script.results(), [(1, Ok(-1))]);
}

#[test]
fn with_acks_0_and_one_request_in_flight_a_partition_is_free_again_once_its_batch_is_written() {
    let mut script = Script::ready(&[("acks", "0"), ("max.in.flight.requests.per.connection", "1")]);
    script.send(&[1], 0);
    script.send(&[2], 0);
    assert_eq!(script.results(), [(1, Ok(-1)), (2, Ok(-1))]);
}

#[test]
fn closing_sends_what_is_buffered_and_takes_nothing_more() {
    let mut script = Script::ready(&[("linger.ms", "1000")]);
    assert_eq!(script.hand_in(1, 0), Send::Accepted);
    script.act(Producer::close);
    assert_eq!((script.hand_in(2, 0), script.player.is_closed()), (Send::Refused, false));
    script.produced(Ok(0));
    assert!(script.player.is_closed());
    assert_eq!(script.results(), [(2, Err(ErrorCode::InvalidRequest)), (1, Ok(0))]);
}

#[test]
fn round_robin_takes_turns_among_partitions_with_a_leader() {
    let mut script = Script::start(&[("partitioner.class", "RoundRobinPartitioner"), ("enable.idempotence", "false")]);
    script.answer_metadata(&cluster(&[1, 0, 2], 0));
    let mut chosen = Vec::new();
    for id in 0..4 {
        let record = Record {
            id: RecordId(id),
            timestamp: script.now,
            key: Some(b"same"[..].into()),
            value: None,
            headers: Vec::new(),
        };
        let record = ProducerRecord { topic: TopicName::new("t"), partition: None, record };
        assert_eq!(script.act(|producer, out| producer.send(record, out)), Send::Accepted);
        script.pass(0);
        let Request::Produce(produce) = &script.open.last().unwrap().2 else { panic!("it sends at once") };
        chosen.push(produce.batches[0].0.partition.0);
    }
    assert_eq!(chosen, [0, 2, 0, 2]);
}

#[test]
fn an_idle_producer_asks_for_nothing_but_metadata_when_it_is_old() {
    let mut script = Script::ready(&[]);
    script.send(&[1], 1);
    script.produced(Ok(0));
    script.transcript();
    script.pass(300_000);
    script.check(expect![[r#"
        05:00.000.000 b1 Metadata
    "#]]);
    assert_eq!(script.player.next_sequence(P1).map(|next| next.0), Some(1));
    assert_eq!(script.player.next_sequence(P0).map(|next| next.0), Some(0));
}
