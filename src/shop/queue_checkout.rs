//! Checkout on RabbitMQ, SQS or Service Bus: the same counter, and a sender in place of a producer. Only a blocked
//! connection makes the customer wait.

use super::counter::{Counter, Purchase};
use super::options::CheckoutOptions;
use crate::protocol::ids::{ClientId, OrderId, ServerId};
use crate::protocol::message::Message;
use crate::protocol::record::Record;
use crate::protocol::timer::{ClientRole, Timer};
use crate::queueing::sender::{Sender, SenderKind};
use crate::sim::rng::Seed;
use crate::trace::Outbox;
use std::collections::VecDeque;

/// The checkout process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueCheckout {
    counter: Counter,
    pub sender: Sender,
    /// Paid, and waiting for the connection to be free.
    blocked: VecDeque<(Purchase, Record)>,
}

impl QueueCheckout {
    pub fn new(client: ClientId, options: CheckoutOptions, server: ServerId, kind: SenderKind, seed: Seed) -> Self {
        Self {
            counter: Counter::new(client, options, seed),
            sender: Sender::new(client, server, kind),
            blocked: VecDeque::new(),
        }
    }

    pub fn options(&self) -> &CheckoutOptions {
        &self.counter.options
    }

    pub fn on_start(&mut self, out: &mut Outbox) {
        self.blocked.clear();
        self.sender.on_start(out);
        self.counter.on_start(out);
    }

    pub fn on_message(&mut self, message: Message, out: &mut Outbox) {
        match message {
            Message::Queueing(message) => self.sender.on_message(message, out),
            Message::Disconnected => self.sender.on_disconnected(out),
            Message::Request { .. } | Message::Response { .. } => {}
        }
        self.go_on(out);
    }

    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::Workload(_) => self.counter.on_customer(out),
            Timer::Application(order) => {
                self.blocked.extend(self.counter.on_charged(OrderId(order as u32), out));
            }
            Timer::QueueRetry(ClientRole::Producer) => self.sender.on_retry(out),
            // It sets no other.
            _ => {}
        }
        self.go_on(out);
    }

    /// Customers at the counter: paying, or waiting for a blocked connection.
    pub fn waiting_customers(&self) -> (usize, usize) {
        (self.counter.paying(), self.blocked.len())
    }

    fn go_on(&mut self, out: &mut Outbox) {
        while !self.sender.is_blocked() {
            let Some((purchase, record)) = self.blocked.pop_front() else { break };
            self.sender.send(record, out);
            self.counter.answer(&purchase, out);
        }
        // The ledger reads confirmations and refusals from the facts.
        self.sender.take_outcomes();
    }
}
