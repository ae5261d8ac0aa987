//! A RabbitMQ node: connections, the way of a message from an exchange to a consumer and back, dead letters, confirms and
//! the memory alarm. Rules as of RabbitMQ 4, from its documentation; no real node has been asked yet.
//!
//! Simplified: one node, one channel a connection; heartbeats, priorities, streams and policies are not modelled.

pub mod options;
pub mod exchange;
pub mod queue;
mod dead_letters;
mod inspection;
#[cfg(test)]
mod tests;

use crate::protocol::ids::{Node, QueueName, Receipt};
use crate::protocol::message::Message;
use crate::protocol::queueing::{BasicPublish, DeathReason, QueueError, QueueMessage, Received};
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::{ReturnReason, TraceEvent};
use dead_letters::Dead;
use options::{Overflow, QueueKind, RabbitMqOptions};
use queue::{Consumer, Place, Queue, StoredMessage};
use std::collections::VecDeque;
use std::sync::Arc;

/// The one channel of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Channel {
    last_tag: u64,
    /// What its consumers have in hand, with the place of its queue.
    unacked: BTreeMap<Receipt, (usize, StoredMessage)>,
    /// Publishes to be confirmed, with the time from which on they may be.
    confirms: BTreeMap<u64, SimTime>,
    has_published: bool,
    /// It was told that it must not publish.
    is_blocked: bool,
}

/// The node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RabbitMq {
    pub options: Arc<RabbitMqOptions>,
    queues: Vec<Queue>,
    channels: BTreeMap<Node, Channel>,
    /// Published while the memory alarm is on: still in the sockets, as nobody reads them.
    held: VecDeque<(Node, BasicPublish)>,
    is_alarmed: bool,
    /// Of all messages, ready or not.
    bytes: u64,
}

impl RabbitMq {
    pub fn new(options: RabbitMqOptions) -> Self {
        Self {
            queues: options.queues.iter().cloned().map(Queue::new).collect(),
            options: Arc::new(options),
            channels: BTreeMap::new(),
            held: VecDeque::new(),
            is_alarmed: false,
            bytes: 0,
        }
    }

    pub fn is_alarmed(&self) -> bool {
        self.is_alarmed
    }

    pub fn on_start(&mut self, out: &mut Outbox) {
        self.go_on(out);
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        match message {
            Message::Queueing(message) => self.on_method(from, message, out),
            Message::Disconnected => self.close(from, out),
            Message::Request { .. } | Message::Response { .. } => {}
        }
        self.go_on(out);
    }

    pub fn on_timer(&mut self, _: Timer, out: &mut Outbox) {
        self.go_on(out);
    }

    /// The process dies: connections, transient messages and what had not reached the disk are gone.
    pub fn on_crash(&mut self, out: &mut Outbox) {
        for (_, channel) in std::mem::take(&mut self.channels) {
            for (_, (index, message)) in channel.unacked {
                let (queue, record) = (self.queues[index].options.name.clone(), message.record.id);
                self.queues[index].put_back(message);
                out.record(TraceEvent::MessageReturned { queue, record, reason: ReturnReason::ServerRestarted });
            }
        }
        self.held.clear();
        self.is_alarmed = false;
        for queue in &mut self.queues {
            for lost in queue.lose_unstored(out.now()) {
                out.record(TraceEvent::MessageDropped {
                    queue: queue.options.name.clone(),
                    record: lost.record.id,
                    reason: DeathReason::NotStored,
                });
            }
        }
        self.bytes = self.queues.iter().flat_map(Queue::ready).map(StoredMessage::size).sum();
    }

    fn on_method(&mut self, from: Node, message: QueueMessage, out: &mut Outbox) {
        match message {
            QueueMessage::ConnectionOpen => {
                self.close(from, out);
                self.channels.insert(from, Channel::default());
            }
            QueueMessage::BasicPublish(publish) if self.is_alarmed => {
                self.held.push_back((from, publish));
                self.block(from, out);
            }
            QueueMessage::BasicPublish(publish) => self.publish(from, publish, out),
            QueueMessage::BasicConsume { queue, prefetch, auto_ack } => self.consume(from, &queue, prefetch, auto_ack),
            QueueMessage::BasicAck { tag, multiple } => {
                for (index, message) in self.take_unacked(from, tag, multiple, out) {
                    self.forget(&message);
                    let queue = self.queues[index].options.name.clone();
                    out.record(TraceEvent::MessageSettled { queue, record: message.record.id });
                }
            }
            QueueMessage::BasicNack { tag, multiple, requeue } => {
                let refused = self.take_unacked(from, tag, multiple, out);
                if requeue {
                    self.requeue(refused, ReturnReason::Nacked, out);
                } else {
                    let dead = refused.into_iter();
                    self.bury(dead.map(|(queue, message)| Dead { queue, message, reason: DeathReason::Rejected }), out);
                }
            }
            // Not AMQP 0-9-1, or not for a server.
            _ => {}
        }
    }

