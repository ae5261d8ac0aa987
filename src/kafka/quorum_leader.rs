//! The leader's work in the controller quorum: it appends, answers fetches, counts who has what, and gives up when no
//! majority fetches any more (`LeaderState` and the leader's part of `KafkaRaftClient`, KIP-595; early answers for a new
//! high watermark: KIP-1166).

use super::quorum::KafkaRaftClient;
use super::quorum_state::{QuorumState, majority};
use crate::protocol::config::millis;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{ControllerId, CorrelationId, Node};
use crate::protocol::message::{
    BeginQuorumEpochRequest, FetchMetadataLogRequest, FetchMetadataLogResponse, Message, Request, Response,
};
use crate::protocol::metadata::MetadataRecord;
use crate::protocol::offset::Offset;
use crate::protocol::timer::Timer;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::sort::Sort;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// What only a leader knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaderState {
    /// Where its first record stands, the LeaderChangeMessage.
    pub(super) epoch_start: Offset,
    /// How far each voter has the log, itself excepted.
    end_offsets: BTreeMap<ControllerId, Offset>,
    last_fetches: BTreeMap<ControllerId, SimTime>,
    /// Voters that fetched since a majority last did.
    fetched: BTreeSet<ControllerId>,
    /// Records that wait for company before they are appended.
    accumulator: Vec<MetadataRecord>,
    pub(super) parked: Vec<ParkedFetch>,
}

/// A fetch to which there is nothing to say yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParkedFetch {
    pub(super) from: Node,
    correlation: CorrelationId,
    fetch_offset: Offset,
    high_watermark: Offset,
    deadline: SimTime,
}

impl LeaderState {
    pub(super) fn new(voters: &[ControllerId], epoch_start: Offset) -> Self {
        Self {
            epoch_start,
            end_offsets: voters.iter().map(|voter| (*voter, Offset::ZERO)).collect(),
            last_fetches: BTreeMap::new(),
            fetched: BTreeSet::new(),
            accumulator: Vec::new(),
            parked: Vec::new(),
        }
    }
    /// The other voters, the most caught up first; ties by id.
    pub(super) fn voters_by_end_offset(&self, leader: ControllerId) -> Vec<ControllerId> {
        let mut voters: Vec<_> = self.end_offsets.keys().copied().filter(|voter| *voter != leader).collect();
        voters.arrange_by_key(|voter| (std::cmp::Reverse(self.end_offsets[voter]), *voter));
        voters
    }
    /// The end of what a majority has, the leader's own log ending at `own`.
    fn replicated_by_majority(&self, leader: ControllerId, own: Offset) -> Offset {
        let mut ends: Vec<_> =
            self.end_offsets.iter().map(|(voter, end)| if *voter == leader { own } else { *end }).collect();
        ends.arrange_by(|left, right| right.cmp(left));
        ends[ends.len() / 2]
    }
}

/// Appending.
impl KafkaRaftClient {
    /// The offset that the next record handed to `append` will have.
    pub fn next_append_offset(&self) -> Offset {
        match &self.state {
            QuorumState::Leader(leader) => self.log.end_offset().plus(leader.accumulator.len() as i64),
            _ => self.log.end_offset(),
        }
    }
    /// Hands records to the leader: after `controller.quorum.append.linger.ms` they are appended together with others.
    /// The answer is the offset that the first of them will have, if this leader lasts. Only a leader appends.
    pub fn append(&mut self, records: Vec<MetadataRecord>, out: &mut Outbox) -> Offset {
        let offset = self.next_append_offset();
        let linger = millis(self.config.controller_quorum_append_linger_ms);
        let QuorumState::Leader(leader) = &mut self.state else { panic!("only a leader appends") };
        if leader.accumulator.is_empty() && !records.is_empty() {
            out.set_timer(Timer::MetadataAppendLinger, linger);
        }
        leader.accumulator.extend(records);
        offset
    }

