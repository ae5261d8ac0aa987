//! The fate of every record: attempted, acknowledged or failed, and how often it was processed. A fold over facts.

use crate::protocol::ids::{EventNumber, RecordId, TopicId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::shared_vec::SharedVec;
use crate::trace::event::TraceEvent;

/// Where the messages of other systems lie: in no partition at all.
pub const NO_PARTITION: TopicPartition = TopicPartition::new(TopicId(u16::MAX), u16::MAX);

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
    /// Written at this offset, as of this event. `Offset::NONE` with acks=0, and in systems without offsets.
    Acknowledged { offset: Offset, at: EventNumber },
    /// Given up; it may lie in the log all the same when it had been sent.
    Failed { was_sent: bool },
}

/// All records that applications have handed to producers, by client. An application numbers its records from 1, so a
/// record's number is its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    by_client: Vec<SharedVec<Option<RecordFate>>>,
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
        self.by_client.iter().flat_map(SharedVec::iter).flatten()
    }
    pub fn get(&self, record: RecordId) -> Option<&RecordFate> {
        let (client, place) = place_of(record)?;
        self.by_client.get(client)?.get(place)?.as_ref()
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
            TraceEvent::MessageSent { record, .. } => self.accept(*record, NO_PARTITION),
            TraceEvent::MessageConfirmed { record, .. } => {
                self.acknowledged += 1;
                let outcome = RecordOutcome::Acknowledged { offset: Offset::NONE, at: number };
                self.update(*record, |fate| fate.outcome = outcome);
            }
            TraceEvent::MessageRefused { record, .. } => {
                self.failed += 1;
                self.update(*record, |fate| fate.outcome = RecordOutcome::Failed { was_sent: true });
            }
            TraceEvent::RecordProcessed { record, .. } | TraceEvent::MessageProcessed { record, .. } => {
                self.processed += 1;
                self.update(*record, |fate| fate.processed = fate.processed.saturating_add(1));
            }
            // Every other fact is about something else than one record.
            _ => {}
        }
    }

    fn accept(&mut self, record: RecordId, partition: TopicPartition) {
        let Some((client, place)) = place_of(record) else { return };
        let Some(records) = self.by_client.get_mut(client) else { return };
        while records.len() <= place {
            records.push(None);
        }
        let Some(fate) = records.get_mut(place) else { return };
        if fate.is_none() {
            *fate = Some(RecordFate { record, partition, outcome: RecordOutcome::Pending, processed: 0 });
            self.accepted += 1;
        }
    }

    fn update(&mut self, record: RecordId, change: impl FnOnce(&mut RecordFate)) {
        let Some((client, place)) = place_of(record) else { return };
        let fate = self.by_client.get_mut(client).and_then(|records| records.get_mut(place));
        if let Some(fate) = fate.and_then(Option::as_mut) {
            change(fate);
        }
    }
}

/// The upper half of a record's number is its client's place plus one, the lower its own count from 1.
fn place_of(record: RecordId) -> Option<(usize, usize)> {
    let client = usize::try_from(record.0 >> 32).ok()?.checked_sub(1)?;
    let place = usize::try_from(record.0 & 0xffff_ffff).ok()?.checked_sub(1)?;
    Some((client, place))
}
