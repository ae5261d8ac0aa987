//! Azure Service Bus: peek-lock, settle, or lose the lock; after so many deliveries to the dead-letter queue; topics with
//! subscriptions; sessions that one receiver has at a time.
//!
//! Simplified: subscription filters, deferral, scheduled messages, transactions and the limits of tiers are not modelled;
//! a session is held until its receiver closes it, or its lock is over.

pub mod options;
pub mod entity;
#[cfg(test)]
mod tests;

use crate::protocol::ids::{Node, QueueName, Receipt};
use crate::protocol::message::Message;
use crate::protocol::queueing::{
    DeathReason, Disposition, QueueError, QueueInspection, QueueMessage, QueuedMessage, ReceiveMode, Received,
    SendMessage,
};
use crate::protocol::record::Bytes;
use crate::protocol::timer::Timer;
use crate::trace::Outbox;
use crate::trace::event::{ReturnReason, TraceEvent};
use entity::{Entity, Link, Lock, StoredMessage};
use options::ServiceBusOptions;
use std::sync::Arc;

/// The namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceBus {
    pub options: Arc<ServiceBusOptions>,
    entities: Vec<Entity>,
    last_receipt: u64,
}

impl ServiceBus {
    pub fn new(options: ServiceBusOptions) -> Self {
        Self {
            entities: options.entities.iter().cloned().map(Entity::new).collect(),
            options: Arc::new(options),
            last_receipt: 0,
        }
    }

    pub fn on_start(&mut self, out: &mut Outbox) {
        self.go_on(out);
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        match message {
            Message::Queueing(frame) => self.on_frame(from, frame, out),
            // Links go with the connection; locks stay until they are over.
            Message::Disconnected => self.drop_links(from),
            Message::Request { .. } | Message::Response { .. } => {}
        }
        self.go_on(out);
    }

    pub fn on_timer(&mut self, _: Timer, out: &mut Outbox) {
        self.go_on(out);
    }

    /// Messages and locks are stored; links are not.
    pub fn on_crash(&mut self) {
        for entity in &mut self.entities {
            entity.links.clear();
        }
    }

    fn drop_links(&mut self, node: Node) {
        for entity in &mut self.entities {
            entity.links.retain(|link| link.node != node);
        }
    }

    fn on_frame(&mut self, from: Node, frame: QueueMessage, out: &mut Outbox) {
        match frame {
            QueueMessage::ConnectionOpen => self.drop_links(from),
            QueueMessage::Send(message) => self.send(from, message, out),
            QueueMessage::Flow { queue, credit, wants_session: _, mode } => self.flow(from, &queue, credit, mode),
            QueueMessage::Disposition { queue, receipt, outcome } => self.settle(from, &queue, receipt, outcome, out),
            QueueMessage::RenewLock { queue, receipt } => self.renew(from, &queue, receipt, out),
            QueueMessage::CloseSession { queue } => self.close_session(from, &queue),
            // Not AMQP 1.0, or not for the namespace.
            _ => {}
        }
    }

    fn send(&mut self, from: Node, message: SendMessage, out: &mut Outbox) {
        let topic = self.options.topics.iter().find(|(name, _)| *name == message.to);
        let targets = topic.map_or_else(|| vec![message.to.clone()], |(_, subscriptions)| subscriptions.clone());
        let mut error = None;
        for target in targets {
            match self.index_of(&target) {
                Some(index) => error = error.or(self.enqueue(index, &message, out)),
                None => error = Some(QueueError::NotFound),
            }
        }
        reply(from, QueueMessage::SendResult { call: message.call, error }, out);
    }

    fn enqueue(&mut self, index: usize, message: &SendMessage, out: &mut Outbox) -> Option<QueueError> {
        let entity = &mut self.entities[index];
        if entity.options.requires_session && message.group.is_none() {
            return Some(QueueError::GroupMissing);
        }
        let (queue, record) = (entity.options.name.clone(), message.record.id);
        if !entity.accepts(message.deduplication.unwrap_or(record), out.now()) {
            out.record(TraceEvent::MessageDeduplicated { queue, record });
            return None;
        }
        entity.push(StoredMessage {
            record: message.record.clone(),
            session: message.group.clone().filter(|_| entity.options.requires_session),
            enqueued_at: out.now(),
            deliveries: 0,
            lock: None,
        });
        out.record(TraceEvent::MessageEnqueued { queue, record });
        None
    }

