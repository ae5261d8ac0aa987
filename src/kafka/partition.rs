//! One partition as one broker sees it: leader or follower, its in-sync replicas and its high watermark (`Partition.scala`).
//! The log itself lies on the broker's disk; here is what a restart forgets.

use super::replica::Replica;
use crate::protocol::config::{ReplicationRules, TopicConfig};
use crate::protocol::ids::{BrokerEpoch, BrokerId, TopicPartition};
use crate::protocol::metadata::{LeaderRecoveryState, PartitionRegistration};
use crate::protocol::offset::{LeaderEpoch, Offset, PartitionEpoch};
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

/// The in-sync replicas as the leader holds them.
///
/// ```text
/// Committed     -> PendingExpand   a follower has caught up; asked of the controller by AlterPartition
/// Committed     -> PendingShrink   followers have lagged for replica.lag.time.max.ms; asked likewise
/// PendingX      -> Committed       the controller agreed, refused, or said something newer
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartitionState {
    Committed { isr: Vec<BrokerId> },
    PendingExpand { committed: Vec<BrokerId>, joining: BrokerId },
    PendingShrink { committed: Vec<BrokerId>, leaving: Vec<BrokerId> },
}

impl PartitionState {
    /// What the controller has confirmed.
    pub fn committed(&self) -> &[BrokerId] {
        match self {
            Self::Committed { isr } => isr,
            Self::PendingExpand { committed, .. } | Self::PendingShrink { committed, .. } => committed,
        }
    }
    /// True for a member of the maximal ISR: confirmed, or about to be. The high watermark waits for all of these, for
    /// the controller may have let a joining replica in before we hear of it.
    pub fn is_in_maximal(&self, broker: BrokerId) -> bool {
        let is_joining = matches!(self, Self::PendingExpand { joining, .. } if *joining == broker);
        is_joining || self.committed().contains(&broker)
    }
    pub fn is_in_flight(&self) -> bool {
        match self {
            Self::Committed { .. } => false,
            Self::PendingExpand { .. } | Self::PendingShrink { .. } => true,
        }
    }
    /// The ISR that is asked of the controller; `None` when nothing is in flight.
    pub fn proposed(&self) -> Option<Vec<BrokerId>> {
        match self {
            Self::Committed { .. } => None,
            Self::PendingExpand { committed, joining } => Some(committed.iter().copied().chain([*joining]).collect()),
            Self::PendingShrink { committed, leaving } => {
                Some(committed.iter().copied().filter(|broker| !leaving.contains(broker)).collect())
            }
        }
    }
}

/// What only the leader keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader {
    /// Where this leader's epoch starts in the log.
    pub epoch_start_offset: Offset,
    pub state: PartitionState,
    pub followers: Vec<Replica>,
    pub leader_recovery_state: LeaderRecoveryState,
}

/// Leader, or follower of someone (or, while there is no leader, of nobody).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Leader(Leader),
    Follower { leader: Option<BrokerId> },
}

/// One partition on one broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    pub id: TopicPartition,
    pub replicas: Vec<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    pub partition_epoch: PartitionEpoch,
    pub high_watermark: Offset,
    pub role: Role,
    pub config: Arc<TopicConfig>,
}

/// Whether a broker may be in an ISR: alive, not shutting down, and this is its current life.
pub trait Eligibility {
    fn is_eligible(&self, broker: BrokerId, broker_epoch: Option<BrokerEpoch>) -> bool;
}

impl Partition {
    pub fn leader(&self) -> Option<&Leader> {
        match &self.role {
            Role::Leader(leader) => Some(leader),
            Role::Follower { .. } => None,
        }
    }
    pub fn leader_mut(&mut self) -> Option<&mut Leader> {
        match &mut self.role {
            Role::Leader(leader) => Some(leader),
            Role::Follower { .. } => None,
        }
    }
    pub fn is_leader(&self) -> bool {
        self.leader().is_some()
    }
    /// `min.insync.replicas`, but never more than there are replicas.
    pub fn effective_min_isr(&self) -> usize {
        (self.config.min_insync_replicas.max(1) as usize).min(self.replicas.len())
    }
    pub fn is_under_min_isr(&self) -> bool {
        self.leader().is_some_and(|leader| leader.state.committed().len() < self.effective_min_isr())
    }

