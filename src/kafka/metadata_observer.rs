//! A broker's part in the controller quorum: it observes. It fetches the metadata log from the quorum's leader, keeps a
//! copy on its own disk, and hands over what is committed, in order (`KafkaRaftClient` as an observer, KIP-595). It votes
//! for nobody. When it does not know the leader, or the leader is silent, it asks the voters in turn.
//!
//! Simplified: the copy survives a power loss whole; Kafka's observers do not wait for the disk either, and fetch again.

use super::metadata_log::MetadataLog;
use crate::protocol::config::{BrokerConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ControllerId, CorrelationId, Node};
use crate::protocol::message::{FetchMetadataLogRequest, FetchMetadataLogResponse, Message, Request};
use crate::protocol::metadata::MetadataBatch;
use crate::protocol::offset::{Offset, QuorumEpoch};
use crate::protocol::timer::Timer;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// How long the leader may keep a fetch of the metadata log waiting (`KafkaRaftClient.MAX_FETCH_WAIT_MS`).
pub const METADATA_FETCH_MAX_WAIT: SimDuration = SimDuration::from_millis(500);

/// The longest pause before the next voter is asked is the shortest, doubled this often.
const BACKOFF_DOUBLINGS_MAX: u32 = 4;

/// One broker's observer of the metadata log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataObserver {
    broker: BrokerId,
    voters: Arc<[ControllerId]>,
    config: Arc<BrokerConfig>,

    // On disk.
    log: MetadataLog,
    epoch: QuorumEpoch,
    leader: Option<ControllerId>,

    // In memory.
    high_watermark: Offset,
    /// Everything below has been handed over.
    taken: Offset,
    in_flight: Option<(ControllerId, CorrelationId)>,
    /// The leader did not answer: others are asked whether they know another.
    is_leader_silent: bool,
    /// Voters asked in turn: the next is this one.
    next_voter: u16,
    failures: u32,
    next_correlation: CorrelationId,
}

impl MetadataObserver {
    /// An observer with an empty log. `voters` are all controllers.
    pub fn new(broker: BrokerId, voters: Arc<[ControllerId]>, config: Arc<BrokerConfig>) -> Self {
        assert!(!voters.is_empty(), "a quorum has at least one voter");
        // Brokers start their round with different voters.
        let next_voter = broker.0 % u16::try_from(voters.len()).expect("a handful of voters");
        Self {
            broker,
            voters,
            config,
            log: MetadataLog::default(),
            epoch: QuorumEpoch::ZERO,
            leader: None,
            high_watermark: Offset::ZERO,
            taken: Offset::ZERO,
            in_flight: None,
            is_leader_silent: false,
            next_voter,
            failures: 0,
            next_correlation: CorrelationId(0),
        }
    }

    /// The quorum's leader as this broker knows it: the active controller, or soon to be.
    pub fn leader(&self) -> Option<ControllerId> {
        self.leader
    }
    pub fn epoch(&self) -> QuorumEpoch {
        self.epoch
    }
    /// Everything below is committed, as far as this broker has been told.
    pub fn high_watermark(&self) -> Offset {
        self.high_watermark
    }
    pub fn log(&self) -> &MetadataLog {
        &self.log
    }
    /// Batches that were committed since the last call, in order: replay them. After a restart they come from the start,
    /// once the leader has said how far they are committed.
    pub fn take_committed(&mut self) -> Vec<MetadataBatch> {
        if self.taken >= self.high_watermark {
            return Vec::new();
        }
        let batches: Vec<_> = self.log.between(self.taken, self.high_watermark).cloned().collect();
        self.taken = batches.last().map_or(self.taken, MetadataBatch::next_offset);
        batches
    }
    pub fn set_config(&mut self, config: Arc<BrokerConfig>) {
        self.config = config;
    }