    fn consume(&mut self, node: Node, queue: &QueueName, prefetch: u16, auto_ack: bool) {
        self.channels.entry(node).or_default();
        if let Some(queue) = self.queues.iter_mut().find(|known| known.options.name == *queue) {
            queue.is_declared = true;
            queue.consumers.push_back(Consumer { node, prefetch, auto_ack, unacked: 0 });
        }
    }

    fn publish(&mut self, from: Node, publish: BasicPublish, out: &mut Outbox) {
        let targets = self.targets(&publish.exchange, &publish.routing_key);
        let mut is_refused = false;
        if targets.is_empty() {
            self.unroutable(from, &publish, out);
        }
        let mut stored_at = out.now();
        for index in targets {
            let message = self.stored(index, &publish, out.now());
            let is_durable = self.queues[index].options.is_durable || message.is_persistent;
            if is_durable {
                stored_at = stored_at.max(message.stored_at);
            }
            let queue = &self.queues[index];
            match (queue.is_full(), queue.options.overflow) {
                (true, Overflow::RejectPublish) => is_refused = true,
                (true, Overflow::RejectPublishDeadLetter) => {
                    is_refused = true;
                    self.bytes += message.size();
                    self.bury([Dead { queue: index, message, reason: DeathReason::MaxLength }].into_iter(), out);
                }
                (true, Overflow::DropHead) | (false, _) => self.enqueue(index, message, out),
            }
        }
        let channel = self.channels.entry(from).or_default();
        channel.has_published = true;
        if publish.sequence == 0 {
            return;
        }
        if is_refused {
            send(from, QueueMessage::Confirm { sequence: publish.sequence, is_ack: false }, out);
        } else {
            channel.confirms.insert(publish.sequence, stored_at);
        }
    }

    /// No queue wants it: it is gone, and the publisher is told if it asked to be. A confirm follows all the same.
    fn unroutable(&mut self, from: Node, publish: &BasicPublish, out: &mut Outbox) {
        let record = publish.record.id;
        out.record(TraceEvent::MessageDropped {
            queue: publish.exchange.clone(),
            record,
            reason: DeathReason::Unroutable,
        });
        if publish.is_mandatory {
            send(from, QueueMessage::BasicReturn { record }, out);
        }
    }

    fn stored(&self, index: usize, publish: &BasicPublish, now: SimTime) -> StoredMessage {
        let queue = &self.queues[index].options;
        let time_to_live = [queue.message_ttl, publish.expiration].into_iter().flatten().min();
        let is_persistent = publish.is_persistent || queue.kind == QueueKind::Quorum;
        StoredMessage {
            record: publish.record.clone(),
            exchange: publish.exchange.clone(),
            routing_key: publish.routing_key.clone(),
            is_persistent,
            place: Place::default(),
            expires_at: time_to_live.map(|time_to_live| now + time_to_live),
            stored_at: if is_persistent { now + self.options.sync_time } else { now },
            deliveries: 0,
            returns: 0,
            deaths: Vec::new(),
        }
    }

    fn enqueue(&mut self, index: usize, message: StoredMessage, out: &mut Outbox) {
        self.bytes += message.size();
        let queue = self.queues[index].options.name.clone();
        out.record(TraceEvent::MessageEnqueued { queue, record: message.record.id });
        self.queues[index].push(message);
    }

    /// The queues that an exchange hands a message to, of those that exist.
    fn targets(&self, exchange: &QueueName, routing_key: &QueueName) -> Vec<usize> {
        let mut targets = exchange::route(&self.options, exchange, routing_key);
        targets.retain(|index| self.queues[*index].is_declared);
        targets
    }

    /// What a tag names, oldest first; with `multiple` everything up to it. A tag that names nothing would close the
    /// channel in life; here the settlement is refused.
    fn take_unacked(
        &mut self,
        from: Node,
        tag: Receipt,
        multiple: bool,
        out: &mut Outbox,
    ) -> Vec<(usize, StoredMessage)> {
        let channel = self.channels.entry(from).or_default();
        let is_named = |known: &Receipt| if multiple { *known <= tag } else { *known == tag };
        let tags: Vec<Receipt> = channel.unacked.keys().filter(|known| is_named(known)).copied().collect();
        let taken: Vec<(usize, StoredMessage)> = tags.iter().filter_map(|tag| channel.unacked.remove(tag)).collect();
        for (index, _) in &taken {
            self.queues[*index].free_credit(from);
        }
        if taken.is_empty() {
            send(from, QueueMessage::SettlementRefused { receipt: tag, error: QueueError::LockLost }, out);
        }
        taken
    }

    fn requeue(&mut self, messages: Vec<(usize, StoredMessage)>, reason: ReturnReason, out: &mut Outbox) {
        let mut dead = Vec::new();
        for (index, message) in messages {
            let (queue, record) = (self.queues[index].options.name.clone(), message.record.id);
            match self.queues[index].give_back(message) {
                None => out.record(TraceEvent::MessageReturned { queue, record, reason }),
                Some(message) => dead.push(Dead { queue: index, message, reason: DeathReason::DeliveryLimit }),
            }
        }
        self.bury(dead.into_iter(), out);
    }