    /// Takes the lead in a new epoch. The log already knows where the epoch starts.
    pub fn become_leader(
        &mut self,
        me: BrokerId,
        registration: &PartitionRegistration,
        epoch_start_offset: Offset,
        now: SimTime,
    ) {
        let before = self.leader().map(|leader| leader.followers.clone()).unwrap_or_default();
        let was_leader = self.is_leader();
        let followers: Vec<Replica> = registration
            .replicas
            .iter()
            .filter(|broker| **broker != me)
            .map(|broker| {
                let is_in_isr = registration.isr.contains(broker);
                match before.iter().find(|replica| was_leader && replica.broker == *broker) {
                    Some(known) => {
                        let mut replica = known.clone();
                        replica.on_same_leader_new_epoch(now, epoch_start_offset, is_in_isr);
                        replica
                    }
                    None => Replica::new(*broker, now, is_in_isr),
                }
            })
            .collect();
        self.role = Role::Leader(Leader {
            epoch_start_offset,
            state: PartitionState::Committed { isr: registration.isr.clone() },
            followers,
            // A leader that was elected uncleanly has recovered by leading: its next AlterPartition says so.
            leader_recovery_state: LeaderRecoveryState::Recovered,
        });
    }

    /// The controller's newer word on this partition, while we go on leading it in the same epoch.
    pub fn update_leader(&mut self, me: BrokerId, registration: &PartitionRegistration, now: SimTime) {
        let Some(leader) = self.leader_mut() else { return };
        leader.state = PartitionState::Committed { isr: registration.isr.clone() };
        leader.followers.retain(|replica| registration.replicas.contains(&replica.broker));
        for broker in registration.replicas.iter().filter(|broker| **broker != me) {
            if !leader.followers.iter().any(|replica| replica.broker == *broker) {
                leader.followers.push(Replica::new(*broker, now, registration.isr.contains(broker)));
            }
        }
    }

    /// `Partition.maybeIncrementLeaderHW`: the smallest log end over the maximal ISR and over followers about to join it;
    /// it never moves while the ISR is below `min.insync.replicas` (KIP-966). Returns the old one when it moved.
    pub fn advance_high_watermark(
        &mut self,
        log_end_offset: Offset,
        now: SimTime,
        lag_time_max: SimDuration,
        eligibility: &impl Eligibility,
    ) -> Option<Offset> {
        if self.is_under_min_isr() {
            return None;
        }
        let leader = self.leader()?;
        let waits_for = |replica: &Replica| {
            leader.state.is_in_maximal(replica.broker)
                || (replica.is_caught_up(log_end_offset, now, lag_time_max)
                    && eligibility.is_eligible(replica.broker, replica.broker_epoch))
        };
        let replicated = leader
            .followers
            .iter()
            .filter(|replica| replica.log_end_offset < log_end_offset && waits_for(replica))
            .map(|replica| replica.log_end_offset)
            .min()
            .unwrap_or(log_end_offset);
        if replicated <= self.high_watermark {
            return None;
        }
        let before = self.high_watermark;
        self.high_watermark = replicated;
        Some(before)
    }

    /// A follower fetched: is it ready to join the ISR? (`Partition.needsExpandIsr`)
    pub fn wants_to_expand(&self, broker: BrokerId, rules: ReplicationRules, eligibility: &impl Eligibility) -> bool {
        let Some(leader) = self.leader() else { return false };
        let Some(replica) = leader.followers.iter().find(|replica| replica.broker == broker) else { return false };
        !leader.state.is_in_flight()
            && !leader.state.is_in_maximal(broker)
            && replica.log_end_offset >= self.high_watermark
            && (!rules.is_join_bound_to_epoch_start() || replica.log_end_offset >= leader.epoch_start_offset)
            && eligibility.is_eligible(broker, replica.broker_epoch)
    }

