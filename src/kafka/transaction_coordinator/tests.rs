//! The coordinator's rules, request by request. Brokers and logs are played by the test.

use super::transaction::TransactionState;
use super::{Asker, TransactionCoordinator, TransactionSettings, Wish};
use crate::kafka::metadata_image::MetadataImage;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{
    BrokerId, ClientId, CorrelationId, Node, ProducerEpoch, ProducerId, TopicId, TopicPartition,
};
use crate::protocol::ids::{PartitionIndex, RecordId, TopicName};
use crate::protocol::message::{
    AddPartitionsToTxnRequest, EndTxnRequest, InitProducerIdRequest, Message, Response, WriteTxnMarkersResponse,
};
use crate::protocol::metadata::{LeaderRecoveryState, MetadataBatch, MetadataRecord, PartitionRegistration};
use crate::protocol::offset::{LeaderEpoch, Offset, PartitionEpoch, QuorumEpoch};
use crate::protocol::record::Record;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::{Effect, Outbox};
use std::sync::Arc;

const ORDERS: TopicPartition = TopicPartition::new(TopicId(0), 0);

/// A coordinator of one partition, whose writes succeed unless the test says otherwise.
struct Bench {
    coordinator: TransactionCoordinator,
    image: MetadataImage,
    now: SimTime,
    answers: Vec<Response>,
    markers_sent: u32,
    log: Vec<Record>,
    correlations: u32,
    fails_writes: Option<ErrorCode>,
}

impl Bench {
    fn new() -> Self {
        let mut bench = Self {
            coordinator: TransactionCoordinator::new(TransactionSettings {
                max_timeout: SimDuration::from_secs(900),
                timeout_check_interval: SimDuration::from_secs(10),
            }),
            image: image(),
            now: SimTime::ZERO,
            answers: Vec::new(),
            markers_sent: 0,
            log: Vec::new(),
            correlations: 0,
            fails_writes: None,
        };
        bench.coordinator.set_partition_count(1);
        bench.coordinator.on_elected(PartitionIndex(0), [].into_iter(), &mut Outbox::new(SimTime::ZERO));
        bench
    }

    fn run(&mut self, act: impl FnOnce(&mut TransactionCoordinator, &mut Outbox, &mut Vec<Wish>)) {
        let mut out = Outbox::new(self.now);
        let mut wishes = Vec::new();
        act(&mut self.coordinator, &mut out, &mut wishes);
        while !wishes.is_empty() {
            match wishes.remove(0) {
                Wish::ProducerId => self.coordinator.on_producer_id(ProducerId(7), &mut out, &mut wishes),
                Wish::Append(write) => {
                    let result = self.fails_writes.map_or(Ok(()), Err);
                    if result.is_ok() {
                        let (key, value) = (write.key, write.value);
                        let record = Record { id: RecordId(0), timestamp: self.now, key, value, headers: Vec::new() };
                        self.log.push(record);
                    }
                    self.coordinator.on_write_done(write.ticket, result, &mut out, &mut wishes);
                }
            }
        }
        self.coordinator.send_markers(&self.image, &mut self.correlations, &mut out);
        for effect in out.into_effects() {
            if let Effect::Send { message, .. } = effect {
                match message {
                    Message::Response { response, .. } => self.answers.push(response),
                    Message::Request { .. } => self.markers_sent += 1,
                    Message::Queueing(_) | Message::Disconnected => {}
                }
            }
        }
    }

    fn init(&mut self) -> (ErrorCode, i16) {
        let request = InitProducerIdRequest {
            transactional_id: Some(Arc::from("stock")),
            transaction_timeout: SimDuration::from_secs(60),
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
        };
        self.run(|coordinator, out, wishes| coordinator.on_init_producer_id(ASKER, request, out, wishes));
        match self.answers.pop() {
            Some(Response::InitProducerId(answer)) => (answer.error, answer.producer_epoch.0),
            other => panic!("{other:?}"),
        }
    }

