//! A bench for one server: frames go in at a time, and what comes out is told in one line. For tests.

use super::{QueueServer, QueueServerOptions};
use crate::protocol::ids::{ClientId, Node, RecordId};
use crate::protocol::message::Message;
use crate::protocol::queueing::{QueueMessage, Received};
use crate::protocol::record::Record;
use crate::protocol::timer::Timer;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::event::TraceEvent;
use crate::trace::{Effect, Outbox};

/// A server on the bench.
pub(crate) struct Bench {
    pub server: QueueServer,
    now: SimTime,
    deadline: Option<SimTime>,
    /// What every client has in hand, by client and record.
    pub held: Vec<(u16, Received)>,
}

/// The message with this number; its key says whose it is.
pub(crate) fn record(number: u64, key: &str) -> Record {
    Record {
        id: RecordId(number),
        timestamp: SimTime::ZERO,
        key: Some(key.as_bytes().into()),
        value: None,
        headers: Vec::new(),
    }
}

impl Bench {
    pub(crate) fn new(options: QueueServerOptions) -> Self {
        let server = QueueServer::new(options, 1);
        Self { server, now: SimTime::ZERO, deadline: None, held: Vec::new() }
    }

    /// A client says something; the answer is what everybody hears of it.
    pub(crate) fn tell(&mut self, client: u16, message: QueueMessage) -> String {
        self.hear(client, Message::Queueing(message))
    }
    pub(crate) fn disconnect(&mut self, client: u16) -> String {
        self.held.retain(|(holder, _)| *holder != client);
        self.hear(client, Message::Disconnected)
    }
    fn hear(&mut self, client: u16, message: Message) -> String {
        let mut out = Outbox::new(self.now);
        self.server.on_message(Node::Client(ClientId(client)), message, &mut out);
        self.take(out).join("; ")
    }
    pub(crate) fn crash(&mut self) -> String {
        self.held.clear();
        let mut out = Outbox::new(self.now);
        self.server.on_crash(&mut out);
        self.server.on_start(&mut out);
        self.take(out).join("; ")
    }

    /// Time passes; deadlines are kept on the way.
    pub(crate) fn pass(&mut self, millis: u64) -> String {
        let end = self.now + SimDuration::from_millis(millis);
        let mut lines = Vec::new();
        while let Some(at) = self.deadline.filter(|at| *at <= end) {
            self.deadline = None;
            self.now = at;
            let mut out = Outbox::new(at);
            self.server.on_timer(Timer::QueueDeadline, &mut out);
            lines.extend(self.take(out));
        }
        self.now = end;
        lines.join("; ")
    }

    /// What a client has of a record, the last time it got it.
    pub(crate) fn held(&self, client: u16, number: u64) -> Received {
        let of = |(holder, received): &&(u16, Received)| *holder == client && received.record.id.0 == number;
        self.held.iter().rev().find(of).expect("the client has it").1.clone()
    }

    fn take(&mut self, out: Outbox) -> Vec<String> {
        let mut lines = Vec::new();
        for effect in out.into_effects() {
            match effect {
                Effect::Send { to: Node::Client(ClientId(client)), message: Message::Queueing(message) } => {
                    lines.extend(self.said(client, message));
                }
                Effect::SetTimer { after, .. } => self.deadline = Some(self.now + after),
                Effect::CancelTimer { .. } => self.deadline = None,
                Effect::Record { fact } => lines.extend(fact_of(&fact)),
                Effect::Send { .. } => {}
            }
        }
        lines
    }

    fn said(&mut self, client: u16, message: QueueMessage) -> Vec<String> {
        let mut got = |received: Received| {
            let again = if received.count > 1 { format!(" again({})", received.count) } else { String::new() };
            let deaths = received.deaths.iter();
            let deaths: String =
                deaths.map(|death| format!(" died({} {} {})", death.queue, death.reason.word(), death.count)).collect();
            let line = format!("{client} gets {}{again}{deaths}", received.record.id);
            self.held.push((client, received));
            line
        };
        match message {
            QueueMessage::BasicDeliver(received) | QueueMessage::Transfer(received) => vec![got(received)],
            QueueMessage::ReceiveResult { messages, error, .. } => match error {
                Some(error) => vec![format!("{client} is told {}", error.word())],
                None if messages.is_empty() => vec![format!("{client} gets nothing")],
                None => messages.into_iter().map(got).collect(),
            },
            QueueMessage::BasicReturn { record } => vec![format!("{record} returned")],
            QueueMessage::Confirm { sequence, is_ack: true } => vec![format!("{sequence} confirmed")],
            QueueMessage::Confirm { sequence, is_ack: false } => vec![format!("{sequence} refused")],
            QueueMessage::SendResult { error: Some(error), .. } => vec![format!("send: {}", error.word())],
            QueueMessage::SettlementRefused { error, .. } => vec![format!("{client} is told {}", error.word())],
            QueueMessage::ConnectionBlocked => vec![format!("{client} blocked")],
            QueueMessage::ConnectionUnblocked => vec![format!("{client} unblocked")],
            // The rest goes to the server, or says that all is well.
            _ => Vec::new(),
        }
    }
}

/// Facts that no frame tells of.
fn fact_of(fact: &TraceEvent) -> Option<String> {
    match fact {
        TraceEvent::MessageDeadLettered { record, to, reason, .. } => {
            Some(format!("{record} to {to} ({})", reason.word()))
        }
        TraceEvent::MessageDropped { record, reason, .. } => Some(format!("{record} dropped ({})", reason.word())),
        TraceEvent::MessageDeduplicated { record, .. } => Some(format!("{record} known")),
        TraceEvent::SessionLocked { session, client, .. } => Some(format!("{client} takes {session}")),
        // Frames tell the rest.
        _ => None,
    }
}
