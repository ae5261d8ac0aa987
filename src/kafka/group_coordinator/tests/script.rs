//! A tiny script dialect for tests: one command a line, and after it everything that the coordinator did. Clients are
//! one-letter names that remember what they were told; the log is a vector that replicates at once unless it is held.

use super::client::Client;
use crate::kafka::group_coordinator::{GroupCoordinator, GroupSettings, OffsetsWrite};
use crate::protocol::config::BrokerConfig;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{
    ClientId, CorrelationId, GroupId, MemberId, Node, PartitionIndex, RecordId, TopicId, TopicName, TopicPartition,
};
use crate::protocol::message::{
    CommittedOffset, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, Message, Request, Response,
    SyncGroupRequest,
};
use crate::protocol::offset::{Generation, LeaderEpoch, MemberEpoch, Offset};
use crate::protocol::record::Record;
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::outbox::Effect;
use crate::sim::rng::Stream;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::fmt::Write as _;
use std::sync::Arc;

/// The one partition of `__consumer_offsets`.
pub(super) const PARTITION: PartitionIndex = PartitionIndex(0);

/// A question of a client: of which API, and for which member when the coordinator may park it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) client: ClientId,
    pub(super) api: &'static str,
    parked_for: Option<MemberId>,
}

/// A coordinator with clients, a clock and a log around it.
pub(super) struct Script {
    pub(super) coordinator: GroupCoordinator,
    pub(super) now: SimTime,
    pub(super) timers: BTreeMap<Timer, SimTime>,
    pub(super) clients: BTreeMap<ClientId, Client>,
    pub(super) log: Vec<Record>,
    /// Tickets of writes that are not replicated yet.
    pub(super) unreplicated: Vec<u64>,
    pub(super) is_held: bool,
    /// Refuse writes before they are appended.
    pub(super) refuse_writes: Option<ErrorCode>,
    /// Requests that are not answered yet.
    pub(super) unanswered: BTreeMap<CorrelationId, Asked>,
    /// Requests that the client has asked again since; they may be answered, or not.
    given_up: BTreeMap<CorrelationId, Asked>,
    pub(super) facts: Vec<TraceEvent>,
    /// Heartbeats of the new protocol, as they were asked; and their answers.
    pub(super) heartbeats: Vec<ConsumerGroupHeartbeatRequest>,
    pub(super) answers: Vec<ConsumerGroupHeartbeatResponse>,
    pub(super) next_correlation: u32,
    pub(super) transcript: String,
    incarnation: u64,
    pub(super) topics: Vec<(TopicName, TopicId, u16)>,
}

pub(super) fn group() -> GroupId {
    GroupId::new("mail")
}

fn settings() -> GroupSettings {
    GroupSettings::from_config(&BrokerConfig::default())
}

impl Script {
    pub(super) fn new() -> Self {
        let mut coordinator = GroupCoordinator::new(settings(), Stream::new(1, "group-coordinator", 0));
        coordinator.set_offsets_topic(TopicId(9), 1);
        let mut script = Self {
            coordinator,
            now: SimTime::ZERO,
            timers: BTreeMap::new(),
            clients: BTreeMap::new(),
            log: Vec::new(),
            unreplicated: Vec::new(),
            is_held: false,
            refuse_writes: None,
            unanswered: BTreeMap::new(),
            given_up: BTreeMap::new(),
            facts: Vec::new(),
            heartbeats: Vec::new(),
            answers: Vec::new(),
            next_correlation: 0,
            transcript: String::new(),
            incarnation: 0,
            topics: Vec::new(),
        };
        script.elect();
        script.transcript.clear();
        script
    }

