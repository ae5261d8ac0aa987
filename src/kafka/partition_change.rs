//! How the controller changes a partition: who leads it, who is in its ISR and who was last known to be
//! (`PartitionChangeBuilder`, `PartitionRegistration.merge`; ELR: KIP-966, reassignment: KIP-455).
//!
//! The functions at the top are the controller's occasions; each answers the change to write to the metadata log, or
//! nothing when all stays as it is.

use crate::protocol::ids::BrokerId;
use crate::protocol::metadata::{LeaderRecoveryState, PartitionChange, PartitionRegistration};

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
    if !rules.are_eligible_leader_replicas_enabled || !(partition.isr.contains(&broker) || partition.elr.contains(&broker)) {
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
        absent.sort_unstable();
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

/// How a leader may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Election {
    /// The first replica if it may lead; else keep what is.
    Preferred,
    /// Keep what is if it may lead; else the first replica that may.
    Online,
    /// As `Online`, and when none may, the first replica that is there at all.
    Unclean,
}

/// Who was found to lead, and whether it may miss committed records.
struct Elected {
    leader: Option<BrokerId>,
    is_unclean: bool,
}

/// Works out one change. The targets start as the partition is; whoever uses it says what is to be different.
struct PartitionChangeBuilder<'a, F> {
    partition: &'a PartitionRegistration,
    rules: ElectionRules,
    is_acceptable_leader: F,
    election: Election,
    target_replicas: Vec<BrokerId>,
    target_isr: Vec<BrokerId>,
    target_elr: Vec<BrokerId>,
    target_adding: Vec<BrokerId>,
    target_removing: Vec<BrokerId>,
    target_leader_recovery_state: LeaderRecoveryState,
    unclean_shutdown: Option<BrokerId>,
}

impl<'a, F: Fn(BrokerId) -> bool> PartitionChangeBuilder<'a, F> {
    fn new(partition: &'a PartitionRegistration, rules: ElectionRules, is_acceptable_leader: F) -> Self {
        Self {
            partition,
            rules,
            is_acceptable_leader,
            election: if rules.is_unclean_election_enabled { Election::Unclean } else { Election::Online },
            target_replicas: partition.replicas.clone(),
            target_isr: partition.isr.clone(),
            target_elr: partition.elr.clone(),
            target_adding: partition.adding_replicas.clone(),
            target_removing: partition.removing_replicas.clone(),
            target_leader_recovery_state: partition.leader_recovery_state,
            unclean_shutdown: None,
        }
    }

    fn build(mut self) -> Option<PartitionChange> {
        let mut change = PartitionChange::default();
        self.complete_reassignment();
        self.find_eligible_leader_replicas();
        self.elect(&mut change);
        self.fence_a_removed_replica(&mut change);
        self.note_eligible_leader_replicas(&mut change);
        self.note_isr(&mut change);
        self.note_last_known_leader(&mut change);
        self.note_assignment(&mut change);
        if self.target_leader_recovery_state != self.partition.leader_recovery_state {
            change.leader_recovery_state = Some(self.target_leader_recovery_state);
        }
        (change != PartitionChange::default()).then_some(change)
    }

    /// Once all replicas that shall stay are in the ISR, those that shall go are dropped.
    fn complete_reassignment(&mut self) {
        if self.target_adding.is_empty() && self.target_removing.is_empty() {
            return;
        }
        let stays = |replica: &&BrokerId| !self.target_removing.contains(replica);
        let isr: Vec<_> = self.target_isr.iter().filter(stays).copied().collect();
        let replicas: Vec<_> = self.target_replicas.iter().filter(stays).copied().collect();
        if isr.is_empty() || replicas.is_empty() || !replicas.iter().all(|replica| isr.contains(replica)) {
            return;
        }
        self.target_isr = isr;
        self.target_replicas = replicas;
        self.target_removing.clear();
        self.target_adding.clear();
    }

    /// While the ISR is below its minimum, those who left it without losing anything stay eligible: the high watermark
    /// has not moved without them.
    fn find_eligible_leader_replicas(&mut self) {
        if !self.rules.are_eligible_leader_replicas_enabled {
            return;
        }
        if self.target_isr.len() >= self.rules.min_insync_replicas {
            self.target_elr.clear();
            return;
        }
        self.target_elr.extend(&self.partition.isr);
        self.target_elr.sort_unstable();
        self.target_elr.dedup();
        let (isr, lost) = (&self.target_isr, self.unclean_shutdown);
        self.target_elr.retain(|replica| !isr.contains(replica) && Some(*replica) != lost);
    }

    fn elect(&mut self, change: &mut PartitionChange) {
        let elected = self.elected();
        if elected.leader == self.partition.leader {
            return;
        }
        if let Some(leader) = elected.leader
            && self.target_elr.contains(&leader)
        {
            self.target_isr = vec![leader];
            self.target_elr.retain(|replica| *replica != leader);
        }
        change.leader = Some(elected.leader);
        if elected.is_unclean {
            change.isr = Some(elected.leader.into_iter().collect());
            if self.partition.leader_recovery_state == LeaderRecoveryState::Recovered {
                change.leader_recovery_state = Some(LeaderRecoveryState::Recovering);
            }
        }
    }

