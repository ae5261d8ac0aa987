//! Works out one change of a partition: completes a reassignment, finds who is eligible, elects (`PartitionChangeBuilder`).

use super::partition_change::ElectionRules;
use crate::protocol::ids::BrokerId;
use crate::protocol::metadata::{LeaderRecoveryState, PartitionChange, PartitionRegistration};
use crate::sim::sort::Sort;

/// How a leader may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Election {
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
pub struct PartitionChangeBuilder<'a, F> {
    partition: &'a PartitionRegistration,
    rules: ElectionRules,
    is_acceptable_leader: F,
    pub election: Election,
    pub target_replicas: Vec<BrokerId>,
    pub target_isr: Vec<BrokerId>,
    target_elr: Vec<BrokerId>,
    pub target_adding: Vec<BrokerId>,
    pub target_removing: Vec<BrokerId>,
    pub target_leader_recovery_state: LeaderRecoveryState,
    pub unclean_shutdown: Option<BrokerId>,
}

impl<'a, F: Fn(BrokerId) -> bool> PartitionChangeBuilder<'a, F> {
    pub fn new(partition: &'a PartitionRegistration, rules: ElectionRules, is_acceptable_leader: F) -> Self {
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

    /// The change that leads to the targets, or nothing when all is as it is to be.
    pub fn build(mut self) -> Option<PartitionChange> {
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
        self.target_elr.arrange();
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
            (Election::Unclean | Election::Online | Election::Preferred, _) => {
                Elected { leader: None, is_unclean: false }
            }
        }
    }

    /// May lead without loss: it is there, and in the ISR or, when nobody is, eligible.
    fn is_valid_leader(&self, replica: BrokerId) -> bool {
        let is_complete =
            self.target_isr.contains(&replica) || (self.target_isr.is_empty() && self.target_elr.contains(&replica));
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
