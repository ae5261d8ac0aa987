//! One voter of the controller quorum: Raft as Kafka does it, where followers pull (`KafkaRaftClient`, KIP-595; pre-vote:
//! KIP-996). Here are its state, what it answers to, and how it goes from one state to another; elections, the leader's
//! work and fetching stand in files of their own. It replicates batches of records and knows nothing of what they say.
//!
//! Every entry point ends in `poll`, which sends what the state of the moment wants to have sent.
//!
//! Simplified: the voters are fixed (no KIP-853), a flush to disk takes no time, and there are no snapshots.

use super::metadata_log::MetadataLog;
use super::quorum_leader::LeaderState;
use super::quorum_state::{ElectionState, QuorumState, Votes};
use crate::protocol::config::{BrokerConfig, millis};
use crate::protocol::ids::{ControllerId, CorrelationId, Node};
use crate::protocol::message::{Message, Request, Response};
use crate::protocol::offset::{Offset, QuorumEpoch};
use crate::protocol::timer::Timer;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::rng::{Seed, Stream};
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// A broken connection is tried again after this, doubled with each further failure, up to the second.
const RECONNECT_BACKOFF: SimDuration = SimDuration::from_millis(50);
const RECONNECT_BACKOFF_MAX: SimDuration = SimDuration::from_millis(500);

const RETRY_DOUBLINGS_MAX: u32 = 4;

/// What a voter is doing with one of its peers: at most one request is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    Awaiting(CorrelationId),
    /// It failed; nothing is sent until `QuorumRetryBackoff`.
    BackingOff,
}

/// One voter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaRaftClient {
    pub(super) id: ControllerId,
    pub(super) voters: Arc<[ControllerId]>,
    pub(super) config: Arc<BrokerConfig>,
    /// The random part of election timeouts.
    jitter: Stream,

    // On disk.
    pub(super) election: ElectionState,
    pub(super) log: MetadataLog,

    // In memory.
    pub(super) state: QuorumState,
    /// Everything below is committed; `Offset::NONE` until this voter knows.
    pub(super) high_watermark: Offset,
    pub(super) connections: BTreeMap<ControllerId, Connection>,
    /// In this state, since something last helped.
    pub(super) failures: u32,
    /// Who is asked for the leader next.
    pub(super) next_voter: u16,
    next_correlation: CorrelationId,
}

impl KafkaRaftClient {
    /// A voter with an empty log. `voters` are all of them, this one too.
    pub fn new(id: ControllerId, voters: Arc<[ControllerId]>, config: Arc<BrokerConfig>, seed: Seed) -> Self {
        assert!(voters.contains(&id), "a controller votes");
        Self {
            id,
            voters,
            config,
            jitter: Stream::new(seed, "quorum", u64::from(id.0)),
            election: ElectionState::default(),
            log: MetadataLog::default(),
            state: QuorumState::Unattached,
            high_watermark: Offset::NONE,
            connections: BTreeMap::new(),
            failures: 0,
            next_voter: 0,
            next_correlation: CorrelationId(0),
        }
    }

    pub fn id(&self) -> ControllerId {
        self.id
    }
    pub fn state(&self) -> &QuorumState {
        &self.state
    }
    pub fn epoch(&self) -> QuorumEpoch {
        self.election.epoch
    }
    /// The leader of this epoch, as far as this voter knows.
    pub fn leader(&self) -> Option<ControllerId> {
        self.election.leader
    }
    pub fn election(&self) -> ElectionState {
        self.election
    }
    pub fn log(&self) -> &MetadataLog {
        &self.log
    }
    /// Everything below is committed, as far as this voter knows.
    pub fn high_watermark(&self) -> Offset {
        self.high_watermark.max(Offset::ZERO)
    }
    pub fn is_leader(&self) -> bool {
        matches!(self.state, QuorumState::Leader(_))
    }
    /// True for a leader that has committed a record of its own epoch, and so knows of all that was committed before.
    pub fn is_leader_caught_up(&self) -> bool {
        matches!(&self.state, QuorumState::Leader(leader) if self.high_watermark > leader.epoch_start)
    }
    pub fn set_config(&mut self, config: Arc<BrokerConfig>) {
        self.config = config;
    }