    pub(super) fn flush_accumulator(&mut self, out: &mut Outbox) {
        if let QuorumState::Leader(leader) = &mut self.state
            && !leader.accumulator.is_empty()
        {
            let records = std::mem::take(&mut leader.accumulator);
            self.append_now(records, out);
        }
    }

    fn append_now(&mut self, records: Vec<MetadataRecord>, out: &mut Outbox) {
        let epoch = self.epoch();
        let (count, is_idle) = (records.len(), is_idle(&records));
        let base_offset = self.log.append_as_leader(epoch, records);
        if !is_idle {
            out.record(TraceEvent::MetadataAppended {
                base_offset,
                records: u32::try_from(count).expect("a batch is small"),
                epoch,
            });
        }
        self.advance_high_watermark(out);
        self.answer_parked(out);
    }

    /// The high watermark follows what a majority has, but not before that includes a record of this epoch: an older
    /// record may still be replaced while only a majority of the past has it (Raft, section 5.4.2).
    fn advance_high_watermark(&mut self, out: &mut Outbox) {
        let QuorumState::Leader(leader) = &self.state else { return };
        let replicated = leader.replicated_by_majority(self.id, self.log.end_offset());
        if replicated <= leader.epoch_start || replicated <= self.high_watermark {
            return;
        }
        let before = self.high_watermark.max(Offset::ZERO);
        self.high_watermark = replicated;
        if self.log.between(before, replicated).any(|batch| !is_idle(&batch.records)) {
            out.record(TraceEvent::MetadataCommitted { high_watermark: replicated });
        }
    }
}

/// A heartbeat of the log itself: said nowhere, so that an idle cluster has a quiet trace.
fn is_idle(records: &[MetadataRecord]) -> bool {
    records.iter().all(|record| *record == MetadataRecord::NoOpRecord)
}

/// Fetches.
impl KafkaRaftClient {
    /// Answers a fetch, or parks it (`None`) until there is something to say.
    pub(super) fn on_fetch(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: FetchMetadataLogRequest,
        out: &mut Outbox,
    ) -> Option<FetchMetadataLogResponse> {
        let error = if request.epoch < self.epoch() {
            ErrorCode::FencedLeaderEpoch
        } else if request.epoch > self.epoch() {
            ErrorCode::UnknownLeaderEpoch
        } else if self.is_leader() {
            ErrorCode::None
        } else {
            ErrorCode::NotLeaderOrFollower
        };
        if error != ErrorCode::None {
            return Some(self.fetch_response(error));
        }
        if !self.log.has_prefix(request.fetch_offset, request.last_fetched_epoch) {
            let diverging_epoch = Some(self.log.end_offset_for_epoch(request.last_fetched_epoch));
            return Some(FetchMetadataLogResponse { diverging_epoch, ..self.fetch_response(ErrorCode::None) });
        }
        if let Some(voter) = request.replica {
            self.on_voter_progress(voter, request.fetch_offset, out);
        }
        if request.max_wait == SimDuration::ZERO || self.has_news(request.fetch_offset, request.high_watermark) {
            return Some(self.data_response(request.fetch_offset));
        }
        self.park(from, correlation, &request, out);
        None
    }

    fn fetch_response(&self, error: ErrorCode) -> FetchMetadataLogResponse {
        FetchMetadataLogResponse {
            error,
            epoch: self.epoch(),
            leader: self.known_leader(),
            high_watermark: self.high_watermark,
            diverging_epoch: None,
            batches: Vec::new(),
        }
    }
    fn data_response(&self, fetch_offset: Offset) -> FetchMetadataLogResponse {
        FetchMetadataLogResponse { batches: self.log.read(fetch_offset), ..self.fetch_response(ErrorCode::None) }
    }
    fn has_news(&self, fetch_offset: Offset, high_watermark: Offset) -> bool {
        fetch_offset < self.log.end_offset() || high_watermark < self.high_watermark
    }

