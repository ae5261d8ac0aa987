//! A controller: a voter of the quorum and, while it leads it, the one that decides everything about brokers and
//! partitions (`QuorumController`). Here are its start, its end, and the way of a request: a decision is a list of records
//! and a response; the records take effect in the controller's own image at once, and the response goes out when they
//! are committed. So do the facts that they make: what a deposed controller decided and nobody took over never happened.
//! What it decides stands in files of their own.
//!
//! Simplified: topics that a scenario asks for are created by the first active controller, as soon as all the brokers it
//! expects are unfenced; nobody sends CreateTopics for them.

use super::controller_refusal::refusal;
use super::heartbeat::BrokerHeartbeatManager;
use super::metadata_delta::MetadataDelta;
use super::metadata_image::MetadataImage;
use super::quorum::KafkaRaftClient;
use crate::protocol::config::{BrokerConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ControllerId, CorrelationId, Node};
use crate::protocol::message::{Message, NewTopic, Request, Response};
use crate::protocol::metadata::MetadataRecord;
use crate::protocol::offset::{Offset, QuorumEpoch};
use crate::protocol::timer::Timer;
use crate::sim::rng::{Seed, Stream};
use crate::sim::time::SimDuration;
use crate::trace::event::TraceEvent;
use crate::trace::{Effect, Outbox};
use std::collections::VecDeque;
use std::sync::Arc;

/// The feature of KIP-966.
pub(super) const ELIGIBLE_LEADER_REPLICAS_VERSION: &str = "eligible.leader.replicas.version";
/// What a cluster of Kafka 4.2 is formatted with.
const METADATA_VERSION: (&str, i16) = ("metadata.version", 29);
/// How often the active controller looks for partitions that only an unclean election can give a leader
/// (`unclean.leader.election.interval.ms`).
const UNCLEAN_ELECTION_INTERVAL: SimDuration = SimDuration::from_secs(300);

/// What a controller is told when it is formatted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerOptions {
    pub id: ControllerId,
    /// All controllers, this one too.
    pub voters: Arc<[ControllerId]>,
    pub config: Arc<BrokerConfig>,
    /// The feature `eligible.leader.replicas.version` (KIP-966).
    pub are_eligible_leader_replicas_enabled: bool,
    /// Topics that the first active controller creates once all of `expected_brokers` are unfenced.
    pub topics: Vec<NewTopic>,
    /// Whether `__consumer_offsets` is one of them.
    pub has_consumer_offsets: bool,
    /// Creates `__transaction_state` after it.
    pub has_transaction_state: bool,
    pub expected_brokers: Vec<BrokerId>,
    pub seed: Seed,
}

/// One controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    pub(super) options: ControllerOptions,
    pub(super) quorum: KafkaRaftClient,
    /// All committed records replayed; while active, also those that are not committed yet.
    pub(super) image: MetadataImage,
    pub(super) active: Option<ActiveController>,
    /// Where new partitions go.
    pub(super) placement: Stream,
}

/// What only the active controller has; gone with its memory or its leadership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActiveController {
    /// The quorum epoch in which it is active.
    epoch: QuorumEpoch,
    pub(super) heartbeats: BrokerHeartbeatManager,
    /// What waits for all below an offset to be committed, oldest first.
    deferred: VecDeque<(Offset, Deferred)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Deferred {
    /// Goes out as `refused` should this controller lose its leadership first.
    Response {
        to: Node,
        correlation: CorrelationId,
        response: Response,
        refused: Response,
    },
    Fact(TraceEvent),
}

/// What a request leads to (`ControllerResult`).
pub(super) struct ControllerResult {
    pub(super) records: Vec<MetadataRecord>,
    pub(super) response: Response,
}

impl ControllerResult {
    pub(super) fn of(records: Vec<MetadataRecord>, response: Response) -> Self {
        Self { records, response }
    }
}

impl Controller {
    /// A formatted controller that has never run.
    pub fn new(options: ControllerOptions) -> Self {
        let quorum = KafkaRaftClient::new(options.id, options.voters.clone(), options.config.clone(), options.seed);
        // The same draws whoever is active: placement does not depend on who won the election.
        let placement = Stream::new(options.seed, "placement", 0);
        Self { quorum, image: MetadataImage::default(), active: None, placement, options }
    }
    pub fn id(&self) -> ControllerId {
        self.options.id
    }
    pub fn quorum(&self) -> &KafkaRaftClient {
        &self.quorum
    }
    /// True while it leads the quorum and has replayed all that was committed before.
    pub fn is_active(&self) -> bool {
        self.active.is_some()
    }
    /// What it has replayed; while active, with what is not committed yet.
    pub fn image(&self) -> &MetadataImage {
        &self.image
    }
    /// What it knows of its brokers' lives, while active.
    pub fn heartbeats(&self) -> Option<&BrokerHeartbeatManager> {
        self.active.as_ref().map(|active| &active.heartbeats)
    }
    pub fn config(&self) -> &BrokerConfig {
        &self.options.config
    }
    pub fn set_config(&mut self, config: Arc<BrokerConfig>) {
        self.quorum.set_config(config.clone());
        self.options.config = config;
    }

