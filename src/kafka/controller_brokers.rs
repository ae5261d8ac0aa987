//! What the active controller decides about brokers: registration, heartbeats, fencing, controlled shutdown
//! (`ClusterControlManager`, and `ReplicationControlManager` where it changes partitions for a broker's sake; KIP-631,
//! KIP-966).

use super::controller::{Controller, ControllerResult, ELIGIBLE_LEADER_REPLICAS_VERSION};
use super::controller_refusal::refusal;
use super::heartbeat::{BrokerControlState, BrokerHeartbeatManager};
use super::partition_change::{on_broker_lost, on_broker_unfenced, on_unclean_shutdown};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerEpoch, BrokerId};
use crate::protocol::message::{
    BrokerHeartbeatRequest, BrokerHeartbeatResponse, BrokerRegistrationRequest, BrokerRegistrationResponse, Request,
    Response,
};
use crate::protocol::metadata::MetadataRecord;
use crate::protocol::offset::Offset;
use crate::trace::Outbox;
use crate::trace::event::{FenceReason, TraceEvent};

impl Controller {
    /// A broker process has started. Its broker epoch is the offset of its first record; it starts fenced. What the
    /// incarnation before it left behind is cleared away: from the ISRs, and also from the ELRs when it did not stop
    /// cleanly.
    pub(super) fn register_broker(&mut self, request: BrokerRegistrationRequest, out: &mut Outbox) -> ControllerResult {
        let broker = request.broker;
        let answer =
            |error, broker_epoch| Response::BrokerRegistration(BrokerRegistrationResponse { error, broker_epoch });
        let existing = self.image.broker(broker).cloned();
        let mut records = Vec::new();
        if let Some(existing) = existing {
            if existing.incarnation == request.incarnation {
                // The answer was lost: it is registered.
                return ControllerResult::of(records, answer(ErrorCode::None, existing.broker_epoch));
            }
            let session_timeout = self.session_timeout();
            let lives =
                self.heartbeats_mut().has_valid_session(broker, existing.broker_epoch, session_timeout, out.now());
            if lives && !existing.is_in_controlled_shutdown {
                return ControllerResult::of(records, answer(ErrorCode::DuplicateBrokerRegistration, BrokerEpoch(-1)));
            }
            // Only with ELR does the controller ask how the broker stopped.
            let was_clean = self.image.feature(ELIGIBLE_LEADER_REPLICAS_VERSION) == 0
                || request.previous_broker_epoch == Some(existing.broker_epoch);
            if !existing.is_fenced {
                out.record(TraceEvent::BrokerFenced {
                    broker,
                    broker_epoch: existing.broker_epoch,
                    reason: FenceReason::Registered,
                });
            }
            records = if was_clean {
                self.records_for_lost_broker(broker, out)
            } else {
                self.records_for_unclean_shutdown(broker, out)
            };
        }
        let broker_epoch = BrokerEpoch(self.image.next_offset().0);
        records.push(MetadataRecord::RegisterBrokerRecord {
            broker,
            incarnation: request.incarnation,
            broker_epoch,
            rack: request.rack,
            fenced: true,
        });
        self.heartbeats_mut().register(broker, broker_epoch, true, out.now());
        out.record(TraceEvent::BrokerRegistered { broker, broker_epoch });
        ControllerResult::of(records, answer(ErrorCode::None, broker_epoch))
    }

    pub(super) fn process_heartbeat(&mut self, request: &BrokerHeartbeatRequest, out: &mut Outbox) -> ControllerResult {
        if let Err(error) = self.check_broker_epoch(request.broker, request.broker_epoch) {
            let refused =
                refusal(&Request::BrokerHeartbeat(request.clone()), error).expect("a heartbeat can be refused");
            return ControllerResult::of(Vec::new(), refused);
        }
        let broker = request.broker;
        let registered_at = self.image.broker(broker).map_or(Offset::NONE, |registration| registration.registered_at);
        let has_leaderships = self.image.partitions().any(|(_, partition)| partition.leader == Some(broker));
        let heartbeats = self.heartbeats_mut();
        let (current, next) =
            (heartbeats.state(broker), heartbeats.next_state(request, registered_at, has_leaderships));
        let records = if current == next {
            Vec::new()
        } else {
            self.records_for_control_state(broker, request.broker_epoch, next, out)
        };
        let last_offset = self.image.next_offset().plus(records.len() as i64 - 1);
        let is_fenced = matches!(next, BrokerControlState::Fenced | BrokerControlState::ShutdownNow);
        let heartbeats = self.heartbeats_mut();
        heartbeats.touch(broker, is_fenced, request.current_metadata_offset, out.now());
        if next == BrokerControlState::ControlledShutdown {
            heartbeats.begin_controlled_shutdown(broker, last_offset);
        }
        let response = BrokerHeartbeatResponse {
            error: ErrorCode::None,
            is_caught_up: request.current_metadata_offset >= registered_at,
            is_fenced,
            should_shut_down: next == BrokerControlState::ShutdownNow,
        };
        ControllerResult::of(records, Response::BrokerHeartbeat(response))
    }

