//! The ledger: what happened to each order, as the business sees it. A fold over facts, nothing more.

use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{OrderId, RecordId, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::shared_vec::SharedVec;
use crate::sim::time::SimTime;
use crate::trace::event::TraceEvent;

/// One order's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    pub order: OrderId,
    pub customer: u16,
    pub placed_at: SimTime,
    pub paid_at: Option<SimTime>,
    /// The record that carries it, once it was handed to the producer.
    pub record: Option<RecordId>,
    pub answered_at: Option<SimTime>,
    /// Where Kafka acknowledged it.
    pub acknowledged: Option<(TopicPartition, Offset, SimTime)>,
    /// Why it never reached Kafka, as far as checkout knows.
    pub failed: Option<ErrorCode>,
    pub mailed: Times,
    pub reserved: Times,
    pub counted: Times,
    pub notified: Times,
}

/// How often something happened to an order, and when first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    pub count: u16,
    pub first_at: Option<SimTime>,
}

impl Times {
    fn happened(&mut self, at: SimTime) {
        self.count = self.count.saturating_add(1);
        self.first_at.get_or_insert(at);
    }
}

/// Totals over all orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerTotals {
    pub placed: u64,
    pub paid: u64,
    pub answered: u64,
    /// Orders with at least one mail.
    pub mailed: u64,
    /// Orders with more than one.
    pub mailed_twice: u64,
    pub reserved: u64,
    pub reserved_twice: u64,
    pub counted: u64,
    pub counted_twice: u64,
    pub notified: u64,
    pub notified_twice: u64,
}

/// All orders, in the order in which they were placed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    entries: SharedVec<LedgerEntry>,
    totals: LedgerTotals,
}

impl Ledger {
    pub fn entries(&self) -> &SharedVec<LedgerEntry> {
        &self.entries
    }
    pub fn totals(&self) -> LedgerTotals {
        self.totals
    }
    /// The line of an order; orders are numbered from 1.
    pub fn entry(&self, order: OrderId) -> Option<&LedgerEntry> {
        self.entries.get((order.0 as usize).checked_sub(1)?)
    }

    /// Writes down what a fact says of an order; most facts say nothing.
    pub fn note(&mut self, event: &TraceEvent, at: SimTime) {
        match event {
            TraceEvent::OrderPlaced { order, customer } => self.place(*order, *customer, at),
            TraceEvent::PaymentCharged { order } => {
                self.totals.paid += 1;
                self.update(*order, |entry| entry.paid_at = Some(at));
            }
            TraceEvent::OrderPublished { order, record } => self.update(*order, |entry| entry.record = Some(*record)),
            TraceEvent::OrderNotPublished { order, error } => self.update(*order, |entry| entry.failed = Some(*error)),
            TraceEvent::CustomerAnswered { order, .. } => {
                self.totals.answered += 1;
                self.update(*order, |entry| entry.answered_at = Some(at));
            }
            TraceEvent::RecordAcknowledged { record, partition, offset, .. } => {
                // The lower half of a checkout's record id is its order.
                let order = OrderId((record.0 & 0xffff_ffff) as u32);
                let is_its = self.entry(order).is_some_and(|entry| entry.record == Some(*record));
                if is_its {
                    self.update(order, |entry| entry.acknowledged = Some((*partition, *offset, at)));
                }
            }
            TraceEvent::MailSent { order } => {
                let count = self.count(*order, at, |entry| &mut entry.mailed);
                tally(count, &mut self.totals.mailed, &mut self.totals.mailed_twice);
            }
            TraceEvent::StockReserved { order, .. } => {
                let count = self.count(*order, at, |entry| &mut entry.reserved);
                tally(count, &mut self.totals.reserved, &mut self.totals.reserved_twice);
            }
            TraceEvent::OrderCounted { order, .. } => {
                let count = self.count(*order, at, |entry| &mut entry.counted);
                tally(count, &mut self.totals.counted, &mut self.totals.counted_twice);
            }
            TraceEvent::CustomerNotified { order } => {
                let count = self.count(*order, at, |entry| &mut entry.notified);
                tally(count, &mut self.totals.notified, &mut self.totals.notified_twice);
            }
            // Every other fact is about Kafka, not about an order.
            _ => {}
        }
    }

    fn place(&mut self, order: OrderId, customer: u16, at: SimTime) {
        assert_eq!(order.0 as usize, self.entries.len() + 1, "orders are numbered as they are placed");
        self.totals.placed += 1;
        self.entries.push(LedgerEntry {
            order,
            customer,
            placed_at: at,
            paid_at: None,
            record: None,
            answered_at: None,
            acknowledged: None,
            failed: None,
            mailed: Times::default(),
            reserved: Times::default(),
            counted: Times::default(),
            notified: Times::default(),
        });
    }

    fn update(&mut self, order: OrderId, change: impl FnOnce(&mut LedgerEntry)) {
        if let Some(entry) = (order.0 as usize).checked_sub(1).and_then(|index| self.entries.get_mut(index)) {
            change(entry);
        }
    }

    fn count(&mut self, order: OrderId, at: SimTime, which: impl FnOnce(&mut LedgerEntry) -> &mut Times) -> u16 {
        let mut count = 0;
        self.update(order, |entry| {
            let times = which(entry);
            times.happened(at);
            count = times.count;
        });
        count
    }
}

/// The first time counts as done, the second as done twice.
fn tally(count: u16, once: &mut u64, twice: &mut u64) {
    *once += u64::from(count == 1);
    *twice += u64::from(count == 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_mailed_twice_counts_as_one_order_mailed_and_one_mailed_twice() {
        let mut ledger = Ledger::default();
        let order = OrderId(1);
        ledger.note(&TraceEvent::OrderPlaced { order, customer: 0 }, SimTime::from_millis(1));
        ledger.note(&TraceEvent::MailSent { order }, SimTime::from_millis(2));
        ledger.note(&TraceEvent::MailSent { order }, SimTime::from_millis(3));
        let totals = ledger.totals();
        assert_eq!((totals.placed, totals.paid, totals.mailed, totals.mailed_twice), (1, 0, 1, 1));
        assert_eq!(ledger.entry(order).unwrap().mailed, Times { count: 2, first_at: Some(SimTime::from_millis(2)) });
    }
}
