//! The receiving side of an application: it keeps messages in hand until they are settled, asks for more, and renews
//! locks if it was told to. RabbitMQ pushes up to the prefetch, SQS is polled, Service Bus sends what there is credit for.

use crate::protocol::ids::{ClientId, Node, QueueName, Receipt, RecordId, ServerId};
use crate::protocol::message::Message;
use crate::protocol::queueing::{Disposition, QueueError, QueueMessage, ReceiveMode, Received};
use crate::protocol::timer::{ClientRole, Timer};
use crate::queueing::sender::RECONNECT_BACKOFF;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::collections::VecDeque;

/// When a poll whose answer does not come is given up: so long after the long poll itself.
const POLL_GRACE: SimDuration = SimDuration::from_secs(5);
/// How long a receiver waits for the next message of its session before it lets the session go.
const SESSION_IDLE: SimDuration = SimDuration::from_secs(1);

/// How many settlements are remembered.
const SETTLED_MAX: usize = 32;

/// How messages come and go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiverKind {
    RabbitMq {
        prefetch: u16,
        auto_ack: bool,
        /// What could not be processed goes back; otherwise it is refused for good.
        requeues_failed: bool,
    },
    Sqs {
        max_messages: u8,
        wait: SimDuration,
        visibility_timeout: SimDuration,
        /// Extends the visibility timeout at its half, as long as the message is in hand.
        extends_visibility: bool,
    },
    ServiceBus {
        prefetch: u32,
        mode: ReceiveMode,
        has_sessions: bool,
        lock_duration: SimDuration,
        renews_locks: bool,
    },
}

/// How the application got on with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    Done,
    Failed,
}

/// A receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    client: ClientId,
    server: Node,
    kind: ReceiverKind,
    queues: Vec<QueueName>,
    /// Received and not settled; the first is being processed.
    in_hand: VecDeque<Received>,
    /// What was settled last, to name what is refused.
    settled: VecDeque<(Receipt, RecordId)>,
    last_call: u64,
    /// The poll that was not answered yet (SQS).
    polling: Option<u64>,
    /// The queue to be polled next.
    turn: usize,
    is_closed: bool,
}

impl Receiver {
    pub fn new(client: ClientId, server: ServerId, kind: ReceiverKind, queues: Vec<QueueName>) -> Self {
        Self {
            client,
            server: Node::Server(server),
            kind,
            queues,
            in_hand: VecDeque::new(),
            settled: VecDeque::new(),
            last_call: 0,
            polling: None,
            turn: 0,
            is_closed: false,
        }
    }

    /// Messages in hand, the one that is being processed first.
    pub fn in_hand(&self) -> &VecDeque<Received> {
        &self.in_hand
    }
    pub fn queues(&self) -> &[QueueName] {
        &self.queues
    }

    pub fn on_start(&mut self, out: &mut Outbox) {
        self.in_hand.clear();
        self.is_closed = false;
        self.connect(out);
    }

    pub fn on_message(&mut self, message: QueueMessage, out: &mut Outbox) {
        match message {
            QueueMessage::BasicDeliver(received) | QueueMessage::Transfer(received) if !self.is_closed => {
                self.hold(received, out);
            }
            QueueMessage::ReceiveResult { call, messages, error } if self.polling == Some(call) => {
                self.polling = None;
                out.cancel_timer(Timer::QueueRetry(ClientRole::Consumer));
                for received in messages {
                    self.hold(received, out);
                }
                if error.is_some() {
                    out.set_timer(Timer::QueueRetry(ClientRole::Consumer), RECONNECT_BACKOFF);
                } else if self.in_hand.is_empty() {
                    self.poll(out);
                }
            }
            QueueMessage::SettlementRefused { receipt, error } => self.note_refusal(receipt, error, out),
            // Everything else is the sender's, or too late.
            _ => {}
        }
    }

