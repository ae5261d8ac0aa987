//! The only loop there is: take the earliest event, let its actor act, apply what it asks for.

use super::process::{Deferred, ProcessState};
use super::world::{Cluster, Event, Scheduling};
use crate::protocol::ids::{EventNumber, Incarnation, Node};
use crate::protocol::message::Message;
use crate::protocol::timer::Timer;
use crate::sim::network::NodeIndex;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::event::TraceEvent;
use crate::trace::{Effect, Outbox, TraceRecord};

/// Who is told of facts as they happen.
pub trait Witness {
    fn saw(&mut self, record: &TraceRecord);
}

/// Nobody watches.
impl Witness for () {
    fn saw(&mut self, _: &TraceRecord) {}
}

impl Witness for Vec<TraceRecord> {
    fn saw(&mut self, record: &TraceRecord) {
        self.push(record.clone());
    }
}

/// Where the facts of one event belong.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub number: EventNumber,
    pub caused_by: EventNumber,
    pub node: Option<Node>,
}

impl Cluster {
    /// Lets the next event happen; `None` when there is none left.
    pub fn step(&mut self, witness: &mut dyn Witness) -> Option<EventNumber> {
        let (key, Scheduling { caused_by, event }) = self.queue.pop()?;
        assert!(self.now <= key.at, "time never goes back");
        self.now = key.at;
        self.events = self.events.next();
        self.caused_by = caused_by;
        self.digest.feed(&(key.at, key.sequence));
        let mut place = Place { number: self.events, caused_by, node: None };
        self.happened_at = match &event {
            Event::Deliver { to: node, .. } | Event::Fire { node, .. } | Event::Start { node } => {
                Some(self.processes[usize::from(*node)].node)
            }
            Event::Script { .. } => None,
        };
        match event {
            Event::Deliver { from, to, incarnation, sent_at: _, message } => {
                self.deliver(from, to, incarnation, message, place, witness)
            }
            Event::Fire { node, timer } => self.fire(node, timer, place, witness),
            Event::Start { node } => self.start(node, place, witness),
            Event::Script { index } => {
                place.node = None;
                self.run_script(index, place, witness);
            }
        }
        Some(self.events)
    }

    /// Steps until nothing more happens at or before `until`, and lets the clock stand there.
    pub fn run_until(&mut self, until: SimTime, witness: &mut dyn Witness) {
        while self.queue.next_at().is_some_and(|at| at <= until) {
            self.step(witness);
        }
    }

    fn deliver(
        &mut self,
        from: NodeIndex,
        to: NodeIndex,
        incarnation: Incarnation,
        message: Message,
        mut place: Place,
        witness: &mut dyn Witness,
    ) {
        let process = &mut self.processes[usize::from(to)];
        place.node = Some(process.node);
        let sender = self.processes[usize::from(from)].node;
        let process = &mut self.processes[usize::from(to)];
        let is_met = process.state.is_up() && process.incarnation == incarnation;
        if !is_met {
            self.refuse(from, to, &message, place, witness);
        } else if process.state == ProcessState::Paused {
            process.deferred.push(Deferred::Message { from: sender, message });
        } else {
            self.act(to, place, witness, |actor, out| actor.on_message(sender, message, out));
        }
    }

    /// Nobody listens there. The machine, if it has power, says so; a machine without power says nothing.
    fn refuse(&mut self, from: NodeIndex, to: NodeIndex, message: &Message, place: Place, witness: &mut dyn Witness) {
        let (sender, receiver) = (self.processes[usize::from(from)].node, self.processes[usize::from(to)].node);
        self.note(TraceEvent::MessageLost { from: sender, to: receiver }, place, witness);
        let has_power = self.processes[usize::from(to)].state != ProcessState::PoweredOff;
        if has_power && matches!(message, Message::Request { .. } | Message::Queueing(_)) {
            self.transmit(to, from, Message::Disconnected, place, witness);
        }
    }