    /// A link asks for more; the first time it is opened.
    fn flow(&mut self, node: Node, queue: &QueueName, credit: u32, mode: ReceiveMode) {
        let Some(entity) = self.index_of(queue).map(|index| &mut self.entities[index]) else { return };
        match entity.links.iter_mut().find(|link| link.node == node) {
            Some(link) => link.credit = link.credit.saturating_add(credit),
            None => entity.links.push_back(Link { node, credit, mode, session: None }),
        }
    }

    fn settle(&mut self, from: Node, queue: &QueueName, receipt: Receipt, outcome: Disposition, out: &mut Outbox) {
        let Some(index) = self.index_of(queue) else { return };
        let Some(number) = self.entities[index].named(receipt) else {
            return reply(from, QueueMessage::SettlementRefused { receipt, error: QueueError::LockLost }, out);
        };
        match outcome {
            Disposition::Complete => {
                let entity = &mut self.entities[index];
                let queue = entity.options.name.clone();
                if let Some(message) = entity.messages.remove(&number) {
                    out.record(TraceEvent::MessageSettled { queue, record: message.record.id });
                }
            }
            Disposition::Abandon => self.give_back(index, number, ReturnReason::Nacked, out),
            Disposition::DeadLetter => self.bury(index, number, DeathReason::Rejected, out),
        }
    }

    fn renew(&mut self, from: Node, queue: &QueueName, receipt: Receipt, out: &mut Outbox) {
        let Some(index) = self.index_of(queue) else { return };
        let entity = &mut self.entities[index];
        let until = out.now() + entity.options.lock_duration;
        let Some(message) = entity.named(receipt).and_then(|number| entity.messages.get_mut(&number)) else {
            return reply(from, QueueMessage::SettlementRefused { receipt, error: QueueError::LockLost }, out);
        };
        if let Some(lock) = &mut message.lock {
            lock.until = until;
        }
        if let Some((_, held_until)) = message.session.as_ref().and_then(|session| entity.sessions.get_mut(session)) {
            *held_until = until;
        }
    }

    fn close_session(&mut self, node: Node, queue: &QueueName) {
        let Some(entity) = self.index_of(queue).map(|index| &mut self.entities[index]) else { return };
        let session = entity.links.iter().find(|link| link.node == node).and_then(|link| link.session.clone());
        if let Some(session) = session {
            entity.release_session(&session);
        }
    }

    /// Unlocked again at its old place, or, after the last delivery that the entity allows, dead.
    fn give_back(&mut self, index: usize, number: u64, reason: ReturnReason, out: &mut Outbox) {
        let entity = &mut self.entities[index];
        let (queue, limit) = (entity.options.name.clone(), entity.options.max_delivery_count);
        let Some(message) = entity.messages.get_mut(&number) else { return };
        message.lock = None;
        if message.deliveries >= limit {
            self.bury(index, number, DeathReason::DeliveryLimit, out);
        } else {
            out.record(TraceEvent::MessageReturned { queue, record: message.record.id, reason });
        }
    }

    fn bury(&mut self, index: usize, number: u64, reason: DeathReason, out: &mut Outbox) {
        let entity = &mut self.entities[index];
        let Some(message) = entity.messages.remove(&number) else { return };
        let (queue, record) = (entity.options.name.clone(), message.record.id);
        if reason == DeathReason::Expired && !entity.options.dead_letters_expired {
            out.record(TraceEvent::MessageDropped { queue, record, reason });
            return;
        }
        let (to, count) = (entity.options.dead_letter_queue(), message.deliveries);
        out.record(TraceEvent::MessageDeadLettered { queue, record, to, reason, count });
        entity.dead.push((StoredMessage { lock: None, ..message }, reason));
    }

