//! Scripts of anomalies on a whole cluster: the same that a scenario runs on, with hands that cut, kill, produce and read.

use super::anomaly_scenarios::{Anomaly, Played, number, text, verb};
use super::report::Wrong;
use crate::cluster::intervention::{ConfigPlace, Intervention};
use crate::cluster::process::ProcessState;
use crate::cluster::records::RecordOutcome;
use crate::cluster::world::Cluster;
use crate::protocol::config::Scope;
use crate::protocol::ids::{BrokerId, ClientId, Node, RecordId, TopicId, TopicPartition};
use crate::scenario::recipe::Recipe;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::TraceRecord;
use crate::trace::event::TraceEvent;
use serde_json::{Map, Value, json};

const PARTITION: TopicPartition = TopicPartition::new(TopicId(0), 0);
/// How often it is looked whether something has come about.
const LOOK_EVERY: SimDuration = SimDuration::from_millis(10);
/// The cluster has come up, and everyone is in the ISR.
const READY_AT: SimTime = SimTime::from_millis(10_000);
/// How long anything is waited for that does not say how long; records that are expected at once get less.
const PATIENCE: SimDuration = SimDuration::from_secs(60);
const AT_ONCE: SimDuration = SimDuration::from_secs(5);
/// What was under way when a link is cut has arrived, or waited in vain, by then.
const UNDER_WAY: SimDuration = SimDuration::from_millis(700);
/// A stream of records takes this long, so that a follower has the time to fall out of the ISR meanwhile.
const STREAM_SECONDS: u64 = 60;

/// One producer of the script: its records, by name.
struct Source {
    node: Node,
    names: Vec<String>,
    /// Which of them nobody has acknowledged yet.
    open: Vec<usize>,
}

struct World {
    cluster: Cluster,
    /// The cluster's own stands at its last event.
    clock: SimTime,
    facts: Vec<TraceRecord>,
    sources: Vec<Source>,
    replicas: Vec<u64>,
    min_isr: usize,
    /// Acknowledged records, in the order in which that was seen, with whether only one replica was in sync then.
    acknowledged: Vec<(String, bool)>,
    high_watermark_below_min_isr: i64,
    consumed: Vec<String>,
    heal_at: Option<SimTime>,
}

/// A scenario of one topic with one partition, and one producer for each time that the script produces.
fn scenario(config: &Map<String, Value>, replicas: &[u64], clients: &[Value]) -> Value {
    let words = json!({ "pt": "Anomalia.", "en": "Anomaly." });
    let names = [("min.insync.replicas", "min.insync.replicas"), ("unclean", "unclean.leader.election.enable")];
    let topic_config: Map<String, Value> = names
        .into_iter()
        .filter_map(|(told, property)| Some((property.to_owned(), config.get(told)?.clone())))
        .collect();
    let mode = config.get("mode").and_then(Value::as_str).unwrap_or_default();
    let brokers: Vec<Value> = replicas.iter().map(|id| json!({ "id": id })).collect();
    let mut order = replicas.to_vec();
    let leader = config.get("leader").and_then(Value::as_u64);
    order.sort_by_key(|id| Some(*id) != leader);
    json!({
        "id": "anomaly", "title": words, "summary": words, "duration": "3600s", "brokers": brokers,
        // What ZooKeeper's controllers never had.
        "eligible_leader_replicas": !mode.starts_with("zk"),
        "topics": [{ "name": "t", "partitions": 1, "replication_factor": replicas.len(), "replicas": [order], "config": topic_config }],
        "clients": clients,
    })
}

/// A process that produces so many records as fast as they are wanted.
fn client(index: usize, records: usize, per_second: u64, producer: Value) -> Value {
    json!({ "name": format!("p{index}"), "load": {
        "topic": "t", "records_per_second": per_second, "record_bytes": 10, "records": records, "producer": producer,
    } })
}

