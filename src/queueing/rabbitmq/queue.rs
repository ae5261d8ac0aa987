//! One queue: what is ready, in which order it is handed out and to whom, and where a message goes that comes back.

use super::options::{QueueKind, QueueOptions};
use crate::protocol::ids::{Node, QueueName};
use crate::protocol::queueing::{Death, DeathReason, bytes_of};
use crate::protocol::record::Record;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimTime;
use std::collections::VecDeque;

/// A message in a queue, or in a consumer's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    pub record: Record,
    pub exchange: QueueName,
    pub routing_key: QueueName,
    pub is_persistent: bool,
    /// Its place in the queue: the place is kept while a consumer has it.
    pub place: Place,
    pub expires_at: Option<SimTime>,
    /// From when on it survives a crash.
    pub stored_at: SimTime,
    /// How often it was handed out.
    pub deliveries: u32,
    /// How often it came back (`x-delivery-count`).
    pub returns: u32,
    /// `x-death`, newest first.
    pub deaths: Vec<Death>,
}

impl StoredMessage {
    pub fn size(&self) -> u64 {
        bytes_of(&self.record)
    }

    /// Writes a death into `x-death`: one entry for each queue and reason, the newest first.
    pub fn die(&mut self, queue: &QueueName, reason: DeathReason, now: SimTime) {
        let known = self.deaths.iter().position(|death| death.queue == *queue && death.reason == reason);
        let death = match known.map(|index| self.deaths.remove(index)) {
            Some(death) => Death { count: death.count + 1, ..death },
            None => Death {
                queue: queue.clone(),
                reason,
                exchange: self.exchange.clone(),
                routing_key: self.routing_key.clone(),
                count: 1,
                first_at: now,
            },
        };
        self.deaths.insert(0, death);
    }

    /// True when it would come to `queue` again without any consumer having refused it on the way: it would go round
    /// for ever, so it is dropped.
    pub fn goes_round(&self, queue: &QueueName) -> bool {
        let Some(last) = self.deaths.iter().position(|death| death.queue == *queue) else { return false };
        self.deaths[..=last].iter().all(|death| death.reason != DeathReason::Rejected)
    }
}

/// Where a message stands: what came back to a quorum queue goes before everything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    lane: Lane,
    number: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Returned,
    #[default]
    Published,
}

/// A subscription to a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    pub node: Node,
    /// 0: no limit.
    pub prefetch: u16,
    pub auto_ack: bool,
    /// What it has in hand.
    pub unacked: u32,
}

impl Consumer {
    fn has_credit(&self) -> bool {
        self.auto_ack || self.prefetch == 0 || self.unacked < u32::from(self.prefetch)
    }
}

/// A queue on the node that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    pub options: QueueOptions,
    pub is_declared: bool,
    ready: BTreeMap<Place, StoredMessage>,
    next_number: u64,
    /// In the order of their turns.
    pub consumers: VecDeque<Consumer>,
}

impl Queue {
    pub fn new(options: QueueOptions) -> Self {
        Self {
            is_declared: !options.is_declared_by_consumer,
            options,
            ready: BTreeMap::new(),
            next_number: 0,
            consumers: VecDeque::new(),
        }
    }

    pub fn ready(&self) -> impl Iterator<Item = &StoredMessage> {
        self.ready.values()
    }
    pub fn is_full(&self) -> bool {
        self.options.max_length.is_some_and(|limit| self.ready.len() as u64 >= u64::from(limit))
    }

    /// A new message, at the back.
    pub fn push(&mut self, mut message: StoredMessage) {
        message.place = self.next_place(Lane::Published);
        self.ready.insert(message.place, message);
    }

    /// A message that a consumer had, unless it came back once too often: then it is returned.
    ///
    /// A classic queue puts it where it was. A quorum queue puts it before everything else, behind what came back
    /// before; without a delivery limit at the back, so that a message that always fails cannot hold up its log
    /// (RabbitMQ 4.0).
    pub fn give_back(&mut self, mut message: StoredMessage) -> Option<StoredMessage> {
        match (self.options.kind, self.options.delivery_limit) {
            (QueueKind::Classic, _) => {}
            (QueueKind::Quorum, limit) => {
                message.returns += 1;
                if limit.is_some_and(|limit| message.returns > limit) {
                    return Some(message);
                }
                let lane = if limit.is_some() { Lane::Returned } else { Lane::Published };
                message.place = self.next_place(lane);
            }
        }
        self.ready.insert(message.place, message);
        None
    }

    /// A message that a consumer had when the node stopped: nobody gave it back, so nothing is counted.
    pub fn put_back(&mut self, message: StoredMessage) {
        self.ready.insert(message.place, message);
    }

    /// The message at the head, when its time to live is over. Behind the head nobody looks.
    pub fn take_expired(&mut self, now: SimTime) -> Option<StoredMessage> {
        let (_, head) = self.ready.first_key_value()?;
        let is_over = head.expires_at.is_some_and(|expires_at| expires_at <= now);
        is_over.then(|| self.ready.pop_first()).flatten().map(|(_, message)| message)
    }

    /// The message at the head, when there are more than the queue may hold.
    pub fn take_overflow(&mut self) -> Option<StoredMessage> {
        let limit = self.options.max_length?;
        let is_over = self.ready.len() as u64 > u64::from(limit);
        is_over.then(|| self.ready.pop_first()).flatten().map(|(_, message)| message)
    }

    /// The next message for the next consumer that may have one more; consumers take turns.
    pub fn hand_out(&mut self) -> Option<(Node, bool, StoredMessage)> {
        if self.ready.is_empty() {
            return None;
        }
        let turn = self.consumers.iter().position(Consumer::has_credit)?;
        let mut consumer = self.consumers.remove(turn)?;
        let (_, mut message) = self.ready.pop_first()?;
        message.deliveries += 1;
        consumer.unacked += u32::from(!consumer.auto_ack);
        let (node, auto_ack) = (consumer.node, consumer.auto_ack);
        self.consumers.push_back(consumer);
        Some((node, auto_ack, message))
    }

    /// A consumer has one message less in hand.
    pub fn free_credit(&mut self, node: Node) {
        if let Some(consumer) = self.consumers.iter_mut().find(|consumer| consumer.node == node) {
            consumer.unacked = consumer.unacked.saturating_sub(1);
        }
    }

    /// When the head expires.
    pub fn next_expiry(&self) -> Option<SimTime> {
        self.ready.first_key_value().and_then(|(_, head)| head.expires_at)
    }

    /// What a crash at this time takes: what was not on disk.
    pub fn lose_unstored(&mut self, now: SimTime) -> Vec<StoredMessage> {
        let is_durable = self.options.is_durable;
        let is_lost = |message: &StoredMessage| !is_durable || !message.is_persistent || message.stored_at > now;
        let lost = self.ready.values().filter(|message| is_lost(message)).cloned().collect();
        self.ready.retain(|_, message| !is_lost(message));
        self.consumers.clear();
        lost
    }

    fn next_place(&mut self, lane: Lane) -> Place {
        self.next_number += 1;
        Place { lane, number: self.next_number }
    }
}
