//! A few real brokers with one partition, a controller that does what it is told, and a network held in the hand: nothing is
//! delivered until somebody says so. What the brokers do is the simulation's own code; only who hears what, and when, is not.

use crate::kafka::broker::{Broker, BrokerSetup};
use crate::kafka::partition::Role;
use crate::kafka::partition_change::merge;
use crate::protocol::config::{BrokerConfig, ReplicationRules};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{
    BrokerEpoch, BrokerId, ClientId, ControllerId, CorrelationId, Incarnation, Node, RecordId, TopicId, TopicName,
    TopicPartition,
};
use crate::protocol::message::{
    AlterPartitionResponse, AlterPartitionResult, BrokerHeartbeatResponse, BrokerRegistrationResponse,
    FetchMetadataLogResponse, Message, ProduceRequest, Request, Response,
};
use crate::protocol::metadata::{
    LeaderRecoveryState, MetadataBatch, MetadataRecord, PartitionChange, PartitionRegistration,
};
use crate::protocol::offset::{LeaderEpoch, Offset, PartitionEpoch, QuorumEpoch};
use crate::protocol::record::{Record, RecordBatch};
use crate::protocol::timer::Timer;
use crate::sim::disk::DiskOptions;
use crate::sim::outbox::Effect;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use std::sync::Arc;

pub(super) const PARTITION: TopicPartition = TopicPartition::new(TopicId(0), 0);
const CONTROLLER: ControllerId = ControllerId(1);
const EPOCH: QuorumEpoch = QuorumEpoch(1);
const CLIENT: Node = Node::Client(ClientId(0));
/// Between two steps more time passes than a follower may lag: who has not fetched since counts as caught up no more.
const STEP: SimDuration = SimDuration::from_secs(31);
/// The most questions that a follower asks before it fetches.
const LOOKUPS_MAX: usize = 8;

/// A message that somebody has sent and nobody has received.
struct Held {
    from: Node,
    to: Node,
    message: Message,
}

/// The brokers, who are called 1, 2 and so on, and what stands between them.
pub(super) struct Replicas {
    now: SimTime,
    brokers: Vec<Broker>,
    /// Timers that each broker has set. They fire when somebody says so, save for the work on a request, which takes no time.
    timers: Vec<Vec<Timer>>,
    network: Vec<Held>,
    /// The metadata log, a batch for each decision.
    metadata: Vec<MetadataBatch>,
    registration: Option<PartitionRegistration>,
    is_unclean_allowed: bool,
}

/// What a replica believes of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Belief {
    pub leader: Option<BrokerId>,
    pub leader_epoch: i32,
    /// Sorted; the leader's own picture, empty for a follower.
    pub isr: Vec<BrokerId>,
    pub high_watermark: i64,
}

impl Replicas {
    /// So many brokers that are up and registered; the partition does not exist yet.
    pub(super) fn new(count: u16, rules: ReplicationRules, is_unclean_allowed: bool) -> Self {
        let config = Arc::new(BrokerConfig {
            replication_rules: rules,
            // One record at a time, as one batch is given in any case.
            replica_fetch_max_bytes: 1,
            ..BrokerConfig::default()
        });
        let broker = |id| {
            Broker::new(BrokerSetup {
                id: BrokerId(id),
                rack: None,
                config: Arc::clone(&config),
                disk: DiskOptions { bytes_per_second: 200 << 20, page_cache_bytes: 64 << 20 },
                controllers: [CONTROLLER].into(),
                seed: 0,
            })
        };
        let registrations = (1..=count).map(|id| MetadataRecord::RegisterBrokerRecord {
            broker: BrokerId(id),
            incarnation: Incarnation(1),
            broker_epoch: BrokerEpoch(i64::from(id)),
            rack: None,
            fenced: false,
        });
        let topic = MetadataRecord::TopicRecord { name: TopicName::new("t"), topic: PARTITION.topic };
        let mut replicas = Self {
            now: SimTime::ZERO,
            brokers: (1..=count).map(broker).collect(),
            timers: vec![Vec::new(); usize::from(count)],
            network: Vec::new(),
            metadata: Vec::new(),
            registration: None,
            is_unclean_allowed,
        };
        replicas.write_metadata(registrations.chain([topic]).collect());
        let until = replicas.metadata_end();
        for index in 0..replicas.brokers.len() {
            replicas.start(index, until);
        }
        replicas
    }

