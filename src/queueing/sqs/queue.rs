//! One queue: what can be received, what is hidden and until when, and which groups wait.

use super::options::SqsQueueOptions;
use crate::protocol::ids::{Receipt, RecordId};
use crate::protocol::record::{Bytes, Record};
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::rng::{Ratio, Stream};
use crate::sim::time::{SimDuration, SimTime};

/// A second message with the same deduplication id is let go within this time.
pub const DEDUPLICATION_WINDOW: SimDuration = SimDuration::from_secs(300);

/// A message in the queue, hidden or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    pub record: Record,
    pub group: Option<Bytes>,
    pub sent_at: SimTime,
    /// `ApproximateReceiveCount`.
    pub receives: u32,
    /// Of the last receive: no other deletes it.
    pub receipt: Option<Receipt>,
    /// Until when it is hidden; `None`: anybody may receive it.
    pub hidden_until: Option<SimTime>,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    pub options: SqsQueueOptions,
    /// By the order of sending.
    pub messages: BTreeMap<u64, StoredMessage>,
    /// Hidden messages, by when they come back.
    hidden: BTreeSet<(SimTime, u64)>,
    /// What was accepted within the window, with when it is forgotten (FIFO).
    accepted: BTreeMap<RecordId, SimTime>,
    next_number: u64,
}

impl Queue {
    pub fn new(options: SqsQueueOptions) -> Self {
        Self { options, messages: BTreeMap::new(), hidden: BTreeSet::new(), accepted: BTreeMap::new(), next_number: 0 }
    }

    pub fn in_flight(&self) -> u32 {
        self.hidden.len() as u32
    }

    /// False when a FIFO queue has accepted the same deduplication id less than five minutes ago.
    pub fn accepts(&mut self, deduplication: Option<RecordId>, now: SimTime) -> bool {
        let Some(id) = deduplication.filter(|_| self.options.is_fifo) else { return true };
        self.accepted.retain(|_, until| *until > now);
        if self.accepted.contains_key(&id) {
            return false;
        }
        self.accepted.insert(id, now + DEDUPLICATION_WINDOW);
        true
    }

    pub fn push(&mut self, message: StoredMessage) {
        self.next_number += 1;
        self.messages.insert(self.next_number, message);
    }

    /// Which message the next receive of a batch gets. In a FIFO queue a group with a message in flight waits, unless
    /// that message is of this batch; a standard queue draws from its oldest.
    pub fn choose(&self, batch: &[u64], disorder: u32, draws: &mut Stream) -> Option<u64> {
        if self.in_flight() >= self.options.in_flight_max {
            return None;
        }
        let visible =
            self.messages.iter().filter(|(number, message)| message.hidden_until.is_none() && !batch.contains(number));
        if self.options.is_fifo {
            let is_free = |group: &Option<Bytes>| {
                !self.hidden.iter().any(|(_, number)| {
                    self.messages.get(number).is_some_and(|hidden| hidden.group == *group) && !batch.contains(number)
                })
            };
            let mut visible = visible;
            return visible.find(|(_, message)| is_free(&message.group)).map(|(number, _)| *number);
        }
        let oldest: Vec<u64> = visible.take(disorder.max(1) as usize).map(|(number, _)| *number).collect();
        (!oldest.is_empty()).then(|| *draws.pick(&oldest))
    }

    /// Hands a message out: from now on it is hidden, unless a server of a standard queue did not hear of it.
    pub fn receive(
        &mut self,
        number: u64,
        receipt: Receipt,
        now: SimTime,
        duplicates: Ratio,
        draws: &mut Stream,
    ) -> Option<&StoredMessage> {
        let until = now + self.options.visibility_timeout;
        let stays_visible = !self.options.is_fifo && draws.chance(duplicates);
        let message = self.messages.get_mut(&number)?;
        message.receives += 1;
        message.receipt = Some(receipt);
        if !stays_visible {
            message.hidden_until = Some(until);
            self.hidden.insert((until, number));
        }
        Some(message)
    }

    /// The message that a receipt names, if it was not received again since.
    pub fn named(&self, receipt: Receipt) -> Option<u64> {
        self.messages.iter().find(|(_, message)| message.receipt == Some(receipt)).map(|(number, _)| *number)
    }

    /// Takes a message out of the queue.
    pub fn remove(&mut self, number: u64) -> Option<StoredMessage> {
        let message = self.messages.remove(&number)?;
        if let Some(until) = message.hidden_until {
            self.hidden.remove(&(until, number));
        }
        Some(message)
    }

    /// Hides a message until another time; `None`: it comes back at once.
    pub fn hide_until(&mut self, number: u64, until: Option<SimTime>) {
        let Some(message) = self.messages.get_mut(&number) else { return };
        if let Some(before) = std::mem::replace(&mut message.hidden_until, until) {
            self.hidden.remove(&(before, number));
        }
        if let Some(until) = until {
            self.hidden.insert((until, number));
        }
    }

    /// A message whose visibility timeout is over comes back.
    pub fn take_unhidden(&mut self, now: SimTime) -> Option<u64> {
        let (until, number) = *self.hidden.first()?;
        if until > now {
            return None;
        }
        self.hide_until(number, None);
        Some(number)
    }

    /// The oldest message, when it has been kept long enough.
    pub fn take_expired(&mut self, now: SimTime) -> Option<StoredMessage> {
        let (number, oldest) = self.messages.first_key_value()?;
        let (number, is_over) = (*number, oldest.sent_at + self.options.retention <= now);
        is_over.then(|| self.remove(number)).flatten()
    }

    /// When something happens here without anybody asking.
    pub fn next_deadline(&self) -> Option<SimTime> {
        let unhidden = self.hidden.first().map(|(until, _)| *until);
        let expired = self.messages.first_key_value().map(|(_, oldest)| oldest.sent_at + self.options.retention);
        unhidden.into_iter().chain(expired).min()
    }
}