impl World {
    fn new(
        config: &Map<String, Value>,
        replicas: Vec<u64>,
        clients: &[Value],
        names: Vec<Vec<String>>,
    ) -> Result<Self, Wrong> {
        let text = scenario(config, &replicas, clients).to_string();
        let recipe = Recipe::custom(&text).map_err(|error| Wrong(error.en()))?;
        let nodes = (0..).map(|index| Node::Client(ClientId(index)));
        let sources =
            nodes.zip(names).map(|(node, names)| Source { node, open: (0..names.len()).collect(), names }).collect();
        let min_isr = config.get("min.insync.replicas").and_then(Value::as_u64).unwrap_or(1) as usize;
        let mut world = Self {
            cluster: recipe.cluster(),
            clock: SimTime::ZERO,
            facts: Vec::new(),
            sources,
            replicas,
            min_isr,
            acknowledged: Vec::new(),
            high_watermark_below_min_isr: 0,
            consumed: Vec::new(),
            heal_at: None,
        };
        // Producers wait for their turn.
        for index in 0..world.sources.len() {
            let node = world.sources[index].node;
            while world.cluster.process(node).is_some_and(|process| process.state != ProcessState::Running) {
                world.cluster.step(&mut world.facts);
            }
            world.act(&Intervention::Crash { node });
        }
        world.run_until(READY_AT);
        world.facts.clear();
        Ok(world)
    }

    fn act(&mut self, intervention: &Intervention) {
        self.cluster.intervene(intervention, &mut self.facts);
    }

    fn run_until(&mut self, until: SimTime) {
        while self.clock < until {
            self.clock = (self.clock + LOOK_EVERY).min(until);
            if self.heal_at.is_some_and(|at| at <= self.clock) {
                self.heal_at = None;
                self.act(&Intervention::HealAllLinks);
            }
            self.cluster.run_until(self.clock, &mut self.facts);
            self.look();
        }
    }
    fn run_for(&mut self, duration: SimDuration) {
        self.run_until(self.clock + duration);
    }
    /// Runs on until it has come about, or the time is over; whether it has.
    fn wait(&mut self, at_most: SimDuration, has_come_about: impl Fn(&Self) -> bool) -> bool {
        let until = self.clock + at_most;
        while !has_come_about(self) && self.clock < until {
            self.run_for(LOOK_EVERY);
        }
        has_come_about(self)
    }

    fn look(&mut self) {
        let in_sync = self.isr().len();
        for source in &mut self.sources {
            source.open.retain(|index| {
                let is_acknowledged = is_acknowledged(&self.cluster, source.node, *index);
                if is_acknowledged {
                    self.acknowledged.push((source.names[*index].clone(), in_sync == 1));
                }
                !is_acknowledged
            });
        }
        if in_sync < self.min_isr {
            let leader = self.cluster.leader_of(PARTITION);
            let known = leader.and_then(|leader| leader.memory.partitions.get(&PARTITION));
            let high_watermark = known.map_or(0, |partition| partition.high_watermark.0);
            self.high_watermark_below_min_isr = self.high_watermark_below_min_isr.max(high_watermark);
        }
    }

    fn isr(&self) -> Vec<u64> {
        let registration = self.cluster.image().and_then(|image| image.partition(PARTITION));
        let mut isr: Vec<u64> =
            registration.into_iter().flat_map(|known| known.isr.iter().map(|id| u64::from(id.0))).collect();
        isr.sort_unstable();
        isr
    }
    fn leader(&self) -> Option<u64> {
        let registration = self.cluster.image().and_then(|image| image.partition(PARTITION));
        registration.and_then(|known| known.leader).map(|leader| u64::from(leader.0))
    }

    /// The names of the leader's records, up to this offset.
    fn log(&self, up_to: i64) -> Vec<String> {
        let log = self.cluster.leader_of(PARTITION).and_then(|leader| leader.disk.logs.get(&PARTITION));
        let records = log.into_iter().flat_map(|log| log.batches().flat_map(|batch| batch.iter()));
        records.filter(|(offset, _)| offset.0 < up_to).filter_map(|(_, record)| self.name(record.id)).collect()
    }
    fn name(&self, record: RecordId) -> Option<String> {
        let source = self.sources.get(((record.0 >> 32) as usize).checked_sub(1)?)?;
        source.names.get(((record.0 & 0xffff_ffff) as usize).checked_sub(1)?).cloned()
    }

