//! What the active controller knows of its brokers' lives: when it heard of each, how far each has replayed the metadata
//! log, and what a heartbeat leads to (`BrokerHeartbeatManager`, `BrokerHeartbeatTracker`, KIP-631). It lives in memory: a
//! new active controller gives every broker a fresh session.

use crate::protocol::ids::{BrokerEpoch, BrokerId};
use crate::protocol::message::BrokerHeartbeatRequest;
use crate::protocol::offset::Offset;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::{SimDuration, SimTime};

/// What a broker may do, as the controller sees it (`BrokerControlState`).
///
/// - `Fenced` → `Unfenced`: it wants to, and has replayed its own registration.
/// - `Unfenced` → `Fenced`: it wants to, or its session ends.
/// - `Unfenced` → `ControlledShutdown`: it wants to stop, and leads something.
/// - `ControlledShutdown` → `ShutdownNow`: it leads nothing, and every active broker knows.
/// - `Fenced`, `Unfenced` → `ShutdownNow`: it wants to stop, and leads nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerControlState {
    Fenced,
    Unfenced,
    ControlledShutdown,
    ShutdownNow,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct BrokerHeartbeatState {
    broker_epoch: BrokerEpoch,
    last_contact: SimTime,
    /// The last offset that it has replayed.
    metadata_offset: Offset,
    is_fenced: bool,
    /// In controlled shutdown: every active broker must have replayed this before it may go.
    controlled_shutdown_offset: Option<Offset>,
}

/// All registered brokers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokerHeartbeatManager {
    brokers: BTreeMap<BrokerId, BrokerHeartbeatState>,
}

impl BrokerHeartbeatManager {
    /// A broker has registered, or is known to have; its session starts.
    pub fn register(&mut self, broker: BrokerId, broker_epoch: BrokerEpoch, is_fenced: bool, now: SimTime) {
        let state = BrokerHeartbeatState {
            broker_epoch,
            last_contact: now,
            metadata_offset: Offset::NONE,
            is_fenced,
            controlled_shutdown_offset: None,
        };
        self.brokers.insert(broker, state);
    }
    /// Whether this life of the broker has been heard of lately.
    pub fn has_valid_session(
        &self,
        broker: BrokerId,
        broker_epoch: BrokerEpoch,
        session_timeout: SimDuration,
        now: SimTime,
    ) -> bool {
        self.brokers
            .get(&broker)
            .is_some_and(|state| state.broker_epoch == broker_epoch && now.since(state.last_contact) < session_timeout)
    }
    /// The unfenced broker that was silent longest, if that is longer than a session; of equals the one with the lowest id.
    pub fn stalest_expired(&self, session_timeout: SimDuration, now: SimTime) -> Option<BrokerId> {
        self.brokers
            .iter()
            .filter(|(_, state)| !state.is_fenced && now.since(state.last_contact) >= session_timeout)
            .min_by_key(|(broker, state)| (state.last_contact, **broker))
            .map(|(broker, _)| *broker)
    }
    /// When the controller last heard of a broker.
    pub fn last_contact(&self, broker: BrokerId) -> Option<SimTime> {
        self.brokers.get(&broker).map(|state| state.last_contact)
    }

    pub fn state(&self, broker: BrokerId) -> BrokerControlState {
        let state = self.known(broker);
        if state.controlled_shutdown_offset.is_some() {
            BrokerControlState::ControlledShutdown
        } else if state.is_fenced {
            BrokerControlState::Fenced
        } else {
            BrokerControlState::Unfenced
        }
    }

    /// What a heartbeat leads to; the broker's registration stands at `registered_at` in the log.
    pub fn next_state(
        &self,
        request: &BrokerHeartbeatRequest,
        registered_at: Offset,
        has_leaderships: bool,
    ) -> BrokerControlState {
        let current = self.state(request.broker);
        match current {
            BrokerControlState::Fenced if request.want_shut_down => BrokerControlState::ShutdownNow,
            BrokerControlState::Fenced if !request.want_fence && request.current_metadata_offset >= registered_at => {
                BrokerControlState::Unfenced
            }
            BrokerControlState::Unfenced if request.want_shut_down && (request.want_fence || !has_leaderships) => {
                BrokerControlState::ShutdownNow
            }
            BrokerControlState::Unfenced if request.want_fence => BrokerControlState::Fenced,
            BrokerControlState::Unfenced if request.want_shut_down => BrokerControlState::ControlledShutdown,
            BrokerControlState::ControlledShutdown if !has_leaderships && self.has_everyone_heard(request.broker) => {
                BrokerControlState::ShutdownNow
            }
            BrokerControlState::Fenced
            | BrokerControlState::Unfenced
            | BrokerControlState::ControlledShutdown
            | BrokerControlState::ShutdownNow => current,
        }
    }

