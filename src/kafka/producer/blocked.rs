//! Calls of `send()` that cannot go on: no metadata for the topic yet, or no memory. They wait in line, each for
//! `max.block.ms` at the most, counted from the call.

use super::{Phase, Placed, Producer, ProducerRecord, SendTicket, draw};
use crate::kafka::buffer_pool::WaiterId;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::RecordId;
use crate::protocol::record::Bytes;
use crate::protocol::timer::Timer;
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::{BlockReason, TraceEvent};
use std::sync::Arc;

/// A call of `send()` that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedSend {
    pub ticket: SendTicket,
    pub record: RecordId,
    pub since: SimTime,
    pub(super) deadline: SimTime,
    pub(super) waits_for: WaitsFor,
}

/// What a blocked call waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WaitsFor {
    Metadata(ProducerRecord),
    /// The accumulator holds the record; the key is for the trace.
    Memory {
        waiter: WaiterId,
        key: Option<Bytes>,
    },
}

impl BlockedSend {
    pub fn reason(&self) -> BlockReason {
        match self.waits_for {
            WaitsFor::Metadata(_) => BlockReason::NoMetadata,
            WaitsFor::Memory { .. } => BlockReason::BufferFull,
        }
    }
}

impl Producer {
    pub(super) fn block(
        &mut self,
        record: RecordId,
        waits_for: WaitsFor,
        deadline: SimTime,
        out: &mut Outbox,
    ) -> SendTicket {
        let ticket = SendTicket(self.next_ticket);
        self.next_ticket += 1;
        let blocked = BlockedSend { ticket, record, since: out.now(), deadline, waits_for };
        out.record(TraceEvent::SendBlocked { client: self.options.client, record, reason: blocked.reason() });
        self.blocked_wake_up.no_later_than(deadline, Timer::BufferWait, out);
        self.blocked.push(blocked);
        ticket
    }

    /// Memory has come back: whoever has enough now goes on, first come first served.
    pub(super) fn resume_blocked(&mut self, out: &mut Outbox) {
        let cluster = Arc::clone(self.network.metadata().cluster());
        loop {
            let Self { accumulator, chance, .. } = self;
            let Some((granted, appended)) = accumulator.resume(out.now(), &cluster, &mut || draw(chance)) else {
                return;
            };
            let is_granted = |blocked: &BlockedSend| matches!(blocked.waits_for, WaitsFor::Memory { waiter, .. } if waiter == granted);
            let Some(index) = self.blocked.iter().position(is_granted) else { continue };
            let blocked = self.blocked.remove(index);
            if let WaitsFor::Memory { key, .. } = &blocked.waits_for {
                self.on_accepted(blocked.record, appended.partition, key.as_ref(), out);
            }
            self.unblock(&blocked, out);
        }
    }

    /// The metadata has changed: calls that wait for it try again, in order.
    pub(super) fn retry_blocked(&mut self, out: &mut Outbox) {
        let mut index = 0;
        while let Some(blocked) = self.blocked.get(index) {
            let WaitsFor::Metadata(record) = &blocked.waits_for else {
                index += 1;
                continue;
            };
            let (record, deadline) = (record.clone(), blocked.deadline);
            match self.place(record, deadline, out) {
                Placed::Accepted | Placed::Refused => {
                    let blocked = self.blocked.remove(index);
                    self.unblock(&blocked, out);
                }
                Placed::Waits { waits_for, .. } => {
                    self.blocked[index].waits_for = waits_for;
                    index += 1;
                }
            }
        }
    }

    /// Some have waited for too long: `send()` fails with a TimeoutException.
    pub(super) fn on_blocked_too_long(&mut self, out: &mut Outbox) {
        self.blocked_wake_up.has_fired();
        let now = out.now();
        while self.accumulator.take_exhausted(now).is_some() {}
        while let Some(index) = self.blocked.iter().position(|blocked| blocked.deadline <= now) {
            self.fail_blocked(index, ErrorCode::RequestTimedOut, out);
        }
        if let Some(next) = self.blocked.iter().map(|blocked| blocked.deadline).min() {
            self.blocked_wake_up.no_later_than(next, Timer::BufferWait, out);
        }
        // What the first in line had gathered may be enough for the next.
        self.resume_blocked(out);
    }

    /// The producer closes: nobody waits any longer.
    pub(super) fn refuse_blocked(&mut self, out: &mut Outbox) {
        assert!(self.phase == Phase::Closing, "only closing turns everybody away");
        while self.accumulator.take_exhausted(SimTime::MAX).is_some() {}
        while !self.blocked.is_empty() {
            self.fail_blocked(0, ErrorCode::InvalidRequest, out);
        }
    }

    fn fail_blocked(&mut self, index: usize, error: ErrorCode, out: &mut Outbox) {
        let blocked = self.blocked.remove(index);
        self.refuse(blocked.record, error, out);
        self.unblock(&blocked, out);
    }

    fn unblock(&mut self, blocked: &BlockedSend, out: &mut Outbox) {
        let waited = out.now().since(blocked.since);
        out.record(TraceEvent::SendUnblocked { client: self.options.client, record: blocked.record, waited });
        self.unblocked.push(blocked.ticket);
    }
}
