//! Amazon SQS: receive, hide, delete; what is not deleted in time is received again. Standard queues promise neither order
//! nor once; FIFO queues keep the order within a message group and let duplicates go for five minutes.
//!
//! Simplified: one endpoint that always answers; the chance of duplicates and the disorder of a standard queue are
//! settings, drawn from a stream of their own; SNS in front of the queues takes no time; delays and batches of sends are
//! not modelled.

pub mod options;
pub mod queue;
#[cfg(test)]
mod tests;

use crate::protocol::ids::{Node, QueueName, Receipt};
use crate::protocol::message::Message;
use crate::protocol::queueing::{
    DeathReason, QueueError, QueueInspection, QueueMessage, QueuedMessage, Received, SendMessage,
};
use crate::protocol::timer::Timer;
use crate::sim::rng::{Seed, Stream};
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::{ReturnReason, TraceEvent};
use options::SqsOptions;
use queue::{Queue, StoredMessage};
use std::sync::Arc;

/// The longest long poll (`WaitTimeSeconds`).
pub const WAIT_MAX: SimDuration = SimDuration::from_secs(20);
/// Most messages of one receive.
pub const RECEIVE_MAX: u8 = 10;

/// A receive that found nothing, and waits.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LongPoll {
    node: Node,
    call: u64,
    queue: usize,
    max: u8,
    until: SimTime,
}

/// The service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sqs {
    pub options: Arc<SqsOptions>,
    queues: Vec<Queue>,
    /// First come, first served.
    polls: Vec<LongPoll>,
    last_receipt: u64,
    draws: Stream,
}

impl Sqs {
    pub fn new(options: SqsOptions, seed: Seed) -> Self {
        Self {
            queues: options.queues.iter().cloned().map(Queue::new).collect(),
            options: Arc::new(options),
            polls: Vec::new(),
            last_receipt: 0,
            draws: Stream::new(seed, "sqs", 0),
        }
    }

    pub fn on_start(&mut self, out: &mut Outbox) {
        self.go_on(out);
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        match message {
            Message::Queueing(action) => self.on_action(from, action, out),
            Message::Disconnected => self.polls.retain(|poll| poll.node != from),
            Message::Request { .. } | Message::Response { .. } => {}
        }
        self.go_on(out);
    }

    pub fn on_timer(&mut self, _: Timer, out: &mut Outbox) {
        self.go_on(out);
    }

    /// Messages are kept in several places: a crash of the endpoint takes the open calls only.
    pub fn on_crash(&mut self) {
        self.polls.clear();
    }

    fn on_action(&mut self, from: Node, action: QueueMessage, out: &mut Outbox) {
        match action {
            QueueMessage::SendMessage(message) => self.send(from, message, out),
            QueueMessage::ReceiveMessage { call, queue, max, wait } => {
                let Some(queue) = self.index_of(&queue) else {
                    let error = Some(QueueError::NotFound);
                    return answer(from, QueueMessage::ReceiveResult { call, messages: Vec::new(), error }, out);
                };
                let max = max.clamp(1, RECEIVE_MAX);
                let until = out.now() + wait.min(WAIT_MAX);
                self.polls.push(LongPoll { node: from, call, queue, max, until });
            }
            QueueMessage::DeleteMessage { queue, receipt } => self.delete(from, &queue, receipt, out),
            QueueMessage::ChangeMessageVisibility { queue, receipt, timeout } => {
                self.change_visibility(from, &queue, receipt, timeout, out);
            }
            // Not SQS, or not for the service.
            _ => {}
        }
    }

    fn send(&mut self, from: Node, message: SendMessage, out: &mut Outbox) {
        let topic = self.options.topics.iter().find(|(name, _)| *name == message.to);
        let targets = topic.map_or_else(|| vec![message.to.clone()], |(_, queues)| queues.clone());
        let mut error = None;
        for target in targets {
            match self.index_of(&target) {
                Some(index) => error = error.or(self.enqueue(index, &message, out)),
                None => error = Some(QueueError::NotFound),
            }
        }
        answer(from, QueueMessage::SendResult { call: message.call, error }, out);
    }

    fn enqueue(&mut self, index: usize, message: &SendMessage, out: &mut Outbox) -> Option<QueueError> {
        let queue = &mut self.queues[index];
        if queue.options.is_fifo && message.group.is_none() {
            return Some(QueueError::GroupMissing);
        }
        let (name, record) = (queue.options.name.clone(), message.record.id);
        if !queue.accepts(message.deduplication, out.now()) {
            out.record(TraceEvent::MessageDeduplicated { queue: name, record });
            return None;
        }
        queue.push(StoredMessage {
            record: message.record.clone(),
            group: message.group.clone().filter(|_| queue.options.is_fifo),
            sent_at: out.now(),
            receives: 0,
            receipt: None,
            hidden_until: None,
        });
        out.record(TraceEvent::MessageEnqueued { queue: name, record });
        None
    }

    /// An old receipt names nothing: a FIFO queue says so, a standard queue takes the call and keeps the message.
    fn delete(&mut self, from: Node, queue: &QueueName, receipt: Receipt, out: &mut Outbox) {
        let Some(index) = self.index_of(queue) else { return };
        let queue = &mut self.queues[index];
        let is_late = |number: &u64| {
            let hidden_until = queue.messages.get(number).and_then(|message| message.hidden_until);
            queue.options.is_fifo && hidden_until.is_none()
        };
        match queue.named(receipt).filter(|number| !is_late(number)) {
            Some(number) => {
                if let Some(message) = queue.remove(number) {
                    let name = queue.options.name.clone();
                    out.record(TraceEvent::MessageSettled { queue: name, record: message.record.id });
                }
            }
            None => answer(from, QueueMessage::SettlementRefused { receipt, error: QueueError::LockLost }, out),
        }
    }

