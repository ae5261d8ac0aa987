//! A batch as the producer fills, sends and retries it (`ProducerBatch`, `MemoryRecordsBuilder`).

use crate::protocol::ids::{ProducerEpoch, ProducerId, TopicPartition};
use crate::protocol::offset::{LeaderEpoch, Sequence};
use crate::protocol::record::{BATCH_OVERHEAD, Record, RecordBatch, batch_size_upper_bound, record_size};
use crate::sim::time::{SimDuration, SimTime};
use std::collections::VecDeque;
use std::sync::Arc;

/// How much compression makes of a batch's bytes, in thousandths; 1000 is no compression.
pub type CompressionRatio = u32;

/// What a producer estimates too much rather than too little, in thousandths (`COMPRESSION_RATE_ESTIMATION_FACTOR`).
const ESTIMATION_FACTOR: u64 = 1_050;

/// Records of one partition that travel together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerBatch {
    pub partition: TopicPartition,
    pub created_at: SimTime,
    /// How often it was sent and failed.
    pub attempts: u32,
    /// Set once, when an idempotent producer first sends the batch; retries keep them.
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    pub base_sequence: Sequence,
    pub is_transactional: bool,
    /// Made by splitting a batch that was too large: its memory is not the pool's.
    pub is_split: bool,
    records: Records,
    /// Bytes of the records, uncompressed and without the batch's header.
    records_size: u32,
    /// Bytes that the batch may take; they are taken from the pool.
    write_limit: u32,
    estimated_ratio: Option<CompressionRatio>,
    last_attempt: SimTime,
    last_append: SimTime,
    backoff: SimDuration,
    leader_epoch: Option<LeaderEpoch>,
    attempts_when_leader_changed: u32,
}

/// Open for more, or closed with its size on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Records {
    Open(Vec<Record>),
    /// Full, not sent yet.
    Full(Vec<Record>),
    Closed {
        records: Arc<[Record]>,
        size: u32,
    },
}

impl ProducerBatch {
    /// An empty batch. `estimated_ratio` is `None` without compression.
    pub fn new(
        partition: TopicPartition,
        now: SimTime,
        write_limit: u32,
        estimated_ratio: Option<CompressionRatio>,
    ) -> Self {
        Self {
            partition,
            created_at: now,
            attempts: 0,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
            is_transactional: false,
            is_split: false,
            records: Records::Open(Vec::new()),
            records_size: 0,
            write_limit,
            estimated_ratio,
            last_attempt: now,
            last_append: now,
            backoff: SimDuration::ZERO,
            leader_epoch: None,
            attempts_when_leader_changed: 0,
        }
    }

    pub fn records(&self) -> &[Record] {
        match &self.records {
            Records::Open(records) | Records::Full(records) => records,
            Records::Closed { records, .. } => records,
        }
    }
    pub fn record_count(&self) -> i32 {
        self.records().len() as i32
    }
    /// Bytes that the pool gave for it.
    pub fn buffer_size(&self) -> u32 {
        self.write_limit
    }
    pub fn has_sequence(&self) -> bool {
        self.base_sequence != Sequence::NONE
    }
    /// True when it takes no more records.
    pub fn is_full(&self) -> bool {
        match &self.records {
            Records::Open(records) => !records.is_empty() && self.write_limit <= self.estimated_size(),
            Records::Full(_) | Records::Closed { .. } => true,
        }
    }
    /// Bytes on the wire, with the header: exact without compression or once it is closed.
    pub fn estimated_size(&self) -> u32 {
        match (&self.records, self.estimated_ratio) {
            (Records::Closed { size, .. }, _) => *size,
            (Records::Open(_) | Records::Full(_), None) => BATCH_OVERHEAD + self.records_size,
            (Records::Open(_) | Records::Full(_), Some(ratio)) => {
                let estimated = u64::from(self.records_size) * u64::from(ratio) * ESTIMATION_FACTOR / 1_000_000;
                BATCH_OVERHEAD + estimated as u32
            }
        }
    }

    /// Adds a record, or gives it back when it does not fit. The first one always fits.
    pub fn try_append(&mut self, now: SimTime, record: Record) -> Result<(), Record> {
        let size = self.size_of_next(&record);
        let (is_full, estimated_size) = (self.is_full(), self.estimated_size());
        match &mut self.records {
            Records::Open(records) if records.is_empty() || (!is_full && self.write_limit >= estimated_size + size) => {
                records.push(record);
                self.records_size += size;
                self.last_append = now;
                Ok(())
            }
            Records::Open(_) | Records::Full(_) | Records::Closed { .. } => Err(record),
        }
    }

