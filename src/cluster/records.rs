//! The fate of every record: attempted, acknowledged or failed, and how often it was processed. A fold over facts.

use crate::protocol::ids::{EventNumber, RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::shared_vec::SharedVec;
use crate::trace::event::TraceEvent;

/// What became of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordFate {
    pub record: RecordId,
    pub partition: TopicPartition,
    pub outcome: RecordOutcome,
    /// How often any consumer has processed it.
    pub processed: u16,
}

/// What the producer was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// Nothing yet.
    Pending,
    /// Written at this offset, as of this event. `Offset::NONE` with acks=0.
    Acknowledged { offset: Offset, at: EventNumber },
    /// Given up; it may lie in the log all the same when it had been sent.
    Failed { was_sent: bool },
}

/// All records that applications have handed to producers, by client, in the order in which they were accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    by_client: Vec<SharedVec<RecordFate>>,
    accepted: u64,
    acknowledged: u64,
    failed: u64,
    processed: u64,
}

impl Records {
    pub(super) fn new(clients: usize) -> Self {
        Self { by_client: vec![SharedVec::default(); clients], accepted: 0, acknowledged: 0, failed: 0, processed: 0 }
    }
    pub fn accepted(&self) -> u64 {
        self.accepted
    }
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }
    pub fn failed(&self) -> u64 {
        self.failed
    }
    /// Processings, repeats included.
    pub fn processed(&self) -> u64 {
        self.processed
    }
    pub fn iter(&self) -> impl Iterator<Item = &RecordFate> {
        self.by_client.iter().flat_map(SharedVec::iter)
    }
    /// The newest first: what was acknowledged lately is what a failure endangers.
    pub fn newest_first(&self) -> impl Iterator<Item = &RecordFate> {
        self.by_client.iter().flat_map(|records| records.iter().rev())
    }
    pub fn get(&self, record: RecordId) -> Option<&RecordFate> {
        let records = self.by_client.get(client_of(record)?)?;
        records.get(find(records, record)?)
    }

    pub(super) fn note(&mut self, event: &TraceEvent, number: EventNumber) {
        match event {
            TraceEvent::RecordAccepted { record, partition, .. } => self.accept(*record, *partition),
            TraceEvent::RecordAcknowledged { record, partition, offset, .. } => {
                self.acknowledged += 1;
                let outcome = RecordOutcome::Acknowledged { offset: *offset, at: number };
                self.update(*record, |fate| (fate.outcome, fate.partition) = (outcome, *partition));
            }
            TraceEvent::RecordFailed { record, was_sent, .. } => {
                self.failed += 1;
                self.update(*record, |fate| fate.outcome = RecordOutcome::Failed { was_sent: *was_sent });
            }
            TraceEvent::RecordProcessed { record, .. } => {
                self.processed += 1;
                self.update(*record, |fate| fate.processed = fate.processed.saturating_add(1));
            }
            // Every other fact is about something else than one record.
            _ => {}
        }
    }

    fn accept(&mut self, record: RecordId, partition: TopicPartition) {
        let Some(records) = client_of(record).and_then(|client| self.by_client.get_mut(client)) else { return };
        if find(records, record).is_none() {
            self.accepted += 1;
            records.push(RecordFate { record, partition, outcome: RecordOutcome::Pending, processed: 0 });
        }
    }

    fn update(&mut self, record: RecordId, change: impl FnOnce(&mut RecordFate)) {
        let Some(records) = client_of(record).and_then(|client| self.by_client.get_mut(client)) else { return };
        if let Some(fate) = find(records, record).and_then(|index| records.get_mut(index)) {
            change(fate);
        }
    }
}

/// The upper half of a record's number is its client's place plus one.
fn client_of(record: RecordId) -> Option<usize> {
    usize::try_from(record.0 >> 32).ok()?.checked_sub(1)
}

/// Records are accepted nearly in the order of their numbers: look near the end first, then everywhere.
fn find(records: &SharedVec<RecordFate>, record: RecordId) -> Option<usize> {
    let number = (record.0 & 0xffff_ffff) as usize;
    let near = number.saturating_sub(1).min(records.len());
    let around = |index: &usize| records.get(*index).is_some_and(|fate| fate.record == record);
    let window = near.saturating_sub(64)..(near + 1).min(records.len());
    window.rev().find(around).or_else(|| (0..records.len()).rev().find(around))
}
