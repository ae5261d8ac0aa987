//! Reading, processing and writing as one step (KIP-98, KIP-447; what Kafka Streams does under `processing.guarantee`): what
//! a service publishes and the offsets of what it read count together, or not at all.
//!
//! One transaction holds one `poll()`'s records. When it cannot be committed, the service goes back to where it was.

use super::service::{Service, Step};
use crate::kafka::consumer::ConsumerRecord;
use crate::kafka::producer::transactions::{TransactionOffsets, TransactionOutcome, TransactionStage};
use crate::kafka::producer::{ProducerRecord, Send};
use crate::protocol::config::ProcessingGuarantee;
use crate::protocol::ids::{RecordId, TopicPartition};
use crate::protocol::message::CommittedOffset;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::record::Record;
use crate::sim::ordered::BTreeMap;
use crate::trace::Outbox;

/// What one transaction is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unit {
    /// For each partition the first offset that was polled, and the one after the last.
    ranges: BTreeMap<TopicPartition, (Offset, Offset)>,
    /// What was processed in it, and counts once it is committed.
    done: Vec<ConsumerRecord>,
}

impl Unit {
    /// A record is processed; the transaction will say whether that counts.
    pub(super) fn add(&mut self, done: ConsumerRecord) {
        self.done.push(done);
    }
    /// True when it is among what was processed in this transaction.
    pub(super) fn holds(&self, partition: TopicPartition, offset: Offset) -> bool {
        self.done.iter().any(|record| (record.partition, record.offset) == (partition, offset))
    }
    /// What was polled from here on is given back.
    pub(super) fn ends_before(&mut self, partition: TopicPartition, offset: Offset) {
        if let Some(range) = self.ranges.get_mut(&partition) {
            range.1 = range.1.min(offset);
        }
    }
}

impl Service {
    /// True when the service writes in transactions.
    pub(super) fn is_exactly_once(&self) -> bool {
        self.options.writes.is_some() && self.options.config.processing_guarantee == ProcessingGuarantee::ExactlyOnceV2
    }

    /// `poll()` has returned: a transaction begins as soon as the producer is ready for one.
    pub(super) fn begin_unit(&mut self, out: &mut Outbox) {
        self.unit = Unit::default();
        for record in &self.in_hand {
            let range = self.unit.ranges.entry(record.partition).or_insert((record.offset, record.offset));
            range.1 = record.offset.next();
        }
        let is_ready = self.transaction_stage() == Some(TransactionStage::Ready);
        if !is_ready {
            self.step = Step::Beginning;
            return;
        }
        if let Some(producer) = &mut self.producer {
            producer.begin_transaction();
        }
        self.take_up(out);
    }

    fn transaction_stage(&self) -> Option<TransactionStage> {
        self.producer.as_ref().and_then(|producer| producer.transactions()).map(|transactions| transactions.stage)
    }

    /// Publishes what was made of an order, under a number of its own.
    pub(super) fn publish_output(&mut self, original: &Record, out: &mut Outbox) {
        let Some(topic) = self.options.writes.clone() else { return };
        let id = RecordId((u64::from(self.client.0) + 1) << 32 | u64::from(self.next_record));
        self.next_record += 1;
        let record = Record { id, timestamp: out.now(), ..original.clone() };
        let Some(producer) = &mut self.producer else { return };
        match producer.send(ProducerRecord { topic, partition: None, record }, out) {
            // A transaction that has failed says so by itself.
            Send::Accepted | Send::Blocked { .. } | Send::Refused => {}
        }
    }

    /// All that was polled is processed: its offsets join the transaction, and it is committed.
    pub(super) fn commit_unit(&mut self, out: &mut Outbox) {
        self.step = Step::Ending;
        let (generation, member) = self.consumer.group_metadata();
        let after = |(partition, (_, next)): (&TopicPartition, &(Offset, Offset))| {
            (*partition, CommittedOffset { offset: *next, leader_epoch: LeaderEpoch::NONE })
        };
        let offsets = TransactionOffsets {
            group: self.options.group.clone(),
            generation,
            member,
            group_instance_id: None,
            offsets: self.unit.ranges.iter().map(after).collect(),
        };
        let Some(producer) = &mut self.producer else { return };
        producer.send_offsets_to_transaction(offsets);
        producer.commit_transaction(out);
    }

    /// The producer tells how its transactions go.
    pub(super) fn on_transaction_outcomes(&mut self, out: &mut Outbox) {
        let Some(producer) = &mut self.producer else { return };
        for outcome in producer.take_transaction_outcomes() {
            match outcome {
                TransactionOutcome::Ready if self.step == Step::Beginning => {
                    if let Some(producer) = &mut self.producer {
                        producer.begin_transaction();
                    }
                    self.take_up(out);
                }
                TransactionOutcome::Ready => {}
                TransactionOutcome::Committed => self.on_unit_committed(out),
                TransactionOutcome::MustAbort(_) => {
                    self.in_hand.clear();
                    self.step = Step::Ending;
                    if let Some(producer) = &mut self.producer {
                        producer.abort_transaction(out);
                    }
                }
                TransactionOutcome::Aborted => self.go_back(out),
                TransactionOutcome::Fatal(_) => self.give_up(out),
            }
        }
    }

    fn on_unit_committed(&mut self, out: &mut Outbox) {
        for done in std::mem::take(&mut self.unit).done {
            self.finish(done, out);
        }
        self.take_up(out);
    }

    /// The transaction is aborted: its records are read again, by whoever owns their partitions now.
    fn go_back(&mut self, out: &mut Outbox) {
        self.in_hand.clear();
        for (partition, (first, _)) in std::mem::take(&mut self.unit).ranges.iter() {
            self.consumer.seek(*partition, *first, out);
        }
        self.take_up(out);
    }

    /// Another instance has taken its place: it closes, as an application does that is told ProducerFencedException.
    fn give_up(&mut self, out: &mut Outbox) {
        self.in_hand.clear();
        self.is_stopping = true;
        self.step = Step::Polling;
        for (partition, (first, _)) in std::mem::take(&mut self.unit).ranges.iter() {
            self.consumer.seek(*partition, *first, out);
        }
        self.consumer.close(out);
    }
}
