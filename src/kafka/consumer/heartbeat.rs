//! When a member tells its coordinator that it lives, and when it takes the coordinator for dead (`Heartbeat`).

use crate::kafka::wake_up::WakeUp;
use crate::protocol::config::{ConsumerConfig, millis};
use crate::protocol::timer::Timer;
use crate::sim::time::SimTime;
use crate::trace::Outbox;

/// The clock of a member's heartbeats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heartbeat {
    is_enabled: bool,
    is_in_flight: bool,
    next_at: SimTime,
    /// The coordinator is taken for dead when nothing is heard until then.
    session_end: SimTime,
    wake_up: WakeUp,
}

impl Heartbeat {
    /// A member that has a generation tells it to the coordinator from now on.
    pub fn enable(&mut self, config: &ConsumerConfig, out: &mut Outbox) {
        self.is_enabled = true;
        self.is_in_flight = false;
        self.next_at = out.now() + millis(config.heartbeat_interval_ms);
        self.session_end = out.now() + millis(config.session_timeout_ms);
        self.set_timer(None, out);
    }
    /// While it joins, and when it is no member, there is nothing to tell.
    pub fn disable(&mut self) {
        self.is_enabled = false;
    }
    pub fn is_enabled(&self) -> bool {
        self.is_enabled
    }
    pub fn is_due(&self, now: SimTime) -> bool {
        !self.is_in_flight && self.next_at <= now
    }
    pub fn is_session_over(&self, now: SimTime) -> bool {
        self.session_end <= now
    }
    /// Another coordinator has the whole session to answer.
    pub fn restart_session(&mut self, config: &ConsumerConfig, out: &mut Outbox) {
        if self.is_enabled {
            self.session_end = out.now() + millis(config.session_timeout_ms);
            self.is_in_flight = false;
            self.set_timer(None, out);
        }
    }
    pub fn on_sent(&mut self, config: &ConsumerConfig, now: SimTime) {
        self.is_in_flight = true;
        self.next_at = now + millis(config.heartbeat_interval_ms);
    }
    pub fn on_answered(&mut self) {
        self.is_in_flight = false;
    }
    /// The coordinator knows that we live.
    pub fn on_received(&mut self, config: &ConsumerConfig, now: SimTime) {
        self.session_end = now + millis(config.session_timeout_ms);
    }
    pub fn retry_at(&mut self, at: SimTime) {
        self.next_at = at;
    }
    /// Sees to it that the timer fires for the next heartbeat (not before `blocked_until`) or for the end of the session.
    pub fn set_timer(&mut self, blocked_until: Option<SimTime>, out: &mut Outbox) {
        if self.is_enabled {
            let next =
                if self.is_in_flight { self.session_end } else { self.next_at.max(blocked_until.unwrap_or_default()) };
            self.wake_up.no_later_than(next.min(self.session_end), Timer::Heartbeat, out);
        }
    }
    pub fn has_fired(&mut self) {
        self.wake_up.has_fired();
    }
}
