//! The counter of a shop that runs on another messaging system: customers come, choose and pay, by the same draws as at
//! the checkout of a shop on Kafka.

use super::checkout::draw;
use super::customers::customer_name;
use super::options::CheckoutOptions;
use super::order::Order;
use crate::protocol::ids::{ClientId, OrderId, RecordId};
use crate::protocol::record::{Bytes, Record};
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::rng::{Ratio, Seed, Stream};
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// A purchase between the customer's click and the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub order: Order,
    pub placed_at: SimTime,
}

/// Customers, and payments under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    client: ClientId,
    pub options: CheckoutOptions,
    workload: Stream,
    payments: Stream,
    /// Survives a restart: the shop's own database numbers orders.
    next_order: u32,
    /// Payments being charged, by order.
    charging: BTreeMap<OrderId, Purchase>,
}

impl Counter {
    pub fn new(client: ClientId, options: CheckoutOptions, seed: Seed) -> Self {
        Self {
            client,
            options,
            workload: Stream::new(seed, "workload", u64::from(client.0)),
            payments: Stream::new(seed, "payment", u64::from(client.0)),
            next_order: 1,
            charging: BTreeMap::new(),
        }
    }

    /// The process starts; payments that were being charged are forgotten.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.charging.clear();
        self.await_customer(out);
    }

    /// How many payments are being charged.
    pub fn paying(&self) -> usize {
        self.charging.len()
    }

    /// A customer buys (`Timer::Workload`), and the next one is on the way.
    pub fn on_customer(&mut self, out: &mut Outbox) {
        self.on_purchase(out);
        self.await_customer(out);
    }

    /// A payment was charged (`Timer::Application`): the purchase, and the record of its order.
    pub fn on_charged(&mut self, order: OrderId, out: &mut Outbox) -> Option<(Purchase, Record)> {
        let purchase = self.charging.remove(&order)?;
        out.record(TraceEvent::PaymentCharged { order });
        let key: Bytes = purchase.order.customer.as_bytes().into();
        let is_malformed = self.options.malformed.contains(&order);
        let value = if is_malformed { Bytes::from(*b"{\"order\":") } else { purchase.order.to_bytes() };
        let id = self.record_of(order);
        let record = Record { id, timestamp: out.now(), key: Some(key), value: Some(value), headers: Vec::new() };
        Some((purchase, record))
    }

    /// The order is in the client's hands: that is all the customer waits for.
    pub fn answer(&self, purchase: &Purchase, out: &mut Outbox) {
        let order = purchase.order.order;
        out.record(TraceEvent::OrderPublished { order, record: self.record_of(order) });
        out.record(TraceEvent::CustomerAnswered { order, after: out.now().since(purchase.placed_at) });
    }

    fn record_of(&self, order: OrderId) -> RecordId {
        RecordId((u64::from(self.client.0) + 1) << 32 | u64::from(order.0))
    }

    fn await_customer(&mut self, out: &mut Outbox) {
        let after = self.workload.exponential(self.options.mean_interval);
        let is_open = self.options.closes_at.is_none_or(|closes_at| out.now() + after < SimTime::ZERO + closes_at);
        if is_open {
            out.set_timer(Timer::Workload(0), after);
        }
    }

    fn on_purchase(&mut self, out: &mut Outbox) {
        let customer = self.next_customer();
        let item = self.workload.below(u64::from(self.options.items)) as u16;
        let total_cents = 1_000 + self.workload.below(50_000) as u32;
        let order = OrderId(self.next_order);
        self.next_order += 1;
        out.record(TraceEvent::OrderPlaced { order, customer });
        let purchase = Purchase {
            order: Order { order, customer: customer_name(customer), item, total_cents },
            placed_at: out.now(),
        };
        self.charging.insert(order, purchase);
        out.set_timer(Timer::Application(u64::from(order.0)), draw(&mut self.payments, self.options.payment_time));
    }

    /// Whose turn it is: the first customer's as often as it buys more than the others, else anyone's.
    fn next_customer(&mut self) -> u16 {
        let is_busiest = self.options.busiest_percent > 0
            && self.workload.chance(Ratio::percent(u64::from(self.options.busiest_percent)));
        if is_busiest { 0 } else { self.workload.below(u64::from(self.options.customers)) as u16 }
    }
}
