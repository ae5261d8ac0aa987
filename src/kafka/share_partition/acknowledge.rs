//! Acknowledgement: what a member says has become of the records that it acquired.

use super::in_flight::{InFlightState, Outcome};
use super::{RecordState, SharePartition};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::MemberId;
use crate::protocol::offset::Offset;
use crate::sim::time::SimTime;

/// What a member says of a record (`AcknowledgeType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AcknowledgeType {
    /// There is no record at this offset.
    Gap,
    /// Processed.
    Accept,
    /// To be delivered again.
    Release,
    /// Never to be delivered again.
    Reject,
    /// More time, please (KIP-1222).
    Renew,
}

impl AcknowledgeType {
    /// The type with Kafka's number `id`.
    pub const fn from_id(id: i8) -> Option<Self> {
        match id {
            0 => Some(Self::Gap),
            1 => Some(Self::Accept),
            2 => Some(Self::Release),
            3 => Some(Self::Reject),
            4 => Some(Self::Renew),
            _ => None,
        }
    }

    /// What becomes of the record; `None` when it stays acquired.
    const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Accept => Some(Outcome::Accepted),
            Self::Release => Some(Outcome::Released),
            Self::Gap | Self::Reject => Some(Outcome::Rejected),
            Self::Renew => None,
        }
    }
}

/// A range of records and what is said of them: one word for all, or one for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AcknowledgementBatch {
    pub first: Offset,
    pub last: Offset,
    pub types: Vec<AcknowledgeType>,
}

impl AcknowledgementBatch {
    fn contains(&self, offset: Offset) -> bool {
        (self.first..=self.last).contains(&offset)
    }

    fn is_well_formed(&self) -> bool {
        let count = self.last.0 - self.first.0 + 1;
        count > 0 && (self.types.len() == 1 || self.types.len() as i64 == count)
    }

    fn type_of(&self, offset: Offset) -> AcknowledgeType {
        if self.types.len() == 1 { self.types[0] } else { self.types[(offset.0 - self.first.0) as usize] }
    }
}

/// What one request has changed so far.
#[derive(Default)]
struct Changes {
    /// States as they were, to be put back when a later part of the request is wrong: batch, record within it, state.
    earlier: Vec<(Offset, Offset, InFlightState)>,
    has_made_available: bool,
}

impl SharePartition {
    /// Settles records for the member that has acquired them.
    ///
    /// # Errors
    /// `InvalidRequest` for records that were never acquired, `InvalidRecordState` for records that this member does not
    /// hold (any more). Then nothing is settled, though locks renewed on the way stay renewed.
    pub fn acknowledge(
        &mut self,
        member: &MemberId,
        batches: &[AcknowledgementBatch],
        now: SimTime,
    ) -> Result<(), ErrorCode> {
        let mut changes = Changes::default();
        for batch in batches {
            if let Err(error) = self.acknowledge_batch(member, batch, now, &mut changes) {
                for (first, offset, state) in changes.earlier.into_iter().rev() {
                    self.put_back(first, offset, state);
                }
                return Err(error);
            }
        }
        self.finish(&changes);
        Ok(())
    }

    /// A member's session closed: what it holds is released. The delivery counts all the same, in Kafka 4.2.
    pub fn release_member(&mut self, member: &MemberId) {
        let (start, limit) = (self.start_offset, self.limits.delivery_count_limit);
        let mut changes = Changes::default();
        for (first, batch) in &mut self.in_flight {
            let is_its_own = |state: &InFlightState| state.state.member() == Some(member);
            if (*first < start && start <= batch.last) && batch.whole().is_some_and(is_its_own) {
                batch.split(*first);
            }
            for (offset, state) in batch.iter_mut(*first).filter(|(_, state)| is_its_own(state)) {
                changes.earlier.push((*first, offset, state.clone()));
                let outcome = if offset < start { Outcome::Rejected } else { Outcome::Released };
                changes.has_made_available |= state.settle(outcome, limit);
            }
        }
        self.finish(&changes);
    }

    /// After records have changed state for good.
    fn finish(&mut self, changes: &Changes) {
        self.may_have_available |= changes.has_made_available;
        if !changes.earlier.is_empty() {
            self.move_start_offset();
        }
    }

    fn put_back(&mut self, first: Offset, offset: Offset, earlier: InFlightState) {
        let state =
            self.in_flight.get_mut(&first).and_then(|batch| batch.iter_mut(first).find(|(other, _)| *other == offset));
        if let Some((_, state)) = state {
            *state = earlier;
        }
    }

    fn acknowledge_batch(
        &mut self,
        member: &MemberId,
        batch: &AcknowledgementBatch,
        now: SimTime,
        changes: &mut Changes,
    ) -> Result<(), ErrorCode> {
        if !batch.is_well_formed() {
            return Err(ErrorCode::InvalidRequest);
        }
        if batch.last < self.start_offset {
            return Ok(());
        }
        for first in self.batches_to_acknowledge(batch)? {
            self.acknowledge_in_batch(member, batch, first, now, changes)?;
        }
        Ok(())
    }

    /// First offsets of the batches in flight that hold the records; the last of them must hold the last record.
    fn batches_to_acknowledge(&self, batch: &AcknowledgementBatch) -> Result<Vec<Offset>, ErrorCode> {
        let floor = |offset: Offset| self.in_flight.range(..=offset).next_back().map(|(first, _)| *first);
        let is_cut_by_start = batch.first < self.start_offset && self.start_offset <= batch.last;
        let from = floor(batch.first).or_else(|| floor(self.start_offset).filter(|_| is_cut_by_start));
        let range = self.in_flight.range(from.ok_or(ErrorCode::InvalidRecordState)?..=batch.last);
        let is_found = range.clone().next_back().is_some_and(|(_, in_flight)| batch.last <= in_flight.last);
        if !is_found {
            return Err(ErrorCode::InvalidRequest);
        }
        Ok(range.map(|(first, _)| *first).collect())
    }

    fn acknowledge_in_batch(
        &mut self,
        member: &MemberId,
        request: &AcknowledgementBatch,
        first: Offset,
        now: SimTime,
        changes: &mut Changes,
    ) -> Result<(), ErrorCode> {
        let (start, limit) = (self.start_offset, self.limits.delivery_count_limit);
        let locked_until = now + self.limits.record_lock_duration;
        let Some(batch) = self.in_flight.get_mut(&first).filter(|batch| batch.last >= start) else { return Ok(()) };
        if batch.whole().is_some_and(|state| state.state.member() != Some(member)) {
            return Err(ErrorCode::InvalidRecordState);
        }
        let is_full_match = request.first <= first && batch.last <= request.last;
        let is_whole = is_full_match && request.types.len() == 1 && first >= start;
        if !is_whole {
            batch.split(first);
        }
        let is_meant = |offset: Offset| offset >= start && request.contains(offset);
        for (offset, state) in batch.iter_mut(first).filter(|(offset, _)| is_meant(*offset)) {
            if state.state.member() != Some(member) {
                return Err(ErrorCode::InvalidRecordState);
            }
            match request.type_of(offset).outcome() {
                Some(outcome) => {
                    changes.earlier.push((first, offset, state.clone()));
                    changes.has_made_available |= state.settle(outcome, limit);
                }
                None => state.state = RecordState::Acquired { member: member.clone(), locked_until },
            }
        }
        Ok(())
    }
}
