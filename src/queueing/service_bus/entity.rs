//! One queue or subscription: messages by sequence number, locks, sessions and the links that want messages.

use super::options::EntityOptions;
use crate::protocol::ids::{Node, Receipt, RecordId};
use crate::protocol::queueing::{DeathReason, ReceiveMode};
use crate::protocol::record::{Bytes, Record};
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimTime;
use std::collections::VecDeque;

/// A message in an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    pub record: Record,
    pub session: Option<Bytes>,
    pub enqueued_at: SimTime,
    /// How often it was handed out.
    pub deliveries: u32,
    pub lock: Option<Lock>,
}

/// Who has a message, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    pub receipt: Receipt,
    pub node: Node,
    pub until: SimTime,
}

/// A receiver's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub node: Node,
    /// How many messages it still wants.
    pub credit: u32,
    pub mode: ReceiveMode,
    /// The session that it has, of an entity with sessions.
    pub session: Option<Bytes>,
}

/// A queue or subscription with its dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    pub options: EntityOptions,
    pub messages: BTreeMap<u64, StoredMessage>,
    pub dead: Vec<(StoredMessage, DeathReason)>,
    /// In the order of their turns.
    pub links: VecDeque<Link>,
    /// Sessions that somebody has, and until when.
    pub sessions: BTreeMap<Bytes, (Node, SimTime)>,
    /// Messages that were accepted within the window, with when they are forgotten.
    accepted: BTreeMap<RecordId, SimTime>,
    next_number: u64,
}

impl Entity {
    pub fn new(options: EntityOptions) -> Self {
        Self {
            options,
            messages: BTreeMap::new(),
            dead: Vec::new(),
            links: VecDeque::new(),
            sessions: BTreeMap::new(),
            accepted: BTreeMap::new(),
            next_number: 0,
        }
    }

    /// False for a message that was accepted already, where duplicates are looked for.
    pub fn accepts(&mut self, id: RecordId, now: SimTime) -> bool {
        let Some(window) = self.options.duplicate_window else { return true };
        self.accepted.retain(|_, until| *until > now);
        if self.accepted.contains_key(&id) {
            return false;
        }
        self.accepted.insert(id, now + window);
        true
    }

    pub fn push(&mut self, message: StoredMessage) {
        self.next_number += 1;
        self.messages.insert(self.next_number, message);
    }

    /// The next message for this link: the oldest that nobody has; with sessions the oldest of the link's own session, and
    /// not before what its session has in flight is settled out of order, for order is what sessions are for.
    pub fn next_for(&self, link: &Link) -> Option<u64> {
        let is_for = |message: &StoredMessage| {
            message.lock.is_none() && (!self.options.requires_session || message.session == link.session)
        };
        self.messages.iter().find(|(_, message)| is_for(message)).map(|(number, _)| *number)
    }

    /// The session with the oldest message that nobody has.
    pub fn free_session(&self) -> Option<Bytes> {
        let sessions = self.messages.values().filter(|message| message.lock.is_none());
        sessions
            .filter_map(|message| message.session.as_ref())
            .find(|session| !self.sessions.contains_key(*session))
            .cloned()
    }

    pub fn named(&self, receipt: Receipt) -> Option<u64> {
        let has = |message: &StoredMessage| message.lock.is_some_and(|lock| lock.receipt == receipt);
        self.messages.iter().find(|(_, message)| has(message)).map(|(number, _)| *number)
    }

    /// A message whose lock is over.
    pub fn unlocked(&self, now: SimTime) -> Option<u64> {
        let is_over = |message: &StoredMessage| message.lock.is_some_and(|lock| lock.until <= now);
        self.messages.iter().find(|(_, message)| is_over(message)).map(|(number, _)| *number)
    }

    /// A message whose time to live is over, and that nobody has.
    pub fn expired(&self, now: SimTime) -> Option<u64> {
        let time_to_live = self.options.time_to_live?;
        let is_over = |message: &StoredMessage| message.lock.is_none() && message.enqueued_at + time_to_live <= now;
        self.messages.iter().find(|(_, message)| is_over(message)).map(|(number, _)| *number)
    }

    /// Lets sessions go whose lock is over.
    pub fn release_sessions(&mut self, now: SimTime) {
        let over: Vec<Bytes> =
            self.sessions.iter().filter(|(_, (_, until))| *until <= now).map(|(session, _)| session.clone()).collect();
        for session in over {
            self.release_session(&session);
        }
    }

    /// Nobody has this session any more.
    pub fn release_session(&mut self, session: &Bytes) {
        self.sessions.remove(session);
        for link in self.links.iter_mut().filter(|link| link.session.as_ref() == Some(session)) {
            link.session = None;
        }
    }

    /// When something happens here without anybody asking.
    pub fn next_deadline(&self) -> Option<SimTime> {
        let locks = self.messages.values().filter_map(|message| message.lock).map(|lock| lock.until);
        let sessions = self.sessions.values().map(|(_, until)| *until);
        let expiry = self.options.time_to_live.and_then(|time_to_live| {
            let free = self.messages.values().find(|message| message.lock.is_none());
            free.map(|message| message.enqueued_at + time_to_live)
        });
        locks.chain(sessions).chain(expiry).min()
    }
}