    /// The process starts: its log is on its disk, but how much of it is committed only the leader can say.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.fetch(out);
    }
    /// The process is gone, and with it all but the disk.
    pub fn on_crash(&mut self) {
        self.high_watermark = Offset::ZERO;
        self.taken = Offset::ZERO;
        self.in_flight = None;
        self.is_leader_silent = false;
        self.failures = 0;
    }
    /// An answer to a fetch of the metadata log; answers nobody waits for are ignored.
    pub fn on_response(
        &mut self,
        from: ControllerId,
        correlation: CorrelationId,
        response: FetchMetadataLogResponse,
        out: &mut Outbox,
    ) {
        if self.in_flight != Some((from, correlation)) {
            return;
        }
        self.in_flight = None;
        out.cancel_timer(Timer::QuorumRequestTimeout(correlation));
        let is_news = self.learn(response.epoch, response.leader);
        match response.error {
            ErrorCode::None if response.epoch == self.epoch => {
                self.failures = 0;
                self.is_leader_silent = false;
                self.accept(response, out);
                self.fetch(out);
            }
            // It points to a leader that we did not know of.
            _ if is_news && self.leader.is_some() => self.fetch(out),
            _ => self.back_off(out),
        }
    }
    /// The connection to a controller broke.
    pub fn on_disconnected(&mut self, from: ControllerId, out: &mut Outbox) {
        if let Some((to, correlation)) = self.in_flight
            && to == from
        {
            out.cancel_timer(Timer::QuorumRequestTimeout(correlation));
            self.give_up_on(to, out);
        }
    }
    /// `QuorumRetryBackoff` or `QuorumRequestTimeout`; other timers are not ours.
    pub fn on_timer(&mut self, timer: &Timer, out: &mut Outbox) {
        match timer {
            Timer::QuorumRetryBackoff => self.fetch(out),
            Timer::QuorumRequestTimeout(correlation) => match self.in_flight {
                Some((to, waiting_for)) if waiting_for == *correlation => {
                    out.record(TraceEvent::RequestTimedOut {
                        node: Node::Broker(self.broker),
                        peer: Node::Controller(to),
                    });
                    self.give_up_on(to, out);
                }
                Some(_) | None => {}
            },
            _ => {}
        }
    }

    fn give_up_on(&mut self, silent: ControllerId, out: &mut Outbox) {
        self.in_flight = None;
        self.is_leader_silent = self.is_leader_silent || self.leader == Some(silent);
        self.back_off(out);
    }

    fn back_off(&mut self, out: &mut Outbox) {
        let pause =
            millis(self.config.controller_quorum_retry_backoff_ms) * (1 << self.failures.min(BACKOFF_DOUBLINGS_MAX));
        self.failures += 1;
        out.set_timer(Timer::QuorumRetryBackoff, pause);
    }

    /// Takes over a newer epoch, or the leader of this one; true when that was news.
    fn learn(&mut self, epoch: QuorumEpoch, leader: Option<ControllerId>) -> bool {
        let is_news = epoch > self.epoch || (epoch == self.epoch && self.leader.is_none() && leader.is_some());
        if is_news {
            self.epoch = epoch;
            self.leader = leader;
            self.is_leader_silent = false;
        } else if epoch == self.epoch && leader.is_some() {
            assert_eq!(self.leader, leader, "an epoch has one leader");
            // Another voter still believes in it: try it again after the pause.
            self.is_leader_silent = false;
        }
        is_news
    }

    fn accept(&mut self, response: FetchMetadataLogResponse, out: &mut Outbox) {
        if let Some((epoch, end_offset)) = response.diverging_epoch {
            let to = self.log.truncation_point(epoch, end_offset);
            assert!(to >= self.high_watermark, "what is committed never goes");
            self.log.truncate_to(to);
            out.record(TraceEvent::MetadataTruncated { node: Node::Broker(self.broker), to });
            return;
        }
        for batch in response.batches {
            self.log.append(batch);
        }
        self.high_watermark = self.high_watermark.max(response.high_watermark.min(self.log.end_offset()));
    }

    fn fetch(&mut self, out: &mut Outbox) {
        if self.in_flight.is_some() {
            return;
        }
        let to = match self.leader {
            Some(leader) if !self.is_leader_silent => leader,
            Some(_) | None => self.another_voter(),
        };
        let correlation = self.next_correlation;
        self.next_correlation = CorrelationId(correlation.0.wrapping_add(1));
        self.in_flight = Some((to, correlation));
        let request = FetchMetadataLogRequest {
            replica: None,
            epoch: self.epoch,
            fetch_offset: self.log.end_offset(),
            last_fetched_epoch: self.log.last_epoch(),
            max_wait: METADATA_FETCH_MAX_WAIT,
            high_watermark: self.high_watermark,
        };
        out.send(Node::Controller(to), Message::Request { correlation, request: Request::FetchMetadataLog(request) });
        out.set_timer(
            Timer::QuorumRequestTimeout(correlation),
            millis(self.config.controller_quorum_request_timeout_ms),
        );
    }

    fn another_voter(&mut self) -> ControllerId {
        let voter = self.voters[usize::from(self.next_voter)];
        self.next_voter = (self.next_voter + 1) % u16::try_from(self.voters.len()).expect("a handful of voters");
        voter
    }
}