    fn size_of_next(&self, record: &Record) -> u32 {
        let base_timestamp = self.records().first().map_or(record.timestamp, |first| first.timestamp);
        let delta = record.timestamp.as_millis() as i64 - base_timestamp.as_millis() as i64;
        record_size(record, self.record_count(), delta)
    }

    /// Takes no more records, though it is not sent yet.
    pub fn close_for_appends(&mut self) {
        if let Records::Open(records) = &mut self.records {
            self.records = Records::Full(std::mem::take(records));
        }
    }

    /// Ready for the wire. `ratio` is what compression really makes of it, `None` without compression.
    pub fn close(&mut self, ratio: Option<CompressionRatio>) {
        if let Records::Open(records) | Records::Full(records) = &mut self.records {
            let compressed = ratio
                .map_or(self.records_size, |ratio| (u64::from(self.records_size) * u64::from(ratio) / 1_000) as u32);
            self.records =
                Records::Closed { records: std::mem::take(records).into(), size: BATCH_OVERHEAD + compressed };
        }
    }

    /// The batch as it travels. It must be closed.
    pub fn to_record_batch(&self) -> RecordBatch {
        let Records::Closed { records, size } = &self.records else {
            panic!("a batch is closed before it is sent");
        };
        let mut batch = RecordBatch::new(records.clone(), *size);
        batch.producer_id = self.producer_id;
        batch.producer_epoch = self.producer_epoch;
        batch.base_sequence = self.base_sequence;
        batch.is_transactional = self.is_transactional;
        batch
    }

    /// It has failed and waits for `backoff` before it is sent again.
    pub fn on_reenqueued(&mut self, now: SimTime, backoff: SimDuration) {
        self.attempts += 1;
        self.last_append = self.last_append.max(now);
        self.last_attempt = self.last_append;
        self.backoff = backoff;
    }

    /// How long it has waited since it was made or last failed.
    pub fn waited(&self, now: SimTime) -> SimDuration {
        now.since(self.last_attempt)
    }

    /// What is left of the wait after a failure. A leader that has changed since need not be spared (KIP-951).
    pub fn backoff_left(&self, now: SimTime) -> SimDuration {
        let has_leader_changed = self.attempts == self.attempts_when_leader_changed;
        if self.attempts == 0 || has_leader_changed {
            SimDuration::ZERO
        } else {
            self.backoff.saturating_sub(self.waited(now))
        }
    }

    /// Takes note of the partition's leader epoch as the client knows it by now.
    pub fn note_leader_epoch(&mut self, leader_epoch: LeaderEpoch) {
        if self.leader_epoch.is_none_or(|known| known < leader_epoch) {
            self.leader_epoch = Some(leader_epoch);
            self.attempts_when_leader_changed = self.attempts;
        }
    }

    /// True when nobody waits for it any more: `delivery.timeout.ms` counts from its creation.
    pub fn has_reached_delivery_timeout(&self, now: SimTime, delivery_timeout: SimDuration) -> bool {
        now.since(self.created_at) >= delivery_timeout
    }

    /// Several smaller batches of the same records, for a batch that the broker found too large. They are as old as
    /// this one and carry on its sequence, if it has one.
    pub fn split(&self, batch_size: u32) -> VecDeque<Self> {
        let mut parts: VecDeque<Self> = VecDeque::new();
        for record in self.records() {
            let rejected = match parts.back_mut() {
                Some(part) => part.try_append(self.created_at, record.clone()).err(),
                None => Some(record.clone()),
            };
            if let Some(record) = rejected {
                let write_limit = batch_size_upper_bound(&record).max(batch_size);
                let mut part = Self::new(self.partition, self.created_at, write_limit, self.estimated_ratio);
                part.is_split = true;
                part.try_append(self.created_at, record).expect("the first record always fits");
                parts.push_back(part);
            }
        }
        let mut sequence = self.base_sequence;
        for part in &mut parts {
            part.close_for_appends();
            if self.has_sequence() {
                part.producer_id = self.producer_id;
                part.producer_epoch = self.producer_epoch;
                part.base_sequence = sequence;
                part.is_transactional = self.is_transactional;
                sequence = sequence.plus(part.record_count());
            }
        }
        parts
    }
}
