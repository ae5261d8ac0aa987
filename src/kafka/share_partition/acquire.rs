//! Acquisition: which of the records just read from the log a member gets.

use super::in_flight::{InFlightBatch, InFlightState};
use super::{RecordState, SharePartition};
use crate::protocol::ids::MemberId;
use crate::protocol::offset::Offset;
use crate::sim::time::SimTime;
use std::ops::RangeInclusive;

/// Records delivered this often are handed out in smaller and smaller portions, at the least.
const THROTTLE_DELIVERY_COUNT_MIN: u16 = 2;

/// `share.acquire.mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareAcquireMode {
    /// Whole batches of the log, even when that is more than was asked for.
    #[default]
    BatchOptimized,
    /// Never more records than asked for (KIP-1206).
    RecordLimit,
}

/// What a member asks for in a ShareFetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcquireRequest {
    pub member: MemberId,
    pub mode: ShareAcquireMode,
    /// `max.poll.records`: a soft limit with [`ShareAcquireMode::BatchOptimized`].
    pub max_records: i64,
    /// Records in one range of the answer, roughly.
    pub batch_size: i64,
    /// Where the log was read.
    pub fetch_offset: Offset,
}

/// A range of records that a member got, all delivered equally often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AcquiredRecords {
    pub first: Offset,
    pub last: Offset,
    pub delivery_count: u16,
}

impl AcquiredRecords {
    fn count(&self) -> i64 {
        self.last.0 - self.first.0 + 1
    }
}

/// One acquisition under way.
struct Acquisition<'a> {
    request: &'a AcquireRequest,
    /// First and last offsets of the batches read from the log.
    batches: &'a [RangeInclusive<Offset>],
    first: Offset,
    last: Offset,
    max_records: i64,
    locked_until: SimTime,
    acquired: Vec<AcquiredRecords>,
    count: i64,
}

impl Acquisition<'_> {
    fn remaining(&self) -> i64 {
        self.max_records - self.count
    }
}

impl SharePartition {
    /// Gives a member records of `batches` (first and last offset of each batch just read from the log, in order): those
    /// that are available again, and then those that nobody had yet, until it has enough or the window is full.
    pub fn acquire(
        &mut self,
        request: &AcquireRequest,
        batches: &[RangeInclusive<Offset>],
        now: SimTime,
    ) -> Vec<AcquiredRecords> {
        let (Some(first_batch), Some(last_batch)) = (batches.first(), batches.last()) else { return Vec::new() };
        let (last, max_records) = self.limit(request, *last_batch.end());
        if request.max_records <= 0 || max_records <= 0 {
            return Vec::new();
        }
        let first = *first_batch.start();
        if request.fetch_offset < first {
            // The log has no record there any more (compaction): what waits in between will never be read again.
            self.may_have_available |= self.archive_available(request.fetch_offset, first);
        }
        let locked_until = now + self.limits.record_lock_duration;
        let mut acquisition =
            Acquisition { request, batches, first, last, max_records, locked_until, acquired: Vec::new(), count: 0 };
        let overlap: Vec<_> = self.batches_from(first).filter(|key| *key <= last).collect();
        let Some(last_key) = overlap.last() else {
            self.acquire_new(&mut acquisition, first);
            return acquisition.acquired;
        };
        let behind = self.in_flight[last_key].last.next();
        let mut may_go_on = true;
        for key in overlap {
            may_go_on = may_go_on && acquisition.remaining() > 0 && self.acquire_again(&mut acquisition, key);
        }
        if may_go_on && acquisition.remaining() > 0 && behind <= last {
            self.acquire_new(&mut acquisition, behind);
        }
        acquisition.acquired
    }

    /// The last offset and the most records that the window has room for. A full window gives out only what is already in it.
    fn limit(&self, request: &AcquireRequest, last: Offset) -> (Offset, i64) {
        let room = self.limits.max_in_flight_records - self.in_flight_count();
        let wanted = request.max_records.min(room);
        if wanted > 0 || request.fetch_offset > self.end_offset {
            return (last, wanted);
        }
        let within = self.end_offset.0 - request.fetch_offset.0 + 1;
        (last.min(self.end_offset), request.max_records.min(within))
    }