    fn change_visibility(
        &mut self,
        from: Node,
        queue: &QueueName,
        receipt: Receipt,
        timeout: SimDuration,
        out: &mut Outbox,
    ) {
        let Some(index) = self.index_of(queue) else { return };
        let queue = &mut self.queues[index];
        let hidden = queue
            .named(receipt)
            .filter(|number| queue.messages.get(number).is_some_and(|message| message.hidden_until.is_some()));
        let Some(number) = hidden else {
            return answer(from, QueueMessage::SettlementRefused { receipt, error: QueueError::LockLost }, out);
        };
        let until = (timeout > SimDuration::ZERO).then(|| out.now() + timeout);
        queue.hide_until(number, until);
        if until.is_none() {
            let (queue, record) = (queue.options.name.clone(), queue.messages[&number].record.id);
            out.record(TraceEvent::MessageReturned { queue, record, reason: ReturnReason::Nacked });
        }
    }

    fn go_on(&mut self, out: &mut Outbox) {
        for queue in &mut self.queues {
            while let Some(number) = queue.take_unhidden(out.now()) {
                out.record(TraceEvent::MessageReturned {
                    queue: queue.options.name.clone(),
                    record: queue.messages[&number].record.id,
                    reason: ReturnReason::LockExpired,
                });
            }
            while let Some(message) = queue.take_expired(out.now()) {
                let (queue, record) = (queue.options.name.clone(), message.record.id);
                out.record(TraceEvent::MessageDropped { queue, record, reason: DeathReason::Expired });
            }
        }
        self.serve(out);
        let deadlines = self.queues.iter().filter_map(Queue::next_deadline);
        match deadlines.chain(self.polls.iter().map(|poll| poll.until)).min() {
            Some(at) => out.set_timer(Timer::QueueDeadline, at.since(out.now())),
            None => out.cancel_timer(Timer::QueueDeadline),
        }
    }

    /// Answers every receive that found something or has waited long enough.
    fn serve(&mut self, out: &mut Outbox) {
        for poll in std::mem::take(&mut self.polls) {
            let messages = self.receive(&poll, out);
            let queue = &self.queues[poll.queue];
            let is_over = queue.in_flight() >= queue.options.in_flight_max && !queue.options.is_fifo;
            if messages.is_empty() && poll.until > out.now() && !is_over {
                self.polls.push(poll);
                continue;
            }
            let error = (messages.is_empty() && is_over).then_some(QueueError::OverLimit);
            answer(poll.node, QueueMessage::ReceiveResult { call: poll.call, messages, error }, out);
        }
    }

    fn receive(&mut self, poll: &LongPoll, out: &mut Outbox) -> Vec<Received> {
        let (mut batch, mut messages) = (Vec::new(), Vec::new());
        while messages.len() < usize::from(poll.max) {
            let queue = &mut self.queues[poll.queue];
            let Some(number) = queue.choose(&batch, self.options.disorder, &mut self.draws) else { break };
            if self.redrive(poll.queue, number, out) {
                continue;
            }
            self.last_receipt += 1;
            let receipt = Receipt(self.last_receipt);
            let queue = &mut self.queues[poll.queue];
            let (name, duplicates) = (queue.options.name.clone(), self.options.duplicates);
            let Some(message) = queue.receive(number, receipt, out.now(), duplicates, &mut self.draws) else { break };
            let (record, count) = (message.record.clone(), message.receives);
            batch.push(number);
            let (queue, client) = (name.clone(), poll.node);
            out.record(TraceEvent::MessageDelivered { queue, record: record.id, client, count });
            messages.push(Received { queue: name, receipt, record, count, deaths: Vec::new(), session: None });
        }
        messages
    }

    /// A message that was received as often as its queue allows goes to the dead-letter queue when somebody asks for it
    /// once more.
    fn redrive(&mut self, index: usize, number: u64, out: &mut Outbox) -> bool {
        let queue = &self.queues[index];
        let Some(redrive) = queue.options.redrive.clone() else { return false };
        let receives = queue.messages[&number].receives;
        let target = self.index_of(&redrive.dead_letter_queue).filter(|_| receives >= redrive.max_receive_count);
        let Some(target) = target else { return false };
        let Some(message) = self.queues[index].remove(number) else { return false };
        out.record(TraceEvent::MessageDeadLettered {
            queue: self.queues[index].options.name.clone(),
            record: message.record.id,
            to: redrive.dead_letter_queue,
            reason: DeathReason::DeliveryLimit,
            count: receives,
        });
        self.queues[target].push(StoredMessage { receives: 0, receipt: None, hidden_until: None, ..message });
        true
    }

    fn index_of(&self, name: &QueueName) -> Option<usize> {
        self.queues.iter().position(|queue| queue.options.name == *name)
    }

    /// Every queue, in the order of the options.
    pub fn inspect(&self) -> Vec<QueueInspection> {
        let picture = |message: &StoredMessage| QueuedMessage {
            record: message.record.id,
            key: message.record.key.clone(),
            count: message.receives,
        };
        let of = |queue: &Queue, is_hidden: bool| {
            let messages = queue.messages.values();
            messages.filter(|message| message.hidden_until.is_some() == is_hidden).map(picture).collect()
        };
        let inspect = |queue: &Queue| QueueInspection {
            name: queue.options.name.clone(),
            is_dead_letter: queue.options.is_dead_letter,
            ready: of(queue, false),
            in_flight: of(queue, true),
        };
        self.queues.iter().map(inspect).collect()
    }
}

fn answer(to: Node, message: QueueMessage, out: &mut Outbox) {
    out.send(to, Message::Queueing(message));
}
