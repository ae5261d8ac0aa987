//! What the vectors do not show: failures, retries, blocked callers, muted partitions, expiry.

use super::RecordAccumulator;
use super::append::{Append, ToAppend};
use super::batch::ProducerBatch;
use super::send::{DrainGate, OpenGate};
use super::settings::AccumulatorSettings;
use crate::protocol::ids::{BrokerId, PartitionIndex, ProducerId, RecordId, TopicId, TopicName, TopicPartition};
use crate::protocol::metadata::{ClusterMetadata, PartitionMetadata, TopicMetadata};
use crate::protocol::offset::{LeaderEpoch, Sequence};
use crate::protocol::record::Record;
use crate::sim::time::{SimDuration, SimTime};

const BROKER: BrokerId = BrokerId(1);

fn at(millis: u64) -> SimTime {
    SimTime::from_millis(millis)
}

fn partition(index: u16) -> TopicPartition {
    TopicPartition::new(TopicId(0), index)
}

/// Two partitions, both led by one broker in this epoch.
fn cluster(epoch: i32) -> ClusterMetadata {
    let led = PartitionMetadata {
        leader: Some(BROKER),
        leader_epoch: LeaderEpoch(epoch),
        replicas: Vec::new(),
        isr: Vec::new(),
    };
    let topic = TopicMetadata { topic: TopicId(0), name: TopicName::new("t"), partitions: vec![led.clone(), led] };
    ClusterMetadata { brokers: Vec::new(), topics: vec![topic] }
}

/// Batches of 200 bytes, a lingering of 5 ms, memory for three batches.
fn accumulator() -> RecordAccumulator {
    RecordAccumulator::new(AccumulatorSettings {
        batch_size: 200,
        linger: SimDuration::from_millis(5),
        buffer_memory: 600,
        delivery_timeout: SimDuration::from_millis(1_000),
        retry_backoff: SimDuration::from_millis(100),
        retry_backoff_max: SimDuration::from_millis(1_000),
        is_partitioning_adaptive: true,
        availability_timeout: SimDuration::ZERO,
        compression: None,
    })
}

/// A record of 100 bytes, of which one fits a batch and two do not.
fn append(accumulator: &mut RecordAccumulator, now: u64, id: u64, to: u16) -> Append {
    let record = Record {
        id: RecordId(id),
        timestamp: at(now),
        key: None,
        value: Some(vec![0; 100].into()),
        headers: Vec::new(),
    };
    let to_append = ToAppend { topic: TopicId(0), partition: Some(PartitionIndex(to)), record };
    accumulator.append(at(now), to_append, at(now + 50), &cluster(0), &mut || 0)
}

fn drain(accumulator: &mut RecordAccumulator, now: u64, epoch: i32) -> Vec<ProducerBatch> {
    accumulator.drain(at(now), BROKER, &cluster(epoch), 10_000, &mut OpenGate)
}

fn ids(batches: &[ProducerBatch]) -> Vec<u64> {
    batches.iter().flat_map(|batch| batch.records()).map(|record| record.id.0).collect()
}

#[test]
fn a_batch_that_lingers_rides_along_with_one_that_is_ready() {
    let mut accumulator = accumulator();
    append(&mut accumulator, 0, 1, 0);
    append(&mut accumulator, 4, 2, 1);
    let ready = accumulator.ready(at(4), &cluster(0));
    assert_eq!((ready.brokers.len(), ready.next_check), (0, Some(at(5))));
    assert_eq!(accumulator.ready(at(5), &cluster(0)).brokers, [BROKER]);
    assert_eq!(ids(&drain(&mut accumulator, 5, 0)), [1, 2]);
}