    /// The process starts, from its disk.
    pub fn on_start(&mut self, out: &mut Outbox) {
        if self.voters.len() == 1 {
            self.become_candidate(out);
        } else if self.election.leader == Some(self.id) {
            self.become_resigned(Vec::new(), out);
        } else if let Some(leader) = self.election.leader {
            self.state = QuorumState::Follower { leader, has_fetched: false };
            self.reset_fetch_timer(out);
        } else if self.election.voted == Some(self.id) {
            self.state = QuorumState::Candidate { votes: self.new_votes() };
            self.reset_election_timer(out);
        } else {
            self.reset_election_timer(out);
        }
        self.poll(out);
    }
    /// The process is gone. All that counts was flushed before it was said, so the disk is whole.
    pub fn on_crash(&mut self) {
        self.state = QuorumState::Unattached;
        self.high_watermark = Offset::NONE;
        self.connections.clear();
        self.failures = 0;
    }

    /// A request of the quorum: Vote, BeginQuorumEpoch, EndQuorumEpoch or Fetch; others are not ours.
    pub fn on_request(&mut self, from: Node, correlation: CorrelationId, request: Request, out: &mut Outbox) {
        let response = match request {
            Request::Vote(request) => Some(Response::Vote(self.on_vote(&request, out))),
            Request::BeginQuorumEpoch(request) => {
                Some(Response::BeginQuorumEpoch(self.on_begin_quorum_epoch(&request, out)))
            }
            Request::EndQuorumEpoch(request) => Some(Response::EndQuorumEpoch(self.on_end_quorum_epoch(&request, out))),
            Request::FetchMetadataLog(request) => {
                self.on_fetch(from, correlation, request, out).map(Response::FetchMetadataLog)
            }
            _ => None,
        };
        if let Some(response) = response {
            out.send(from, Message::Response { correlation, response });
        }
        self.poll(out);
    }

    /// An answer to a request of ours; answers that nobody waits for are ignored.
    pub fn on_response(
        &mut self,
        from: ControllerId,
        correlation: CorrelationId,
        response: Response,
        out: &mut Outbox,
    ) {
        if self.connections.get(&from) != Some(&Connection::Awaiting(correlation)) {
            return;
        }
        self.connections.remove(&from);
        match response {
            Response::Vote(response) => self.on_vote_response(from, &response, out),
            Response::FetchMetadataLog(response) => {
                out.cancel_timer(Timer::QuorumRequestTimeout(correlation));
                self.on_fetch_response(from, response, out);
            }
            Response::BeginQuorumEpoch(response) => {
                self.learn(response.epoch, response.leader, out);
            }
            Response::EndQuorumEpoch(response) => {
                if !self.learn(response.epoch, response.leader, out)
                    && let QuorumState::Resigned { unacknowledged, .. } = &mut self.state
                {
                    unacknowledged.remove(&from);
                }
            }
            _ => {}
        }
        self.poll(out);
    }

    /// The connection to a node broke: it will never answer, and wants no answer.
    pub fn on_disconnected(&mut self, from: Node, out: &mut Outbox) {
        if let QuorumState::Leader(leader) = &mut self.state {
            leader.parked.retain(|fetch| fetch.from != from);
        }
        if let Node::Controller(peer) = from
            && let Some(Connection::Awaiting(correlation)) = self.connections.get(&peer)
        {
            out.cancel_timer(Timer::QuorumRequestTimeout(*correlation));
            let pause = (RECONNECT_BACKOFF * (1 << self.failures.min(10))).min(RECONNECT_BACKOFF_MAX);
            self.back_off(peer, pause, out);
        }
        self.poll(out);
    }

    /// One of the quorum's timers; others are not ours.
    pub fn on_timer(&mut self, timer: &Timer, out: &mut Outbox) {
        match timer {
            Timer::QuorumFetchTimeout => self.on_fetch_timeout(out),
            Timer::QuorumElectionTimeout => self.on_election_timeout(out),
            Timer::QuorumCheckTimeout => self.on_check_quorum_timeout(out),
            Timer::QuorumBeginEpoch => self.on_begin_epoch_timer(out),
            Timer::QuorumRetryBackoff => self.connections.retain(|_, connection| *connection != Connection::BackingOff),
            Timer::QuorumRequestTimeout(correlation) => self.on_request_timeout(*correlation, out),
            Timer::MetadataAppendLinger => self.flush_accumulator(out),
            Timer::MetadataFetchWait => self.on_fetch_wait(out),
            _ => {}
        }
        self.poll(out);
    }