    pub fn on_start(&mut self, out: &mut Outbox) {
        self.quorum.on_start(out);
        self.follow_quorum(out);
    }
    /// The process is gone: memory is lost, the disk stays. Metadata are flushed before they count, so a power loss
    /// takes nothing more.
    pub fn on_crash(&mut self, _power_lost: bool) {
        self.quorum.on_crash();
        self.image = MetadataImage::default();
        self.active = None;
    }
    /// The leader of the quorum hands over, as it does before a clean stop; nothing for others.
    pub fn resign(&mut self, out: &mut Outbox) {
        self.quorum.resign(out);
        self.follow_quorum(out);
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        match message {
            Message::Request { correlation, request } => match request {
                Request::Vote(_)
                | Request::BeginQuorumEpoch(_)
                | Request::EndQuorumEpoch(_)
                | Request::FetchMetadataLog(_) => {
                    self.quorum.on_request(from, correlation, request, out);
                }
                _ => self.on_controller_request(from, correlation, request, out),
            },
            Message::Response { correlation, response } => {
                if let Node::Controller(peer) = from {
                    self.quorum.on_response(peer, correlation, response, out);
                }
            }
            Message::Disconnected => self.quorum.on_disconnected(from, out),
            Message::Queueing(_) => {}
        }
        self.follow_quorum(out);
    }

    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::MetadataIdle
            | Timer::BrokerSessionCheck
            | Timer::LeaderImbalanceCheck
            | Timer::UncleanElectionCheck => {
                if self.active.is_some() {
                    self.on_active_timer(&timer, out);
                }
            }
            _ => self.quorum.on_timer(&timer, out),
        }
        self.follow_quorum(out);
    }

    fn on_active_timer(&mut self, timer: &Timer, out: &mut Outbox) {
        let mut facts = Outbox::new(out.now());
        let records = match timer {
            Timer::MetadataIdle => vec![MetadataRecord::NoOpRecord],
            Timer::BrokerSessionCheck => self.fence_stale_broker(&mut facts),
            Timer::LeaderImbalanceCheck if self.options.config.auto_leader_rebalance_enable => {
                self.balance_leaders(&mut facts)
            }
            Timer::UncleanElectionCheck => self.elect_unclean_leaders(&mut facts),
            _ => Vec::new(),
        };
        let is_one_fenced = *timer == Timer::BrokerSessionCheck && !records.is_empty();
        self.write(records, facts, out);
        if is_one_fenced {
            // There may be another: it is looked for at once.
            out.set_timer(Timer::BrokerSessionCheck, SimDuration::ZERO);
        } else {
            self.set_periodic_timer(timer, out);
        }
    }

    fn on_controller_request(&mut self, from: Node, correlation: CorrelationId, request: Request, out: &mut Outbox) {
        let Some(refused) = refusal(&request, ErrorCode::NotController) else { return };
        if self.active.is_none() {
            out.send(from, Message::Response { correlation, response: refused });
            return;
        }
        let mut facts = Outbox::new(out.now());
        let result = self.decide(request, &mut facts);
        let has_records = !result.records.is_empty();
        self.write(result.records, facts, out);
        self.respond(from, correlation, result.response, refused, has_records, out);
        self.create_expected_topics(out);
    }

    /// What is recorded in `facts` becomes true with the records.
    fn decide(&mut self, request: Request, facts: &mut Outbox) -> ControllerResult {
        match request {
            Request::BrokerRegistration(request) => self.register_broker(request, facts),
            Request::BrokerHeartbeat(request) => self.process_heartbeat(&request, facts),
            Request::AlterPartition(request) => self.alter_partition(&request, facts),
            Request::ElectLeaders(request) => self.elect_leaders(request, facts),
            Request::AlterPartitionReassignments(request) => self.reassign_partition(&request, facts),
            Request::CreateTopics(request) => self.create_topics(request, facts),
            Request::CreatePartitions(request) => self.create_partitions(&request, facts),
            Request::IncrementalAlterConfigs(request) => self.alter_config(request, facts),
            Request::AllocateProducerIds(request) => self.allocate_producer_ids(&request),
            _ => unreachable!("whatever a controller can refuse it can also decide"),
        }
    }

    /// Applies records to the image and hands them to the quorum; what they make true is told when they are committed.
    pub(super) fn write(&mut self, records: Vec<MetadataRecord>, facts: Outbox, out: &mut Outbox) {
        let has_records = !records.is_empty();
        if has_records {
            assert_eq!(
                self.image.next_offset(),
                self.quorum.next_append_offset(),
                "the image is ahead by what is not appended yet"
            );
            let mut delta = MetadataDelta::default();
            for record in &records {
                self.image.apply(record, &mut delta);
            }
            self.quorum.append(records, out);
        }
        let active = self.active.as_mut().expect("only an active controller decides");
        for effect in facts.into_effects() {
            match effect {
                Effect::Record { fact } if has_records => {
                    active.deferred.push_back((self.image.next_offset(), Deferred::Fact(fact)))
                }
                Effect::Record { fact } => out.record(fact),
                Effect::Send { .. } | Effect::SetTimer { .. } | Effect::CancelTimer { .. } => {
                    unreachable!("a decision only tells")
                }
            }
        }
    }

    /// Answers once the records are committed. A decision without records may rest on others' that are not yet: it waits
    /// for the youngest that anyone waits for.
    fn respond(
        &mut self,
        to: Node,
        correlation: CorrelationId,
        response: Response,
        refused: Response,
        has_records: bool,
        out: &mut Outbox,
    ) {
        let active = self.active.as_mut().expect("only an active controller decides");
        let youngest = active.deferred.back().map(|(committed, _)| *committed);
        match if has_records { Some(self.image.next_offset()) } else { youngest } {
            Some(committed) => {
                active.deferred.push_back((committed, Deferred::Response { to, correlation, response, refused }))
            }
            None => out.send(to, Message::Response { correlation, response }),
        }
    }
}

