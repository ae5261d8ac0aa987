//! What the active controller decides about partitions that exist: AlterPartition with its checks, elections,
//! reassignments, the balance of leaders (`ReplicationControlManager`; KIP-455, KIP-497, KIP-841, KIP-903, KIP-966).

use super::controller::{Controller, ControllerResult, ELIGIBLE_LEADER_REPLICAS_VERSION};
use super::metadata_image::TopicImage;
use super::partition_change::{
    ElectionRules, merge, on_alter_partition, on_elect_preferred_leader, on_elect_unclean_leader, on_reassign,
};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerEpoch, BrokerId, PartitionIndex, TopicPartition};
use crate::protocol::message::{
    AlterPartition, AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, AlterPartitionRequest,
    AlterPartitionResponse, AlterPartitionResult, ElectLeadersRequest, ElectLeadersResponse, Response,
};
use crate::protocol::metadata::{LeaderRecoveryState, MetadataRecord, PartitionChange, PartitionRegistration};
use crate::trace::Outbox;
use crate::trace::event::{ElectionKind, TraceEvent};

/// AlterPartition.
impl Controller {
    /// A leader proposes other ISRs for partitions it leads.
    pub(super) fn alter_partition(&mut self, request: &AlterPartitionRequest, out: &mut Outbox) -> ControllerResult {
        if let Err(error) = self.check_broker_epoch(request.broker, request.broker_epoch) {
            return ControllerResult::of(
                Vec::new(),
                Response::AlterPartition(AlterPartitionResponse { error, partitions: Vec::new() }),
            );
        }
        let mut records = Vec::new();
        let partitions = request
            .partitions
            .iter()
            .map(|proposal| self.alter_one_partition(request.broker, proposal, &mut records, out))
            .collect();
        ControllerResult::of(
            records,
            Response::AlterPartition(AlterPartitionResponse { error: ErrorCode::None, partitions }),
        )
    }

    fn alter_one_partition(
        &self,
        broker: BrokerId,
        proposal: &AlterPartition,
        records: &mut Vec<MetadataRecord>,
        out: &mut Outbox,
    ) -> AlterPartitionResult {
        let partition = proposal.partition;
        let Some(before) = self.image.partition(partition) else {
            return refused_result(proposal, ErrorCode::UnknownTopicOrPartition);
        };
        if let Err(error) = self.check_proposal(broker, before, proposal) {
            out.record(TraceEvent::AlterPartitionRefused { partition, leader: broker, error });
            return refused_result(proposal, error);
        }
        let recovery =
            if proposal.is_leader_recovered { LeaderRecoveryState::Recovered } else { LeaderRecoveryState::Recovering };
        let isr = proposal.new_isr.iter().map(|(replica, _)| *replica).collect();
        let topic = self.image.topic(partition.topic).expect("a partition has a topic");
        let change = on_alter_partition(before, isr, recovery, self.election_rules(topic), |replica| {
            self.image.is_active(replica)
        });
        let after =
            change.as_ref().map_or_else(|| PartitionRegistration::clone(before), |change| merge(before, change));
        if let Some(change) = change {
            records.push(record_change(partition, before, change, ElectionKind::FromIsr, out));
        }
        // It completed a reassignment that leaves the leader without its replica.
        if after.leader != Some(broker) {
            return refused_result(proposal, ErrorCode::NewLeaderElected);
        }
        AlterPartitionResult {
            partition,
            error: ErrorCode::None,
            leader: after.leader,
            leader_epoch: after.leader_epoch,
            isr: after.isr,
            partition_epoch: after.partition_epoch,
        }
    }

    /// The checks in Kafka's order.
    fn check_proposal(
        &self,
        broker: BrokerId,
        known: &PartitionRegistration,
        proposal: &AlterPartition,
    ) -> Result<(), ErrorCode> {
        // A leader that is ahead of the controller: the controller is likely a deposed one.
        if proposal.leader_epoch > known.leader_epoch || proposal.partition_epoch > known.partition_epoch {
            return Err(ErrorCode::NotController);
        }
        if proposal.leader_epoch < known.leader_epoch {
            return Err(ErrorCode::FencedLeaderEpoch);
        }
        if known.leader != Some(broker) {
            return Err(ErrorCode::InvalidRequest);
        }
        if proposal.partition_epoch < known.partition_epoch {
            return Err(ErrorCode::InvalidUpdateVersion);
        }
        let has = |replica| proposal.new_isr.iter().any(|(member, _)| *member == replica);
        let is_valid_isr = proposal.new_isr.iter().enumerate().all(|(index, (member, _))| {
            known.replicas.contains(member) && proposal.new_isr[..index].iter().all(|(earlier, _)| earlier != member)
        });
        let is_recovering = !proposal.is_leader_recovered;
        let goes_back = known.leader_recovery_state == LeaderRecoveryState::Recovered && is_recovering;
        if !is_valid_isr || !has(broker) || (is_recovering && proposal.new_isr.len() > 1) || goes_back {
            return Err(ErrorCode::InvalidRequest);
        }
        if proposal.new_isr.iter().any(|(member, epoch)| !self.is_eligible_for_isr(*member, *epoch)) {
            return Err(ErrorCode::IneligibleReplica);
        }
        Ok(())
    }