    /// The leader steps down of its own accord, and tells the others who should follow it; nothing for anyone else.
    pub fn resign(&mut self, out: &mut Outbox) {
        if let QuorumState::Leader(leader) = &self.state {
            let successors = leader.voters_by_end_offset(self.id);
            self.become_resigned(successors, out);
            out.record(TraceEvent::QuorumLeaderResigned { leader: self.id, epoch: self.election.epoch });
            self.poll(out);
        }
    }
}

/// From one state to another.
impl KafkaRaftClient {
    /// Takes over a newer epoch, or the leader of this one; true when that made another state.
    pub(super) fn learn(&mut self, epoch: QuorumEpoch, leader: Option<ControllerId>, out: &mut Outbox) -> bool {
        let is_newer = epoch > self.election.epoch;
        match leader {
            Some(leader) if is_newer || (epoch == self.election.epoch && self.election.leader.is_none()) => {
                self.become_follower(epoch, leader, out);
                true
            }
            None if is_newer => {
                self.become_unattached(epoch, out);
                true
            }
            Some(leader) => {
                assert!(epoch < self.election.epoch || self.election.leader == Some(leader), "an epoch has one leader");
                false
            }
            None => false,
        }
    }

    pub(super) fn become_unattached(&mut self, epoch: QuorumEpoch, out: &mut Outbox) {
        if epoch > self.election.epoch {
            self.election = ElectionState { epoch, leader: None, voted: None };
        }
        self.change_state(QuorumState::Unattached, out);
        self.reset_election_timer(out);
    }

    pub(super) fn become_follower(&mut self, epoch: QuorumEpoch, leader: ControllerId, out: &mut Outbox) {
        assert_ne!(leader, self.id, "nobody follows itself");
        let is_news = epoch > self.election.epoch || self.election.leader.is_none();
        let voted = if epoch > self.election.epoch { None } else { self.election.voted };
        self.election = ElectionState { epoch, leader: Some(leader), voted };
        self.change_state(QuorumState::Follower { leader, has_fetched: false }, out);
        self.reset_fetch_timer(out);
        if is_news {
            out.record(TraceEvent::QuorumFollowerJoined { follower: self.id, leader, epoch });
        }
    }

    pub(super) fn become_prospective(&mut self, out: &mut Outbox) {
        self.change_state(QuorumState::Prospective { votes: self.new_votes() }, out);
        self.reset_election_timer(out);
        out.record(TraceEvent::QuorumPreVoteAsked { candidate: self.id, epoch: self.election.epoch });
    }

    pub(super) fn become_candidate(&mut self, out: &mut Outbox) {
        self.election = ElectionState { epoch: self.election.epoch.next(), leader: None, voted: Some(self.id) };
        let votes = self.new_votes();
        let is_won = votes.is_granted();
        self.change_state(QuorumState::Candidate { votes }, out);
        self.reset_election_timer(out);
        out.record(TraceEvent::QuorumElectionStarted { candidate: self.id, epoch: self.election.epoch });
        if is_won {
            self.become_leader(out);
        }
    }

    pub(super) fn become_leader(&mut self, out: &mut Outbox) {
        self.election.leader = Some(self.id);
        self.change_state(QuorumState::Leader(LeaderState::new(&self.voters, self.log.end_offset())), out);
        out.record(TraceEvent::QuorumLeaderElected { leader: self.id, epoch: self.election.epoch });
        self.begin_epoch(out);
    }

    pub(super) fn become_resigned(&mut self, preferred_successors: Vec<ControllerId>, out: &mut Outbox) {
        let unacknowledged: BTreeSet<_> = self.peers().collect();
        self.change_state(QuorumState::Resigned { preferred_successors, unacknowledged }, out);
        self.reset_election_timer(out);
    }

