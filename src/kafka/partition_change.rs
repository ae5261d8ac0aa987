//! How the controller changes a partition: who leads it, who is in its ISR and who was last known to be
//! (`PartitionChangeBuilder`, `PartitionRegistration.merge`; ELR: KIP-966, reassignment: KIP-455).
//!
//! The functions are the controller's occasions; each answers the change to write to the metadata log, or
//! nothing when all stays as it is.

use super::partition_change_builder::{Election, PartitionChangeBuilder};
use crate::protocol::ids::BrokerId;
use crate::protocol::metadata::{LeaderRecoveryState, PartitionChange, PartitionRegistration};
use crate::sim::sort::Sort;

/// The settings that decide an election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElectionRules {
    /// `min.insync.replicas`, at most the replication factor.
    pub min_insync_replicas: usize,
    /// The feature `eligible.leader.replicas.version` (KIP-966).
    pub are_eligible_leader_replicas_enabled: bool,
    /// `unclean.leader.election.enable`.
    pub is_unclean_election_enabled: bool,
}

/// A broker is fenced, shuts down or is removed: it leaves the ISR, and another leads if it did.
pub fn on_broker_lost(
    partition: &PartitionRegistration,
    broker: BrokerId,
    rules: ElectionRules,
    is_active: impl Fn(BrokerId) -> bool,
) -> Option<PartitionChange> {
    if !partition.isr.contains(&broker) {
        return None;
    }
    let is_acceptable = |replica| replica != broker && is_active(replica);
    let mut builder = PartitionChangeBuilder::new(partition, rules, is_acceptable);
    builder.target_isr.retain(|replica| *replica != broker);
    builder.build()
}

/// A broker registers again after a shutdown that was not clean: its log may miss what it once had.
pub fn on_unclean_shutdown(
    partition: &PartitionRegistration,
    broker: BrokerId,
    rules: ElectionRules,
    is_active: impl Fn(BrokerId) -> bool,
) -> Option<PartitionChange> {
    if !rules.are_eligible_leader_replicas_enabled
        || !(partition.isr.contains(&broker) || partition.elr.contains(&broker))
    {
        return None;
    }
    let is_acceptable = |replica| replica != broker && is_active(replica);
    let mut builder = PartitionChangeBuilder::new(partition, rules, is_acceptable);
    builder.target_isr.retain(|replica| *replica != broker);
    builder.unclean_shutdown = Some(broker);
    builder.build()
}

/// A broker is unfenced: it may lead a partition that has no leader.
pub fn on_broker_unfenced(
    partition: &PartitionRegistration,
    broker: BrokerId,
    rules: ElectionRules,
    is_active: impl Fn(BrokerId) -> bool,
) -> Option<PartitionChange> {
    if partition.leader.is_some() {
        return None;
    }
    PartitionChangeBuilder::new(partition, rules, |replica| replica == broker || is_active(replica)).build()
}

/// The leader proposes another ISR (AlterPartition, KIP-497), after the request was found valid.
pub fn on_alter_partition(
    partition: &PartitionRegistration,
    new_isr: Vec<BrokerId>,
    leader_recovery_state: LeaderRecoveryState,
    rules: ElectionRules,
    is_active: impl Fn(BrokerId) -> bool,
) -> Option<PartitionChange> {
    let mut builder = PartitionChangeBuilder::new(partition, rules, is_active);
    builder.target_isr = new_isr;
    builder.target_leader_recovery_state = leader_recovery_state;
    builder.build()
}

/// Someone asks for the preferred leader, or the controller balances leaders. Nothing when it leads already.
pub fn on_elect_preferred_leader(
    partition: &PartitionRegistration,
    rules: ElectionRules,
    is_active: impl Fn(BrokerId) -> bool,
) -> Option<PartitionChange> {
    if partition.leader == partition.replicas.first().copied() {
        return None;
    }
    let mut builder = PartitionChangeBuilder::new(partition, rules, is_active);
    builder.election = Election::Preferred;
    builder.build()
}

/// Someone asks for an unclean election, or the controller looks for partitions without a leader where it is allowed.
pub fn on_elect_unclean_leader(
    partition: &PartitionRegistration,
    rules: ElectionRules,
    is_active: impl Fn(BrokerId) -> bool,
) -> Option<PartitionChange> {
    if partition.leader.is_some() {
        return None;
    }
    let mut builder = PartitionChangeBuilder::new(partition, rules, is_active);
    builder.election = Election::Unclean;
    builder.build()
}

/// The replicas are to become `target` (AlterPartitionReassignments): the new ones are added now, the old ones go when
/// all of `target` are in the ISR.
pub fn on_reassign(
    partition: &PartitionRegistration,
    target: &[BrokerId],
    rules: ElectionRules,
    is_active: impl Fn(BrokerId) -> bool,
) -> Option<PartitionChange> {
    assert!(!target.is_empty(), "a partition has at least one replica");
    let absent_from = |others: &[BrokerId], replicas: &[BrokerId]| {
        let mut absent: Vec<_> = replicas.iter().filter(|replica| !others.contains(replica)).copied().collect();
        absent.arrange();
        absent
    };
    let (removing, adding) = (absent_from(target, &partition.replicas), absent_from(&partition.replicas, target));
    let mut builder = PartitionChangeBuilder::new(partition, rules, is_active);
    builder.election = Election::Online;
    builder.target_replicas = target.iter().chain(&removing).copied().collect();
    // As in Kafka, an empty list leaves that of an unfinished reassignment standing.
    if !removing.is_empty() {
        builder.target_removing = removing;
    }
    if !adding.is_empty() {
        builder.target_adding = adding;
    }
    builder.build()
}