    /// Tags and links are gone with the connection. Locks are not: what is in hand of SQS and Service Bus stays there.
    pub fn on_disconnected(&mut self, out: &mut Outbox) {
        self.polling = None;
        if matches!(self.kind, ReceiverKind::RabbitMq { .. }) {
            self.in_hand.clear();
        }
        out.set_timer(Timer::QueueRetry(ClientRole::Consumer), RECONNECT_BACKOFF);
    }

    pub fn on_retry(&mut self, out: &mut Outbox) {
        if self.is_closed {
            return;
        }
        let is_idle_session = matches!(self.kind, ReceiverKind::ServiceBus { has_sessions: true, .. });
        if is_idle_session && self.in_hand.is_empty() {
            for queue in &self.queues {
                self.tell(QueueMessage::CloseSession { queue: queue.clone() }, out);
            }
        }
        self.polling = None;
        self.connect(out);
    }

    /// The message in hand is dealt with. Returns it.
    pub fn settle(&mut self, settlement: Settlement, out: &mut Outbox) -> Option<Received> {
        let done = self.in_hand.pop_front()?;
        let (queue, receipt) = (done.queue.clone(), done.receipt);
        self.settled.push_back((receipt, done.record.id));
        if self.settled.len() > SETTLED_MAX {
            self.settled.pop_front();
        }
        match (&self.kind, settlement) {
            (ReceiverKind::RabbitMq { auto_ack: true, .. }, _) => {}
            (ReceiverKind::RabbitMq { .. }, Settlement::Done) => {
                self.tell(QueueMessage::BasicAck { tag: receipt, multiple: false }, out);
            }
            (ReceiverKind::RabbitMq { requeues_failed, .. }, Settlement::Failed) => {
                let requeue = *requeues_failed;
                self.tell(QueueMessage::BasicNack { tag: receipt, multiple: false, requeue }, out);
            }
            (ReceiverKind::Sqs { .. }, Settlement::Done) => {
                self.tell(QueueMessage::DeleteMessage { queue, receipt }, out);
            }
            // Nothing is said: the visibility timeout brings it back.
            (ReceiverKind::Sqs { .. }, Settlement::Failed) => {}
            (ReceiverKind::ServiceBus { mode, .. }, _) => {
                let outcome = if settlement == Settlement::Done { Disposition::Complete } else { Disposition::Abandon };
                if *mode == ReceiveMode::PeekLock {
                    self.tell(QueueMessage::Disposition { queue: queue.clone(), receipt, outcome }, out);
                }
                self.flow(&queue, 1, out);
            }
        }
        if self.in_hand.is_empty() {
            out.cancel_timer(Timer::LockRenewal);
            match self.kind {
                ReceiverKind::Sqs { .. } => self.poll(out),
                ReceiverKind::ServiceBus { has_sessions: true, .. } => {
                    out.set_timer(Timer::QueueRetry(ClientRole::Consumer), SESSION_IDLE);
                }
                ReceiverKind::ServiceBus { .. } | ReceiverKind::RabbitMq { .. } => {}
            }
        }
        Some(done)
    }

    /// What it settled was not its own any more.
    fn note_refusal(&self, receipt: Receipt, error: QueueError, out: &mut Outbox) {
        let in_hand = self.in_hand.iter().map(|received| (received.receipt, received.record.id));
        if let Some((_, record)) = self.settled.iter().copied().chain(in_hand).find(|(known, _)| *known == receipt) {
            out.record(TraceEvent::SettlementRefused { client: self.client, record, error });
        }
    }

    /// Extends the locks of everything in hand.
    pub fn on_renewal(&mut self, out: &mut Outbox) {
        let Some((every, extension)) = self.renewal() else { return };
        for received in &self.in_hand {
            let (queue, receipt) = (received.queue.clone(), received.receipt);
            let renewal = match extension {
                Some(timeout) => QueueMessage::ChangeMessageVisibility { queue, receipt, timeout },
                None => QueueMessage::RenewLock { queue, receipt },
            };
            self.tell(renewal, out);
        }
        if !self.in_hand.is_empty() {
            out.set_timer(Timer::LockRenewal, every);
        }
    }