    /// First offsets of the batches in flight from the one that holds `offset` on.
    fn batches_from(&self, offset: Offset) -> impl Iterator<Item = Offset> {
        // The window may begin in the middle of a batch of the log. Kafka's care for that ends where the log was cut off
        // once more within that batch: there it would acquire the same records twice.
        let offset = offset.max(self.start_offset);
        let holder = self.in_flight.range(..=offset).next_back().filter(|(_, batch)| batch.last >= offset);
        let start = holder.map_or(offset, |(first, _)| *first);
        self.in_flight.range(start..).map(|(first, _)| *first)
    }

    /// Acquires what is available of a batch that was in flight before. False when the acquisition must end here.
    fn acquire_again(&mut self, acquisition: &mut Acquisition<'_>, first: Offset) -> bool {
        let is_throttled = self.is_throttled(acquisition, first);
        if is_throttled && acquisition.count > 0 {
            return false;
        }
        let Some(batch) = self.in_flight.get_mut(&first) else { return true };
        if batch.whole().is_some_and(|state| state.state != RecordState::Available) {
            return true;
        }
        let last = batch.last;
        let length = last.0 - first.0 + 1;
        let is_within = acquisition.first <= first && last <= acquisition.last;
        let is_too_long = match acquisition.request.mode {
            ShareAcquireMode::BatchOptimized => false,
            ShareAcquireMode::RecordLimit => length > acquisition.remaining(),
        };
        if let (true, false, false, Some(state)) = (is_within, is_too_long, is_throttled, batch.whole_mut()) {
            state.acquire(&acquisition.request.member, acquisition.locked_until);
            acquisition.acquired.push(AcquiredRecords { first, last, delivery_count: state.delivery_count });
            acquisition.count += length;
            return true;
        }
        let count = self.acquire_singly(acquisition, first);
        acquisition.count += count;
        !(is_throttled && count > 0)
    }

    /// Records that have failed often are isolated step by step, so that one bad record does not take good ones with it.
    fn is_throttled(&self, acquisition: &Acquisition<'_>, first: Offset) -> bool {
        let batch = &self.in_flight[&first];
        let most_delivered = match batch.whole() {
            Some(state) if state.state == RecordState::Available => state.delivery_count,
            Some(_) => 0,
            None => {
                let requested =
                    batch.iter(first).filter(|(offset, _)| (acquisition.first..=acquisition.last).contains(offset));
                let available = requested.filter(|(_, state)| state.state == RecordState::Available);
                available.map(|(_, state)| state.delivery_count).max().unwrap_or(0)
            }
        };
        most_delivered >= self.throttle_delivery_count()
    }

    fn throttle_delivery_count(&self) -> u16 {
        self.limits.delivery_count_limit.div_ceil(2).max(THROTTLE_DELIVERY_COUNT_MIN)
    }

    /// Acquires available records one by one; answers how many. A record at its last delivery goes alone.
    fn acquire_singly(&mut self, acquisition: &mut Acquisition<'_>, first: Offset) -> i64 {
        let (limit, throttle) = (self.limits.delivery_count_limit, self.throttle_delivery_count());
        let mut most = match acquisition.request.mode {
            ShareAcquireMode::BatchOptimized => i64::MAX,
            ShareAcquireMode::RecordLimit => acquisition.remaining(),
        };
        let Some(batch) = self.in_flight.get_mut(&first) else { return 0 };
        let states = batch.split(first);
        let length = states.len() as i64;
        let mut is_portioned = false;
        let mut acquired: Vec<AcquiredRecords> = Vec::new();
        let mut count = 0;
        for (state, offset) in states.iter_mut().zip(first.0..).map(|(state, offset)| (state, Offset(offset))) {
            if !(acquisition.first..=acquisition.last).contains(&offset) || state.state != RecordState::Available {
                continue;
            }
            let is_last_delivery = limit > 2 && state.delivery_count + 1 == limit;
            if is_last_delivery && count > 0 {
                break;
            }
            if state.delivery_count >= throttle && !is_portioned {
                is_portioned = true;
                let halvings = u32::from(state.delivery_count - throttle) + 1;
                most = most.min(length.checked_shr(halvings).unwrap_or(0).max(1));
            }
            state.acquire(&acquisition.request.member, acquisition.locked_until);
            let delivery_count = state.delivery_count;
            match acquired.last_mut() {
                Some(AcquiredRecords { last, delivery_count: same, .. })
                    if last.next() == offset && *same == delivery_count =>
                {
                    *last = offset
                }
                _ => acquired.push(AcquiredRecords { first: offset, last: offset, delivery_count }),
            }
            count += 1;
            if is_last_delivery || count >= most {
                break;
            }
        }
        acquisition.acquired.append(&mut acquired);
        count
    }

