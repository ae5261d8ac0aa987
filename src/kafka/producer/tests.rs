//! A producer against a scripted broker.

use super::{Producer, ProducerOptions, ProducerRecord, Send, SendTicket};
use crate::kafka::client_script::{P0, P1, Player, Script, cluster};
use crate::protocol::config::ProducerConfig;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, Node, PartitionIndex, ProducerEpoch, ProducerId, RecordId, TopicName};
use crate::protocol::message::{InitProducerIdResponse, Message, ProducePartitionResponse, ProduceResponse, Request, Response};
use crate::protocol::metadata::ClusterMetadata;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::record::Record;
use crate::protocol::timer::Timer;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use expect_test::{Expect, expect};

impl Player for Producer {
    fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        self.on_message(from, message, out);
    }
    fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        self.on_timer(timer, out);
    }
}

impl Script<Producer> {
    fn start(settings: &[(&str, &str)]) -> Self {
        let mut config = ProducerConfig::default();
        config.set("linger.ms", "0").unwrap();
        for (name, value) in settings {
            config.set(name, value).unwrap();
        }
        let options = ProducerOptions { client: ClientId(0), name: "p".into(), config, bootstrap: vec![BrokerId(1)], seed: 7 };
        let mut script = Self::new(Producer::new(options));
        script.act(Producer::on_start);
        script
    }
    /// A producer that knows the cluster (partition 0 on broker 1, 1 on 2) and has an id if it wants one.
    fn ready(settings: &[(&str, &str)]) -> Self {
        let mut script = Self::start(settings);
        script.answer_metadata(&cluster(&[1, 2], 0));
        if script.count("InitProducerId") > 0 {
            script.identify(9);
        }
        script.transcript();
        script
    }
    fn identify(&mut self, producer_id: i64) {
        let (producer_id, producer_epoch) = (ProducerId(producer_id), ProducerEpoch(0));
        self.answer("InitProducerId", |_| {
            Response::InitProducerId(InitProducerIdResponse { error: ErrorCode::None, producer_id, producer_epoch })
        });
    }
    /// Hands in a record of 100 bytes for a partition.
    fn hand_in(&mut self, id: u64, partition: u16) -> Send {
        let record = Record { id: RecordId(id), timestamp: self.now, key: None, value: Some(vec![0; 100].into()), headers: Vec::new() };
        let record = ProducerRecord { topic: TopicName::new("t"), partition: Some(PartitionIndex(partition)), record };
        self.act(|producer, out| producer.send(record, out))
    }
    /// Hands in records, one request each.
    fn send(&mut self, ids: &[u64], partition: u16) {
        for id in ids {
            assert_eq!(self.hand_in(*id, partition), Send::Accepted);
            self.pass(0);
        }
    }
    /// Answers the oldest Produce: this error, or written at this offset.
    fn produced(&mut self, outcome: Result<i64, ErrorCode>) {
        self.answer_produce(outcome, None);
    }
    fn answer_produce(&mut self, outcome: Result<i64, ErrorCode>, current_leader: Option<(BrokerId, LeaderEpoch)>) {
        self.answer("Produce", |request| {
            let Request::Produce(produce) = request else { unreachable!() };
            let answer = |partition| ProducePartitionResponse {
                partition,
                error: outcome.err().unwrap_or_default(),
                base_offset: outcome.map_or(Offset::NONE, Offset),
                log_start_offset: Offset::ZERO,
                current_leader,
            };
            let partitions = produce.batches.iter().map(|(partition, _)| answer(*partition)).collect();
            Response::Produce(ProduceResponse { partitions, throttle_time: SimDuration::ZERO })
        });
    }
    /// Record ids with their offset or error.
    fn results(&mut self) -> Vec<(u64, Result<i64, ErrorCode>)> {
        let results = self.player.take_results();
        results.into_iter().map(|result| (result.record.0, result.outcome.map(|written| written.offset.0))).collect()
    }
    fn check(&mut self, expected: Expect) {
        expected.assert_eq(&self.transcript());
    }
}

#[test]
fn it_asks_for_metadata_and_an_id_then_sends_and_tells_each_record_its_offset() {
    let mut script = Script::start(&[("linger.ms", "5")]);
    let blocked = script.hand_in(1, 0);
    script.answer_metadata(&cluster(&[1, 2], 0));
    assert_eq!((blocked, script.player.take_unblocked()), (Send::Blocked { ticket: SendTicket(0) }, vec![SendTicket(0)]));
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
fn a_full_buffer_blocks_the_caller_until_memory_comes_back_or_max_block_ms_is_over() {
    let settings = [("buffer.memory", "400"), ("batch.size", "200"), ("max.block.ms", "50"), ("max.in.flight.requests.per.connection", "1")];
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
        let record = Record { id: RecordId(id), timestamp: script.now, key: Some(b"same"[..].into()), value: None, headers: Vec::new() };
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
