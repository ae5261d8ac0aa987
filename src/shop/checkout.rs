//! Checkout: charges the payment at once, publishes the order keyed by its customer, and answers the customer without
//! waiting for anything else. Only a producer whose buffer is full makes the customer wait. A synchronous shop instead calls
//! one service after the other, and the customer waits for them all.

use super::customers::customer_name;
use super::options::{CallOptions, CheckoutOptions, ServiceKind, TimeRange, without_transactions};
use super::order::Order;
use crate::kafka::producer::{Producer, ProducerOptions, ProducerRecord, Send, SendTicket};
use crate::protocol::config::ProducerConfig;
use crate::protocol::ids::{BrokerId, ClientId, Node, OrderId, RecordId};
use crate::protocol::message::Message;
use crate::protocol::record::{Bytes, Record};
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::rng::{Ratio, Seed, Stream};
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// A purchase between the customer's click and the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub order: Order,
    pub placed_at: SimTime,
}

/// The checkout process.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkout {
    client: ClientId,
    pub options: CheckoutOptions,
    pub producer: Producer,
    producer_options: ProducerOptions,
    workload: Stream,
    payments: Stream,
    call_times: Stream,
    /// Survives a restart: the shop's own database numbers orders.
    next_order: u32,
    /// Payments being charged, by order.
    charging: BTreeMap<OrderId, Purchase>,
    /// Paid, and waiting for a service to answer: which of the calls is on its way.
    calling: BTreeMap<OrderId, (Purchase, u32)>,
    /// Paid, published, and stuck in send().
    blocked: BTreeMap<SendTicket, Purchase>,
    /// Which order each record carries, until its outcome is known.
    published: BTreeMap<RecordId, OrderId>,
}

impl Checkout {
    pub fn new(
        client: ClientId,
        name: Arc<str>,
        options: CheckoutOptions,
        bootstrap: Vec<BrokerId>,
        seed: Seed,
    ) -> Self {
        let config = without_transactions(options.producer.clone());
        let producer_options = ProducerOptions { client, name, config, bootstrap, seed };
        Self {
            client,
            producer: Producer::new(producer_options.clone()),
            producer_options,
            options,
            workload: Stream::new(seed, "workload", u64::from(client.0)),
            payments: Stream::new(seed, "payment", u64::from(client.0)),
            call_times: Stream::new(seed, "call", u64::from(client.0)),
            next_order: 1,
            charging: BTreeMap::new(),
            calling: BTreeMap::new(),
            blocked: BTreeMap::new(),
            published: BTreeMap::new(),
        }
    }