    /// Runs all lines of a script and returns the transcript.
    pub(super) fn run(mut self, script: &str) -> String {
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            writeln!(self.transcript, "{line}").unwrap();
            self.command(line);
        }
        self.transcript
    }

    pub(super) fn command(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let verb = words.next().unwrap();
        let mut rest: Vec<&str> = words.collect();
        match verb {
            "tick" => self.tick(SimDuration::from_millis(rest[0].parse().unwrap())),
            "hold" => self.is_held = true,
            "replicate" => self.replicate(Ok(Offset::ZERO)),
            "time-out" => self.replicate(Err(ErrorCode::RequestTimedOut)),
            "refuse-writes" => self.refuse_writes = Some(ErrorCode::NotEnoughReplicas),
            "accept-writes" => self.refuse_writes = None,
            "resign" => self.resign(),
            "elect" => self.elect(),
            "show" => self.show(),
            "given" => self.given(&rest),
            "topics" => {
                self.topics = rest.iter().enumerate().map(topic_count).collect();
                self.coordinator.set_topics(self.topics.clone().into_iter());
            }
            _ => {
                let name = rest.remove(0);
                let id = self.client(name);
                self.client_command(verb, id, &rest);
            }
        }
    }

    /// A stable group of these clients, without a word in the transcript.
    fn given(&mut self, words: &[&str]) {
        let said = self.transcript.len();
        let (options, names): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.contains('='));
        for name in &names {
            self.command(&format!("join {name} {}", options.join(" ")));
            self.command(&format!("join {name}"));
        }
        self.tick(SimDuration::from_secs(if names.len() > 1 { 6 } else { 3 }));
        for name in &names {
            self.command(&format!("sync {name}"));
        }
        self.transcript.truncate(said);
        self.show();
    }

    fn client(&mut self, name: &str) -> ClientId {
        let id = ClientId(u16::from(name.as_bytes()[0] - b'a'));
        self.clients.entry(id).or_insert_with(|| Client::new(name));
        id
    }

    fn client_command(&mut self, verb: &str, id: ClientId, options: &[&str]) {
        let client = self.clients.get_mut(&id).unwrap();
        let mut offsets = Vec::new();
        let mut assign = None;
        for option in options {
            let (key, value) = option.split_once('=').unwrap();
            match key {
                "protocols" => client.protocols = value.split(',').map(Arc::from).collect(),
                "instance" => client.instance_id = Some(Arc::from(value)),
                "session" => client.session = SimDuration::from_millis(value.parse().unwrap()),
                "rebalance" => client.rebalance = SimDuration::from_millis(value.parse().unwrap()),
                "generation" => client.generation = Generation(value.parse().unwrap()),
                "member" => client.member = Some(MemberId::new(value)),
                "assign" => assign = Some(value),
                "topics" => client.topics = value.split(',').map(TopicName::new).collect(),
                "assignor" => client.server_assignor = Some(Arc::from(value)),
                "epoch" => client.epoch = MemberEpoch(value.parse().unwrap()),
                "clings" => client.clings = value == "true",
                partition => {
                    let committed =
                        CommittedOffset { offset: Offset(value.parse().unwrap()), leader_epoch: LeaderEpoch(0) };
                    offsets.push((TopicPartition::new(TopicId(0), partition.parse().unwrap()), committed));
                }
            }
        }
        let client = client.clone();
        if verb == "forget" {
            let client = self.clients.get_mut(&id).unwrap();
            (client.member, client.generation) = (None, Generation(-1));
            return;
        }
        let request = match verb {
            "sync" => Request::SyncGroup(self.sync_request(&client, assign)),
            _ => client.request(verb, offsets),
        };
        self.request(id, request);
    }

    /// The leader gives partition 0 to the first member, 1 to the second and so on, unless the script says `assign=b,a`.
    fn sync_request(&self, client: &Client, assign: Option<&str>) -> SyncGroupRequest {
        let by_name = |name: &str| {
            self.clients.values().find(|client| client.name == name).and_then(|client| client.member.clone())
        };
        let order: Vec<MemberId> = match assign {
            Some(names) => names.split(',').filter_map(by_name).collect(),
            None => client.led_members.clone(),
        };
        let share = |(index, member): (usize, MemberId)| (member, vec![TopicPartition::new(TopicId(0), index as u16)]);
        SyncGroupRequest {
            group: group(),
            generation: client.generation,
            member: client.member_or_none(),
            group_instance_id: client.instance_id.clone(),
            assignments: order.into_iter().enumerate().map(share).collect(),
        }
    }

    pub(super) fn request(&mut self, from: ClientId, request: Request) {
        let correlation = CorrelationId(self.next_correlation);
        self.next_correlation += 1;
        if let Request::ConsumerGroupHeartbeat(heartbeat) = &request {
            self.heartbeats.push(heartbeat.clone());
        }
        let parked_for = match &request {
            Request::JoinGroup(join) => join.member.clone(),
            Request::SyncGroup(sync) => Some(sync.member.clone()),
            _ => None,
        };
        let asked = Asked { client: from, api: request.api_name(), parked_for };
        // Who asks again for the same member has given up the first question: Kafka forgets it too.
        let is_again = |before: &Asked| asked.parked_for.is_some() && *before == asked;
        let again = self.unanswered.iter().filter(|(_, before)| is_again(before));
        self.given_up.extend(again.map(|(correlation, before)| (*correlation, before.clone())));
        self.unanswered.retain(|_, before| !is_again(before));
        self.unanswered.insert(correlation, asked);
        let (mut out, mut writes) = (Outbox::new(self.now), Vec::new());
        self.coordinator.on_request(Node::Client(from), correlation, request, &mut out, &mut writes);
        self.apply(out, writes);
    }

    pub(super) fn tick(&mut self, length: SimDuration) {
        let end = self.now + length;
        while let Some((at, timer)) =
            self.timers.iter().map(|(timer, at)| (*at, timer.clone())).min().filter(|(at, _)| *at <= end)
        {
            self.timers.remove(&timer);
            self.now = at;
            let (mut out, mut writes) = (Outbox::new(self.now), Vec::new());
            self.coordinator.on_timer(timer, &mut out, &mut writes);
            self.apply(out, writes);
        }
        self.now = end;
    }

    pub(super) fn replicate(&mut self, result: Result<Offset, ErrorCode>) {
        if result.is_ok() {
            self.is_held = false;
        }
        let tickets = if result.is_ok() { std::mem::take(&mut self.unreplicated) } else { self.unreplicated.clone() };
        for ticket in tickets {
            self.write_done(ticket, result);
        }
    }

    fn write_done(&mut self, ticket: u64, result: Result<Offset, ErrorCode>) {
        let (mut out, mut writes) = (Outbox::new(self.now), Vec::new());
        self.coordinator.on_write_done(ticket, result, &mut out, &mut writes);
        self.apply(out, writes);
    }

    pub(super) fn resign(&mut self) {
        self.unreplicated.clear();
        let mut out = Outbox::new(self.now);
        self.coordinator.on_resigned(PARTITION, &mut out);
        self.apply(out, Vec::new());
    }

    /// Another broker takes over: it knows the log and nothing else.
    pub(super) fn elect(&mut self) {
        self.incarnation += 1;
        self.timers.clear();
        self.coordinator = GroupCoordinator::new(settings(), Stream::new(1, "group-coordinator", self.incarnation));
        self.coordinator.set_offsets_topic(TopicId(9), 1);
        self.coordinator.set_topics(self.topics.clone().into_iter());
        let mut out = Outbox::new(self.now);
        let records: Vec<Record> = self.log.clone();
        let records = records.iter().enumerate().map(|(offset, record)| (Offset(offset as i64), record));
        self.coordinator.on_elected(PARTITION, LeaderEpoch(self.incarnation as i32), records, &mut out);
        self.apply(out, Vec::new());
    }

    fn apply(&mut self, out: Outbox, writes: Vec<OffsetsWrite>) {
        for effect in out.into_effects() {
            match effect {
                Effect::Send { to: Node::Client(id), message: Message::Response { correlation, response } } => {
                    let asked = self.unanswered.remove(&correlation).or_else(|| self.given_up.remove(&correlation));
                    assert_eq!(
                        asked.map(|asked| (asked.client, asked.api)),
                        Some((id, response.api_name())),
                        "nobody asked that"
                    );
                    self.on_response(id, response);
                }
                Effect::Send { .. } => panic!("the coordinator speaks to clients only"),
                Effect::SetTimer { timer, after } => {
                    self.timers.insert(timer, self.now + after);
                }
                Effect::CancelTimer { timer } => {
                    self.timers.remove(&timer);
                }
                Effect::Record { fact } => {
                    writeln!(self.transcript, "  {} {}", clock(self.now), super::script_text::fact(&fact)).unwrap();
                    self.facts.push(fact);
                }
            }
        }
        for write in writes {
            self.append(write);
        }
    }

    fn append(&mut self, write: OffsetsWrite) {
        assert_eq!(write.partition, PARTITION);
        if let Some(error) = self.refuse_writes {
            return self.write_done(write.ticket, Err(error));
        }
        for (key, value) in write.records {
            self.log.push(Record { id: RecordId(0), timestamp: self.now, key, value, headers: Vec::new() });
        }
        if self.is_held {
            self.unreplicated.push(write.ticket);
        } else {
            self.write_done(write.ticket, Ok(Offset::ZERO));
        }
    }

    fn on_response(&mut self, id: ClientId, response: Response) {
        let client = self.clients.get_mut(&id).unwrap();
        writeln!(
            self.transcript,
            "  {} -> {} {}",
            clock(self.now),
            client.name,
            super::script_text::response(&response)
        )
        .unwrap();
        match response {
            Response::JoinGroup(join) => match join.error {
                ErrorCode::None => {
                    client.member = join.member;
                    client.generation = join.generation;
                    client.led_members = join.members.into_iter().map(|(member, _, _)| member).collect();
                }
                ErrorCode::MemberIdRequired => client.member = join.member,
                ErrorCode::UnknownMemberId => client.member = None,
                _ => {}
            },
            Response::SyncGroup(sync) if sync.error.is_none() => client.owned = sync.assignment,
            Response::ConsumerGroupHeartbeat(heartbeat) => {
                self.answers.push(heartbeat.clone());
                client.on_consumer_heartbeat(heartbeat);
            }
            _ => {}
        }
    }

    fn show(&mut self) {
        for group in self.coordinator.groups() {
            let protocol = group.protocol.as_deref().unwrap_or("-");
            let leader = group.leader.as_ref().map_or("-", MemberId::as_str);
            writeln!(
                self.transcript,
                "  {} {} generation={} protocol={protocol} leader={leader}",
                group.id, group.state, group.generation
            )
            .unwrap();
            for member in group.members {
                write!(
                    self.transcript,
                    "    {} owns {}",
                    member.id,
                    super::script_text::partitions(&member.assignment)
                )
                .unwrap();
                writeln!(
                    self.transcript,
                    "{}",
                    member.reconciliation.as_ref().map(super::script_text::reconciliation).unwrap_or_default()
                )
                .unwrap();
            }
        }
        for (partition, value) in self.coordinator.committed_offsets(&group()) {
            let partition = super::script_text::partitions(&[partition]);
            writeln!(self.transcript, "    {partition} committed at {} by {}", value.committed.offset, clock(value.at))
                .unwrap();
        }
    }
}

/// `orders=4`: the topic, numbered in the order of the words, with its partition count.
fn topic_count((index, word): (usize, &&str)) -> (TopicName, TopicId, u16) {
    let (name, count) = word.split_once('=').unwrap();
    (TopicName::new(name), TopicId(index as u16), count.parse().unwrap())
}

/// Seconds and milliseconds.
fn clock(at: SimTime) -> String {
    format!("{}.{:03}", at.as_millis() / 1_000, at.as_millis() % 1_000)
}
