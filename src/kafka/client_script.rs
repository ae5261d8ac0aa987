//! For tests: a client played against a broker that says what the test tells it to, with everything that the client asks
//! for written down, one line each.

use crate::protocol::ids::{BrokerId, CorrelationId, Node, TopicId, TopicName, TopicPartition};
use crate::protocol::message::{Message, MetadataResponse, Request, Response};
use crate::protocol::metadata::{ClusterMetadata, PartitionMetadata, TopicMetadata};
use crate::protocol::offset::LeaderEpoch;
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimTime;
use crate::trace::event::TraceEvent;
use crate::trace::{Effect, Outbox};
use std::fmt::Write;
use std::sync::Arc;

/// The topic of all scripts.
pub(super) const TOPIC: TopicId = TopicId(0);
pub(super) const P0: TopicPartition = TopicPartition::new(TOPIC, 0);
pub(super) const P1: TopicPartition = TopicPartition::new(TOPIC, 1);

/// A client that can be played.
pub(super) trait Player {
    fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox);
    fn on_timer(&mut self, timer: Timer, out: &mut Outbox);
}

/// A play: the client, the time, and what has been asked for.
pub(super) struct Script<P> {
    pub(super) player: P,
    pub(super) now: SimTime,
    timers: BTreeMap<Timer, SimTime>,
    /// Requests that have not been answered, oldest first.
    pub(super) open: Vec<(BrokerId, CorrelationId, Request)>,
    transcript: String,
}

impl<P: Player> Script<P> {
    pub(super) fn new(player: P) -> Self {
        Self { player, now: SimTime::ZERO, timers: BTreeMap::new(), open: Vec::new(), transcript: String::new() }
    }
    /// Lets the client do something.
    pub(super) fn act<R>(&mut self, action: impl FnOnce(&mut P, &mut Outbox) -> R) -> R {
        let mut out = Outbox::new(self.now);
        let result = action(&mut self.player, &mut out);
        for effect in out.into_effects() {
            match effect {
                Effect::Send { to, message } => self.on_sent(to, message),
                Effect::SetTimer { timer, after } => drop(self.timers.insert(timer, self.now + after)),
                Effect::CancelTimer { timer } => drop(self.timers.remove(&timer)),
                Effect::Record { fact } => self.write_fact(&fact),
            }
        }
        result
    }
    /// Writes a line of the test's own.
    pub(super) fn note(&mut self, line: &str) {
        writeln!(self.transcript, "{line}").expect("text can be written");
    }
    /// All that was written since the last time this was asked.
    pub(super) fn transcript(&mut self) -> String {
        std::mem::take(&mut self.transcript)
    }
    /// Answers the oldest open request of this API.
    pub(super) fn answer(&mut self, api: &str, response: impl FnOnce(&Request) -> Response) {
        let Some(index) = self.open.iter().position(|(_, _, request)| request.api_name() == api) else {
            panic!("no {api} is open: {:?}", self.open);
        };
        let (broker, correlation, request) = self.open.remove(index);
        let response = response(&request);
        self.act(|player, out| {
            player.on_message(Node::Broker(broker), Message::Response { correlation, response }, out)
        });
    }
    /// The connection to a broker breaks: its open requests will not be answered.
    pub(super) fn disconnect(&mut self, broker: u16) {
        self.open.retain(|(to, _, _)| to.0 != broker);
        self.act(|player, out| player.on_message(Node::Broker(BrokerId(broker)), Message::Disconnected, out));
    }
    /// Answers Metadata with this cluster.
    pub(super) fn answer_metadata(&mut self, cluster: &ClusterMetadata) {
        let metadata = Arc::new(cluster.clone());
        self.answer("Metadata", |_| Response::Metadata(MetadataResponse { metadata }));
    }
    /// Lets time pass; timers that are due fire in order.
    pub(super) fn pass(&mut self, millis: u64) {
        let until = self.now + crate::sim::time::SimDuration::from_millis(millis);
        while let Some((timer, at)) = self
            .timers
            .iter()
            .min_by_key(|(_, at)| **at)
            .map(|(timer, at)| (timer.clone(), *at))
            .filter(|(_, at)| *at <= until)
        {
            self.now = at;
            self.timers.remove(&timer);
            self.act(|player, out| player.on_timer(timer, out));
        }
        self.now = until;
    }
    /// How many requests of this API are open.
    pub(super) fn count(&self, api: &str) -> usize {
        self.open.iter().filter(|(_, _, request)| request.api_name() == api).count()
    }
    /// The oldest open request of this API.
    pub(super) fn request(&self, api: &str) -> &Request {
        let mut of_api = self.open.iter().filter(|(_, _, request)| request.api_name() == api);
        &of_api.next().unwrap_or_else(|| panic!("no {api} is open: {:?}", self.open)).2
    }