    /// The process starts, with a producer that knows nothing of the one before.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.producer_options.config = without_transactions(self.producer.config().clone());
        self.producer = Producer::new(self.producer_options.clone());
        self.charging.clear();
        self.calling.clear();
        self.blocked.clear();
        self.published.clear();
        self.producer.on_start(out);
        self.await_customer(out);
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        self.producer.on_message(from, message, out);
        self.after_producer(out);
    }

    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::Workload(_) => {
                self.on_purchase(out);
                self.await_customer(out);
            }
            Timer::Application(order) => self.on_application(OrderId(order as u32), out),
            other => self.producer.on_timer(other, out),
        }
        self.after_producer(out);
    }

    pub fn set_producer_config(&mut self, config: ProducerConfig, out: &mut Outbox) {
        self.producer.set_config(config, out);
        self.after_producer(out);
    }

    /// Customers who stand at the counter: being charged or served by a call, or waiting for send().
    pub fn waiting_customers(&self) -> (usize, usize) {
        (self.charging.len() + self.calling.len(), self.blocked.len())
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

    fn on_charged(&mut self, order: OrderId, out: &mut Outbox) {
        let Some(purchase) = self.charging.remove(&order) else { return };
        out.record(TraceEvent::PaymentCharged { order });
        if self.options.calls.is_empty() { self.publish(purchase, out) } else { self.call(purchase, 0, out) }
    }

    fn on_application(&mut self, order: OrderId, out: &mut Outbox) {
        match self.calling.remove(&order) {
            Some((purchase, index)) => self.on_called(purchase, index, out),
            None => self.on_charged(order, out),
        }
    }

    /// Calls a service, and waits.
    fn call(&mut self, purchase: Purchase, index: u32, out: &mut Outbox) {
        let Some(call) = self.options.calls.get(index as usize) else {
            let (order, after) = (purchase.order.order, out.now().since(purchase.placed_at));
            out.record(TraceEvent::CustomerAnswered { order, after });
            return;
        };
        let takes = silence(call, out.now()) + draw(&mut self.call_times, call.time);
        let order = purchase.order.order;
        self.calling.insert(order, (purchase, index));
        out.set_timer(Timer::Application(u64::from(order.0)), takes);
    }

    /// The service has done its part: on to the next.
    fn on_called(&mut self, purchase: Purchase, index: u32, out: &mut Outbox) {
        let (order, item) = (purchase.order.order, purchase.order.item);
        match self.options.calls[index as usize].kind {
            ServiceKind::Email => out.record(TraceEvent::MailSent { order }),
            ServiceKind::Stock => out.record(TraceEvent::StockReserved { order, item }),
            ServiceKind::Analytics => out.record(TraceEvent::OrderCounted { order, since: purchase.placed_at }),
            ServiceKind::Notification => out.record(TraceEvent::CustomerNotified { order }),
            ServiceKind::Reader => {}
        }
        self.call(purchase, index + 1, out);
    }

    fn publish(&mut self, purchase: Purchase, out: &mut Outbox) {
        let order = purchase.order.order;
        let record = RecordId((u64::from(self.client.0) + 1) << 32 | u64::from(order.0));
        let key: Bytes = purchase.order.customer.as_bytes().into();
        let is_malformed = self.options.malformed.contains(&order);
        let value = if is_malformed { Bytes::from(*b"{\"order\":") } else { purchase.order.to_bytes() };
        let record =
            Record { id: record, timestamp: out.now(), key: Some(key), value: Some(value), headers: Vec::new() };
        self.published.insert(record.id, order);
        let topic = self.options.topic.clone();
        match self.producer.send(ProducerRecord { topic, partition: None, record }, out) {
            Send::Accepted => self.answer(&purchase, out),
            Send::Blocked { ticket } => drop(self.blocked.insert(ticket, purchase)),
            // The outcome, which comes at once, tells why.
            Send::Refused => {}
        }
    }

    /// The order is in the producer's hands: that is all the customer waits for.
    fn answer(&mut self, purchase: &Purchase, out: &mut Outbox) {
        let order = purchase.order.order;
        let record = RecordId((u64::from(self.client.0) + 1) << 32 | u64::from(order.0));
        out.record(TraceEvent::OrderPublished { order, record });
        out.record(TraceEvent::CustomerAnswered { order, after: out.now().since(purchase.placed_at) });
    }

    fn after_producer(&mut self, out: &mut Outbox) {
        let results = self.producer.take_results();
        for result in &results {
            let order = self.published.remove(&result.record);
            if let (Some(order), Err(error)) = (order, result.outcome) {
                self.blocked.retain(|_, purchase| purchase.order.order != order);
                out.record(TraceEvent::OrderNotPublished { order, error });
            }
        }
        for ticket in self.producer.take_unblocked() {
            if let Some(purchase) = self.blocked.remove(&ticket) {
                self.answer(&purchase, out);
            }
        }
    }
}

/// How long a service will still not answer.
fn silence(call: &CallOptions, now: SimTime) -> SimDuration {
    let outage = call.unavailable.map(|(from, to)| (SimTime::ZERO + from, SimTime::ZERO + to));
    outage.filter(|(from, to)| *from <= now && now < *to).map_or(SimDuration::ZERO, |(_, to)| to.since(now))
}

/// A time drawn evenly from its range.
pub(super) fn draw(stream: &mut Stream, range: TimeRange) -> SimDuration {
    range.least + stream.up_to(range.most.saturating_sub(range.least))
}