    fn fire(&mut self, node: NodeIndex, timer: Timer, mut place: Place, witness: &mut dyn Witness) {
        let process = &mut self.processes[usize::from(node)];
        place.node = Some(process.node);
        process.timers.retain(|(set, _)| *set != timer);
        if process.state == ProcessState::Paused {
            process.deferred.push(Deferred::Timer(timer));
            return;
        }
        self.act(node, place, witness, |actor, out| actor.on_timer(timer, out));
    }

    /// Lets an actor act, and applies what it asks for, in the order in which it asks.
    pub(super) fn act(
        &mut self,
        node: NodeIndex,
        place: Place,
        witness: &mut dyn Witness,
        handle: impl FnOnce(&mut super::process::Actor, &mut Outbox),
    ) {
        let mut out = Outbox::reuse(self.now, std::mem::take(&mut self.effects));
        handle(&mut self.processes[usize::from(node)].actor, &mut out);
        let mut effects = out.into_effects();
        for effect in effects.drain(..) {
            self.apply(node, effect, place, witness);
        }
        self.effects = effects;
        self.end_if_stopped(node, place, witness);
        self.end_if_failed(node, place, witness);
    }

    fn apply(&mut self, node: NodeIndex, effect: Effect, place: Place, witness: &mut dyn Witness) {
        match effect {
            Effect::Send { to, message } => {
                if let Some(to) = self.index_of(to) {
                    self.transmit(node, to, message, place, witness);
                }
            }
            Effect::SetTimer { timer, after } => self.set_timer(node, timer, after, place),
            Effect::CancelTimer { timer } => self.cancel_timer(node, &timer),
            Effect::Record { fact } => self.note(fact, place, witness),
        }
    }

    /// Puts a message on the wire.
    pub(super) fn transmit(
        &mut self,
        from: NodeIndex,
        to: NodeIndex,
        message: Message,
        place: Place,
        witness: &mut dyn Witness,
    ) {
        connect(&mut self.processes[usize::from(from)].connections, to);
        connect(&mut self.processes[usize::from(to)].connections, from);
        let bytes = message.size();
        match self.network.send(from, to, bytes, self.now) {
            Some(at) => {
                let incarnation = self.processes[usize::from(to)].incarnation;
                let event = Event::Deliver { from, to, incarnation, sent_at: self.now, message };
                self.queue.schedule(at, Scheduling { caused_by: place.number, event });
            }
            None => {
                let (from, to) = (self.processes[usize::from(from)].node, self.processes[usize::from(to)].node);
                self.note(TraceEvent::MessageLost { from, to }, place, witness);
            }
        }
    }

    fn set_timer(&mut self, node: NodeIndex, timer: Timer, after: SimDuration, place: Place) {
        self.cancel_timer(node, &timer);
        if after == SimDuration::MAX {
            return;
        }
        let event = Event::Fire { node, timer: timer.clone() };
        let scheduled = self.queue.schedule(self.now + after, Scheduling { caused_by: place.number, event });
        self.processes[usize::from(node)].timers.push((timer, scheduled));
    }

    fn cancel_timer(&mut self, node: NodeIndex, timer: &Timer) {
        let timers = &mut self.processes[usize::from(node)].timers;
        if let Some(index) = timers.iter().position(|(set, _)| set == timer) {
            let (_, scheduled) = timers.swap_remove(index);
            self.queue.cancel(scheduled);
        }
    }

    /// Writes a fact down: in the digest, in the ledger, in the fate of its record, and for whoever watches.
    pub(super) fn note(&mut self, fact: TraceEvent, place: Place, witness: &mut dyn Witness) {
        self.digest.feed(&fact);
        self.ledger.note(&fact, self.now);
        self.records.note(&fact, place.number);
        witness.saw(&TraceRecord {
            number: place.number,
            caused_by: place.caused_by,
            at: self.now,
            node: place.node,
            event: fact,
        });
    }
}

fn connect(connections: &mut Vec<u16>, peer: u16) {
    if let Err(index) = connections.binary_search(&peer) {
        connections.insert(index, peer);
    }
}