    fn on_sent(&mut self, to: Node, message: Message) {
        let (Node::Broker(broker), Message::Request { correlation, request }) = (to, message) else {
            panic!("clients send requests to brokers")
        };
        let text = describe(&request);
        let line = format!("{} b{broker} {}{text}", self.now, request.api_name());
        self.note(&line);
        self.open.push((broker, correlation, request));
    }
    fn write_fact(&mut self, fact: &TraceEvent) {
        let line = format!("{}    {}", self.now, brief(&format!("{fact:?}")));
        self.note(&line);
    }
}

fn describe(request: &Request) -> String {
    match request {
        Request::Fetch(fetch) => fetch
            .partitions
            .iter()
            .map(|p| format!(" p{}@{}/{}", p.partition.partition, p.fetch_offset, p.current_leader_epoch))
            .collect(),
        Request::Produce(produce) => {
            let batch = |(partition, batch): &(TopicPartition, crate::protocol::record::RecordBatch)| {
                let ids: Vec<u64> = batch.records.iter().map(|record| record.id.0).collect();
                format!(
                    " p{}{ids:?} pid={}/{} seq={}",
                    partition.partition, batch.producer_id, batch.producer_epoch, batch.base_sequence
                )
            };
            format!(" acks={}{}", produce.acks, produce.batches.iter().map(batch).collect::<String>())
        }
        Request::JoinGroup(join) => {
            format!(" member={} reason={:?}", join.member.as_ref().map_or("-", |member| member.as_str()), join.reason)
        }
        Request::SyncGroup(sync) => format!(
            " {} {:?}",
            sync.member,
            sync.assignments
                .iter()
                .map(|(member, list)| format!("{member}:{}", brief(&format!("{list:?}"))))
                .collect::<Vec<_>>()
        ),
        Request::OffsetCommit(commit) => {
            let offset = |(partition, committed): &(TopicPartition, crate::protocol::message::CommittedOffset)| {
                format!(" p{}@{}", partition.partition, committed.offset)
            };
            format!(" g{}{}", commit.generation, commit.offsets.iter().map(offset).collect::<String>())
        }
        Request::OffsetFetch(fetch) => brief(&format!(" {:?}", fetch.partitions)),
        Request::OffsetForLeaderEpoch(ask) => brief(&format!(" {:?}", ask.partitions)),
        Request::ListOffsets(list) => brief(&format!(" {:?}", list.partitions)),
        Request::InitProducerId(init) => format!(" {}/{}", init.producer_id, init.producer_epoch),
        _ => String::new(),
    }
}

/// Debug text without what every line would repeat.
fn brief(text: &str) -> String {
    let mut text = text.to_owned();
    for (long, short) in [
        ("TopicPartition { topic: TopicId(0), partition: PartitionIndex(0) }", "p0"),
        ("TopicPartition { topic: TopicId(0), partition: PartitionIndex(1) }", "p1"),
        ("client: ClientId(0), ", ""),
        ("client: ClientId(0)", ""),
        ("group: GroupId(\"g\"), ", ""),
    ] {
        text = text.replace(long, short);
    }
    text
}

/// Topic `t` with a partition for each of these leaders (0: none), all in this leader epoch, on brokers 1 to 3.
pub(super) fn cluster(leaders: &[u16], epoch: i32) -> ClusterMetadata {
    let replicas: Vec<BrokerId> = (1..=3).map(BrokerId).collect();
    let partition = |leader: &u16| PartitionMetadata {
        leader: Some(BrokerId(*leader)).filter(|leader| leader.0 > 0),
        leader_epoch: LeaderEpoch(epoch),
        replicas: replicas.clone(),
        isr: replicas.clone(),
    };
    ClusterMetadata {
        brokers: (1..=3).map(|broker| (BrokerId(broker), None)).collect(),
        topics: vec![TopicMetadata {
            topic: TOPIC,
            name: TopicName::new("t"),
            partitions: leaders.iter().map(partition).collect(),
        }],
    }
}
