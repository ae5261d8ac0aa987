//! The page cache in front of the platter: what of a log a power loss would leave.

use super::Log;
use crate::protocol::offset::Offset;
use crate::sim::time::{SimDuration, SimTime};

/// Writes that reach the platter within this time of each other are remembered as one.
const FLUSH_GRAIN: SimDuration = SimDuration::from_millis(50);

impl Log {
    /// Says that what was appended so far will be on the platter at `at`.
    pub fn will_be_flushed(&mut self, at: SimTime) {
        // What was to follow later comes with it.
        while self.unflushed.back().is_some_and(|(_, later)| *later > at) {
            self.unflushed.pop_back();
        }
        match self.unflushed.back_mut() {
            Some((to, last)) if at.since(*last) < FLUSH_GRAIN && *last <= at => {
                (*to, *last) = (self.log_end_offset, at)
            }
            Some((to, _)) if *to >= self.log_end_offset => {}
            _ => self.unflushed.push_back((self.log_end_offset, at)),
        }
    }

    /// True when so many messages have gathered since the last flush that was asked for; it is asked for then
    /// (`UnifiedLog.unflushedMessages`).
    pub fn asks_flush(&mut self, flush_messages: i64) -> bool {
        let gathered = i64::try_from(self.log_end_offset.since(self.flush_asked)).unwrap_or(i64::MAX);
        let asks = gathered >= flush_messages;
        if asks {
            self.flush_asked = self.log_end_offset;
        }
        asks
    }

    /// Everything is on the platter now.
    pub fn flush(&mut self) {
        self.unflushed.clear();
        self.flush_asked = self.log_end_offset;
        self.recovery_point = self.log_end_offset;
    }

    /// Forgets the flushes that have happened; returns the first offset that a power loss now would lose.
    pub fn settle(&mut self, now: SimTime) -> Offset {
        while self.unflushed.front().is_some_and(|(_, at)| *at <= now) {
            let (to, _) = self.unflushed.pop_front().expect("just seen");
            self.recovery_point = self.recovery_point.max(to);
        }
        self.recovery_point.min(self.log_end_offset)
    }

    /// How far the platter is known to have this log.
    pub fn recovery_point(&self) -> Offset {
        self.recovery_point
    }
}