    fn broker(id: u64) -> Node {
        Node::Broker(BrokerId(id as u16))
    }
    /// Brokers by number, and all producers as "client".
    fn nodes(&self, side: Option<&Value>) -> Vec<Node> {
        let side = side.and_then(Value::as_array).into_iter().flatten();
        side.flat_map(|who| match who.as_u64() {
            Some(id) => vec![Self::broker(id)],
            None => self.sources.iter().map(|source| source.node).collect(),
        })
        .collect()
    }
    fn cut(&mut self, from: &[Node], to: &[Node]) {
        for from in from {
            for to in to {
                self.act(&Intervention::CutLink { from: *from, to: *to });
            }
        }
    }

    /// At the end: everybody is well again, as far as it can be, and what was on its way has come.
    fn settle(&mut self) {
        let all = self.replicas.clone();
        self.wait(SimDuration::from_secs(120), |world| world.isr() == all);
        self.run_for(PATIENCE);
    }

    fn ledger(&self) -> Map<String, Value> {
        let log = self.log(i64::MAX);
        let acked: Vec<&String> = self.acknowledged.iter().map(|(name, _)| name).collect();
        let alone: Vec<&String> = self.acknowledged.iter().filter(|(_, alone)| *alone).map(|(name, _)| name).collect();
        let lost: Vec<&String> = acked.iter().copied().filter(|name| !log.contains(name)).collect();
        let mut truncated: Vec<u16> = self
            .facts
            .iter()
            .filter_map(|fact| match (&fact.event, fact.node) {
                (TraceEvent::LogTruncated { partition: PARTITION, .. }, Some(Node::Broker(broker))) => Some(broker.0),
                _ => None,
            })
            .collect();
        truncated.sort_unstable();
        truncated.dedup();
        let ledger = json!({
            "acked": acked, "acked_alone": alone, "lost": lost, "final_log": log, "truncated_on": truncated,
            "hw_while_below_min_isr": self.high_watermark_below_min_isr,
        });
        ledger.as_object().cloned().unwrap_or_default()
    }
}

fn is_acknowledged(cluster: &Cluster, node: Node, index: usize) -> bool {
    let Node::Client(client) = node else { return false };
    let record = RecordId((u64::from(client.0) + 1) << 32 | (index as u64 + 1));
    cluster.records.get(record).is_some_and(|fate| matches!(fate.outcome, RecordOutcome::Acknowledged { .. }))
}

fn numbers(value: Option<&Value>) -> Vec<u64> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64).collect()
}

/// `acks`, with what Kafka's defaults make of it; and no second try where a refusal is expected.
fn producer(config: &Map<String, Value>, step: &Map<String, Value>) -> Value {
    let acks = step.get("acks").or_else(|| config.get("acks")).cloned().unwrap_or(json!("all"));
    let is_refusal = step.get("expect").and_then(Value::as_str).is_some_and(is_error);
    let mut producer =
        json!({ "acks": acks, "linger.ms": 0, "enable.idempotence": acks == json!("all") && !is_refusal });
    if is_refusal {
        producer["retries"] = json!(0);
    }
    producer
}