    fn records_for_control_state(
        &self,
        broker: BrokerId,
        broker_epoch: BrokerEpoch,
        state: BrokerControlState,
        out: &mut Outbox,
    ) -> Vec<MetadataRecord> {
        match state {
            BrokerControlState::Unfenced => {
                out.record(TraceEvent::BrokerUnfenced { broker, broker_epoch });
                let mut records = vec![registration_change(broker, broker_epoch, Some(false), None)];
                let is_active = |replica| self.image.is_active(replica);
                records.extend(self.change_partitions(
                    |partition, rules| on_broker_unfenced(partition, broker, rules, is_active),
                    out,
                ));
                records
            }
            BrokerControlState::ControlledShutdown => {
                out.record(TraceEvent::BrokerShutdownBegun { broker });
                let mut records = vec![registration_change(broker, broker_epoch, None, Some(true))];
                records.extend(self.records_for_lost_broker(broker, out));
                records
            }
            BrokerControlState::Fenced => self.records_for_fencing(broker, broker_epoch, FenceReason::Registered, out),
            BrokerControlState::ShutdownNow => {
                self.records_for_fencing(broker, broker_epoch, FenceReason::ControlledShutdown, out)
            }
        }
    }

    /// Fences the broker that was silent longest, if that was longer than a session.
    pub(super) fn fence_stale_broker(&mut self, out: &mut Outbox) -> Vec<MetadataRecord> {
        let session_timeout = self.session_timeout();
        let heartbeats = self.heartbeats_mut();
        let Some(broker) = heartbeats.stalest_expired(session_timeout, out.now()) else { return Vec::new() };
        heartbeats.set_fenced(broker, true);
        let broker_epoch = self.image.broker(broker).expect("who has a session is registered").broker_epoch;
        self.records_for_fencing(broker, broker_epoch, FenceReason::SessionExpired, out)
    }

    fn records_for_fencing(
        &self,
        broker: BrokerId,
        broker_epoch: BrokerEpoch,
        reason: FenceReason,
        out: &mut Outbox,
    ) -> Vec<MetadataRecord> {
        // Who was fenced and only asks to go stays as it is.
        if self.image.broker(broker).is_some_and(|registration| registration.is_fenced) {
            return Vec::new();
        }
        out.record(TraceEvent::BrokerFenced { broker, broker_epoch, reason });
        let mut records = self.records_for_lost_broker(broker, out);
        records.push(registration_change(broker, broker_epoch, Some(true), None));
        records
    }

    fn records_for_lost_broker(&self, broker: BrokerId, out: &mut Outbox) -> Vec<MetadataRecord> {
        let is_active = |replica| self.image.is_active(replica);
        self.change_partitions(|partition, rules| on_broker_lost(partition, broker, rules, is_active), out)
    }
    fn records_for_unclean_shutdown(&self, broker: BrokerId, out: &mut Outbox) -> Vec<MetadataRecord> {
        let is_active = |replica| self.image.is_active(replica);
        self.change_partitions(|partition, rules| on_unclean_shutdown(partition, broker, rules, is_active), out)
    }

    /// Whether the sender is the life of the broker that is registered.
    ///
    /// # Errors
    /// `StaleBrokerEpoch` when it is another, or none.
    pub(super) fn check_broker_epoch(&self, broker: BrokerId, broker_epoch: BrokerEpoch) -> Result<(), ErrorCode> {
        match self.image.broker(broker) {
            Some(registration) if registration.broker_epoch == broker_epoch => Ok(()),
            Some(_) | None => Err(ErrorCode::StaleBrokerEpoch),
        }
    }

    pub(super) fn heartbeats_mut(&mut self) -> &mut BrokerHeartbeatManager {
        &mut self.active.as_mut().expect("only an active controller decides").heartbeats
    }
}

fn registration_change(
    broker: BrokerId,
    broker_epoch: BrokerEpoch,
    fenced: Option<bool>,
    in_controlled_shutdown: Option<bool>,
) -> MetadataRecord {
    MetadataRecord::BrokerRegistrationChangeRecord { broker, broker_epoch, fenced, in_controlled_shutdown }
}