    /// A broker starts, registers, and is told that it has caught up and is not fenced.
    fn start(&mut self, index: usize, until: Offset) {
        self.act(index, |broker, out| broker.on_start(out));
        self.replay(index, until);
        let broker_epoch = BrokerEpoch(index as i64 + 1);
        for _ in 0..3 {
            self.fire(index, &Timer::BrokerHeartbeat);
            let (from, to) = (self.node(index), Node::Controller(CONTROLLER));
            let is_of_lifecycle =
                |request: &Request| matches!(request, Request::BrokerRegistration(_) | Request::BrokerHeartbeat(_));
            // Only the last one counts: what was asked before was given up.
            let asked = std::iter::from_fn(|| self.take_request(from, to, is_of_lifecycle)).last();
            let Some((correlation, request)) = asked else { continue };
            let error = ErrorCode::None;
            let response = match request {
                Request::BrokerRegistration(_) => {
                    Response::BrokerRegistration(BrokerRegistrationResponse { error, broker_epoch })
                }
                _ => Response::BrokerHeartbeat(BrokerHeartbeatResponse {
                    error,
                    is_caught_up: true,
                    is_fenced: false,
                    should_shut_down: false,
                }),
            };
            self.receive(index, Node::Controller(CONTROLLER), Message::Response { correlation, response });
        }
    }

    /// A broker's process is killed, just after it has noted its high watermarks; what was under way to and from it is lost.
    pub(super) fn crash(&mut self, replica: BrokerId) {
        let (index, node) = (index_of(replica), Node::Broker(replica));
        self.fire(index, &Timer::HighWatermarkCheckpoint);
        self.act(index, |broker, out| broker.on_crash(false, out));
        self.timers[index].clear();
        self.network.retain(|held| held.from != node && held.to != node);
    }

    /// A broker starts, after a crash if it has not crashed yet, and hears of everything that was decided.
    pub(super) fn restart(&mut self, replica: BrokerId) {
        self.crash(replica);
        self.start(index_of(replica), self.metadata_end());
    }

    fn node(&self, index: usize) -> Node {
        Node::Broker(self.brokers[index].id)
    }

    fn act(&mut self, index: usize, handle: impl FnOnce(&mut Broker, &mut Outbox)) {
        let mut out = Outbox::new(self.now);
        handle(&mut self.brokers[index], &mut out);
        let from = self.node(index);
        for effect in out.into_effects() {
            match effect {
                Effect::Send { to, message } => self.network.push(Held { from, to, message }),
                Effect::SetTimer { timer, .. } => {
                    self.timers[index].retain(|set| *set != timer);
                    self.timers[index].push(timer);
                }
                Effect::CancelTimer { timer } => self.timers[index].retain(|set| *set != timer),
                Effect::Record { .. } => {}
            }
        }
        let handled = |timer: &Timer| matches!(timer, Timer::RequestHandlerDone(_));
        while let Some(timer) = self.timers[index].iter().find(|timer| handled(timer)).cloned() {
            self.fire(index, &timer);
        }
    }

    /// A timer is due, if it is set.
    fn fire(&mut self, index: usize, timer: &Timer) {
        if let Some(at) = self.timers[index].iter().position(|set| set == timer) {
            let timer = self.timers[index].remove(at);
            self.act(index, |broker, out| broker.on_timer(timer, out));
        }
    }

    fn receive(&mut self, index: usize, from: Node, message: Message) {
        self.act(index, |broker, out| broker.on_message(from, message, out));
    }

    /// Takes a request off the network.
    fn take_request(
        &mut self,
        from: Node,
        to: Node,
        is_wanted: impl Fn(&Request) -> bool,
    ) -> Option<(CorrelationId, Request)> {
        let at = self.network.iter().position(|held| {
            let is_it = matches!(&held.message, Message::Request { request, .. } if is_wanted(request));
            held.from == from && held.to == to && is_it
        })?;
        match self.network.remove(at).message {
            Message::Request { correlation, request } => Some((correlation, request)),
            Message::Response { .. } | Message::Queueing(_) | Message::Disconnected => None,
        }
    }

