//! How voters elect a leader: pre-votes, votes, and what a leader says at the beginning and at the end of its epoch
//! (Vote, BeginQuorumEpoch, EndQuorumEpoch of `KafkaRaftClient`; KIP-595, KIP-996).

use super::quorum::KafkaRaftClient;
use super::quorum_state::QuorumState;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::ControllerId;
use crate::protocol::message::{
    BeginQuorumEpochRequest, BeginQuorumEpochResponse, EndQuorumEpochRequest, EndQuorumEpochResponse, Request,
    VoteRequest, VoteResponse,
};
use crate::protocol::timer::Timer;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// Answers.
impl KafkaRaftClient {
    pub(super) fn on_vote(&mut self, request: &VoteRequest, out: &mut Outbox) -> VoteResponse {
        if request.epoch < self.epoch() {
            return self.vote_response(ErrorCode::FencedLeaderEpoch, false);
        }
        if request.epoch > self.epoch() {
            self.become_unattached(request.epoch, out);
        }
        let (candidate, epoch, pre_vote) = (request.candidate, request.epoch, request.pre_vote);
        let is_granted = self.would_grant(request);
        if is_granted && !pre_vote {
            self.election.voted = Some(candidate);
            if self.state == QuorumState::Unattached {
                self.reset_election_timer(out);
            }
        }
        out.record(if is_granted {
            TraceEvent::QuorumVoteGranted { voter: self.id, candidate, epoch, pre_vote }
        } else {
            TraceEvent::QuorumVoteRefused { voter: self.id, candidate, epoch, pre_vote }
        });
        self.vote_response(ErrorCode::None, is_granted)
    }

    /// Whether a candidate of this epoch gets this voter's vote, or pre-vote. A log is as new as this one when its last
    /// epoch is newer, or the same and it is no shorter.
    fn would_grant(&self, request: &VoteRequest) -> bool {
        let is_as_new =
            (request.last_epoch, request.last_epoch_end_offset) >= (self.log.last_epoch(), self.log.end_offset());
        match &self.state {
            QuorumState::Unattached | QuorumState::Prospective { .. } if request.pre_vote => is_as_new,
            QuorumState::Unattached | QuorumState::Prospective { .. } => match self.election.voted {
                Some(voted) => voted == request.candidate,
                None => self.election.leader.is_none() && is_as_new,
            },
            // Whoever hears from its leader helps nobody against it.
            QuorumState::Follower { has_fetched, .. } => request.pre_vote && !has_fetched && is_as_new,
            QuorumState::Resigned { .. } => request.pre_vote && is_as_new,
            QuorumState::Candidate { .. } | QuorumState::Leader(_) => false,
        }
    }

    fn vote_response(&self, error: ErrorCode, vote_granted: bool) -> VoteResponse {
        VoteResponse { error, epoch: self.epoch(), leader: self.known_leader(), vote_granted }
    }

    /// Whom others should turn to: not to one who has resigned.
    pub(super) fn known_leader(&self) -> Option<ControllerId> {
        match self.state {
            QuorumState::Resigned { .. } => None,
            QuorumState::Unattached
            | QuorumState::Follower { .. }
            | QuorumState::Prospective { .. }
            | QuorumState::Candidate { .. }
            | QuorumState::Leader(_) => self.election.leader,
        }
    }

    pub(super) fn on_begin_quorum_epoch(
        &mut self,
        request: &BeginQuorumEpochRequest,
        out: &mut Outbox,
    ) -> BeginQuorumEpochResponse {
        let error = if request.epoch < self.epoch() {
            ErrorCode::FencedLeaderEpoch
        } else {
            self.learn(request.epoch, Some(request.leader), out);
            if matches!(self.state, QuorumState::Follower { .. }) {
                self.reset_fetch_timer(out);
            }
            ErrorCode::None
        };
        BeginQuorumEpochResponse { error, epoch: self.epoch(), leader: self.known_leader() }
    }

