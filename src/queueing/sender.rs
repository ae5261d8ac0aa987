//! The sending side of an application: it keeps what was not confirmed, and sends it again when the connection broke or
//! the answer did not come. So nothing is lost on the way, and something may arrive twice.

use crate::protocol::ids::{ClientId, Node, QueueName, RecordId, ServerId};
use crate::protocol::message::Message;
use crate::protocol::queueing::{BasicPublish, QueueError, QueueMessage, SendMessage};
use crate::protocol::record::Record;
use crate::protocol::timer::{ClientRole, Timer};
use crate::sim::ordered::BTreeMap;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// How long after an error a client connects again.
pub const RECONNECT_BACKOFF: SimDuration = SimDuration::from_secs(1);
/// How long a client of SQS or Service Bus waits for an answer.
pub const CALL_TIMEOUT: SimDuration = SimDuration::from_secs(5);

/// How a message is handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SenderKind {
    RabbitMq {
        exchange: QueueName,
        routing_key: QueueName,
        is_mandatory: bool,
        is_persistent: bool,
        /// Publisher confirms; without them a message is forgotten when it is sent.
        has_confirms: bool,
    },
    /// `has_groups`: the record's key is its group, its number the deduplication id.
    Sqs { to: QueueName, has_groups: bool },
    /// `has_sessions`: the record's key is its session.
    ServiceBus { to: QueueName, has_sessions: bool },
}

/// A sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    client: ClientId,
    server: Node,
    kind: SenderKind,
    last_call: u64,
    /// Not confirmed, by its number on the connection, with when it was sent.
    pending: BTreeMap<u64, (SimTime, Record)>,
    /// The connection broke: all that is pending is sent again.
    is_broken: bool,
    /// The server has said that it must not publish.
    is_blocked: bool,
    /// What became of messages, until the application takes it.
    outcomes: Vec<(RecordId, Result<(), QueueError>)>,
}

impl Sender {
    pub fn new(client: ClientId, server: ServerId, kind: SenderKind) -> Self {
        Self {
            client,
            server: Node::Server(server),
            kind,
            last_call: 0,
            pending: BTreeMap::new(),
            is_broken: false,
            is_blocked: false,
            outcomes: Vec::new(),
        }
    }

    pub fn is_blocked(&self) -> bool {
        self.is_blocked
    }
    /// Messages that wait for their confirmation.
    pub fn pending(&self) -> impl Iterator<Item = &Record> {
        self.pending.values().map(|(_, record)| record)
    }
    pub fn take_outcomes(&mut self) -> Vec<(RecordId, Result<(), QueueError>)> {
        std::mem::take(&mut self.outcomes)
    }