    /// Leaves a state with all its timers and requests; a leader answers those who wait for it.
    fn change_state(&mut self, state: QuorumState, out: &mut Outbox) {
        let left = std::mem::replace(&mut self.state, state);
        for connection in std::mem::take(&mut self.connections).into_values() {
            if let Connection::Awaiting(correlation) = connection {
                out.cancel_timer(Timer::QuorumRequestTimeout(correlation));
            }
        }
        self.failures = 0;
        out.cancel_timer(Timer::QuorumRetryBackoff);
        match left {
            QuorumState::Leader(leader) => self.dismiss_waiting(leader, out),
            QuorumState::Follower { .. } => out.cancel_timer(Timer::QuorumFetchTimeout),
            QuorumState::Unattached
            | QuorumState::Prospective { .. }
            | QuorumState::Candidate { .. }
            | QuorumState::Resigned { .. } => {
                out.cancel_timer(Timer::QuorumElectionTimeout);
            }
        }
    }

    fn new_votes(&self) -> Votes {
        Votes::new(self.id, self.voter_count())
    }
    pub(super) fn reset_election_timer(&mut self, out: &mut Outbox) {
        let timeout = millis(self.config.controller_quorum_election_timeout_ms);
        out.set_timer(Timer::QuorumElectionTimeout, timeout + self.jitter.up_to(timeout));
    }
    pub(super) fn reset_fetch_timer(&self, out: &mut Outbox) {
        out.set_timer(Timer::QuorumFetchTimeout, millis(self.config.controller_quorum_fetch_timeout_ms));
    }
}

/// Requests to peers.
impl KafkaRaftClient {
    /// Sends what this state wants to have sent to those to whom nothing is under way.
    fn poll(&mut self, out: &mut Outbox) {
        match self.state {
            QuorumState::Unattached | QuorumState::Follower { .. } => self.poll_fetch(out),
            QuorumState::Prospective { .. } | QuorumState::Candidate { .. } => self.poll_votes(out),
            QuorumState::Resigned { .. } => self.poll_end_quorum_epoch(out),
            QuorumState::Leader(_) => {}
        }
    }
    pub(super) fn peers(&self) -> impl Iterator<Item = ControllerId> {
        self.voters.iter().copied().filter(|voter| *voter != self.id)
    }
    pub(super) fn voter_count(&self) -> u16 {
        u16::try_from(self.voters.len()).expect("a handful of voters")
    }
    pub(super) fn send(&mut self, to: ControllerId, request: Request, out: &mut Outbox) -> CorrelationId {
        let correlation = self.next_correlation;
        self.next_correlation = CorrelationId(correlation.0.wrapping_add(1));
        self.connections.insert(to, Connection::Awaiting(correlation));
        out.send(Node::Controller(to), Message::Request { correlation, request });
        correlation
    }
    /// Sends nothing to `peer` for a while. Several that fail at once wait for one timer.
    pub(super) fn back_off(&mut self, peer: ControllerId, pause: SimDuration, out: &mut Outbox) {
        self.failures += 1;
        let is_first = self.connections.values().all(|connection| *connection != Connection::BackingOff);
        self.connections.insert(peer, Connection::BackingOff);
        if is_first {
            out.set_timer(Timer::QuorumRetryBackoff, pause);
        }
    }
    /// The pause after an answer that did not help. Simplified: it doubles a few times, where Kafka's stays the same, so
    /// that voters without a leader do not fill the network with questions.
    pub(super) fn retry_backoff(&self) -> SimDuration {
        millis(self.config.controller_quorum_retry_backoff_ms) * (1 << self.failures.min(RETRY_DOUBLINGS_MAX))
    }
    fn on_request_timeout(&mut self, correlation: CorrelationId, out: &mut Outbox) {
        let silent = self.connections.iter().find(|(_, connection)| **connection == Connection::Awaiting(correlation));
        if let Some(peer) = silent.map(|(peer, _)| *peer) {
            out.record(TraceEvent::RequestTimedOut { node: Node::Controller(self.id), peer: Node::Controller(peer) });
            self.back_off(peer, self.retry_backoff(), out);
        }
    }
}