    pub(super) fn on_end_quorum_epoch(
        &mut self,
        request: &EndQuorumEpochRequest,
        out: &mut Outbox,
    ) -> EndQuorumEpochResponse {
        let error = if request.epoch < self.epoch() {
            ErrorCode::FencedLeaderEpoch
        } else {
            self.learn(request.epoch, Some(request.leader), out);
            if matches!(self.state, QuorumState::Follower { leader, .. } if leader == request.leader) {
                out.set_timer(Timer::QuorumFetchTimeout, self.succession_backoff(&request.preferred_successors));
            }
            ErrorCode::None
        };
        EndQuorumEpochResponse { error, epoch: self.epoch(), leader: self.known_leader() }
    }

    /// How long this voter waits before it stands: the most caught up does not, those behind it wait the longer the
    /// further back they are, and who is not listed waits longest.
    fn succession_backoff(&self, successors: &[ControllerId]) -> SimDuration {
        let max = u64::try_from(self.config.controller_quorum_election_backoff_max_ms).unwrap_or(0);
        let Some(position) = successors.iter().position(|successor| *successor == self.id) else {
            return SimDuration::from_millis(if successors.is_empty() { 0 } else { max });
        };
        match position.checked_sub(1) {
            None => SimDuration::ZERO,
            Some(doublings) => SimDuration::from_millis(max.min((max >> (successors.len() - 1)) << doublings)),
        }
    }
}

/// The candidate's side.
impl KafkaRaftClient {
    pub(super) fn on_fetch_timeout(&mut self, out: &mut Outbox) {
        if matches!(self.state, QuorumState::Follower { .. }) {
            out.record(TraceEvent::QuorumFetchTimedOut { follower: self.id, epoch: self.epoch() });
            self.become_prospective(out);
        }
    }

    pub(super) fn on_election_timeout(&mut self, out: &mut Outbox) {
        match self.state {
            QuorumState::Unattached | QuorumState::Candidate { .. } => self.become_prospective(out),
            QuorumState::Prospective { .. } => self.give_up_asking(out),
            QuorumState::Resigned { .. } => self.become_unattached(self.epoch().next(), out),
            QuorumState::Follower { .. } | QuorumState::Leader(_) => {}
        }
    }

    pub(super) fn poll_votes(&mut self, out: &mut Outbox) {
        let (votes, pre_vote) = match &self.state {
            QuorumState::Prospective { votes } => (votes, true),
            QuorumState::Candidate { votes } => (votes, false),
            _ => return,
        };
        if votes.is_refused() {
            return;
        }
        let unasked: Vec<_> =
            self.peers().filter(|peer| !votes.is_recorded(*peer) && !self.connections.contains_key(peer)).collect();
        for peer in unasked {
            let request = VoteRequest {
                candidate: self.id,
                epoch: self.epoch(),
                last_epoch: self.log.last_epoch(),
                last_epoch_end_offset: self.log.end_offset(),
                pre_vote,
            };
            self.send(peer, Request::Vote(request), out);
        }
    }

    pub(super) fn on_vote_response(&mut self, from: ControllerId, response: &VoteResponse, out: &mut Outbox) {
        if self.learn(response.epoch, response.leader, out) {
            return;
        }
        if response.error != ErrorCode::None {
            self.back_off(from, self.retry_backoff(), out);
            return;
        }
        match &mut self.state {
            QuorumState::Prospective { votes } => {
                votes.record(from, response.vote_granted);
                if votes.is_granted() {
                    self.become_candidate(out);
                } else if votes.is_refused() {
                    self.give_up_asking(out);
                }
            }
            // One who has lost waits for the end of its election timeout, and asks again.
            QuorumState::Candidate { votes } => {
                votes.record(from, response.vote_granted);
                if votes.is_granted() {
                    self.become_leader(out);
                }
            }
            QuorumState::Unattached
            | QuorumState::Follower { .. }
            | QuorumState::Leader(_)
            | QuorumState::Resigned { .. } => {}
        }
    }

    fn give_up_asking(&mut self, out: &mut Outbox) {
        match self.election.leader {
            Some(leader) => self.become_follower(self.epoch(), leader, out),
            None => self.become_unattached(self.epoch(), out),
        }
    }

