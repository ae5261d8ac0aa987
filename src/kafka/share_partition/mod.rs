//! One partition as a share group sees it (KIP-932, `SharePartition` of Kafka 4.2): members acquire records for a while,
//! and accept, release or reject each; whatever is not settled in time is delivered again, up to a limit.
//!
//! The window reaches from the start offset, before which everything is settled, to the end offset, behind which nothing
//! was acquired yet. Pure: the clock and the log's batches are handed in, time limits come out as `next_lock_expiry`.
//!
//! Simplified: every change counts as persisted at once, and a share partition begins with an empty window at its start
//! offset. Records of aborted transactions are not sorted out here.

mod in_flight;
mod acquire;
mod acknowledge;

pub use acknowledge::{AcknowledgeType, AcknowledgementBatch};
pub use acquire::{AcquireRequest, AcquiredRecords, ShareAcquireMode};
pub use in_flight::{InFlightState, RecordState};

use crate::protocol::offset::Offset;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::{SimDuration, SimTime};
use in_flight::{InFlightBatch, Outcome};

/// The settings of a share group that matter to a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShareGroupLimits {
    /// `group.share.delivery.count.limit`: a record released after this many deliveries is archived.
    pub delivery_count_limit: u16,
    /// `group.share.record.lock.duration.ms`.
    pub record_lock_duration: SimDuration,
    /// `group.share.partition.max.record.locks`: records in the window, at the most.
    pub max_in_flight_records: i64,
}

/// A share group's state of one partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SharePartition {
    limits: ShareGroupLimits,
    /// The share-partition start offset: everything before it is settled.
    start_offset: Offset,
    /// The last offset ever acquired; while nothing is in flight, the next one to be.
    end_offset: Offset,
    /// By first offset. Batches do not overlap.
    in_flight: BTreeMap<Offset, InFlightBatch>,
    /// True when some record in flight may be available: then the next fetch offset is looked for among them.
    may_have_available: bool,
}

impl SharePartition {
    /// A share partition that starts at `start_offset`.
    pub fn new(limits: ShareGroupLimits, start_offset: Offset) -> Self {
        Self { limits, start_offset, end_offset: start_offset, in_flight: BTreeMap::new(), may_have_available: false }
    }

    /// Everything before it is settled.
    pub fn start_offset(&self) -> Offset {
        self.start_offset
    }

    /// Every record in flight, some settled ones before the start offset included.
    pub fn in_flight(&self) -> impl Iterator<Item = (Offset, &InFlightState)> {
        self.in_flight.iter().flat_map(|(first, batch)| batch.iter(*first))
    }

    /// Where the log should be read for the next acquisition: at the first record that is available again, or else behind
    /// everything acquired so far.
    pub fn next_fetch_offset(&mut self) -> Offset {
        let last = self.in_flight.last_key_value().map(|(_, batch)| batch.last);
        if last.is_none_or(|last| self.start_offset > last) {
            self.may_have_available = false;
            return self.end_offset;
        }
        if self.may_have_available {
            if let Some((offset, _)) = self.in_flight().find(|(_, state)| state.state == RecordState::Available) {
                return offset;
            }
            self.may_have_available = false;
        }
        self.end_offset.next()
    }

    /// False when the window is full and nothing in it is available.
    pub fn can_acquire(&mut self) -> bool {
        self.next_fetch_offset() != self.end_offset.next() || self.in_flight_count() < self.limits.max_in_flight_records
    }

    /// When the first of the acquired records falls back, if any is acquired.
    pub fn next_lock_expiry(&self) -> Option<SimTime> {
        self.in_flight().filter_map(|(_, state)| state.state.locked_until()).min()
    }

