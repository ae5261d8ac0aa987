//! The leader's care for its in-sync replicas: the high watermark, shrinking, expanding, and AlterPartition to the controller.

use super::Broker;
use crate::kafka::metadata_image::MetadataImage;
use crate::kafka::partition::{Eligibility, PartitionState};
use crate::protocol::config::millis;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerEpoch, BrokerId, CorrelationId, Node, TopicPartition};
use crate::protocol::message::{
    AlterPartition, AlterPartitionRequest, AlterPartitionResponse, AlterPartitionResult, Message, Request,
};
use crate::protocol::metadata::LeaderRecoveryState;
use crate::protocol::timer::Timer;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// AlterPartition requests: one in flight, the rest wait (`AlterPartitionManager`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AlterPartitionManager {
    in_flight: Option<CorrelationId>,
    /// Partitions in flight, and those that wait for it to end.
    waiting: Vec<TopicPartition>,
    /// What was asked: an answer counts only while the leader still wants just that.
    asked: Vec<AlterPartition>,
}

/// How long AlterPartition waits for an answer, and before it is tried again.
const ALTER_PARTITION_TIMEOUT: SimDuration = SimDuration::from_secs(30);
const ALTER_PARTITION_RETRY: SimDuration = SimDuration::from_millis(50);

/// A broker may be in an ISR while it is registered, not fenced, not shutting down, and fetches in its current life (KIP-841, KIP-903).
impl Eligibility for MetadataImage {
    fn is_eligible(&self, broker: BrokerId, broker_epoch: Option<BrokerEpoch>) -> bool {
        self.broker(broker).is_some_and(|registration| {
            let is_current = broker_epoch.is_none_or(|epoch| epoch == registration.broker_epoch);
            is_current && registration.is_active()
        })
    }
}

impl Broker {
    pub(super) fn advance_high_watermark(&mut self, id: TopicPartition, out: &mut Outbox) {
        let Some(log_end_offset) = self.disk.logs.get(&id).map(|log| log.log_end_offset()) else { return };
        let lag_time_max = millis(self.config.replica_lag_time_max_ms);
        let Some(partition) = self.memory.partitions.get_mut(&id) else { return };
        if let Some(from) =
            partition.advance_high_watermark(log_end_offset, out.now(), lag_time_max, &self.memory.image)
        {
            let to = partition.high_watermark;
            out.record(TraceEvent::HighWatermarkAdvanced { partition: id, from, to, as_leader: true });
            if let Some(log) = self.disk.logs.get_mut(&id) {
                log.on_high_watermark(to);
            }
            self.complete_produces(id, out);
            self.complete_fetches(id, out);
            self.complete_share_fetches(out);
        }
    }

    pub(super) fn maybe_expand_isr(&mut self, id: TopicPartition, joining: BrokerId, out: &mut Outbox) {
        let Some(partition) = self.memory.partitions.get_mut(&id) else { return };
        if !partition.wants_to_expand(joining, self.config.replication_rules, &self.memory.image) {
            return;
        }
        let Some(leader) = partition.leader_mut() else { return };
        let committed = leader.state.committed().to_vec();
        leader.state = PartitionState::PendingExpand { committed, joining };
        out.record(TraceEvent::IsrExpandAsked { partition: id, joining });
        self.ask_alter_partition(id, out);
    }

    /// Each half of `replica.lag.time.max.ms`: who has lagged too long leaves the ISR.
    pub(super) fn on_isr_check(&mut self, out: &mut Outbox) {
        let lag_time_max = millis(self.config.replica_lag_time_max_ms);
        let ids: Vec<TopicPartition> = self.memory.partitions.keys().copied().collect();
        for id in ids {
            let Some(log_end_offset) = self.disk.logs.get(&id).map(|log| log.log_end_offset()) else { continue };
            let Some(partition) = self.memory.partitions.get(&id) else { continue };
            let leaving = partition.lagging_members(log_end_offset, out.now(), lag_time_max);
            self.shrink_isr(id, leaving, out);
        }
        out.set_timer(Timer::IsrCheck, lag_time_max / 2);
    }

    /// The leader asks the controller to let these followers leave the ISR; nothing happens when it leads no more, when it
    /// is asking already, or when there are none.
    pub fn shrink_isr(&mut self, id: TopicPartition, leaving: Vec<BrokerId>, out: &mut Outbox) {
        let leader = self.memory.partitions.get_mut(&id).and_then(|partition| partition.leader_mut());
        let Some(leader) = leader.filter(|leader| !leaving.is_empty() && !leader.state.is_in_flight()) else { return };
        let committed = leader.state.committed().to_vec();
        leader.state = PartitionState::PendingShrink { committed, leaving: leaving.clone() };
        out.record(TraceEvent::IsrShrinkAsked { partition: id, leaving });
        self.ask_alter_partition(id, out);
    }

    fn ask_alter_partition(&mut self, id: TopicPartition, out: &mut Outbox) {
        if !self.memory.alter_partitions.waiting.contains(&id) {
            self.memory.alter_partitions.waiting.push(id);
        }
        if self.memory.alter_partitions.in_flight.is_none() {
            self.send_alter_partition(out);
        }
    }

