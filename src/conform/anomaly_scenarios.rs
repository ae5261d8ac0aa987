//! Anomalies of the trade, as scripts: what is lost, doubled or out of order with a bad configuration, and that nothing is with
//! the mended one. Each script runs twice, on whatever of our code it is about: a whole cluster, two replicas whose network is
//! held in the hand, or a share partition.

use super::anomaly_cluster::{play_batches, play_cluster};
use super::registry::{Format, first_has_keys};
use super::replicas::Replicas;
use super::report::{Tally, Wrong, parse};
use crate::kafka::share_partition::{
    AcknowledgeType, AcknowledgementBatch, AcquireRequest, ShareAcquireMode, ShareGroupLimits, SharePartition,
};
use crate::protocol::config::ReplicationRules;
use crate::protocol::ids::{BrokerId, MemberId};
use crate::protocol::offset::Offset;
use crate::sim::time::{SimDuration, SimTime};
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub const FORMAT: Format = Format {
    name: "anomaly_scenarios",
    recognises: |value| first_has_keys(value, "scenarios", &["id", "config", "steps", "expected", "fix"]),
    check,
};

#[derive(Deserialize)]
struct File {
    scenarios: Vec<Anomaly>,
}

/// One script.
#[derive(Deserialize)]
pub(super) struct Anomaly {
    pub id: String,
    pub config: Map<String, Value>,
    pub steps: Vec<Map<String, Value>>,
    expected: Map<String, Value>,
    fix: Map<String, Value>,
}

/// What a run came to.
#[derive(Default)]
pub(super) struct Played {
    /// What single steps say must be: the step, what it says, and what was.
    pub claims: Vec<(String, Value, Value)>,
    /// What can be asked at the end, by the names that `expected` uses.
    pub ledger: Map<String, Value>,
    /// What must hold with the mended configuration: a name of the ledger, and its value.
    pub mended: (&'static str, Value),
}

/// Told for the reader, not to be compared: counts of somebody else's run.
const ONLY_TOLD: &[&str] = &["published_counts_recall"];

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for anomaly in &file.scenarios {
        let id = &anomaly.id;
        let bad = play(anomaly, &anomaly.config)?;
        for (what, expected, ours) in &bad.claims {
            tally.compare(|| format!("{id}: {what}"), expected, ours);
        }
        for (name, expected) in anomaly.expected.iter().filter(|(name, _)| !ONLY_TOLD.contains(&name.as_str())) {
            let ours = bad.ledger.get(name).unwrap_or(&Value::Null);
            // "Every record acknowledged while ..." is a name for a list that the run knows.
            let told = if expected.is_string() { bad.ledger.get("acked_alone").unwrap_or(expected) } else { expected };
            tally.compare(|| format!("{id}: {name}"), told, ours);
            if expected.is_string() && name == "lost" {
                tally.compare(|| format!("{id}: something is lost"), &false, &(ours == &json!([])));
            }
        }
        if !anomaly.fix.is_empty() {
            let mut config = anomaly.config.clone();
            config.extend(anomaly.fix.clone());
            let Played { ledger, mended: (name, expected), .. } = play(anomaly, &config)?;
            let ours = ledger.get(name).unwrap_or(&Value::Null);
            tally.compare(|| format!("{id}, mended: {name}"), &expected, ours);
        }
    }
    Ok(())
}

/// The verb of a step; a step without one describes a state.
pub(super) fn verb(step: &Map<String, Value>) -> &str {
    step.get("do").and_then(Value::as_str).unwrap_or("state")
}

fn play(anomaly: &Anomaly, config: &Map<String, Value>) -> Result<Played, Wrong> {
    let does = |verbs: &[&str]| anomaly.steps.iter().any(|step| verbs.contains(&verb(step)));
    if does(&["acquire"]) {
        play_share_group(anomaly, config)
    } else if does(&["send_batch"]) {
        play_batches(anomaly, config)
    } else if does(&["state"]) {
        play_replicas(anomaly, config)
    } else {
        play_cluster(anomaly, config)
    }
}

pub(super) fn number(step: &Map<String, Value>, name: &str) -> Result<u64, Wrong> {
    step.get(name).and_then(Value::as_u64).ok_or_else(|| Wrong(format!("{}: `{name}` is no number", verb(step))))
}

