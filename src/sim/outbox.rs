//! What an actor asks for. Actors ask, the cluster acts: nothing here sends, sleeps or draws.

use super::time::{SimDuration, SimTime};

/// One thing an actor asks for; effects are applied in the order in which they were asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<Node, Message, Timer, Fact> {
    /// Hand this message to the network.
    Send { to: Node, message: Message },
    /// Wake me after this long. Setting a timer again replaces it.
    SetTimer { timer: Timer, after: SimDuration },
    /// Forget this timer; nothing happens when it is not set.
    CancelTimer { timer: Timer },
    /// Write down something that has just happened.
    Record { fact: Fact },
}

/// The effects of one event on one actor, and the time at which it happens.
#[derive(Clone, Debug)]
pub struct Outbox<Node, Message, Timer, Fact> {
    now: SimTime,
    effects: Vec<Effect<Node, Message, Timer, Fact>>,
}

impl<Node, Message, Timer, Fact> Outbox<Node, Message, Timer, Fact> {
    pub fn new(now: SimTime) -> Self {
        Self { now, effects: Vec::new() }
    }
    /// An empty outbox that reuses the memory of `effects`.
    pub fn reuse(now: SimTime, mut effects: Vec<Effect<Node, Message, Timer, Fact>>) -> Self {
        effects.clear();
        Self { now, effects }
    }
    /// The simulated time of the event being handled.
    pub fn now(&self) -> SimTime {
        self.now
    }
    pub fn send(&mut self, to: Node, message: Message) {
        self.effects.push(Effect::Send { to, message });
    }
    pub fn set_timer(&mut self, timer: Timer, after: SimDuration) {
        self.effects.push(Effect::SetTimer { timer, after });
    }
    pub fn cancel_timer(&mut self, timer: Timer) {
        self.effects.push(Effect::CancelTimer { timer });
    }
    pub fn record(&mut self, fact: Fact) {
        self.effects.push(Effect::Record { fact });
    }
    pub fn effects(&self) -> &[Effect<Node, Message, Timer, Fact>] {
        &self.effects
    }
    pub fn into_effects(self) -> Vec<Effect<Node, Message, Timer, Fact>> {
        self.effects
    }
}
