//! How a voter that does not lead follows: it fetches from the leader, cuts what the leader does not have, and learns what
//! is committed. One that does not know the leader asks the others in turn (`KafkaRaftClient`, KIP-595).

use super::metadata_observer::METADATA_FETCH_MAX_WAIT;
use super::quorum::{Connection, KafkaRaftClient};
use super::quorum_state::QuorumState;
use crate::protocol::config::millis;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{ControllerId, Node};
use crate::protocol::message::{FetchMetadataLogRequest, FetchMetadataLogResponse, Request};
use crate::protocol::timer::Timer;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

impl KafkaRaftClient {
    pub(super) fn poll_fetch(&mut self, out: &mut Outbox) {
        let to = match self.state {
            QuorumState::Follower { leader, .. } => {
                Some(leader).filter(|leader| !self.connections.contains_key(leader))
            }
            _ => self.next_to_ask(),
        };
        let Some(to) = to else { return };
        let request = FetchMetadataLogRequest {
            replica: Some(self.id),
            epoch: self.epoch(),
            fetch_offset: self.log.end_offset(),
            last_fetched_epoch: self.log.last_epoch(),
            max_wait: METADATA_FETCH_MAX_WAIT,
            high_watermark: self.high_watermark,
        };
        let correlation = self.send(to, Request::FetchMetadataLog(request), out);
        out.set_timer(
            Timer::QuorumRequestTimeout(correlation),
            millis(self.config.controller_quorum_request_timeout_ms),
        );
    }

    /// The next voter in turn that may know the leader, unless one is being asked.
    fn next_to_ask(&mut self) -> Option<ControllerId> {
        if self.connections.values().any(|connection| *connection != Connection::BackingOff) {
            return None;
        }
        for _ in 0..self.voters.len() {
            let voter = self.voters[usize::from(self.next_voter)];
            self.next_voter = (self.next_voter + 1) % self.voter_count();
            if voter != self.id && !self.connections.contains_key(&voter) {
                return Some(voter);
            }
        }
        None
    }

    pub(super) fn on_fetch_response(
        &mut self,
        from: ControllerId,
        response: FetchMetadataLogResponse,
        out: &mut Outbox,
    ) {
        self.learn(response.epoch, response.leader, out);
        let QuorumState::Follower { leader, has_fetched } = &mut self.state else {
            self.back_off(from, self.retry_backoff(), out);
            return;
        };
        if response.error != ErrorCode::None || *leader != from || response.epoch != self.election.epoch {
            if *leader == from {
                self.back_off(from, self.retry_backoff(), out);
            }
            return;
        }
        *has_fetched = true;
        self.failures = 0;
        self.reset_fetch_timer(out);
        if let Some((epoch, end_offset)) = response.diverging_epoch {
            let to = self.log.truncation_point(epoch, end_offset);
            assert!(to >= self.high_watermark, "what is committed never goes");
            self.log.truncate_to(to);
            out.record(TraceEvent::MetadataTruncated { node: Node::Controller(self.id), to });
            return;
        }
        for batch in response.batches {
            self.log.append(batch);
        }
        self.high_watermark = self.high_watermark.max(response.high_watermark.min(self.log.end_offset()));
    }
}