#[test]
fn a_failed_batch_waits_twice_as_long_each_time_and_goes_first_again() {
    let mut accumulator = accumulator();
    append(&mut accumulator, 0, 1, 0);
    append(&mut accumulator, 0, 2, 0);
    let first = drain(&mut accumulator, 0, 0).remove(0);
    accumulator.reenqueue(at(10), first, 0);
    assert_eq!(accumulator.ready(at(10), &cluster(0)).next_check, Some(at(110)));
    assert!(drain(&mut accumulator, 109, 0).is_empty());
    let first = drain(&mut accumulator, 110, 0).remove(0);
    assert_eq!(ids(std::slice::from_ref(&first)), [1]);
    accumulator.reenqueue(at(120), first, 0);
    assert_eq!(accumulator.ready(at(120), &cluster(0)).next_check, Some(at(320)));
}

#[test]
fn a_new_leader_gets_a_failed_batch_at_once() {
    let mut accumulator = accumulator();
    append(&mut accumulator, 0, 1, 0);
    let batch = drain(&mut accumulator, 0, 0).remove(0);
    accumulator.reenqueue(at(10), batch, 0);
    assert!(drain(&mut accumulator, 20, 0).is_empty());
    assert_eq!(ids(&drain(&mut accumulator, 20, 1)), [1]);
}

#[test]
fn a_muted_partition_sends_nothing() {
    let mut accumulator = accumulator();
    append(&mut accumulator, 0, 1, 0);
    accumulator.mute(partition(0));
    assert!(accumulator.ready(at(9), &cluster(0)).brokers.is_empty());
    assert!(drain(&mut accumulator, 9, 0).is_empty());
    accumulator.unmute(partition(0));
    assert_eq!(ids(&drain(&mut accumulator, 9, 0)), [1]);
}

#[test]
fn callers_without_memory_wait_in_line_and_hurry_what_is_buffered() {
    let mut accumulator = accumulator();
    for id in 1..=3 {
        assert!(matches!(append(&mut accumulator, 0, id, 0), Append::Appended(_)));
    }
    let Append::WouldBlock(fourth) = append(&mut accumulator, 0, 4, 1) else { panic!("memory is full") };
    let Append::WouldBlock(fifth) = append(&mut accumulator, 2, 5, 1) else { panic!("memory is full") };
    assert_eq!(accumulator.ready(at(2), &cluster(0)).brokers, [BROKER]);
    let sent = drain(&mut accumulator, 2, 0);
    assert_eq!(accumulator.resume(at(2), &cluster(0), &mut || 0), None);
    accumulator.deallocate(&sent[0]);
    assert_eq!(accumulator.resume(at(3), &cluster(0), &mut || 0).map(|(waiter, _)| waiter), Some(fourth));
    assert_eq!(accumulator.take_exhausted(at(51)), None);
    let (waiter, record) = accumulator.take_exhausted(at(52)).expect("its time is over");
    assert_eq!((waiter, record.record.id), (fifth, RecordId(5)));
}

#[test]
fn a_caller_who_finds_room_in_anothers_batch_gives_its_own_memory_back() {
    let mut accumulator = accumulator();
    for id in 1..=3 {
        append(&mut accumulator, 0, id, 0);
    }
    let small = |id| Record { id: RecordId(id), timestamp: at(0), key: None, value: None, headers: Vec::new() };
    for id in 4..=5 {
        let to_append = ToAppend { topic: TopicId(0), partition: Some(PartitionIndex(1)), record: small(id) };
        assert!(matches!(accumulator.append(at(0), to_append, at(9), &cluster(0), &mut || 0), Append::WouldBlock(_)));
    }
    for _ in 1..=2 {
        drain(&mut accumulator, 0, 0).iter().for_each(|batch| accumulator.deallocate(batch));
    }
    let resumed: Vec<_> = std::iter::from_fn(|| accumulator.resume(at(1), &cluster(0), &mut || 0)).collect();
    assert_eq!(resumed.iter().map(|(_, appended)| appended.is_new_batch).collect::<Vec<_>>(), [true, false]);
    assert_eq!(accumulator.pool().available(), 200);
}