    /// The members of the ISR that have lagged too long.
    pub fn lagging_members(&self, log_end_offset: Offset, now: SimTime, lag_time_max: SimDuration) -> Vec<BrokerId> {
        let Some(leader) = self.leader() else { return Vec::new() };
        if leader.state.is_in_flight() {
            return Vec::new();
        }
        let lags = |replica: &&Replica| {
            leader.state.committed().contains(&replica.broker)
                && !replica.is_caught_up(log_end_offset, now, lag_time_max)
        };
        leader.followers.iter().filter(lags).map(|replica| replica.broker).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::TopicId;

    struct Everyone;
    impl Eligibility for Everyone {
        fn is_eligible(&self, _: BrokerId, _: Option<BrokerEpoch>) -> bool {
            true
        }
    }

    /// Broker 1 leads; followers are given as "id:log end", with `!` when outside the ISR.
    fn partition(followers: &str, min_isr: i64) -> Partition {
        let parse = |text: &str| {
            let (id, end) = text.trim_end_matches('!').split_once(':').expect("id:end");
            (BrokerId(id.parse().unwrap()), Offset(end.parse().unwrap()), !text.ends_with('!'))
        };
        let followers: Vec<_> = followers.split_whitespace().map(parse).collect();
        let isr: Vec<_> = [BrokerId(1)].into_iter().chain(followers.iter().filter(|f| f.2).map(|f| f.0)).collect();
        let replicas = [BrokerId(1)].into_iter().chain(followers.iter().map(|f| f.0)).collect();
        let registration = PartitionRegistration {
            replicas,
            isr,
            elr: Vec::new(),
            last_known_elr: Vec::new(),
            adding_replicas: Vec::new(),
            removing_replicas: Vec::new(),
            leader: Some(BrokerId(1)),
            leader_epoch: LeaderEpoch(0),
            partition_epoch: PartitionEpoch(0),
            leader_recovery_state: LeaderRecoveryState::Recovered,
        };
        let mut partition = Partition {
            id: TopicPartition::new(TopicId(0), 0),
            replicas: registration.replicas.clone(),
            leader_epoch: LeaderEpoch(0),
            partition_epoch: PartitionEpoch(0),
            high_watermark: Offset(5),
            role: Role::Follower { leader: None },
            config: Arc::new(TopicConfig { min_insync_replicas: min_isr, ..TopicConfig::default() }),
        };
        partition.become_leader(BrokerId(1), &registration, Offset(0), SimTime::ZERO);
        for (broker, end, _) in followers {
            let leader = partition.leader_mut().unwrap();
            leader.followers.iter_mut().find(|r| r.broker == broker).unwrap().log_end_offset = end;
        }
        partition
    }

    fn check_high_watermark(followers: &str, min_isr: i64, expected: i64) {
        let mut partition = partition(followers, min_isr);
        // A minute later: nobody outside the ISR counts as caught up.
        partition.advance_high_watermark(
            Offset(10),
            SimTime::from_millis(60_000),
            SimDuration::from_millis(30_000),
            &Everyone,
        );
        assert_eq!(partition.high_watermark, Offset(expected), "{followers}");
    }

    #[test]
    fn the_high_watermark_waits_for_the_slowest_member_of_the_isr() {
        check_high_watermark("2:9 3:7", 1, 7);
    }

    #[test]
    fn a_replica_outside_the_isr_does_not_hold_the_others_back() {
        check_high_watermark("2:9 3:7!", 1, 9);
    }

    #[test]
    fn the_high_watermark_stands_still_below_min_insync_replicas() {
        check_high_watermark("2:9! 3:7!", 2, 5);
        check_high_watermark("2:9! 3:7!", 1, 10);
    }

    #[test]
    fn the_high_watermark_never_goes_back() {
        check_high_watermark("2:3 3:7", 1, 5);
    }

    #[test]
    fn a_follower_joins_the_isr_when_it_has_reached_the_high_watermark() {
        let joins =
            |followers: &str| partition(followers, 1).wants_to_expand(BrokerId(3), ReplicationRules::Kip320, &Everyone);
        assert_eq!(["2:9 3:5!", "2:9 3:4!", "2:9 3:5"].map(joins), [true, false, false]);
    }

    #[test]
    fn a_follower_joins_the_isr_only_when_it_has_reached_the_start_of_the_leaders_epoch() {
        let mut partition = partition("2:9 3:6!", 1);
        partition.leader_mut().unwrap().epoch_start_offset = Offset(7);
        let joins = |rules| partition.wants_to_expand(BrokerId(3), rules, &Everyone);
        assert_eq!([ReplicationRules::Kip320, ReplicationRules::Kip320EarlyJoin].map(joins), [false, true]);
    }
}