    /// Gives up the locks that have run out: their records are available again, or archived when they were delivered often
    /// enough.
    pub fn expire_locks(&mut self, now: SimTime) {
        let (start, limit) = (self.start_offset, self.limits.delivery_count_limit);
        let has_run_out = |state: &InFlightState| state.state.locked_until().is_some_and(|until| until <= now);
        let mut has_changed = false;
        for (first, batch) in &mut self.in_flight {
            if (*first < start && start <= batch.last) && batch.whole().is_some_and(has_run_out) {
                batch.split(*first);
            }
            for (offset, state) in batch.iter_mut(*first).filter(|(_, state)| has_run_out(state)) {
                let outcome = if offset < start { Outcome::Rejected } else { Outcome::Released };
                self.may_have_available |= state.settle(outcome, limit);
                has_changed = true;
            }
        }
        if has_changed {
            self.move_start_offset();
        }
    }

    /// The log was cut off at its start: what was available before the new start is archived, and the window moves on.
    /// Records that are acquired stay so until they are settled or their lock runs out.
    pub fn on_log_start_offset(&mut self, log_start_offset: Offset) {
        if log_start_offset <= self.start_offset {
            return;
        }
        if self.in_flight.is_empty() {
            (self.start_offset, self.end_offset) = (log_start_offset, log_start_offset);
            return;
        }
        self.may_have_available |= self.archive_available(self.start_offset, log_start_offset);
        self.start_offset = log_start_offset;
        self.end_offset = self.end_offset.max(log_start_offset);
    }

    /// Records in the window, settled ones included.
    fn in_flight_count(&self) -> i64 {
        if self.in_flight.is_empty() { 0 } else { self.end_offset.0 - self.start_offset.0 + 1 }
    }

    /// Archives what is available from `from` on and before `to`; true when there was any.
    fn archive_available(&mut self, from: Offset, to: Offset) -> bool {
        let mut has_changed = false;
        for (first, batch) in self.in_flight.range_mut(..to).filter(|(_, batch)| batch.last >= from) {
            if batch.whole().is_some_and(|state| state.state != RecordState::Available) {
                continue;
            }
            if *first < from || batch.last >= to {
                batch.split(*first);
            }
            for (_, state) in batch.iter_mut(*first).filter(|(offset, _)| (from..to).contains(offset)) {
                if state.state == RecordState::Available {
                    state.state = RecordState::Archived;
                    has_changed = true;
                }
            }
        }
        has_changed
    }

    /// Moves the start offset over everything that is settled at the front, and forgets the batches that are done with.
    fn move_start_offset(&mut self) {
        let Some(settled) = self.last_settled_in_front() else { return };
        let Some((_, last)) = self.in_flight.last_key_value() else { return };
        if settled == last.last {
            // The log may have been cut off further on.
            self.start_offset = self.start_offset.max(settled.next());
            self.end_offset = self.start_offset;
            self.in_flight.clear();
            return;
        }
        let (key, is_whole) = match self.in_flight.range(..=settled).next_back() {
            Some((first, batch)) => (*first, batch.last == settled),
            None => return,
        };
        if is_whole {
            // The gap up to the next batch is natural: there is no record in it.
            self.in_flight = self.in_flight.split_off(&settled.next());
            let next = self.in_flight.first_key_value().map_or(settled.next(), |(first, _)| *first);
            self.start_offset = self.start_offset.max(next);
        } else {
            self.in_flight = self.in_flight.split_off(&key);
            self.start_offset = self.start_offset.max(settled.next());
        }
    }

    /// The last offset of the settled run at the front of the window, if the record at the start offset is settled.
    fn last_settled_in_front(&self) -> Option<Offset> {
        let (first, batch) = self.in_flight.range(..=self.start_offset).next_back()?;
        let (_, at_start) = batch.iter(*first).find(|(offset, _)| *offset == self.start_offset.min(batch.last))?;
        if !at_start.state.is_terminal() {
            return None;
        }
        self.in_flight().take_while(|(_, state)| state.state.is_terminal()).map(|(offset, _)| offset).last()
    }
}

#[cfg(test)]
mod tests;
