//! One timer that is never set in vain: a client knows when it must look again, and only an earlier moment than the one
//! already set asks the cluster for anything. Waking up too early is harmless; waking up too late is not possible.

use crate::protocol::timer::Timer;
use crate::sim::time::SimTime;
use crate::trace::Outbox;

/// When a timer is set for, if it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WakeUp(Option<SimTime>);

impl WakeUp {
    /// Makes sure that the timer fires at `at` or earlier.
    pub fn no_later_than(&mut self, at: SimTime, timer: Timer, out: &mut Outbox) {
        if at < SimTime::MAX && self.0.is_none_or(|set_for| at < set_for) {
            self.0 = Some(at);
            out.set_timer(timer, at.since(out.now()));
        }
    }
    /// The timer has fired.
    pub fn has_fired(&mut self) {
        self.0 = None;
    }
    /// Takes the timer back.
    pub fn cancel(&mut self, timer: Timer, out: &mut Outbox) {
        if self.0.take().is_some() {
            out.cancel_timer(timer);
        }
    }
}