    /// Registered under this broker epoch, unfenced, and not shutting down (KIP-841, KIP-903). Epoch -1 is not compared.
    fn is_eligible_for_isr(&self, broker: BrokerId, broker_epoch: BrokerEpoch) -> bool {
        let is_same_life = |registered| broker_epoch == BrokerEpoch(-1) || registered == broker_epoch;
        self.image
            .broker(broker)
            .is_some_and(|registration| registration.is_active() && is_same_life(registration.broker_epoch))
    }
}

fn refused_result(proposal: &AlterPartition, error: ErrorCode) -> AlterPartitionResult {
    AlterPartitionResult {
        partition: proposal.partition,
        error,
        leader: None,
        leader_epoch: proposal.leader_epoch,
        isr: Vec::new(),
        partition_epoch: proposal.partition_epoch,
    }
}

/// Elections and reassignments.
impl Controller {
    pub(super) fn elect_leaders(&mut self, request: ElectLeadersRequest, out: &mut Outbox) -> ControllerResult {
        let is_everything = request.partitions.is_empty();
        let partitions = if is_everything {
            self.image.partitions().map(|(partition, _)| partition).collect()
        } else {
            request.partitions
        };
        let mut records = Vec::new();
        let mut results = Vec::new();
        for partition in partitions {
            let elected = self.elect_leader(partition, request.is_unclean, out);
            let error = elected.as_ref().map_or_else(|error| *error, |_| ErrorCode::None);
            if !(is_everything && error == ErrorCode::ElectionNotNeeded) {
                results.push((partition, error));
            }
            records.extend(elected);
        }
        ControllerResult::of(records, Response::ElectLeaders(ElectLeadersResponse { results }))
    }

    fn elect_leader(
        &self,
        partition: TopicPartition,
        is_unclean: bool,
        out: &mut Outbox,
    ) -> Result<MetadataRecord, ErrorCode> {
        let topic = self.image.topic(partition.topic).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let before = self.image.partition(partition).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let is_needed =
            if is_unclean { before.leader.is_none() } else { before.leader != before.replicas.first().copied() };
        if !is_needed {
            return Err(ErrorCode::ElectionNotNeeded);
        }
        let (rules, is_active) = (self.election_rules(topic), |replica| self.image.is_active(replica));
        let change = if is_unclean {
            on_elect_unclean_leader(before, rules, is_active).ok_or(ErrorCode::EligibleLeadersNotAvailable)?
        } else {
            on_elect_preferred_leader(before, rules, is_active).ok_or(ErrorCode::PreferredLeaderNotAvailable)?
        };
        Ok(record_change(
            partition,
            before,
            change,
            if is_unclean { ElectionKind::FromIsr } else { ElectionKind::Preferred },
            out,
        ))
    }

    /// Leadership goes back to preferred replicas that may lead (`auto.leader.rebalance.enable`).
    pub(super) fn balance_leaders(&self, out: &mut Outbox) -> Vec<MetadataRecord> {
        let others: Vec<_> = self.image.partitions().map(|(partition, _)| partition).collect();
        others.into_iter().filter_map(|partition| self.elect_leader(partition, false, out).ok()).collect()
    }

    /// Partitions without a leader get one where the topic allows an unclean election.
    pub(super) fn elect_unclean_leaders(&self, out: &mut Outbox) -> Vec<MetadataRecord> {
        let is_active = |replica| self.image.is_active(replica);
        self.change_partitions(
            |partition, rules| {
                if rules.is_unclean_election_enabled {
                    on_elect_unclean_leader(partition, rules, is_active)
                } else {
                    None
                }
            },
            out,
        )
    }

    /// Other replicas for a partition; an empty list gives an unfinished reassignment up.
    pub(super) fn reassign_partition(
        &mut self,
        request: &AlterPartitionReassignmentsRequest,
        out: &mut Outbox,
    ) -> ControllerResult {
        let change = self.reassignment(request);
        let error = change.as_ref().map_or_else(|error| *error, |_| ErrorCode::None);
        let before = self.image.partition(request.partition);
        let records = change
            .ok()
            .flatten()
            .zip(before)
            .map(|(change, before)| record_change(request.partition, before, change, ElectionKind::FromIsr, out));
        let response = Response::AlterPartitionReassignments(AlterPartitionReassignmentsResponse { error });
        ControllerResult::of(records.into_iter().collect(), response)
    }