    /// Sends what waits, as far as it is still wanted.
    pub(super) fn send_alter_partition(&mut self, out: &mut Outbox) {
        if self.memory.alter_partitions.in_flight.is_some() || self.memory.alter_partitions.waiting.is_empty() {
            return;
        }
        let (Some(controller), Some(broker_epoch)) = (self.observer.leader(), self.lifecycle.broker_epoch()) else {
            out.set_timer(Timer::AlterPartitionRetry, ALTER_PARTITION_RETRY);
            return;
        };
        let waiting = std::mem::take(&mut self.memory.alter_partitions.waiting);
        let partitions: Vec<AlterPartition> = waiting.iter().filter_map(|id| self.alter_partition(*id)).collect();
        if partitions.is_empty() {
            return;
        }
        let correlation = self.next_correlation();
        self.memory.alter_partitions.in_flight = Some(correlation);
        self.memory.alter_partitions.waiting = partitions.iter().map(|alter| alter.partition).collect();
        self.memory.alter_partitions.asked.clone_from(&partitions);
        let request = AlterPartitionRequest { broker: self.id, broker_epoch, partitions };
        out.send(
            Node::Controller(controller),
            Message::Request { correlation, request: Request::AlterPartition(request) },
        );
        out.set_timer(Timer::ControllerRequestTimeout(correlation), ALTER_PARTITION_TIMEOUT);
    }

    fn alter_partition(&self, id: TopicPartition) -> Option<AlterPartition> {
        let partition = self.memory.partitions.get(&id)?;
        let leader = partition.leader()?;
        let epoch_of = |broker: BrokerId| {
            let fetched = leader
                .followers
                .iter()
                .find(|replica| replica.broker == broker)
                .and_then(|replica| replica.broker_epoch);
            fetched
                .or_else(|| self.memory.image.broker(broker).map(|known| known.broker_epoch))
                .unwrap_or(BrokerEpoch(-1))
        };
        Some(AlterPartition {
            partition: id,
            leader_epoch: partition.leader_epoch,
            partition_epoch: partition.partition_epoch,
            new_isr: leader.state.proposed()?.into_iter().map(|broker| (broker, epoch_of(broker))).collect(),
            is_leader_recovered: leader.leader_recovery_state == LeaderRecoveryState::Recovered,
        })
    }

    pub(super) fn on_alter_partition_response(
        &mut self,
        correlation: CorrelationId,
        response: AlterPartitionResponse,
        out: &mut Outbox,
    ) {
        if self.memory.alter_partitions.in_flight != Some(correlation) {
            return;
        }
        self.memory.alter_partitions.in_flight = None;
        out.cancel_timer(Timer::ControllerRequestTimeout(correlation));
        if !response.error.is_none() {
            // Not the controller any more, or it does not know this life of ours: ask again, perhaps another.
            out.set_timer(Timer::AlterPartitionRetry, ALTER_PARTITION_RETRY);
            return;
        }
        for result in response.partitions {
            self.on_alter_partition_result(&result, out);
        }
        self.send_alter_partition(out);
    }

    /// `Partition.handleAlterPartitionError` and `handleAlterPartitionUpdate`.
    fn on_alter_partition_result(&mut self, result: &AlterPartitionResult, out: &mut Outbox) {
        let id = result.partition;
        let asked = self.memory.alter_partitions.asked.iter().find(|asked| asked.partition == id).cloned();
        if self.alter_partition(id) != asked {
            // Something newer has come between; if the leader wants another ISR by now, that still waits to be sent.
            return;
        }
        if result.error.is_none() || !is_asked_again(result.error) {
            self.memory.alter_partitions.waiting.retain(|waiting| *waiting != id);
        }
        let Some(partition) = self.memory.partitions.get_mut(&id) else { return };
        let (leader_epoch, partition_epoch) = (partition.leader_epoch, partition.partition_epoch);
        let Some(leader) = partition.leader_mut() else { return };
        match result.error {
            ErrorCode::None => {
                if result.leader_epoch != leader_epoch || result.partition_epoch < partition_epoch {
                    return;
                }
                leader.state = PartitionState::Committed { isr: result.isr.clone() };
                partition.partition_epoch = result.partition_epoch;
            }
            error => {
                if error == ErrorCode::IneligibleReplica {
                    let isr = leader.state.committed().to_vec();
                    leader.state = PartitionState::Committed { isr };
                }
                out.record(TraceEvent::AlterPartitionRefused { partition: id, leader: self.id, error });
            }
        }
        self.advance_high_watermark(id, out);
        self.complete_produces(id, out);
    }

    /// A request to the controller was not answered.
    pub(super) fn on_controller_request_timeout(&mut self, correlation: CorrelationId, out: &mut Outbox) {
        if self.memory.alter_partitions.in_flight == Some(correlation) {
            self.memory.alter_partitions.in_flight = None;
            self.send_alter_partition(out);
        }
        self.on_producer_id_timeout(correlation, out);
    }

    /// The connection to a controller broke: what was asked of it is asked again.
    pub(super) fn on_controller_disconnected(&mut self, out: &mut Outbox) {
        if let Some(correlation) = self.memory.alter_partitions.in_flight.take() {
            out.cancel_timer(Timer::ControllerRequestTimeout(correlation));
            out.set_timer(Timer::AlterPartitionRetry, ALTER_PARTITION_RETRY);
        }
        self.on_producer_id_disconnected(out);
    }
}

/// True for errors after which the same is asked again. After the others the leader waits for what the metadata log says:
/// the controller knows something newer, perhaps that very ISR, so the high watermark goes on waiting for who was to join.
fn is_asked_again(error: ErrorCode) -> bool {
    !matches!(
        error,
        ErrorCode::IneligibleReplica
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::InvalidUpdateVersion
            | ErrorCode::InvalidRequest
            | ErrorCode::NewLeaderElected
    )
}
