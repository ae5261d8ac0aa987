//! Where a voter stands in its quorum, what it keeps on disk about that, and how votes are counted (`QuorumState` and
//! the classes of its states, KIP-595, KIP-996).

use super::quorum_leader::LeaderState;
use crate::protocol::ids::ControllerId;
use crate::protocol::offset::QuorumEpoch;
use crate::sim::ordered::BTreeSet;

/// The file `quorum-state`: written before anything is said that depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ElectionState {
    pub epoch: QuorumEpoch,
    /// Who leads this epoch, once that is known.
    pub leader: Option<ControllerId>,
    /// Whom this voter has voted for in this epoch.
    pub voted: Option<ControllerId>,
}

/// What a voter is at the moment.
///
/// - `Unattached` → `Unattached`: a newer epoch without a known leader, or a vote given.
///   → `Prospective`: the election timeout ends. → `Follower`: a leader of this epoch or of a newer one is heard of.
/// - `Prospective` → `Candidate`: a majority would vote for it. → `Follower` of the leader it had, or else
///   `Unattached`: a majority would not, or the election timeout ends. → `Unattached`, `Follower`: a newer epoch.
/// - `Candidate` → `Leader`: a majority votes for it. → `Prospective`: the election timeout ends.
///   → `Unattached`, `Follower`: a newer epoch, or a leader of this one.
/// - `Leader` → `Resigned`: no majority has fetched for long enough, or it shuts down. → `Unattached`, `Follower`: a newer
///   epoch.
/// - `Follower` → `Prospective`: the fetch timeout ends. → `Follower`, `Unattached`: a newer epoch.
/// - `Resigned` → `Unattached` in the next epoch: the election timeout ends. → `Unattached`, `Follower`: a newer epoch.
///
/// After a restart: the leader is `Resigned`, a candidate is `Candidate` again, a follower `Follower`; others `Unattached`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuorumState {
    Unattached,
    Follower {
        leader: ControllerId,
        /// Once it has, it grants no pre-vote: the leader it knows is well.
        has_fetched: bool,
    },
    /// Asks who would vote for it, before it disturbs anyone with a new epoch (KIP-996).
    Prospective {
        votes: Votes,
    },
    Candidate {
        votes: Votes,
    },
    Leader(LeaderState),
    /// Leads no more, and cannot be led in its own epoch.
    Resigned {
        /// Most caught up first.
        preferred_successors: Vec<ControllerId>,
        /// Who has not answered EndQuorumEpoch.
        unacknowledged: BTreeSet<ControllerId>,
    },
}

impl QuorumState {
    /// Kafka's name of the state.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unattached => "Unattached",
            Self::Follower { .. } => "Follower",
            Self::Prospective { .. } => "Prospective",
            Self::Candidate { .. } => "Candidate",
            Self::Leader(_) => "Leader",
            Self::Resigned { .. } => "Resigned",
        }
    }
}

/// The votes of one election, or of one round of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Votes {
    granted: BTreeSet<ControllerId>,
    refused: BTreeSet<ControllerId>,
    voters: u16,
}

impl Votes {
    /// An election among `voters`, in which the candidate has voted for itself.
    pub fn new(candidate: ControllerId, voters: u16) -> Self {
        Self { granted: BTreeSet::from([candidate]), refused: BTreeSet::new(), voters }
    }
    pub fn record(&mut self, voter: ControllerId, is_granted: bool) {
        let votes = if is_granted { &mut self.granted } else { &mut self.refused };
        votes.insert(voter);
    }
    pub fn is_recorded(&self, voter: ControllerId) -> bool {
        self.granted.contains(&voter) || self.refused.contains(&voter)
    }
    /// A majority said yes.
    pub fn is_granted(&self) -> bool {
        self.granted.len() >= majority(self.voters)
    }
    /// So many said no that a majority cannot say yes any more.
    pub fn is_refused(&self) -> bool {
        usize::from(self.voters) - self.refused.len() < majority(self.voters)
    }
}

/// How many of `voters` are more than half.
pub fn majority(voters: u16) -> usize {
    usize::from(voters / 2) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_election_is_won_by_more_than_half_and_lost_when_that_is_out_of_reach() {
        let mut votes = Votes::new(ControllerId(1), 5);
        votes.record(ControllerId(2), true);
        votes.record(ControllerId(3), false);
        votes.record(ControllerId(4), false);
        assert!(!votes.is_granted() && !votes.is_refused());
        let mut lost = votes.clone();
        lost.record(ControllerId(5), false);
        assert!(lost.is_refused());
        votes.record(ControllerId(5), true);
        assert!(votes.is_granted());
    }

    #[test]
    fn a_lone_voter_elects_itself() {
        assert!(Votes::new(ControllerId(1), 1).is_granted());
    }
}