    fn go_on(&mut self, out: &mut Outbox) {
        for index in 0..self.entities.len() {
            while let Some(number) = self.entities[index].unlocked(out.now()) {
                self.give_back(index, number, ReturnReason::LockExpired, out);
            }
            self.entities[index].release_sessions(out.now());
            while let Some(number) = self.entities[index].expired(out.now()) {
                self.bury(index, number, DeathReason::Expired, out);
            }
            self.hand_out(index, out);
        }
        match self.entities.iter().filter_map(Entity::next_deadline).min() {
            Some(at) => out.set_timer(Timer::QueueDeadline, at.since(out.now())),
            None => out.cancel_timer(Timer::QueueDeadline),
        }
    }

    /// Messages for whoever has credit; links take turns.
    fn hand_out(&mut self, index: usize, out: &mut Outbox) {
        let mut passed = 0;
        while passed < self.entities[index].links.len() {
            let Some(mut link) = self.entities[index].links.pop_front() else { break };
            let number = (link.credit > 0).then(|| self.next_for(index, &mut link, out)).flatten();
            match number {
                Some(number) => {
                    passed = 0;
                    link.credit -= 1;
                    self.transfer(index, number, &link, out);
                }
                None => passed += 1,
            }
            self.entities[index].links.push_back(link);
        }
    }

    /// The next message for a link, which takes a free session for it when it has none.
    fn next_for(&mut self, index: usize, link: &mut Link, out: &mut Outbox) -> Option<u64> {
        let entity = &mut self.entities[index];
        if entity.options.requires_session && link.session.is_none() {
            let session = entity.free_session()?;
            entity.sessions.insert(session.clone(), (link.node, out.now() + entity.options.lock_duration));
            out.record(TraceEvent::SessionLocked {
                queue: entity.options.name.clone(),
                session: text(&session),
                client: link.node,
            });
            link.session = Some(session);
        }
        entity.next_for(link)
    }

    fn transfer(&mut self, index: usize, number: u64, link: &Link, out: &mut Outbox) {
        self.last_receipt += 1;
        let receipt = Receipt(self.last_receipt);
        let entity = &mut self.entities[index];
        let (queue, until) = (entity.options.name.clone(), out.now() + entity.options.lock_duration);
        let Some(message) = entity.messages.get_mut(&number) else { return };
        message.deliveries += 1;
        message.lock = Some(Lock { receipt, node: link.node, until });
        let (record, count) = (message.record.clone(), message.deliveries);
        let session = message.session.clone();
        if let Some((_, held_until)) = session.as_ref().and_then(|session| entity.sessions.get_mut(session)) {
            *held_until = until;
        }
        let id = record.id;
        out.record(TraceEvent::MessageDelivered { queue: queue.clone(), record: id, client: link.node, count });
        let received = Received { queue: queue.clone(), receipt, record, count, deaths: Vec::new(), session };
        reply(link.node, QueueMessage::Transfer(received), out);
        if link.mode == ReceiveMode::ReceiveAndDelete {
            entity.messages.remove(&number);
            out.record(TraceEvent::MessageSettled { queue, record: id });
        }
    }

    fn index_of(&self, name: &QueueName) -> Option<usize> {
        self.entities.iter().position(|entity| entity.options.name == *name)
    }

    /// Every queue and subscription, each followed by its dead letters.
    pub fn inspect(&self) -> Vec<QueueInspection> {
        let picture = |message: &StoredMessage| QueuedMessage {
            record: message.record.id,
            key: message.record.key.clone(),
            count: message.deliveries,
        };
        let of = |entity: &Entity, is_locked: bool| {
            let messages = entity.messages.values();
            messages.filter(|message| message.lock.is_some() == is_locked).map(picture).collect()
        };
        let inspect = |entity: &Entity| {
            [
                QueueInspection {
                    name: entity.options.name.clone(),
                    is_dead_letter: false,
                    ready: of(entity, false),
                    in_flight: of(entity, true),
                },
                QueueInspection {
                    name: entity.options.dead_letter_queue(),
                    is_dead_letter: true,
                    ready: entity.dead.iter().map(|(message, _)| picture(message)).collect(),
                    in_flight: Vec::new(),
                },
            ]
        };
        self.entities.iter().flat_map(inspect).collect()
    }
}

fn text(session: &Bytes) -> Arc<str> {
    String::from_utf8_lossy(session).into()
}

fn reply(to: Node, message: QueueMessage, out: &mut Outbox) {
    out.send(to, Message::Queueing(message));
}