#[test]
fn a_batch_nobody_waits_for_any_more_is_taken_out_with_its_memory() {
    let mut accumulator = accumulator();
    append(&mut accumulator, 0, 1, 0);
    append(&mut accumulator, 7, 2, 1);
    assert_eq!(accumulator.next_expiry(), Some(at(1_000)));
    assert_eq!(ids(&accumulator.take_expired(at(1_000))), [1]);
    assert_eq!((accumulator.pool().available(), accumulator.next_expiry()), (400, Some(at(1_007))));
}

#[test]
fn a_batch_too_large_comes_back_in_parts_that_carry_on_its_sequence() {
    let mut accumulator = accumulator();
    let mut big = ProducerBatch::new(partition(0), at(0), 600, None);
    for id in 1..=3 {
        let record = Record {
            id: RecordId(id),
            timestamp: at(0),
            key: None,
            value: Some(vec![0; 100].into()),
            headers: Vec::new(),
        };
        big.try_append(at(0), record).expect("there is room");
    }
    big.is_split = true;
    (big.producer_id, big.base_sequence) = (ProducerId(9), Sequence(40));
    assert_eq!(accumulator.split_and_reenqueue(&big), 3);
    let queued: Vec<_> = accumulator
        .queue(partition(0))
        .map(|batch| (ids(std::slice::from_ref(batch)), batch.base_sequence.0))
        .collect();
    assert_eq!(queued, [(vec![1], 40), (vec![2], 41), (vec![3], 42)]);
}

/// Numbers batches as an idempotent producer does.
struct Numbering(Sequence);

impl DrainGate for Numbering {
    fn may_drain(&self, _: &ProducerBatch) -> bool {
        true
    }
    fn on_drained(&mut self, batch: &mut ProducerBatch) {
        if !batch.has_sequence() {
            batch.base_sequence = self.0;
            self.0 = self.0.plus(batch.record_count());
        }
    }
}

#[test]
fn batches_with_a_sequence_go_back_in_order_whatever_order_they_fail_in() {
    let mut accumulator = accumulator();
    let mut gate = Numbering(Sequence::ZERO);
    let mut sent = Vec::new();
    for id in 1..=3 {
        append(&mut accumulator, 0, id, 0);
        sent.extend(accumulator.drain(at(0), BROKER, &cluster(0), 10_000, &mut gate));
    }
    let [first, second, third] = sent.try_into().expect("three batches");
    accumulator.reenqueue(at(1), second, 0);
    accumulator.reenqueue(at(2), third, 0);
    accumulator.reenqueue(at(3), first, 0);
    let order: Vec<_> = accumulator.queue(partition(0)).map(|batch| batch.base_sequence.0).collect();
    assert_eq!(order, [0, 1, 2]);
}

#[test]
fn records_without_a_key_leave_a_partition_whose_batch_was_sent() {
    let mut accumulator = accumulator();
    let mut drawn = [1, 0, 0].into_iter();
    let mut partitions = Vec::new();
    for id in 0..4 {
        let record = Record {
            id: RecordId(id),
            timestamp: at(0),
            key: None,
            value: Some(vec![0; 100].into()),
            headers: Vec::new(),
        };
        let to_append = ToAppend { topic: TopicId(0), partition: None, record };
        let mut random = || drawn.next().expect("one number a switch");
        let Append::Appended(appended) = accumulator.append(at(id), to_append, at(99), &cluster(0), &mut random) else {
            panic!("there is memory")
        };
        partitions.push(appended.partition.partition.0);
        drain(&mut accumulator, id, 0).iter().for_each(|batch| accumulator.deallocate(batch));
    }
    // A record takes 170 bytes as the first of a batch: the second makes 340 of the 200 that are enough.
    assert_eq!(partitions, [1, 1, 0, 0]);
}

#[test]
fn an_idle_accumulator_has_nothing_ready_and_nothing_to_wait_for() {
    let mut accumulator = accumulator();
    append(&mut accumulator, 0, 1, 0);
    drain(&mut accumulator, 9, 0);
    let ready = accumulator.ready(at(9), &cluster(0));
    assert_eq!((ready.brokers.capacity(), ready.next_check, ready.has_unknown_leader), (0, None, false));
}