    /// The connection is gone: its consumers with it, and what they had goes back.
    fn close(&mut self, node: Node, out: &mut Outbox) {
        for queue in &mut self.queues {
            queue.consumers.retain(|consumer| consumer.node != node);
        }
        self.held.retain(|(from, _)| *from != node);
        if let Some(channel) = self.channels.remove(&node) {
            let unacked = channel.unacked.into_values().collect();
            self.requeue(unacked, ReturnReason::ConsumerGone, out);
        }
    }

    /// Whatever can happen without anybody asking happens now.
    fn go_on(&mut self, out: &mut Outbox) {
        loop {
            while self.turn(out) {}
            self.watch_memory(out);
            if self.is_alarmed {
                break;
            }
            let Some((from, publish)) = self.held.pop_front() else { break };
            self.publish(from, publish, out);
        }
        self.confirm(out);
        self.set_deadline(out);
    }

    /// One look at every queue; true when something died, for the dead may have come to another queue.
    fn turn(&mut self, out: &mut Outbox) -> bool {
        let mut dead = Vec::new();
        for index in 0..self.queues.len() {
            while let Some(message) = self.queues[index].take_expired(out.now()) {
                dead.push(Dead { queue: index, message, reason: DeathReason::Expired });
            }
            while let Some((node, auto_ack, message)) = self.queues[index].hand_out() {
                self.deliver(index, node, auto_ack, message, out);
            }
            while let Some(message) = self.queues[index].take_overflow() {
                dead.push(Dead { queue: index, message, reason: DeathReason::MaxLength });
            }
        }
        let has_died = !dead.is_empty();
        self.bury(dead.into_iter(), out);
        has_died
    }

    fn deliver(&mut self, index: usize, node: Node, auto_ack: bool, message: StoredMessage, out: &mut Outbox) {
        let queue = self.queues[index].options.name.clone();
        let channel = self.channels.entry(node).or_default();
        channel.last_tag += 1;
        let receipt = Receipt(channel.last_tag);
        let (record, count) = (message.record.clone(), message.deliveries);
        out.record(TraceEvent::MessageDelivered { queue: queue.clone(), record: record.id, client: node, count });
        let deaths = message.deaths.clone();
        let received = Received { queue: queue.clone(), receipt, record, count, deaths, session: None };
        let record = message.record.id;
        if auto_ack {
            self.forget(&message);
            out.record(TraceEvent::MessageSettled { queue, record });
        } else {
            channel.unacked.insert(receipt, (index, message));
        }
        send(node, QueueMessage::BasicDeliver(received), out);
    }

    /// A message that leaves the node for good.
    fn forget(&mut self, message: &StoredMessage) {
        assert!(self.bytes >= message.size(), "what leaves was counted when it came");
        self.bytes -= message.size();
    }

    fn watch_memory(&mut self, out: &mut Outbox) {
        let is_over = self.bytes > self.options.memory_limit;
        if is_over == self.is_alarmed {
            return;
        }
        self.is_alarmed = is_over;
        let publishers: Vec<Node> =
            self.channels.iter().filter(|(_, channel)| channel.has_published).map(|(node, _)| *node).collect();
        for node in publishers {
            if is_over {
                self.block(node, out);
            } else {
                self.unblock(node, out);
            }
        }
    }

    fn block(&mut self, node: Node, out: &mut Outbox) {
        let bytes = self.bytes;
        let channel = self.channels.entry(node).or_default();
        if !channel.is_blocked {
            channel.is_blocked = true;
            out.record(TraceEvent::PublishersBlocked { node, bytes });
            send(node, QueueMessage::ConnectionBlocked, out);
        }
    }

    fn unblock(&mut self, node: Node, out: &mut Outbox) {
        let channel = self.channels.entry(node).or_default();
        if channel.is_blocked {
            channel.is_blocked = false;
            out.record(TraceEvent::PublishersUnblocked { node });
            send(node, QueueMessage::ConnectionUnblocked, out);
        }
    }

    fn confirm(&mut self, out: &mut Outbox) {
        let now = out.now();
        for (node, channel) in &mut self.channels {
            let due: Vec<u64> =
                channel.confirms.iter().filter(|(_, at)| **at <= now).map(|(number, _)| *number).collect();
            for sequence in due {
                channel.confirms.remove(&sequence);
                send(*node, QueueMessage::Confirm { sequence, is_ack: true }, out);
            }
        }
    }

    fn set_deadline(&self, out: &mut Outbox) {
        let expiries = self.queues.iter().filter_map(Queue::next_expiry);
        let confirms = self.channels.values().filter_map(|channel| channel.confirms.values().min().copied());
        match expiries.chain(confirms).min() {
            Some(at) => out.set_timer(Timer::QueueDeadline, at.since(out.now())),
            None => out.cancel_timer(Timer::QueueDeadline),
        }
    }
}

fn send(to: Node, message: QueueMessage, out: &mut Outbox) {
    out.send(to, Message::Queueing(message));
}