    /// The process starts: it remembers nothing of the one before.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.pending.clear();
        self.outcomes.clear();
        self.is_broken = false;
        self.connect(out);
    }

    /// Hands a message over. The caller has looked whether the sender is blocked.
    pub fn send(&mut self, record: Record, out: &mut Outbox) {
        assert!(!self.is_blocked, "nobody publishes on a blocked connection");
        out.record(TraceEvent::MessageSent { client: self.client, record: record.id });
        self.transmit(record, out);
    }

    pub fn on_message(&mut self, message: QueueMessage, out: &mut Outbox) {
        match message {
            QueueMessage::Confirm { sequence, is_ack } => {
                self.complete(sequence, if is_ack { None } else { Some(QueueError::QueueFull) }, out);
            }
            QueueMessage::SendResult { call, error } => self.complete(call, error, out),
            // The confirm that follows would say that all is well.
            QueueMessage::BasicReturn { record } => {
                self.pending.retain(|_, (_, pending)| pending.id != record);
                self.fail(record, QueueError::NoRoute, out);
            }
            QueueMessage::ConnectionBlocked => self.is_blocked = true,
            QueueMessage::ConnectionUnblocked => self.is_blocked = false,
            // Everything else is the receiver's.
            _ => {}
        }
        self.await_answer(out);
    }

    /// AMQP 0-9-1 has no time-out: only a broken connection is a reason to publish again.
    fn await_answer(&self, out: &mut Outbox) {
        if self.is_broken || matches!(self.kind, SenderKind::RabbitMq { .. }) {
            return;
        }
        match self.pending.first_key_value() {
            Some((_, (sent_at, _))) => {
                let after = (*sent_at + CALL_TIMEOUT).since(out.now());
                out.set_timer(Timer::QueueRetry(ClientRole::Producer), after);
            }
            None => out.cancel_timer(Timer::QueueRetry(ClientRole::Producer)),
        }
    }

    pub fn on_disconnected(&mut self, out: &mut Outbox) {
        self.is_blocked = false;
        self.is_broken = true;
        out.set_timer(Timer::QueueRetry(ClientRole::Producer), RECONNECT_BACKOFF);
    }

    /// Time to connect again, and to send again what was not confirmed.
    pub fn on_retry(&mut self, out: &mut Outbox) {
        let now = out.now();
        let is_broken = std::mem::take(&mut self.is_broken);
        if is_broken {
            self.connect(out);
        }
        for (call, (sent_at, record)) in std::mem::take(&mut self.pending) {
            if is_broken || sent_at + CALL_TIMEOUT <= now {
                self.transmit(record, out);
            } else {
                self.pending.insert(call, (sent_at, record));
            }
        }
        self.await_answer(out);
    }

    fn connect(&mut self, out: &mut Outbox) {
        self.is_blocked = false;
        match self.kind {
            SenderKind::RabbitMq { .. } => out.send(self.server, Message::Queueing(QueueMessage::ConnectionOpen)),
            SenderKind::Sqs { .. } | SenderKind::ServiceBus { .. } => {}
        }
    }

    fn transmit(&mut self, record: Record, out: &mut Outbox) {
        self.last_call += 1;
        let call = self.last_call;
        let message = self.wrap(call, &record);
        out.send(self.server, Message::Queueing(message));
        if matches!(self.kind, SenderKind::RabbitMq { has_confirms: false, .. }) {
            return;
        }
        self.pending.insert(call, (out.now(), record));
        self.await_answer(out);
    }

    fn wrap(&self, call: u64, record: &Record) -> QueueMessage {
        let record = record.clone();
        match &self.kind {
            SenderKind::RabbitMq { exchange, routing_key, is_mandatory, is_persistent, has_confirms } => {
                QueueMessage::BasicPublish(BasicPublish {
                    exchange: exchange.clone(),
                    routing_key: routing_key.clone(),
                    is_mandatory: *is_mandatory,
                    is_persistent: *is_persistent,
                    expiration: None,
                    sequence: if *has_confirms { call } else { 0 },
                    record,
                })
            }
            SenderKind::Sqs { to, has_groups } => QueueMessage::SendMessage(SendMessage {
                call,
                to: to.clone(),
                group: record.key.clone().filter(|_| *has_groups),
                deduplication: has_groups.then_some(record.id),
                record,
            }),
            SenderKind::ServiceBus { to, has_sessions } => QueueMessage::Send(SendMessage {
                call,
                to: to.clone(),
                group: record.key.clone().filter(|_| *has_sessions),
                deduplication: Some(record.id),
                record,
            }),
        }
    }

    fn complete(&mut self, call: u64, error: Option<QueueError>, out: &mut Outbox) {
        let Some((_, record)) = self.pending.remove(&call) else { return };
        match error {
            None => {
                out.record(TraceEvent::MessageConfirmed { client: self.client, record: record.id });
                self.outcomes.push((record.id, Ok(())));
            }
            Some(error) => self.fail(record.id, error, out),
        }
    }

    fn fail(&mut self, record: RecordId, error: QueueError, out: &mut Outbox) {
        out.record(TraceEvent::MessageRefused { client: self.client, record, error });
        self.outcomes.push((record, Err(error)));
    }
}