    // The controller.

    fn write_metadata(&mut self, records: Vec<MetadataRecord>) {
        let batch = MetadataBatch { base_offset: self.metadata_end(), epoch: EPOCH, records: records.into() };
        self.metadata.push(batch);
    }
    /// Where the metadata log ends.
    pub(super) fn metadata_end(&self) -> Offset {
        self.metadata.last().map_or(Offset::ZERO, MetadataBatch::next_offset)
    }
    /// What the controller has decided: leader, leader epoch, and the sorted ISR; `None` before its first decision.
    pub(super) fn decided(&self) -> Option<(Option<BrokerId>, i32, Vec<BrokerId>)> {
        let registration = self.registration.as_ref()?;
        Some((registration.leader, registration.leader_epoch.0, sorted(&registration.isr)))
    }

    /// The controller decides, in a new leader epoch: this leader, and these out of the ISR. It elects somebody from outside
    /// the ISR only if it may; otherwise nothing happens.
    pub(super) fn decide(&mut self, leader: Option<BrokerId>, leaving: &[BrokerId]) {
        self.now += STEP;
        let replicas: Vec<BrokerId> = self.brokers.iter().map(|broker| broker.id).collect();
        let before = self.registration.as_ref().map_or(&replicas, |registration| &registration.isr);
        let mut isr: Vec<BrokerId> = before.iter().copied().filter(|broker| !leaving.contains(broker)).collect();
        if isr.is_empty() {
            isr.clone_from(before);
        }
        if let Some(leader) = leader.filter(|leader| !isr.contains(leader)) {
            if !self.is_unclean_allowed {
                return;
            }
            isr = vec![leader];
        }
        let (topic, partition) = (PARTITION.topic, PARTITION.partition);
        let (record, after) = match &self.registration {
            None => {
                let registration = PartitionRegistration {
                    replicas,
                    isr,
                    elr: Vec::new(),
                    last_known_elr: Vec::new(),
                    adding_replicas: Vec::new(),
                    removing_replicas: Vec::new(),
                    leader,
                    leader_epoch: LeaderEpoch::ZERO,
                    partition_epoch: PartitionEpoch::ZERO,
                    leader_recovery_state: LeaderRecoveryState::Recovered,
                };
                (MetadataRecord::PartitionRecord { topic, partition, registration: registration.clone() }, registration)
            }
            Some(registration) => {
                let change = PartitionChange { isr: Some(isr), leader: Some(leader), ..PartitionChange::default() };
                let after = merge(registration, &change);
                (MetadataRecord::PartitionChangeRecord { topic, partition, change }, after)
            }
        };
        self.registration = Some(after);
        self.write_metadata(vec![record]);
    }

    /// Answers the AlterPartition requests that are under way: granted to whoever leads in the current epochs, if `is_granted`.
    fn answer_alter_partitions(&mut self, is_granted: bool) {
        for index in 0..self.brokers.len() {
            let (from, to) = (self.node(index), Node::Controller(CONTROLLER));
            while let Some((correlation, request)) =
                self.take_request(from, to, |request| matches!(request, Request::AlterPartition(_)))
            {
                let Request::AlterPartition(asked) = request else { continue };
                let partitions = asked
                    .partitions
                    .iter()
                    .map(|alter| {
                        let isr: Vec<BrokerId> = alter.new_isr.iter().map(|(broker, _)| *broker).collect();
                        self.alter_partition(asked.broker, alter.leader_epoch, alter.partition_epoch, isr, is_granted)
                    })
                    .collect();
                let response = Response::AlterPartition(AlterPartitionResponse { error: ErrorCode::None, partitions });
                self.receive(index, to, Message::Response { correlation, response });
            }
        }
    }