    fn add(&mut self, epoch: i16) -> ErrorCode {
        let request = AddPartitionsToTxnRequest {
            transactional_id: Arc::from("stock"),
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(epoch),
            partitions: vec![ORDERS],
        };
        self.run(|coordinator, out, wishes| coordinator.on_add_partitions(ASKER, &request, out, wishes));
        match self.answers.pop() {
            Some(Response::AddPartitionsToTxn(answer)) => answer.error,
            other => panic!("{other:?}"),
        }
    }

    fn end(&mut self, epoch: i16, is_commit: bool) -> (ErrorCode, i16) {
        let request = EndTxnRequest {
            transactional_id: Arc::from("stock"),
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(epoch),
            is_commit,
        };
        self.run(|coordinator, out, wishes| coordinator.on_end_txn(ASKER, &request, out, wishes));
        match self.answers.pop() {
            Some(Response::EndTxn(answer)) => (answer.error, answer.producer_epoch.0),
            other => panic!("{other:?}"),
        }
    }

    fn markers_written(&mut self, error: ErrorCode) {
        let response = WriteTxnMarkersResponse { producer_id: ProducerId(7), partitions: vec![(ORDERS, error)] };
        self.run(|coordinator, out, wishes| coordinator.on_markers_written(&response, out, wishes));
    }

    fn state(&self) -> TransactionState {
        self.coordinator.transaction("stock").expect("it has been initialised").state
    }
}

const ASKER: Asker = Asker { from: Node::Client(ClientId(0)), correlation: CorrelationId(1) };

/// One topic with one partition, led by broker 1.
fn image() -> MetadataImage {
    let mut image = MetadataImage::default();
    let registration = PartitionRegistration {
        replicas: vec![BrokerId(1)],
        isr: vec![BrokerId(1)],
        elr: Vec::new(),
        last_known_elr: Vec::new(),
        adding_replicas: Vec::new(),
        removing_replicas: Vec::new(),
        leader: Some(BrokerId(1)),
        leader_epoch: LeaderEpoch::ZERO,
        partition_epoch: PartitionEpoch::ZERO,
        leader_recovery_state: LeaderRecoveryState::Recovered,
    };
    let records = vec![
        MetadataRecord::TopicRecord { name: TopicName::new("orders"), topic: TopicId(0) },
        MetadataRecord::PartitionRecord { topic: TopicId(0), partition: PartitionIndex(0), registration },
    ];
    image.replay(&MetadataBatch { base_offset: Offset::ZERO, epoch: QuorumEpoch::ZERO, records: records.into() });
    image
}

#[test]
fn a_transaction_is_decided_by_one_record_and_over_when_its_markers_are_written() {
    let mut bench = Bench::new();
    assert_eq!(bench.init(), (ErrorCode::None, 0));
    assert_eq!(bench.add(0), ErrorCode::None);
    // The answer to EndTxn does not wait for the markers, and brings the next transaction's epoch (KIP-890).
    assert_eq!(bench.end(0, true), (ErrorCode::None, 1));
    assert_eq!((bench.state(), bench.markers_sent), (TransactionState::PrepareCommit, 1));
    bench.markers_written(ErrorCode::None);
    assert_eq!(bench.state(), TransactionState::CompleteCommit);
    let states: Vec<String> = bench.log.iter().map(status).collect();
    assert_eq!(states, ["Empty", "Ongoing", "PrepareCommit", "CompleteCommit"]);
}

fn status(record: &Record) -> String {
    let value: serde_json::Value = serde_json::from_slice(record.value.as_ref().expect("no tombstones")).unwrap();
    value["transactionStatus"].as_str().unwrap().to_owned()
}

#[test]
fn a_new_instance_aborts_what_the_old_one_left_open_and_shuts_it_out() {
    let mut bench = Bench::new();
    bench.init();
    bench.add(0);
    assert_eq!(bench.init().0, ErrorCode::ConcurrentTransactions);
    assert_eq!(bench.state(), TransactionState::PrepareAbort);
    assert_eq!(bench.init().0, ErrorCode::ConcurrentTransactions, "the markers are still on their way");
    bench.markers_written(ErrorCode::None);
    // One epoch for the fence, one for the abort, one for the new instance.
    assert_eq!(bench.init(), (ErrorCode::None, 3));
    assert_eq!(bench.end(0, true).0, ErrorCode::ProducerFenced);
    assert_eq!(bench.add(0), ErrorCode::ProducerFenced);
}