    fn reassignment(&self, request: &AlterPartitionReassignmentsRequest) -> Result<Option<PartitionChange>, ErrorCode> {
        let topic = self.image.topic(request.partition.topic).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let before = self.image.partition(request.partition).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let mut target = request.replicas.clone();
        if target.is_empty() {
            if before.adding_replicas.is_empty() && before.removing_replicas.is_empty() {
                return Err(ErrorCode::NoReassignmentInProgress);
            }
            target =
                before.replicas.iter().copied().filter(|replica| !before.adding_replicas.contains(replica)).collect();
        }
        let is_distinct = (1..target.len()).all(|index| !target[..index].contains(&target[index]));
        if target.is_empty() || !is_distinct || target.iter().any(|replica| self.image.broker(*replica).is_none()) {
            return Err(ErrorCode::InvalidReplicaAssignment);
        }
        Ok(on_reassign(before, &target, self.election_rules(topic), |replica| self.image.is_active(replica)))
    }
}

/// Changing partitions.
impl Controller {
    /// Goes over all partitions; `change` says what becomes of each.
    pub(super) fn change_partitions(
        &self,
        change: impl Fn(&PartitionRegistration, ElectionRules) -> Option<PartitionChange>,
        out: &mut Outbox,
    ) -> Vec<MetadataRecord> {
        let mut records = Vec::new();
        for topic in self.image.topics() {
            let rules = self.election_rules(topic);
            for (index, before) in (0..).zip(&topic.partitions) {
                let partition = TopicPartition { topic: topic.topic, partition: PartitionIndex(index) };
                if let Some(change) = change(before, rules) {
                    records.push(record_change(partition, before, change, ElectionKind::FromIsr, out));
                }
            }
        }
        records
    }

    fn election_rules(&self, topic: &TopicImage) -> ElectionRules {
        let config = self.image.topic_config(topic.topic, &self.options.config);
        let replication_factor = topic.partitions.first().map_or(1, |partition| partition.replicas.len());
        ElectionRules {
            min_insync_replicas: usize::try_from(config.min_insync_replicas)
                .unwrap_or(usize::MAX)
                .min(replication_factor),
            are_eligible_leader_replicas_enabled: self.image.feature(ELIGIBLE_LEADER_REPLICAS_VERSION) > 0,
            is_unclean_election_enabled: config.unclean_leader_election_enable,
        }
    }
}

/// The record of a change, and the facts that it makes. `kind` says what a clean election would be called.
fn record_change(
    partition: TopicPartition,
    before: &PartitionRegistration,
    change: PartitionChange,
    kind: ElectionKind,
    out: &mut Outbox,
) -> MetadataRecord {
    let after = merge(before, &change);
    if after.leader_epoch != before.leader_epoch {
        out.record(TraceEvent::LeaderElected {
            partition,
            leader: after.leader,
            previous: before.leader,
            leader_epoch: after.leader_epoch,
            election: election_kind(before, &after, kind),
            isr: after.isr.clone(),
        });
    }
    if after.isr != before.isr || after.elr != before.elr {
        out.record(TraceEvent::IsrChanged {
            partition,
            isr: after.isr.clone(),
            previous: before.isr.clone(),
            elr: after.elr.clone(),
            partition_epoch: after.partition_epoch,
        });
    }
    let is_moving = |partition: &PartitionRegistration| {
        !(partition.adding_replicas.is_empty() && partition.removing_replicas.is_empty())
    };
    let is_another_move =
        (&after.adding_replicas, &after.removing_replicas) != (&before.adding_replicas, &before.removing_replicas);
    if is_moving(&after) && is_another_move {
        out.record(TraceEvent::ReassignmentStarted { partition, replicas: after.replicas });
    } else if is_another_move || (!is_moving(&after) && after.replicas != before.replicas) {
        out.record(TraceEvent::ReassignmentCompleted { partition, replicas: after.replicas });
    }
    MetadataRecord::PartitionChangeRecord { topic: partition.topic, partition: partition.partition, change }
}

fn election_kind(before: &PartitionRegistration, after: &PartitionRegistration, clean: ElectionKind) -> ElectionKind {
    let Some(leader) = after.leader else { return ElectionKind::NoLeader };
    if before.isr.contains(&leader) {
        if clean == ElectionKind::Preferred && after.replicas.first() != Some(&leader) {
            ElectionKind::FromIsr
        } else {
            clean
        }
    } else if before.elr.contains(&leader) {
        ElectionKind::FromElr
    } else if after.leader_recovery_state == LeaderRecoveryState::Recovering {
        ElectionKind::Unclean
    } else {
        clean
    }
}