    fn alter_partition(
        &mut self,
        leader: BrokerId,
        leader_epoch: LeaderEpoch,
        partition_epoch: PartitionEpoch,
        isr: Vec<BrokerId>,
        is_granted: bool,
    ) -> AlterPartitionResult {
        let mut result = AlterPartitionResult {
            partition: PARTITION,
            error: ErrorCode::UnknownTopicOrPartition,
            leader: None,
            leader_epoch,
            isr: Vec::new(),
            partition_epoch,
        };
        let Some(known) = &self.registration else { return result };
        result.error = if known.leader != Some(leader) || known.leader_epoch != leader_epoch {
            ErrorCode::FencedLeaderEpoch
        } else if known.partition_epoch != partition_epoch {
            ErrorCode::InvalidUpdateVersion
        } else if !is_granted {
            ErrorCode::IneligibleReplica
        } else {
            ErrorCode::None
        };
        if result.error.is_none() {
            let change = PartitionChange { isr: Some(isr), ..PartitionChange::default() };
            let after = merge(known, &change);
            (result.leader, result.isr, result.partition_epoch) =
                (after.leader, after.isr.clone(), after.partition_epoch);
            self.registration = Some(after);
            let (topic, partition) = (PARTITION.topic, PARTITION.partition);
            self.write_metadata(vec![MetadataRecord::PartitionChangeRecord { topic, partition, change }]);
        }
        result
    }

    // What happens between them.

    /// A broker hears of the controller's decisions up to this offset of the metadata log, and then asks its leader whatever
    /// it must know before it fetches. Should its log then still be longer than `length`, it fetches as well: today's rules
    /// cut no sooner.
    pub(super) fn hear(&mut self, replica: BrokerId, until: Offset, length: usize) {
        self.now += STEP;
        let index = index_of(replica);
        self.replay(index, until);
        self.look_up(replica);
        if self.log(replica).len() > length {
            self.fetch(replica, true);
        }
        self.answer_alter_partitions(false);
    }

    fn replay(&mut self, index: usize, until: Offset) {
        let to = Node::Controller(CONTROLLER);
        let is_fetch = |request: &Request| matches!(request, Request::FetchMetadataLog(_));
        let Some((correlation, Request::FetchMetadataLog(asked))) = self.take_request(self.node(index), to, is_fetch)
        else {
            return;
        };
        let is_asked = |batch: &&MetadataBatch| batch.base_offset >= asked.fetch_offset && batch.base_offset < until;
        let batches = self.metadata.iter().filter(is_asked).cloned().collect();
        let response = Response::FetchMetadataLog(FetchMetadataLogResponse {
            error: ErrorCode::None,
            epoch: EPOCH,
            leader: Some(CONTROLLER),
            high_watermark: until,
            diverging_epoch: None,
            batches,
        });
        self.receive(index, to, Message::Response { correlation, response });
    }

    /// A client writes one record at a broker, leader or not.
    pub(super) fn write(&mut self, replica: BrokerId, id: u64) {
        self.now += STEP;
        let record = Record { id: RecordId(id), timestamp: self.now, key: None, value: None, headers: Vec::new() };
        let batches = vec![(PARTITION, RecordBatch::new(vec![record].into(), 100))];
        let request = Request::Produce(ProduceRequest {
            acks: 1,
            timeout: SimDuration::from_secs(30),
            transactional_id: None,
            batches,
        });
        let message = Message::Request { correlation: CorrelationId(id as u32), request };
        self.receive(index_of(replica), CLIENT, message);
        self.answer_alter_partitions(false);
    }

    /// A follower copies what its leader gives in one fetch.
    pub(super) fn replicate(&mut self, follower: BrokerId) {
        self.now += STEP;
        self.fetch(follower, true);
        self.answer_alter_partitions(false);
    }

    /// Everyone in this leader's ISR who follows it fetches: the leader learns how far they are, they learn nothing.
    pub(super) fn tell_leader(&mut self, leader: BrokerId) {
        self.now += STEP;
        for follower in self.belief(leader).isr {
            if follower != leader && self.belief(follower).leader == Some(leader) {
                self.fetch(follower, false);
            }
        }
        self.answer_alter_partitions(false);
    }

    /// The leader asks that these leave its ISR.
    pub(super) fn shrink(&mut self, leader: BrokerId, leaving: Vec<BrokerId>) {
        self.now += STEP;
        self.act(index_of(leader), |broker, out| broker.shrink_isr(PARTITION, leaving, out));
        self.answer_alter_partitions(true);
    }