#[test]
fn the_next_transaction_waits_for_the_markers_of_the_last() {
    let mut bench = Bench::new();
    bench.init();
    bench.add(0);
    bench.end(0, true);
    assert_eq!(bench.add(1), ErrorCode::ConcurrentTransactions);
    bench.markers_written(ErrorCode::None);
    assert_eq!(bench.add(1), ErrorCode::None);
}

#[test]
fn an_end_that_is_sent_again_is_answered_as_the_first_and_a_late_one_is_refused() {
    let mut bench = Bench::new();
    bench.init();
    bench.add(0);
    bench.end(0, true);
    bench.markers_written(ErrorCode::None);
    assert_eq!(bench.end(0, true), (ErrorCode::None, 1));
    assert_eq!(bench.end(0, false).0, ErrorCode::InvalidTxnState);
    bench.add(1);
    assert_eq!(bench.end(0, true).0, ErrorCode::ProducerFenced, "it must not end the next transaction");
}

#[test]
fn a_transaction_that_is_open_too_long_is_aborted_and_its_producer_fenced() {
    let mut bench = Bench::new();
    bench.init();
    bench.add(0);
    bench.now = SimTime::from_millis(60_000);
    bench.run(|coordinator, out, wishes| coordinator.on_timeouts_timer(out, wishes));
    assert_eq!(bench.state(), TransactionState::Ongoing, "it has just used up its time");
    bench.now = SimTime::from_millis(70_000);
    bench.run(|coordinator, out, wishes| coordinator.on_timeouts_timer(out, wishes));
    assert_eq!(bench.state(), TransactionState::PrepareAbort);
    bench.markers_written(ErrorCode::None);
    assert_eq!(bench.end(0, true).0, ErrorCode::ProducerFenced);
}

#[test]
fn a_marker_that_is_not_written_is_sent_again() {
    let mut bench = Bench::new();
    bench.init();
    bench.add(0);
    bench.end(0, true);
    bench.markers_written(ErrorCode::NotEnoughReplicas);
    assert_eq!((bench.state(), bench.markers_sent), (TransactionState::PrepareCommit, 2));
}

#[test]
fn a_decision_that_cannot_be_written_is_no_decision() {
    let mut bench = Bench::new();
    bench.init();
    bench.add(0);
    bench.fails_writes = Some(ErrorCode::NotEnoughReplicas);
    assert_eq!(bench.end(0, true).0, ErrorCode::CoordinatorNotAvailable);
    assert_eq!((bench.state(), bench.markers_sent), (TransactionState::Ongoing, 0));
    bench.fails_writes = None;
    assert_eq!(bench.end(0, true).0, ErrorCode::None);
}

#[test]
fn a_coordinator_that_takes_over_carries_out_what_was_decided() {
    let mut first = Bench::new();
    first.init();
    first.add(0);
    first.end(0, true);
    let mut second = Bench::new();
    second.coordinator.on_resigned(PartitionIndex(0), &mut Outbox::new(SimTime::ZERO));
    let log = first.log.clone();
    second.run(|coordinator, out, _| coordinator.on_elected(PartitionIndex(0), log.iter(), out));
    assert_eq!((second.state(), second.markers_sent), (TransactionState::PrepareCommit, 1));
    second.markers_written(ErrorCode::None);
    assert_eq!(second.state(), TransactionState::CompleteCommit);
}

#[test]
fn a_time_out_longer_than_the_brokers_limit_is_refused() {
    let mut bench = Bench::new();
    let mut settings = TransactionSettings {
        max_timeout: SimDuration::from_secs(59),
        timeout_check_interval: SimDuration::from_secs(10),
    };
    bench.coordinator.set_settings(settings);
    assert_eq!(bench.init().0, ErrorCode::InvalidTransactionTimeout);
    settings.max_timeout = SimDuration::from_secs(60);
    bench.coordinator.set_settings(settings);
    assert_eq!(bench.init().0, ErrorCode::None);
}
