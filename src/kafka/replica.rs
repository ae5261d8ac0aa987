//! How a leader tracks one follower: by its fetches alone (`Replica`, `ReplicaState`).

use crate::protocol::ids::{BrokerEpoch, BrokerId};
use crate::protocol::offset::Offset;
use crate::sim::time::{SimDuration, SimTime};

/// What a leader knows of one follower.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replica {
    pub broker: BrokerId,
    /// The follower's log start offset; `NONE` until it has fetched from this leader.
    pub log_start_offset: Offset,
    /// The offset that the follower fetched from last: it has everything below. `NONE` until it has fetched.
    pub log_end_offset: Offset,
    /// When the follower last had everything that the leader had; `None`: never, as far as this leader knows.
    pub last_caught_up: Option<SimTime>,
    /// The leader's log end offset at the follower's last fetch.
    pub last_fetch_leader_log_end: Offset,
    pub last_fetch_time: Option<SimTime>,
    /// The follower's broker epoch in its last fetch (KIP-903).
    pub broker_epoch: Option<BrokerEpoch>,
}

impl Replica {
    /// A follower as a new leader sees it, before any fetch. One of the ISR gets the benefit of the doubt from `now` on.
    pub fn new(broker: BrokerId, now: SimTime, is_in_isr: bool) -> Self {
        Self {
            broker,
            log_start_offset: Offset::NONE,
            log_end_offset: Offset::NONE,
            last_caught_up: is_in_isr.then_some(now),
            last_fetch_leader_log_end: Offset::NONE,
            last_fetch_time: None,
            broker_epoch: None,
        }
    }

    /// The same leader goes on in a new epoch: what the follower has is kept, its lag is judged anew.
    pub fn on_same_leader_new_epoch(&mut self, now: SimTime, leader_log_end: Offset, is_in_isr: bool) {
        self.last_fetch_leader_log_end = leader_log_end;
        self.last_fetch_time = is_in_isr.then_some(now);
        self.last_caught_up = is_in_isr.then_some(now);
    }

    /// The follower fetches from `fetch_offset` while the leader's log ends at `leader_log_end`. It was caught up now when
    /// it asks for the end; or at its previous fetch, when it now asks for what was the end then: a follower that always
    /// runs one fetch behind a busy leader is in sync.
    pub fn on_fetch(
        &mut self,
        now: SimTime,
        fetch_offset: Offset,
        follower_log_start: Offset,
        leader_log_end: Offset,
        broker_epoch: Option<BrokerEpoch>,
    ) {
        if fetch_offset >= leader_log_end {
            self.last_caught_up = self.last_caught_up.max(Some(now));
        } else if fetch_offset >= self.last_fetch_leader_log_end {
            self.last_caught_up = self.last_caught_up.max(self.last_fetch_time);
        }
        self.log_start_offset = follower_log_start;
        self.log_end_offset = fetch_offset;
        self.last_fetch_leader_log_end = self.last_fetch_leader_log_end.max(leader_log_end);
        self.last_fetch_time = Some(now);
        self.broker_epoch = broker_epoch;
    }

    /// True when the follower has all of the leader's log, or had all of it within `lag_time_max`
    /// (`replica.lag.time.max.ms`). A follower of the ISR that is not caught up leaves the ISR.
    pub fn is_caught_up(&self, leader_log_end: Offset, now: SimTime, lag_time_max: SimDuration) -> bool {
        self.log_end_offset == leader_log_end || self.last_caught_up.is_some_and(|at| now.since(at) <= lag_time_max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SimTime {
        SimTime::from_millis(millis)
    }

    #[test]
    fn a_follower_one_fetch_behind_a_busy_leader_stays_caught_up() {
        let mut replica = Replica::new(BrokerId(2), at(0), true);
        for fetch in 1..100 {
            // The leader gains ten records between fetches; each fetch asks from where the last one found the end.
            replica.on_fetch(
                at(fetch * 400),
                Offset(fetch as i64 * 10 - 10),
                Offset::ZERO,
                Offset(fetch as i64 * 10),
                None,
            );
            assert!(replica.is_caught_up(Offset(fetch as i64 * 10), at(fetch * 400), SimDuration::from_millis(500)));
        }
        assert_eq!(replica.last_caught_up, Some(at(98 * 400)));
    }

    #[test]
    fn a_silent_follower_falls_out_after_the_lag_time() {
        let replica = Replica::new(BrokerId(2), at(1_000), true);
        let is_caught_up = |now| replica.is_caught_up(Offset(5), at(now), SimDuration::from_millis(500));
        assert_eq!([1_500, 1_501].map(is_caught_up), [true, false]);
    }
}