    /// A follower fetches, which lets its leader take it into the ISR.
    pub(super) fn expand(&mut self, joining: BrokerId) {
        self.now += STEP;
        self.fetch(joining, false);
        self.answer_alter_partitions(true);
    }

    /// The follower's first question, asked anew: whatever was under way between the two is lost.
    fn ask_anew(&mut self, follower: BrokerId) -> Option<(BrokerId, CorrelationId, Request)> {
        let leader = self.belief(follower).leader.filter(|leader| *leader != follower)?;
        let ends = [Node::Broker(follower), Node::Broker(leader)];
        self.network.retain(|held| !(ends.contains(&held.from) && ends.contains(&held.to)));
        self.receive(index_of(leader), ends[0], Message::Disconnected);
        self.receive(index_of(follower), ends[1], Message::Disconnected);
        self.fire(index_of(follower), &Timer::FetcherBackoff(leader));
        let (correlation, request) = self.take_request(ends[0], ends[1], |_| true)?;
        Some((leader, correlation, request))
    }

    /// Carries a question to the leader; and, if `is_answered`, what it answers back.
    fn carry(
        &mut self,
        follower: BrokerId,
        (leader, correlation, request): (BrokerId, CorrelationId, Request),
        is_answered: bool,
    ) {
        let (from, to) = (Node::Broker(follower), Node::Broker(leader));
        self.receive(index_of(leader), from, Message::Request { correlation, request });
        let is_answer = |held: &Held| {
            let is_it =
                matches!(&held.message, Message::Response { correlation: answered, .. } if *answered == correlation);
            held.from == to && held.to == from && is_it
        };
        if let Some(at) = self.network.iter().position(is_answer) {
            let answer = self.network.remove(at).message;
            if is_answered {
                self.receive(index_of(follower), to, answer);
            }
        }
    }

    /// Answers everything that the follower must know before it fetches.
    fn look_up(&mut self, follower: BrokerId) -> Option<(BrokerId, CorrelationId, Request)> {
        for _ in 0..LOOKUPS_MAX {
            let question = self.ask_anew(follower)?;
            if matches!(question.2, Request::Fetch(_)) {
                return Some(question);
            }
            self.carry(follower, question, true);
        }
        None
    }

    fn fetch(&mut self, follower: BrokerId, is_answered: bool) {
        if let Some(question) = self.look_up(follower) {
            self.carry(follower, question, is_answered);
        }
    }

    // What can be seen.

    /// Epoch and number of each record in a replica's log.
    pub(super) fn log(&self, replica: BrokerId) -> Vec<(i32, u64)> {
        let Some(log) = self.brokers[index_of(replica)].disk.logs.get(&PARTITION) else { return Vec::new() };
        let records =
            log.batches().flat_map(|batch| batch.records.iter().map(|record| (batch.leader_epoch.0, record.id.0)));
        records.collect()
    }

    pub(super) fn belief(&self, replica: BrokerId) -> Belief {
        match self.brokers[index_of(replica)].memory.partitions.get(&PARTITION) {
            None => Belief { leader: None, leader_epoch: -1, isr: Vec::new(), high_watermark: 0 },
            Some(partition) => {
                let (leader, isr) = match &partition.role {
                    Role::Leader(leader) => (Some(replica), sorted(leader.state.committed())),
                    Role::Follower { leader } => (*leader, Vec::new()),
                };
                let (leader_epoch, high_watermark) = (partition.leader_epoch.0, partition.high_watermark.0);
                Belief { leader, leader_epoch, isr, high_watermark }
            }
        }
    }

    pub(super) fn ids(&self) -> Vec<BrokerId> {
        self.brokers.iter().map(|broker| broker.id).collect()
    }
}

fn index_of(replica: BrokerId) -> usize {
    usize::from(replica.0) - 1
}

fn sorted(brokers: &[BrokerId]) -> Vec<BrokerId> {
    let mut brokers = brokers.to_vec();
    brokers.sort_unstable();
    brokers
}
