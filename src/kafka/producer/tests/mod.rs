//! A producer against a scripted broker.

mod delivery;
mod order;
mod blocking;

use super::{Producer, ProducerOptions, ProducerRecord, Send, SendTicket};
use crate::kafka::client_script::{P0, P1, Player, Script, cluster};
use crate::protocol::config::ProducerConfig;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, Node, PartitionIndex, ProducerEpoch, ProducerId, RecordId, TopicName};
use crate::protocol::message::{
    InitProducerIdResponse, Message, ProducePartitionResponse, ProduceResponse, Request, Response,
};
use crate::protocol::metadata::ClusterMetadata;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::record::Record;
use crate::protocol::timer::Timer;
use crate::sim::time::{SimDuration, SimTime};
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
        let options =
            ProducerOptions { client: ClientId(0), name: "p".into(), config, bootstrap: vec![BrokerId(1)], seed: 7 };
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
        let record = Record { timestamp: self.now, ..record(id) };
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

/// A record of 100 bytes.
fn record(id: u64) -> Record {
    Record {
        id: RecordId(id),
        timestamp: SimTime::ZERO,
        key: None,
        value: Some(vec![0; 100].into()),
        headers: Vec::new(),
    }
}