pub(super) fn text<'a>(step: &'a Map<String, Value>, name: &str) -> Result<&'a str, Wrong> {
    step.get(name).and_then(Value::as_str).ok_or_else(|| Wrong(format!("{}: `{name}` is no text", verb(step))))
}

// Two replicas.

fn play_replicas(anomaly: &Anomaly, config: &Map<String, Value>) -> Result<Played, Wrong> {
    let names: Vec<&str> =
        config.get("brokers").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let id = |name: &str| {
        let place = names.iter().position(|known| *known == name);
        place.map(|place| BrokerId(place as u16 + 1)).ok_or_else(|| Wrong(format!("there is no broker {name}")))
    };
    let rules = match text(config, "mode")? {
        "truncate-to-HW" => ReplicationRules::TruncateToHighWatermark,
        "leader-epoch" => ReplicationRules::Kip320,
        other => return Err(Wrong(format!("mode: {other} is not known"))),
    };
    let mut leader = id(text(config, "leader")?)?;
    let mut replicas = Replicas::new(names.len() as u16, rules, false);
    replicas.decide(Some(leader), &[]);
    let mut played = Played { mended: ("lost", json!([])), ..Played::default() };
    let mut records: Vec<String> = Vec::new();
    for step in &anomaly.steps {
        match verb(step) {
            "state" => {
                let state = step
                    .get("state")
                    .and_then(Value::as_object)
                    .ok_or_else(|| Wrong("a step without `do` and `state`".to_owned()))?;
                records = build_state(&mut replicas, leader, state)?;
                for (name, told) in state {
                    let (broker, belief) = (id(name)?, replicas.belief(id(name)?));
                    let log: Vec<&String> =
                        replicas.log(broker).iter().filter_map(|(_, id)| records.get(*id as usize)).collect();
                    played.claims.push((
                        format!("state of {name}"),
                        told.clone(),
                        json!({ "log": log, "hw": belief.high_watermark }),
                    ));
                }
            }
            "restart" => replicas.restart(id(text(step, "broker")?)?),
            "crash" => replicas.crash(id(text(step, "broker")?)?),
            "elect" => {
                let others: Vec<BrokerId> = replicas.ids().into_iter().filter(|broker| *broker == leader).collect();
                leader = id(text(step, "leader")?)?;
                replicas.decide(Some(leader), &others);
                replicas.hear(leader, replicas.metadata_end(), usize::MAX);
            }
            other => return Err(Wrong(format!("{}: the step `{other}` is not known", anomaly.id))),
        }
    }
    for follower in replicas.ids().into_iter().filter(|broker| *broker != leader) {
        replicas.hear(follower, replicas.metadata_end(), usize::MAX);
        // As often as there is something to cut or to copy.
        (0..2 * records.len() + 2).for_each(|_| replicas.replicate(follower));
    }
    let logs: Vec<Vec<(i32, u64)>> = replicas.ids().into_iter().map(|broker| replicas.log(broker)).collect();
    let log: Vec<u64> = replicas.log(leader).iter().map(|(_, id)| *id).collect();
    let name = |id: &u64| records.get(*id as usize).cloned().unwrap_or_default();
    let lost: Vec<String> = (0..records.len() as u64).filter(|id| !log.contains(id)).map(|id| name(&id)).collect();
    played.claims.push((
        "all logs are the same at the end".to_owned(),
        json!(true),
        json!(logs.iter().all(|log| *log == logs[0])),
    ));
    played.ledger.insert("final_log".to_owned(), log.iter().map(name).collect());
    played.ledger.insert("lost".to_owned(), json!(lost));
    Ok(played)
}

/// The leader writes record by record, each is copied before the next; at the end the leader hears that the last one was too.
fn build_state(replicas: &mut Replicas, leader: BrokerId, state: &Map<String, Value>) -> Result<Vec<String>, Wrong> {
    let logs = state.values().filter_map(|told| told.get("log").and_then(Value::as_array));
    let longest = logs.max_by_key(|log| log.len()).ok_or_else(|| Wrong("state: no `log`".to_owned()))?;
    let records: Vec<String> = longest.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let until = replicas.metadata_end();
    replicas.ids().into_iter().for_each(|broker| replicas.hear(broker, until, usize::MAX));
    for id in 0..records.len() as u64 {
        replicas.write(leader, id);
        for follower in replicas.ids().into_iter().filter(|broker| *broker != leader) {
            replicas.replicate(follower);
        }
    }
    replicas.tell_leader(leader);
    Ok(records)
}