    /// Acquires records from `first` on that are not in flight yet.
    fn acquire_new(&mut self, acquisition: &mut Acquisition<'_>, first: Offset) {
        let first = first.max(if self.in_flight.is_empty() { self.end_offset } else { self.start_offset });
        if first > acquisition.last {
            return;
        }
        let mut last = acquisition.last;
        let remaining = acquisition.remaining();
        if remaining < last.0 - first.0 + 1 {
            last = end_of_batch_with(acquisition.batches, first.plus(remaining - 1));
        }
        if self.in_flight.range(..first).next().is_none() {
            self.start_offset = first;
        }
        self.end_offset = self.end_offset.max(last);
        match acquisition.request.mode {
            ShareAcquireMode::BatchOptimized => self.add_batches(acquisition, first, last),
            ShareAcquireMode::RecordLimit => self.add_one_batch(acquisition, first, last),
        }
    }

    /// Cuts a long range at those borders of the log's batches that make parts of `batch_size` at the least.
    fn add_batches(&mut self, acquisition: &mut Acquisition<'_>, first: Offset, last: Offset) {
        let mut start = first;
        let batch_size = acquisition.request.batch_size;
        if last.0 - first.0 + 1 > batch_size {
            for border in acquisition.batches.iter().map(|batch| *batch.start()).take_while(|border| *border <= last) {
                if border.0 - start.0 >= batch_size {
                    self.add_batch(acquisition, start, Offset(border.0 - 1));
                    start = border;
                }
            }
        }
        self.add_batch(acquisition, start, last);
    }

    fn add_batch(&mut self, acquisition: &mut Acquisition<'_>, first: Offset, last: Offset) {
        let state = InFlightState::acquired(acquisition.request.member.clone(), acquisition.locked_until);
        self.in_flight.insert(first, InFlightBatch::new(last, state));
        let records = AcquiredRecords { first, last, delivery_count: 1 };
        acquisition.count += records.count();
        acquisition.acquired.push(records);
    }

    /// Puts the whole batch in flight, but gives out no more of it than asked for.
    fn add_one_batch(&mut self, acquisition: &mut Acquisition<'_>, first: Offset, last: Offset) {
        let remaining = acquisition.remaining();
        if last.0 - first.0 < remaining {
            self.add_batch(acquisition, first, last);
            return;
        }
        let mut batch = InFlightBatch::new(last, InFlightState { state: RecordState::Available, delivery_count: 0 });
        for state in batch.split(first).iter_mut().take(remaining as usize) {
            state.acquire(&acquisition.request.member, acquisition.locked_until);
        }
        self.in_flight.insert(first, batch);
        self.may_have_available = true;
        acquisition.acquired.push(AcquiredRecords { first, last: first.plus(remaining - 1), delivery_count: 1 });
        acquisition.count += remaining;
    }
}

/// The last offset of the batch that holds `offset`; `offset` itself when none does.
fn end_of_batch_with(batches: &[RangeInclusive<Offset>], offset: Offset) -> Offset {
    batches.iter().find(|batch| batch.contains(&offset)).map_or(offset, |batch| *batch.end())
}