/// An expectation in capitals is an error's name.
fn is_error(expected: &str) -> bool {
    expected.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

pub(super) fn play_cluster(anomaly: &Anomaly, config: &Map<String, Value>) -> Result<Played, Wrong> {
    let (mut clients, mut names) = (Vec::new(), Vec::new());
    for step in &anomaly.steps {
        let index = clients.len();
        match verb(step) {
            "produce" => {
                let records: Vec<String> = step
                    .get("records")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect();
                clients.push(client(index, records.len(), 1_000, producer(config, step)));
                names.push(records);
            }
            "produce_rate" => {
                let count = number(step, "n")?;
                clients.push(client(index, count as usize, count.div_ceil(STREAM_SECONDS), producer(config, step)));
                names.push((0..count).map(|record| format!("r{record}")).collect());
            }
            _ => {}
        }
    }
    // Others write all the time, and nobody counts their records: a follower of a log that stands still never falls behind.
    let background = Node::Client(ClientId(clients.len() as u16));
    clients.push(json!({ "name": "others", "load": {
        "topic": "t", "records_per_second": 2, "record_bytes": 10, "producer": { "acks": "1", "enable.idempotence": false },
    } }));
    names.push(Vec::new());
    let mut world = World::new(config, numbers(config.get("brokers")), &clients, names)?;
    let mut played = Played { mended: ("lost", json!([])), ..Played::default() };
    let mut next_source = 0;
    for step in &anomaly.steps {
        if ["cut", "partition"].contains(&verb(step)) {
            world.act(&Intervention::Start { node: background });
        }
        if let Some((what, expected, ours)) = world.take(step, &mut next_source)? {
            played.claims.push((what, expected, ours));
        }
    }
    world.act(&Intervention::Crash { node: background });
    world.settle();
    played.ledger = world.ledger();
    Ok(played)
}

impl World {
    /// Does one step; what it says must come of it, and what came of it.
    fn take(
        &mut self,
        step: &Map<String, Value>,
        next_source: &mut usize,
    ) -> Result<Option<(String, Value, Value)>, Wrong> {
        match verb(step) {
            "cut" => {
                let (from, to) = (self.nodes(step.get("from")), self.nodes(step.get("to")));
                self.cut(&from, &to);
                self.heal_at =
                    step.get("ms").and_then(Value::as_u64).map(|ms| self.clock + SimDuration::from_millis(ms));
                self.run_for(UNDER_WAY);
            }
            "partition" => {
                let sides = step.get("sides").and_then(Value::as_array).cloned().unwrap_or_default();
                let sides: Vec<Vec<Node>> = sides.iter().map(|side| self.nodes(Some(side))).collect();
                for (index, one) in sides.iter().enumerate() {
                    for other in &sides[index + 1..] {
                        self.cut(one, other);
                        self.cut(other, one);
                    }
                }
            }
            "heal" => self.heal(&numbers(step.get("except"))),
            "crash" => {
                self.run_for(SimDuration::from_millis(step.get("after_ms").and_then(Value::as_u64).unwrap_or(0)));
                self.act(&Intervention::Crash { node: Self::broker(number(step, "broker")?) });
            }
            "restart" => self.act(&Intervention::Start { node: Self::broker(number(step, "broker")?) }),
            "wait_until" => {
                let condition = text(step, "cond")?;
                let at_most = step.get("max_ms").and_then(Value::as_u64).map_or(PATIENCE, SimDuration::from_millis);
                self.is_so(condition)?;
                let came = self.wait(at_most, |world| world.is_so(condition).unwrap_or(false));
                return Ok(Some((condition.to_owned(), json!(true), json!(came))));
            }
            "produce" | "produce_rate" => return Ok(self.produce(step, next_source)),
            "continue_produce" => {
                let before = self.acknowledged.len();
                self.run_for(AT_ONCE);
                let ours = if self.acknowledged.len() > before { "acked" } else { "nothing" };
                return Ok(step
                    .get("expect")
                    .map(|expected| ("continue_produce".to_owned(), expected.clone(), json!(ours))));
            }
            "consume" => {
                self.run_for(SimDuration::from_secs(1));
                let known =
                    self.cluster.leader_of(PARTITION).and_then(|leader| leader.memory.partitions.get(&PARTITION));
                let readable = self.log(known.map_or(0, |partition| partition.high_watermark.0));
                let new: Vec<String> = readable.into_iter().filter(|name| !self.consumed.contains(name)).collect();
                self.consumed.extend(new.iter().cloned());
                return Ok(step.get("expect").map(|expected| ("consume".to_owned(), expected.clone(), json!(new))));
            }
            other => return Err(Wrong(format!("the step `{other}` is not known"))),
        }
        Ok(None)
    }

    fn heal(&mut self, except: &[u64]) {
        let except: Vec<Node> = except.iter().map(|id| Self::broker(*id)).collect();
        let nodes: Vec<Node> =
            self.cluster.processes.iter().map(|process| process.node).filter(|node| !except.contains(node)).collect();
        for from in &nodes {
            for to in nodes.iter().filter(|to| *to != from) {
                self.act(&Intervention::HealLink { from: *from, to: *to });
            }
        }
        self.heal_at = None;
    }

    /// The next producer starts. A stream goes on by itself; other records are waited for.
    fn produce(&mut self, step: &Map<String, Value>, next_source: &mut usize) -> Option<(String, Value, Value)> {
        let node = self.sources[*next_source].node;
        let count = self.sources[*next_source].names.len();
        *next_source += 1;
        let facts_before = self.facts.len();
        self.act(&Intervention::Start { node });
        if verb(step) == "produce_rate" {
            self.run_for(AT_ONCE);
            return None;
        }
        let expected = step.get("expect").and_then(Value::as_str);
        let is_done = |world: &Self| (0..count).all(|index| is_acknowledged(&world.cluster, node, index));
        let refusal = |world: &Self| {
            world.facts[facts_before..].iter().find_map(|fact| match &fact.event {
                TraceEvent::RecordFailed { error, client, .. } if Node::Client(*client) == node => Some(error.name()),
                _ => None,
            })
        };
        let at_most = if expected.is_some() { AT_ONCE } else { PATIENCE };
        self.wait(at_most, |world| is_done(world) || refusal(world).is_some());
        let expected = expected?;
        let mut ours =
            refusal(self).map_or_else(|| if is_done(self) { "acked" } else { "nothing" }.to_owned(), str::to_owned);
        if expected.contains("offset") {
            let first = self.cluster.records.get(RecordId(record_of(node, 0))).map(|fate| fate.outcome);
            if let Some(RecordOutcome::Acknowledged { offset, .. }) = first {
                ours = format!("{ours}, offset {offset}");
            }
        }
        Some((format!("produce {:?}", step.get("records")), json!(expected), json!(ours)))
    }

    /// `leader in {2,3}`, `leader!=1`, `isr=={1}`, `|isr|>=2`.
    fn is_so(&self, condition: &str) -> Result<bool, Wrong> {
        let unknown = || Wrong(format!("the condition `{condition}` is not known"));
        let text: String = condition.chars().filter(|c| !c.is_whitespace()).collect();
        let set = |text: &str| -> Option<Vec<u64>> {
            let inside = text.strip_prefix('{')?.strip_suffix('}')?;
            inside.split(',').filter(|item| !item.is_empty()).map(|item| item.parse().ok()).collect()
        };
        let leader = self.leader().map_or(-1, |leader| leader as i64);
        if let Some(among) = text.strip_prefix("leaderin") {
            let among = set(among).ok_or_else(unknown)?;
            return Ok(among.iter().any(|id| *id as i64 == leader));
        }
        let (left, operator, right) = ["==", "!=", ">=", "<="]
            .into_iter()
            .find_map(|operator| text.split_once(operator).map(|(left, right)| (left, operator, right)))
            .ok_or_else(unknown)?;
        if left == "isr" && right.starts_with('{') {
            let mut wanted = set(right).ok_or_else(unknown)?;
            wanted.sort_unstable();
            return Ok((self.isr() == wanted) == (operator == "=="));
        }
        let ours = match left {
            "leader" => leader,
            "|isr|" => self.isr().len() as i64,
            _ => return Err(unknown()),
        };
        let wanted: i64 = right.parse().map_err(|_| unknown())?;
        Ok(match operator {
            "==" => ours == wanted,
            "!=" => ours != wanted,
            ">=" => ours >= wanted,
            _ => ours <= wanted,
        })
    }
}

fn record_of(node: Node, index: usize) -> u64 {
    let Node::Client(client) = node else { return 0 };
    (u64::from(client.0) + 1) << 32 | (index as u64 + 1)
}

/// Batches that are under way together, of which the broker refuses some: the leader stands alone, and between two batches
/// somebody says anew whether that is enough.
pub(super) fn play_batches(anomaly: &Anomaly, config: &Map<String, Value>) -> Result<Played, Wrong> {
    let sends: Vec<&Map<String, Value>> = anomaly.steps.iter().filter(|step| verb(step) == "send_batch").collect();
    if let Some(other) = anomaly.steps.iter().find(|step| !["send_batch", "retry"].contains(&verb(step))) {
        return Err(Wrong(format!("{}: the step `{}` is not known", anomaly.id, verb(other))));
    }
    let refused = |place: usize| sends.get(place).and_then(|step| step.get("broker_error")).cloned();
    if let Some(error) = (0..sends.len()).find_map(refused).filter(|error| *error != json!("NOT_ENOUGH_REPLICAS")) {
        return Err(Wrong(format!("{}: a broker cannot be made to answer {error}", anomaly.id)));
    }
    let names: Vec<String> =
        sends.iter().map(|step| number(step, "seq").map(|seq| format!("b{seq}"))).collect::<Result<_, _>>()?;
    let producer = json!({
        "acks": "all", "linger.ms": 0, "batch.size": 0,
        "enable.idempotence": config.get("idempotence").cloned().unwrap_or(json!(true)),
        "max.in.flight.requests.per.connection": config.get("max.in.flight").cloned().unwrap_or(json!(5)),
    });
    let clients = [client(0, names.len(), 1_000_000, producer)];
    // Without eligible leader replicas a broker's own `min.insync.replicas` counts (KIP-966).
    let plain = Map::from_iter([("mode".to_owned(), json!("zk"))]);
    let mut world = World::new(&plain, vec![1, 2], &clients, vec![names.clone()])?;
    let leader = World::broker(world.leader().unwrap_or(1));
    let other = if leader == World::broker(1) { World::broker(2) } else { World::broker(1) };
    world.act(&Intervention::Crash { node: other });
    world.wait(PATIENCE, |world| world.isr().len() == 1);
    // Until the leader has heard of it.
    world.run_for(SimDuration::from_secs(2));
    let topic = ConfigPlace::Node(Scope::Broker, leader);
    let enough = |world: &mut World, is_enough: bool| {
        let value = if is_enough { "1" } else { "2" };
        let (place, name) = (topic.clone(), "min.insync.replicas".into());
        world.act(&Intervention::SetConfig { place, name, value: value.into() });
    };
    enough(&mut world, refused(0).is_none());
    let node = world.sources[0].node;
    world.act(&Intervention::Start { node });
    world.facts.clear();
    let mut outcomes: Vec<Value> = Vec::new();
    let until = world.clock + PATIENCE;
    while world.cluster.now() < until && world.cluster.step(&mut world.facts).is_some() {
        for fact in std::mem::take(&mut world.facts) {
            match fact.event {
                TraceEvent::AppendRefused { partition: PARTITION, error, .. } => outcomes.push(json!(error.name())),
                TraceEvent::LogAppended { partition: PARTITION, as_leader: true, .. } => outcomes.push(json!("ok")),
                _ => continue,
            }
            enough(&mut world, refused(outcomes.len()).is_none());
        }
    }
    world.look();
    let mut played = Played { mended: ("final_log", json!(names)), ..Played::default() };
    for (place, step) in sends.iter().enumerate() {
        let expected = step.get("broker_error").or_else(|| step.get("expect")).cloned().unwrap_or(json!("ok"));
        let ours = outcomes.get(place).cloned().unwrap_or_default();
        played.claims.push((format!("send_batch {}", names[place]), expected, ours));
    }
    played.ledger = world.ledger();
    Ok(played)
}