/// The partition after `change`: each field that it names, one more partition epoch, and one more leader epoch when it
/// names a leader, be it the same.
pub fn merge(partition: &PartitionRegistration, change: &PartitionChange) -> PartitionRegistration {
    let or = |new: &Option<Vec<BrokerId>>, old: &Vec<BrokerId>| new.as_ref().unwrap_or(old).clone();
    PartitionRegistration {
        replicas: or(&change.replicas, &partition.replicas),
        isr: or(&change.isr, &partition.isr),
        elr: or(&change.elr, &partition.elr),
        last_known_elr: or(&change.last_known_elr, &partition.last_known_elr),
        adding_replicas: or(&change.adding_replicas, &partition.adding_replicas),
        removing_replicas: or(&change.removing_replicas, &partition.removing_replicas),
        leader: change.leader.unwrap_or(partition.leader),
        leader_epoch: if change.leader.is_some() { partition.leader_epoch.next() } else { partition.leader_epoch },
        partition_epoch: partition.partition_epoch.next(),
        leader_recovery_state: change.leader_recovery_state.unwrap_or(partition.leader_recovery_state),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::offset::{LeaderEpoch, PartitionEpoch};

    fn brokers(ids: &[u16]) -> Vec<BrokerId> {
        ids.iter().copied().map(BrokerId).collect()
    }

    fn partition(replicas: &[u16], isr: &[u16], leader: u16) -> PartitionRegistration {
        PartitionRegistration {
            replicas: brokers(replicas),
            isr: brokers(isr),
            elr: Vec::new(),
            last_known_elr: Vec::new(),
            adding_replicas: Vec::new(),
            removing_replicas: Vec::new(),
            leader: Some(BrokerId(leader)),
            leader_epoch: LeaderEpoch(7),
            partition_epoch: PartitionEpoch(9),
            leader_recovery_state: LeaderRecoveryState::Recovered,
        }
    }

    const RULES: ElectionRules = ElectionRules {
        min_insync_replicas: 1,
        are_eligible_leader_replicas_enabled: false,
        is_unclean_election_enabled: false,
    };

    #[test]
    fn a_lost_leader_is_followed_by_the_first_replica_in_sync_not_by_the_first_there() {
        let before = partition(&[1, 2, 3], &[3, 1], 1);
        let change = on_broker_lost(&before, BrokerId(1), RULES, |_| true).expect("the leader is gone");
        let after = merge(&before, &change);
        assert_eq!((after.leader, after.isr, after.leader_epoch), (Some(BrokerId(3)), brokers(&[3]), LeaderEpoch(8)));
    }

    #[test]
    fn the_last_of_the_isr_stays_in_it_when_it_is_lost() {
        let before = partition(&[1, 2], &[1], 1);
        let change = on_broker_lost(&before, BrokerId(1), RULES, |_| true).expect("the leader is gone");
        let after = merge(&before, &change);
        assert_eq!((after.leader, after.isr), (None, brokers(&[1])));
    }

    #[test]
    fn an_isr_shrink_leaves_the_leader_epoch_alone() {
        let before = partition(&[1, 2, 3], &[1, 2, 3], 1);
        let change = on_alter_partition(&before, brokers(&[1, 3]), LeaderRecoveryState::Recovered, RULES, |_| true);
        let after = merge(&before, &change.expect("the ISR is another"));
        assert_eq!((after.leader_epoch, after.partition_epoch), (LeaderEpoch(7), PartitionEpoch(10)));
    }

    #[test]
    fn a_reassignment_ends_when_every_wanted_replica_is_in_sync_and_fences_the_dropped_ones() {
        let before = partition(&[1, 2, 3], &[1, 2, 3], 1);
        let started =
            merge(&before, &on_reassign(&before, &brokers(&[2, 3, 4]), RULES, |_| true).expect("new replicas"));
        assert_eq!(started.replicas, brokers(&[2, 3, 4, 1]));
        assert_eq!(
            (started.leader, &started.adding_replicas, &started.removing_replicas),
            (Some(BrokerId(1)), &brokers(&[4]), &brokers(&[1]))
        );
        let isr = brokers(&[1, 2, 3, 4]);
        let change =
            on_alter_partition(&started, isr, LeaderRecoveryState::Recovered, RULES, |_| true).expect("complete");
        let ended = merge(&started, &change);
        assert_eq!((ended.replicas, ended.isr), (brokers(&[2, 3, 4]), brokers(&[2, 3, 4])));
        assert_eq!((ended.leader, ended.leader_epoch), (Some(BrokerId(2)), LeaderEpoch(8)));
        assert!(ended.adding_replicas.is_empty() && ended.removing_replicas.is_empty());
    }
}