    /// Every active broker has replayed what moved the leaderships away.
    fn has_everyone_heard(&self, broker: BrokerId) -> bool {
        let required = self.known(broker).controlled_shutdown_offset.unwrap_or(Offset::NONE);
        self.brokers
            .values()
            .filter(|state| !state.is_fenced && state.controlled_shutdown_offset.is_none())
            .all(|state| required <= state.metadata_offset)
    }

    /// A heartbeat has come, and led to `is_fenced`.
    pub fn touch(&mut self, broker: BrokerId, is_fenced: bool, metadata_offset: Offset, now: SimTime) {
        let state = self.known_mut(broker);
        state.last_contact = now;
        state.metadata_offset = metadata_offset;
        self.set_fenced(broker, is_fenced);
    }
    /// Fenced or unfenced; whoever is fenced leaves controlled shutdown, and will stop at once.
    pub fn set_fenced(&mut self, broker: BrokerId, is_fenced: bool) {
        let state = self.known_mut(broker);
        state.is_fenced = is_fenced;
        if is_fenced {
            state.controlled_shutdown_offset = None;
        }
    }
    /// The broker shuts down in a controlled way; what moves its leaderships ends at `offset`.
    pub fn begin_controlled_shutdown(&mut self, broker: BrokerId, offset: Offset) {
        let state = self.known_mut(broker);
        assert!(!state.is_fenced, "fenced brokers shut down at once");
        state.controlled_shutdown_offset.get_or_insert(offset);
    }

    fn known(&self, broker: BrokerId) -> &BrokerHeartbeatState {
        self.brokers.get(&broker).expect("a broker registers before it is spoken of")
    }
    fn known_mut(&mut self, broker: BrokerId) -> &mut BrokerHeartbeatState {
        self.brokers.get_mut(&broker).expect("a broker registers before it is spoken of")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: SimDuration = SimDuration::from_secs(9);

    fn manager(brokers: &[(u16, bool)]) -> BrokerHeartbeatManager {
        let mut manager = BrokerHeartbeatManager::default();
        for (broker, is_fenced) in brokers {
            manager.register(BrokerId(*broker), BrokerEpoch(10), *is_fenced, SimTime::ZERO);
        }
        manager
    }

    fn heartbeat(offset: i64, want_fence: bool, want_shut_down: bool) -> BrokerHeartbeatRequest {
        BrokerHeartbeatRequest {
            broker: BrokerId(1),
            broker_epoch: BrokerEpoch(10),
            current_metadata_offset: Offset(offset),
            want_fence,
            want_shut_down,
        }
    }

    #[test]
    fn a_broker_is_unfenced_once_it_has_replayed_its_own_registration() {
        let manager = manager(&[(1, true)]);
        assert_eq!(manager.next_state(&heartbeat(9, false, false), Offset(10), false), BrokerControlState::Fenced);
        assert_eq!(manager.next_state(&heartbeat(10, false, false), Offset(10), false), BrokerControlState::Unfenced);
    }

    #[test]
    fn the_one_silent_longest_is_fenced_first() {
        let mut manager = manager(&[(1, false), (2, false), (3, true)]);
        manager.touch(BrokerId(1), false, Offset(1), SimTime::from_millis(500));
        assert_eq!(manager.stalest_expired(SESSION, SimTime::from_millis(8_999)), None);
        assert_eq!(manager.stalest_expired(SESSION, SimTime::from_millis(20_000)), Some(BrokerId(2)));
    }

    #[test]
    fn a_leader_may_go_only_when_all_active_brokers_know_who_leads_instead() {
        let mut manager = manager(&[(1, false), (2, false)]);
        assert_eq!(
            manager.next_state(&heartbeat(10, false, true), Offset(10), true),
            BrokerControlState::ControlledShutdown
        );
        manager.begin_controlled_shutdown(BrokerId(1), Offset(20));
        manager.touch(BrokerId(2), false, Offset(19), SimTime::ZERO);
        assert_eq!(
            manager.next_state(&heartbeat(10, false, true), Offset(10), false),
            BrokerControlState::ControlledShutdown
        );
        manager.touch(BrokerId(2), false, Offset(20), SimTime::ZERO);
        assert_eq!(
            manager.next_state(&heartbeat(10, false, true), Offset(10), true),
            BrokerControlState::ControlledShutdown
        );
        assert_eq!(manager.next_state(&heartbeat(10, false, true), Offset(10), false), BrokerControlState::ShutdownNow);
    }
}