    fn park(&mut self, from: Node, correlation: CorrelationId, request: &FetchMetadataLogRequest, out: &mut Outbox) {
        let deadline = out.now() + request.max_wait;
        let QuorumState::Leader(leader) = &mut self.state else { return };
        // One fetch at a time: who fetches again has given the first up.
        leader.parked.retain(|fetch| fetch.from != from);
        if leader.parked.is_empty() {
            out.set_timer(Timer::MetadataFetchWait, request.max_wait);
        }
        leader.parked.push(ParkedFetch {
            from,
            correlation,
            fetch_offset: request.fetch_offset,
            high_watermark: request.high_watermark,
            deadline,
        });
    }

    fn answer_parked(&mut self, out: &mut Outbox) {
        let (end_offset, high_watermark) = (self.log.end_offset(), self.high_watermark);
        self.answer_parked_if(|fetch| fetch.fetch_offset < end_offset || fetch.high_watermark < high_watermark, out);
    }
    fn answer_parked_if(&mut self, is_due: impl Fn(&ParkedFetch) -> bool, out: &mut Outbox) {
        let QuorumState::Leader(leader) = &mut self.state else { return };
        let (due, parked) = std::mem::take(&mut leader.parked).into_iter().partition(is_due);
        leader.parked = parked;
        let due: Vec<ParkedFetch> = due;
        for fetch in due {
            let response = Response::FetchMetadataLog(self.data_response(fetch.fetch_offset));
            out.send(fetch.from, Message::Response { correlation: fetch.correlation, response });
        }
    }
    /// The oldest parked fetch may have waited long enough; it was perhaps answered since the timer was set.
    pub(super) fn on_fetch_wait(&mut self, out: &mut Outbox) {
        let now = out.now();
        self.answer_parked_if(|fetch| fetch.deadline <= now, out);
        if let QuorumState::Leader(leader) = &self.state
            && let Some(next) = leader.parked.iter().map(|fetch| fetch.deadline).min()
        {
            out.set_timer(Timer::MetadataFetchWait, next.since(now));
        }
    }
    /// Tells those who wait for a leader that it is one no more.
    pub(super) fn dismiss_waiting(&mut self, leader: LeaderState, out: &mut Outbox) {
        for timer in
            [Timer::QuorumCheckTimeout, Timer::QuorumBeginEpoch, Timer::MetadataAppendLinger, Timer::MetadataFetchWait]
        {
            out.cancel_timer(timer);
        }
        for fetch in leader.parked {
            let response = Response::FetchMetadataLog(self.fetch_response(ErrorCode::NotLeaderOrFollower));
            out.send(fetch.from, Message::Response { correlation: fetch.correlation, response });
        }
    }
}

/// The voters.
impl KafkaRaftClient {
    /// A new leader appends a record of its own epoch, and tells the others that it leads.
    pub(super) fn begin_epoch(&mut self, out: &mut Outbox) {
        self.reset_check_quorum_timer(out);
        self.append_now(vec![MetadataRecord::LeaderChangeMessage { leader: self.id }], out);
        self.on_begin_epoch_timer(out);
    }

    /// BeginQuorumEpoch to every voter that has not fetched for half of the fetch timeout.
    pub(super) fn on_begin_epoch_timer(&mut self, out: &mut Outbox) {
        let interval = millis(self.config.controller_quorum_fetch_timeout_ms) / 2;
        let QuorumState::Leader(leader) = &self.state else { return };
        let is_silent =
            |voter: &ControllerId| leader.last_fetches.get(voter).is_none_or(|at| out.now().since(*at) >= interval);
        let silent: Vec<_> = self.peers().filter(is_silent).collect();
        for voter in silent {
            let request = BeginQuorumEpochRequest { leader: self.id, epoch: self.epoch() };
            self.send(voter, Request::BeginQuorumEpoch(request), out);
        }
        if self.voters.len() > 1 {
            out.set_timer(Timer::QuorumBeginEpoch, interval);
        }
    }