// A share group.

struct Share {
    partition: SharePartition,
    deliveries: u64,
}

impl Share {
    fn new(lock_ms: u64, limit: u64) -> Self {
        let limits = ShareGroupLimits {
            delivery_count_limit: limit as u16,
            record_lock_duration: SimDuration::from_millis(lock_ms),
            max_in_flight_records: 200,
        };
        Self { partition: SharePartition::new(limits, Offset::ZERO), deliveries: 0 }
    }
    /// The one record there is, if it can be had: how often it has been delivered by then.
    fn acquire(&mut self, member: &str, at: u64) -> Option<u64> {
        let now = SimTime::from_millis(at);
        self.partition.expire_locks(now);
        let request = AcquireRequest {
            member: MemberId::new(member),
            mode: ShareAcquireMode::BatchOptimized,
            max_records: 1,
            batch_size: 1,
            fetch_offset: Offset::ZERO,
        };
        let acquired = self.partition.acquire(&request, &[Offset::ZERO..=Offset::ZERO], now);
        self.deliveries += acquired.len() as u64;
        acquired.first().map(|records| u64::from(records.delivery_count))
    }
    /// What the member is told that says that it has done its work.
    fn acknowledge(&mut self, member: &str, at: u64) -> &'static str {
        let now = SimTime::from_millis(at);
        self.partition.expire_locks(now);
        let batch =
            AcknowledgementBatch { first: Offset::ZERO, last: Offset::ZERO, types: vec![AcknowledgeType::Accept] };
        self.partition.acknowledge(&MemberId::new(member), &[batch], now).map_or_else(|error| error.name(), |()| "NONE")
    }
    fn state(&self) -> String {
        let first = self.partition.in_flight().next();
        // What has left the window is settled; the caller knows how.
        first.map_or_else(|| "ARCHIVED".to_owned(), |(_, record)| record.state.name().to_owned())
    }
}

fn play_share_group(anomaly: &Anomaly, config: &Map<String, Value>) -> Result<Played, Wrong> {
    let (lock_ms, handler_ms, limit) =
        (number(config, "lock_ms")?, number(config, "handler_ms")?, number(config, "limit")?);
    let mut played = Played { mended: ("processed_times", json!(1)), ..Played::default() };
    let mut share = Share::new(lock_ms, limit);
    for step in &anomaly.steps {
        let at = number(step, "t")?;
        match verb(step) {
            "acquire" => {
                let count = share.acquire(text(step, "member")?, at);
                let expected = step.get("delivery_count").cloned().unwrap_or(json!(1));
                played.claims.push((format!("acquire at {at}"), expected, json!(count)));
            }
            "lock_timeout" => share.partition.expire_locks(SimTime::from_millis(at)),
            "ack" => {
                let expected = step.get("expect").cloned().unwrap_or(json!("NONE"));
                let answer = share.acknowledge(text(step, "member")?, at);
                played.claims.push((format!("ack at {at}"), expected, json!(answer)));
            }
            other => return Err(Wrong(format!("{}: the step `{other}` is not known", anomaly.id))),
        }
    }
    // The same for as long as it takes: whoever gets the record works on it, and then says so. With the lock too short it is
    // delivered until the limit.
    let mut whole = Share::new(lock_ms, limit);
    let mut at = 0;
    while let Some(count) = whole.acquire(&format!("m{at}"), at) {
        let answer = whole.acknowledge(&format!("m{at}"), at + handler_ms);
        if answer == "NONE" || count >= limit {
            break;
        }
        at += handler_ms.max(lock_ms) + 1;
    }
    whole.partition.expire_locks(SimTime::from_millis(at + handler_ms.max(lock_ms) + 1));
    let is_scripted = share.deliveries > 0 && lock_ms < handler_ms;
    let processed = if is_scripted { share.deliveries } else { whole.deliveries };
    played.ledger.insert("processed_times".to_owned(), json!(processed));
    played.ledger.insert(format!("after_{limit}_deliveries"), json!(whole.state()));
    Ok(played)
}