    pub(super) fn poll_end_quorum_epoch(&mut self, out: &mut Outbox) {
        let QuorumState::Resigned { preferred_successors, unacknowledged } = &self.state else { return };
        let request = EndQuorumEpochRequest {
            leader: self.id,
            epoch: self.epoch(),
            preferred_successors: preferred_successors.clone(),
        };
        let unasked: Vec<_> =
            unacknowledged.iter().copied().filter(|peer| !self.connections.contains_key(peer)).collect();
        for peer in unasked {
            self.send(peer, Request::EndQuorumEpoch(request.clone()), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::config::BrokerConfig;
    use crate::protocol::metadata::MetadataRecord;
    use crate::protocol::offset::{Offset, QuorumEpoch};
    use crate::sim::time::SimTime;
    use std::sync::Arc;

    /// Voter 1 of three, in epoch 3, with a log of four records of epoch 2.
    fn voter() -> KafkaRaftClient {
        let voters: Arc<[ControllerId]> = (1..=3).map(ControllerId).collect();
        let mut voter = KafkaRaftClient::new(ControllerId(1), voters, Arc::new(BrokerConfig::default()), 1);
        voter.log.append_as_leader(QuorumEpoch(2), vec![MetadataRecord::NoOpRecord; 4]);
        voter.become_unattached(QuorumEpoch(3), &mut Outbox::new(SimTime::ZERO));
        voter
    }

    fn is_granted(voter: &mut KafkaRaftClient, candidate: u16, epoch: i32, log: (i32, i64), pre_vote: bool) -> bool {
        let request = VoteRequest {
            candidate: ControllerId(candidate),
            epoch: QuorumEpoch(epoch),
            last_epoch: QuorumEpoch(log.0),
            last_epoch_end_offset: Offset(log.1),
            pre_vote,
        };
        voter.on_vote(&request, &mut Outbox::new(SimTime::ZERO)).vote_granted
    }

    #[test]
    fn a_log_that_ends_in_an_older_epoch_or_sooner_gets_no_vote() {
        for pre_vote in [true, false] {
            assert!(!is_granted(&mut voter(), 2, 3, (2, 3), pre_vote));
            assert!(!is_granted(&mut voter(), 2, 3, (1, 9), pre_vote));
            assert!(is_granted(&mut voter(), 2, 3, (2, 4), pre_vote));
            assert!(is_granted(&mut voter(), 2, 4, (3, 1), pre_vote));
        }
    }

    #[test]
    fn a_voter_votes_once_in_an_epoch_but_may_say_it_again_and_pre_votes_do_not_count() {
        let mut voter = voter();
        assert!(is_granted(&mut voter, 3, 3, (2, 4), true));
        assert!(is_granted(&mut voter, 2, 3, (2, 4), false));
        assert!(is_granted(&mut voter, 2, 3, (2, 4), false));
        assert!(!is_granted(&mut voter, 3, 3, (2, 4), false));
        assert!(!is_granted(&mut voter, 2, 2, (2, 4), false), "an epoch that is over");
        assert!(is_granted(&mut voter, 3, 4, (2, 4), false));
    }

    #[test]
    fn a_follower_that_hears_from_its_leader_helps_nobody_against_it() {
        let mut voter = voter();
        voter.become_follower(QuorumEpoch(3), ControllerId(2), &mut Outbox::new(SimTime::ZERO));
        assert!(is_granted(&mut voter, 3, 3, (2, 4), true), "it has never fetched");
        voter.state = QuorumState::Follower { leader: ControllerId(2), has_fetched: true };
        assert!(!is_granted(&mut voter, 3, 3, (2, 4), true));
        assert!(!is_granted(&mut voter, 3, 3, (2, 4), false));
    }

    #[test]
    fn successors_wait_the_longer_the_further_back_they_stand() {
        let voter = voter();
        let wait = |successors: &[u16]| {
            let successors: Vec<_> = successors.iter().copied().map(ControllerId).collect();
            voter.succession_backoff(&successors).as_millis()
        };
        assert_eq!(wait(&[1, 2, 3, 4]), 0);
        assert_eq!(wait(&[2, 1, 3, 4]), 125);
        assert_eq!(wait(&[2, 3, 4, 1]), 500);
        assert_eq!(wait(&[2, 3]), 1_000);
        assert_eq!(wait(&[]), 0);
    }
}