    fn on_voter_progress(&mut self, voter: ControllerId, fetch_offset: Offset, out: &mut Outbox) {
        let needed = majority(self.voter_count()) - 1;
        let QuorumState::Leader(leader) = &mut self.state else { return };
        let Some(end_offset) = leader.end_offsets.get_mut(&voter) else { return };
        *end_offset = fetch_offset;
        leader.last_fetches.insert(voter, out.now());
        leader.fetched.insert(voter);
        if leader.fetched.len() >= needed {
            leader.fetched.clear();
            self.reset_check_quorum_timer(out);
        }
        let before = self.high_watermark;
        self.advance_high_watermark(out);
        if before != self.high_watermark {
            self.answer_parked(out);
        }
    }

    fn reset_check_quorum_timer(&self, out: &mut Outbox) {
        if self.voters.len() > 1 {
            out.set_timer(Timer::QuorumCheckTimeout, millis(self.config.controller_quorum_fetch_timeout_ms) * 3 / 2);
        }
    }
    /// No majority has fetched for one and a half fetch timeouts: others may have another leader by now.
    pub(super) fn on_check_quorum_timeout(&mut self, out: &mut Outbox) {
        self.resign(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::config::BrokerConfig;
    use crate::protocol::offset::QuorumEpoch;
    use std::sync::Arc;

    /// Voter 1 of three leads epoch 2; its log holds five records of epoch 1 before its own first.
    fn leader() -> KafkaRaftClient {
        let voters: Arc<[ControllerId]> = (1..=3).map(ControllerId).collect();
        let mut leader = KafkaRaftClient::new(ControllerId(1), voters, Arc::new(BrokerConfig::default()), 1);
        leader.log.append_as_leader(QuorumEpoch(1), vec![MetadataRecord::NoOpRecord; 5]);
        leader.election.epoch = QuorumEpoch(1);
        let out = &mut Outbox::new(SimTime::ZERO);
        leader.become_candidate(out);
        leader.become_leader(out);
        leader
    }

    fn fetch(
        leader: &mut KafkaRaftClient,
        voter: u16,
        offset: i64,
        last_epoch: i32,
    ) -> Option<FetchMetadataLogResponse> {
        let request = FetchMetadataLogRequest {
            replica: Some(ControllerId(voter)),
            epoch: leader.epoch(),
            fetch_offset: Offset(offset),
            last_fetched_epoch: QuorumEpoch(last_epoch),
            max_wait: SimDuration::from_millis(500),
            high_watermark: leader.high_watermark,
        };
        leader.on_fetch(
            Node::Controller(ControllerId(voter)),
            CorrelationId(0),
            request,
            &mut Outbox::new(SimTime::ZERO),
        )
    }

    #[test]
    fn what_older_leaders_left_is_committed_only_together_with_a_record_of_this_one() {
        let mut leader = leader();
        assert!(fetch(&mut leader, 2, 5, 1).is_some_and(|response| response.batches.len() == 1));
        assert_eq!(
            (leader.high_watermark, leader.is_leader_caught_up()),
            (Offset::NONE, false),
            "a majority has five, but of epoch 1"
        );
        fetch(&mut leader, 2, 6, 2);
        assert_eq!((leader.high_watermark, leader.is_leader_caught_up()), (Offset(6), true));
    }

    #[test]
    fn a_fetch_with_nothing_to_say_waits_until_there_is_and_one_that_parts_is_told_where() {
        let mut leader = leader();
        assert!(
            fetch(&mut leader, 3, 9, 1)
                .is_some_and(|response| response.diverging_epoch == Some((QuorumEpoch(1), Offset(5))))
        );
        assert!(fetch(&mut leader, 2, 6, 2).is_none_or(|response| response.high_watermark == Offset(6)));
        assert!(fetch(&mut leader, 2, 6, 2).is_none(), "it waits");
        let out = &mut Outbox::new(SimTime::from_millis(10));
        leader.append(vec![MetadataRecord::NoOpRecord], out);
        leader.flush_accumulator(out);
        let answered =
            out.effects().iter().filter(|effect| matches!(effect, crate::trace::Effect::Send { .. })).count();
        assert_eq!(answered, 1);
    }
}