    /// Wants nothing any more. What is in hand and not begun goes back where the system has a word for it.
    pub fn close(&mut self, out: &mut Outbox) {
        self.is_closed = true;
        self.polling = None;
        for received in self.in_hand.drain(..) {
            let (queue, receipt) = (received.queue, received.receipt);
            let timeout = SimDuration::ZERO;
            let message = match self.kind {
                ReceiverKind::RabbitMq { auto_ack: true, .. } => continue,
                ReceiverKind::RabbitMq { .. } => {
                    QueueMessage::BasicNack { tag: receipt, multiple: false, requeue: true }
                }
                ReceiverKind::Sqs { .. } => QueueMessage::ChangeMessageVisibility { queue, receipt, timeout },
                ReceiverKind::ServiceBus { .. } => {
                    QueueMessage::Disposition { queue, receipt, outcome: Disposition::Abandon }
                }
            };
            out.send(self.server, Message::Queueing(message));
        }
        out.cancel_timer(Timer::QueueRetry(ClientRole::Consumer));
        out.cancel_timer(Timer::LockRenewal);
    }

    fn hold(&mut self, received: Received, out: &mut Outbox) {
        if self.in_hand.is_empty() {
            if let Some((every, _)) = self.renewal() {
                out.set_timer(Timer::LockRenewal, every);
            }
            if matches!(self.kind, ReceiverKind::ServiceBus { has_sessions: true, .. }) {
                out.cancel_timer(Timer::QueueRetry(ClientRole::Consumer));
            }
        }
        self.in_hand.push_back(received);
    }

    /// How often locks are renewed, and by how much where that is said.
    fn renewal(&self) -> Option<(SimDuration, Option<SimDuration>)> {
        match self.kind {
            ReceiverKind::Sqs { visibility_timeout, extends_visibility: true, .. } => {
                Some((visibility_timeout / 2, Some(visibility_timeout)))
            }
            ReceiverKind::ServiceBus { lock_duration, renews_locks: true, .. } => Some((lock_duration / 2, None)),
            ReceiverKind::RabbitMq { .. } | ReceiverKind::Sqs { .. } | ReceiverKind::ServiceBus { .. } => None,
        }
    }

    fn connect(&mut self, out: &mut Outbox) {
        match self.kind {
            ReceiverKind::RabbitMq { prefetch, auto_ack, .. } => {
                self.tell(QueueMessage::ConnectionOpen, out);
                for queue in &self.queues {
                    self.tell(QueueMessage::BasicConsume { queue: queue.clone(), prefetch, auto_ack }, out);
                }
            }
            ReceiverKind::Sqs { .. } => self.poll(out),
            ReceiverKind::ServiceBus { prefetch, .. } => {
                self.tell(QueueMessage::ConnectionOpen, out);
                for queue in &self.queues {
                    self.flow(queue, prefetch.max(1), out);
                }
            }
        }
    }

    fn poll(&mut self, out: &mut Outbox) {
        let ReceiverKind::Sqs { max_messages, wait, .. } = self.kind else { return };
        if self.is_closed || self.polling.is_some() || !self.in_hand.is_empty() {
            return;
        }
        self.last_call += 1;
        self.polling = Some(self.last_call);
        let Some(queue) = self.queues.get(self.turn % self.queues.len().max(1)).cloned() else { return };
        self.turn = (self.turn + 1) % self.queues.len();
        self.tell(QueueMessage::ReceiveMessage { call: self.last_call, queue, max: max_messages, wait }, out);
        out.set_timer(Timer::QueueRetry(ClientRole::Consumer), wait + POLL_GRACE);
    }

    fn flow(&self, queue: &QueueName, credit: u32, out: &mut Outbox) {
        if let ReceiverKind::ServiceBus { mode, has_sessions, .. } = self.kind {
            let flow = QueueMessage::Flow { queue: queue.clone(), credit, wants_session: has_sessions, mode };
            self.tell(flow, out);
        }
    }

    fn tell(&self, message: QueueMessage, out: &mut Outbox) {
        out.send(self.server, Message::Queueing(message));
    }
}