/// Becoming active, and ceasing to be.
impl Controller {
    /// Takes note of what the quorum has done: another leader, or more committed.
    fn follow_quorum(&mut self, out: &mut Outbox) {
        if let Some(active) = &self.active
            && !(self.quorum.is_leader() && self.quorum.epoch() == active.epoch)
        {
            self.deactivate(out);
        }
        if self.active.is_some() {
            self.complete_deferred(out);
        } else {
            self.replay_committed();
            if self.quorum.is_leader_caught_up() {
                self.activate(out);
            }
        }
    }

    fn replay_committed(&mut self) {
        if self.image.next_offset() < self.quorum.high_watermark() {
            for batch in self.quorum.log().between(self.image.next_offset(), self.quorum.high_watermark()) {
                self.image.replay(batch);
            }
        }
    }

    fn complete_deferred(&mut self, out: &mut Outbox) {
        let high_watermark = self.quorum.high_watermark();
        let Some(active) = &mut self.active else { return };
        while active.deferred.front().is_some_and(|(committed, _)| *committed <= high_watermark) {
            match active.deferred.pop_front().expect("it was just seen").1 {
                Deferred::Response { to, correlation, response, .. } => {
                    out.send(to, Message::Response { correlation, response })
                }
                Deferred::Fact(fact) => out.record(fact),
            }
        }
    }

    fn activate(&mut self, out: &mut Outbox) {
        let epoch = self.quorum.epoch();
        let mut heartbeats = BrokerHeartbeatManager::default();
        for (broker, registration) in self.image.brokers() {
            heartbeats.register(broker, registration.broker_epoch, registration.is_fenced, out.now());
        }
        self.active = Some(ActiveController { epoch, heartbeats, deferred: VecDeque::new() });
        out.record(TraceEvent::ControllerActivated { controller: self.options.id, epoch });
        for timer in
            [Timer::MetadataIdle, Timer::BrokerSessionCheck, Timer::LeaderImbalanceCheck, Timer::UncleanElectionCheck]
        {
            self.set_periodic_timer(&timer, out);
        }
        if self.image.is_blank() {
            let level = i16::from(self.options.are_eligible_leader_replicas_enabled);
            let features = [METADATA_VERSION, (ELIGIBLE_LEADER_REPLICAS_VERSION, level)];
            let record = |(name, level): (&str, i16)| MetadataRecord::FeatureLevelRecord { name: name.into(), level };
            self.write(features.map(record).to_vec(), Outbox::new(out.now()), out);
        }
        self.create_expected_topics(out);
    }

    /// Others decide now. What was not committed may never be: the image goes back to what is.
    fn deactivate(&mut self, out: &mut Outbox) {
        out.record(TraceEvent::ControllerDeactivated { controller: self.options.id });
        for timer in
            [Timer::MetadataIdle, Timer::BrokerSessionCheck, Timer::LeaderImbalanceCheck, Timer::UncleanElectionCheck]
        {
            out.cancel_timer(timer);
        }
        for (_, deferred) in self.active.take().into_iter().flat_map(|active| active.deferred) {
            match deferred {
                Deferred::Response { to, correlation, refused, .. } => {
                    out.send(to, Message::Response { correlation, response: refused })
                }
                Deferred::Fact(_) => {}
            }
        }
        self.image = MetadataImage::default();
    }

    fn set_periodic_timer(&self, timer: &Timer, out: &mut Outbox) {
        let config = &self.options.config;
        let interval = match timer {
            Timer::MetadataIdle if config.metadata_max_idle_interval_ms == 0 => return,
            Timer::MetadataIdle => millis(config.metadata_max_idle_interval_ms),
            Timer::BrokerSessionCheck => self.session_check_interval(),
            Timer::LeaderImbalanceCheck => millis(config.leader_imbalance_check_interval_seconds.saturating_mul(1_000)),
            _ => UNCLEAN_ELECTION_INTERVAL,
        };
        out.set_timer(timer.clone(), interval);
    }
    pub(super) fn session_timeout(&self) -> SimDuration {
        millis(self.options.config.broker_session_timeout_ms)
    }
    fn session_check_interval(&self) -> SimDuration {
        (self.session_timeout() / 4).max(SimDuration::from_millis(1))
    }
}