    fn elected(&self) -> Elected {
        let clean = |leader| Elected { leader: Some(leader), is_unclean: false };
        let unclean = |leader| Elected { leader: Some(leader), is_unclean: true };
        let first_valid = self.target_replicas.iter().copied().find(|replica| self.is_valid_leader(*replica));
        let current = self.partition.leader.filter(|leader| self.is_valid_leader(*leader));
        let preferred = self.target_replicas.first().copied();
        if self.election == Election::Preferred && first_valid.is_some() && first_valid == preferred {
            return Elected { leader: preferred, is_unclean: false };
        }
        if let Some(leader) = current.or(first_valid) {
            return clean(leader);
        }
        if let Some(leader) = self.last_known_leader() {
            return unclean(leader);
        }
        let first_there = self.target_replicas.iter().copied().find(|replica| (self.is_acceptable_leader)(*replica));
        match (self.election, first_there) {
            (Election::Unclean, Some(leader)) => unclean(leader),
            (Election::Unclean | Election::Online | Election::Preferred, _) => Elected { leader: None, is_unclean: false },
        }
    }

    /// May lead without loss: it is there, and in the ISR or, when nobody is, eligible.
    fn is_valid_leader(&self, replica: BrokerId) -> bool {
        let is_complete = self.target_isr.contains(&replica) || (self.target_isr.is_empty() && self.target_elr.contains(&replica));
        is_complete && (self.is_acceptable_leader)(replica)
    }

    /// With nobody in the ISR and nobody eligible, the last leader of all is the least loss.
    fn last_known_leader(&self) -> Option<BrokerId> {
        let is_everyone_gone = self.target_isr.is_empty() && self.target_elr.is_empty();
        match self.partition.last_known_elr[..] {
            [leader] if self.rules.are_eligible_leader_replicas_enabled && is_everyone_gone => {
                Some(leader).filter(|leader| (self.is_acceptable_leader)(*leader))
            }
            _ => None,
        }
    }

    /// A replica that is dropped must not be believed any more, so the leader epoch goes up even under the same leader.
    fn fence_a_removed_replica(&self, change: &mut PartitionChange) {
        let is_one_removed = self.partition.replicas.iter().any(|replica| !self.target_replicas.contains(replica));
        if change.leader.is_none() && is_one_removed {
            change.leader = Some(self.partition.leader);
        }
    }

    fn note_eligible_leader_replicas(&mut self, change: &mut PartitionChange) {
        // After an unclean election nobody is known to hold what was committed.
        if change.isr.is_some() || !self.rules.are_eligible_leader_replicas_enabled {
            self.target_elr.clear();
        }
        if self.target_elr != self.partition.elr {
            change.elr = Some(self.target_elr.clone());
        }
    }

    /// Without eligible leader replicas the last one of the ISR stays in it, though it is gone.
    fn note_isr(&self, change: &mut PartitionChange) {
        let may_change = !self.target_isr.is_empty() || self.rules.are_eligible_leader_replicas_enabled;
        if change.isr.is_none() && may_change && self.target_isr != self.partition.isr {
            change.isr = Some(self.target_isr.clone());
        }
    }

    /// When the ISR empties, the leader of the day is remembered, until there is a leader again.
    fn note_last_known_leader(&self, change: &mut PartitionChange) {
        if !self.rules.are_eligible_leader_replicas_enabled {
            return;
        }
        let last_known = &self.partition.last_known_elr;
        if change.isr.as_ref().is_some_and(Vec::is_empty) && last_known.iter().copied().ne(self.partition.leader) {
            change.last_known_elr = Some(self.partition.leader.into_iter().collect());
        } else if change.leader.unwrap_or(self.partition.leader).is_some() && !last_known.is_empty() {
            change.last_known_elr = Some(Vec::new());
        }
    }

    fn note_assignment(&self, change: &mut PartitionChange) {
        let changed = |target: &Vec<BrokerId>, old: &Vec<BrokerId>| (target != old).then(|| target.clone());
        change.replicas = changed(&self.target_replicas, &self.partition.replicas);
        change.adding_replicas = changed(&self.target_adding, &self.partition.adding_replicas);
        change.removing_replicas = changed(&self.target_removing, &self.partition.removing_replicas);
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

    const RULES: ElectionRules =
        ElectionRules { min_insync_replicas: 1, are_eligible_leader_replicas_enabled: false, is_unclean_election_enabled: false };

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
        let started = merge(&before, &on_reassign(&before, &brokers(&[2, 3, 4]), RULES, |_| true).expect("new replicas"));
        assert_eq!(started.replicas, brokers(&[2, 3, 4, 1]));
        assert_eq!((started.leader, &started.adding_replicas, &started.removing_replicas), (Some(BrokerId(1)), &brokers(&[4]), &brokers(&[1])));
        let isr = brokers(&[1, 2, 3, 4]);
        let change = on_alter_partition(&started, isr, LeaderRecoveryState::Recovered, RULES, |_| true).expect("complete");
        let ended = merge(&started, &change);
        assert_eq!((ended.replicas, ended.isr), (brokers(&[2, 3, 4]), brokers(&[2, 3, 4])));
        assert_eq!((ended.leader, ended.leader_epoch), (Some(BrokerId(2)), LeaderEpoch(8)));
        assert!(ended.adding_replicas.is_empty() && ended.removing_replicas.is_empty());
    }
}
